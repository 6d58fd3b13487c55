//! What a visitor refuses.

use std::fmt::{self, Display};

use serde::de;

/// Why a value was refused.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }
}
