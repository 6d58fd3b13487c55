//! Faults: what can be wrong with each, and with their order.

use firewatch_sim::{Engine, FaultKind, FaultKindDescriptor};

use super::{Checker, MAX_FAULTS, MAX_SPEED};
use crate::codes;
use crate::model::{Fault, Physics};
use firewatch_ron::{shown, suggest};

impl Checker<'_> {
    pub(super) fn faults(&mut self) {
        let scenario = self.scenario;
        let path = if scenario.faults.is_empty() {
            "timeline"
        } else {
            "faults"
        };
        let count = scenario.all_faults().count();
        let what = "faults, with those that the timeline injects,";
        self.at_most(path, what, count, MAX_FAULTS);
        for (index, fault) in scenario.faults.iter().enumerate() {
            let path = format!("faults[{index}]");
            self.fault(&path, fault);
            self.before_the_end(&format!("{path}.start_tick"), fault.start_tick);
        }
        match scenario.engine {
            Engine::MultiFault | Engine::Traffic => self.order_of_faults(),
            Engine::SingleFault => self.single_fault(),
        }
    }

    /// A fault acts and is numbered in the order of the list, and the first names the root cause: a list
    /// that begins with what comes later would mean something else than it seems to.
    fn order_of_faults(&mut self) {
        for (index, pair) in self.scenario.faults.windows(2).enumerate() {
            let (before, this) = (pair[0].start_tick, pair[1].start_tick);
            if this < before {
                let message = format!(
                    "this fault begins at tick {this}, the one before it in the list at tick {before}"
                );
                let help = "list the faults in the order in which they begin".to_owned();
                let path = format!("faults[{}]", index + 1);
                self.notes.report(
                    codes::FAULT_ORDER,
                    &path,
                    message,
                    "begins earlier",
                    Some(help),
                );
            }
        }
    }

    /// Whether the scenario has that kind; what is read from a file has been asked before.
    pub(super) fn fault_kind(&mut self, path: &str, kind: FaultKind) {
        let known = &self.scenario.fault_kinds;
        if !known.contains(kind) {
            let names: Vec<FaultKind> = known.iter().map(FaultKindDescriptor::kind).collect();
            let message = format!("unknown fault kind `{kind}`");
            self.notes.report_with(
                codes::UNKNOWN_FAULT_KIND,
                path,
                message,
                "not registered",
                || {
                    let names = names.iter().map(FaultKind::name);
                    suggest(kind.name(), "fault kinds", names)
                },
            );
        }
    }

    pub(super) fn fault(&mut self, path: &str, fault: &Fault) {
        self.fault_kind(&format!("{path}.kind"), fault.kind);
        let service_path = format!("{path}.service");
        let name = shown(&fault.service);
        if fault.absent && self.services.contains_key(&*fault.service) {
            let message = format!("`{name}` is in the mesh, so it is not absent");
            let help = Some("leave `absent` out".to_owned());
            self.notes.report(
                codes::PRESENT_SERVICE,
                &format!("{path}.absent"),
                message,
                "",
                help,
            );
        } else if fault.absent && !fault.metrics.is_empty() {
            let message = format!("`{name}` is absent, so it has no metrics to set");
            let help = Some("leave `metrics` out".to_owned());
            self.notes.report(
                codes::ABSENT_SERVICE,
                &format!("{path}.metrics"),
                message,
                "",
                help,
            );
        } else if !fault.absent {
            let hint = "a fault on a service outside the mesh says `absent: true`";
            self.known_service(&service_path, &fault.service, hint);
        }
        if self.red_herrings.contains(&*fault.service) {
            let message = format!("`{name}` is a red herring and has a fault");
            let help = "a red herring only looks bad: take it out of one of the lists";
            self.notes.report(
                codes::CONFLICTING_ROLES,
                &service_path,
                message,
                "",
                Some(help.to_owned()),
            );
        }
        self.in_range(&format!("{path}.speed"), fault.speed, 0.0, MAX_SPEED);
        match self.scenario.physics {
            Physics::Classic => self.classic_fault(path, fault),
            Physics::Traffic => self.traffic_fault(path, fault),
        }
        let own = self.services.get(&*fault.service).copied();
        self.metrics(&format!("{path}.metrics"), &fault.metrics, own);
    }

    /// What a fault of the classic physics can't have.
    fn classic_fault(&mut self, path: &str, fault: &Fault) {
        // It may have been meant to be another one.
        if self.notes.is_broken("physics") {
            return;
        }
        let lasts = "lasts until it is halted";
        let develops = "develops by its `speed`";
        let fields = [
            ("for_ticks", fault.for_ticks.is_some(), lasts),
            ("level", fault.level.is_some(), develops),
            ("shape", fault.shape.is_some(), develops),
            (
                "recovery",
                fault.recovery.is_some(),
                "recovers by its rules",
            ),
            ("knobs", fault.knobs.is_some(), "has a `kind`"),
            (
                "ended_by",
                !fault.ended_by.is_empty(),
                "is halted by the actions of its kind",
            ),
        ];
        for (field, _, instead) in fields.iter().filter(|(_, given, _)| *given) {
            let message = format!("`{field}` needs a physics with load, which `classic` is not");
            let help = format!("leave it out: a fault of the classic physics {instead}");
            let path = format!("{path}.{field}");
            self.notes
                .report(codes::WRONG_PHYSICS, &path, message, "", Some(help));
        }
    }

    fn single_fault(&mut self) {
        let scenario = self.scenario;
        if scenario.faults.len() != 1 && !self.notes.is_broken("faults") {
            let count = scenario.faults.len();
            let message = format!("the single-fault engine takes exactly one fault, not {count}");
            self.notes
                .report(codes::FAULT_COUNT, "engine", message, "", None);
        }
        for (index, fault) in scenario.faults.iter().enumerate() {
            if fault.start_tick > 0 {
                let message = "in the single-fault engine the fault starts at once".to_owned();
                let help = Some("leave `start_tick` out".to_owned());
                let path = format!("faults[{index}].start_tick");
                self.notes
                    .report(codes::MISPLACED_START, &path, message, "", help);
            }
        }
    }
}
