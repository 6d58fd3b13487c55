//! The actions of a session as a runbook.

use firewatch_response::score::EpisodeEnd;
use firewatch_scenario::Runbook;
use firewatch_scenario::runbook::RunbookStep;

use super::session::{PlaySession, StepRecord, group_waits};

/// Returns the runbook that replays the session. Its steps begin at tick 2, as those of an episode do, and
/// take as many ticks as in the session.
pub fn of(session: &PlaySession) -> Runbook {
    // Before the end, the name is secret.
    let name = match session.is_over() {
        true => &*session.scenario().name,
        false => "An incident",
    };
    Runbook {
        name: format!("{name}, as played"),
        description: description(session),
        steps: group_waits(session.steps()).filter_map(step).collect(),
        ..Runbook::default()
    }
}

fn description(session: &PlaySession) -> String {
    let (tick, scenario) = (session.now().tick, session.scenario());
    let end = match session.result() {
        None => format!("left at tick {tick}"),
        Some((end, grade)) => {
            let why = match end {
                EpisodeEnd::BudgetUsedUp => "the SLO budget was used up",
                EpisodeEnd::OutOfTicks => "the ticks ran out",
                EpisodeEnd::Declared => "declared resolved",
            };
            // An incident that was declared resolved may have been played on.
            let tick = session.declared_at().unwrap_or(tick);
            format!("{why} at tick {tick}, grade {:.2}", grade.total)
        }
    };
    let (seed, profile) = (scenario.seed, session.profile());
    format!("Played with seed {seed} under the profile {profile}: {end}.")
}

fn step(steps: &[StepRecord]) -> Option<RunbookStep> {
    let first = steps.first()?;
    Some(match steps.len() as u64 {
        ticks if first.is_wait() => RunbookStep::Wait(ticks),
        _ => RunbookStep::Act(first.request.clone()),
    })
}
