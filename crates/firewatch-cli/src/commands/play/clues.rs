//! What pointed to the causes: the first evidence of each service with a fault.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_response::Playback;
use firewatch_scenario::{Scenario, TimelineAction};
use firewatch_sim::{EnvironmentRef, Value};

use super::goals::shown;
use super::replay::Replay;
use super::screen::{alert_name, severity};
use super::session::PlaySession;

/// Metrics that change in any case, or that other evidence shows.
const NO_CLUES: [&str; 3] = ["status", "recent_logs", "runtime_uptime_seconds"];
/// Share by which a number has to differ from what it would be without the fault.
const DEPARTS_BY: f64 = 0.2;
/// Metrics shown of a service.
const SHOWN: usize = 2;

/// The evidence about one service, each with its tick, in words.
pub struct Clues {
    pub service: String,
    pub lines: Vec<(u64, String)>,
}

/// Returns the first evidence of each service with a fault: the alert as it fired in the session, metric and log
/// line as they would have departed if nobody had done anything.
pub fn of(session: &PlaySession, replay: &Replay) -> Vec<Clues> {
    let scenario = session.scenario();
    let services: BTreeSet<&str> = scenario.all_faults().map(|f| &*f.service).collect();
    let known = services
        .into_iter()
        .filter(|name| scenario.has_service(name));
    let clues = known.map(|service| {
        let mut lines: Vec<(u64, String)> = first_alert(service, replay).into_iter().collect();
        // In the state that the reference draws itself nothing can be left out.
        if session.is_its_scenario() {
            lines.extend(departures(scenario, service).unwrap_or_default());
        }
        lines.sort_by_key(|(tick, _)| *tick);
        let service = service.to_owned();
        Clues { service, lines }
    });
    let mut clues: Vec<Clues> = clues.collect();
    // The earliest first; without any, last.
    let first = |clues: &Clues| clues.lines.first().map_or(u64::MAX, |(tick, _)| *tick);
    clues.sort_by_key(first);
    clues
}

fn first_alert(service: &str, replay: &Replay) -> Option<(u64, String)> {
    replay.ticks.iter().find_map(|tick| {
        let alert = tick.alerts.iter().find(|alert| alert.service == service)?;
        let (_, severity) = severity(alert);
        let words = format!("first alert: {severity}, {}", alert_name(alert));
        Some((tick.tick, words))
    })
}

/// Compares the incident with itself without the faults of the service, while nobody acts in either.
fn departures(scenario: &Scenario, service: &str) -> Option<Vec<(u64, String)>> {
    let mut with = Playback::new(scenario.clone()).ok()?;
    let mut without = Playback::new(without_faults(scenario, service)).ok()?;
    let (mut metrics, mut log) = (None, None);
    while metrics.is_none() || log.is_none() {
        if !with.tick().ok()? || !without.tick().ok()? {
            break;
        }
        let tick = with.tick_count();
        let (here, there) = (with.view(), without.view());
        if metrics.is_none() {
            metrics = metric_departure(&here, &there, service).map(|words| (tick, words));
        }
        if log.is_none() {
            log = new_line(&here, &there, service).map(|line| (tick, format!("log: {line}")));
        }
    }
    Some(metrics.into_iter().chain(log).collect())
}

fn without_faults(scenario: &Scenario, service: &str) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.faults.retain(|fault| fault.service != service);
    scenario.timeline.retain(|event| match &event.action {
        TimelineAction::Inject(fault) => fault.service != service,
        _ => true,
    });
    scenario
}

/// Returns the metrics that differ most, in words.
fn metric_departure(
    here: &EnvironmentRef,
    there: &EnvironmentRef,
    service: &str,
) -> Option<String> {
    let (now, usual) = (metrics(here, service)?, metrics(there, service)?);
    let mut departed: Vec<(f64, String)> = { now.iter() }
        .filter(|(name, _)| !NO_CLUES.contains(&&***name))
        .filter_map(|(name, value)| {
            let was = usual.get(name);
            let by = difference(was, value).filter(|by| *by >= DEPARTS_BY)?;
            let was = was.map_or_else(|| "absent".to_owned(), |was| shown(name, was));
            Some((by, format!("{name} {}, not {was}", shown(name, value))))
        })
        .collect();
    // Those that differ most first; of equals by name.
    departed.sort_by(|a, b| b.0.total_cmp(&a.0));
    departed.truncate(SHOWN);
    let words: Vec<String> = departed.into_iter().map(|(_, words)| words).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn metrics(view: &EnvironmentRef, service: &str) -> Option<BTreeMap<String, Value>> {
    let states = view.service_states();
    let state = states.into_iter().find(|state| state.name == service)?;
    Some(
        state
            .metrics
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect(),
    )
}

/// Returns the difference as a share of the larger value: 1 where there is nothing to divide.
fn difference(was: Option<&Value>, value: &Value) -> Option<f64> {
    let Some(was) = was else { return Some(1.0) };
    if was == value {
        return None;
    }
    let (Some(a), Some(b)) = (was.as_f64(), value.as_f64()) else {
        return Some(1.0);
    };
    let larger = if a.abs() > b.abs() { a.abs() } else { b.abs() };
    (larger > 0.0).then(|| (a - b).abs() / larger)
}

/// Returns the first line at a level above INFO that is not in the other log, without its time stamp.
fn new_line(here: &EnvironmentRef, there: &EnvironmentRef, service: &str) -> Option<String> {
    let usual = there.logs(service);
    let usual: BTreeSet<&str> = usual.iter().map(|line| without_stamp(line)).collect();
    let lines = here.logs(service);
    let mut lines = lines.iter().map(|line| without_stamp(line));
    let is_clue = |line: &&str| {
        let is_loud = ["WARN", "ERROR", "FATAL", "CRITICAL"];
        is_loud.iter().any(|level| line.starts_with(level)) && !usual.contains(line)
    };
    lines
        .find(is_clue)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn without_stamp(line: &str) -> &str {
    line.split_once(' ')
        .map_or(line, |(_, rest)| rest.trim_start())
}
