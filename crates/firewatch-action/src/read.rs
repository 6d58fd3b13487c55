//! The fields of a file of actions.

mod comparison;
mod conditions;
mod effects;

use firewatch_sim::{FaultKind, MetricKey};

use crate::action_file::{ActionFile, Amendment};
use crate::codes;
use crate::decode::{Decode, Decoder, Fields, Placeholder, key_path};
use crate::model::{
    ActionSpec, Branch, Category, Matching, OnInvalid, Parameter, ParameterIndex, ParameterKind,
    Profile, Rules,
};
use crate::template::{MAX_FEEDBACK_BYTES, MAX_TEMPLATE_BYTES, Names, Template};
use firewatch_ron::Expr;

macro_rules! decode_names {
    ($($type:ty: $one:literal, $all:literal;)*) => {$(
        impl Decode for $type {
            fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
                let names: Vec<&str> = Self::ALL.iter().map(|x| x.name()).collect();
                decoder.word(expr, path, [$one, $all], &names)
            }
        }
    )*};
}

decode_names! {
    Profile: "profile", "profiles";
    Category: "category", "categories";
    ParameterKind: "parameter type", "parameter types";
    OnInvalid: "reaction", "reactions";
    Matching: "matching", "matchings";
    crate::model::Counter: "counter", "counters";
}

impl Decode for ActionFile {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields =
            decoder.fields(expr, path, "a file of actions", "Actions(actions: {...})")?;
        let rules = fields.optional(decoder, "rules");
        let extra_metrics: Vec<String> = fields
            .optional(decoder, "extra_metrics")
            .unwrap_or_default();
        decoder.own_metrics = extra_metrics.iter().cloned().collect();
        let actions: Option<Named<ActionSpec>> = fields.optional(decoder, "actions");
        // They are of the action before.
        decoder.parameters.clear();
        let amend: Option<Named<Amendment>> = fields.optional(decoder, "amend");
        let renamed: Option<Renamed> = fields.optional(decoder, "renamed");
        fields.finish(decoder);
        Some(Self {
            rules,
            extra_metrics,
            actions: actions.map(|named| named.0).unwrap_or_default(),
            amend: amend.map(|named| named.0).unwrap_or_default(),
            renamed: renamed.map(|renamed| renamed.0).unwrap_or_default(),
        })
    }
}

/// The entries of a map whose keys are their names, in the order of the file.
struct Named<T>(Vec<T>);

/// The entries of a map of old names to new ones.
struct Renamed(Vec<(String, String)>);

impl Decode for Renamed {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut renamed = Vec::new();
        for entry in decoder.entries(expr, path, "a map `{\"old name\": \"new name\"}`")? {
            if let Some(new) = decoder.entry::<String>(&entry, &key_path(path, entry.key)) {
                renamed.push((entry.key.to_owned(), new));
            }
        }
        Some(Self(renamed))
    }
}

/// Takes the key of its entry as its name.
trait TakesName {
    fn take_name(&mut self, name: &str);
}

impl<T: Decode + TakesName> Decode for Named<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut named = Vec::new();
        for entry in decoder.entries(expr, path, "a map `{\"name\": (...)}`")? {
            if let Some(mut value) = decoder.entry::<T>(&entry, &key_path(path, entry.key)) {
                value.take_name(entry.key);
                named.push(value);
            }
        }
        Some(Self(named))
    }
}

macro_rules! takes_name {
    ($($type:ty),*) => {$(
        impl TakesName for $type {
            fn take_name(&mut self, name: &str) {
                name.clone_into(&mut self.name);
            }
        }
    )*};
}

takes_name!(ActionSpec, Amendment, Parameter);

impl Decode for Rules {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "rules", "Rules(matching: any)")?;
        let rules = Self {
            matching: fields
                .required(decoder, "matching")
                .unwrap_or(Matching::Any),
            healthy: fields.required(decoder, "healthy").unwrap_or_default(),
            spare_red_herrings: fields
                .required(decoder, "spare_red_herrings")
                .unwrap_or(true),
            floors_lift: fields.required(decoder, "floors_lift").unwrap_or(false),
            open_circuit_factor: fields
                .optional(decoder, "open_circuit_factor")
                .unwrap_or(1.0),
            raises: fields.required(decoder, "raises").unwrap_or(false),
            conceals: flag(&mut fields, decoder, "conceals"),
        };
        fields.finish(decoder);
        Some(rules)
    }
}

impl Decode for ActionSpec {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let example = "ActionSpec(category: ..., about: \"...\", branches: [...])";
        let mut fields = decoder.fields(expr, path, "an action", example)?;
        let category = fields.required(decoder, "category");
        let is_remediation = category == Some(Category::Remediation);
        let parameters: Option<Named<Parameter>> = fields.optional(decoder, "parameters");
        let parameters = parameters.map(|named| named.0).unwrap_or_default();
        let names = parameters.iter().enumerate();
        let names = names.map(|(index, parameter)| (parameter.name.clone(), index));
        decoder.parameters = names.collect();
        let spec = Self {
            name: String::new(),
            about: fields.required(decoder, "about").unwrap_or_default(),
            category: category.unwrap_or(Category::Investigation),
            guarded: fields
                .optional(decoder, "guarded")
                .unwrap_or(is_remediation),
            applies_when_healthy: flag(&mut fields, decoder, "applies_when_healthy"),
            ends_episode: flag(&mut fields, decoder, "ends_episode"),
            parameters,
            branches: fields.required(decoder, "branches").unwrap_or_default(),
            always: fields.optional(decoder, "always").unwrap_or_default(),
        };
        fields.finish(decoder);
        Some(spec)
    }
}

fn flag(fields: &mut Fields, decoder: &mut Decoder, name: &'static str) -> bool {
    fields.optional(decoder, name).unwrap_or(false)
}

impl Decode for Amendment {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "an amendment", "Amendment(also: [...])")?;
        let amendment = Self {
            name: String::new(),
            guarded: fields.optional(decoder, "guarded"),
            without_effects: flag(&mut fields, decoder, "without_effects"),
            when: fields.optional(decoder, "when").unwrap_or_default(),
            also: fields.optional(decoder, "also").unwrap_or_default(),
            always: fields.optional(decoder, "always").unwrap_or_default(),
            otherwise: fields.optional(decoder, "otherwise"),
        };
        fields.finish(decoder);
        Some(amendment)
    }
}

impl Decode for Parameter {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(
            expr,
            path,
            "a parameter",
            "Parameter(type: number, about: \"...\")",
        )?;
        let on_invalid = fields
            .optional(decoder, "on_invalid")
            .unwrap_or(OnInvalid::Reject);
        let parameter = Self {
            name: String::new(),
            about: fields.required(decoder, "about").unwrap_or_default(),
            kind: fields
                .required(decoder, "type")
                .unwrap_or(ParameterKind::Number),
            default: fields.optional(decoder, "default"),
            min: fields.optional(decoder, "min"),
            max: fields.optional(decoder, "max"),
            choices: fields.optional(decoder, "choices").unwrap_or_default(),
            on_invalid,
            above_max: fields.optional(decoder, "above_max").unwrap_or(on_invalid),
        };
        fields.finish(decoder);
        Some(parameter)
    }
}

impl Decode for Branch {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a branch", "Branch(feedback: \"...\")")?;
        let feedback: Option<Template> = fields.optional(decoder, "feedback");
        let report: Option<Vec<Template>> = fields.optional(decoder, "report");
        if feedback.is_some() == report.is_some() && !decoder.is_broken_within(path) {
            let message = "a branch says something: either a `feedback` or a `report`";
            let help = "`feedback: \"one line\"`, or `report: [\"a line\", \"another\"]`";
            decoder.report(
                codes::CONFLICTING_FIELDS,
                path,
                message.to_owned(),
                "",
                Some(help.to_owned()),
            );
        }
        let branch = Self {
            when: fields.optional(decoder, "when").unwrap_or_default(),
            effects: fields.optional(decoder, "effects").unwrap_or_default(),
            halts: fields.optional(decoder, "halts").unwrap_or_default(),
            halts_where: fields.optional(decoder, "halts_where").unwrap_or_default(),
            in_vain: flag(&mut fields, decoder, "in_vain"),
            report: report.unwrap_or_else(|| feedback.into_iter().collect()),
        };
        fields.finish(decoder);
        Some(branch)
    }
}

impl Decode for Template {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let text = String::decode(decoder, expr, path)?;
        if text.len() > MAX_TEMPLATE_BYTES {
            let bytes = text.len();
            let message = format!("a text has at most {MAX_TEMPLATE_BYTES} bytes, not {bytes}");
            let help = format!(
                "make it shorter: what is said about an action is cut to {MAX_FEEDBACK_BYTES} bytes"
            );
            decoder.problem(
                codes::TOO_LONG,
                path,
                expr.span.clone(),
                message,
                "",
                Some(help),
            );
            return None;
        }
        let names = Names {
            parameters: &decoder.parameters,
            own: &decoder.own_metrics,
            suggests: !decoder.is_full(),
        };
        match Self::parse(&text, &names) {
            Ok(template) => Some(template),
            Err(bad) => {
                decoder.problem(
                    codes::INVALID_TEMPLATE,
                    path,
                    expr.span.clone(),
                    bad.message,
                    "",
                    bad.help,
                );
                None
            }
        }
    }
}

/// The name of a metric that Firewatch knows or the file declares.
fn metric_name(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<MetricKey> {
    let name: String = decoder.value(expr, path)?;
    let metric = MetricKey::new(&name);
    if matches!(metric, MetricKey::Known(_)) || decoder.own_metrics.contains(&name) {
        return Some(metric);
    }
    if decoder.is_full() {
        decoder.omit();
        return None;
    }
    let message = format!("unknown metric `{}`", firewatch_ron::shown(&name));
    let own = decoder.own_metrics.iter().map(String::as_str);
    let names = firewatch_sim::METRICS
        .iter()
        .map(|metric| metric.name)
        .chain(own);
    let help = match firewatch_ron::closest(&name, names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "a metric of your own stands in the file's `extra_metrics`".to_owned(),
    };
    decoder.problem(
        codes::UNKNOWN_METRIC,
        path,
        expr.span.clone(),
        message,
        "",
        Some(help),
    );
    None
}

/// The name of a parameter of the action.
fn parameter_name(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<ParameterIndex> {
    let name: String = decoder.value(expr, path)?;
    if let Some(&index) = decoder.parameters.get(&name) {
        return Some(ParameterIndex(index));
    }
    if decoder.is_full() {
        decoder.omit();
        return None;
    }
    let known = decoder.parameters.clone();
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    decoder.unknown(
        codes::UNKNOWN_PARAMETER,
        expr.span.clone(),
        path,
        ["parameter", "parameters"],
        &name,
        &known,
    );
    None
}

impl Placeholder for Branch {
    fn placeholder() -> Self {
        Self::default()
    }
}

impl Placeholder for Template {
    fn placeholder() -> Self {
        Self::default()
    }
}

impl Placeholder for FaultKind {
    fn placeholder() -> Self {
        Self::OOM
    }
}
