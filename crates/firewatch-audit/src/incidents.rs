//! What a whole set of incidents gives away: a guess that names the root cause too often or too seldom, whatever
//! the incident.

use std::collections::BTreeSet;

use firewatch_scenario::Scenario;
use serde::Serialize;

use crate::text::counted;

/// Incidents from which on a set is judged.
const FEW: usize = 8;
/// Standard deviations from which on more or fewer right guesses than expected are no chance: what is never the
/// cause tells, too.
const UNLIKELY: f64 = 3.0;

/// Ways to guess the root cause's service without looking at the incident: each returns the services that it can
/// mean, all equally likely.
type Guess = fn(&Scenario) -> Vec<usize>;

const GUESSES: [(&str, Guess); 9] = [
    ("is first in the file", |scenario| at(scenario, 0)),
    ("is last in the file", |scenario| {
        at(scenario, scenario.services.len().wrapping_sub(1))
    }),
    ("is first in alphabetical order", |scenario| {
        by_name(scenario, false)
    }),
    ("is last in alphabetical order", |scenario| {
        by_name(scenario, true)
    }),
    ("has the longest name", |scenario| by_length(scenario, true)),
    ("has the shortest name", |scenario| {
        by_length(scenario, false)
    }),
    (
        "is at the place of the seed modulo the number of services",
        by_seed,
    ),
    ("shares a word with the scenario's name", named),
    (
        "is among the only services with `extra_metrics`",
        with_extra_metrics,
    ),
];

/// How often a guess names the root cause in a set of incidents.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuessResult {
    /// The guess: what is said of the root cause's service.
    pub guess: &'static str,
    /// Incidents in which it can be made.
    pub incidents: usize,
    /// Right guesses; a guess that can mean several services counts in part.
    pub right: f64,
    /// Right guesses that are expected if it has nothing to do with the cause.
    pub expected: f64,
    /// Right guesses above the expected ones, in standard deviations.
    pub deviations: f64,
    /// Whether it names the cause too often, or too seldom, to be chance.
    pub gives_away: bool,
}

/// A set of incidents, for what only many of them can give away.
#[derive(Clone, Debug, Default)]
pub struct IncidentSet {
    /// One for each guess.
    tallies: [Tally; GUESSES.len()],
    incidents: usize,
}

/// How often a guess was right so far.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    incidents: usize,
    right: f64,
    expected: f64,
    variance: f64,
}

impl IncidentSet {
    /// No incidents yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an incident. One without a fault on a service of its mesh tells nothing.
    pub fn add(&mut self, scenario: &Scenario) {
        let causes: BTreeSet<usize> = { scenario.all_faults() }
            .filter_map(|fault| place(scenario, &fault.service))
            .collect();
        let services = scenario.services.len() as f64;
        if causes.is_empty() || scenario.services.len() < 2 {
            return;
        }
        self.incidents += 1;
        let chance = causes.len() as f64 / services;
        for ((_, guess), tally) in GUESSES.iter().zip(&mut self.tallies) {
            let meant = guess(scenario);
            if meant.is_empty() || meant.len() == scenario.services.len() {
                continue;
            }
            let hits = meant
                .iter()
                .filter(|service| causes.contains(service))
                .count();
            tally.incidents += 1;
            tally.right += hits as f64 / meant.len() as f64;
            tally.expected += chance;
            tally.variance += chance * (1.0 - chance) / meant.len() as f64;
        }
    }

    /// How often each guess is right.
    #[must_use]
    pub fn guesses(&self) -> Vec<GuessResult> {
        let tallies = GUESSES.iter().zip(&self.tallies);
        tallies
            .map(|((guess, _), tally)| tally.result(guess))
            .collect()
    }

    /// The code of a guess that gives the causes away.
    pub const CODE: &str = "leaks.set";

    /// Whether no guess gives the causes away; a few incidents can't tell.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.guesses().iter().any(|guess| guess.gives_away)
    }

    /// Whether there are enough incidents to tell.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.incidents >= FEW
    }
}

impl Tally {
    fn result(&self, guess: &'static str) -> GuessResult {
        let deviations = if self.variance > 0.0 {
            (self.right - self.expected) / self.variance.sqrt()
        } else {
            0.0
        };
        GuessResult {
            guess,
            incidents: self.incidents,
            right: self.right,
            expected: self.expected,
            deviations,
            gives_away: self.incidents >= FEW && deviations.abs() > UNLIKELY,
        }
    }
}

impl GuessResult {
    /// The guess and its numbers, in a line.
    #[must_use]
    pub fn describe(&self) -> String {
        format!(
            "the root cause {}: {:.1} of {}, {:.1} expected",
            self.guess,
            self.right,
            counted(self.incidents as u64, "incident"),
            self.expected
        )
    }
}

fn place(scenario: &Scenario, name: &str) -> Option<usize> {
    scenario
        .services
        .iter()
        .position(|service| service.name == name)
}

fn at(scenario: &Scenario, index: usize) -> Vec<usize> {
    Some(index)
        .filter(|index| *index < scenario.services.len())
        .into_iter()
        .collect()
}

fn by_name(scenario: &Scenario, last: bool) -> Vec<usize> {
    let indexed = scenario.services.iter().enumerate();
    let picked = match last {
        true => indexed.max_by(|a, b| a.1.name.cmp(&b.1.name)),
        false => indexed.min_by(|a, b| a.1.name.cmp(&b.1.name)),
    };
    picked.map(|(index, _)| index).into_iter().collect()
}

fn by_length(scenario: &Scenario, longest: bool) -> Vec<usize> {
    let lengths = scenario.services.iter().map(|service| service.name.len());
    let wanted = if longest {
        lengths.clone().max()
    } else {
        lengths.clone().min()
    };
    let indexed = lengths
        .enumerate()
        .filter(|(_, length)| Some(*length) == wanted);
    indexed.map(|(index, _)| index).collect()
}

fn by_seed(scenario: &Scenario) -> Vec<usize> {
    let services = scenario.services.len() as u64;
    let place = scenario.seed.checked_rem(services);
    let place = place.and_then(|place| usize::try_from(place).ok());
    place.into_iter().collect()
}

/// The services of whose names a word of at least 4 letters is in the scenario's name.
fn named(scenario: &Scenario) -> Vec<usize> {
    const LETTERS: usize = 4;
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let long = words.filter(|word| word.len() >= LETTERS && *word != "service");
        long.map(|word| word.trim_end_matches('s').to_lowercase())
            .collect()
    };
    let name = words(&scenario.name);
    let shares = |service: &str| words(service).iter().any(|word| name.contains(word));
    let services = scenario.services.iter().enumerate();
    let sharing = services.filter(|(_, service)| shares(&service.name));
    sharing.map(|(index, _)| index).collect()
}

fn with_extra_metrics(scenario: &Scenario) -> Vec<usize> {
    let services = scenario.services.iter().enumerate();
    let own = services.filter(|(_, service)| !service.extra_metrics.is_empty());
    own.map(|(index, _)| index).collect()
}
