//! The grid of a sweep: values in range, and faults that they can act on.

use std::collections::BTreeSet;

use super::{Checker, MAX_SERVICE_TICKS, MAX_SPEED};
use crate::codes;
use crate::model::{Fault, Physics};
use crate::plan::{Field, FieldOwner, call_field_names, find_field, metric_value, names_calls};
use crate::sweep::{
    Axis, Halt, MAX_SWEEP_RUNS, MAX_SWEEP_SERVICE_TICKS, MAX_SWEEP_VALUES, MetricAxis, Seeds,
    again, caller_and_callee, seeds_again,
};
use firewatch_action::Metrics;
use firewatch_action::decode::key_path;
use firewatch_ron::{shown, suggest};
use firewatch_sim::FaultKind;
use firewatch_sim::num::exact_text;

impl Checker<'_> {
    pub(super) fn sweep(&mut self) {
        let sweep = &self.scenario.sweep;
        self.seeds(&sweep.seeds);
        self.axes("sweep.speed", &sweep.speed, |speed| speed.to_bits());
        self.axes("sweep.level", &sweep.level, |level| level.to_bits());
        self.axes("sweep.kind", &sweep.kind, |kind| kind);
        self.axes("sweep.start", &sweep.start, |start| start);
        self.axes("sweep.halt", &sweep.halt, |halt| halt);
        for (path, tick) in values("sweep.start", &sweep.start) {
            self.before_the_end(&path, tick);
        }
        self.metric_axes(&sweep.metric);
        for (path, speed) in values("sweep.speed", &sweep.speed) {
            self.speed(&path, speed);
        }
        for (path, level) in values("sweep.level", &sweep.level) {
            self.bounded(&path, level, false, 1.0);
        }
        for (path, kind) in values("sweep.kind", &sweep.kind) {
            self.fault_kind(&path, kind);
        }
        for axis in &sweep.halt {
            self.halts(axis);
        }
        if !sweep.level.is_empty() {
            self.needs_traffic("sweep.level", "level");
        }
        if self.scenario.physics == Physics::Traffic {
            self.kinds_of_traffic(&sweep.kind);
            self.speeds_of_traffic(&sweep.speed);
        }
        if sweep.lengths().sum::<usize>() > MAX_SWEEP_VALUES {
            let message = format!("a sweep has at most {MAX_SWEEP_VALUES} values besides seeds");
            self.notes
                .report(codes::TOO_MANY, "sweep", message, "", None);
        } else if sweep.runs() > MAX_SWEEP_RUNS {
            let message = format!("a sweep has at most {MAX_SWEEP_RUNS} runs");
            self.notes
                .report(codes::TOO_MANY, "sweep", message, "", None);
        } else {
            self.work_of_sweep(sweep.runs());
        }
    }

    /// Notes kinds that mean nothing in traffic, and axes over kinds of faults that say themselves what they turn.
    fn kinds_of_traffic(&mut self, axes: &[Axis<FaultKind>]) {
        for (path, kind) in values("sweep.kind", axes) {
            if self.scenario.fault_kinds.contains(kind) {
                self.kind_of_traffic(&path, kind);
            }
        }
        for axis in axes {
            let varied = self.varied(axis);
            if let Some(fault) = varied.iter().find(|fault| fault.knobs.is_some()) {
                let name = shown(&fault.service);
                let message = format!("a fault of `{name}` has `knobs`, so it has no kind to vary");
                let help = "vary the kinds of other services: `kind: {\"service\": [...]}`; or give \
                            the fault a `kind`";
                let path = axis_path("sweep.kind", axis);
                let help = Some(help.to_owned());
                self.notes
                    .report(codes::CONFLICTING_FIELDS, &path, message, "", help);
            }
        }
    }

    /// Notes axes over speeds that change no fault.
    fn speeds_of_traffic(&mut self, axes: &[Axis<f64>]) {
        // Another kind may have a speed.
        if !self.scenario.sweep.kind.is_empty() {
            return;
        }
        for axis in axes {
            let varied = self.varied(axis);
            if !varied.is_empty() && !varied.iter().any(|fault| fault.has_speed_in_traffic()) {
                let message = "the speed changes nothing here".to_owned();
                let help = "in traffic it is how fast a `ramp` rises and memory fills; vary `start`, or \
                            a number of a service";
                let path = axis_path("sweep.speed", axis);
                let help = Some(help.to_owned());
                self.notes
                    .report(codes::CONFLICTING_FIELDS, &path, message, "", help);
            }
        }
    }

    fn work_of_sweep(&mut self, runs: u64) {
        let services = self.scenario.services.len() as u64;
        let of_run = self.scenario.ticks.saturating_mul(services);
        // A run alone that is too large is a problem of `ticks`.
        let is_run_too_large = of_run > MAX_SERVICE_TICKS;
        if !is_run_too_large && runs.saturating_mul(of_run) > MAX_SWEEP_SERVICE_TICKS {
            let message = format!(
                "{runs} runs of {of_run} service ticks are too many: a sweep has at most \
                 {MAX_SWEEP_SERVICE_TICKS} ticks times services in all runs together"
            );
            let most = MAX_SWEEP_SERVICE_TICKS / of_run;
            let help = format!("vary less, for at most {most} runs, or lower `ticks`");
            self.notes
                .report(codes::TOO_MANY, "sweep", message, "", Some(help));
        }
    }

    fn seeds(&mut self, seeds: &[Seeds]) {
        let is_bad = |seeds: &Seeds| {
            // The end of a range is not a part of it, and is written down all the same.
            seeds.count == 0 || (seeds.count > 1 && seeds.first.checked_add(seeds.count).is_none())
        };
        if let Some(index) = seeds.iter().position(is_bad) {
            let message = "no seed, or one beyond the largest number, lies in it".to_owned();
            self.notes.report(
                codes::EMPTY_RANGE,
                &format!("sweep.seeds[{index}]"),
                message,
                "",
                None,
            );
        } else if let Some(index) = seeds_again(seeds) {
            let message = format!("`sweep.seeds[{index}]` gives a seed a second time");
            let path = format!("sweep.seeds[{index}]");
            self.notes
                .report(codes::DUPLICATE, &path, message, "given again", None);
        }
    }

    fn axes<T: Copy, K: Ord>(&mut self, path: &str, axes: &[Axis<T>], key: impl Fn(T) -> K) {
        let mut services: BTreeSet<Option<&str>> = BTreeSet::new();
        for axis in axes {
            let service = axis.service.as_deref();
            let axis_path = axis_path(path, axis);
            // One for all faults goes with no other.
            let is_double = match service {
                Some(_) => services.contains(&service) || services.contains(&None),
                None => !services.is_empty(),
            };
            if is_double {
                let message = "a fault is varied twice in the same way".to_owned();
                let help = "give values for all faults, or for each service once".to_owned();
                self.notes
                    .report(codes::DUPLICATE, &axis_path, message, "", Some(help));
            }
            services.insert(service);
            self.afflicted(&axis_path, service);
            if axis.values.is_empty() {
                let message = format!("`{axis_path}` needs at least one value");
                self.notes
                    .report(codes::EMPTY_LIST, &axis_path, message, "", None);
            } else if let Some(index) = again(&axis.values, &key) {
                let message = format!("`{axis_path}` has a value twice");
                let path = format!("{axis_path}[{index}]");
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            }
        }
    }

    fn metric_axes(&mut self, axes: &[MetricAxis]) {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        for axis in axes {
            let of_service = key_path("sweep.metric", &axis.service);
            let path = key_path(&of_service, &axis.metric);
            if !seen.insert((&axis.service, &axis.metric)) {
                let message = "a metric is varied twice".to_owned();
                self.notes
                    .report(codes::DUPLICATE, &path, message, "", None);
            }
            if let Some(index) = again(&axis.values, f64::to_bits) {
                let message = format!("`{path}` has a value twice");
                let path = format!("{path}[{index}]");
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            }
            self.metric_axis(&of_service, &path, axis);
        }
    }

    fn metric_axis(&mut self, of_service: &str, path: &str, axis: &MetricAxis) {
        if axis.values.is_empty() {
            let message = format!("`{path}` needs at least one value");
            self.notes
                .report(codes::EMPTY_LIST, path, message, "", None);
        }
        // What is drawn by the seed is known only then.
        if self.scenario.generated {
            return;
        }
        let owner = format!("{of_service}@key");
        if let Some(field) = find_field(self.scenario, &axis.service, &axis.metric) {
            return self.field_axis(&owner, path, field, axis);
        }
        if names_calls(self.scenario, &axis.service) {
            return self.no_field_of_calls(&owner, path, axis);
        }
        if !self.known_service(&owner, &axis.service, "") {
            return;
        }
        let is_traffic = self.scenario.physics == Physics::Traffic;
        if is_traffic && call_field_names().any(|name| name == axis.metric) {
            return self.field_of_calls(path, axis);
        }
        let own = self.services.get(&*axis.service).copied();
        let Some(service) = own else { return };
        for number in &axis.values {
            let value = metric_value(service, &axis.metric, *number);
            let metrics = Metrics::from([(axis.metric.clone(), value)]);
            self.metrics(of_service, &metrics, own);
        }
    }

    fn field_axis(&mut self, owner: &str, path: &str, field: Field, axis: &MetricAxis) {
        let is_known = match field.of {
            FieldOwner::Users => self.known_users(owner, &axis.service),
            of if of.is_calls() => self.known_calls(owner, &axis.service),
            _ => self.known_service(owner, &axis.service, ""),
        };
        let is_unread = self.notes.is_broken_within("services");
        if is_known && !is_unread && !field.has_owner(self.scenario, &axis.service) {
            let needed = field.of.needed().unwrap_or_default();
            let message = format!("`{}` has no `{needed}`", shown(&axis.service));
            let help = format!("give it one: `{}` is a number of it", field.name);
            self.notes
                .report(codes::CONFLICTING_FIELDS, owner, message, "", Some(help));
        }
        for (index, number) in axis.values.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.bounded(&path, *number, field.is_above, field.max);
            if field.is_whole && number.fract() != 0.0 {
                let message = format!("`{}` is a whole number, not {number}", field.name);
                self.notes
                    .report(codes::OUT_OF_RANGE, &path, message, "", None);
            }
        }
    }

    /// Whether there are these calls, as far as that is known; notes it if not.
    fn known_calls(&mut self, owner: &str, written: &str) -> bool {
        match caller_and_callee(written) {
            Some((from, to)) => self.known_call([owner, owner], from, to),
            None => {
                let hint = "calls are written `web -> search`, with spaces";
                self.known_service(owner, written, hint)
            }
        }
    }

    /// Notes a number of calls that is varied of a service.
    fn field_of_calls(&mut self, path: &str, axis: &MetricAxis) {
        let (name, field) = (shown(&axis.service), &axis.metric);
        let message = format!("`{field}` is a number of calls, not of `{name}`");
        let help = format!("name the calls: `\"{name} -> ...\": {{\"{field}\": [...]}}`");
        let path = format!("{path}@key");
        self.notes
            .report(codes::UNKNOWN_METRIC, &path, message, "", Some(help));
    }

    /// Notes that calls have no such number.
    fn no_field_of_calls(&mut self, owner: &str, path: &str, axis: &MetricAxis) {
        if caller_and_callee(&axis.service).is_none() {
            self.known_calls(owner, &axis.service);
            return;
        }
        if self.scenario.physics == Physics::Classic {
            return self.needs_traffic(path, &axis.metric);
        }
        let path = format!("{path}@key");
        let message = format!("calls have no number `{}` to vary", shown(&axis.metric));
        self.notes
            .report_with(codes::UNKNOWN_METRIC, &path, message, "", || {
                suggest(&axis.metric, "numbers of calls", call_field_names())
            });
    }

    /// Notes where there is no fault to vary. What is drawn by the seed is known only then.
    fn afflicted(&mut self, path: &str, service: Option<&str>) {
        if self.scenario.generated || self.has_broken_faults() {
            return;
        }
        match service {
            None if self.first_starts.is_empty() => {
                let message = "there is no fault to vary".to_owned();
                self.notes.report(codes::NO_FAULT, path, message, "", None);
            }
            Some(service) if !self.first_starts.contains_key(service) => {
                let message = format!("there is no fault on `{}` to vary", shown(service));
                let afflicted = self.first_starts.keys().copied();
                self.notes.report_with(
                    codes::NO_FAULT,
                    &format!("{path}@key"),
                    message,
                    "",
                    || suggest(service, "services with faults", afflicted),
                );
            }
            _ => {}
        }
    }

    fn has_broken_faults(&self) -> bool {
        self.notes.is_broken_within("faults") || self.notes.is_broken_within("timeline")
    }

    fn speed(&mut self, path: &str, speed: f64) {
        if !(0.0..=MAX_SPEED).contains(&speed) {
            let speed = exact_text(speed);
            let message = format!("a speed must be 0 to {MAX_SPEED}, not {speed}");
            self.notes
                .report(codes::OUT_OF_RANGE, path, message, "out of range", None);
        }
    }

    fn halts(&mut self, axis: &Axis<Halt>) {
        let latest = match axis.service.as_deref() {
            Some(service) => self.first_starts.get_key_value(service),
            None => self.first_starts.iter().max_by_key(|(_, start)| **start),
        };
        let latest = latest.map(|(service, start)| (*service, *start));
        let unreadable = self.has_broken_faults();
        for (path, halt) in values("sweep.halt", std::slice::from_ref(axis)) {
            let Halt::At(tick) = halt else { continue };
            self.before_the_end(&path, tick);
            if let Some((service, start)) = latest
                && start > tick
                && !(unreadable || self.scenario.generated)
            {
                let name = shown(service);
                let message = format!(
                    "at tick {tick} `{name}` has no fault yet: its first begins at tick {start}"
                );
                let help = axis.service.is_none().then(|| {
                    "vary the halts of each service by itself: `halt: {\"service\": [...]}`"
                        .to_owned()
                });
                self.notes.report(codes::NO_FAULT, &path, message, "", help);
            }
        }
    }
}

impl<'a> Checker<'a> {
    /// The faults that an axis varies. What is drawn by the seed is known only then.
    fn varied<T>(&self, axis: &Axis<T>) -> Vec<&'a Fault> {
        if self.scenario.generated || self.has_broken_faults() {
            return Vec::new();
        }
        let service = axis.service.as_deref();
        let is_varied = |fault: &&Fault| service.is_none_or(|name| *name == fault.service);
        self.scenario.all_faults().filter(is_varied).collect()
    }
}

fn axis_path<T>(path: &str, axis: &Axis<T>) -> String {
    match &axis.service {
        Some(service) => key_path(path, service),
        None => path.to_owned(),
    }
}

/// All values, each with its path.
fn values<'a, T: Copy>(
    path: &'a str,
    axes: &'a [Axis<T>],
) -> impl Iterator<Item = (String, T)> + 'a {
    axes.iter().flat_map(move |axis| {
        let path = axis_path(path, axis);
        let values = axis.values.iter().enumerate();
        values.map(move |(index, value)| (format!("{path}[{index}]"), *value))
    })
}
