//! Outcomes of expectations as text.

use anstyle::Style;
use firewatch_response::{ExpectationOutcome, ExpectationVerdict, shown_value};
use firewatch_scenario::Check;
use firewatch_sim::Status;

use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BAD, DIM, GOOD, visible};
use crate::ui::text::write_wrapped;

/// Writes an expectation with its mark and, if it failed, the actual value.
pub fn write_verdict(verdict: &ExpectationVerdict, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let (style, mark) = mark(&verdict.outcome);
    let expected = verdict.expectation.to_string();
    let head = format!("  {} ", palette.paint(style, mark));
    write_wrapped(&head, 4, &visible(&expected), out)?;
    match &verdict.outcome {
        ExpectationOutcome::Passed => {}
        ExpectationOutcome::Failed { tick, actual } => {
            let actual = actual_text(&verdict.expectation.check, actual);
            let actual = palette.paint(style, visible(&actual));
            write_wrapped("      ", 8, &format!("at tick {tick}: {actual}"), out)?;
        }
        ExpectationOutcome::Undecided => {
            let why = palette.paint(style, "the run ended before it could be decided");
            write_wrapped("      ", 6, &why, out)?;
        }
    }
    Ok(())
}

/// Returns the mark of an outcome, and its style.
pub fn mark(outcome: &ExpectationOutcome) -> (Style, &'static str) {
    match outcome {
        ExpectationOutcome::Passed => (GOOD, "✓"),
        ExpectationOutcome::Failed { .. } => (BAD, "✗"),
        ExpectationOutcome::Undecided => (DIM, "–"),
    }
}

/// Formats an actual value with its name. Text that says that there is no value stands alone.
fn actual_text(check: &Check, actual: &str) -> String {
    let actual = &*shown_value(check, actual);
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
