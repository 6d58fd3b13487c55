//! Performs steps and writes their results.

use std::io::Write;

use firewatch_action::ActionRequest;
use firewatch_episode::Observation;
use firewatch_response::FailedAction;
use firewatch_response::score::{Alert, Reward};
use firewatch_sim::Status;

use super::screen::{self, alert_name, alert_value, severity};
use super::session::{PlaySession, StepRecord, status};
use super::timeline;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{ACTION, BAD, BOLD, DIM, GOOD, Palette, status_style, visible};
use crate::ui::text::write_paragraph;
use crate::ui::units::count;

/// Columns of a terminal.
const MAX_COLUMNS: usize = 80;

/// Performs an action and writes its results.
pub fn act(
    session: &mut PlaySession,
    request: &ActionRequest,
    out: &mut Output,
) -> Result<(), Failure> {
    session.step(request)?;
    let Some(step) = session.steps().last() else {
        return Ok(());
    };
    write_paragraph(&step.feedback, ACTION, out)?;
    if step.wrong && session.tells_wrong_actions() {
        write_paragraph("wrong action", BAD.bold(), out)?;
    }
    timeline_failure(step, out)?;
    let reward = step.reward;
    if is_log_new(session, request) {
        let services = session.now().services.iter();
        let target = services.filter(|service| Some(&service.name) == request.target.as_ref());
        for service in target {
            screen::write_log(service, out)?;
        }
    }
    changes(session, out)?;
    conclude(session, &reward, 1, out)
}

/// Returns whether the action collected new log lines.
fn is_log_new(session: &PlaySession, request: &ActionRequest) -> bool {
    let Some(target) = &request.target else {
        return false;
    };
    let lines = |observation: &Observation| {
        let mut services = observation.services.iter();
        let service = services.find(|service| service.name == *target);
        service.map(|service| screen::log(service).join("\n"))
    };
    request.name == "fetch_logs" || lines(session.now()) != session.before().and_then(lines)
}

/// Lets a number of ticks pass, or fewer if the incident ends.
pub fn wait(session: &mut PlaySession, ticks: u64, out: &mut Output) -> Result<(), Failure> {
    let request = ActionRequest::wait();
    let mut sum = Reward::default();
    let mut passed = 0;
    while passed < ticks && !session.is_over() {
        let step = session.step(&request)?;
        sum += step.reward;
        timeline_failure(step, out)?;
        passed += 1;
        changes(session, out)?;
    }
    conclude(session, &sum, passed, out)
}

/// Writes the failure of a timeline action before this tick. The incident continues, but not as its author
/// intended.
fn timeline_failure(step: &StepRecord, out: &mut Output) -> Result<(), Failure> {
    let Some(FailedAction { tick, error }) = &step.failed_action else {
        return Ok(());
    };
    let message = format!("at tick {tick} an action of the timeline failed: {error}");
    write_paragraph(&message, BAD, out)
}

/// Writes the reward and, if the incident continues, a short status.
fn conclude(
    session: &PlaySession,
    reward: &Reward,
    ticks: u64,
    out: &mut Output,
) -> Result<(), Failure> {
    write_reward(reward, ticks, out)?;
    writeln!(out)?;
    if session.is_over() {
        return Ok(());
    }
    screen::brief(session, out)
}

fn write_reward(reward: &Reward, ticks: u64, out: &mut Output) -> Result<(), Failure> {
    let parts = [
        ("errors", reward.health_improvement),
        ("SLO budget", reward.slo_preservation),
        ("customers", reward.customers),
        ("mitigated", reward.mttm_bonus),
        ("time", reward.time_cost),
        ("wrong action", reward.wrong_action_penalty),
        ("SLO budget used up", reward.slo_breach_penalty),
        ("declared too early", reward.premature_exit_penalty),
        ("settlement", reward.settlement),
    ];
    let parts = parts.iter();
    let parts = parts
        .filter(|(_, part)| *part != 0.0)
        .map(|(name, part)| format!("{name} {}", signed(*part)));
    let parts = match parts.collect::<Vec<_>>().join(" · ") {
        parts if parts.is_empty() => parts,
        parts => format!(": {parts}"),
    };
    let over = match ticks {
        1 => String::new(),
        ticks => format!(" in {}", count(ticks, "tick")),
    };
    let (palette, number) = (out.palette, signed(reward.total));
    let style = if reward.total < 0.0 { BAD } else { GOOD };
    if format!("  reward {number}{over}{parts}").chars().count() > MAX_COLUMNS {
        let total = palette.paint(style, number);
        writeln!(out, "  reward {total}{over}:")?;
        return write_paragraph(parts.trim_start_matches(": "), DIM, out);
    }
    let total = palette.paint(style, number);
    Ok(writeln!(
        out,
        "  reward {total}{over}{}",
        palette.paint(DIM, parts)
    )?)
}

/// Formats a reward with 3 decimals.
fn signed(reward: f64) -> String {
    format!("{reward:+.3}")
}

/// Writes the changes of the last step.
fn changes(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let Some(before) = session.before() else {
        return Ok(());
    };
    let (now, palette) = (session.now(), out.palette);
    let mut lines = Vec::new();
    let events = session.events().filter(|event| event.tick >= before.tick);
    let told = events.filter_map(|event| timeline::told_at_once(session, event));
    lines.extend(told.map(|line| palette.paint(ACTION, line)));
    for (was, is) in before.services.iter().zip(&now.services) {
        let (from, to) = (status(was), status(is));
        if from != to {
            lines.push(status_change(&is.name, from, to, palette));
        }
    }
    alert_changes(before, now, palette, &mut lines);
    if before.user_impact_active != now.user_impact_active {
        lines.push(match now.user_impact_active {
            true => palette.paint(BAD, "customers affected"),
            false => palette.paint(GOOD, "customers no longer affected"),
        });
    }
    let mitigated = (before.mttm_achieved_tick, now.mttm_achieved_tick);
    if session.tells_wrong_actions() && matches!(mitigated, (None, Some(_))) {
        lines.push(palette.paint(GOOD.bold(), "incident mitigated"));
    }
    // After a declaration the incident is played on to its last tick.
    let by = if now.tick > before.tick + 1 {
        "by "
    } else {
        ""
    };
    let tick = palette.paint(DIM, format!("{by}tick {}:", now.tick));
    for line in lines {
        writeln!(out, "  {tick} {line}")?;
    }
    Ok(())
}

fn status_change(service: &str, from: Status, to: Status, palette: Palette) -> String {
    let to = palette.paint(status_style(to), to);
    format!("{} {from} → {to}", palette.paint(BOLD, visible(service)))
}

/// Adds alerts that fired, resolved or changed their severity.
fn alert_changes(
    before: &Observation,
    now: &Observation,
    palette: Palette,
    lines: &mut Vec<String>,
) {
    let same = |a: &Alert, b: &Alert| a.service == b.service && a.name == b.name;
    for alert in &now.alerts {
        let was = before.alerts.iter().find(|was| same(was, alert));
        if was.is_none_or(|was| was.severity != alert.severity) {
            let (style, severity) = severity(alert);
            let now = if was.is_some() { "now " } else { "" };
            let text = format!(
                "alert: {now}{}, {} {} {}",
                palette.paint(style, severity),
                visible(&alert.service),
                alert_name(alert),
                alert_value(alert)
            );
            lines.push(text.trim_end().to_owned());
        }
    }
    let ended = before.alerts.iter();
    for alert in ended.filter(|was| !now.alerts.iter().any(|alert| same(was, alert))) {
        let resolved = palette.paint(GOOD, "resolved");
        lines.push(format!(
            "alert {resolved}: {} {}",
            visible(&alert.service),
            alert_name(alert)
        ));
    }
}
