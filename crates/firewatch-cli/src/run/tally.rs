//! What came of all scenarios together.

use firewatch_response::ExpectationOutcome;

use crate::check::count;
use crate::failure::Exit;
use crate::style::{BAD, GOOD, Palette};

/// Counts over everything that was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Scenarios, or runs of them, in which nothing failed.
    pub well: u64,
    /// Those in which an expectation failed.
    pub failed: u64,
    /// Those that could not be played.
    pub bad: u64,
    expectations_held: u64,
    expectations_failed: u64,
    expectations_undecided: u64,
}

impl Tally {
    /// Counts a run by what has become of its expectations.
    pub fn count<'a>(&mut self, outcomes: impl IntoIterator<Item = &'a ExpectationOutcome>) {
        let mut any_failed = false;
        for outcome in outcomes {
            match outcome {
                ExpectationOutcome::Passed => self.expectations_held += 1,
                ExpectationOutcome::Undecided => self.expectations_undecided += 1,
                ExpectationOutcome::Failed { .. } => {
                    self.expectations_failed += 1;
                    any_failed = true;
                }
            }
        }
        if any_failed {
            self.failed += 1;
        } else {
            self.well += 1;
        }
    }

    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match (self.bad, self.failed) {
            (0, 0) => Exit::Well,
            (0, _) => Exit::ExpectationFailed,
            _ => Exit::Bad,
        }
    }

    /// All of it in a line; `what` is what was counted: `scenario` or `run`.
    pub fn line(&self, what: &str, palette: Palette) -> String {
        let played = listed(&[
            (self.well, "well"),
            (self.failed, "failed"),
            (self.bad, "not in order"),
        ]);
        let expectations = listed(&[
            (self.expectations_held, "held"),
            (self.expectations_failed, "failed"),
            (self.expectations_undecided, "undecided"),
        ]);
        let total = count(self.well + self.failed + self.bad, what);
        let line = format!("{total}: {played}; expectations: {expectations}");
        let style = if self.exit() == Exit::Well { GOOD } else { BAD };
        palette.paint(style, line)
    }
}

/// The first number, and the others that are not 0.
fn listed(numbers: &[(u64, &str)]) -> String {
    let told = numbers
        .iter()
        .enumerate()
        .filter(|(index, (number, _))| *index == 0 || *number > 0);
    let parts: Vec<String> = told
        .map(|(_, (number, what))| format!("{number} {what}"))
        .collect();
    parts.join(", ")
}
