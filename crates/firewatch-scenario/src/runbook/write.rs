//! From a runbook back to the text of a file.

use std::fmt::{self, Display};

use super::{Runbook, RunbookCondition, RunbookStep};

const INDENT: usize = 4;

/// The runbook as the text of a file. Reading it gives the same runbook.
impl Display for Runbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Runbook(\n    name: {:?},", self.name)?;
        if !self.description.is_empty() {
            writeln!(f, "    description: {:?},", self.description)?;
        }
        writeln!(f, "    steps: [")?;
        write_steps(f, &self.steps, 2 * INDENT)?;
        writeln!(f, "    ],")?;
        if !self.expect.is_empty() {
            writeln!(f, "    expect: [")?;
            for expectation in &self.expect {
                writeln!(f, "        {expectation},")?;
            }
            writeln!(f, "    ],")?;
        }
        writeln!(f, ")")
    }
}

fn write_steps(f: &mut fmt::Formatter<'_>, steps: &[RunbookStep], indent: usize) -> fmt::Result {
    for step in steps {
        write!(f, "{:indent$}", "")?;
        match step {
            RunbookStep::Act(request) => writeln!(f, "action({}),", request.arguments())?,
            RunbookStep::Wait(ticks) => writeln!(f, "wait({ticks}),")?,
            RunbookStep::WaitUntil(condition, None) => writeln!(f, "wait_until({condition}),")?,
            RunbookStep::WaitUntil(condition, Some(limit)) => {
                writeln!(f, "wait_until({condition}, {limit}),")?;
            }
            RunbookStep::When(condition, then, others) => {
                writeln!(f, "when({condition}, [")?;
                write_steps(f, then, indent + INDENT)?;
                if !others.is_empty() {
                    writeln!(f, "{:indent$}], [", "")?;
                    write_steps(f, others, indent + INDENT)?;
                }
                writeln!(f, "{:indent$}]),", "")?;
            }
        }
    }
    Ok(())
}

impl Display for RunbookCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |conditions: &[Self]| {
            let texts: Vec<String> = conditions.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        match self {
            Self::Check(check) => check.fmt(f),
            Self::Alert(service, None) => write!(f, "alert({service:?})"),
            Self::Alert(service, Some(name)) => write!(f, "alert({service:?}, {})", name.name()),
            Self::Tick(comparison) => write!(f, "tick({comparison})"),
            Self::Not(condition) => write!(f, "not({condition})"),
            Self::All(conditions) => write!(f, "all([{}])", list(conditions)),
            Self::Any(conditions) => write!(f, "any([{}])", list(conditions)),
        }
    }
}
