//! The grid of a sweep.

use firewatch_sim::FaultKind;

use crate::codes;
use crate::sweep::{Axis, BadRange, End, Halt, MAX_SWEEP_VALUES, Seeds, Sweep, steps, whole_steps};
use firewatch_action::decode::{Call, Decode, Decoder, join, key_path};
use firewatch_ron::suggest;
use firewatch_ron::{Expr, Kind};

impl Decode for Sweep {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let mut fields = decoder.fields(expr, path, "a sweep", "Sweep(seeds: range(0, 100))")?;
        let seeds: Option<Values<Seeds>> = fields.optional(decoder, "seeds");
        let speed: Option<Axes<f64>> = fields.optional(decoder, "speed");
        let kind: Option<Axes<FaultKind>> = fields.optional(decoder, "kind");
        let halt: Option<Axes<Halt>> = fields.optional(decoder, "halt");
        fields.finish(decoder);
        Some(Self {
            seeds: seeds.map(|seeds| seeds.0).unwrap_or_default(),
            speed: speed.map(|axes| axes.0).unwrap_or_default(),
            kind: kind.map(|axes| axes.0).unwrap_or_default(),
            halt: halt.map(|axes| axes.0).unwrap_or_default(),
        })
    }
}

/// `[...]` for all faults, or `{"service": [...]}` for those of some services.
struct Axes<T>(Vec<Axis<T>>);

impl<T: Spread> Decode for Axes<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let Kind::Map(_) = &expr.kind else {
            let values = Values::decode(decoder, expr, path)?.0;
            return Some(Self(vec![Axis {
                service: None,
                values,
            }]));
        };
        let entries = decoder.entries(expr, path, "a map `{\"service\": [...]}`")?;
        let mut axes = Vec::new();
        for entry in entries {
            let path = key_path(path, entry.key);
            if let Some(Values(values)) = decoder.entry(&entry, &path) {
                axes.push(Axis {
                    service: Some(entry.key.to_owned()),
                    values,
                });
            }
        }
        Some(Self(axes))
    }
}

/// A list whose items may stand for several values, or one such item without a list around it.
struct Values<T>(Vec<T>);

impl<T: Spread> Decode for Values<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        if range(expr) {
            return T::spread(decoder, expr, path).map(Self);
        }
        let Kind::List(items) = &expr.kind else {
            let help = "a list has brackets even around one value".to_owned();
            return decoder.mismatch_with(expr, path, T::LIST, Some(help));
        };
        if items.is_empty() {
            let message = format!("`{path}` needs at least one value");
            decoder.problem(
                codes::EMPTY_LIST,
                path,
                expr.span.clone(),
                message,
                "no value here",
                None,
            );
            return None;
        }
        let mut values = Vec::new();
        // A value's number is its place in the grid, not among what is written.
        let mut next = 0;
        for item in items {
            let item_path = format!("{path}[{next}]");
            let spread = decoder.value::<Spreading<T>>(item, &item_path);
            let Some(Spreading(spread)) = spread else {
                decoder.mark_broken(path);
                next += 1;
                continue;
            };
            if next + spread.len() > MAX_SWEEP_VALUES {
                let message = format!("`{path}` has more than {MAX_SWEEP_VALUES} values");
                decoder.problem(
                    codes::TOO_MANY,
                    path,
                    item.span.clone(),
                    message,
                    "too many",
                    None,
                );
                return None;
            }
            for behind in next + 1..next + spread.len() {
                decoder.mark(&format!("{path}[{behind}]"), item.span.clone());
            }
            next += spread.len();
            values.extend(spread);
        }
        Some(Self(values))
    }
}

/// What one item of a list stands for.
struct Spreading<T>(Vec<T>);

impl<T: Spread> Decode for Spreading<T> {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        T::spread(decoder, expr, path).map(Self)
    }
}

/// A value that an item of a list can stand for, or several of which.
trait Spread: Sized {
    /// A list of them, in words.
    const LIST: &'static str;

    /// What the item stands for.
    fn spread(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Vec<Self>>;
}

impl Spread for Seeds {
    const LIST: &'static str = "a range of seeds or a list of them: `range(first, end)` or `[...]`";

    fn spread(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Vec<Self>> {
        if !range(expr) {
            return u64::decode(decoder, expr, path).map(|seed| vec![Self::one(seed)]);
        }
        let call = decoder.call(expr, path, "a range")?;
        let [first, end] = call.arguments(decoder, path, "range(first, end)")?;
        let first = decoder.value::<u64>(first, &join(path, "first"));
        let end = decoder.value::<u64>(end, &join(path, "end"));
        let (first, end) = (first?, end?);
        if end <= first {
            return bad_range(decoder, expr, path, BadRange::Empty);
        }
        let count = end - first;
        Some(vec![Self { first, count }])
    }
}

impl Spread for f64 {
    const LIST: &'static str = "a list of numbers `[...]`";

    fn spread(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Vec<Self>> {
        if !range(expr) {
            return Self::decode(decoder, expr, path).map(|speed| vec![speed]);
        }
        let call = decoder.call(expr, path, "a range")?;
        let [first, end, step] = range_values(decoder, &call, path)?;
        match steps(first, end, step, End::Excluded) {
            Ok(values) => Some(values),
            Err(bad) => bad_range(decoder, expr, path, bad),
        }
    }
}

impl Spread for FaultKind {
    const LIST: &'static str = "a list of fault kinds `[...]`";

    fn spread(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Vec<Self>> {
        Self::decode(decoder, expr, path).map(|kind| vec![kind])
    }
}

impl Spread for Halt {
    const LIST: &'static str = "a list of ticks, `[4, 8, never]`";

    fn spread(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Vec<Self>> {
        match &expr.kind {
            Kind::Word("never") => Some(vec![Self::Never]),
            Kind::Number(_) => u64::decode(decoder, expr, path).map(|tick| vec![Self::At(tick)]),
            _ if range(expr) => {
                let call = decoder.call(expr, path, "a range")?;
                let [first, end, step] = range_values(decoder, &call, path)?;
                match whole_steps(first, end, step, End::Excluded) {
                    Ok(ticks) => Some(ticks.into_iter().map(Self::At).collect()),
                    Err(bad) => bad_range(decoder, expr, path, bad),
                }
            }
            _ => {
                let expected = "a tick, `never` or `range(first, end, step)`";
                let help = match &expr.kind {
                    Kind::Word(word) => suggest(word, "choices", ["never"]),
                    _ => None,
                };
                decoder.mismatch_with(expr, path, expected, help)
            }
        }
    }
}

/// Whether it is a range; what is in it may still be wrong.
fn range(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Group(group) => group.name.as_ref().is_some_and(|name| name.text == "range"),
        Kind::Word(word) => *word == "range",
        _ => false,
    }
}

fn range_values<T: Decode>(decoder: &mut Decoder, call: &Call, path: &str) -> Option<[T; 3]> {
    let signature = "range(first, end, step)";
    let [first, end, step] = call.arguments(decoder, path, signature)?;
    let first = decoder.value(first, &join(path, "first"));
    let end = decoder.value(end, &join(path, "end"));
    let step = decoder.value(step, &join(path, "step"));
    Some([first?, end?, step?])
}

fn bad_range<T>(decoder: &mut Decoder, expr: &Expr, path: &str, bad: BadRange) -> Option<T> {
    let help = (bad == BadRange::Empty).then(|| "the end is not included".to_owned());
    decoder.problem(
        codes::EMPTY_RANGE,
        path,
        expr.span.clone(),
        bad.to_string(),
        "",
        help,
    );
    None
}
