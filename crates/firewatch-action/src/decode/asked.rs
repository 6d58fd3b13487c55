//! What types ask their format for, beyond what serde has a word for.

use std::fmt::{self, Display};

use serde::de::Visitor;

/// The name under which the `ron` crate hands over the text of a value instead of the value. Every other format
/// takes it for the name of a newtype and hands over what the newtype is made of.
pub(crate) const RAW: &str = "$ron::private::RawValue";

/// The names under which a tree is asked in which form a value is.
pub(crate) const EITHER: &str = "$firewatch::Either";
/// As [`EITHER`], where none of the names is a word.
pub(crate) const CALL_OR: &str = "$firewatch::CallOr";
pub(crate) const MAP_OR: &str = "$firewatch::MapOr";
pub(crate) const TEXT_OR: &str = "$firewatch::TextOr";
pub(crate) const LIST_OR: &str = "$firewatch::ListOr";

/// What a visitor of whole numbers from 1 up expects.
pub(crate) const POSITIVE: &str = "a whole number from 1 up";
/// What a visitor of decimals to round to expects.
pub(crate) const DECIMALS: &str = "a number of decimals";

/// Decimals that a number is rounded to at most: no metric has more that mean something.
pub(crate) const MAX_DECIMALS: u32 = 14;

/// The smallest and the largest whole number where a visitor expects that.
pub(crate) fn bounds(expected: &str) -> (u64, u64) {
    match expected {
        // The second is what serde says of a `NonZeroU64`.
        POSITIVE | "a nonzero u64" => (1, u64::MAX),
        DECIMALS => (0, u64::from(MAX_DECIMALS)),
        _ => (0, u64::MAX),
    }
}

/// What a visitor expects.
pub(crate) struct Expected<'v, V>(pub(crate) &'v V);

impl<'de, V: Visitor<'de>> Display for Expected<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
}
