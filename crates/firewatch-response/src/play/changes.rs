//! What changes by itself in a scenario of traffic.

use firewatch_sim::EnvironmentRef;

use super::record::{EventKind, Journal, turns_of};
use firewatch_scenario::{Load, UserGroup};

impl Journal {
    /// Notes what changes after a tick: rates of users, faults whose time is over, and instances that were killed.
    pub(super) fn note_traffic(&mut self, tick: u64, view: &EnvironmentRef, users: &[UserGroup]) {
        for (index, fault) in view.faults().enumerate() {
            // One that is halted by an action is so before the tick, not after it.
            if tick > 0 && fault.halted_at_tick == Some(tick) {
                self.note(tick, || EventKind::FaultOver {
                    service: view.fault_service(fault).to_owned(),
                    kind: view.fault_kind(fault),
                    turns: turns_of(index, view),
                });
            }
        }
        let killed = view.traffic().into_iter().filter(|_| tick > 0);
        for service in killed.flat_map(|traffic| traffic.killed_for_memory()) {
            self.note(tick, || EventKind::KilledForMemory {
                service: service.to_owned(),
            });
        }
        for group in users {
            let change = change_at(&group.rps, tick);
            if let Some((rps, by_tick)) = change {
                self.note(tick, || EventKind::LoadChanged {
                    users: group.name().to_owned(),
                    rps,
                    by_tick,
                });
            }
        }
    }
}

/// What a rate becomes from a tick on, and by when, if it changes evenly.
fn change_at(load: &Load, tick: u64) -> Option<(f64, Option<u64>)> {
    match load {
        Load::Constant(_) => None,
        Load::Steps(points) => {
            let point = points.iter().find(|point| point.tick == tick && tick > 0)?;
            Some((point.rps, None))
        }
        Load::Ramp(points) => {
            let mut ends = points.windows(2);
            let ends = ends.find(|ends| ends[0].tick == tick)?;
            let changes = ends[0].rps != ends[1].rps;
            changes.then_some((ends[1].rps, Some(ends[1].tick)))
        }
    }
}
