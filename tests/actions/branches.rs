//! Every branch of every action, beside the table.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_sim::{FaultKind, Simulation, Value};
use serde_json::Value as Json;

use crate::incident::{CALLER, ERRORS, Incident, MEMORY, P99, REQUESTS, TARGET, apply, mesh};
use crate::table::{Table, table};

/// Targets on which every branch can be taken, healthy ones among them.
pub fn targets() -> Vec<Vec<(&'static str, Value)>> {
    let mut targets = Vec::new();
    for (index, errors) in [0.0, 0.003, 0.04, 0.07, 0.31, 0.6, 1.0]
        .into_iter()
        .enumerate()
    {
        let p99 = [0.05, 0.3, 0.7, 3.0, 4.6][index % 5];
        let memory = [0.3, 0.75, 0.97][index % 3];
        let requests = [20, 131, 199, 55][index % 4];
        let mut target: Vec<(&str, Value)> = vec![
            (ERRORS, errors.into()),
            (P99, p99.into()),
            (MEMORY, memory.into()),
            (REQUESTS, requests.into()),
            ("process_cpu_utilization", [0.1, 0.9][index % 2].into()),
            ("process_memory_usage_bytes", Value::Int(400_000_001)),
        ];
        if index % 2 == 0 {
            target.push(("pipeline_processing_rate_events_per_second", 420.5.into()));
        }
        targets.push(target);
    }
    targets
}

/// Parameters that the table takes as they are.
pub fn parameters(action: &str) -> Vec<BTreeMap<String, Value>> {
    let one = |name: &str, value: Value| BTreeMap::from([(name.to_owned(), value)]);
    match action {
        "scale_replicas" => vec![BTreeMap::new(), one("memory_limit_mb", 700.into())],
        "traffic_shift" => vec![
            one("drain_percentage", 0.8.into()),
            one("drain_percentage", 0.05.into()),
            one("drain_percentage", 0.9433.into()),
        ],
        _ => vec![BTreeMap::new()],
    }
}

#[test]
fn every_branch_of_every_action_does_what_the_table_says() {
    let actions = table();
    assert_eq!(actions.len(), 72);
    let mut taken = BTreeSet::new();
    for action in &actions {
        for (kind, cause) in FaultKind::BUILT_IN
            .into_iter()
            .flat_map(|k| [(k, TARGET), (k, CALLER)])
        {
            for target in targets() {
                for parameters in parameters(action["name"].as_str().unwrap()) {
                    let mut incident = Incident::new(kind, cause);
                    let entries = target.iter();
                    incident.target = entries.map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
                    taken.extend(compare(
                        action,
                        &incident,
                        kind,
                        cause == TARGET,
                        &parameters,
                    ));
                }
            }
        }
    }
    let all = actions.iter().flat_map(|action| {
        let branches = action["branches"].as_array().unwrap().len();
        (0..branches).map(|branch| (action["name"].to_string(), branch))
    });
    assert_eq!(taken, all.collect());
}

/// What remedies of the standard profile are about.
const ABOUT: [&str; 28] = [
    "application_log_level",
    "cache_cluster_split_brain_detected",
    "cache_evictions_per_second",
    "cache_hit_rate",
    "canary_error_rate",
    "canary_traffic_weight",
    "config_stale_read_rate",
    "db_active_connections",
    "db_query_duration_p99_seconds",
    "db_replica_health",
    "db_replication_lag_seconds",
    "deployment_rollout_progress_pct",
    "deployment_switch_status",
    "effective_rps_multiplier",
    "grpc_deadline_propagation_rate",
    "http2_max_concurrent_streams",
    "http_client_dns_resolution_failure_rate",
    "lb_weight_normalized",
    "liveness_probe_status",
    "log_write_bytes_per_second",
    "node_name",
    "process_cpu_throttle_rate",
    "rbac_policy_last_change_age_seconds",
    "registry_stale_instance_count",
    "runtime_startup_failure_reason",
    "service_fallback_mode_active",
    "sidecar_cert_rotation_status",
    "system_clock_offset_seconds",
];

/// A value for it.
fn about(metric: &str) -> Value {
    match metric {
        "application_log_level" => "DEBUG".into(),
        "canary_error_rate" => 0.01.into(),
        "effective_rps_multiplier" => 1.5.into(),
        "cache_cluster_split_brain_detected" | "service_fallback_mode_active" => true.into(),
        "db_active_connections"
        | "http2_max_concurrent_streams"
        | "rbac_policy_last_change_age_seconds"
        | "registry_stale_instance_count" => 200.into(),
        "db_replica_health"
        | "deployment_switch_status"
        | "liveness_probe_status"
        | "node_name"
        | "runtime_startup_failure_reason"
        | "sidecar_cert_rotation_status" => "ill".into(),
        _ => 0.5.into(),
    }
}

#[test]
fn every_branch_of_the_built_in_catalogues_can_be_taken() {
    let traits: [(&str, Value); 15] = [
        ("cron_job_name", "nightly".into()),
        ("network_packet_loss_rate_inbound", 0.2.into()),
        ("metastable_feedback_loop_active", true.into()),
        ("consensus_quorum_healthy", false.into()),
        ("lb_az_traffic_weight", 0.7.into()),
        ("deployment_cold_start_in_progress", true.into()),
        ("resource_quota_remaining_ratio", 0.0.into()),
        ("sidecar_proxy_version", "v1.28".into()),
        ("pipeline_queue_depth", 12_400.into()),
        ("mtls_handshake_failure_rate", 0.4.into()),
        ("cache_cluster_diverged_key_count", 7.into()),
        ("runtime_blocked_thread_count", 60.into()),
        ("data_freshness_lag_seconds", 900.0.into()),
        ("deployment_desired_replicas", 3.into()),
        ("deployment_ready_replicas", 1.into()),
    ];
    let resources = ["gpu_compute", "bandwidth", "db_connections"];
    let certificate = vec![("tls_certificate_expiry_seconds", 330.into())];
    let backlog = vec![("pipeline_queue_depth", 900.into())];
    let age = vec![("data_freshness_lag_seconds", 90.0.into())];
    let crowded = vec![
        ("lb_az_traffic_weight", 0.7.into()),
        (MEMORY, 0.99.into()),
        ("node_colocation", "node-7".into()),
        ("http_client_retry_count", 5.into()),
        ("metastable_feedback_loop_active", true.into()),
    ];
    let known_causes = vec![
        ("cert_expiry_bomb_tick", 5.into()),
        ("config_last_reload_successful", false.into()),
        ("http_server_reconnecting_clients", 900.into()),
        ("standby_ready_replicas", 1.into()),
    ];
    let about = ABOUT.map(|metric| (metric, about(metric))).to_vec();
    let mut variants = vec![
        Vec::new(),
        vec![("none", 0.into())],
        certificate,
        backlog,
        age,
        crowded,
        known_causes,
        about,
    ];
    for resource in resources {
        let mut variant = traits.to_vec();
        variant.push(("resource_quota_type", resource.into()));
        variants.push(variant);
    }
    let choices = [
        ("level", "DEBUG"),
        ("slot", "blue"),
        ("memory_limit_mb", "1"),
    ];
    let requests: Vec<(&str, &str)> = { resources.iter() }
        .map(|resource| ("resource", *resource))
        .chain(choices)
        .chain([("none", "")])
        .collect();
    let targets = targets();
    let targets = [1, 4, 6].map(|index| &targets[index]);
    for profile in Profile::ALL {
        let catalogue = ActionCatalogue::built_in(*profile);
        let mut taken = BTreeSet::new();
        for kind in FaultKind::BUILT_IN {
            for (target, variant) in targets
                .iter()
                .flat_map(|t| variants.iter().map(move |v| (t, v)))
            {
                // Without a fault of its own it is the victim of its caller's.
                let is_victim = variant.is_empty();
                let mut incident = Incident::new(kind, if is_victim { CALLER } else { TARGET });
                let metrics = target.iter().chain(variant);
                incident.target = metrics.map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
                for (status, service) in [("healthy", CALLER), ("degraded", TARGET)] {
                    let mut session = ActionSession::new();
                    let mut simulation = incident.simulation();
                    if status == "degraded" {
                        simulation.set_metric(CALLER, "status", status).unwrap();
                        session
                            .start_step(catalogue, &mut simulation.environment_mut())
                            .unwrap();
                        session
                            .start_step(catalogue, &mut simulation.environment_mut())
                            .unwrap();
                    }
                    simulation.set_metric(service, "status", status).unwrap();
                    let mut state = simulation.snapshot();
                    // Investigations of the standard profile see faults that act.
                    let faults = state.faults.iter_mut();
                    faults.for_each(|fault| fault.progression_tick = 1);
                    for action in catalogue.actions() {
                        // Only one action asks which resource is scarce.
                        let scarce = action.parameters().iter().any(|p| p.name() == "resource");
                        if variant.last().is_some_and(|(_, of)| {
                            *of == "bandwidth".into() || *of == "db_connections".into()
                        }) && !scarce
                        {
                            continue;
                        }
                        let known =
                            |name: &str| action.parameters().iter().any(|p| p.name() == name);
                        for (name, value) in
                            requests.iter().filter(|(n, _)| *n == "none" || known(n))
                        {
                            let mut fresh = Simulation::new(&state).unwrap();
                            let request =
                                ActionRequest::new(action.name(), TARGET).with(name, *value);
                            let outcome = catalogue.apply_quietly(
                                &mut fresh.environment_mut(),
                                &mut session.clone(),
                                &request,
                            );
                            taken.extend(outcome.unwrap().branch.map(|b| (action.name(), b)));
                        }
                    }
                }
            }
        }
        let all = catalogue
            .actions()
            .iter()
            .flat_map(|action| (0..action.branch_count()).map(|branch| (action.name(), branch)));
        let missed: Vec<_> = all.filter(|branch| !taken.contains(branch)).collect();
        assert!(missed.is_empty(), "{profile}: {missed:?}");
    }
}

/// Does an action both ways and compares everything; says which branch was taken.
pub fn compare(
    action: &Json,
    incident: &Incident,
    kind: FaultKind,
    is_cause: bool,
    parameters: &BTreeMap<String, Value>,
) -> Option<(String, usize)> {
    let name = action["name"].as_str().unwrap();
    let mut simulation = incident.simulation();
    let before = mesh(&simulation);
    let table = Table {
        action,
        kind,
        is_cause,
        parameters,
        logs: simulation.logs(TARGET),
    };
    let request = ActionRequest {
        parameters: parameters.clone(),
        ..ActionRequest::new(name, TARGET)
    };
    let outcome = apply(Profile::Reference, &mut simulation, &request).unwrap();
    let after = mesh(&simulation);
    let vital = |metric: &str| before[TARGET][metric].as_f64().unwrap();
    let healthy = vital(ERRORS) < 0.05 && vital(P99) < 0.5;
    let wrong = healthy && action["guarded"] == true;
    let is_halted = simulation.view().faults().next().unwrap().halted;
    assert!(outcome.valid, "{name}");
    assert_eq!(outcome.wrong, wrong, "{name}");
    assert_eq!(outcome.ends_episode, name == "declare_resolved");
    assert!(!outcome.feedback.is_empty(), "{name}");
    if wrong && name != "traffic_shift" {
        assert_eq!((outcome.branch, &after), (None, &before), "{name}");
        assert!(!is_halted, "{name}");
        return None;
    }
    let (index, branch) = table.branch(&before[TARGET]);
    let mut expected = before.clone();
    for effect in branch["effects"].as_array().unwrap() {
        table.effect(effect, &mut expected);
    }
    assert_eq!(after, expected, "{name} on {kind}");
    assert_eq!(
        is_halted,
        branch["halts"] != Json::Array(vec![]),
        "{name} on {kind}"
    );
    assert_eq!(outcome.halted.is_some(), is_halted, "{name}");
    if action["branches"].as_array().unwrap().len() > 1 {
        assert_eq!(outcome.branch, Some(index), "{name}");
    }
    Some((action["name"].to_string(), index))
}
