//! From a scenario back to text that reads as a person would have written it.

use std::fmt::{self, Display, Write as _};

use firewatch_sim::{Engine, ImpactMode};

use crate::goal::Goals;
use crate::model::{Call, Calls, Fault, Physics, Scenario, Service, TimelineAction};
use crate::sweep::{Axis, MetricAxis, Seeds, Sweep};
use firewatch_action::Profile;
use firewatch_action::{Map, Quoted};

/// The scenario as the text of a file. Reading it gives the same scenario; what has its default is
/// left out.
impl Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::from("Scenario(\n");
        let mut field = |name: &str, value: &dyn Display| {
            // Writing to a String can't fail.
            let _ = writeln!(out, "    {name}: {value},");
        };
        field("name", &Quoted(&self.name));
        if !self.description.is_empty() {
            field("description", &Quoted(&self.description));
        }
        if let Some(difficulty) = self.difficulty {
            field("difficulty", &difficulty);
        }
        if self.seed != 0 {
            field("seed", &self.seed);
        }
        let default = self.difficulty;
        if default.map(|difficulty| difficulty.ticks()) != Some(self.ticks) {
            field("ticks", &self.ticks);
        }
        let budget = default.map(|difficulty| difficulty.slo_budget());
        if budget.map(|budget| budget.remaining) != Some(self.slo_budget.remaining) {
            field("slo_budget", &Number(self.slo_budget.remaining));
        }
        if budget.map(|budget| budget.burn_per_tick) != Some(self.slo_budget.burn_per_tick) {
            field("slo_burn_per_tick", &Number(self.slo_budget.burn_per_tick));
        }
        if self.engine != Engine::default() {
            field("engine", &self.engine.name());
        }
        if self.physics != Physics::default() {
            field("physics", &self.physics);
        }
        if self.profile != Profile::default() {
            field("profile", &self.profile);
        }
        let files = self.custom_actions.files();
        if !files.is_empty() {
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            field("actions", &Names(&files));
        }
        if self.impact != ImpactMode::default() {
            field("impact", &self.impact.name());
        }
        if !self.generated {
            self.write_mesh(&mut field);
        }
        let planted = self
            .adversarial_logs
            .iter()
            .map(|planted| format!("(service: {:?}, line: {:?})", planted.service, planted.line));
        list(&mut field, "adversarial_logs", planted);
        let events = self.timeline.iter().map(|event| {
            let action = match &event.action {
                TimelineAction::Halt(service) => format!("halt({})", Quoted(service)),
                TimelineAction::Inject(fault) => format!("inject({})", self.fault(fault, false)),
                TimelineAction::Set(service, metrics) => {
                    format!("set({}, {})", Quoted(service), Map(metrics))
                }
                TimelineAction::Perform(request) => format!("action({})", request.arguments()),
            };
            format!("(tick: {}, do: {action})", event.tick)
        });
        list(&mut field, "timeline", events);
        list(&mut field, "expect", self.expect.iter());
        let unanswered = self.expect_unanswered.iter();
        list(&mut field, "expect_unanswered", unanswered);
        list(&mut field, "goals", self.goals.list.iter());
        if self.goals.cost != Goals::DEFAULT_COST {
            field("goals_cost", &Number(self.goals.cost));
        }
        if !self.sweep.is_empty() {
            field("sweep", &self.sweep);
        }
        f.write_str(&out)?;
        f.write_str(")\n")
    }
}

impl Scenario {
    fn write_mesh(&self, field: &mut impl FnMut(&str, &dyn Display)) {
        let is_plain = |service: &Service| {
            service.calls == Calls::Catalogue
                && service.metrics.is_empty()
                && service.extra_metrics.is_empty()
        };
        if self.services.iter().all(is_plain) {
            let names: Vec<&str> = self.services.iter().map(|service| &*service.name).collect();
            field("services", &Names(&names));
        } else {
            let services = self.services.iter().map(|service| {
                format!(
                    "        {}: {},\n",
                    Quoted(&service.name),
                    ServiceText(service)
                )
            });
            field(
                "services",
                &format!("{{\n{}    }}", services.collect::<String>()),
            );
        }
        list(
            field,
            "faults",
            self.faults.iter().map(|fault| self.fault(fault, true)),
        );
        let absent: Vec<&str> = self.absent_services.iter().map(String::as_str).collect();
        if !absent.is_empty() {
            field("absent_services", &Names(&absent));
        }
        let herrings: Vec<&str> = self.red_herrings.iter().map(String::as_str).collect();
        if !herrings.is_empty() {
            field("red_herrings", &Names(&herrings));
        }
        let facing: Vec<&str> = self.user_facing.iter().map(String::as_str).collect();
        if !facing.is_empty() {
            field("user_facing", &Names(&facing));
        }
        if let Some(root_cause) = &self.root_cause {
            field("root_cause", &Quoted(root_cause));
        }
        if let Some(service) = &self.prompt_injection {
            field("prompt_injection", &Quoted(service));
        }
    }

    fn fault(&self, fault: &Fault, with_start: bool) -> String {
        let mut text = format!("(kind: {}, service: {}", fault.kind, Quoted(&fault.service));
        let default_speed = self
            .difficulty
            .map_or(1.0, |difficulty| difficulty.fault_speed());
        if fault.speed != default_speed {
            let _ = write!(text, ", speed: {}", Number(fault.speed));
        }
        if with_start && fault.start_tick != 0 {
            let _ = write!(text, ", start_tick: {}", fault.start_tick);
        }
        if let Some(ticks) = fault.for_ticks {
            let _ = write!(text, ", for_ticks: {ticks}");
        }
        if let Some(level) = fault.level {
            let _ = write!(text, ", level: {}", Number(level));
        }
        if let Some(shape) = fault.shape {
            let _ = write!(text, ", shape: {shape}");
        }
        if !fault.metrics.is_empty() {
            let _ = write!(text, ", metrics: {}", Map(&fault.metrics));
        }
        if fault.absent {
            text.push_str(", absent: true");
        }
        text.push(')');
        text
    }
}

/// A field with a list, an item a line; nothing for an empty one.
fn list<T: Display>(
    field: &mut impl FnMut(&str, &dyn Display),
    name: &str,
    items: impl Iterator<Item = T>,
) {
    let lines: String = items.map(|item| format!("        {item},\n")).collect();
    if !lines.is_empty() {
        field(name, &format!("[\n{lines}    ]"));
    }
}

/// A number that is read back as the same one.
struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

struct Names<'a>(&'a [&'a str]);

impl Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

struct ServiceText<'a>(&'a Service);

impl Display for ServiceText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Service {
            calls,
            metrics,
            extra_metrics,
            ..
        } = self.0;
        let mut fields = Vec::new();
        match calls {
            Calls::Catalogue => fields.push("calls: catalogue".to_owned()),
            Calls::Named(calls) if !calls.is_empty() => {
                let calls: Vec<CallText> = calls.iter().map(CallText).collect();
                fields.push(format!("calls: {}", in_brackets(&calls)));
            }
            Calls::Named(_) => {}
        }
        if !metrics.is_empty() {
            fields.push(format!("metrics: {}", Map(metrics)));
        }
        if !extra_metrics.is_empty() {
            fields.push(format!("extra_metrics: {}", Map(extra_metrics)));
        }
        write!(f, "({})", fields.join(", "))
    }
}

struct CallText<'a>(&'a Call);

impl Display for CallText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Call { to } = self.0;
        write!(f, "{}", Quoted(to))
    }
}

/// The grid as it stands in a file, on one line a field.
impl Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(\n")?;
        match self.seeds.as_slice() {
            [] => {}
            [range] if range.count > 1 => writeln!(f, "        seeds: {range},")?,
            seeds => writeln!(f, "        seeds: {},", in_brackets(seeds))?,
        }
        write_axes(f, "speed", &self.speed, |speed| Number(*speed).to_string())?;
        write_axes(f, "kind", &self.kind, ToString::to_string)?;
        write_axes(f, "start", &self.start, ToString::to_string)?;
        write_metrics(f, &self.metric)?;
        write_axes(f, "halt", &self.halt, ToString::to_string)?;
        f.write_str("    )")
    }
}

impl Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(f, "{}", self.first),
            count => write!(
                f,
                "range({}, {})",
                self.first,
                self.first.saturating_add(count)
            ),
        }
    }
}

fn in_brackets<T: Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(", "))
}

/// Writes the metrics that vary, by service.
fn write_metrics(f: &mut fmt::Formatter<'_>, axes: &[MetricAxis]) -> fmt::Result {
    if axes.is_empty() {
        return Ok(());
    }
    let of_service = |axes: &[MetricAxis]| {
        let entry = |axis: &MetricAxis| {
            let values: Vec<Number> = axis.values.iter().copied().map(Number).collect();
            format!("{}: {}", Quoted(&axis.metric), in_brackets(&values))
        };
        let entries: Vec<String> = axes.iter().map(entry).collect();
        let service = axes.first().map(|axis| &*axis.service).unwrap_or_default();
        format!("{}: {{{}}}", Quoted(service), entries.join(", "))
    };
    let services = axes.chunk_by(|a, b| a.service == b.service);
    let services: Vec<String> = services.map(of_service).collect();
    writeln!(f, "        metric: {{{}}},", services.join(", "))
}

fn write_axes<T>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    axes: &[Axis<T>],
    text: impl Fn(&T) -> String,
) -> fmt::Result {
    let values = |axis: &Axis<T>| in_brackets(&axis.values.iter().map(&text).collect::<Vec<_>>());
    match axes {
        [] => Ok(()),
        [all @ Axis { service: None, .. }] => writeln!(f, "        {name}: {},", values(all)),
        axes => {
            let entry = |axis: &Axis<T>| {
                let service = axis.service.as_deref().unwrap_or_default();
                format!("{}: {}", Quoted(service), values(axis))
            };
            let entries: Vec<String> = axes.iter().map(entry).collect();
            writeln!(f, "        {name}: {{{}}},", entries.join(", "))
        }
    }
}
