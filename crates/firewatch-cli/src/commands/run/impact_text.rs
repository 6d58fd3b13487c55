//! What an incident has come to, in lines.

use anstyle::Style;
use firewatch_scenario::Scenario;

use super::labelled::LabelledValue;
use super::summary::RunTotals;
use crate::ui::style::{BAD, GOOD, PLAIN, WARNING, WORST, visible};
use crate::ui::units::{clock, count};

/// Returns what an incident has come to.
pub fn lines(scenario: &Scenario, totals: &RunTotals) -> Vec<LabelledValue> {
    let (style, mitigated) = mitigation(totals);
    let line = |label, style, value| LabelledValue {
        label,
        style,
        value,
    };
    let (budget_style, left) = match totals.slo_breached {
        true => (WORST, "used up".to_owned()),
        false => (PLAIN, format!("{:.2}", totals.slo_budget)),
    };
    let start = format!(" of {:?}", scenario.slo_budget.remaining);
    let named = |names: &[String]| match names {
        [] => String::new(),
        names => format!(": {}", visible(&shortened(names))),
    };
    let zone = format!("{}{}", totals.blast_radius, named(&totals.blast_zone));
    let reach = format!("{}{}", totals.reach.len(), named(&totals.reach));
    let (end_style, end) = match totals.unhealthy_services {
        0 => (GOOD, "all healthy".to_owned()),
        unhealthy => (
            WARNING,
            format!("{} unhealthy", count(unhealthy, "service")),
        ),
    };
    let minutes = format!("{:.2}", totals.bad_customer_minutes);
    vec![
        line("time to mitigate", style, mitigated),
        line("bad customer minutes", PLAIN, minutes),
        line("SLO budget left", budget_style, format!("{left}{start}")),
        line("blast radius", PLAIN, zone),
        line("reach", PLAIN, reach),
        line("at the end", end_style, end),
    ]
}

fn mitigation(totals: &RunTotals) -> (Style, String) {
    match totals.mttm {
        Some(tick) => {
            let text = format!("{} ({})", count(tick, "tick"), clock(tick));
            match totals.impact_after_mitigation {
                true => (WARNING, format!("{text}, with a relapse")),
                false => (GOOD, text),
            }
        }
        None if totals.impact_after_mitigation => (BAD, "relapsed".to_owned()),
        None if totals.bad_customer_minutes == 0.0 => (GOOD, "no customer was hit".to_owned()),
        None => (BAD, "not mitigated".to_owned()),
    }
}

/// Formats the first names, and the number of the others.
fn shortened(names: &[String]) -> String {
    const FEW: usize = 6;
    let shown = names
        .iter()
        .take(FEW)
        .map(String::as_str)
        .collect::<Vec<_>>();
    match names.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
