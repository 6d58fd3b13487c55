//! An audit from the first policy to the last check.

use std::sync::Arc;

use firewatch_action::{ActionRequest, Category};
use firewatch_episode::EpisodeError;
use firewatch_scenario::Scenario;
use serde::Serialize;

use crate::answers::{self, own_answers};
use crate::arena::Arena;
use crate::finding::{AuditFinding, AuditVerdict};
use crate::options::AuditOptions;
use crate::policy::{Policy, PolicyKind, PolicyPlan};
use crate::result::{PolicyAction, PolicyResult};
use crate::search::{self, Search};
use crate::text::counted;
use crate::unanswered::UnansweredRun;
use crate::work::{self, Cuts, Work};
use crate::{difficulty, goals, moves, ordering};

/// The result of an audit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Whose rules and numbers held.
    pub profile: &'static str,
    /// The findings, in the order of the checks.
    pub findings: Vec<AuditFinding>,
    /// Notes that help to read the findings.
    pub notes: Vec<String>,
    /// The result of each policy.
    pub policies: Vec<PolicyResult>,
    /// Index of the policy that wins with the best grade, if a runbook or one that was searched for
    /// wins.
    pub winning: Option<usize>,
    /// The answer that the search found, as the text of a runbook's file.
    pub found: Option<String>,
    /// The limit, if the audit was stopped at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at_limit: Option<u64>,
    /// The work that was simulated, in [service ticks](crate::DEFAULT_LIMIT).
    #[serde(skip)]
    pub work: u64,
}

impl Audit {
    /// Whether no check failed, and none is undecided.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let is_good = |verdict| matches!(verdict, AuditVerdict::Passed | AuditVerdict::Skipped);
        { self.findings.iter() }.all(|finding| is_good(finding.verdict))
    }
}

/// Audits an incident. The same scenario and options give the same audit.
///
/// # Errors
/// [`EpisodeError::Action`] for an action of the scenario's timeline that could not be carried out. No other
/// for a scenario without [`Scenario::problems`] and runbooks without
/// [problems](firewatch_scenario::Runbook::problems); else as [`firewatch_episode::EpisodeBatch::new`].
pub fn audit(scenario: &Scenario, options: &AuditOptions) -> Result<Audit, EpisodeError> {
    audit_watched(scenario, options, &|_| ())
}

/// As [`audit`]; `progress` is told, from any thread, how much work was done since the last time, in
/// service ticks. All of it together is [`Audit::work`].
///
/// # Errors
/// As [`audit`].
pub fn audit_watched(
    scenario: &Scenario,
    options: &AuditOptions,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Audit, EpisodeError> {
    let profile = options.profile.unwrap_or(scenario.profile);
    let scenario = &Arc::new(Scenario {
        profile,
        ..scenario.clone()
    });
    let of_scenario = || Arc::new(scenario.actions().clone());
    let work = Work::new(progress);
    let arena = Arena {
        scenario,
        catalogue: options.actions.clone().unwrap_or_else(of_scenario),
        threads: options.threads,
        work: &work,
    };
    let world = UnansweredRun::watch(scenario, &arena.catalogue, &work)?;
    let services = scenario.services.iter().map(|service| &*service.name);
    let remedies = moves::moves(&arena.catalogue, services.clone(), |spec| {
        spec.category() == Category::Remediation
    });
    let all = moves::moves(&arena.catalogue, services, |spec| !spec.ends_episode());
    let (mut policies, mut played, mut cuts) = play_basic(&arena, &remedies, &all, options)?;

    let mut found = None;
    let mut farthest = None;
    let wins = |played: &PolicyResult| played.kind == PolicyKind::Runbook && played.won;
    if options.max_actions > 0 && !played.iter().any(wins) {
        let limit = work::limit_of_search(scenario, options.limit);
        let mut search = Search::new(&arena, &world, &remedies, limit);
        let answer = search.run(&played[0], options.max_actions)?;
        cuts.search = search.is_cut;
        // Doing nothing is no answer, though it may win.
        if answer.played.won && !answer.actions.is_empty() {
            found = Some(search::as_runbook(&answer.actions).to_string());
            policies.push(search::policy(answer.actions));
            played.push(answer.played);
        } else {
            farthest = Some(answer.played);
        }
    }
    let winning = best(&played);
    if let Some(best) = winning {
        let wrong = wrong_action(&played);
        let worse = ordering::worse(&arena, &policies[best], &played[best], wrong);
        played.extend(arena.play(&worse)?);
    }
    let winner = winning.map(|best| &played[best]);
    let mut findings = world.fault_effects(scenario);
    findings.push(answers::inaction(scenario, &played[0]));
    let most = options.max_actions;
    findings.push(answers::winnable(
        winner,
        farthest.as_ref(),
        &played[0],
        most,
        cuts,
    ));
    findings.extend(answers::runbooks(&played));
    findings.extend(goals::check(scenario, &played, cuts));
    findings.extend(world.red_herrings(scenario));
    findings.push(difficulty::check(scenario, &played, cuts));
    findings.extend(ordering::check(winner, &played, cuts));
    let stopped_at_limit = cuts.any().then_some(options.limit);
    Ok(Audit {
        profile: profile.name(),
        findings,
        notes: notes(scenario, stopped_at_limit),
        policies: played,
        winning,
        found,
        stopped_at_limit,
        work: work.done(),
    })
}

/// Plays the policies that need no search: doing nothing first, then the runbooks, the random ones, and each
/// single action, the last two within half of the limit. Returns the policies that were played, their
/// results, and the parts that were left out.
fn play_basic<'a>(
    arena: &Arena,
    remedies: &[ActionRequest],
    all: &'a [ActionRequest],
    options: &'a AuditOptions,
) -> Result<(Vec<Policy<'a>>, Vec<PolicyResult>, Cuts), EpisodeError> {
    let mut policies = basic(remedies, all, options);
    let needed = 1 + options.runbooks.len();
    let mut played = arena.play(&policies[..needed])?;
    played.extend(arena.play_within(options.limit / 2, &policies[needed..])?);
    let random = usize::try_from(options.random).unwrap_or(usize::MAX);
    let cuts = Cuts {
        random: played.len() < random.saturating_add(needed).min(policies.len()),
        singles: played.len() < policies.len(),
        search: false,
    };
    policies.truncate(played.len());
    Ok((policies, played, cuts))
}

/// Returns doing nothing first, then the runbooks, the random policies, and each single action.
fn basic<'a>(
    remedies: &[ActionRequest],
    all: &'a [ActionRequest],
    options: &'a AuditOptions,
) -> Vec<Policy<'a>> {
    let waiting = PolicyPlan::Sequence(Vec::new());
    let nothing = Policy::new(PolicyKind::Nothing, "do nothing", waiting);
    let runbooks = { options.runbooks.iter() }.map(|runbook| {
        let plan = PolicyPlan::Runbook(Arc::clone(runbook));
        Policy::new(PolicyKind::Runbook, &runbook.name, plan)
    });
    let random = (0..options.random).map(|number| {
        let name = format!("random {number}");
        Policy::new(PolicyKind::Random, name, PolicyPlan::Random(number, all))
    });
    let single = remedies.iter().map(|remedy| {
        let plan = PolicyPlan::Sequence(vec![(0, remedy.clone())]);
        Policy::new(PolicyKind::Single, remedy.arguments().to_string(), plan)
    });
    let basic = std::iter::once(nothing).chain(runbooks);
    basic.chain(random).chain(single).collect()
}

/// Returns the runbook or the found answer that wins with the best grade; of equals the first.
fn best(played: &[PolicyResult]) -> Option<usize> {
    let is_answer = |played: &PolicyResult| {
        played.won && matches!(played.kind, PolicyKind::Runbook | PolicyKind::Found)
    };
    let answers = { played.iter().enumerate() }.filter(|(_, played)| is_answer(played));
    let grade = |played: &PolicyResult| played.grade.total;
    let best = answers.reduce(|best, next| {
        if grade(next.1) > grade(best.1) {
            next
        } else {
            best
        }
    });
    best.map(|(index, _)| index)
}

/// Returns a remedy that is wrong at the first step.
fn wrong_action(played: &[PolicyResult]) -> Option<ActionRequest> {
    let mut singles = { played.iter() }.filter(|played| played.kind == PolicyKind::Single);
    let wrong = singles.find(|played| played.wrong_actions > 0)?;
    wrong.actions.first().map(PolicyAction::request)
}

/// Returns notes that help to read the findings.
fn notes(scenario: &Scenario, stopped_at_limit: Option<u64>) -> Vec<String> {
    let own = own_answers(scenario);
    let own = (own > 0).then(|| {
        format!(
            "the timeline itself halts faults or does actions ({}): every policy has their help, doing nothing too",
            counted(own, "event")
        )
    });
    let stopped = stopped_at_limit.map(|limit| {
        format!(
            "search stopped at the limit of {limit} service ticks (ticks times services, calls and faults, of all policies together): what was not tried may tell otherwise"
        )
    });
    own.into_iter().chain(stopped).collect()
}
