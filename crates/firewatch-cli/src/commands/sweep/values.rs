//! Parses grid arguments: `speed=0.5..3.0/0.5`, `3/16`.

use std::path::PathBuf;
use std::str::FromStr;

use firewatch_ron::instead_of;
use firewatch_scenario::{
    Axis, End, Halt, MAX_SWEEP_VALUES, MetricAxis, Seeds, steps, whole_steps,
};
use firewatch_sim::FaultKind;

/// A varied setting: `NAME=VALUES` with the name `speed`, `level`, `kind`, `start` or `halt`, optionally followed by
/// `:SERVICE`; `metric:SERVICE:METRIC=VALUES`; or `runbook=FILES`.
#[derive(Clone, Debug, PartialEq)]
pub enum Vary {
    /// Speeds of faults.
    Speed(Axis<f64>),
    /// Levels of faults.
    Level(Axis<f64>),
    /// Kinds of faults.
    Kind(Axis<FaultKind>),
    /// Ticks at which faults begin.
    Start(Axis<u64>),
    /// A metric of a service.
    Metric(MetricAxis),
    /// Ticks at which faults are halted.
    Halt(Axis<Halt>),
    /// Runbooks that respond.
    Runbook(Vec<PathBuf>),
}

impl FromStr for Vary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, values)) = text.split_once('=') else {
            return Err("expected NAME=VALUES, such as `speed=0.5,1.0`".to_owned());
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
            "speed" => {
                list_values(values, numbers).map(|values| Self::Speed(Axis { service, values }))
            }
            "level" => {
                list_values(values, numbers).map(|values| Self::Level(Axis { service, values }))
            }
            "kind" => list_values(values, kinds).map(|values| Self::Kind(Axis { service, values })),
            "start" => {
                list_values(values, ticks).map(|values| Self::Start(Axis { service, values }))
            }
            "metric" => metric(service.as_deref(), values).map(Self::Metric),
            "runbook" if service.is_none() => {
                let files = list_values(values, |file| Ok(vec![PathBuf::from(file)]));
                files.map(Self::Runbook)
            }
            "halt" => list_values(values, halts).map(|values| Self::Halt(Axis { service, values })),
            _ => {
                let names = [
                    "speed", "level", "kind", "start", "metric", "halt", "runbook",
                ];
                if name == "seed" || name == "seeds" {
                    return Err("seeds vary by `--seeds`, as in `--seeds 0..100`".to_owned());
                }
                Err(unknown(&format!("`{name}` can't be varied"), name, &names))
            }
        }
    }
}

/// Parses the axis of a metric; `of` is what follows `metric:`.
fn metric(of: Option<&str>, values: &str) -> Result<MetricAxis, String> {
    // A service may have colons in its name, a metric of the catalogue has none.
    let names = of.and_then(|of| of.rsplit_once(':'));
    match names {
        Some((service, metric)) if !service.is_empty() && !metric.is_empty() => Ok(MetricAxis {
            service: service.to_owned(),
            metric: metric.to_owned(),
            values: list_values(values, numbers)?,
        }),
        _ => Err(
            "name service and metric, such as `metric:db-proxy:process_memory_utilization=0.5,0.8`"
                .to_owned(),
        ),
    }
}

/// Seeds and ranges of seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedRanges(pub Vec<Seeds>);

impl FromStr for SeedRanges {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        list_values(text, seeds).map(Self)
    }
}

/// A part of the runs of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub index: u64,
    /// Number of shards.
    pub count: u64,
}

impl Shard {
    /// All runs.
    pub const WHOLE: Self = Self { index: 1, count: 1 };
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            Some((_, count)) if count > 0 => Err(format!("shards are numbered from 1 to {count}")),
            _ => Err("expected K/N, such as `3/16`".to_owned()),
        }
    }
}

/// A range `first..last/step` or `first..=last/step`; the step is optional.
struct RangeText<'a> {
    first: &'a str,
    last: &'a str,
    step: Option<&'a str>,
    end: End,
}

impl<'a> RangeText<'a> {
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

/// Parses a comma-separated list.
fn list_values<T>(
    text: &str,
    item: impl Fn(&str) -> Result<Vec<T>, String>,
) -> Result<Vec<T>, String> {
    let mut values = Vec::new();
    for part in text.split(',') {
        values.extend(item(part.trim())?);
        if values.len() > MAX_SWEEP_VALUES {
            return Err(format!(
                "too many values: the maximum is {MAX_SWEEP_VALUES}"
            ));
        }
    }
    Ok(values)
}

fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let Some(span) = RangeText::read(text) else {
        return number(text).map(|number| vec![number]);
    };
    let Some(step) = span.step else {
        return Err(format!("`{text}` needs a step, such as `{text}/0.5`"));
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
            let problem = format!("unknown fault kind `{text}`");
            Err(unknown(
                &problem,
                text,
                &known.each_ref().map(FaultKind::name),
            ))
        }
    }
}

fn ticks(text: &str) -> Result<Vec<u64>, String> {
    let Some(span) = RangeText::read(text) else {
        return whole_number(text).map(|tick| vec![tick]);
    };
    let step = span.step.map_or(Ok(1), whole_number)?;
    let (first, last) = (whole_number(span.first)?, whole_number(span.last)?);
    whole_steps(first, last, step, span.end).map_err(|bad| format!("`{text}`: {bad}"))
}

fn halts(text: &str) -> Result<Vec<Halt>, String> {
    if text == "never" {
        return Ok(vec![Halt::Never]);
    }
    let is_range = RangeText::read(text).is_some();
    let ticks = ticks(text).map_err(|bad| match is_range {
        true => bad,
        false => format!("{bad}, or `never`"),
    })?;
    Ok(ticks.into_iter().map(Halt::At).collect())
}

fn seeds(text: &str) -> Result<Vec<Seeds>, String> {
    let Some(span) = RangeText::read(text) else {
        return Ok(vec![Seeds::one(whole_number(text)?)]);
    };
    if span.step.is_some() {
        return Err(format!("`{text}`: a range of seeds has no step"));
    }
    let (first, last) = (whole_number(span.first)?, whole_number(span.last)?);
    match (span.end, last.checked_sub(first)) {
        (End::Excluded, Some(count)) if count > 0 => Ok(vec![Seeds { first, count }]),
        (End::Included, Some(0)) => Ok(vec![Seeds::one(first)]),
        // A range excludes its end, which must be a `u64` too: the largest seed becomes a range of its own.
        (End::Included, Some(count)) if last == u64::MAX => {
            Ok(vec![Seeds { first, count }, Seeds::one(last)])
        }
        (End::Included, Some(before)) => Ok(vec![Seeds {
            first,
            count: before + 1,
        }]),
        (End::Included, None) => Err(format!("`{text}` is empty; write the lower seed first")),
        (End::Excluded, _) => Err(format!("`{text}` is empty; the end of `A..B` is excluded")),
    }
}

fn whole_number(text: &str) -> Result<u64, String> {
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
