//! Outcomes of expectations as text.

use std::io::Write;

use anstyle::Style;
use firewatch_response::{ExpectationOutcome, ExpectationVerdict};
use firewatch_scenario::Check;
use firewatch_sim::Status;

use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BAD, DIM, GOOD, visible};

/// Writes an expectation with its mark and, if it failed, the actual value.
pub fn write_verdict(verdict: &ExpectationVerdict, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let (style, mark): (Style, &str) = match verdict.outcome {
        ExpectationOutcome::Passed => (GOOD, "✓"),
        ExpectationOutcome::Failed { .. } => (BAD, "✗"),
        ExpectationOutcome::Undecided => (DIM, "–"),
    };
    let expected = verdict.expectation.to_string();
    writeln!(
        out,
        "  {} {}",
        palette.paint(style, mark),
        visible(&expected)
    )?;
    match &verdict.outcome {
        ExpectationOutcome::Passed => {}
        ExpectationOutcome::Failed { tick, actual } => {
            let actual = actual_text(&verdict.expectation.check, actual);
            let actual = palette.paint(style, visible(&actual));
            writeln!(out, "      at tick {tick}: {actual}")?;
        }
        ExpectationOutcome::Undecided => {
            let why = palette.paint(style, "the run ended before it could be decided");
            writeln!(out, "      {why}")?;
        }
    }
    Ok(())
}

/// Formats an actual value with its name. Text that says that there is no value stands alone.
fn actual_text(check: &Check, actual: &str) -> String {
    match check {
        Check::Status(service, _) if actual.parse::<Status>().is_ok() => {
            format!("{service} is {actual}")
        }
        Check::Metric(service, metric, _) => format!("{metric} of {service} is {actual}"),
        Check::Quantity(quantity, _) if actual.parse::<f64>().is_ok() => {
            format!("{quantity} is {actual}")
        }
        Check::Users(group, quantity, _) if actual.parse::<f64>().is_ok() => {
            format!("{quantity} of {group} is {actual}")
        }
        Check::Users(..) | Check::Status(..) | Check::Quantity(..) | Check::Fact(_) => {
            actual.to_owned()
        }
    }
}
