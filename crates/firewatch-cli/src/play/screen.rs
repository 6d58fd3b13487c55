//! What is to be seen: how things stand, and what is asked for.

use std::io::Write;

use anstyle::Style;
use firewatch_response::score::{Alert, Severity};
use firewatch_scenario::AlertName;
use firewatch_sim::{ServiceState, Status, Value, round_decimal};

use super::Written;
use super::game::{Game, status as status_of, stretches, text};
use super::vitals::table;
use crate::check::count;
use crate::output::Output;
use crate::style::{BAD, BOLD, DIM, FAIR, GOOD, PLAIN, Palette, WORST, of_status, visible};
use crate::table::Cell;
use crate::text::write_rows;
use crate::units::{clock, latency, percent};

/// What stands before what is typed.
pub fn prompt(game: &Game) -> String {
    let now = game.now();
    format!(
        "tick {} · budget {:?}> ",
        now.tick, now.slo_budget_remaining
    )
}

/// The first screen: the mesh, how things stand. The name of the incident says too much for it.
pub fn start(game: &Game, out: &mut Output) -> Written {
    let scenario = game.scenario();
    let palette = out.palette;
    writeln!(out, "{}", palette.paint(BOLD, "You are on call"))?;
    let mut facts = vec![format!("seed {}", scenario.seed)];
    facts.extend(scenario.difficulty.map(|difficulty| difficulty.to_string()));
    facts.push(format!("profile {}", game.profile()));
    facts.push(format!(
        "{}, {}",
        count(scenario.ticks, "tick"),
        clock(scenario.ticks)
    ));
    facts.push(format!("firewatch {}", env!("CARGO_PKG_VERSION")));
    writeln!(out, "{}", palette.paint(DIM, facts.join(" · ")))?;
    writeln!(
        out,
        "\nWhat you do takes a tick; looking takes none. `help` says what can be typed,\n\
         `actions` what can be done; `declare_resolved` ends the incident.\n"
    )?;
    mesh(game, out)?;
    writeln!(out)?;
    status(game, out)
}

/// Who calls whom.
fn mesh(game: &Game, out: &mut Output) -> Written {
    let Some(view) = game.view() else {
        return Ok(());
    };
    let topology = view.topology();
    let rows: Vec<Vec<Cell>> = { topology.services().enumerate() }
        .map(|(index, name)| {
            let calls = match topology.callees(index).as_slice() {
                [] => "calls nobody".to_owned(),
                callees => format!("calls {}", callees.join(", ")),
            };
            vec![Cell::plain(name), Cell::new(out.palette, DIM, &calls)]
        })
        .collect();
    write_rows(&rows, out)
}

/// How things stand, on one screen.
pub fn status(game: &Game, out: &mut Output) -> Written {
    headline(game, out)?;
    writeln!(out)?;
    alerts(game, out)?;
    writeln!(out)?;
    table(game, |_| true, out)
}

/// How things stand, in a few lines: the services that are not healthy.
pub fn brief(game: &Game, out: &mut Output) -> Written {
    headline(game, out)?;
    let healthy = |service: &ServiceState| status_of(service) == Status::Healthy;
    let services = &game.now().services;
    match services.iter().filter(|service| healthy(service)).count() {
        well if well == services.len() => Ok(writeln!(
            out,
            "  {}",
            out.palette.paint(GOOD, "all healthy")
        )?),
        well => {
            table(game, |service| !healthy(service), out)?;
            if well > 0 {
                let others = format!("{} healthy", count(well, "other"));
                writeln!(out, "  {}", out.palette.paint(DIM, others))?;
            }
            Ok(())
        }
    }
}

/// The services, and who calls whom.
pub fn services(game: &Game, out: &mut Output) -> Written {
    table(game, |_| true, out)?;
    writeln!(out)?;
    mesh(game, out)
}

fn headline(game: &Game, out: &mut Output) -> Written {
    let now = game.now();
    let palette = out.palette;
    let (style, impact) = match (now.mttm_achieved_tick, now.user_impact_active) {
        (_, true) => (BAD, "customers are hit"),
        (Some(_), false) => (GOOD, "mitigated"),
        (None, false) => (PLAIN, "customers are well"),
    };
    let mut parts = vec![
        palette.paint(
            BOLD,
            format!("tick {} of {}", now.tick, game.scenario().ticks),
        ),
        clock(now.tick),
        palette.paint(style, impact),
    ];
    let session = game.action_session();
    let left = session.map_or(0, |session| session.specialist_ticks());
    if left > 0 {
        parts.push(format!("a specialist for {}", count(left, "investigation")));
    }
    writeln!(out, "{}", parts.join(" · "))?;
    let (left, whole) = (
        now.slo_budget_remaining,
        game.scenario().slo_budget.remaining,
    );
    let burned = format!("burned {:.2}", now.slo_burn_rate);
    let minutes = format!("bad customer minutes {:.2}", now.bad_customer_minutes);
    Ok(writeln!(
        out,
        "SLO budget {left:?} of {whole:?}, {burned} · {minutes}"
    )?)
}

/// The alerts that fire.
pub fn alerts(game: &Game, out: &mut Output) -> Written {
    let alerts = &game.now().alerts;
    if alerts.is_empty() {
        return Ok(writeln!(out, "  {}", out.palette.paint(GOOD, "no alerts"))?);
    }
    let rows: Vec<Vec<Cell>> = { alerts.iter() }
        .map(|alert| {
            let mut row = alert_cells(alert, out.palette);
            let since = format!("since tick {}", alert.fired_at_tick);
            row.push(Cell::new(out.palette, DIM, &since));
            row
        })
        .collect();
    write_rows(&rows, out)
}

fn alert_cells(alert: &Alert, palette: Palette) -> Vec<Cell> {
    let (style, severity) = severity(alert);
    vec![
        Cell::new(palette, style, severity),
        Cell::plain(&alert.service),
        Cell::plain(alert_name(alert)),
        Cell::plain(&alert_value(alert)).right(),
    ]
}

/// How urgent an alert is, in words.
pub fn severity(alert: &Alert) -> (Style, &'static str) {
    match alert.severity {
        Severity::Warning => (FAIR, "warning"),
        Severity::Critical => (BAD, "critical"),
        Severity::Page => (WORST, "page"),
    }
}

/// What an alert is about, in words.
pub fn alert_name(alert: &Alert) -> &'static str {
    match alert.name {
        AlertName::HighErrorRate => "high error rate",
        AlertName::HighLatency => "high latency",
        AlertName::MemoryPressure => "memory pressure",
        AlertName::ServiceDown => "service down",
    }
}

/// What an alert's metric shows.
pub fn alert_value(alert: &Alert) -> String {
    match alert.name {
        AlertName::HighErrorRate | AlertName::MemoryPressure => percent(alert.value),
        AlertName::HighLatency => latency(alert.value),
        AlertName::ServiceDown => String::new(),
    }
}

/// All metrics of a service.
pub fn service(game: &Game, index: usize, out: &mut Output) -> Written {
    let palette = out.palette;
    let Some(service) = game.now().services.get(index) else {
        return Ok(());
    };
    let before = game.before().and_then(|before| before.services.get(index));
    let status = status_of(service);
    writeln!(
        out,
        "{} {}",
        palette.paint(BOLD, visible(&service.name)),
        palette.paint(of_status(status), status)
    )?;
    let metrics = service.metrics.iter();
    let metrics = metrics.filter(|(name, _)| !matches!(&***name, "status" | LOGS));
    let rows: Vec<Vec<Cell>> = metrics
        .map(|(name, value)| {
            let now = shown(value);
            let before = before
                .and_then(|before| before.metrics.get(name))
                .map(shown);
            let was = before.filter(|before| *before != now);
            let was = was.map(|was| format!("was {was}")).unwrap_or_default();
            vec![
                Cell::plain(name),
                Cell::plain(&now),
                Cell::new(palette, DIM, &was),
            ]
        })
        .collect();
    write_rows(&rows, out)?;
    let session = game.action_session();
    let open = session.map_or(0, |session| session.circuit_breaker_ticks(&service.name));
    if open > 0 {
        writeln!(out, "  its circuit stays open for {}", count(open, "step"))?;
    }
    if !log(service).is_empty() {
        let lines = count(log(service).len(), "log line");
        let hint = format!("{lines}: `logs {}`", visible(&service.name));
        writeln!(out, "  {}", palette.paint(DIM, hint))?;
    }
    Ok(())
}

/// A value as it is read, to 4 decimals.
fn shown(value: &Value) -> String {
    const DECIMALS: u32 = 4;
    match value {
        Value::Float(number) => format!("{:?}", round_decimal(*number, DECIMALS)),
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The metric in which log lines are kept.
const LOGS: &str = "recent_logs";

/// The log lines of a service that were collected.
pub fn log(service: &ServiceState) -> Vec<&str> {
    match service.metrics.get(LOGS) {
        Some(Value::List(lines)) => lines.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

/// Writes log lines.
pub fn write_log(service: &ServiceState, out: &mut Output) -> Written {
    for line in log(service) {
        writeln!(out, "    {}", visible(line))?;
    }
    Ok(())
}

/// The log lines that were collected, of all services or of one.
pub fn logs(game: &Game, index: Option<usize>, out: &mut Output) -> Written {
    let services = game.now().services.iter().enumerate();
    let wanted = services.filter(|(at, _)| index.is_none_or(|index| index == *at));
    let mut any = false;
    for (_, service) in wanted.filter(|(_, service)| !log(service).is_empty()) {
        any = true;
        writeln!(out, "  {}", out.palette.paint(BOLD, visible(&service.name)))?;
        write_log(service, out)?;
    }
    if !any {
        let none = "no log lines were collected: `fetch_logs SERVICE` does so";
        writeln!(out, "  {}", out.palette.paint(DIM, none))?;
    }
    Ok(())
}

/// What was done so far.
pub fn history(game: &Game, out: &mut Output) -> Written {
    let palette = out.palette;
    if game.deeds().is_empty() {
        return Ok(writeln!(
            out,
            "  {}",
            palette.paint(DIM, "nothing was done so far")
        )?);
    }
    let rows: Vec<Vec<Cell>> = stretches(game.deeds())
        .filter_map(|deeds| Some((deeds.first()?, deeds)))
        .map(|(first, deeds)| {
            let request = &first.request;
            let mut what = request.name.clone();
            if deeds.len() > 1 {
                what = format!("{what} {}", deeds.len());
            }
            what.extend(request.target.iter().map(|target| format!(" {target}")));
            let parameters = request.parameters.iter();
            what.extend(parameters.map(|(name, value)| format!(" {name}={}", shown(value))));
            let reward = deeds.iter().fold(0.0, |sum, deed| sum + deed.reward.total);
            vec![
                Cell::plain(&format!("tick {}", first.tick)),
                Cell::plain(&what),
                Cell::plain(&format!("{reward:+.3}")).right(),
                Cell::new(palette, BAD, if first.wrong { "wrong" } else { "" }),
            ]
        })
        .collect();
    write_rows(&rows, out)
}
