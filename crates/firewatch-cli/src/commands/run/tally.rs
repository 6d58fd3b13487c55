//! Counts over all scenarios.

use firewatch_response::ExpectationOutcome;

use crate::failure::Exit;
use crate::ui::style::{BAD, GOOD, Palette};
use crate::ui::units::count;

/// Counts over all scenarios, or all runs of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunTally {
    /// Number of those without a failed expectation.
    pub passed: u64,
    /// Number of those with a failed expectation.
    pub failed: u64,
    /// Number of those that could not be played.
    pub invalid: u64,
    expectations_passed: u64,
    expectations_failed: u64,
    expectations_undecided: u64,
}

impl RunTally {
    /// Counts a run by the outcomes of its expectations.
    pub fn count<'a>(&mut self, outcomes: impl IntoIterator<Item = &'a ExpectationOutcome>) {
        let mut any_failed = false;
        for outcome in outcomes {
            match outcome {
                ExpectationOutcome::Passed => self.expectations_passed += 1,
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
            self.passed += 1;
        }
    }

    /// Returns the exit code.
    pub fn exit(&self) -> Exit {
        match (self.invalid, self.failed) {
            (0, 0) => Exit::Passed,
            (0, _) => Exit::Failed,
            _ => Exit::Invalid,
        }
    }

    /// Formats the counts as a line. `what` is the counted noun: `scenario` or `run`.
    pub fn line(&self, what: &str, palette: Palette) -> String {
        let played = listed(&[
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.invalid, "invalid"),
        ]);
        let expectations = listed(&[
            (self.expectations_passed, "passed"),
            (self.expectations_failed, "failed"),
            (self.expectations_undecided, "undecided"),
        ]);
        let total = count(self.passed + self.failed + self.invalid, what);
        let line = format!("{total}: {played}; expectations: {expectations}");
        let style = if self.exit() == Exit::Passed {
            GOOD
        } else {
            BAD
        };
        palette.paint(style, line)
    }
}

/// Formats the first count and the others that are not 0.
fn listed(numbers: &[(u64, &str)]) -> String {
    let shown = numbers
        .iter()
        .enumerate()
        .filter(|(index, (number, _))| *index == 0 || *number > 0);
    let parts: Vec<String> = shown
        .map(|(_, (number, what))| format!("{number} {what}"))
        .collect();
    parts.join(", ")
}
