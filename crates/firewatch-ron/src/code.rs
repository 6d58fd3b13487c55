//! Codes: stable names of kinds of problem.

use std::fmt;

use serde::{Serialize, Serializer};

/// The stable name of a kind of problem: `unknown-field`. A message may be worded better with time, its code
/// stays. [`codes!`](crate::codes!) declares codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    name: &'static str,
    about: &'static str,
    severity: Severity,
}

/// Whether a file can be used in spite of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It can't.
    Error,
    /// It can: what is told may be meant.
    Warning,
}

impl Code {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            severity: Severity::Error,
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn warning(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            severity: Severity::Warning,
        }
    }

    /// Whether a file can be used in spite of it.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.severity
    }

    /// The name: lower-case words with hyphens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.about
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// A code is written as its name.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// Declares codes, each with its name and a sentence about it, and `ALL`, the list of them.
///
/// ```
/// mod codes {
///     firewatch_ron::codes! {
///         TOO_LOUD = "too-loud": "An alarm is louder than 120 dB.";
///     }
/// }
/// assert_eq!(codes::TOO_LOUD.to_string(), "too-loud");
/// assert_eq!(codes::ALL, [codes::TOO_LOUD]);
/// ```
///
/// With `WARNINGS:` before them, codes of warnings, and that list of them.
#[macro_export]
macro_rules! codes {
    (WARNINGS: $($code:ident = $name:literal: $about:literal;)*) => {
        $(
            #[doc = $about]
            pub const $code: $crate::Code = $crate::Code::warning($name, $about);
        )*

        /// The codes of warnings that are declared here.
        pub const WARNINGS: &[$crate::Code] = &[$($code),*];
    };
    ($($code:ident = $name:literal: $about:literal;)*) => {
        $(
            #[doc = $about]
            pub const $code: $crate::Code = $crate::Code::new($name, $about);
        )*

        /// The codes that are declared here.
        pub const ALL: &[$crate::Code] = &[$($code),*];
    };
}
