//! The checks of an audit, and their findings.

use std::fmt;

use serde::Serialize;

/// The definition of winning, in a sentence; the same everywhere.
macro_rules! won {
    () => {
        "A policy wins if at the last tick every fault that an action can end is over, the others hit no customers and all goals are met; under the reference profile if at the end the incident counts as mitigated, every fault has begun and is halted, every service but red herrings is healthy, all goals are met and SLO budget is left."
    };
}

pub(crate) use won;

/// The checks with their names and definitions: each definition stands here and nowhere else.
macro_rules! checks {
    ($($variant:ident, $name:literal, $definition:literal;)*) => {
        /// The checks of an audit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum AuditCheck {
            $(#[doc = $definition] $variant,)*
        }

        impl AuditCheck {
            /// All of them, in the order in which they are reported.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns when it passes, as a sentence.
            #[must_use]
            pub fn definition(self) -> &'static str {
                match self {
                    $(Self::$variant => $definition,)*
                }
            }
        }
    };
}

checks! {
    TakesEffect, "takes_effect", "There is a fault, and each fault takes effect: with nobody acting its service is not healthy at some tick after it begins, and at that tick the service's status would be better without the fault, or its error rate lower by 0.05 or more.";
    InactionLoses, "inaction_loses", "Doing nothing does not win.";
    Winnable, "winnable", "A given runbook wins, or a sequence of few actions that the search finds.";
    Runbooks, "runbooks", "Each given runbook wins, and does nothing that is wrong or can't be done.";
    Goals, "goals", "Each goal is met at the end of one policy and missed at the end of another.";
    RedHerrings, "red_herrings", "Each red herring looks suspicious (an error rate of 0.05 or more, an alert, or a planted log line) and harms nobody: without faults it stays healthy, and its data fresh where that counts.";
    Difficulty, "difficulty", "It is as hard as it says: at most 1 in 8 random policies win a medium incident, at most 1 in 16 a hard one, and no single action wins a hard one.";
    Ordering, "ordering", "The best answer that wins has a grade at least 0.2 above doing nothing, not below the mean of the random policies, and not below the same answer half of the ticks later, after a wrong action, or with its remedy done to one service after the other.";
}

impl fmt::Display for AuditCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditVerdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It does not apply: there are no goals, or no winning answer to compare.
    Skipped,
    /// The audit was stopped at its limit before it could be decided.
    Undecided,
}

/// The finding of a check about one subject.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuditFinding {
    /// The check.
    pub check: AuditCheck,
    /// The subject, such as a fault or a goal; empty for the incident as a whole.
    pub about: String,
    /// The verdict.
    pub verdict: AuditVerdict,
    /// The facts, in a line.
    pub evidence: String,
    /// What to change in the incident or its runbook, if the check failed.
    pub advice: Option<String>,
}

impl AuditFinding {
    /// A finding that passes or fails.
    pub(crate) fn new(
        check: AuditCheck,
        about: impl Into<String>,
        holds: bool,
        evidence: impl Into<String>,
    ) -> Self {
        Self {
            check,
            about: about.into(),
            verdict: if holds {
                AuditVerdict::Passed
            } else {
                AuditVerdict::Failed
            },
            evidence: evidence.into(),
            advice: None,
        }
    }

    /// The same with what to change, where the check failed.
    pub(crate) fn advise(self, advice: impl Into<String>) -> Self {
        let is_wanted = self.verdict == AuditVerdict::Failed;
        Self {
            advice: is_wanted.then(|| advice.into()),
            ..self
        }
    }

    /// The same, undecided if what was left out because of the limit could have told otherwise.
    pub(crate) fn undecided_if(self, is_undecided: bool) -> Self {
        if !is_undecided {
            return self;
        }
        Self {
            verdict: AuditVerdict::Undecided,
            evidence: format!("{}; stopped at the limit", self.evidence),
            advice: None,
            ..self
        }
    }

    /// A finding of a check that does not apply.
    pub(crate) fn skipped(check: AuditCheck, evidence: impl Into<String>) -> Self {
        Self {
            check,
            about: String::new(),
            verdict: AuditVerdict::Skipped,
            evidence: evidence.into(),
            advice: None,
        }
    }
}
