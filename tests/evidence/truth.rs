//! Holds what evidence says against the state.

use std::collections::BTreeMap;

use firewatch_sim::{EnvironmentRef, FaultKind, Value, read_metrics};

use super::line::{LogLine, number_after, numbers_before};

/// A service at one moment.
pub struct Moment {
    service: String,
    metrics: BTreeMap<String, Value>,
    /// Kinds of its faults that act.
    active: Vec<FaultKind>,
    /// What it calls, with the error rate of each that is in the mesh.
    callees: Vec<(String, Option<f64>)>,
}

/// Texts that only a fault of this kind leaves.
const MARKS: [(&str, FaultKind); 9] = [
    ("Container killed", FaultKind::OOM),
    ("OutOfMemoryError", FaultKind::OOM),
    ("NullPointerException", FaultKind::BAD_DEPLOY),
    ("Readiness probe failed", FaultKind::BAD_DEPLOY),
    ("HikariPool", FaultKind::CONFIG_DRIFT),
    ("too many clients", FaultKind::CONFIG_DRIFT),
    ("max number of clients", FaultKind::CONFIG_DRIFT),
    ("Connection refused", FaultKind::NETWORK_PARTITION),
    ("unreachable", FaultKind::NETWORK_PARTITION),
];

impl Moment {
    pub fn of(view: &EnvironmentRef, service: &str) -> Self {
        let entity = view.service(service).expect("it is in the mesh");
        let metrics = read_metrics(entity).map(|(name, value)| (name.to_owned(), value));
        let acting = view.faults().filter(|fault| {
            view.fault_service(fault) == service && !fault.halted && fault.progression_tick > 0
        });
        let index = view.topology().service(service).expect("it is in the mesh");
        let errors = |name: &str| view.metric(name, "http_server_error_rate")?.as_f64();
        let callees = view.topology().callees(index).into_iter();
        Self {
            service: service.to_owned(),
            metrics: metrics.collect(),
            active: acting.map(|fault| view.fault_kind(fault)).collect(),
            callees: callees
                .map(|name| (name.to_owned(), errors(name)))
                .collect(),
        }
    }

    fn number(&self, metric: &str) -> Option<f64> {
        self.metrics.get(metric)?.as_f64()
    }

    fn known(&self, metric: &str) -> f64 {
        self.number(metric).expect("every service has it")
    }

    pub fn whole(&self, metric: &str) -> i64 {
        match self.metrics.get(metric) {
            Some(Value::Int(number)) => *number,
            other => panic!("{metric}: {other:?}"),
        }
    }

    /// Whether it is as a kill for want of memory leaves it.
    pub fn is_killed_by_memory(&self) -> bool {
        self.active.contains(&FaultKind::OOM)
            && self.whole("runtime_uptime_seconds") == 30
            && (self.known("process_memory_utilization") - 0.85).abs() < 1e-12
    }

    /// Returns what a report of an investigation says that is not so.
    pub fn report_contradiction(&self, action: &str, said: &str) -> Option<String> {
        let pairs: &[(&str, &str)] = match action {
            "check_gc_pressure" => &[
                (" times a second", "runtime_gc_count_per_second"),
                (" ms", "runtime_gc_pause_duration_ms"),
            ],
            "inspect_thread_pool" => &[
                (" threads", "runtime_jvm_threads_count"),
                (" tasks wait", "runtime_thread_pool_queue_depth"),
                (" requests are in flight", "http_server_active_requests"),
            ],
            "inspect_pipeline_topology" => &[
                (" events wait", "pipeline_queue_depth"),
                (" s old", "data_freshness_lag_seconds"),
            ],
            "thread_dump" => &[(" threads wait", "runtime_blocked_thread_count")],
            "strace_process" => &[(" descriptors", "process_open_file_descriptors")],
            "inspect_mtls_status" => &[(" s.", "tls_certificate_expiry_seconds")],
            "inspect_consensus_state" => &[(" s old", "config_data_age_seconds")],
            _ => &[],
        };
        let mut wrong = pairs.iter().filter_map(|(words, metric)| {
            let expected = self.number(metric)?;
            let told = numbers_before(said, words);
            let all_agree = told.iter().all(|told| (told - expected).abs() < 1e-9);
            (!all_agree).then(|| format!("{metric} is {expected}"))
        });
        let packets = self.number("network_packet_loss_rate_inbound");
        let percent = packets.filter(|_| action == "inspect_network_policy");
        let loss = percent.and_then(|ratio| expect(said, "% of the packets", ratio * 100.0, 0.051));
        wrong
            .next()
            .or(loss)
            .or_else(|| self.invention(action, said))
    }

    /// Returns the numbers of a report that no metric of the service has, and shares that don't make a whole.
    fn invention(&self, action: &str, said: &str) -> Option<String> {
        let own: &[&str] = match action {
            "inspect_quota_usage" => &["resource_quota_remaining_ratio"],
            "inspect_consensus_state" => &["consensus_quorum_healthy"],
            "inspect_cluster_topology" => &["cache_cluster_diverged_key_count"],
            "inspect_mtls_status" => &[
                "mtls_handshake_failure_rate",
                "cert_expiry_bomb_tick",
                "tls_certificate_expiry_seconds",
            ],
            "profiler_dump" => {
                // The collector has metrics of its own, which do not move.
                let shares: f64 = numbers_before(said, "%").iter().sum();
                let is_whole = (shares - 100.0).abs() < 1e-9 && !said.contains("gc");
                return (!is_whole).then(|| format!("{shares}% of the time"));
            }
            _ => return None,
        };
        let has_one = own.iter().any(|metric| self.metrics.contains_key(*metric));
        let said = said.replace(&self.service, "");
        let invents = !has_one && said.contains(|letter: char| letter.is_ascii_digit());
        invents.then(|| "it has no such metric".to_owned())
    }
}

/// Returns what stands before these words where it is not this number.
fn expect(text: &str, words: &str, number: f64, within: f64) -> Option<String> {
    let mut told = numbers_before(text, words).into_iter();
    told.find(|told| (told - number).abs() > within)
        .map(|told| format!("{told}{words}, which is {number}"))
}

/// Returns what a line says that is not so.
pub fn contradiction(at: &Moment, line: &LogLine) -> Option<String> {
    let text = line.text.as_str();
    let mark = MARKS.iter().find(|(mark, _)| text.contains(mark));
    if let Some((mark, kind)) = mark.filter(|(_, kind)| !at.active.contains(kind)) {
        return Some(format!("`{mark}` without a fault of kind {kind}"));
    }
    let java = ["java", "heap", "HikariPool", "Garbage"];
    let is_database = at.service.ends_with("-db") || at.service.ends_with("-store");
    if (is_database || at.service.ends_with("cache")) && java.iter().any(|j| text.contains(j)) {
        return Some("no such runtime".to_owned());
    }
    if text.contains("Process started") && at.whole("runtime_uptime_seconds") > 30 {
        return Some("it did not start now".to_owned());
    }
    numbers(at, line)
        .or_else(|| memory(at, text))
        .or_else(|| calls(at, text))
}

fn numbers(at: &Moment, line: &LogLine) -> Option<String> {
    let text = line.text.as_str();
    let errors = at.known("http_server_error_rate");
    let p99 = at.known("http_server_request_duration_p99");
    let percent = expect(text, "% of requests returning 5xx", errors * 100.0, 0.051);
    let requests = at.known("http_server_active_requests");
    let in_flight = expect(text, " requests in flight", requests, 0.0);
    let after = |words, expected: f64, within: f64| {
        let told = number_after(text, words)?;
        ((told - expected).abs() > within).then(|| format!("{words}{told}, not {expected}"))
    };
    let descriptors = at.known("process_open_file_descriptors");
    let status = text.strip_prefix("Health check: status=");
    let is_status = |status: &str| at.metrics["status"] == Value::Text(status.to_owned());
    let wrong_status = status
        .filter(|status| !is_status(status))
        .map(str::to_owned);
    // One request in a hundred takes longer than the 99th percentile.
    let too_long = |ms: &f64| *ms > 1.6 * p99 * 1000.0 + 1.0;
    let is_gc = text.contains("Garbage collection");
    let slow = line
        .numbers_before("ms")
        .into_iter()
        .find(|ms| !is_gc && too_long(ms));
    let succeeds = text.contains("successfully") || text.contains(" 200 ");
    percent
        .or(in_flight)
        .or_else(|| after("p99=", p99, 0.005_1))
        .or_else(|| after("open_file_descriptors=", descriptors, 0.0))
        .or_else(|| {
            after(
                "queue depth ",
                at.number("http_server_request_queue_depth")?,
                0.0,
            )
        })
        .or(wrong_status)
        .or(slow.map(|ms| format!("{ms}ms with a p99 of {p99}s")))
        .or((succeeds && errors >= 1.0).then(|| "nothing succeeds".to_owned()))
}

/// Looks at `69.3% (355MB/512MB)`: both are the same share of the limit.
fn memory(at: &Moment, text: &str) -> Option<String> {
    if !text.to_lowercase().contains("memory") {
        return None;
    }
    let told = numbers_before(text, "%").first().copied()?;
    let utilization = at.known("process_memory_utilization") * 100.0;
    if (told - utilization).abs() > 0.051 {
        return Some(format!("memory is at {utilization}%"));
    }
    let megabytes = numbers_before(text, "MB");
    let [used, limit] = megabytes.as_slice() else {
        return None;
    };
    let of_limit = used / limit * 100.0;
    let mebibytes = at.known("process_memory_limit_bytes") / 1_048_576.0;
    let agrees = (of_limit - told).abs() <= 0.2 + 100.0 / limit && (limit - mebibytes).abs() < 1.0;
    (!agrees).then(|| format!("{used} of {limit} are {of_limit}%, the limit is {mebibytes}"))
}

/// Looks at calls of other services, which fail only where these do.
fn calls(at: &Moment, text: &str) -> Option<String> {
    let (_, rest) = text.split_once("call to ")?;
    let (name, _) = rest.split_once(" failed")?;
    let callee = at.callees.iter().find(|(callee, _)| callee == name);
    let fails = callee.is_some_and(|(_, errors)| errors.is_some_and(|errors| errors >= 0.1));
    (!fails).then(|| format!("{name} does not fail, or is not called"))
}
