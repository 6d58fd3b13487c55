//! The JSON Schema of what is not described by its fields alone.

use std::borrow::Cow;

use firewatch_sim::{METRICS, Metric, MetricKind, Status};
use schemars::transform::Transform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json, json};

use super::file::ActionsForm;
use super::numbers::{Decimals, Finite, Positive};
use super::union::{Either, ListOr, MapOr, TextOr};
use super::values::{Entries, Plain, Table};
use super::words::{Named, Word};
use crate::comparison::{Comparison, Operator};
use crate::decode::MAX_DECIMALS;
use crate::form::comparison::{Compared, ComparisonCall};

/// The schema of a file of actions.
#[must_use]
pub fn of_actions() -> Schema {
    of::<ActionsForm>()
}

/// The schema of a kind of file.
#[must_use]
pub fn of<T: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<T>()
}

/// Metrics that Firewatch knows, each with its type, unit and range.
pub enum KnownMetrics {}

/// Metrics that Firewatch knows and others.
pub enum AnyMetrics {}

fn known_metrics() -> Json {
    let property = |metric: &Metric| (metric.name.to_owned(), metric_schema(metric));
    Json::Object(METRICS.iter().map(property).collect())
}

fn metric_schema(metric: &Metric) -> Json {
    let number = |kind: &str| json!({"type": kind, "minimum": metric.min, "maximum": metric.max});
    let mut schema = match metric.kind {
        MetricKind::Float => number("number"),
        // A whole number may be written `2.0`.
        MetricKind::Int => number("integer"),
        MetricKind::Bool => json!({"type": "boolean"}),
        MetricKind::Text => json!({"type": "string"}),
        MetricKind::Status => json!({"enum": Status::ALL.map(Status::name)}),
        MetricKind::Lines => json!({"type": "array", "items": {"type": "string"}}),
    };
    schema["description"] = metric.about.into();
    if !metric.unit.is_empty() {
        // UCUM, as OpenTelemetry writes it.
        schema["x-unit"] = metric.unit.into();
    }
    schema
}

/// Implements [`JsonSchema`] with a name, and a schema that a generator is given for.
macro_rules! schemas {
    ($($type:ty: $name:literal, |$generator:ident| $schema:expr;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(module_path!(), "::", $name).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

schemas! {
    Plain: "Value", |generator| {
        let inner = generator.subschema_for::<Self>();
        json_schema!({
            "description": "A number, true or false, text, a list or a map.",
            "type": ["number", "boolean", "string", "array", "object"],
            "items": inner,
            "additionalProperties": inner,
        })
    };
    Table: "Values", |generator| json_schema!({
        "type": "object",
        "additionalProperties": generator.subschema_for::<Plain>(),
    });
    KnownMetrics: "KnownMetrics", |_generator| json_schema!({
        "description": "Metrics by name.",
        "type": "object",
        "properties": known_metrics(),
        "additionalProperties": false,
    });
    AnyMetrics: "AnyMetrics", |generator| json_schema!({
        "description": "Metrics by name: those that Firewatch knows, and others.",
        "type": "object",
        "properties": known_metrics(),
        "additionalProperties": generator.subschema_for::<Plain>(),
    });
}

/// Numbers stand where they are, so that a field can say its range.
macro_rules! numbers {
    ($($type:ty: $name:literal, $schema:tt;)*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

numbers! {
    Finite: "Number", {"type": "number"};
    Positive: "Positive", {"type": "integer", "minimum": 1};
    Decimals: "Decimals", {"type": "integer", "minimum": 0, "maximum": MAX_DECIMALS};
}

/// A word is written where it stands.
impl<T: Named> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::ONE.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::all().iter().map(T::word).collect();
        if T::IS_OPEN {
            let other = json_schema!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"});
            return json_schema!({"anyOf": [{"enum": words}, other]});
        }
        json_schema!({"type": "string", "enum": words})
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

fn either<A: JsonSchema, B: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let [one, other] = [
        generator.subschema_for::<A>(),
        generator.subschema_for::<B>(),
    ];
    json_schema!({"anyOf": [one, other]})
}

impl<C: JsonSchema, P: JsonSchema> JsonSchema for Either<C, P> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", C::schema_name(), P::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either::<C, P>(generator)
    }
}

impl<M: JsonSchema, O: JsonSchema> JsonSchema for MapOr<M, O> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", M::schema_name(), O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either::<M, O>(generator)
    }
}

impl<O: JsonSchema> JsonSchema for TextOr<O> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("TextOr{}", O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either::<String, O>(generator)
    }
}

impl<T: JsonSchema, O: JsonSchema> JsonSchema for ListOr<T, O> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}Or{}", T::schema_name(), O::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either::<Vec<T>, O>(generator)
    }
}

/// A comparison, or a bare value to be equal to.
impl<T: Compared> JsonSchema for Comparison<T>
where
    T::Form: JsonSchema,
{
    fn schema_name() -> Cow<'static, str> {
        format!("ComparisonWith{}", T::NAME).into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("{}::{}", module_path!(), Self::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        either::<ComparisonCall<T::Form>, T::Form>(generator)
    }
}

fn described(operator: Operator) -> &'static str {
    match operator {
        Operator::Lt => "It is less than this.",
        Operator::Le => "It is less than or equal to this.",
        Operator::Gt => "It is greater than this.",
        Operator::Ge => "It is greater than or equal to this.",
        Operator::Eq => "It is equal to this.",
        Operator::Ne => "It is not equal to this.",
    }
}

/// One operator and what is compared with.
impl<F: JsonSchema> JsonSchema for ComparisonCall<F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OperatorWith{}", F::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let with = generator.subschema_for::<F>();
        let property = |operator: &Operator| {
            let mut with = with.clone();
            with.insert("description".to_owned(), described(*operator).into());
            (operator.name().to_owned(), with.to_value())
        };
        let properties: Map<String, Json> = Operator::ALL.iter().map(property).collect();
        json_schema!({
            "type": "object",
            "properties": properties,
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
        })
    }
}

macro_rules! words_as_schemas {
    ($($type:ty),*) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Word::<Self>::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                Word::<Self>::json_schema(generator)
            }
        }
    )*};
}

words_as_schemas!(
    Operator,
    crate::model::Profile,
    crate::model::Category,
    crate::model::ParameterKind,
    crate::model::OnInvalid,
    crate::model::Counter,
    crate::model::CallRoute,
    crate::model::Matching
);

/// Lets all values of a call be left out but the first ones.
pub fn only_first_required(count: usize) -> impl Transform {
    move |schema: &mut Schema| {
        let calls = schema.get_mut("properties").and_then(Json::as_object_mut);
        for call in calls.into_iter().flat_map(|calls| calls.values_mut()) {
            call["minItems"] = count.into();
        }
    }
}
