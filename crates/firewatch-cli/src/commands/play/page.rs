//! The page that begins an incident: what the person on call is told.

use std::io::Write;

use firewatch_response::score::{Alert, Severity};
use firewatch_scenario::Scenario;

use super::goals;
use super::screen::{alert_name, alert_value, severity};
use super::session::PlaySession;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BOLD, DIM, PLAIN, visible};
use crate::ui::text::write_paragraph;
use crate::ui::units::count;

/// Writes the page. Its title is the most urgent alert: the name of the scenario may name the cause.
pub fn write(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let alerts = &session.now().alerts;
    // Of equally urgent alerts the first.
    let worst = alerts.iter().rev().max_by_key(|alert| urgency(alert));
    let (style, title) = match worst {
        Some(alert) => {
            let (style, severity) = severity(alert);
            let (service, name) = (visible(&alert.service), alert_name(alert));
            let text = format!("{severity}: {service}, {name} {}", alert_value(alert));
            (style, text.trim_end().to_owned())
        }
        None => (PLAIN, "no alert fires yet".to_owned()),
    };
    let head = palette.paint(BOLD, "PAGE");
    writeln!(out, "{head}  {}", palette.paint(style.bold(), title))?;
    if alerts.len() > 1 {
        let others = count(alerts.len() - 1, "more alert");
        writeln!(out, "  {}", palette.paint(DIM, format!("and {others}")))?;
    }
    let description = &session.scenario().description;
    if tells_symptoms_only(session.scenario()) {
        write_paragraph(description, PLAIN, out)?;
    }
    write_goals(session, out)?;
    Ok(writeln!(out)?)
}

fn urgency(alert: &Alert) -> u8 {
    match alert.severity {
        Severity::Warning => 0,
        Severity::Critical => 1,
        Severity::Page => 2,
    }
}

/// Returns whether the description can be told before the end. Those of the reference's tasks explain the
/// cause; so does one that names a kind of fault of the incident.
pub fn tells_symptoms_only(scenario: &Scenario) -> bool {
    let description = words(&scenario.description);
    let mut faults = scenario.all_faults();
    let names_a_kind = faults.any(|fault| description.contains(&words(fault.kind.name())));
    let mut tasks = firewatch_reference::tasks().iter();
    let is_of_a_task = tasks.any(|task| task.scenario.description == scenario.description);
    !names_a_kind && !is_of_a_task
}

/// Returns the words of a text in lower case, each between spaces.
fn words(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn write_goals(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let listed = session.goals();
    let (told, secret): (Vec<_>, Vec<_>) = { listed.iter() }
        .map(|(goal, _)| goal)
        .partition(|goal| goals::is_about_customers(goal));
    let heading = out.palette.paint(BOLD, "It is resolved when");
    writeln!(out, "\n{heading}")?;
    let mut sentences = vec!["Every fault that an action can end is over.".to_owned()];
    if !session.now().users.is_empty() {
        sentences.push("Each group of users gets what it is promised.".to_owned());
    }
    sentences.extend(told.into_iter().map(goals::sentence));
    if !secret.is_empty() {
        let secret = count(secret.len(), "more goal");
        sentences.push(format!("{secret} about the cause, told at the end."));
    }
    for sentence in sentences {
        write_paragraph(&format!("- {sentence}"), PLAIN, out)?;
    }
    Ok(())
}
