//! What comes of expectations when a scenario is played, beside each of them.

use std::ops::Range;
use std::sync::Arc;

use firewatch_response::{ExpectationOutcome, Playback, shown_value};
use firewatch_ron::{Expr, Kind, parse};
use firewatch_scenario::{Check, Expectation, FileKind, Physics, Runbook, Scenario};

use super::about::callees;
use super::file::SourceFile;

/// Most work of a run that is played while somebody types, in ticks times services: some milliseconds.
pub const MAX_WORK: u64 = 20_000;
/// The same of a run of traffic, of which a tick costs more: in ticks times services and calls.
pub const MAX_WORK_OF_TRAFFIC: u64 = 5_000;

/// Something that is shown in a text and is no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte that it stands before.
    pub offset: usize,
    /// What is shown.
    pub text: String,
}

/// What came of an expectation.
struct Outcome {
    /// Whether it held; `None` if the run ended before it was decided.
    held: Option<bool>,
    tick: u64,
    actual: String,
}

/// The hints of a file: of a scenario, or of a runbook and the scenario that it answers.
#[must_use]
pub fn hints(
    file: &SourceFile,
    scenario: Option<&Arc<Scenario>>,
    runbook: Option<&Arc<Runbook>>,
) -> Vec<Hint> {
    let Some(scenario) = scenario else {
        return Vec::new();
    };
    let lists = Lists::of(file.text());
    let shown = bounded(scenario).and_then(|()| match (file.kind, runbook) {
        (FileKind::Scenario, _) => of_scenario(&lists, scenario, runbook),
        (FileKind::Runbook, Some(runbook)) => of_runbook(&lists, scenario, runbook),
        _ => Ok(Vec::new()),
    });
    shown.unwrap_or_else(|text| {
        let notice = lists.begin.map(|offset| Hint { offset, text });
        notice.into_iter().collect()
    })
}

/// Whether a run takes no more work than it may.
fn bounded(scenario: &Scenario) -> Result<(), String> {
    let (ticks, services) = (scenario.ticks, scenario.services.len());
    let calls = || {
        scenario
            .services
            .iter()
            .map(|service| callees(service).len())
    };
    let (parts, what, most) = match scenario.physics {
        Physics::Classic => (services, "services", MAX_WORK),
        _ => (
            services + calls().sum::<usize>(),
            "services and calls",
            MAX_WORK_OF_TRAFFIC,
        ),
    };
    match ticks.saturating_mul(parts as u64) > most {
        true => Err(format!(
            "not played here: {ticks} ticks times {parts} {what} are more than {most}"
        )),
        false => Ok(()),
    }
}

fn of_scenario(
    lists: &Lists,
    scenario: &Arc<Scenario>,
    runbook: Option<&Arc<Runbook>>,
) -> Result<Vec<Hint>, String> {
    if lists.expect.is_empty() && lists.unanswered.is_empty() {
        return Ok(Vec::new());
    }
    let unanswered = play(scenario, None)?;
    let answered = match runbook {
        Some(_) if !lists.expect.is_empty() => play(scenario, runbook)?,
        _ => Vec::new(),
    };
    let places = lists.expect.iter().chain(&lists.unanswered);
    let hint = |(index, (place, outcome)): (usize, (&Range<usize>, &Outcome))| {
        let mut text = outcome.to_string();
        let with_answer = answered.get(index).filter(|answered| {
            let needs_answer = scenario.expect.get(index).is_some_and(is_of_answer);
            needs_answer || answered.held != outcome.held
        });
        if let Some(answered) = with_answer.filter(|_| index < lists.expect.len()) {
            text.push_str(&format!("; answered by the runbook: {answered}"));
        }
        Hint {
            offset: place.end,
            text,
        }
    };
    Ok(places.zip(&unanswered).enumerate().map(hint).collect())
}

fn of_runbook(
    lists: &Lists,
    scenario: &Arc<Scenario>,
    runbook: &Arc<Runbook>,
) -> Result<Vec<Hint>, String> {
    if lists.expect.is_empty() {
        return Ok(Vec::new());
    }
    let outcomes = play(scenario, Some(runbook))?;
    let own = outcomes.iter().skip(scenario.expect.len());
    let hint = |(place, outcome): (&Range<usize>, &Outcome)| Hint {
        offset: place.end,
        text: outcome.to_string(),
    };
    Ok(lists.expect.iter().zip(own).map(hint).collect())
}

/// Whether an expectation asks for the score of an answer.
fn is_of_answer(expectation: &Expectation) -> bool {
    matches!(expectation.check, Check::Quantity(quantity, _) if quantity.is_of_answer())
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self.held {
            Some(true) => "held",
            Some(false) => "failed",
            None => return f.write_str("undecided"),
        };
        write!(f, "{word} at tick {}: {}", self.tick, self.actual)
    }
}

/// Plays a scenario to its end.
///
/// # Errors
/// Why its results mean nothing.
fn play(scenario: &Arc<Scenario>, runbook: Option<&Arc<Runbook>>) -> Result<Vec<Outcome>, String> {
    let playback = match runbook {
        Some(runbook) => Playback::answered(scenario.clone(), runbook.clone()),
        None => Playback::new(scenario.clone()),
    };
    let mut playback = playback.map_err(|error| format!("can't be played: {error}"))?;
    let expectations: Vec<&Expectation> =
        { scenario.expectations(runbook.map(|runbook| &**runbook)) }.collect();
    let mut outcomes: Vec<Option<Outcome>> = expectations.iter().map(|_| None).collect();
    loop {
        note(&playback, &expectations, &mut outcomes);
        if !playback
            .tick()
            .map_err(|error| format!("can't be played: {error}"))?
        {
            break;
        }
    }
    if let Some(failed) = playback.script().failed_action() {
        return Err(format!(
            "at tick {} an action failed: {}",
            failed.tick, failed.error
        ));
    }
    let undecided = || Outcome {
        held: None,
        tick: playback.ticks(),
        actual: String::new(),
    };
    let outcomes = outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(undecided));
    Ok(outcomes.collect())
}

/// Notes what the last tick has decided.
fn note(playback: &Playback, expectations: &[&Expectation], outcomes: &mut [Option<Outcome>]) {
    let script = playback.script();
    let noted = outcomes.iter_mut().zip(script.outcomes()).zip(expectations);
    for ((noted, outcome), expectation) in noted.filter(|((noted, _), _)| noted.is_none()) {
        *noted = match outcome {
            ExpectationOutcome::Undecided => None,
            ExpectationOutcome::Passed => Some(Outcome {
                held: Some(true),
                tick: playback.tick_count(),
                actual: shown_value(
                    &expectation.check,
                    &script.actual(&expectation.check, &playback.view()),
                ),
            }),
            ExpectationOutcome::Failed { tick, actual } => Some(Outcome {
                held: Some(false),
                tick: *tick,
                actual: shown_value(&expectation.check, actual),
            }),
        };
    }
}

/// Where the expectations of a file stand.
#[derive(Default)]
struct Lists {
    expect: Vec<Range<usize>>,
    unanswered: Vec<Range<usize>>,
    /// Where the first list begins.
    begin: Option<usize>,
}

impl Lists {
    fn of(text: &str) -> Self {
        let mark = text.len() - firewatch_ron::without_mark(text).len();
        let mut lists = Self::default();
        let fields: Vec<(String, Expr)> = match parse(&text[mark..]).value.map(|value| value.kind) {
            Some(Kind::Group(group)) => { group.items.into_iter() }
                .filter_map(|item| Some((item.name?.text.to_owned(), item.value)))
                .collect(),
            Some(Kind::Map(entries)) => { entries.into_iter() }
                .filter_map(|(key, value)| match key.kind {
                    Kind::Text(key) => Some((key, value)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        for (name, value) in fields {
            let list = match &*name {
                "expect" => &mut lists.expect,
                "expect_unanswered" => &mut lists.unanswered,
                _ => continue,
            };
            let begin = value.span.start + mark + 1;
            lists.begin.get_or_insert(begin);
            if let Kind::List(items) = value.kind {
                let spans = items.into_iter().map(|item| item.span);
                *list = spans
                    .map(|span| span.start + mark..span.end + mark)
                    .collect();
            }
        }
        lists
    }
}
