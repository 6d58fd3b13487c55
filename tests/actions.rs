//! Actions: every branch of every action against an interpreter of its own for the reference's tables,
//! the rules of both profiles, parameters, and files that add actions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose fixtures are not as they should be fails"
)]

use std::collections::{BTreeMap, BTreeSet};

use firewatch_episode::{Episode, Request};
use firewatch_scenario::{
    ActionCatalogue, ActionError, ActionOutcome, ActionRequest, ActionSession, Difficulty,
    FleetStage, Profile, Scenario,
};
use firewatch_sim::{
    EnvironmentState, FaultKind, FaultState, Fleet, ServiceState, Simulation, SloBudget, Value,
    round_decimal,
};
use firewatch_tests::workspace;
use proptest::prelude::*;
use serde_json::Value as Json;

const TARGET: &str = "payment-service";
const CALLER: &str = "api-gateway";
const CHECKOUT: &str = "checkout-service";
const HERRING: &str = "user-service";

const ERRORS: &str = "http_server_error_rate";
const P99: &str = "http_server_request_duration_p99";
const MEMORY: &str = "process_memory_utilization";
const REQUESTS: &str = "http_server_active_requests";

/// An incident in which the caller, checkout and the red herring call the target.
#[derive(Clone)]
struct Incident {
    faults: Vec<(FaultKind, &'static str)>,
    root_cause: Option<&'static str>,
    target: BTreeMap<String, Value>,
}

impl Incident {
    fn new(kind: FaultKind, service: &'static str) -> Self {
        Self {
            faults: vec![(kind, service)],
            root_cause: Some(service),
            target: BTreeMap::new(),
        }
    }

    fn with(mut self, metric: &str, value: impl Into<Value>) -> Self {
        self.target.insert(metric.to_owned(), value.into());
        self
    }

    fn state(&self) -> EnvironmentState {
        let service = |name: &str, errors: f64| ServiceState {
            name: name.to_owned(),
            metrics: BTreeMap::from([(ERRORS.to_owned(), Value::Float(errors))]),
        };
        let mut target = service(TARGET, 0.6);
        target.metrics.extend(self.target.clone());
        let calls = |name: &str| (name.to_owned(), vec![TARGET.to_owned()]);
        let faults = self.faults.iter();
        EnvironmentState {
            services: vec![
                service(CALLER, 0.3),
                target,
                service(CHECKOUT, 0.2),
                service(HERRING, 0.07),
                service("db-proxy", 0.0),
            ],
            dependencies: vec![
                calls(HERRING),
                calls(CALLER),
                calls(CHECKOUT),
                (TARGET.to_owned(), vec!["db-proxy".to_owned()]),
            ],
            red_herrings: vec![HERRING.to_owned()],
            root_cause: self.root_cause.map(str::to_owned),
            faults: faults
                .map(|(kind, on)| FaultState::new(*kind, *on, 1.0))
                .collect(),
            ..EnvironmentState::new(SloBudget {
                remaining: 30.0,
                burn_per_tick: 1.5,
            })
        }
    }

    fn simulation(&self) -> Simulation {
        Simulation::new(&self.state()).unwrap()
    }
}

fn apply(
    profile: Profile,
    simulation: &mut Simulation,
    request: &ActionRequest,
) -> Result<ActionOutcome, ActionError> {
    let catalogue = ActionCatalogue::built_in(profile);
    catalogue.apply(simulation, &mut ActionSession::new(), request)
}

fn number(simulation: &Simulation, service: &str, metric: &str) -> f64 {
    simulation
        .view()
        .metric(service, metric)
        .unwrap()
        .as_f64()
        .unwrap()
}

/// The metrics of each service by name.
type Mesh = BTreeMap<String, BTreeMap<String, Value>>;

fn mesh(simulation: &Simulation) -> Mesh {
    let services = simulation.view().capture().services.into_iter();
    services
        .map(|service| (service.name, service.metrics))
        .collect()
}

/// What the reference's table of an action says: written apart from the catalogue, for this test only.
struct Table<'a> {
    action: &'a Json,
    kind: FaultKind,
    is_cause: bool,
    parameters: &'a BTreeMap<String, Value>,
    logs: Vec<String>,
}

impl Table<'_> {
    fn branch(&self, target: &BTreeMap<String, Value>) -> (usize, &Json) {
        let holds = |branch: &&Json| {
            let when = &branch["when"];
            let cause = when
                .get("target_is_root_cause")
                .is_none_or(|x| *x == self.is_cause);
            let kind = when.get("fault_kind").is_none_or(|kinds| {
                kinds
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|kind| kind == self.kind.name())
            });
            let metric = when.get("metric").is_none_or(|metric| {
                let found = target[metric["name"].as_str().unwrap()].as_f64().unwrap();
                let limit = metric["value"].as_f64().unwrap();
                if metric["op"] == "gt" {
                    found > limit
                } else {
                    found >= limit
                }
            });
            cause && kind && metric
        };
        let mut branches = self.action["branches"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate();
        branches.find(|(_, branch)| holds(branch)).unwrap()
    }

    fn effect(&self, effect: &Json, mesh: &mut Mesh) {
        let services = match effect.get("on") {
            None => vec![TARGET],
            Some(Json::String(_)) => vec![HERRING, CALLER, CHECKOUT],
            Some(other) => vec![other["service"].as_str().unwrap()],
        };
        for service in services {
            if let Some(metrics) = mesh.get_mut(service) {
                self.change(effect, metrics);
            }
        }
    }

    fn factor(&self, effect: &Json) -> f64 {
        let factor = &effect["factor"];
        factor.as_f64().unwrap_or_else(|| {
            1.0 - self.parameters[factor["one_minus_param"].as_str().unwrap()]
                .as_f64()
                .unwrap()
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is what the table says")]
    fn change(&self, effect: &Json, metrics: &mut BTreeMap<String, Value>) {
        let limited = |x: f64| {
            let x = effect
                .get("floor")
                .map_or(x, |f| x.max(f.as_f64().unwrap()));
            effect.get("cap").map_or(x, |c| x.min(c.as_f64().unwrap()))
        };
        let whole =
            |name: &str, metrics: &BTreeMap<String, Value>| metrics[name].as_f64().unwrap() as i64;
        let op = effect["op"].as_str().unwrap();
        let name = effect["metric"].as_str().unwrap_or_default();
        let old = metrics.get(name).and_then(Value::as_f64);
        let (key, new) = match op {
            "set_counter" => return,
            "scale" => {
                let Some(old) = old else { return };
                let x = limited(old * self.factor(effect));
                let digits = effect.get("round").and_then(Json::as_u64);
                let round = |digits: u64| round_decimal(x, u32::try_from(digits).unwrap());
                (name, Value::Float(digits.map_or(x, round)))
            }
            "add" => match effect["amount"].as_i64() {
                Some(amount) => (name, Value::Int(whole(name, metrics) + amount)),
                None => {
                    let x = old.unwrap() + effect["amount"].as_f64().unwrap();
                    (name, Value::Float(limited(x)))
                }
            },
            "clamp" => (name, Value::Float(limited(old.unwrap()))),
            "set" => (
                name,
                serde_json::from_value(effect["value"].clone()).unwrap(),
            ),
            "int_div" => {
                let divisor = effect["divisor"].as_i64().unwrap();
                let x = whole(name, metrics) / divisor;
                (name, Value::Int(x.max(effect["floor"].as_i64().unwrap())))
            }
            "int_scale" => {
                let x = (old.unwrap() * self.factor(effect)) as i64;
                let floor = effect
                    .get("floor")
                    .and_then(Json::as_i64)
                    .unwrap_or(i64::MIN);
                (name, Value::Int(x.max(floor)))
            }
            "recompute_memory_bytes" => {
                let limit = metrics["process_memory_limit_bytes"].as_f64().unwrap();
                let bytes = (metrics[MEMORY].as_f64().unwrap() * limit) as i64;
                ("process_memory_usage_bytes", Value::Int(bytes))
            }
            "set_memory_limit_from_param" => {
                let doubled = whole("process_memory_limit_bytes", metrics) / 1_048_576 * 2;
                let mebibytes = match self.parameters.get("memory_limit_mb") {
                    Some(value) => value.as_f64().unwrap() as i64,
                    None => doubled,
                };
                (
                    "process_memory_limit_bytes",
                    Value::Int(mebibytes * 1_048_576),
                )
            }
            "recompute_memory_utilization" => {
                let usage = metrics["process_memory_usage_bytes"].as_f64().unwrap();
                let limit = metrics["process_memory_limit_bytes"].as_f64().unwrap();
                (MEMORY, Value::Float(usage / limit))
            }
            "set_status" => ("status", effect["value"].as_str().unwrap().into()),
            "shift_sha" => {
                let Value::Text(sha) = &metrics[name] else {
                    return;
                };
                let letter = |c: char| {
                    c.to_digit(10)
                        .map_or(c, |d| char::from(b'a' + (d % 6) as u8))
                };
                let shifted: String = sha.chars().map(letter).take(7).collect();
                (name, Value::Text(shifted))
            }
            "store_logs" => {
                let lines = self.logs.iter().cloned().map(Value::Text).collect();
                ("recent_logs", Value::List(lines))
            }
            other => panic!("{other} is not known here"),
        };
        metrics.insert(key.to_owned(), new);
    }
}

fn table() -> Vec<Json> {
    let path = workspace().join("tests/fixtures/reference-actions.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Targets on which every branch can be taken, healthy ones among them.
fn targets() -> Vec<Vec<(&'static str, Value)>> {
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
fn parameters(action: &str) -> Vec<BTreeMap<String, Value>> {
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

#[test]
fn every_branch_of_the_built_in_catalogues_can_be_taken() {
    let traits: [(&str, Value); 14] = [
        ("cron_job_name", "nightly".into()),
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
    let mut variants = vec![Vec::new(), vec![("none", 0.into())], certificate];
    for resource in resources {
        let mut variant = traits.to_vec();
        variant.push(("resource_quota_type", resource.into()));
        variants.push(variant);
    }
    let choices = [("level", "DEBUG"), ("slot", "green")];
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
                        session.begin_step(catalogue, &mut simulation).unwrap();
                        session.begin_step(catalogue, &mut simulation).unwrap();
                    }
                    simulation.set_metric(service, "status", status).unwrap();
                    let state = simulation.snapshot();
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
                            let outcome =
                                catalogue.apply_quietly(&mut fresh, &mut session.clone(), &request);
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
fn compare(
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

#[test]
fn a_second_fault_is_halted_by_the_action_that_fits_it_but_in_the_reference() {
    let mut incident = Incident::new(FaultKind::MemoryLeak, CHECKOUT);
    incident.faults.push((FaultKind::BadDeploy, TARGET));
    let rollback = ActionRequest::new("rollback_deploy", TARGET);
    for (profile, halted) in [(Profile::Reference, None), (Profile::Standard, Some(1))] {
        let mut simulation = incident.simulation();
        let outcome = apply(profile, &mut simulation, &rollback).unwrap();
        assert_eq!(outcome.halted.map(|fault| fault.index), halted, "{profile}");
        let standing: Vec<bool> = simulation
            .view()
            .faults()
            .map(|fault| fault.halted)
            .collect();
        assert_eq!(standing, [false, halted.is_some()]);
    }
}

#[test]
fn a_herring_and_a_healthy_service_are_wrong_targets_but_one_with_a_fault_is_not() {
    let incident = Incident::new(FaultKind::BadDeploy, TARGET)
        .with(ERRORS, 0.0)
        .with(P99, 0.1);
    let wrong = |profile, action: &str, target: &str| {
        let mut simulation = incident.simulation();
        let before = simulation.state_hash();
        let request = ActionRequest::new(action, target);
        let outcome = apply(profile, &mut simulation, &request).unwrap();
        let untouched = simulation.state_hash() == before;
        assert!(!outcome.wrong || untouched, "{action} on {target}");
        outcome.wrong
    };
    for (action, target, reference, standard) in [
        ("rollback_deploy", HERRING, false, true),
        ("rollback_deploy", "db-proxy", true, true),
        ("rollback_deploy", TARGET, true, false),
        ("rollback_deploy", CALLER, false, false),
        ("drain_availability_zone", "db-proxy", false, true),
        ("fetch_logs", "db-proxy", false, false),
    ] {
        assert_eq!(
            wrong(Profile::Reference, action, target),
            reference,
            "{action} {target}"
        );
        assert_eq!(
            wrong(Profile::Standard, action, target),
            standard,
            "{action} {target}"
        );
    }
}

#[test]
fn a_remedy_changes_the_metrics_that_it_is_about() {
    use FaultKind::{BadDeploy, ConfigDrift, NetworkPartition};
    let cases: [(&str, FaultKind, &str, Value, Value); 12] = [
        (
            "force_ntp_sync",
            ConfigDrift,
            "system_clock_offset_seconds",
            (-600.0).into(),
            0.0.into(),
        ),
        (
            "force_ntp_sync",
            ConfigDrift,
            "ntp_sync_status",
            "drift".into(),
            "synced".into(),
        ),
        (
            "rotate_tls_certificate",
            ConfigDrift,
            "tls_certificate_expiry_seconds",
            1800.into(),
            7_776_000.into(),
        ),
        (
            "set_log_level",
            ConfigDrift,
            "application_log_level",
            "DEBUG".into(),
            "INFO".into(),
        ),
        (
            "rollback_canary",
            BadDeploy,
            "canary_traffic_weight",
            0.1.into(),
            0.0.into(),
        ),
        (
            "force_replica_resync",
            NetworkPartition,
            "db_replica_health",
            "lagging".into(),
            "synced".into(),
        ),
        (
            "increase_cache_memory",
            ConfigDrift,
            "cache_hit_rate",
            0.3.into(),
            0.95.into(),
        ),
        (
            "restart_thread_pool",
            BadDeploy,
            "runtime_blocked_thread_count",
            60.into(),
            0.into(),
        ),
        (
            "increase_cpu_limit",
            ConfigDrift,
            "process_cpu_throttle_rate",
            0.87.into(),
            0.0.into(),
        ),
        (
            "disable_retries",
            ConfigDrift,
            "metastable_feedback_loop_active",
            true.into(),
            false.into(),
        ),
        (
            "rollback_deploy",
            BadDeploy,
            "image_pull_error",
            "ImagePullBackOff".into(),
            "".into(),
        ),
        (
            "evict_noisy_pod",
            FaultKind::Oom,
            "node_memory_pressure_active",
            true.into(),
            false.into(),
        ),
    ];
    for (action, kind, metric, before, after) in cases {
        let with = Incident::new(kind, TARGET).with(metric, before.clone());
        let request = ActionRequest::new(action, TARGET);
        for (profile, expected) in [(Profile::Standard, &after), (Profile::Reference, &before)] {
            let mut simulation = with.simulation();
            apply(profile, &mut simulation, &request).unwrap();
            let found = simulation.view().metric(TARGET, metric).unwrap();
            assert_eq!(found, *expected, "{action} on {metric}, {profile}");
        }
        let mut without = Incident::new(kind, TARGET).simulation();
        let had = without.view().metric(TARGET, metric);
        apply(Profile::Standard, &mut without, &request).unwrap();
        assert_eq!(
            without.view().metric(TARGET, metric).is_some(),
            had.is_some(),
            "{metric}"
        );
    }
}

#[test]
fn parameters_are_converted_replaced_or_refused() {
    let incident = Incident::new(FaultKind::Oom, TARGET).with(REQUESTS, 100);
    let shift = |value: Value| {
        let mut simulation = incident.simulation();
        let request = ActionRequest::new("traffic_shift", TARGET).with("drain_percentage", value);
        let outcome = apply(Profile::Reference, &mut simulation, &request);
        outcome.map(|outcome| (outcome.branch, number(&simulation, TARGET, REQUESTS)))
    };
    assert_eq!(shift(0.5.into()), Ok((Some(0), 50.0)));
    assert_eq!(
        shift(7.0.into()).unwrap().0,
        Some(0),
        "0.95 takes its place"
    );
    assert_eq!(shift(7.0.into()), shift(0.95.into()));
    assert_eq!(shift(true.into()), shift(0.95.into()));
    for refused in [
        0.01.into(),
        false.into(),
        "0.5".into(),
        Value::List(Vec::new()),
    ] {
        assert_eq!(shift(refused), Ok((None, 100.0)));
    }
    assert!(matches!(
        shift(f64::NAN.into()),
        Err(ActionError::Raised { .. })
    ));

    let scale = |profile, value: Value| {
        let mut simulation = incident.simulation();
        let request = ActionRequest::new("scale_replicas", TARGET).with("memory_limit_mb", value);
        let outcome = apply(profile, &mut simulation, &request);
        let limit = number(&simulation, TARGET, "process_memory_limit_bytes") / 1_048_576.0;
        (outcome.map(|outcome| outcome.halted.is_some()).ok(), limit)
    };
    for (value, mebibytes) in [
        (1024.into(), 1024.0),
        (1024.9.into(), 1024.0),
        (" 1_024 ".into(), 1024.0),
        ((-3).into(), -3.0),
    ] {
        assert_eq!(scale(Profile::Reference, value), (Some(true), mebibytes));
    }
    assert_eq!(
        scale(Profile::Reference, 0.into()),
        (None, 0.0),
        "stored, then it fails"
    );
    assert_eq!(scale(Profile::Reference, "much".into()), (None, 512.0));
    for refused in [0.into(), (-3).into(), "much".into(), f64::NAN.into()] {
        assert_eq!(scale(Profile::Standard, refused), (Some(false), 512.0));
    }
}

#[test]
fn what_needs_a_target_is_invalid_without_one() {
    let mut simulation = Incident::new(FaultKind::Oom, TARGET).simulation();
    for request in [
        ActionRequest::untargeted("restart_service"),
        ActionRequest::new("fetch_logs", "no-such-service"),
    ] {
        let outcome = apply(Profile::Standard, &mut simulation, &request).unwrap();
        assert!(!outcome.valid && !outcome.wrong && outcome.branch.is_none());
    }
    let unknown = apply(
        Profile::Standard,
        &mut simulation,
        &ActionRequest::untargeted("escalte"),
    );
    let said = unknown.unwrap_err().to_string();
    assert_eq!(said, "unknown action `escalte`: did you mean `escalate`?");
}

#[test]
fn a_session_keeps_five_ticks_and_counts_down() {
    let mut simulation = Incident::new(FaultKind::BadDeploy, TARGET).simulation();
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let mut session = ActionSession::new();
    for tick in 1..=7 {
        simulation.tick();
        session.begin_step(catalogue, &mut simulation).unwrap();
        assert_eq!(session.recorded_ticks(), tick.min(5));
    }
    let look = ActionRequest::new("get_metrics_detail", TARGET);
    let seen = catalogue
        .apply(&mut simulation, &mut session, &look)
        .unwrap();
    assert_eq!(seen.feedback.matches('→').count(), 6, "{}", seen.feedback);

    let open = ActionRequest::new("circuit_break", TARGET);
    catalogue
        .apply(&mut simulation, &mut session, &open)
        .unwrap();
    let (caller, herring) = (
        number(&simulation, CALLER, ERRORS),
        number(&simulation, HERRING, ERRORS),
    );
    for left in [2, 1, 0, 0] {
        session.begin_step(catalogue, &mut simulation).unwrap();
        assert_eq!(session.circuit_breaker_ticks(TARGET), left);
    }
    assert_eq!(number(&simulation, CALLER, ERRORS), caller / 8.0);
    assert_eq!(number(&simulation, HERRING, ERRORS), herring);

    let escalate = ActionRequest::untargeted("escalate");
    catalogue
        .apply(&mut simulation, &mut session, &escalate)
        .unwrap();
    let helped = [(); 3].map(|()| session.use_specialist());
    assert_eq!(helped, [true, true, false]);
}

#[test]
fn a_report_never_names_a_kind_of_fault() {
    for profile in Profile::ALL {
        for action in ActionCatalogue::built_in(*profile).actions() {
            for kind in FaultKind::BUILT_IN {
                let mut simulation = Incident::new(kind, TARGET).simulation();
                let request = ActionRequest::new(action.name(), TARGET);
                let said = apply(*profile, &mut simulation, &request).unwrap().feedback;
                let plain = said.to_lowercase();
                let name = kind.name().replace('_', " ");
                let named = plain.contains(&name) && name != "oom";
                assert!(!named && !plain.contains("root cause"), "{said}");
            }
        }
    }
}

#[test]
fn an_action_of_ones_own_takes_a_file_and_no_rust() {
    let path = workspace().join("scenarios/actions/heap-dumps.ron");
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let catalogue = standard.extended_by_file(&path).unwrap();
    assert_eq!(catalogue.actions().len(), standard.actions().len() + 1);
    let mut simulation = Incident::new(FaultKind::MemoryLeak, TARGET)
        .with("heap_dump_count", 1)
        .simulation();
    let mut session = ActionSession::new();
    let patch = ActionRequest::new("hot_patch", TARGET).with("version", "v2.1.1");
    let outcome = catalogue
        .apply(&mut simulation, &mut session, &patch)
        .unwrap();
    assert_eq!(
        outcome.halted.map(|fault| fault.kind),
        Some(FaultKind::MemoryLeak)
    );
    assert_eq!(
        outcome.feedback,
        "payment-service runs v2.1.1; 1 heap dumps are kept."
    );
    let mild = ActionRequest::new("restart_service", TARGET);
    let outcome = catalogue
        .apply(&mut simulation, &mut session, &mild)
        .unwrap();
    assert!(
        outcome
            .feedback
            .starts_with("payment-service was restarted")
    );
}

#[test]
fn a_scenario_with_actions_of_its_own_is_answered_with_them() {
    let path = workspace().join("scenarios/mechanisms/actions-of-our-own.ron");
    let mut scenario = Scenario::load(&path).unwrap();
    scenario.timeline.clear();
    let patch = ActionRequest::new("hot_patch", "search-service");
    for &profile in Profile::ALL {
        let mut episode = Episode::new(profile);
        episode.reset(&Request::Scenario(&scenario)).unwrap();
        assert!(episode.actions().find("hot_patch").is_some());
        let step = episode.step(&patch).unwrap();
        assert_eq!(
            step.halted.map(|fault| fault.kind),
            Some(FaultKind::MemoryLeak)
        );
        // The next incident has none.
        let plain = Request::Drawn {
            difficulty: Difficulty::Easy,
            seed: 1,
        };
        episode.reset(&plain).unwrap();
        assert!(episode.step(&patch).is_err());
    }
}

#[test]
fn what_everybody_counts_on_is_not_overridden_and_the_incident_takes_no_parameters() {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let said = |action: &str| {
        let text = format!("Actions(actions: {{{action}}})");
        let extended = standard.extended_by("own.ron", &text);
        extended
            .map(|_| ())
            .map_err(|problems| problems.render(false))
    };
    let plain = "about: \"\", category: meta, branches: [(feedback: \"done\")]";
    for name in ["wait", "declare_resolved"] {
        let refused = said(&format!("{name:?}: ({plain}, ends_episode: true)")).unwrap_err();
        assert!(refused.contains("can't be overridden"), "{refused}");
    }
    assert_eq!(said(&format!("\"page_team\": ({plain})")), Ok(()));
    let parameters = "parameters: {\"n\": (type: integer, default: 1, about: \"\")}";
    let refused = said(&format!("\"page_team\": ({plain}, {parameters})")).unwrap_err();
    assert!(refused.contains("only an action on a service"), "{refused}");
}

#[test]
fn every_problem_of_a_file_of_actions_is_told_at_once() {
    let text = r#"Actions(
    actions: {
        "patch": (
            about: "Patches.",
            category: remediaton,
            parameters: {"level": (type: text, choices: ["a"], default: "b", about: "How much.")},
            branches: [
                (when: [fault([oops])], feedback: "{targt} is {http_server_error_rate:percnt}."),
                (effects: [scale(metric: "http_server_eror_rate", by: 0.5)], feedback: "x"),
                (effects: [shrink(metric: "http_server_error_rate")]),
            ],
        ),
    },
    amend: {"restart_servce": (guarded: false)},
)"#;
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let said = standard.extended_by("own.ron", text).unwrap_err();
    let path = workspace().join("tests/fixtures/actions-malformed.txt");
    let different = firewatch_tests::difference(&path, &said.render(false));
    assert!(different.is_none(), "{}", different.unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// No sequence of actions panics or un-halts a fault; ratios stay within bounds, and a fleet comes to
    /// the same as a simulation alone. In the reference `scale_replicas` lets memory out of 0 to 1, so
    /// there it is only done without a limit of the caller's choice, and memory is left out.
    #[test]
    fn sequences_of_actions_keep_the_rules(
        reference: bool,
        kinds in proptest::collection::vec(0..5_usize, 1..3),
        deeds in proptest::collection::vec((0..72_usize, 0..5_usize, 0..3_u32, -100..5000_i64), 1..40),
    ) {
        let profile = if reference { Profile::Reference } else { Profile::Standard };
        let catalogue = ActionCatalogue::built_in(profile);
        let mut incident = Incident::new(FaultKind::BUILT_IN[kinds[0]], TARGET);
        incident.faults.extend(kinds.iter().skip(1).map(|k| (FaultKind::BUILT_IN[*k], CHECKOUT)));
        let mut simulation = incident.simulation();
        let mut fleet = Fleet::new([incident.state().blueprint().unwrap()], 1).unwrap();
        let (mut session, mut in_fleet) = (ActionSession::new(), ActionSession::new());
        let mut halted = vec![false; incident.faults.len()];
        for (action, service, ticks, number) in deeds {
            for _ in 0..ticks {
                simulation.tick();
                fleet.tick();
                session.begin_step(catalogue, &mut simulation).unwrap();
                let mut stage = FleetStage { fleet: &mut fleet, environment: 0 };
                in_fleet.begin_step(catalogue, &mut stage).unwrap();
            }
            let target = [TARGET, CALLER, CHECKOUT, HERRING, "db-proxy"][service];
            let mut request = ActionRequest::new(catalogue.actions()[action].name(), target);
            if number % 2 == 0 && !reference {
                request = request.with("memory_limit_mb", number).with("drain_percentage", number as f64 / 5000.0);
            }
            let outcome = catalogue.apply(&mut simulation, &mut session, &request).unwrap();
            let mut stage = FleetStage { fleet: &mut fleet, environment: 0 };
            let other = catalogue.apply(&mut stage, &mut in_fleet, &request).unwrap();
            prop_assert_eq!(&outcome, &other);
            let now: Vec<bool> = simulation.view().faults().map(|fault| fault.halted).collect();
            for (before, now) in halted.iter().zip(&now) {
                prop_assert!(*now || !before, "{request:?} un-halts a fault");
            }
            halted = now;
            for vitals in simulation.view().vitals() {
                prop_assert!((0.0..=1.0).contains(&vitals.http_server_error_rate));
                let memory = vitals.process_memory_utilization;
                // A fast oom passes 1 by itself.
                prop_assert!(reference || (0.0..=1.2).contains(&memory), "{request:?}: {memory}");
            }
        }
        prop_assert_eq!(simulation.state_hash(), fleet.state_hash(0).unwrap());
        prop_assert_eq!(session, in_fleet);
    }
}
