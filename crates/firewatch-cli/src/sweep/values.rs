//! What is typed to say what varies: `speed=0.5..3.0/0.5`, `3/16`.

use std::str::FromStr;

use firewatch_scenario::{
    Axis, End, Halt, MAX_SWEEP_VALUES, Seeds, instead_of, steps, whole_steps,
};
use firewatch_sim::FaultKind;

/// `NAME=VALUES`, where the name is `speed`, `kind` or `halt`, or one of these with `:service` behind it.
#[derive(Clone, Debug, PartialEq)]
pub enum Vary {
    /// Speeds.
    Speed(Axis<f64>),
    /// Kinds.
    Kind(Axis<FaultKind>),
    /// Halting ticks.
    Halt(Axis<Halt>),
}

impl FromStr for Vary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, values)) = text.split_once('=') else {
            return Err("a name and values are wanted, like `speed=0.5,1.0`".to_owned());
        };
        let (name, service) = match name.split_once(':') {
            Some((name, service)) => (name, Some(service.to_owned())),
            None => (name, None),
        };
        if service.as_ref().is_some_and(String::is_empty) {
            return Err(format!(
                "the service is missing, as in `{name}:auth-service=...`"
            ));
        }
        match name {
            "speed" => items(values, speeds).map(|values| Self::Speed(Axis { service, values })),
            "kind" => items(values, kinds).map(|values| Self::Kind(Axis { service, values })),
            "halt" => items(values, halts).map(|values| Self::Halt(Axis { service, values })),
            _ => {
                let names = ["speed", "kind", "halt"];
                Err(unknown(&format!("`{name}` can't be varied"), name, &names))
            }
        }
    }
}

/// Seeds and ranges of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedList(pub Vec<Seeds>);

impl FromStr for SeedList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        items(text, seeds).map(Self)
    }
}

/// One of several pieces of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub piece: u64,
    /// Of how many.
    pub pieces: u64,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self {
        piece: 1,
        pieces: 1,
    };
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((piece, pieces)) if (1..=pieces).contains(&piece) => Ok(Self { piece, pieces }),
            Some((_, pieces)) if pieces > 0 => Err(format!("the pieces count from 1 to {pieces}")),
            _ => Err("a piece and their number are wanted, like `3/16`".to_owned()),
        }
    }
}

/// `first..last/step` or `first..=last/step`; without a step there is none.
struct Span<'a> {
    first: &'a str,
    last: &'a str,
    step: Option<&'a str>,
    end: End,
}

impl<'a> Span<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (first, rest) = text.split_once("..")?;
        let (rest, end) = match rest.strip_prefix('=') {
            Some(rest) => (rest, End::Included),
            None => (rest, End::Excluded),
        };
        let (last, step) = match rest.split_once('/') {
            Some((last, step)) => (last, Some(step)),
            None => (rest, None),
        };
        Some(Self {
            first,
            last,
            step,
            end,
        })
    }
}

/// What each item of a comma list stands for, in order.
fn items<T>(text: &str, item: impl Fn(&str) -> Result<Vec<T>, String>) -> Result<Vec<T>, String> {
    let mut values = Vec::new();
    for part in text.split(',') {
        values.extend(item(part.trim())?);
        if values.len() > MAX_SWEEP_VALUES {
            return Err(format!("more than {MAX_SWEEP_VALUES} values are too many"));
        }
    }
    Ok(values)
}

fn speeds(text: &str) -> Result<Vec<f64>, String> {
    let Some(span) = Span::read(text) else {
        return number(text).map(|speed| vec![speed]);
    };
    let Some(step) = span.step else {
        return Err(format!("`{text}` needs a step, like `{text}/0.5`"));
    };
    steps(
        number(span.first)?,
        number(span.last)?,
        number(step)?,
        span.end,
    )
    .map_err(|bad| format!("`{text}`: {bad}"))
}

fn kinds(text: &str) -> Result<Vec<FaultKind>, String> {
    let known = FaultKind::BUILT_IN;
    match known.iter().find(|kind| kind.name() == text) {
        Some(&kind) => Ok(vec![kind]),
        None => {
            let problem = format!("`{text}` is no fault kind");
            Err(unknown(
                &problem,
                text,
                &known.each_ref().map(FaultKind::name),
            ))
        }
    }
}

fn halts(text: &str) -> Result<Vec<Halt>, String> {
    if text == "never" {
        return Ok(vec![Halt::Never]);
    }
    let Some(span) = Span::read(text) else {
        let tick = whole(text).map_err(|bad| format!("{bad}, or `never`"))?;
        return Ok(vec![Halt::At(tick)]);
    };
    let step = span.step.map_or(Ok(1), whole)?;
    let ticks = whole_steps(whole(span.first)?, whole(span.last)?, step, span.end)
        .map_err(|bad| format!("`{text}`: {bad}"))?;
    Ok(ticks.into_iter().map(Halt::At).collect())
}

fn seeds(text: &str) -> Result<Vec<Seeds>, String> {
    let Some(span) = Span::read(text) else {
        return Ok(vec![Seeds::one(whole(text)?)]);
    };
    if span.step.is_some() {
        return Err(format!("`{text}`: seeds have no step"));
    }
    let (first, last) = (whole(span.first)?, whole(span.last)?);
    match (span.end, last.checked_sub(first)) {
        (End::Excluded, Some(count)) if count > 0 => Ok(vec![Seeds { first, count }]),
        (End::Included, Some(0)) => Ok(vec![Seeds::one(first)]),
        // The end of a range, which is not a part of it, must be a number too: the largest seed stands alone.
        (End::Included, Some(count)) if last == u64::MAX => {
            Ok(vec![Seeds { first, count }, Seeds::one(last)])
        }
        (End::Included, Some(before)) => Ok(vec![Seeds {
            first,
            count: before + 1,
        }]),
        (End::Included, None) => Err(format!(
            "`{text}`: no seed lies in it; write the lower one first"
        )),
        (End::Excluded, _) => Err(format!(
            "`{text}`: no seed lies in it; the end of `A..B` is not included"
        )),
    }
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a whole number from 0 up"))
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x: &f64| x.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number"))
}

fn unknown(problem: &str, name: &str, known: &[&str]) -> String {
    match instead_of(name, known.iter().copied()) {
        Some(help) => format!("{problem}: {help}"),
        None => problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Seeds, seeds};

    #[test]
    fn ranges_may_go_up_to_the_largest_seed() {
        let max = u64::MAX;
        let range = |first, count| Seeds { first, count };
        let cases = [
            ("3..5", vec![range(3, 2)]),
            ("3..=5", vec![range(3, 3)]),
            ("3..=3", vec![Seeds::one(3)]),
            (
                "18446744073709551610..=18446744073709551615",
                vec![range(max - 5, 5), Seeds::one(max)],
            ),
            (
                "18446744073709551610..18446744073709551615",
                vec![range(max - 5, 5)],
            ),
            (
                "18446744073709551615..=18446744073709551615",
                vec![Seeds::one(max)],
            ),
            (
                "0..=18446744073709551615",
                vec![range(0, max), Seeds::one(max)],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(seeds(text), Ok(expected), "{text}");
        }
        for text in ["5..5", "5..4", "5..=4"] {
            assert!(seeds(text).is_err(), "{text}");
        }
    }
}
