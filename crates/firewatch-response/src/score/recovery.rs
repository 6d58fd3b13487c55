//! Which services were affected, and which of them recovered.

use firewatch_sim::{EnvironmentRef, Fault, Status};

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
            AffectedRule::SeenOrFaulty => {
                let affected = self.affected(view);
                let active = self.have_faults(view, |fault| !fault.halted);
                let is_well = |service: &usize| {
                    self.records[*service].status == Status::Healthy && !active[*service]
                };
                let recovered = affected.clone().filter(is_well).count();
                (affected.count(), recovered)
            }
        }
    }

    /// Services with a fault, and those that were seen not healthy; red herrings have no part in
    /// the incident, unless one has a fault.
    fn affected(&self, view: &EnvironmentRef) -> impl Iterator<Item = usize> + Clone {
        let records = self.records.iter().enumerate();
        let has_fault = self.have_faults(view, |_| true);
        let affected = records.filter(move |(service, record)| {
            (record.seen && !record.red_herring) || has_fault[*service]
        });
        affected.map(|(service, _)| service)
    }

    /// Of each service, whether one of its faults is wanted.
    fn have_faults(&self, view: &EnvironmentRef, wanted: impl Fn(&Fault) -> bool) -> Vec<bool> {
        let mut have = vec![false; self.records.len()];
        for fault in view.faults().filter(|fault| wanted(fault)) {
            // A fault outside the mesh belongs to no service.
            if let Some(has) = have.get_mut(fault.node()) {
                *has = true;
            }
        }
        have
    }
}
