//! Faults of traffic: kinds that mean something there, levels, and what is turned.

use std::collections::BTreeSet;

use firewatch_action::ActionSpec;
use firewatch_sim::{FaultKind, FaultKnobs};

use super::Checker;
use crate::codes;
use crate::model::{Fault, limits};
use firewatch_action::decode::join;
use firewatch_ron::{listed, shown, suggest};

impl Checker<'_> {
    /// What a fault of the physics of traffic has.
    pub(super) fn traffic_fault(&mut self, path: &str, fault: &Fault) {
        let known = self.scenario.fault_kinds.contains(fault.kind);
        let has_meaning =
            fault.kind == FaultKind::KNOBS || FaultKind::BUILT_IN.contains(&fault.kind);
        if known && !has_meaning {
            let message = format!("`{}` means nothing in the physics `traffic`", fault.kind);
            let kinds = listed(FaultKind::BUILT_IN.iter().map(FaultKind::name), "and");
            let help = format!(
                "the kinds that do are {kinds}; or say what the fault turns: `knobs: (...)`"
            );
            let path = join(path, "kind");
            self.notes
                .report(codes::WRONG_PHYSICS, &path, message, "", Some(help));
        }
        if let Some(level) = fault.level {
            self.in_range(&join(path, "level"), level, 0.0, 1.0);
        }
        self.ended_by(&join(path, "ended_by"), fault);
        match &fault.knobs {
            Some(knobs) => self.knobs(&join(path, "knobs"), fault, knobs),
            None if fault.kind == FaultKind::KNOBS => {
                let message = "a fault that turns knobs says which".to_owned();
                let help = "write `knobs: (slow_factor: 4)` instead of a kind".to_owned();
                let path = join(path, "kind");
                self.notes
                    .report(codes::MISSING_FIELD, &path, message, "", Some(help));
            }
            None => {}
        }
    }

    /// Whether the actions that end a fault can end one, and the fault has no kind, which has its own.
    fn ended_by(&mut self, path: &str, fault: &Fault) {
        if fault.ended_by.is_empty() {
            return;
        }
        if fault.kind != FaultKind::KNOBS {
            let message = format!(
                "the actions that end a `{}` are those of its kind",
                fault.kind
            );
            let help = "leave it out: it is of faults with `knobs`".to_owned();
            self.notes
                .report(codes::CONFLICTING_FIELDS, path, message, "", Some(help));
        }
        let actions = self.scenario.actions().actions().iter();
        let ending = actions.filter(|action| !action.halts().is_empty());
        let names: Vec<&str> = ending.map(ActionSpec::name).collect();
        let mut seen = BTreeSet::new();
        for (index, name) in fault.ended_by.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if !seen.insert(name) {
                let message = format!("action `{}` is given twice", shown(name));
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            } else if !names.contains(&&**name) {
                let message = format!("no action `{}` ends a fault", shown(name));
                let help = format!("those that do are {}", listed(names.iter().copied(), "and"));
                self.notes
                    .report(codes::UNKNOWN_ACTION, &path, message, "", Some(help));
            }
        }
    }

    fn knobs(&mut self, path: &str, fault: &Fault, knobs: &FaultKnobs) {
        let seconds = limits::SECONDS;
        let most = limits::REQUESTS as f64;
        let [least_factor, most_factor] = limits::FACTORS;
        let ranges = [
            ("error_ratio", Some(knobs.error_ratio), 0.0, 1.0),
            ("added_latency_s", Some(knobs.added_latency_s), 0.0, seconds),
            ("slow_factor", knobs.slow_factor, least_factor, most_factor),
            (
                "lost_instances",
                Some(knobs.lost_instances),
                0.0,
                limits::INSTANCES as f64,
            ),
            ("unreachable_ratio", Some(knobs.unreachable_ratio), 0.0, 1.0),
            ("queue_limit", knobs.queue_limit, 0.0, most),
            ("memory_growth", Some(knobs.memory_growth), 0.0, 1.0),
            ("timeout_s", knobs.timeout_s, 1e-6, seconds),
            (
                "retries",
                knobs.retries.map(f64::from),
                0.0,
                limits::RETRIES as f64,
            ),
            ("backoff_s", knobs.backoff_s, 0.0, seconds),
            ("share", knobs.share, 0.0, 1.0),
        ];
        for (field, number, min, max) in ranges {
            if let Some(number) = number {
                self.in_range(&join(path, field), number, min, max);
            }
        }
        let place = FaultKnobs {
            to: knobs.to.clone(),
            zone: knobs.zone.clone(),
            ..FaultKnobs::default()
        };
        // What could not be read may be what is turned.
        if *knobs == place && !self.notes.is_broken_within(path) {
            let message = "these knobs turn nothing".to_owned();
            let help = "say what is wrong, such as `slow_factor: 4` or `down: true`".to_owned();
            self.notes
                .report(codes::MISSING_FIELD, path, message, "", Some(help));
        }
        self.knobs_of_calls(path, fault, knobs);
        let own = self.services.get(&*fault.service).copied();
        if let (Some(zone), Some(service)) = (&knobs.zone, own)
            && !service.capacity.zones.contains(zone)
        {
            let message = format!("`{}` has no zone `{}`", shown(&service.name), shown(zone));
            let zones = service.capacity.zones.iter().map(String::as_str);
            self.notes.report_with(
                codes::UNKNOWN_ZONE,
                &join(path, "zone"),
                message,
                "",
                || suggest(zone, "zones", zones),
            );
        }
    }

    /// Whether calls are turned if and only if it is said which.
    fn knobs_of_calls(&mut self, path: &str, fault: &Fault, knobs: &FaultKnobs) {
        let calls = [
            ("timeout_s", knobs.timeout_s.is_some()),
            ("retries", knobs.retries.is_some()),
            ("backoff_s", knobs.backoff_s.is_some()),
            ("share", knobs.share.is_some()),
            ("cut", knobs.cut),
            ("cache_flushed", knobs.cache_flushed),
        ];
        let of_service = [
            ("zone", knobs.zone.is_some()),
            ("slow_factor", knobs.slow_factor.is_some()),
            ("lost_instances", knobs.lost_instances != 0.0),
            ("down", knobs.down),
            ("queue_limit", knobs.queue_limit.is_some()),
            ("memory_growth", knobs.memory_growth != 0.0),
        ];
        let given = |fields: &[(&'static str, bool)]| {
            let mut given = fields.iter().filter(|(_, is_given)| *is_given);
            given.next().map(|(field, _)| *field)
        };
        let Some(to) = &knobs.to else {
            if let Some(field) = given(&calls) {
                let message = format!("`{field}` is turned of calls, and no call is named");
                let help = "say by `to` which service is called".to_owned();
                self.notes.report(
                    codes::CONFLICTING_FIELDS,
                    &join(path, field),
                    message,
                    "",
                    Some(help),
                );
            }
            return;
        };
        if let Some(field) = given(&of_service) {
            let message = format!("`{field}` is turned of a service, and `to` names a call");
            let help = "make it two faults: one of the calls, with `to`, and one of the service"
                .to_owned();
            self.notes.report(
                codes::CONFLICTING_FIELDS,
                &join(path, field),
                message,
                "",
                Some(help),
            );
        }
        let path = join(path, "to");
        if self.known_service(&path, to, "") {
            self.is_called(&path, &fault.service, to);
        }
    }
}
