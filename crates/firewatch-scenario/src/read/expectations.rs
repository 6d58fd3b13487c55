//! Expectations: when, and what.

use crate::codes;
use crate::model::{Check, Expectation, Fact, Quantity, When};
use firewatch_action::decode::{Call, Decode, Decoder, Placeholder, join};
use firewatch_ron::Expr;
use firewatch_ron::listed;

const WHENS: [&str; 5] = ["at_tick", "by_tick", "always", "never", "at_end"];
const EXPECTATION: &str = "an expectation: `at_tick(3, ...)`, `by_tick(3, ...)`, `always(...)`, \
                           `never(...)` or `at_end(...)`";

impl Check {
    /// The words that checks begin with.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let quantities = Quantity::ALL.iter().map(|quantity| quantity.name());
        let facts = Fact::ALL.iter().map(|fact| fact.name());
        ["status", "metric"]
            .into_iter()
            .chain(quantities)
            .chain(facts)
    }

    /// Whether a check begins with that word.
    pub(crate) fn is_name(name: &str) -> bool {
        Self::names().any(|known| known == name)
    }
}

impl Decode for Expectation {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let call = decoder.call(expr, path, EXPECTATION)?;
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
            name if Check::is_name(name) => {
                let message = format!("`{name}` says what is expected, but not when");
                let help = format!(
                    "put it into `at_end(...)`, or {}",
                    listed(WHENS[..4].iter().copied(), "or")
                );
                decoder.problem(
                    codes::MISSING_TIME,
                    path,
                    expr.span.clone(),
                    message,
                    "",
                    Some(help),
                );
                return None;
            }
            _ => {
                let names = ["expectation", "expectations"];
                decoder.unknown_word(&call, path, names, &WHENS);
                return None;
            }
        };
        // The check's parts stand directly below the expectation: `expect[0].service`.
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

impl Placeholder for Expectation {
    fn placeholder() -> Self {
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
                let names = ["check", "checks"];
                let known: Vec<&str> = Self::names().collect();
                decoder.unknown_word(&call, path, names, &known);
                None
            }
        }
    }
}
