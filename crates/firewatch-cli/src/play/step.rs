//! Doing something, and what came of it.

use std::io::Write;

use firewatch_action::ActionRequest;
use firewatch_episode::Observation;
use firewatch_response::FailedAction;
use firewatch_response::score::{Alert, Reward};
use firewatch_sim::Status;

use super::Written;
use super::game::{Deed, Game, status};
use super::screen::{self, alert_name, alert_value, severity};
use crate::check::count;
use crate::output::Output;
use crate::style::{BAD, BOLD, DEED, DIM, GOOD, Palette, of_status, visible};
use crate::text::write_text;

/// Does something, and tells what came of it.
pub fn act(game: &mut Game, request: &ActionRequest, out: &mut Output) -> Written {
    let deed = game.step(request)?;
    write_text(&deed.feedback, DEED, out)?;
    if deed.wrong {
        write_text("a wrong action", BAD.bold(), out)?;
    }
    timeline_failure(deed, out)?;
    let reward = deed.reward;
    if is_log_new(game, request) {
        let services = game.now().services.iter();
        for service in { services }.filter(|s| Some(&s.name) == request.target.as_ref()) {
            screen::write_log(service, out)?;
        }
    }
    changes(game, out)?;
    conclude(game, &reward, 1, out)
}

/// Whether the action has collected log lines.
fn is_log_new(game: &Game, request: &ActionRequest) -> bool {
    let Some(target) = &request.target else {
        return false;
    };
    let lines = |observation: &Observation| {
        let mut services = observation.services.iter();
        let service = services.find(|service| service.name == *target);
        service.map(|service| screen::log(service).join("\n"))
    };
    request.name == "fetch_logs" || lines(game.now()) != game.before().and_then(lines)
}

/// Lets ticks pass until that many are over or the incident is.
pub fn wait(game: &mut Game, ticks: u64, out: &mut Output) -> Written {
    let request = ActionRequest::wait();
    let mut sum = Reward::default();
    let mut passed = 0;
    while passed < ticks && !game.is_over() {
        let deed = game.step(&request)?;
        sum += deed.reward;
        timeline_failure(deed, out)?;
        passed += 1;
        changes(game, out)?;
    }
    conclude(game, &sum, passed, out)
}

/// Says what the scenario itself could not do before the tick. The incident goes on, as another one than its
/// author meant.
fn timeline_failure(deed: &Deed, out: &mut Output) -> Written {
    let Some(FailedAction { tick, error }) = &deed.failed_action else {
        return Ok(());
    };
    let told = format!("at tick {tick} an action of the scenario's timeline failed: {error}");
    write_text(&told, BAD, out)
}

/// The reward, and how things stand if they go on.
fn conclude(game: &Game, reward: &Reward, ticks: u64, out: &mut Output) -> Written {
    write_reward(reward, ticks, out)?;
    writeln!(out)?;
    if game.is_over() {
        return Ok(());
    }
    screen::brief(game, out)
}

fn write_reward(reward: &Reward, ticks: u64, out: &mut Output) -> Written {
    let parts = [
        ("errors", reward.health_improvement),
        ("SLO budget", reward.slo_preservation),
        ("mitigated", reward.mttm_bonus),
        ("time", reward.time_cost),
        ("wrong action", reward.wrong_action_penalty),
        ("SLO budget used up", reward.slo_breach_penalty),
        ("declared too early", reward.premature_exit_penalty),
    ];
    let parts = { parts.iter() }
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
    let palette = out.palette;
    let style = if reward.total < 0.0 { BAD } else { GOOD };
    let total = palette.paint(style, signed(reward.total));
    Ok(writeln!(
        out,
        "  reward {total}{over}{}",
        palette.paint(DIM, parts)
    )?)
}

/// A part of a reward, to 3 decimals.
fn signed(reward: f64) -> String {
    format!("{reward:+.3}")
}

/// What is not as it was before the last step.
fn changes(game: &Game, out: &mut Output) -> Written {
    let Some(before) = game.before() else {
        return Ok(());
    };
    let (now, palette) = (game.now(), out.palette);
    let mut told = Vec::new();
    for (was, is) in before.services.iter().zip(&now.services) {
        let (from, to) = (status(was), status(is));
        if from != to {
            told.push(status_change(&is.name, from, to, palette));
        }
    }
    alert_changes(before, now, palette, &mut told);
    if before.user_impact_active != now.user_impact_active {
        told.push(match now.user_impact_active {
            true => palette.paint(BAD, "customers are hit"),
            false => palette.paint(GOOD, "customers are well again"),
        });
    }
    if let (None, Some(_)) = (before.mttm_achieved_tick, now.mttm_achieved_tick) {
        told.push(palette.paint(GOOD.bold(), "the incident counts as mitigated"));
    }
    let tick = palette.paint(DIM, format!("tick {}:", now.tick));
    for line in told {
        writeln!(out, "  {tick} {line}")?;
    }
    Ok(())
}

fn status_change(service: &str, from: Status, to: Status, palette: Palette) -> String {
    let to = palette.paint(of_status(to), to);
    format!("{} {from} → {to}", palette.paint(BOLD, visible(service)))
}

/// Alerts that began, ended, or have another severity.
fn alert_changes(
    before: &Observation,
    now: &Observation,
    palette: Palette,
    told: &mut Vec<String>,
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
            told.push(text.trim_end().to_owned());
        }
    }
    let ended = before.alerts.iter();
    for alert in ended.filter(|was| !now.alerts.iter().any(|alert| same(was, alert))) {
        let over = palette.paint(GOOD, "over");
        told.push(format!(
            "alert {over}: {} {}",
            visible(&alert.service),
            alert_name(alert)
        ));
    }
}
