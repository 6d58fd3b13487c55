//! The fields of a scenario file: names, types and defaults of each.

mod expectations;
mod goals;
mod sweep;

use firewatch_sim::{FaultKind, SloBudget};

use crate::codes;
use crate::goal::Goals;
use crate::model::{
    Call, Calls, Difficulty, Fault, FaultShape, Physics, Scenario, Service, TimelineAction,
    TimelineEvent,
};
use firewatch_action::ActionRequest;
use firewatch_action::Metrics;
use firewatch_action::decode::{self, Decode, Decoder, Placeholder, join, key_path};
use firewatch_ron::{Expr, Kind};
use firewatch_ron::{shown, suggest};

impl Decode for Scenario {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields =
            decoder.fields(expr, path, "a scenario", "Scenario(name: \"...\", ...)")?;
        let f = &mut fields;
        let name = f.required(decoder, "name").unwrap_or_default();
        let description = f.optional(decoder, "description").unwrap_or_default();
        let difficulty: Option<Difficulty> = f.optional(decoder, "difficulty");
        decoder.default_speed = difficulty.map_or(1.0, Difficulty::fault_speed);
        let seed = f.optional(decoder, "seed").unwrap_or(0);
        let ticks = f.optional(decoder, "ticks");
        let remaining = f.optional(decoder, "slo_budget");
        let burn_per_tick = f.optional(decoder, "slo_burn_per_tick");
        let with_default = ["ticks", "slo_budget", "slo_burn_per_tick"];
        if decoder.is_broken("difficulty") {
            let missing = with_default.iter().filter(|name| !f.has(name));
            missing.for_each(|name| decoder.mark_broken(name));
        } else if difficulty.is_none() {
            f.note_missing(
                decoder,
                &with_default,
                ", or a `difficulty`, which gives defaults",
            );
        }
        let budget = difficulty.map(Difficulty::slo_budget);
        let default_ticks = difficulty.map_or(1, Difficulty::ticks);
        let services: Option<Services> = f.optional(decoder, "services");
        let scenario = Self {
            name,
            description,
            seed,
            difficulty,
            ticks: ticks.unwrap_or(default_ticks),
            slo_budget: SloBudget {
                remaining: remaining.or(budget.map(|b| b.remaining)).unwrap_or(0.0),
                burn_per_tick: burn_per_tick
                    .or(budget.map(|b| b.burn_per_tick))
                    .unwrap_or(0.0),
            },
            impact: f.optional(decoder, "impact").unwrap_or_default(),
            engine: f.optional(decoder, "engine").unwrap_or_default(),
            physics: f.optional(decoder, "physics").unwrap_or_default(),
            profile: f.optional(decoder, "profile").unwrap_or_default(),
            custom_actions: f.optional(decoder, "actions").unwrap_or_default(),
            fault_kinds: decoder.fault_kinds.clone(),
            generated: services.is_none(),
            services: services.map(|services| services.0).unwrap_or_default(),
            faults: f.optional(decoder, "faults").unwrap_or_default(),
            absent_services: f.optional(decoder, "absent_services").unwrap_or_default(),
            red_herrings: f.optional(decoder, "red_herrings").unwrap_or_default(),
            user_facing: Vec::new(),
            root_cause: f.optional(decoder, "root_cause"),
            prompt_injection: f.optional(decoder, "prompt_injection"),
            adversarial_logs: f.optional(decoder, "adversarial_logs").unwrap_or_default(),
            timeline: f.optional(decoder, "timeline").unwrap_or_default(),
            expect: f.optional(decoder, "expect").unwrap_or_default(),
            expect_unanswered: f.optional(decoder, "expect_unanswered").unwrap_or_default(),
            goals: Goals {
                list: f.optional(decoder, "goals").unwrap_or_default(),
                cost: f
                    .optional(decoder, "goals_cost")
                    .unwrap_or(Goals::DEFAULT_COST),
            },
            sweep: f.optional(decoder, "sweep").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(scenario)
    }
}

impl Decode for Difficulty {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let names: Vec<&str> = Self::ALL.iter().map(|d| d.name()).collect();
        decoder.word(expr, path, ["difficulty", "difficulties"], &names)
    }
}

impl Decode for Physics {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let names: Vec<&str> = Self::ALL.iter().map(|physics| physics.name()).collect();
        decoder.word(expr, path, ["physics", "physics"], &names)
    }
}

/// `["a", "b"]` out of the catalogue, or `{"a": (...), "b": (...)}`.
struct Services(Vec<Service>);

impl Decode for Services {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        if let Kind::List(_) = expr.kind {
            let names: Vec<String> = Decode::decode(decoder, expr, path)?;
            decoder.lacks_names = decoder.is_broken_within(path);
            let of_catalogue = |name| Service {
                name,
                calls: Calls::Catalogue,
                ..Service::default()
            };
            return Some(Self(names.into_iter().map(of_catalogue).collect()));
        }
        let expected = "a map `{\"name\": (...)}` or a list of names out of the catalogue";
        let entries = decoder.entries(expr, path, expected);
        // A key that is no name is noted for the map as a whole.
        decoder.lacks_names = decoder.is_broken(path);
        let mut services = Vec::new();
        for entry in entries? {
            let path = key_path(path, entry.key);
            let service: Service = decoder.entry(&entry, &path).unwrap_or_default();
            let name = entry.key.to_owned();
            services.push(Service { name, ..service });
        }
        Some(Self(services))
    }
}

impl Decode for Service {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a service", "Service(calls: [...])")?;
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
        const EXPECTED: &str = "a list of services: `[\"name\", ...]`, or `catalogue`";
        match &expr.kind {
            Kind::Word("catalogue") => Some(Self::Catalogue),
            Kind::List(_) => Decode::decode(decoder, expr, path).map(Self::Named),
            Kind::Text(text) => {
                let help = if text == "catalogue" {
                    "leave out the quotes: `catalogue`".to_owned()
                } else {
                    format!("put it in a list: `[\"{}\"]`", shown(text))
                };
                decoder.mismatch_with(expr, path, EXPECTED, Some(help))
            }
            Kind::Word(word) => {
                let help = suggest(word, "choices", ["catalogue"]);
                decoder.mismatch_with(expr, path, EXPECTED, help)
            }
            _ => decoder.mismatch(expr, path, EXPECTED),
        }
    }
}

/// `"name"`, or `(to: "name")`.
impl Decode for Call {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        if !matches!(expr.kind, Kind::Group(_)) {
            return String::decode(decoder, expr, path).map(Self::new);
        }
        let mut fields = decoder.fields(expr, path, "a call", "Call(to: \"...\")")?;
        let call = Self {
            to: fields.required(decoder, "to").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(call)
    }
}

impl Placeholder for Call {
    fn placeholder() -> Self {
        Self::default()
    }
}

impl Decode for Fault {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields =
            decoder.fields(expr, path, "a fault", "Fault(kind: ..., service: \"...\")")?;
        let default = Self {
            speed: decoder.default_speed,
            ..Self::placeholder()
        };
        let fault = Self {
            kind: fields.required(decoder, "kind").unwrap_or(default.kind),
            service: fields.required(decoder, "service").unwrap_or_default(),
            speed: fields.optional(decoder, "speed").unwrap_or(default.speed),
            start_tick: fields.optional(decoder, "start_tick").unwrap_or(0),
            for_ticks: fields.optional(decoder, "for_ticks"),
            level: fields.optional(decoder, "level"),
            shape: fields.optional(decoder, "shape"),
            metrics: fields.optional(decoder, "metrics").unwrap_or_default(),
            absent: fields.optional(decoder, "absent").unwrap_or(false),
        };
        fields.finish(decoder);
        Some(fault)
    }
}

impl Placeholder for Fault {
    fn placeholder() -> Self {
        Self::new(FaultKind::OOM, "")
    }
}

const SHAPES: [&str; 4] = ["step", "ramp", "flapping", "spike"];

impl Decode for FaultShape {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        const FLAPPING: &str = "flapping(on: 2, off: 1)";
        let expected = format!("a shape: `step`, `ramp`, `{FLAPPING}` or `spike`");
        let call = decoder.call(expr, path, &expected)?;
        let word = match call.name {
            "step" => Self::Step,
            "ramp" => Self::Ramp,
            "spike" => Self::Spike,
            "flapping" => {
                let mut fields = decoder.fields(expr, path, "`flapping`", FLAPPING)?;
                let on = fields.required(decoder, "on");
                let off = fields.required(decoder, "off");
                fields.finish(decoder);
                return Some(Self::Flapping { on: on?, off: off? });
            }
            _ => {
                decoder.unknown_word(&call, path, ["shape", "shapes"], &SHAPES);
                return None;
            }
        };
        let [] = call.arguments(decoder, path, call.name)?;
        Some(word)
    }
}

impl Decode for TimelineEvent {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "an event", "Event(tick: 3, do: ...)")?;
        let tick = fields.required(decoder, "tick").unwrap_or(0);
        let action = fields
            .required(decoder, "do")
            .unwrap_or(Self::placeholder().action);
        fields.finish(decoder);
        let action = match action {
            TimelineAction::Inject(fault) => {
                let start_path = join(path, "do.fault.start_tick");
                if decoder.has_place(&start_path) {
                    let message = "an injected fault begins at the tick of its event";
                    let help = Some("leave `start_tick` out".to_owned());
                    decoder.report(
                        codes::MISPLACED_START,
                        &start_path,
                        message.to_owned(),
                        "",
                        help,
                    );
                }
                TimelineAction::Inject(Fault {
                    start_tick: tick,
                    ..fault
                })
            }
            other => other,
        };
        Some(Self { tick, action })
    }
}

impl Placeholder for TimelineEvent {
    fn placeholder() -> Self {
        Self {
            tick: 0,
            action: TimelineAction::Set(String::new(), Metrics::new()),
        }
    }
}

const ACTIONS: &str = "an action: `halt(\"service\")`, `inject((kind: ..., service: ...))`, \
                       `set(\"service\", {\"metric\": value})` or `action(\"name\", \"service\")`";

impl Decode for TimelineAction {
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
            "action" => request(decoder, &call, path).map(Self::Perform),
            _ => {
                let known = ["halt", "inject", "set", "action"];
                decoder.unknown_word(&call, path, ["action", "actions"], &known);
                None
            }
        }
    }
}

/// The name of an action, the service that it is done to, and its parameters; the last two may be left
/// out.
pub(crate) fn request(
    decoder: &mut Decoder,
    call: &decode::Call,
    path: &str,
) -> Option<ActionRequest> {
    let signature = "action(\"name\", \"service\")";
    let (name, service, parameters) = match call.count() {
        1 => {
            let [name] = call.arguments(decoder, path, signature)?;
            (name, None, None)
        }
        3 => {
            let signature = "action(\"name\", \"service\", {\"parameter\": value})";
            let [name, service, parameters] = call.arguments(decoder, path, signature)?;
            (name, Some(service), Some(parameters))
        }
        _ => {
            let [name, service] = call.arguments(decoder, path, signature)?;
            (name, Some(service), None)
        }
    };
    let name = decoder.value(name, &join(path, "action"));
    let target = service.map(|expr| decoder.value::<String>(expr, &join(path, "service")));
    let parameters = parameters.map(|expr| decoder.value(expr, &join(path, "parameters")));
    Some(ActionRequest {
        name: name?,
        target: target.map_or(Some(None), |target| target.map(Some))?,
        parameters: parameters.unwrap_or_else(|| Some(Metrics::new()))?,
    })
}
