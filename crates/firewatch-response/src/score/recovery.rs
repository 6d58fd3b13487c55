//! Which services were affected, and which of them recovered.

use firewatch_sim::{EnvironmentRef, Status};

use super::account;
use super::rules::AffectedRule;
use super::state::ScoreState;

impl ScoreState {
    /// How many services were affected, and how many of them recovered.
    pub(crate) fn recovery(&self, view: &EnvironmentRef) -> (usize, usize) {
        match self.rules().affected {
            AffectedRule::ReachingFaults => {
                let seen = |node: usize| self.records.get(node).is_some_and(|a| a.seen);
                let reachable = self.reachable.iter().enumerate();
                let affected = reachable.filter(|(node, reachable)| **reachable || seen(*node));
                let recovered = self.records.iter().filter(|record| record.recovered);
                (affected.count(), recovered.count())
            }
            AffectedRule::Harmed => {
                let affected = self.harmed(view);
                let active = |service| {
                    let mut faults = view.faults();
                    faults.any(|fault| !fault.halted && fault.node() == service)
                };
                let is_well = |&&service: &&usize| {
                    self.records[service].status == Status::Healthy && !active(service)
                };
                let recovered = affected.iter().filter(is_well).count();
                (affected.len(), recovered)
            }
        }
    }

    /// The services that were not healthy because of a fault, in order.
    pub(crate) fn harmed(&self, view: &EnvironmentRef) -> Vec<usize> {
        let seen = |service: usize| self.records.get(service).is_some_and(|record| record.seen);
        account::harmed(view, seen)
    }
}
