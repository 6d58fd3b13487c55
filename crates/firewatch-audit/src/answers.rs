//! Checks whether the incident needs an answer, and has one.

use firewatch_scenario::{Scenario, TimelineAction};

use crate::finding::{AuditCheck, AuditFinding};
use crate::policy::PolicyKind;
use crate::result::PolicyResult;
use crate::text::counted;
use crate::work::Cuts;

/// Most shortfalls that are listed.
const MAX_LISTED: usize = 3;

/// Returns the number of timeline events that halt a fault or perform an action.
pub(crate) fn own_answers(scenario: &Scenario) -> u64 {
    let answers = |action: &TimelineAction| {
        matches!(action, TimelineAction::Halt(_) | TimelineAction::Perform(_))
    };
    let events = scenario.timeline.iter();
    events.filter(|event| answers(&event.action)).count() as u64
}

/// Checks whether doing nothing loses, where it should.
pub(crate) fn inaction(
    scenario: &Scenario,
    is_false_alarm: bool,
    nothing: &PolicyResult,
) -> AuditFinding {
    if is_false_alarm {
        let why = "it is a false alarm: nothing is wrong, and doing nothing is right";
        return AuditFinding::skipped(AuditCheck::InactionLoses, why);
    }
    let evidence = if nothing.won {
        "doing nothing wins: it heals itself, and is no false alarm".to_owned()
    } else {
        let first = nothing.shortfalls.first().map_or("", String::as_str);
        format!("doing nothing, {first} at the end")
    };
    let advice = if own_answers(scenario) > 0 {
        "take what halts faults and what acts out of the timeline: it belongs into a runbook"
    } else {
        "give it a fault that goes on to the end, or leave out what hits customers to make it a false alarm"
    };
    AuditFinding::new(AuditCheck::InactionLoses, "", !nothing.won, evidence).advise(advice)
}

/// Checks whether an answer wins: `best` is the best that does, else `farthest` is the one that got farthest
/// in a search of at most `max_actions` actions.
pub(crate) fn winnable(
    best: Option<&PolicyResult>,
    farthest: Option<&PolicyResult>,
    nothing: &PolicyResult,
    max_actions: usize,
    cuts: Cuts,
) -> AuditFinding {
    let evidence = match (best, farthest) {
        (None, _) if nothing.won => {
            let why = "doing nothing wins, and no answer does better";
            return AuditFinding::skipped(AuditCheck::Winnable, why);
        }
        (Some(best), _) => {
            let grade = best.grade.total;
            format!("{} wins with a grade of {grade:.2}", best.title())
        }
        (None, Some(farthest)) => format!(
            "no answer of at most {} was found to win; the one that got farthest: {}, but {} at the end",
            counted(max_actions as u64, "action"),
            farthest.title(),
            missing(farthest)
        ),
        (None, None) => "no search was made".to_owned(),
    };
    let finding = AuditFinding::new(AuditCheck::Winnable, "", best.is_some(), evidence).advise(
        "give a runbook that wins, or let the search try more actions; if nobody can win, drop a fault, begin it earlier or ask for less in the goals",
    );
    finding.undecided_if(best.is_none() && cuts.search)
}

/// Checks whether each runbook wins without a wrong or invalid action.
pub(crate) fn runbooks(played: &[PolicyResult]) -> Vec<AuditFinding> {
    let runbooks = { played.iter() }.filter(|played| played.kind == PolicyKind::Runbook);
    let findings: Vec<AuditFinding> = runbooks.map(runbook).collect();
    if findings.is_empty() {
        return vec![AuditFinding::skipped(
            AuditCheck::Runbooks,
            "no runbook was given",
        )];
    }
    findings
}

fn runbook(played: &PolicyResult) -> AuditFinding {
    let slip = { played.actions.iter() }.find(|taken| taken.wrong || !taken.valid);
    let about = played.title();
    match slip {
        _ if !played.won => {
            let evidence = format!("{} at the end", missing(played));
            AuditFinding::new(AuditCheck::Runbooks, about, false, evidence).advise(
                "remedy what is left, or act sooner; `firewatch run INCIDENT --runbook FILE` tells what came of each step",
            )
        }
        Some(taken) => {
            let action = taken.request().arguments().to_string();
            let (what, advice) = if taken.valid {
                let advice = "act on a service that shows errors, or wait until it does: `wait_until(status(...))`";
                ("is wrong", advice)
            } else {
                ("can't be done", "give it a service of the mesh")
            };
            let evidence = format!("action({action}) {what} at tick {}", taken.tick);
            AuditFinding::new(AuditCheck::Runbooks, about, false, evidence).advise(advice)
        }
        None => {
            let evidence = format!("it wins with a grade of {:.2}", played.grade.total);
            AuditFinding::new(AuditCheck::Runbooks, about, true, evidence)
        }
    }
}

/// Returns the first shortfalls of an answer, as part of a sentence.
fn missing(played: &PolicyResult) -> String {
    let listed: Vec<&str> = { played.shortfalls.iter() }
        .take(MAX_LISTED)
        .map(String::as_str)
        .collect();
    let more = played.shortfalls.len() - listed.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", listed.join(", "))
}
