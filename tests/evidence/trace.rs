//! What a trace says is what the services on its way are like at that tick.

use firewatch_sim::EnvironmentRef;

/// Returns what the trace of a request to a service says that is not so.
pub fn contradiction(view: &EnvironmentRef, target: &str, said: &str) -> Option<String> {
    let topology = view.topology();
    let index = |service: &str| topology.service(service);
    let mut lines: Vec<&str> = said.lines().collect();
    let summary = { lines.last().copied() }.filter(|line| line.contains(" spans, "));
    lines.truncate(lines.len() - usize::from(summary.is_some()));
    let names: Vec<&str> = { lines.iter() }
        .filter_map(|line| line.trim_start().split(' ').next())
        .collect();
    let p99 = |service: &str| {
        view.metric(service, "http_server_request_duration_p99")?
            .as_f64()
    };
    for (depth, (line, name)) in lines.iter().zip(&names).enumerate() {
        let (status, p99) = (view.status(name)?, p99(name)?);
        let expected = format!(
            "{}{name} ({status}) p99 {:.0}ms",
            "  ".repeat(depth),
            p99 * 1000.0
        );
        if *line != expected {
            return Some(format!("{line:?} is {expected:?}"));
        }
    }
    if names.last() != Some(&target) {
        return Some(format!("it does not lead to {target}"));
    }
    let calls = |pair: &[&str]| {
        index(pair[0])
            .zip(index(pair[1]))
            .map(|(a, b)| topology.calls(a, b))
    };
    if !names.windows(2).all(|pair| calls(pair) == Some(true)) {
        return Some("one of them does not call the next".to_owned());
    }
    // Requests come in through an entry wherever one leads there.
    let is_entry = |service: &str| topology.entries().nth(index(service)?);
    if names.len() > 1 && is_entry(names[0]) != Some(true) {
        return Some(format!("{} is no entry", names[0]));
    }
    let longest = names
        .iter()
        .filter_map(|name| p99(name))
        .fold(0.0, f64::max);
    let named = summary.and_then(|line| line.rsplit(' ').next());
    let is_longest = named.is_none_or(|named| p99(named) == Some(longest));
    let counts = summary.is_none_or(|line| line.starts_with(&format!("{} ", names.len())));
    (!is_longest || !counts || summary.is_some() != (names.len() > 1))
        .then(|| format!("{summary:?} of {} spans", names.len()))
}
