//! The grid of a sweep.

use firewatch_sim::FaultKind;
use serde::{Deserialize, Serialize};

use crate::sweep::{Axis, BadRange, End, Halt, MAX_SWEEP_VALUES, Seeds, Sweep, steps, whole_steps};
use firewatch_action::form::Word;
use firewatch_action::form::{Calls, Either, MapOr};
use firewatch_action::form::{Entries, Finite};

/// What varies in a sweep, and by which values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Sweep", deny_unknown_fields)]
pub(crate) struct SweepForm {
    /// The seeds; the scenario's own if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    seeds: Option<ValuesForm<Seeds>>,
    /// Speeds of faults: of all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<AxesForm<f64>>,
    /// Kinds of faults: of all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<AxesForm<FaultKind>>,
    /// Ticks at which services with faults are halted, instead of when the timeline says: all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    halt: Option<AxesForm<Halt>>,
}

/// A list whose items may stand for several values, or one such item without a list around it.
pub(super) type ValuesForm<T> = Either<<T as Spread>::Range, Vec<<T as Spread>::Item>>;

/// `[...]` for all faults, or `{"service": [...]}` for those of some services.
pub(super) type AxesForm<T> = MapOr<Entries<ValuesForm<T>>, ValuesForm<T>>;

/// A value that an item of a list can stand for, or several of which.
pub(super) trait Spread: Sized {
    /// Several values.
    type Range;
    /// One, or several.
    type Item;

    fn of_range(range: Self::Range) -> Result<Vec<Self>, BadRange>;

    fn of_item(item: Self::Item) -> Result<Vec<Self>, BadRange>;

    fn item(&self) -> Self::Item;
}

/// Numbers in steps; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "SpeedRange", rename_all = "snake_case")]
pub(super) enum Steps {
    /// First, end and step.
    Range(Finite, Finite, Finite),
}

/// Ticks in steps; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "TickRange", rename_all = "snake_case")]
pub(super) enum TickSteps {
    /// First, end and step.
    Range(u64, u64, u64),
}

/// A tick that is none, or ticks in steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Halt", rename_all = "snake_case")]
pub(super) enum HaltCall {
    /// Not at all.
    Never,
    /// First, end and step; the end is not included.
    Range(u64, u64, u64),
}

/// Seeds in a row; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "SeedRange", rename_all = "snake_case")]
pub(super) enum SeedRange {
    /// First and end.
    Range(u64, u64),
}

/// Kinds have no ranges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum NoRange {}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for NoRange {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NoRange".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        false.into()
    }
}

macro_rules! calls {
    ($($type:ty: $words:expr, $calls:expr;)*) => {$(
        impl Calls for $type {
            const WORDS: &'static [&'static str] = &$words;
            const CALLS: &'static [&'static str] = &$calls;
        }
    )*};
}

calls! {
    Steps: [], ["range"];
    TickSteps: [], ["range"];
    HaltCall: ["never"], ["range"];
    SeedRange: [], ["range"];
    NoRange: [], [];
}

impl Spread for f64 {
    type Range = Steps;
    type Item = Either<Steps, Finite>;

    fn of_range(
        Steps::Range(Finite(first), Finite(end), Finite(step)): Steps,
    ) -> Result<Vec<Self>, BadRange> {
        steps(first, end, step, End::Excluded)
    }

    fn of_item(item: Self::Item) -> Result<Vec<Self>, BadRange> {
        match item {
            Either::Call(range) => Self::of_range(range),
            Either::Plain(Finite(speed)) => Ok(vec![speed]),
        }
    }

    fn item(&self) -> Self::Item {
        Either::Plain(Finite(*self))
    }
}

impl Spread for Halt {
    type Range = TickSteps;
    type Item = Either<HaltCall, u64>;

    fn of_range(TickSteps::Range(first, end, step): TickSteps) -> Result<Vec<Self>, BadRange> {
        let ticks = whole_steps(first, end, step, End::Excluded)?;
        Ok(ticks.into_iter().map(Self::At).collect())
    }

    fn of_item(item: Self::Item) -> Result<Vec<Self>, BadRange> {
        match item {
            Either::Call(HaltCall::Never) => Ok(vec![Self::Never]),
            Either::Call(HaltCall::Range(first, end, step)) => {
                Self::of_range(TickSteps::Range(first, end, step))
            }
            Either::Plain(tick) => Ok(vec![Self::At(tick)]),
        }
    }

    fn item(&self) -> Self::Item {
        match self {
            Self::Never => Either::Call(HaltCall::Never),
            Self::At(tick) => Either::Plain(*tick),
        }
    }
}

impl Spread for Seeds {
    type Range = SeedRange;
    type Item = Either<SeedRange, u64>;

    fn of_range(SeedRange::Range(first, end): SeedRange) -> Result<Vec<Self>, BadRange> {
        match end.checked_sub(first) {
            None | Some(0) => Err(BadRange::Empty),
            Some(count) => Ok(vec![Self { first, count }]),
        }
    }

    fn of_item(item: Self::Item) -> Result<Vec<Self>, BadRange> {
        match item {
            Either::Call(range) => Self::of_range(range),
            Either::Plain(seed) => Ok(vec![Self::one(seed)]),
        }
    }

    fn item(&self) -> Self::Item {
        match self.count {
            1 => Either::Plain(self.first),
            count => Either::Call(SeedRange::Range(
                self.first,
                self.first.saturating_add(count),
            )),
        }
    }
}

impl Spread for FaultKind {
    type Range = NoRange;
    type Item = Word<Self>;

    fn of_range(range: NoRange) -> Result<Vec<Self>, BadRange> {
        match range {}
    }

    fn of_item(Word(kind): Word<Self>) -> Result<Vec<Self>, BadRange> {
        Ok(vec![kind])
    }

    fn item(&self) -> Self::Item {
        Word(*self)
    }
}

/// The values that a list stands for.
fn values<T: Spread>(form: ValuesForm<T>) -> Result<Vec<T>, String> {
    let items = match form {
        Either::Call(range) => return T::of_range(range).map_err(|bad| bad.to_string()),
        Either::Plain(items) if items.is_empty() => {
            return Err("a sweep needs at least one value".to_owned());
        }
        Either::Plain(items) => items,
    };
    let mut values = Vec::new();
    for item in items {
        let spread = T::of_item(item).map_err(|bad| bad.to_string())?;
        if values.len() + spread.len() > MAX_SWEEP_VALUES {
            return Err(format!("more than {MAX_SWEEP_VALUES} values"));
        }
        values.extend(spread);
    }
    Ok(values)
}

fn axes<T: Spread>(form: Option<AxesForm<T>>) -> Result<Vec<Axis<T>>, String> {
    match form {
        None => Ok(Vec::new()),
        Some(MapOr::Other(all)) => Ok(vec![Axis {
            service: None,
            values: values(all)?,
        }]),
        Some(MapOr::Map(Entries(axes))) => { axes.into_iter() }
            .map(|(service, form)| {
                let (service, values) = (Some(service), values(form)?);
                Ok(Axis { service, values })
            })
            .collect(),
    }
}

impl TryFrom<SweepForm> for Sweep {
    type Error = String;

    fn try_from(form: SweepForm) -> Result<Self, String> {
        Ok(Self {
            seeds: form.seeds.map_or_else(|| Ok(Vec::new()), values)?,
            speed: axes(form.speed)?,
            kind: axes(form.kind)?,
            halt: axes(form.halt)?,
        })
    }
}

fn list<T: Spread>(values: &[T]) -> ValuesForm<T> {
    Either::Plain(values.iter().map(T::item).collect())
}

fn axes_form<T: Spread>(axes: &[Axis<T>]) -> Option<AxesForm<T>> {
    match axes {
        [] => None,
        [
            Axis {
                service: None,
                values,
            },
        ] => Some(MapOr::Other(list(values))),
        axes => {
            let entry = |axis: &Axis<T>| {
                let service = axis.service.clone().unwrap_or_default();
                (service, list(&axis.values))
            };
            Some(MapOr::Map(Entries(axes.iter().map(entry).collect())))
        }
    }
}

impl From<Sweep> for SweepForm {
    fn from(sweep: Sweep) -> Self {
        let seeds = Some(&sweep.seeds).filter(|seeds| !seeds.is_empty());
        Self {
            seeds: seeds.map(|seeds| list(seeds)),
            speed: axes_form(&sweep.speed),
            kind: axes_form(&sweep.kind),
            halt: axes_form(&sweep.halt),
        }
    }
}
