//! Numbers.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::decode::{DECIMALS, MAX_DECIMALS, POSITIVE, bounds};

/// A number that is neither infinite nor not-a-number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finite(pub f64);

impl From<Finite> for f64 {
    fn from(Finite(number): Finite) -> Self {
        number
    }
}

impl From<f64> for Finite {
    fn from(number: f64) -> Self {
        Self(number)
    }
}

impl Serialize for Finite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Finite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        finite(number).map(Self)
    }
}

pub(super) fn finite<E: de::Error>(number: f64) -> Result<f64, E> {
    if number.is_finite() {
        Ok(number)
    } else {
        let found = de::Unexpected::Float(number);
        Err(E::invalid_value(found, &"a finite number"))
    }
}

/// A whole number from 1 up.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Positive(pub u64);

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(Whole(POSITIVE)).map(Self)
    }
}

/// Decimals to round to. No metric has more than 14 that mean something.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct Decimals(pub(crate) u32);

impl<'de> Deserialize<'de> for Decimals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let decimals = deserializer.deserialize_u64(Whole(DECIMALS))?;
        // They are at most `MAX_DECIMALS`.
        Ok(Self(u32::try_from(decimals).unwrap_or(MAX_DECIMALS)))
    }
}

/// Reads a whole number within its [`bounds`].
struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u64, E> {
        let (first, last) = bounds(self.0);
        if (first..=last).contains(&number) {
            return Ok(number);
        }
        let found = de::Unexpected::Unsigned(number);
        let expected = match last {
            u64::MAX => format!("a whole number from {first} up"),
            _ => format!("a whole number from {first} to {last}"),
        };
        Err(E::invalid_value(found, &&*expected))
    }
}
