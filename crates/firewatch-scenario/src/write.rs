//! From scenarios and runbooks back to text that reads as a person would have written it: the form of the file,
//! laid out in lines.

use std::fmt::{self, Display};

use firewatch_action::{displayed_as_written, form};

use crate::goal::{Goal, GoalTest};
use crate::model::{Check, Expectation, Scenario};
use crate::runbook::Runbook;

/// The scenario as the text of a file. Reading it gives the same scenario; what has its default is
/// left out.
impl Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&form::to_ron("Scenario", self).map_err(|_| fmt::Error)?)
    }
}

/// The runbook as the text of a file. Reading it gives the same runbook.
impl Display for Runbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&form::to_ron("Runbook", self).map_err(|_| fmt::Error)?)
    }
}

displayed_as_written!(Check, Expectation, Goal, GoalTest);
