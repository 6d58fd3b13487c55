//! Values that an item of a list can stand for.

use firewatch_sim::FaultKind;
use serde::{Deserialize, Serialize};

use crate::sweep::{BadRange, End, Halt, Seeds, steps, whole_steps};
use firewatch_action::form::{Calls, Either, Finite, Word};

/// A value that an item of a list can stand for, or several of which.
pub(in crate::file) trait Spread: Sized {
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
#[serde(
    rename = "SpeedRange",
    rename_all = "snake_case",
    expecting = "a range"
)]
pub(in crate::file) enum Steps {
    /// First, end and step.
    Range(Finite, Finite, Finite),
}

/// Ticks in steps; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "TickRange", rename_all = "snake_case", expecting = "a range")]
pub(in crate::file) enum TickSteps {
    /// First, end and step.
    Range(u64, u64, u64),
}

/// Ticks in steps; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "StartRange",
    rename_all = "snake_case",
    expecting = "a range"
)]
pub(in crate::file) enum StartSteps {
    /// First, end and step.
    Range(u64, u64, u64),
}

/// A tick that is none, or ticks in steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Halt",
    rename_all = "snake_case",
    expecting = "a tick, `never` or `range(first, end, step)`"
)]
pub(in crate::file) enum HaltCall {
    /// Not at all.
    Never,
    /// First, end and step; the end is not included.
    Range(u64, u64, u64),
}

/// Seeds in a row; the end is not included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "SeedRange", rename_all = "snake_case", expecting = "a range")]
pub(in crate::file) enum SeedRange {
    /// First and end.
    Range(u64, u64),
}

/// Kinds have no ranges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::file) enum NoRange {}

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
    ($($type:ty: $words:literal of $names:expr, $expected:literal, $list:literal;)*) => {$(
        impl Calls for $type {
            const NAMES: &'static [&'static str] = &$names;
            const WORDS: usize = $words;
            const EXPECTED: &'static str = $expected;
            const LIST: &'static str = $list;
        }
    )*};
}

calls! {
    Steps: 0 of ["range"], "", "a list of numbers `[...]`";
    TickSteps: 0 of ["range"], "", "a list of ticks, `[4, 8, never]`";
    StartSteps: 0 of ["range"], "", "a list of ticks, `[0, 4, 8]`";
    HaltCall: 1 of ["never", "range"], "a tick, `never` or `range(first, end, step)`", "";
    SeedRange: 0 of ["range"], "", "a range of seeds or a list of them: `range(first, end)` or `[...]`";
    NoRange: 0 of [], "", "a list of fault kinds `[...]`";
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

impl Spread for u64 {
    type Range = StartSteps;
    type Item = Either<StartSteps, u64>;

    fn of_range(StartSteps::Range(first, end, step): StartSteps) -> Result<Vec<Self>, BadRange> {
        whole_steps(first, end, step, End::Excluded)
    }

    fn of_item(item: Self::Item) -> Result<Vec<Self>, BadRange> {
        match item {
            Either::Call(range) => Self::of_range(range),
            Either::Plain(tick) => Ok(vec![tick]),
        }
    }

    fn item(&self) -> Self::Item {
        Either::Plain(*self)
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
