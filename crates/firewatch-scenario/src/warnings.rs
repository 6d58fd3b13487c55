//! What a reviewer would ask about a scenario that can be played: each warning is a problem that is none if it is
//! meant.

mod by_hand;
mod calls;
mod circles;
mod faults;
mod names;
mod no_effect;
mod reach;
mod runbook;
mod timeouts;
mod traffic;

use crate::call_graph::{CallGraph, GraphCall};
use crate::model::{Physics, Scenario};
use firewatch_action::decode::key_path;
use firewatch_ron::{Code, Problem, shown};

impl Scenario {
    /// Returns what may not be meant in a scenario without [`Scenario::problems`].
    ///
    /// In both physics: names with hidden characters, a service that calls itself or another one twice, and a fault that
    /// is listed twice.
    ///
    /// In traffic: users that a service has no capacity for from the start, a call that waits longer than anybody waits for
    /// its caller, or not as long as its answer takes, retries that multiply at three levels, a cycle of calls whose load does not shrink, and settings without
    /// an effect.
    ///
    /// In classic, what its rules exclude: a fault that customers are too far from or a red herring hides, trouble expected
    /// where no fault reaches, metrics that the timeline sets and that spread to no caller, a partition with a low speed,
    /// a fault that never shows because a halted one heals faster, and a loop of retries that ends as it begins.
    ///
    /// A drawn scenario has no warnings.
    #[must_use]
    pub fn warnings(&self) -> Vec<Problem> {
        if self.generated {
            return Vec::new();
        }
        let mut reviewer = Reviewer::new(self);
        reviewer.hidden_characters();
        reviewer.calls();
        reviewer.repeated_faults();
        match self.physics {
            Physics::Classic => {
                reviewer.reach();
                reviewer.sudden_partitions();
                reviewer.masked_faults();
                reviewer.ended_loops();
            }
            Physics::Traffic => {
                reviewer.traffic();
                reviewer.without_effect();
            }
        }
        reviewer.warnings
    }

    /// Returns what may not be meant of what only a text shows: fields that say what holds without them. `is_written` tells
    /// whether the field at a path is.
    pub(crate) fn warnings_as_written(&self, is_written: impl Fn(&str) -> bool) -> Vec<Problem> {
        let mut reviewer = Reviewer::new(self);
        reviewer.idle_fields_of_faults(is_written);
        reviewer.warnings
    }
}

struct Reviewer<'a> {
    scenario: &'a Scenario,
    graph: CallGraph<'a>,
    /// Callers before callees; only for traffic.
    order: Vec<usize>,
    /// Whether services stand in a map.
    by_name: bool,
    warnings: Vec<Problem>,
}

impl<'a> Reviewer<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            order: Vec::new(),
            graph: CallGraph::of(scenario),
            by_name: !scenario.services.iter().all(|s| s.is_of_catalogue()),
            warnings: Vec::new(),
        }
    }

    fn warn(&mut self, code: Code, path: String, message: String, help: &str) {
        self.warnings.push(Problem {
            code,
            path,
            message,
            span: None,
            label: String::new(),
            help: Some(help.to_owned()),
        });
    }

    fn name(&self, service: usize) -> String {
        shown(&self.scenario.services[service].name)
    }

    fn path_of(&self, service: usize) -> String {
        if self.by_name {
            key_path("services", &self.scenario.services[service].name)
        } else {
            format!("services[{service}]")
        }
    }

    fn path_of_call(&self, call: &GraphCall, field: &str) -> String {
        format!("{}.calls[{}].{field}", self.path_of(call.from), call.index)
    }
}
