//! The screens of the prompt.

use std::io::Write;

use anstyle::Style;
use firewatch_response::score::{Alert, MISSED_LATENCY, Severity};
use firewatch_scenario::AlertName;
use firewatch_sim::{ServiceState, Status, Value, round_decimal};

use super::freshness::stale_data;
use super::service_table::table;
use super::session::{PlaySession, group_waits, status as status_of, text};
use super::users;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{
    BAD, BOLD, DIM, GOOD, PLAIN, Palette, WARNING, WORST, status_style, visible,
};
use crate::ui::table::Cell;
use crate::ui::text::write_table;
use crate::ui::units::{clock, count, latency, percent};

/// Returns the prompt.
pub fn prompt(session: &PlaySession) -> String {
    let now = session.now();
    format!(
        "tick {} · budget {:?}> ",
        now.tick, now.slo_budget_remaining
    )
}

/// Writes the first screen, after the page.
pub fn start(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let scenario = session.scenario();
    let palette = out.palette;
    writeln!(out, "{}", palette.paint(BOLD, "You are on call"))?;
    let mut facts = vec![format!("seed {}", scenario.seed)];
    facts.extend(scenario.difficulty.map(|difficulty| difficulty.to_string()));
    facts.push(format!("profile {}", session.profile()));
    facts.push(format!(
        "{}, {}",
        count(scenario.ticks, "tick"),
        clock(scenario.ticks)
    ));
    facts.push(format!("firewatch {}", env!("CARGO_PKG_VERSION")));
    writeln!(out, "{}", palette.paint(DIM, facts.join(" · ")))?;
    writeln!(
        out,
        "\nEach action takes a tick, an investigation too; `status`, `alerts` and other\n\
         commands take none. `help` lists the commands,\n\
         `actions` the actions; `declare_resolved` ends the incident.\n"
    )?;
    mesh(session, out)?;
    writeln!(out)?;
    status(session, out)
}

/// Writes the calls between services.
fn mesh(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let Some(view) = session.view() else {
        return Ok(());
    };
    let topology = view.topology();
    let services = topology.services().enumerate();
    let rows: Vec<Vec<Cell>> = services
        .map(|(index, name)| {
            let calls = match topology.callees(index).as_slice() {
                [] => "calls no service".to_owned(),
                callees => format!("calls {}", callees.join(", ")),
            };
            vec![Cell::plain(name), Cell::new(out.palette, DIM, &calls)]
        })
        .collect();
    write_table(&rows, out)
}

/// Writes the whole status.
pub fn status(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    headline(session, out)?;
    users::table(session, out)?;
    writeln!(out)?;
    alerts(session, out)?;
    writeln!(out)?;
    table(session, |_| true, out)
}

/// Writes a short status: only the unhealthy services.
pub fn brief(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    headline(session, out)?;
    users::table(session, out)?;
    let healthy = |service: &ServiceState| status_of(service) == Status::Healthy;
    let services = &session.now().services;
    match services.iter().filter(|service| healthy(service)).count() {
        well if well == services.len() => {
            let all_healthy = out.palette.paint(GOOD, "all healthy");
            match stale_data(session) {
                Some(stale) => {
                    let stale = out.palette.paint(BAD, format!("but {}", visible(&stale)));
                    Ok(writeln!(out, "  {all_healthy}, {stale}")?)
                }
                None => Ok(writeln!(out, "  {all_healthy}")?),
            }
        }
        well => {
            table(session, |service| !healthy(service), out)?;
            if well > 0 {
                let others = format!("{} healthy", count(well, "other"));
                writeln!(out, "  {}", out.palette.paint(DIM, others))?;
            }
            Ok(())
        }
    }
}

/// Writes the services and the calls between them.
pub fn services(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    table(session, |_| true, out)?;
    writeln!(out)?;
    mesh(session, out)
}

fn headline(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let now = session.now();
    let palette = out.palette;
    let is_mitigated = session.tells_wrong_actions() && now.mttm_achieved_tick.is_some();
    let (style, impact) = match (is_mitigated, now.user_impact_active) {
        (_, true) => (BAD, "customers affected"),
        (true, false) => (GOOD, "mitigated"),
        (false, false) => (PLAIN, "customers unaffected"),
    };
    let mut parts = vec![
        palette.paint(
            BOLD,
            format!("tick {} of {}", now.tick, session.scenario().ticks),
        ),
        clock(now.tick),
        palette.paint(style, impact),
    ];
    let actions = session.action_session();
    let left = actions.map_or(0, |actions| actions.specialist_ticks());
    if left > 0 {
        parts.push(format!("a specialist for {}", count(left, "investigation")));
    }
    writeln!(out, "{}", parts.join(" · "))?;
    let (left, whole) = (
        now.slo_budget_remaining,
        session.scenario().slo_budget.remaining,
    );
    let burned = format!("burned {:.2}", now.slo_burn_rate);
    let minutes = format!("bad customer minutes {:.2}", now.bad_customer_minutes);
    Ok(writeln!(
        out,
        "SLO budget {left:?} of {whole:?}, {burned} · {minutes}"
    )?)
}

/// Writes the firing alerts.
pub fn alerts(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let alerts = &session.now().alerts;
    if alerts.is_empty() {
        return Ok(writeln!(out, "  {}", out.palette.paint(GOOD, "no alerts"))?);
    }
    let alerts = alerts.iter();
    let rows: Vec<Vec<Cell>> = alerts
        .map(|alert| {
            let mut row = alert_cells(alert, out.palette);
            let since = format!("since tick {}", alert.fired_at_tick);
            row.push(Cell::new(out.palette, DIM, &since));
            row
        })
        .collect();
    write_table(&rows, out)
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

/// Returns the style and name of an alert's severity.
pub fn severity(alert: &Alert) -> (Style, &'static str) {
    match alert.severity {
        Severity::Warning => (WARNING, "warning"),
        Severity::Critical => (BAD, "critical"),
        Severity::Page => (WORST, "page"),
    }
}

/// Returns the name of an alert.
pub fn alert_name(alert: &Alert) -> &'static str {
    match alert.name {
        AlertName::HighErrorRate => "high error rate",
        AlertName::HighLatency => "high latency",
        AlertName::MemoryPressure => "memory pressure",
        AlertName::ServiceDown => "service down",
        AlertName::MissedObjective => "missed objective",
    }
}

/// Formats the value of an alert's metric.
pub fn alert_value(alert: &Alert) -> String {
    match alert.name {
        AlertName::HighErrorRate | AlertName::MemoryPressure => percent(alert.value),
        AlertName::HighLatency => latency(alert.value),
        AlertName::MissedObjective if alert.metric == MISSED_LATENCY => latency(alert.value),
        AlertName::MissedObjective => percent(alert.value),
        AlertName::ServiceDown => String::new(),
    }
}

/// Writes all metrics of a service.
pub fn service(session: &PlaySession, index: usize, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let Some(service) = session.now().services.get(index) else {
        return Ok(());
    };
    let before = session
        .before()
        .and_then(|before| before.services.get(index));
    let status = status_of(service);
    writeln!(
        out,
        "{} {}",
        palette.paint(BOLD, visible(&service.name)),
        palette.paint(status_style(status), status)
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
    write_table(&rows, out)?;
    let actions = session.action_session();
    let open = actions.map_or(0, |actions| actions.circuit_breaker_ticks(&service.name));
    if open > 0 {
        writeln!(out, "  circuit breaker open for {}", count(open, "step"))?;
    }
    if !log(service).is_empty() {
        let lines = count(log(service).len(), "log line");
        let hint = format!("{lines}: `logs {}`", visible(&service.name));
        writeln!(out, "  {}", palette.paint(DIM, hint))?;
    }
    Ok(())
}

/// Formats a value, rounded to 4 decimals.
fn shown(value: &Value) -> String {
    const DECIMALS: u32 = 4;
    match value {
        Value::Float(number) => format!("{:?}", round_decimal(*number, DECIMALS)),
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The metric with the log lines.
const LOGS: &str = "recent_logs";

/// Returns the collected log lines of a service.
pub fn log(service: &ServiceState) -> Vec<&str> {
    match service.metrics.get(LOGS) {
        Some(Value::List(lines)) => lines.iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

/// Writes the collected log lines of a service.
pub fn write_log(service: &ServiceState, out: &mut Output) -> Result<(), Failure> {
    for line in log(service) {
        writeln!(out, "    {}", visible(line))?;
    }
    Ok(())
}

/// Writes the collected log lines of all services, or of one.
pub fn logs(session: &PlaySession, index: Option<usize>, out: &mut Output) -> Result<(), Failure> {
    let services = session.now().services.iter().enumerate();
    let wanted = services.filter(|(at, _)| index.is_none_or(|index| index == *at));
    let mut any = false;
    for (_, service) in wanted.filter(|(_, service)| !log(service).is_empty()) {
        any = true;
        writeln!(out, "  {}", out.palette.paint(BOLD, visible(&service.name)))?;
        write_log(service, out)?;
    }
    if !any {
        let none = "no log lines collected; `fetch_logs SERVICE` collects them";
        writeln!(out, "  {}", out.palette.paint(DIM, none))?;
    }
    Ok(())
}

/// Writes the actions performed so far.
pub fn history(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    if session.steps().is_empty() {
        return Ok(writeln!(
            out,
            "  {}",
            palette.paint(DIM, "no actions so far")
        )?);
    }
    let tells = session.tells_wrong_actions();
    let rows: Vec<Vec<Cell>> = group_waits(session.steps())
        .filter_map(|steps| Some((steps.first()?, steps)))
        .map(|(first, steps)| {
            let request = &first.request;
            let mut what = request.name.clone();
            if steps.len() > 1 {
                what = format!("{what} {}", steps.len());
            }
            what.extend(request.target.iter().map(|target| format!(" {target}")));
            let parameters = request.parameters.iter();
            what.extend(parameters.map(|(name, value)| format!(" {name}={}", shown(value))));
            let reward = steps.iter().fold(0.0, |sum, step| sum + step.reward.total);
            vec![
                Cell::plain(&format!("tick {}", first.tick)),
                Cell::plain(&what),
                Cell::plain(&format!("{reward:+.3}")).right(),
                Cell::new(
                    palette,
                    BAD,
                    if first.wrong && tells { "wrong" } else { "" },
                ),
            ]
        })
        .collect();
    write_table(&rows, out)
}
