//! The fields of a scenario file: names, types and defaults of each.

use firewatch_sim::{AdversarialLine, Engine, FaultKind, ImpactMode, SloBudget, Status};
use ron2::ast::Expr;

use crate::decode::{Call, Decode, Decoder, StandIn, join};
use crate::model::{
    Action, Calls, Check, Comparison, Difficulty, Event, Expectation, Fact, Fault, Metrics,
    Operator, Quantity, Scenario, Service, When,
};

impl Decode for Scenario {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a scenario", "Scenario")?;
        let f = &mut fields;
        let name = f.required(decoder, "name").unwrap_or_default();
        let description = f.optional(decoder, "description").unwrap_or_default();
        let difficulty: Option<Difficulty> = f.optional(decoder, "difficulty");
        decoder.default_speed = difficulty.map_or(1.0, Difficulty::fault_speed);
        let seed = f.optional(decoder, "seed").unwrap_or(0);
        let ticks = default_or_required(f, decoder, "ticks", difficulty.map(Difficulty::ticks));
        let budget = difficulty.map(Difficulty::slo_budget);
        let remaining = default_or_required(
            f,
            decoder,
            "slo_budget",
            budget.map(|budget| budget.remaining),
        );
        let burn_per_tick = default_or_required(
            f,
            decoder,
            "slo_burn_per_tick",
            budget.map(|budget| budget.burn_per_tick),
        );
        let services: Option<Services> = f.optional(decoder, "services");
        let scenario = Self {
            name,
            description,
            seed,
            difficulty,
            ticks: ticks.unwrap_or(1),
            slo_budget: SloBudget {
                remaining: remaining.unwrap_or(0.0),
                burn_per_tick: burn_per_tick.unwrap_or(0.0),
            },
            impact: f.optional(decoder, "impact").unwrap_or_default(),
            engine: f.optional(decoder, "engine").unwrap_or_default(),
            generated: services.is_none(),
            services: services.map(|services| services.0).unwrap_or_default(),
            faults: f.optional(decoder, "faults").unwrap_or_default(),
            red_herrings: f.optional(decoder, "red_herrings").unwrap_or_default(),
            root_cause: f.optional(decoder, "root_cause"),
            prompt_injection: f.optional(decoder, "prompt_injection"),
            adversarial_logs: f.optional(decoder, "adversarial_logs").unwrap_or_default(),
            timeline: f.optional(decoder, "timeline").unwrap_or_default(),
            expect: f.optional(decoder, "expect").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(scenario)
    }
}

/// A field that only a scenario without a difficulty has to have.
fn default_or_required<T: Decode>(
    fields: &mut crate::decode::Fields,
    decoder: &mut Decoder,
    name: &'static str,
    default: Option<T>,
) -> Option<T> {
    if default.is_some() || decoder.is_broken("difficulty") {
        fields.optional(decoder, name).or(default)
    } else {
        fields.required_or(decoder, name, "a `difficulty`, which gives a default")
    }
}

macro_rules! decode_words {
    ($($type:ty: $what:literal, $words:expr;)*) => {$(
        impl Decode for $type {
            fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
                decoder.word(expr, path, $what, $words)
            }
        }
    )*};
}

decode_words! {
    Engine: "an engine", &Engine::ALL.map(Engine::name);
    ImpactMode: "an impact mode", &ImpactMode::ALL.map(ImpactMode::name);
    Difficulty: "a difficulty", &Difficulty::ALL.iter().map(|d| d.name()).collect::<Vec<_>>();
    FaultKind: "a fault kind", &FaultKind::BUILT_IN.map(FaultKind::name);
    Status: "a status", &Status::ALL.map(Status::name);
}

/// `["a", "b"]` out of the catalogue, or `{"a": (...), "b": (...)}`.
struct Services(Vec<Service>);

impl Decode for Services {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        if let Expr::Seq(_) = expr {
            let names: Vec<String> = Decode::decode(decoder, expr, path)?;
            let of_catalogue = |name| Service {
                name,
                calls: Calls::Catalogue,
                ..Service::default()
            };
            return Some(Self(names.into_iter().map(of_catalogue).collect()));
        }
        let expected = "a map `{\"name\": (...)}` or a list of names out of the catalogue";
        let entries = decoder.entries(expr, path, expected)?;
        let mut services = Vec::new();
        for (name, path, expr) in entries {
            let service: Service = decoder.value(expr, &path).unwrap_or_default();
            services.push(Service { name, ..service });
        }
        Some(Self(services))
    }
}

impl Decode for Service {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a service", "Service")?;
        let service = Self {
            name: String::new(),
            calls: fields.optional(decoder, "calls").unwrap_or_default(),
            metrics: fields.optional(decoder, "metrics").unwrap_or_default(),
            extra_metrics: fields
                .optional(decoder, "extra_metrics")
                .unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(service)
    }
}

impl Decode for Calls {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        match expr {
            Expr::Struct(named) if named.name.name == "catalogue" && named.body.is_none() => {
                Some(Self::Catalogue)
            }
            Expr::Seq(_) => Decode::decode(decoder, expr, path).map(Self::Named),
            _ => decoder.mismatch(expr, path, "a list of services, or `catalogue`"),
        }
    }
}

impl Decode for Fault {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a fault", "Fault")?;
        let stand_in = Self::stand_in();
        let speed = decoder.default_speed;
        let fault = Self {
            kind: fields.required(decoder, "kind").unwrap_or(stand_in.kind),
            service: fields.required(decoder, "service").unwrap_or_default(),
            speed: fields.optional(decoder, "speed").unwrap_or(speed),
            start_tick: fields.optional(decoder, "start_tick").unwrap_or(0),
            metrics: fields.optional(decoder, "metrics").unwrap_or_default(),
            absent: fields.optional(decoder, "absent").unwrap_or(false),
        };
        fields.finish(decoder);
        Some(fault)
    }
}

impl StandIn for Fault {
    fn stand_in() -> Self {
        Self {
            kind: FaultKind::Oom,
            service: String::new(),
            speed: 1.0,
            start_tick: 0,
            metrics: Metrics::new(),
            absent: false,
        }
    }
}

impl Decode for AdversarialLine {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields =
            decoder.fields(expr, path, "an adversarial log line", "AdversarialLine")?;
        let line = Self {
            service: fields.required(decoder, "service").unwrap_or_default(),
            line: fields.required(decoder, "line").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(line)
    }
}

impl StandIn for AdversarialLine {
    fn stand_in() -> Self {
        Self {
            service: String::new(),
            line: String::new(),
        }
    }
}

impl Decode for Event {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "an event", "Event")?;
        let tick = fields.required(decoder, "tick").unwrap_or(0);
        let action = fields
            .required(decoder, "do")
            .unwrap_or(Self::stand_in().action);
        fields.finish(decoder);
        let action = match action {
            Action::Inject(fault) => Action::Inject(Fault {
                start_tick: tick,
                ..fault
            }),
            other => other,
        };
        Some(Self { tick, action })
    }
}

impl StandIn for Event {
    fn stand_in() -> Self {
        Self {
            tick: 0,
            action: Action::Set(String::new(), Metrics::new()),
        }
    }
}

const ACTIONS: &str = "an action: `halt(\"service\")`, `inject((kind: ..., service: ...))` or \
                       `set(\"service\", {\"metric\": value})`";

impl Decode for Action {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, ACTIONS)?;
        let service_path = join(path, "service");
        match call.name {
            "halt" => {
                let [service] = call.arguments(decoder, path, "halt(\"service\")")?;
                decoder.value(service, &service_path).map(Self::Halt)
            }
            "inject" => {
                let signature = "inject((kind: oom, service: \"service\"))";
                let [fault] = call.arguments(decoder, path, signature)?;
                decoder.value(fault, &join(path, "fault")).map(Self::Inject)
            }
            "set" => {
                let signature = "set(\"service\", {\"metric\": value})";
                let [service, metrics] = call.arguments(decoder, path, signature)?;
                let service = decoder.value(service, &service_path);
                let metrics = decoder.value(metrics, &join(path, "metrics"));
                Some(Self::Set(service?, metrics?))
            }
            name => {
                let known = ["halt", "inject", "set"];
                decoder.unknown(call.name_span, path, "an action", name, &known)
            }
        }
    }
}

const WHENS: &str = "an expectation: `at_tick(3, ...)`, `by_tick(3, ...)`, `always(...)`, \
                     `never(...)` or `at_end(...)`";

impl Decode for Expectation {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, WHENS)?;
        let (when, check) = match call.name {
            "at_tick" => with_tick(decoder, &call, path, When::AtTick)?,
            "by_tick" => with_tick(decoder, &call, path, When::ByTick)?,
            "always" => (
                When::Always,
                call.arguments::<1>(decoder, path, "always(check)")?[0],
            ),
            "never" => (
                When::Never,
                call.arguments::<1>(decoder, path, "never(check)")?[0],
            ),
            "at_end" => (
                When::AtEnd,
                call.arguments::<1>(decoder, path, "at_end(check)")?[0],
            ),
            name => {
                let known = ["at_tick", "by_tick", "always", "never", "at_end"];
                return decoder.unknown(call.name_span, path, "an expectation", name, &known);
            }
        };
        // The check's parts stand directly below the expectation: `expect[0].service`.
        decoder.mark(&join(path, "check"), crate::decode::span(check));
        Some(Self {
            when,
            check: Check::decode(decoder, check, path)?,
        })
    }
}

fn with_tick<'a>(
    decoder: &mut Decoder,
    call: &Call<'a>,
    path: &str,
    when: fn(u64) -> When,
) -> Option<(When, &'a Expr<'a>)> {
    let signature = format!("{}(3, check)", call.name);
    let [tick, check] = call.arguments(decoder, path, &signature)?;
    let tick = decoder.value(tick, &join(path, "tick")).unwrap_or(0);
    Some((when(tick), check))
}

impl StandIn for Expectation {
    fn stand_in() -> Self {
        Self {
            when: When::AtEnd,
            check: Check::Fact(Fact::AllHealthy),
        }
    }
}

impl Decode for Check {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(
            expr,
            path,
            "a check, such as `status(\"service\", critical)`",
        )?;
        let (service_path, value_path) = (join(path, "service"), join(path, "value"));
        match call.name {
            "status" => {
                let signature = "status(\"service\", critical)";
                let [service, status] = call.arguments(decoder, path, signature)?;
                let service = decoder.value(service, &service_path);
                let status = decoder.value(status, &value_path);
                Some(Self::Status(service?, status?))
            }
            "metric" => {
                let signature = "metric(\"service\", \"metric\", le(0.1))";
                let [service, metric, value] = call.arguments(decoder, path, signature)?;
                let service = decoder.value(service, &service_path);
                let metric = decoder.value(metric, &join(path, "metric"));
                let value = decoder.value(value, &value_path);
                Some(Self::Metric(service?, metric?, value?))
            }
            name => {
                if let Ok(quantity) = name.parse::<Quantity>() {
                    let [value] = call.arguments(decoder, path, &format!("{name}(le(10))"))?;
                    return decoder
                        .value(value, &value_path)
                        .map(|v| Self::Quantity(quantity, v));
                }
                if let Ok(fact) = name.parse::<Fact>() {
                    let [] = call.arguments(decoder, path, name)?;
                    return Some(Self::Fact(fact));
                }
                let mut known = vec!["status", "metric"];
                known.extend(Quantity::ALL.iter().map(|quantity| quantity.name()));
                known.extend(Fact::ALL.iter().map(|fact| fact.name()));
                decoder.unknown(call.name_span, path, "a check", name, &known)
            }
        }
    }
}

/// `le(0.1)`, or a bare value for `eq`.
impl<T: Decode> Decode for Comparison<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let is_call = matches!(expr, Expr::Struct(named) if named.body.is_some());
        if !is_call {
            return T::decode(decoder, expr, path).map(|with| Self {
                operator: Operator::Eq,
                with,
            });
        }
        let call = decoder.call(expr, path, "a comparison, such as `le(0.1)`")?;
        let Ok(operator) = call.name.parse() else {
            let known: Vec<_> = Operator::ALL
                .iter()
                .map(|operator| operator.name())
                .collect();
            return decoder.unknown(call.name_span, path, "a comparison", call.name, &known);
        };
        let [with] = call.arguments(decoder, path, &format!("{}(0.1)", call.name))?;
        decoder
            .value::<T>(with, path)
            .map(|with| Self { operator, with })
    }
}
