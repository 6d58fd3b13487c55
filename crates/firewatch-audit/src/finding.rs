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
    ($($variant:ident, $name:literal, [$($part:literal),*], $definition:literal;)*) => {
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

            /// Names of its parts: the [code](AuditFinding::code) of a finding is the name of the check, and
            /// that of the part where it has any.
            #[must_use]
            pub fn parts(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($part),*],)*
                }
            }
        }
    };
}

checks! {
    TakesEffect, "takes_effect", [], "Each fault takes effect: with nobody acting its service is not healthy at some tick after it begins, and at that tick the service's status would be better without the fault, or its error rate lower by 0.05 or more; in traffic it is enough that a group of users misses 0.05 more of its objective than without the fault.";
    FalseAlarm, "false_alarm", ["alarm", "reward", "cost"], "In a false alarm (no fault that an action can end, and no customer hit) an alert fires or there is a red herring, doing nothing and declaring at once get the grade 1, and each single remedy costs.";
    InactionLoses, "inaction_loses", [], "Doing nothing does not win, except in a false alarm.";
    Winnable, "winnable", [], "A given runbook wins, or a sequence of at most `--max-actions` actions that the search finds.";
    Runbooks, "runbooks", [], "Each given runbook wins, and does nothing that is wrong or can't be done.";
    Goals, "goals", [], "Each goal is met at the end of one policy and missed at the end of another.";
    RedHerrings, "red_herrings", [], "Each red herring looks suspicious (an error rate of 0.05 or more, an alert, or a planted log line) and harms nobody: without faults it stays healthy, and its data fresh where that counts.";
    Floor, "floor", [], "Doing nothing has a grade of at most 0.05.";
    Ceiling, "ceiling", [], "Each given runbook has a grade of at least 0.9.";
    Blind, "blind", ["declare", "single", "cycle_worst", "cycle_deepest", "catalogue_order", "random", "first_then_leave"], "The mean grade of each family of blind policies is at most 0.5 in a medium incident and 0.35 in a hard one.";
    Difficulty, "difficulty", [], "It is as hard as it says: no remedy alone, at any tick, wins a hard incident, and the families of blind policies stay below the limits of its difficulty.";
    Leaving, "leaving", ["early", "at_once"], "Declaring at any tick in the course of the best answer earns no more than playing it to the end, and declaring at once no more than doing nothing: neither grade nor sum of rewards.";
    Ordering, "ordering", ["lost_above_won", "chance", "late", "wrong_first", "everywhere"], "No policy that loses has a higher grade or sum of rewards than one that wins, and the best answer has a grade that is not more than 0.005 below the mean of the random policies, the same answer half of the ticks later, after a wrong action, or with its remedy done to one service after the other.";
    Rewards, "rewards", [], "The sum of the rewards of each policy is its grade, to within 1e-9.";
    Leaks, "leaks", ["kind", "remedy", "advice", "cause", "error_log"], "Nothing gives the answer away: no log, report, name, description or file name has the name of a fault kind, of a remedy or of the root cause's service in it where that tells it, no log gives advice, and the log of more than one service has an error line.";
    Determinism, "determinism", [], "Policies and logs that are played twice give the same results, to the bit.";
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
    /// Name of the check and, where it has parts, of the part, like `leaks.kind`. It is stable: programs can
    /// go by it.
    pub code: String,
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
            code: check.name().to_owned(),
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

    /// The same about a part of the check, one of [`AuditCheck::parts`].
    pub(crate) fn part(self, part: &str) -> Self {
        Self {
            code: format!("{}.{part}", self.check.name()),
            ..self
        }
    }

    /// The same about a subject.
    pub(crate) fn about(self, about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            ..self
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
            code: check.name().to_owned(),
            about: String::new(),
            verdict: AuditVerdict::Skipped,
            evidence: evidence.into(),
            advice: None,
        }
    }
}
