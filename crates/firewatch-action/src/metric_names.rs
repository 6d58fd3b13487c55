//! Names of metrics that people know from elsewhere.

use firewatch_ron::meant;

/// Asks whether one of the known metrics is meant by an unknown one: the one that goes by that name elsewhere, the closest,
/// or those of which the name is a part.
pub fn metric_meant<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    const ELSEWHERE: [(&str, &str); 6] = [
        ("cpu", "process_cpu_utilization"),
        ("memory", "process_memory_utilization"),
        ("errors", "http_server_error_rate"),
        ("latency", "http_server_request_duration_p99"),
        ("p99", "http_server_request_duration_p99"),
        ("duration", "http_server_request_duration_p99"),
    ];
    let lower = name.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == lower);
    match elsewhere {
        Some((_, metric)) => Some(format!("did you mean `{metric}`?")),
        None => meant(name, known),
    }
}
