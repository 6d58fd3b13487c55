//! What is done from outside: when, and to what.

use firewatch_sim::Engine;

use super::{Checker, MAX_EVENTS};
use crate::codes;
use crate::model::TimelineAction;
use firewatch_action::Metrics;
use firewatch_action::decode::key_path;
use firewatch_action::{ActionRequest, ActionSpec, Parameter};
use firewatch_ron::work;
use firewatch_ron::{shown, suggest};

impl Checker<'_> {
    pub(super) fn timeline(&mut self) {
        let scenario = self.scenario;
        self.at_most("timeline", "events", scenario.timeline.len(), MAX_EVENTS);
        for (index, event) in scenario.timeline.iter().enumerate() {
            work::count(1);
            let path = format!("timeline[{index}]");
            self.before_the_end(&format!("{path}.tick"), event.tick);
            let path = format!("{path}.do");
            match &event.action {
                TimelineAction::Halt(service) => self.halt(&path, service, event.tick),
                TimelineAction::Inject(fault) => {
                    self.fault(&format!("{path}.fault"), fault);
                    if scenario.engine == Engine::SingleFault {
                        let message = "the single-fault engine takes no further fault".to_owned();
                        self.notes
                            .report(codes::FAULT_COUNT, &path, message, "", None);
                    }
                    if fault.start_tick != event.tick {
                        let message = "an injected fault begins at the tick of its event";
                        let path = format!("{path}.fault.start_tick");
                        self.notes.report(
                            codes::MISPLACED_START,
                            &path,
                            message.to_owned(),
                            "",
                            None,
                        );
                    }
                }
                TimelineAction::Perform(request) => self.request(&path, request),
                TimelineAction::Turn(turn) => self.turn(&path, turn),
                TimelineAction::Restart(service) => {
                    self.known_service(&format!("{path}.service"), service, "");
                    self.needs_traffic(&path, "restart");
                }
                TimelineAction::Set(service, metrics) => {
                    if self.known_service(&format!("{path}.service"), service, "") {
                        let own = self.services.get(&**service).copied();
                        self.metrics(&format!("{path}.metrics"), metrics, own);
                    }
                }
            }
        }
    }

    pub(super) fn request(&mut self, path: &str, request: &ActionRequest) {
        let catalogue = self.scenario.actions();
        let Some(action) = catalogue.find(&request.name) else {
            if self.notes.is_broken("actions") {
                return;
            }
            let message = format!("unknown action `{}`", shown(&request.name));
            let path = format!("{path}.action");
            self.notes.report_with(
                codes::UNKNOWN_ACTION,
                &path,
                message,
                "not in the catalogue",
                || catalogue.suggestion(&request.name),
            );
            return;
        };
        let service_path = format!("{path}.service");
        match &request.target {
            Some(target) if action.needs_target() => {
                self.known_service(&service_path, target, "");
            }
            Some(_) => {
                let message = format!("`{}` is not done to a service", action.name());
                let help = Some(format!("write `action(\"{}\")`", action.name()));
                self.notes
                    .report(codes::WRONG_TARGET, &service_path, message, "", help);
            }
            None if action.needs_target() => {
                let message = format!("`{}` needs a service to be done to", action.name());
                let help = Some(format!(
                    "write `action(\"{}\", \"service\")`",
                    action.name()
                ));
                self.notes
                    .report(codes::WRONG_TARGET, path, message, "", help);
            }
            None => {}
        }
        self.parameters(&format!("{path}.parameters"), action, &request.parameters);
    }

    fn parameters(&mut self, path: &str, action: &ActionSpec, given: &Metrics) {
        let known = action.parameters();
        for (name, value) in given {
            let path = key_path(path, name);
            let Some(parameter) = known.iter().find(|parameter| parameter.name() == name) else {
                let (action, name) = (action.name(), shown(name));
                let message = format!("`{action}` has no parameter `{name}`");
                let names = known.iter().map(Parameter::name);
                self.notes.report_with(
                    codes::UNKNOWN_PARAMETER,
                    &format!("{path}@key"),
                    message,
                    "",
                    || suggest(&name, "parameters", names),
                );
                continue;
            };
            if let Some(expected) = parameter.problem(value) {
                let found = shown(&value.to_string());
                let message = format!("`{name}` must be {expected}, not `{found}`");
                self.notes
                    .report(codes::INVALID_PARAMETER, &path, message, "", None);
            }
        }
    }

    fn halt(&mut self, path: &str, service: &str, tick: u64) {
        let path = format!("{path}.service");
        let unreadable = self.hides_faults;
        let name = shown(service);
        match self.first_starts.get(service).copied() {
            Some(start) if start > tick && !unreadable => {
                let message =
                    format!("`{name}` has no fault yet: its first begins at tick {start}");
                self.notes.report(codes::NO_FAULT, &path, message, "", None);
            }
            Some(_) => {}
            None if self.known_service(&path, service, "") && !unreadable => {
                let message = format!("`{name}` has no fault to halt");
                let afflicted = self.first_starts.keys().copied();
                self.notes
                    .report_with(codes::NO_FAULT, &path, message, "", || {
                        suggest(service, "services with faults", afflicted)
                    });
            }
            None => {}
        }
    }
}
