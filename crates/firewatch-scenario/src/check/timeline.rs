//! What is done from outside: when, and to what.

use firewatch_sim::Engine;

use super::Checker;
use crate::model::{Action, Fault};
use crate::problem::{shown, suggest};

impl Checker<'_> {
    pub(super) fn timeline(&mut self) {
        let scenario = self.scenario;
        for (index, event) in scenario.timeline.iter().enumerate() {
            let path = format!("timeline[{index}]");
            self.before_the_end(&format!("{path}.tick"), event.tick);
            let path = format!("{path}.do");
            match &event.action {
                Action::Halt(service) => self.halt(&path, service, event.tick),
                Action::Inject(fault) => {
                    self.fault(&format!("{path}.fault"), fault);
                    if scenario.engine == Engine::SingleFault {
                        let message = "the single-fault engine takes no further fault".to_owned();
                        self.notes.report(&path, message, "", None);
                    }
                    if fault.start_tick != event.tick {
                        let message = "an injected fault begins at the tick of its event";
                        let path = format!("{path}.fault.start_tick");
                        self.notes.report(&path, message.to_owned(), "", None);
                    }
                }
                Action::Set(service, metrics) => {
                    if self.known_service(&format!("{path}.service"), service, "") {
                        let own = self.services.get(&**service).copied();
                        self.metrics(&format!("{path}.metrics"), metrics, own);
                    }
                }
            }
        }
    }

    fn halt(&mut self, path: &str, service: &str, tick: u64) {
        let path = format!("{path}.service");
        // A fault that could not be read, or is on a service that there is not, may be the one meant.
        let misplaced =
            |fault: &Fault| !fault.absent && !self.services.contains_key(&*fault.service);
        let unreadable = self.notes.is_broken_within("faults")
            || self.notes.is_broken_within("timeline")
            || self.scenario.all_faults().any(misplaced);
        let name = shown(service);
        match self.first_starts.get(service).copied() {
            Some(start) if start > tick && !unreadable => {
                let message =
                    format!("`{name}` has no fault yet: its first begins at tick {start}");
                self.notes.report(&path, message, "", None);
            }
            Some(_) => {}
            None if self.known_service(&path, service, "") && !unreadable => {
                let message = format!("`{name}` has no fault to halt");
                let afflicted = self.first_starts.keys().copied();
                self.notes.report_with(&path, message, "", || {
                    suggest(service, "services with faults", afflicted)
                });
            }
            None => {}
        }
    }
}
