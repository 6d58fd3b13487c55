//! The best answer that is known: the runbook of the incident, or what a search finds.

use std::path::{Path, PathBuf};

use firewatch_audit::{AuditOptions, audit};
use firewatch_response::{EventKind, Playback};
use firewatch_scenario::{Diagnostics, Runbook, Scenario, TimelineAction, own_runbook};

use super::arguments::PlayArguments;
use super::session::PlaySession;
use crate::paths::path_text;

/// Most work of the search, in service ticks: below a second.
pub const SEARCH_LIMIT: u64 = 1_000_000;
/// Most actions of an answer that is searched for.
pub const SEARCH_ACTIONS: usize = 3;

/// An answer and what it comes to.
pub struct BestAnswer {
    /// Where it comes from, in words.
    pub origin: String,
    pub grade: f64,
    /// Its actions, each with its tick, in words.
    pub actions: Vec<(u64, String)>,
}

/// The runbook to compare with.
pub enum KnownRunbook {
    /// The one that `--runbook` names.
    Given(PathBuf, Runbook),
    /// The one of the scenario, which is read at the end.
    Own(PathBuf),
    Nothing,
}

impl KnownRunbook {
    /// Finds the runbook. One that is named must fit the incident before the session, not after it.
    ///
    /// # Errors
    /// All problems of the one that is named.
    pub fn of(scenario: &Scenario, arguments: &PlayArguments) -> Result<Self, Diagnostics> {
        if let Some(path) = &arguments.runbook {
            let runbook = Runbook::load_for(path, scenario)?;
            return Ok(Self::Given(path.clone(), runbook));
        }
        let own = { arguments.file.as_deref() }.and_then(|file| own_runbook(file).ok().flatten());
        Ok(own.map_or(Self::Nothing, Self::Own))
    }
}

/// Returns the best answer that is known, or the reason why none is.
pub fn answer(session: &PlaySession, known: &KnownRunbook) -> Result<BestAnswer, String> {
    if !session.is_its_scenario() {
        return Err(
            "none is known: `reference` draws the state that it begins in itself".to_owned(),
        );
    }
    let scenario = session.scenario();
    match known {
        KnownRunbook::Given(path, runbook) => of_runbook(scenario, path, runbook.clone()),
        KnownRunbook::Own(path) => {
            let runbook = Runbook::load_for(path, scenario).map_err(|_| {
                let path = path_text(path);
                format!("none is known: the runbook `{path}` is invalid; `--runbook` says why")
            });
            of_runbook(scenario, path, runbook?)
        }
        KnownRunbook::Nothing => of_search(scenario),
    }
}

fn of_runbook(scenario: &Scenario, path: &Path, runbook: Runbook) -> Result<BestAnswer, String> {
    let name = path_text(path);
    let unfit = |why: &str| format!("none is known: the runbook `{name}` {why}");
    let origin = format!("the runbook \"{}\" in {name}", runbook.name);
    let mut playback =
        Playback::answered(scenario.clone(), runbook).map_err(|_| unfit("can't be played"))?;
    while playback.tick().map_err(|_| unfit("can't be played"))? {}
    let grade = playback.score().and_then(|score| score.grade());
    let is_of_timeline = |tick: u64, action: &str| {
        let mut events = scenario.timeline.iter().filter(|event| event.tick == tick);
        events.any(|event| match &event.action {
            TimelineAction::Perform(request) => request.name == action,
            _ => false,
        })
    };
    let actions = { playback.events().iter() }.filter_map(|event| match &event.kind {
        EventKind::ActionTaken { action, target, .. } if !is_of_timeline(event.tick, action) => {
            let target = target.iter().flat_map(|target| [" ", target]);
            let words = std::iter::once(action.as_str()).chain(target).collect();
            Some((event.tick, words))
        }
        _ => None,
    });
    Ok(BestAnswer {
        origin,
        grade: grade.map_or(0.0, |grade| grade.total),
        actions: actions.collect(),
    })
}

fn of_search(scenario: &Scenario) -> Result<BestAnswer, String> {
    let bound = format!(
        "a search of answers of up to {SEARCH_ACTIONS} actions and {SEARCH_LIMIT} service ticks"
    );
    let nothing = || format!("none is known: {bound} found none that wins");
    let options = AuditOptions {
        max_actions: SEARCH_ACTIONS,
        random: 0,
        singles: 64,
        limit: SEARCH_LIMIT,
        ..AuditOptions::default()
    };
    if firewatch_audit::least_work(scenario, &options) > SEARCH_LIMIT {
        return Err(format!(
            "none is known: the incident is too large for {bound}"
        ));
    }
    let audit = audit(scenario, &options).map_err(|_| nothing())?;
    let best = audit.winning.and_then(|best| audit.policies.get(best));
    let best = best.ok_or_else(nothing)?;
    let words = |action: &firewatch_audit::PolicyAction| {
        let target = action.target.iter().flat_map(|target| [" ", target]);
        std::iter::once(action.action.as_str())
            .chain(target)
            .collect()
    };
    let actions = best.actions.iter();
    Ok(BestAnswer {
        origin: bound,
        grade: best.grade.total,
        actions: actions.map(|action| (action.tick, words(action))).collect(),
    })
}
