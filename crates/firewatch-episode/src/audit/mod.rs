//! Whether an incident is a good one: policies are played on it, and what came of them is held against
//! [checks](Check).
//!
//! ```
//! use firewatch_episode::audit::{AuditOptions, Check, audit};
//! use firewatch_scenario::Scenario;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse("rollback.ron", r#"Scenario(
//!     name: "A bad deployment of auth",
//!     difficulty: easy,
//!     services: ["api-gateway", "auth-service", "db-proxy"],
//!     faults: [(kind: bad_deploy, service: "auth-service")],
//! )"#)?;
//! let audit = audit(&scenario, &AuditOptions::default())?;
//! assert!(audit.is_good());
//! assert!(audit.winning.is_some_and(|best| audit.policies[best].actions.len() == 1));
//! # Ok(())
//! # }
//! ```

mod answers;
mod arena;
mod difficulty;
mod finding;
mod goals;
mod moves;
mod ordering;
mod played;
mod policy;
mod search;
mod world;

use std::sync::Arc;

use firewatch_scenario::{
    Action, ActionCatalogue, ActionRequest, Category, Profile, Runbook, Scenario,
};
use serde::Serialize;

use crate::EpisodeError;
use arena::Arena;
pub use finding::{Check, Finding, Verdict};
pub use played::{Played, Taken};
pub use policy::PolicyKind;
use policy::{Plan, Policy};
use search::Search;
use world::World;

/// What it takes to win.
pub const WON: &str = finding::won!();

/// How an incident is audited.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// Whose rules and numbers hold; without one, the scenario's.
    pub profile: Option<Profile>,
    /// The actions that there are; without them, the scenario's.
    pub actions: Option<Arc<ActionCatalogue>>,
    /// Answers that should win.
    pub runbooks: Vec<Runbook>,
    /// Most actions of an answer that the search looks for where no runbook wins; 0 for no search.
    pub max_actions: usize,
    /// Number of random policies.
    pub random: u64,
    /// Threads that play policies, at least 1. The audit is the same with any number.
    pub threads: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            profile: None,
            actions: None,
            runbooks: Vec::new(),
            max_actions: 4,
            random: 64,
            threads: 1,
        }
    }
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Whose rules and numbers held.
    pub profile: &'static str,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
    /// What is worth knowing to read them.
    pub notes: Vec<String>,
    /// What came of each policy.
    pub policies: Vec<Played>,
    /// Index of the policy that wins with the best grade, if a runbook or one that was searched for
    /// wins.
    pub winning: Option<usize>,
    /// The answer that the search found, as the text of a runbook's file.
    pub found: Option<String>,
}

impl Audit {
    /// Whether no check failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.verdict != Verdict::Failed)
    }
}

/// Audits an incident. The same scenario and options give the same audit.
///
/// # Errors
/// None for a scenario without [`Scenario::problems`] and runbooks without [`Runbook::problems`]; else
/// as [`crate::EpisodeBatch::new`].
pub fn audit(scenario: &Scenario, options: &AuditOptions) -> Result<Audit, EpisodeError> {
    let profile = options.profile.unwrap_or(scenario.profile);
    let scenario = &Scenario {
        profile,
        ..scenario.clone()
    };
    let of_scenario = || Arc::new(scenario.catalogue().clone());
    let arena = Arena {
        scenario,
        catalogue: options.actions.clone().unwrap_or_else(of_scenario),
        threads: options.threads,
    };
    let world = World::watch(scenario, &arena.catalogue)?;
    let services = scenario.services.iter().map(|service| &*service.name);
    let remedies = moves::moves(&arena.catalogue, services.clone(), |spec| {
        spec.category() == Category::Remediation
    });
    let all = moves::moves(&arena.catalogue, services, |spec| !spec.ends_episode());
    let mut policies = basic(&remedies, &all, options);
    let mut played = arena.play(&policies)?;

    let mut found = None;
    let mut farthest = None;
    let wins = |played: &Played| played.kind == PolicyKind::Runbook && played.won;
    if options.max_actions > 0 && !played.iter().any(wins) {
        let search = Search::new(&arena, &world, &remedies);
        let answer = search.run(&played[0], options.max_actions)?;
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
    let mut findings = world.lands(scenario);
    findings.push(answers::inaction(scenario, &played[0]));
    let most = options.max_actions;
    findings.push(answers::winnable(
        winner,
        farthest.as_ref(),
        &played[0],
        most,
    ));
    findings.extend(answers::runbooks(&played));
    findings.extend(goals::check(scenario, &played));
    findings.extend(world.herrings(scenario));
    findings.push(difficulty::check(scenario, &played));
    findings.extend(ordering::check(winner, &played));
    Ok(Audit {
        profile: profile.name(),
        findings,
        notes: notes(scenario),
        policies: played,
        winning,
        found,
    })
}

/// Doing nothing first, then the runbooks, chance, and each remedy alone.
fn basic<'a>(
    remedies: &[ActionRequest],
    all: &'a [ActionRequest],
    options: &'a AuditOptions,
) -> Vec<Policy<'a>> {
    let waiting = Plan::Sequence(Vec::new());
    let nothing = Policy::new(PolicyKind::Nothing, "do nothing", waiting);
    let runbooks = { options.runbooks.iter() }
        .map(|runbook| Policy::new(PolicyKind::Runbook, &runbook.name, Plan::Runbook(runbook)));
    let random = (0..options.random).map(|number| {
        let name = format!("random {number}");
        Policy::new(PolicyKind::Random, name, Plan::Random(number, all))
    });
    let single = remedies.iter().map(|remedy| {
        let plan = Plan::Sequence(vec![(0, remedy.clone())]);
        Policy::new(PolicyKind::Single, remedy.arguments().to_string(), plan)
    });
    let basic = std::iter::once(nothing).chain(runbooks);
    basic.chain(random).chain(single).collect()
}

/// The runbook or the found answer that wins with the best grade; of equals the first.
fn best(played: &[Played]) -> Option<usize> {
    let is_answer = |played: &Played| {
        played.won && matches!(played.kind, PolicyKind::Runbook | PolicyKind::Found)
    };
    let answers = { played.iter().enumerate() }.filter(|(_, played)| is_answer(played));
    let grade = |played: &Played| played.grade.total;
    let best = answers.reduce(|best, next| {
        if grade(next.1) > grade(best.1) {
            next
        } else {
            best
        }
    });
    best.map(|(index, _)| index)
}

/// A remedy that is wrong at the first step.
fn wrong_action(played: &[Played]) -> Option<ActionRequest> {
    let mut singles = { played.iter() }.filter(|played| played.kind == PolicyKind::Single);
    let wrong = singles.find(|played| played.wrong_actions > 0)?;
    wrong.actions.first().map(Taken::request)
}

/// What is worth knowing to read the findings.
fn notes(scenario: &Scenario) -> Vec<String> {
    let own = own_answers(scenario);
    let note = || {
        format!(
            "the timeline itself halts faults or does actions ({}): every policy has their help, doing nothing too",
            counted(own, "event")
        )
    };
    (own > 0).then(note).into_iter().collect()
}

/// How many events of the timeline are what an answer would be.
fn own_answers(scenario: &Scenario) -> u64 {
    let answers = |action: &Action| matches!(action, Action::Halt(_) | Action::Perform(_));
    let events = scenario.timeline.iter();
    events.filter(|event| answers(&event.action)).count() as u64
}

fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
