//! What was done, as a runbook that does it again.

use firewatch_response::score::EpisodeEnd;
use firewatch_scenario::Runbook;
use firewatch_scenario::runbook::Step;

use super::game::{Deed, Game, stretches};

/// The runbook. Its steps begin where an episode's do, at tick 2, and each takes as many ticks as it took
/// here.
pub fn of(game: &Game) -> Runbook {
    // Before the end, the name is a secret.
    let name = match game.is_over() {
        true => &*game.scenario().name,
        false => "An incident",
    };
    Runbook {
        name: format!("{name}, as played"),
        description: description(game),
        steps: stretches(game.deeds()).filter_map(step).collect(),
        ..Runbook::default()
    }
}

fn description(game: &Game) -> String {
    let (tick, scenario) = (game.now().tick, game.scenario());
    let end = match game.result() {
        None => format!("left at tick {tick}"),
        Some((end, grade)) => {
            let why = match end {
                EpisodeEnd::BudgetUsedUp => "the SLO budget was used up",
                EpisodeEnd::OutOfTicks => "the ticks ran out",
                EpisodeEnd::Declared => "declared resolved",
            };
            format!("{why} at tick {tick}, grade {:.2}", grade.total)
        }
    };
    let (seed, profile) = (scenario.seed, game.profile());
    format!("Played with seed {seed} under the profile {profile}: {end}.")
}

fn step(deeds: &[Deed]) -> Option<Step> {
    let first = deeds.first()?;
    Some(match deeds.len() as u64 {
        ticks if first.is_wait() => Step::Wait(ticks),
        _ => Step::Act(first.request.clone()),
    })
}
