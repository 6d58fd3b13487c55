//! An audit from the first policy to the last check.

use std::sync::Arc;

use firewatch_episode::EpisodeError;
use firewatch_scenario::Scenario;
use serde::Serialize;

use crate::alarm;
use crate::answers::own_answers;
use crate::arena::Arena;
use crate::family::{BlindFamily, MeasuredDifficulty};
use crate::field::{Choices, Field};
use crate::finding::{AuditFinding, AuditVerdict};
use crate::judge::Judged;
use crate::leaks::{self, Evidence};
use crate::options::AuditOptions;
use crate::policy::PolicyKind;
use crate::repeat::{self, Repeats};
use crate::result::PolicyResult;
use crate::text::counted;
use crate::unanswered::UnansweredRun;
use crate::work::{Work, estimated_work};

/// Results of a kind that an audit lists, where it plays many of the kind.
const SHOWN: usize = 3;

/// The result of an audit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Whose rules and numbers held.
    pub profile: &'static str,
    /// Whether nothing is wrong: no fault that an action can end begins, and no customer is hit.
    pub is_false_alarm: bool,
    /// The findings, in the order of the checks.
    pub findings: Vec<AuditFinding>,
    /// Notes that help to read the findings.
    pub notes: Vec<String>,
    /// The grade of doing nothing.
    pub floor: f64,
    /// The grade of the best runbook or found answer that wins.
    pub ceiling: Option<f64>,
    /// The least and the greatest sum of rewards of all policies.
    pub reward_range: [f64; 2],
    /// The least and the greatest grade of all policies.
    pub grade_range: [f64; 2],
    /// The difficulty that the scenario claims, and the one that was measured.
    pub difficulty: MeasuredDifficulty,
    /// The families of blind policies.
    pub blind: Vec<BlindFamily>,
    /// What was played twice.
    pub repeats: Repeats,
    /// The results of the policies. Of the single remedies, the remedies of the best answer alone, and the best
    /// answer left early only the three with the best grades are listed.
    pub policies: Vec<PolicyResult>,
    /// Index of the policy that wins with the best grade, if a runbook or one that was searched for
    /// wins.
    pub winning: Option<usize>,
    /// The answer that the search found, as the text of a runbook's file.
    pub found: Option<String>,
    /// The limit, if the audit was stopped at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at_limit: Option<u64>,
    /// The work, in [service ticks](crate::DEFAULT_LIMIT).
    pub work: AuditWork,
}

/// The work of an audit, in [service ticks](crate::DEFAULT_LIMIT).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AuditWork {
    /// What was simulated.
    pub done: u64,
    /// What was expected before: see [`estimated_work`].
    pub estimated: u64,
    /// The most that it may be: see [`AuditOptions::limit`].
    pub limit: u64,
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
/// service ticks. All of it together is [`AuditWork::done`].
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
    let choices = Choices::of(&arena);
    let world = UnansweredRun::watch(scenario, &arena.catalogue, &work)?;
    let is_false_alarm = alarm::is_false_alarm(&arena.incident(), &world);
    let mut field = Field::new(&arena, options);
    field.play_basic()?;
    let evidence = read_evidence(&arena, options)?;
    field.cuts.reports = evidence.is_cut();
    field.play_blind(&choices)?;
    let wins = |played: &PolicyResult| played.kind == PolicyKind::Runbook && played.won;
    let is_searched = options.max_actions > 0 && !is_false_alarm && !field.played.iter().any(wins);
    let (found, farthest) = match is_searched {
        true => field.search(&world, &choices)?,
        false => (None, None),
    };
    let winning = field.winning();
    match winning {
        Some(best) => field.play_compared(best)?,
        // In a false alarm doing nothing is the answer.
        None if is_false_alarm => field.play_left(0)?,
        None => {}
    }
    let (repeats, determinism) = repeat_all(&arena, &mut field, &evidence)?;
    let judged = Judged {
        world: &world,
        field: &field,
        evidence: &evidence,
        is_false_alarm,
        best: winning.or(is_false_alarm.then_some(0)),
        farthest: farthest.as_ref(),
        max_actions: options.max_actions,
    };
    let (mut findings, blind, difficulty) = judged.findings(scenario);
    findings.push(determinism);
    let stopped_at_limit = field.cuts.any().then_some(options.limit);
    let ranges = [
        |p: &PolicyResult| p.reward,
        |p: &PolicyResult| p.grade.total,
    ];
    let [reward_range, grade_range] = ranges.map(|value| range(&field.played, value));
    let (policies, winning) = shown(field.played, winning);
    Ok(Audit {
        profile: profile.name(),
        is_false_alarm,
        findings,
        notes: notes(scenario, stopped_at_limit),
        floor: policies[0].grade.total,
        ceiling: winning.map(|best| policies[best].grade.total),
        reward_range,
        grade_range,
        difficulty,
        blind,
        repeats,
        policies,
        winning,
        found,
        stopped_at_limit,
        work: AuditWork {
            done: work.done(),
            estimated: estimated_work(scenario, options),
            limit: options.limit,
        },
    })
}

/// Reads names, logs and reports. The reports take at most an eighth of the limit.
fn read_evidence(arena: &Arena, options: &AuditOptions) -> Result<Evidence, EpisodeError> {
    let (scenario, file) = (arena.scenario, options.file.as_deref());
    let scan = leaks::scan_texts(scenario, &arena.catalogue, file);
    Evidence::read(arena, scan, &leaks::faulty(scenario), options.limit / 8)
}

/// Plays some policies again and reads the logs again.
fn repeat_all(
    arena: &Arena,
    field: &mut Field,
    evidence: &Evidence,
) -> Result<(Repeats, AuditFinding), EpisodeError> {
    let picked = repeat::picked(&field.played);
    let again = field.repeat(&picked)?;
    let logs = match arena.fitting(field.limit()) {
        0 => evidence.logs,
        _ => leaks::logs_again(arena)?,
    };
    let first: Vec<&PolicyResult> = picked.iter().map(|&index| &field.played[index]).collect();
    let is_cut = field.cuts.repeats;
    Ok(repeat::compare(
        &first,
        &again,
        [evidence.logs, logs],
        is_cut,
    ))
}

/// The least and the greatest of a number of all policies.
fn range(played: &[PolicyResult], value: fn(&PolicyResult) -> f64) -> [f64; 2] {
    let values = played.iter().map(value);
    let start = [f64::INFINITY, f64::NEG_INFINITY];
    values.fold(start, |[least, most], next| {
        [least.min(next), most.max(next)]
    })
}

/// Leaves out most of those policies of which there are many: of each such kind the ones with the best grades
/// stay. Returns the others with the index of the winning one.
fn shown(played: Vec<PolicyResult>, winning: Option<usize>) -> (Vec<PolicyResult>, Option<usize>) {
    let mut stays = vec![true; played.len()];
    for kind in [PolicyKind::Single, PolicyKind::Alone, PolicyKind::Left] {
        let indices = 0..played.len();
        let mut own: Vec<usize> = indices
            .filter(|&index| played[index].kind == kind)
            .collect();
        let grade = |index: usize| played[index].grade.total;
        own.sort_by(|&a, &b| grade(b).total_cmp(&grade(a)));
        own.into_iter()
            .skip(SHOWN)
            .for_each(|index| stays[index] = false);
    }
    let winning = winning.map(|best| stays[..best].iter().filter(|stays| **stays).count());
    let mut stays = stays.into_iter();
    let shown = played.into_iter().filter(|_| stays.next() == Some(true));
    (shown.collect(), winning)
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
