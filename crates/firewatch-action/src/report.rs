//! Placeholders that show more than one metric: series, trends, neighbours and traces.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
/// The service that a request enters at in the reference, if the mesh has it.
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

/// Returns the path of a request from the reference's entry to the target; the entry alone if there is no path.
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

/// Formats the trace of a request, span by span: the p99 of each service on its way.
pub(super) fn trace(view: &EnvironmentRef, target: &str) -> String {
    let path = path_from_entry(view, target);
    let spans = path.len();
    let mut lines = span_lines(view, &path, "p99 ");
    // The time of a caller includes that of what it calls: a sum would say nothing.
    let durations: Vec<f64> = path.iter().map(|service| p99(view, service)).collect();
    if let Some((longest, _)) = longest(&durations).filter(|_| spans > 1) {
        let service = path[longest];
        lines.push(format!("{spans} spans, the longest that of {service}"));
    }
    lines.join("\n")
}

/// Returns the shortest way of a request from an entry of the mesh to the target; the target alone if none leads
/// there.
fn path_from_entry<'w>(view: &EnvironmentRef<'w>, target: &'w str) -> Vec<&'w str> {
    let topology = view.topology();
    let named = view.service_names().zip(topology.entries());
    let entries: BTreeSet<&str> = named
        .filter_map(|(name, is_entry)| is_entry.then_some(name))
        .collect();
    let mut callers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (caller, callees) in topology.dependencies() {
        if topology.service(caller).is_some() {
            for callee in callees {
                callers.entry(callee).or_default().push(caller);
            }
        }
    }
    // What each service calls on the way to the target.
    let mut next: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([target]);
    while let Some(service) = open.pop_front() {
        if entries.contains(service) {
            let mut path = vec![service];
            let mut last = service;
            while let Some(callee) = next.get(last).filter(|_| last != target) {
                path.push(callee);
                last = callee;
            }
            return path;
        }
        for &caller in callers.get(service).into_iter().flatten() {
            if caller != target && !next.contains_key(caller) {
                next.insert(caller, service);
                open.push_back(caller);
            }
        }
    }
    vec![target]
}

fn p99(view: &EnvironmentRef, service: &str) -> f64 {
    let latency = view.metric(service, "http_server_request_duration_p99");
    latency.and_then(|value| value.as_f64()).unwrap_or(0.0)
}

/// A line for each span, deeper by one indent each.
fn span_lines(view: &EnvironmentRef, path: &[&str], unit: &str) -> Vec<String> {
    let spans = path.iter().enumerate();
    // Deeper, the indents alone exceed the maximum feedback.
    let lines = spans.take(MAX_DEPTH).map(|(depth, service)| {
        let indent = "  ".repeat(depth);
        let status = view.status(service).unwrap_or_default();
        let ms = times(p99(view, service), 1000.0);
        format!("{indent}{service} ({status}) {unit}{ms:.0}ms")
    });
    lines.collect()
}

/// The longest duration and its position; of equals the first.
fn longest(durations: &[f64]) -> Option<(usize, f64)> {
    let longer = |a: (usize, f64), b: (usize, f64)| if b.1 > a.1 { b } else { a };
    durations.iter().copied().enumerate().reduce(longer)
}

/// Formats the trace of a request in the reference's words; `None` where the reference divides by zero.
pub(super) fn reference_trace(view: &EnvironmentRef, target: &str) -> Option<String> {
    let path = path(view, target);
    let durations: Vec<f64> = path.iter().map(|service| p99(view, service)).collect();
    let total = { durations.iter() }.fold(0.0, |sum, p99| times(sum + p99, 1.0));
    if total == 0.0 {
        return None;
    }
    let mut lines = span_lines(view, &path, "");
    if let Some((longest, p99)) = longest(&durations) {
        let share = p99 / total * 100.0;
        lines.push(format!(
            "{:.0}ms over {} spans, the longest {} with {share:.1}%",
            times(total, 1000.0),
            path.len(),
            path[longest],
        ));
    }
    Some(lines.join("\n"))
}
