//! What came of a scenario, for a person who has to mend it.

use std::fmt;

use firewatch_response::{ExpectationOutcome, Playback};
use firewatch_ron::{Kind, parse, position};
use firewatch_scenario::Expectation;
use firewatch_sim::SimError;

use crate::folder::LoadedScenario;

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Name of the scenario.
    pub scenario: String,
    /// Its file.
    pub file: String,
    /// Number of its expectations.
    pub expectations: usize,
    /// Those that did not hold, in the order of the file.
    pub failed: Vec<FailedExpectation>,
}

/// An expectation that did not hold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailedExpectation {
    /// Line of the file, from 1; `None` if the scenario was not read from a text.
    pub line: Option<usize>,
    /// Column, in characters, from 1.
    pub column: Option<usize>,
    /// The expectation.
    pub expectation: Expectation,
    /// The tick that decided it; `None` if the run ended before.
    pub tick: Option<u64>,
    /// What was found there.
    pub actual: String,
}

impl Report {
    /// Whether every expectation held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failed.is_empty()
    }
}

/// Plays a scenario to its end.
///
/// # Errors
/// As [`Playback::tick`].
pub fn check(loaded: &LoadedScenario) -> Result<Report, SimError> {
    let scenario = &loaded.scenario;
    let mut playback = Playback::new(scenario.clone())?;
    while playback.tick()? {}
    let verdicts = playback.verdicts();
    let places = places(&loaded.text);
    let failed = verdicts.iter().enumerate().filter_map(|(index, verdict)| {
        let (tick, actual) = match &verdict.outcome {
            ExpectationOutcome::Passed => return None,
            ExpectationOutcome::Failed { tick, actual } => (Some(*tick), actual.clone()),
            ExpectationOutcome::Undecided => (None, String::new()),
        };
        let place = places.get(index).copied();
        Some(FailedExpectation {
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            expectation: verdict.expectation.clone(),
            tick,
            actual,
        })
    });
    Ok(Report {
        scenario: scenario.name.clone(),
        file: loaded.file.clone(),
        failed: failed.collect(),
        expectations: verdicts.len(),
    })
}

/// Where the expectations of a run without a runbook stand in a text: those of `expect`, then those of
/// `expect_unanswered`.
fn places(text: &str) -> Vec<(usize, usize)> {
    let parsed = parse(text);
    let Some(Kind::Group(scenario)) = parsed.value.as_ref().map(|value| &value.kind) else {
        return Vec::new();
    };
    let list = |field: &str| {
        let is_named = |name: &firewatch_ron::Name| name.text == field;
        let mut items = scenario.items.iter();
        let item = items.find(|item| item.name.as_ref().is_some_and(is_named));
        match item.map(|item| &item.value.kind) {
            Some(Kind::List(items)) => &items[..],
            _ => &[],
        }
    };
    let expectations = { list("expect").iter() }.chain(list("expect_unanswered"));
    expectations
        .map(|expectation| position(text, expectation.span.start))
        .collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            scenario,
            file,
            expectations,
            failed,
        } = self;
        let (held, of) = (expectations - failed.len(), expectations);
        writeln!(
            f,
            "{file}: \"{scenario}\": {held} of {of} expectations held"
        )?;
        for failed in failed {
            write!(f, "{file}:")?;
            if let (Some(line), Some(column)) = (failed.line, failed.column) {
                write!(f, "{line}:{column}:")?;
            }
            write!(f, " expected {}; ", failed.expectation)?;
            match failed.tick {
                Some(tick) => writeln!(f, "at tick {tick} it was {}", failed.actual)?,
                None => writeln!(f, "the run ended before it was decided")?,
            }
        }
        Ok(())
    }
}
