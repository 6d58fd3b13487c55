//! Placeholders that show more than one metric: series, trends, neighbours and traces.

use std::collections::BTreeSet;

use firewatch_sim::{EnvironmentRef, Status, Value};

use crate::template::{Format, times};

/// Ticks that a series shows, and that a trend is told from.
pub(super) const SERIES_TICKS: usize = 3;
/// A last value above this factor of the first is growing.
const GROWING: f64 = 1.2;
/// A last value below this factor of the first is recovering.
const RECOVERING: f64 = 0.8;
/// Maximum spans of a trace: each is indented by `2 * depth` bytes.
const MAX_DEPTH: usize = 64;
/// The service that a traced request enters at, if the mesh has it.
const ENTRY: &str = "api-gateway";

/// Formats a metric over the latest recorded ticks.
pub(super) fn series(values: &[f64], format: Format) -> String {
    let values = values.iter().map(|x| format.write(&Value::Float(*x)));
    values.collect::<Vec<_>>().join(" → ")
}

/// Returns the trend of a metric.
pub(super) fn trend(values: &[f64]) -> &'static str {
    match values {
        [first, .., last] if *last > GROWING * first => "growing",
        [first, .., last] if *last < RECOVERING * first => "recovering",
        _ => "steady",
    }
}

/// Returns the services of the mesh that a service calls, in order.
pub(super) fn calls<'w>(view: &EnvironmentRef<'w>, service: &str) -> Vec<&'w str> {
    let topology = view.topology();
    let callees = topology
        .service(service)
        .map(|index| topology.callees(index));
    let mut callees = callees.unwrap_or_default();
    callees.retain(|callee| topology.service(callee).is_some());
    callees
}

/// Returns the services of the mesh that call a service, in the order in which the calls were given.
pub(super) fn callers<'w>(view: &EnvironmentRef<'w>, service: &str) -> Vec<&'w str> {
    let topology = view.topology();
    let calls_it = topology
        .dependencies()
        .filter(|(_, callees)| callees.contains(&service));
    let in_mesh = calls_it.filter(|(caller, _)| topology.service(caller).is_some());
    in_mesh.map(|(caller, _)| caller).collect()
}

/// Returns the callers that are not healthy.
pub(super) fn unhealthy_callers<'w>(view: &EnvironmentRef<'w>, service: &str) -> Vec<&'w str> {
    let mut callers = callers(view, service);
    callers.retain(|caller| view.status(caller) != Some(Status::Healthy));
    callers
}

/// Lists services with their statuses.
pub(super) fn list(view: &EnvironmentRef, services: Vec<&str>) -> String {
    let with_status = |service: &str| match view.status(service) {
        Some(status) => format!("{service} ({status})"),
        None => service.to_owned(),
    };
    if services.is_empty() {
        return "none".to_owned();
    }
    let named: Vec<String> = services.into_iter().map(with_status).collect();
    named.join(", ")
}

/// Returns the path of a request from the entry to the target; the entry alone if there is no path.
fn path<'w>(view: &EnvironmentRef<'w>, target: &'w str) -> Vec<&'w str> {
    let has_entry = view.topology().service(ENTRY).is_some();
    let mut path = vec![if has_entry { ENTRY } else { target }];
    while let Some(&last) = path.last().filter(|last| **last != target) {
        let next = calls(view, last).into_iter().find(|callee| {
            !path.contains(callee) && (*callee == target || leads_to(view, callee, target, &path))
        });
        match next {
            Some(next) => path.push(next),
            None => return path[..1].to_vec(),
        }
    }
    path
}

/// Returns whether a path of calls connects two services without using the given ones.
fn leads_to(view: &EnvironmentRef, from: &str, target: &str, without: &[&str]) -> bool {
    let mut seen: BTreeSet<&str> = without.iter().copied().collect();
    let mut open = vec![from];
    while let Some(service) = open.pop() {
        if service == target {
            return true;
        }
        if seen.insert(service) {
            open.extend(calls(view, service));
        }
    }
    false
}

/// Formats the trace of a request, span by span; `None` where the reference divides by zero.
pub(super) fn trace(view: &EnvironmentRef, target: &str, raises: bool) -> Option<String> {
    let p99 = |service: &str| {
        let latency = view.metric(service, "http_server_request_duration_p99");
        latency.and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    let spans: Vec<(&str, f64)> = path(view, target)
        .into_iter()
        .map(|service| (service, p99(service)))
        .collect();
    let total = spans
        .iter()
        .fold(0.0, |sum, (_, p99)| times(sum + p99, 1.0));
    if total == 0.0 && raises {
        return None;
    }
    let mut lines: Vec<String> = spans
        .iter()
        .enumerate()
        // Deeper, the indents alone exceed the maximum feedback.
        .take(MAX_DEPTH)
        .map(|(depth, (service, p99))| {
            let indent = "  ".repeat(depth);
            let status = view.status(service).unwrap_or_default();
            format!("{indent}{service} ({status}) {:.0}ms", times(*p99, 1000.0))
        })
        .collect();
    let slower = |a: (usize, f64), b: (usize, f64)| if b.1 > a.1 { b } else { a };
    let indexed = spans.iter().map(|(_, p99)| *p99).enumerate();
    if let Some((slowest, p99)) = indexed.reduce(slower) {
        let share = if total == 0.0 {
            0.0
        } else {
            p99 / total * 100.0
        };
        // The reference's profile keeps its texts to the byte.
        let noun = if spans.len() == 1 && !raises {
            "span"
        } else {
            "spans"
        };
        lines.push(format!(
            "{:.0}ms over {} {noun}, the longest {} with {share:.1}%",
            times(total, 1000.0),
            spans.len(),
            spans[slowest].0,
        ));
    }
    Some(lines.join("\n"))
}
