//! What gives an answer away, and where it was found first.

use std::collections::BTreeMap;

use firewatch_action::{ActionCatalogue, Category};
use firewatch_scenario::Scenario;

use super::phrases::Phrases;

/// Words of a text that tells what to do, or that it knows the cause.
const ADVICE: [&str; 4] = ["recommend", "recommended", "recommends", "root cause"];

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    Kind,
    Remedy,
    Advice,
    Cause,
}

impl Meaning {
    /// The part of the check.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Remedy => "remedy",
            Self::Advice => "advice",
            Self::Cause => "cause",
        }
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Kind => "the name of a fault kind",
            Self::Remedy => "the name of a remedy",
            Self::Advice => "advice",
            Self::Cause => "the name of the root cause's service",
        }
    }
}

/// Where a line comes from.
pub(crate) struct Source<'a> {
    pub(crate) tick: u64,
    pub(crate) service: &'a str,
    /// `log`, or the name of the investigation.
    pub(crate) of: &'a str,
}

/// Where a name was found first, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) place: String,
    pub(crate) line: String,
    pub(crate) count: u64,
}

/// Looks for names of kinds and remedies, and for advice.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    phrases: Phrases<Meaning>,
    /// Lines that the scenario plants to mislead: they name what they like.
    planted: Vec<String>,
    /// The service whose log the scenario plants as a whole.
    injected: Option<String>,
    pub(crate) hits: BTreeMap<(Meaning, String), Hit>,
}

impl Scan {
    pub(crate) fn new(scenario: &Scenario, catalogue: &ActionCatalogue) -> Self {
        let mut phrases = Phrases::new();
        for descriptor in scenario.fault_kinds.iter() {
            phrases.add(descriptor.kind().name(), Meaning::Kind);
        }
        for spec in catalogue.actions() {
            if spec.category() == Category::Remediation {
                phrases.add(spec.name(), Meaning::Remedy);
            }
        }
        for words in ADVICE {
            phrases.add(words, Meaning::Advice);
        }
        let planted = scenario.adversarial_logs.iter();
        Self {
            phrases,
            planted: planted.map(|planted| planted.line.clone()).collect(),
            injected: scenario.prompt_injection.clone(),
            hits: BTreeMap::new(),
        }
    }

    /// Looks at a line of a log or a report.
    pub(crate) fn line(&mut self, line: &str, source: &Source) {
        let is_injected = self.injected.as_deref() == Some(source.service);
        if is_injected || self.planted.iter().any(|planted| line.contains(&**planted)) {
            return;
        }
        let hits = &mut self.hits;
        self.phrases.find(line, |name, meaning| {
            let hit = hits
                .entry((meaning, name.to_owned()))
                .or_insert_with(|| Hit {
                    place: format!(
                        "{} of {} at tick {}",
                        source.of, source.service, source.tick
                    ),
                    line: line.to_owned(),
                    count: 0,
                });
            hit.count += 1;
        });
    }

    /// Looks at the name of a service, which may be that of the one with a fault.
    pub(crate) fn service(&mut self, name: &str) {
        let source = Source {
            tick: 0,
            service: name,
            of: "name",
        };
        self.line(name, &source);
    }

    /// Looks at a text that says what the incident is: there the services with a fault must not be the only ones
    /// that are named.
    pub(crate) fn text(&mut self, text: &str, place: &str, scenario: &Scenario) {
        let hits = &mut self.hits;
        let mut note = |name: &str, meaning| {
            let hit = Hit {
                place: place.to_owned(),
                line: text.to_owned(),
                count: 1,
            };
            hits.entry((meaning, name.to_owned())).or_insert(hit);
        };
        self.phrases.find(text, |name, meaning| {
            // To say that there is a root cause gives nothing away here.
            if meaning != Meaning::Advice {
                note(name, meaning);
            }
        });
        let mut services = Phrases::new();
        for service in &scenario.services {
            let is_faulty = scenario
                .all_faults()
                .any(|fault| fault.service == service.name);
            services.add(&service.name, is_faulty);
        }
        let (mut faulty, mut others) = (Vec::new(), 0);
        services.find(text, |name, is_faulty| match is_faulty {
            true => faulty.push(name.to_owned()),
            false => others += 1,
        });
        if others == 0 {
            faulty.iter().for_each(|name| note(name, Meaning::Cause));
        }
    }
}
