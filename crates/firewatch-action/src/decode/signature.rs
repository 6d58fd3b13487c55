//! How calls are written, and what the paths of their values are called.

use firewatch_ron::Code;

/// A value that stands at the path of its call.
pub(super) const SAME: &str = ".";
/// The same, and the place of that path is the whole call.
pub(super) const WITHIN: &str = "";

/// How a call is written.
pub struct Signature {
    /// The serde names of the enums that it is a variant of.
    of: &'static [&'static str],
    /// An example: `at_tick(3, check)`.
    pub(super) text: &'static str,
    /// What is added to the path of the call for that of each value.
    pub(super) parts: &'static [&'static str],
    /// Values that can't be left out.
    pub(super) required: usize,
}

impl Signature {
    /// What stands for a value that has the path of its call.
    pub const SAME: &'static str = SAME;
    /// The same, where the place of that path stays the whole call.
    pub const WITHIN: &'static str = WITHIN;

    /// A call of which no value can be left out. A part is added to the path for each value.
    #[must_use]
    pub const fn new(
        of: &'static [&'static str],
        text: &'static str,
        parts: &'static [&'static str],
    ) -> Self {
        Self {
            of,
            text,
            parts,
            required: parts.len(),
        }
    }

    /// The same where only the first values are required.
    #[must_use]
    pub const fn requiring(self, required: usize) -> Self {
        Self { required, ..self }
    }

    fn name(&self) -> &'static str {
        self.text.split('(').next().unwrap_or_default()
    }
}

/// What is said of something that stands in the wrong place: code, message and help.
pub type Misplaced = (Code, String, String);

/// What a kind of file adds to what serde says of its types.
#[derive(Clone, Copy)]
pub struct Language {
    /// How its calls are written: a list for each module that has some.
    pub signatures: &'static [&'static [Signature]],
    /// What is said of a call of that name which the enum of that name does not have, if it is no unknown word.
    pub misplaced: fn(&str, &str) -> Option<Misplaced>,
    /// Fields that may be left out though their types are no options: serde has a default for them.
    pub defaults: &'static [&'static str],
    /// Calls of which nothing is said where another one is unknown: the enum and the call.
    pub unmentioned: &'static [(&'static str, &'static str)],
}

impl Language {
    pub(super) fn signature(&self, of: &str, call: &str) -> Option<&'static Signature> {
        let is_meant =
            |signature: &&Signature| signature.of.contains(&of) && signature.name() == call;
        self.signatures.iter().copied().flatten().find(is_meant)
    }
}
