//! What a remedy does to metrics, and what becomes of its parameters.

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_sim::{FaultKind, Value};

use crate::incident::{Incident, REQUESTS, TARGET, apply, mesh, number};

#[test]
fn a_remedy_changes_the_metrics_that_it_is_about() {
    let cases: [(&str, FaultKind, &str, Value, Value); 12] = [
        (
            "force_ntp_sync",
            FaultKind::CONFIG_DRIFT,
            "system_clock_offset_seconds",
            (-600.0).into(),
            0.0.into(),
        ),
        (
            "force_ntp_sync",
            FaultKind::CONFIG_DRIFT,
            "ntp_sync_status",
            "drift".into(),
            "synced".into(),
        ),
        (
            "rotate_tls_certificate",
            FaultKind::CONFIG_DRIFT,
            "tls_certificate_expiry_seconds",
            1800.into(),
            7_776_000.into(),
        ),
        (
            "set_log_level",
            FaultKind::CONFIG_DRIFT,
            "application_log_level",
            "DEBUG".into(),
            "INFO".into(),
        ),
        (
            "rollback_canary",
            FaultKind::BAD_DEPLOY,
            "canary_traffic_weight",
            0.1.into(),
            0.0.into(),
        ),
        (
            "force_replica_resync",
            FaultKind::NETWORK_PARTITION,
            "db_replica_health",
            "lagging".into(),
            "synced".into(),
        ),
        (
            "increase_cache_memory",
            FaultKind::CONFIG_DRIFT,
            "cache_hit_rate",
            0.3.into(),
            0.95.into(),
        ),
        (
            "restart_thread_pool",
            FaultKind::BAD_DEPLOY,
            "runtime_blocked_thread_count",
            60.into(),
            0.into(),
        ),
        (
            "increase_cpu_limit",
            FaultKind::CONFIG_DRIFT,
            "process_cpu_throttle_rate",
            0.87.into(),
            0.0.into(),
        ),
        (
            "disable_retries",
            FaultKind::CONFIG_DRIFT,
            "metastable_feedback_loop_active",
            true.into(),
            false.into(),
        ),
        (
            "rollback_deploy",
            FaultKind::BAD_DEPLOY,
            "image_pull_error",
            "ImagePullBackOff".into(),
            "".into(),
        ),
        (
            "evict_noisy_pod",
            FaultKind::OOM,
            "node_memory_pressure_active",
            true.into(),
            false.into(),
        ),
    ];
    for (action, kind, metric, before, after) in cases {
        // The pod to evict has neighbours.
        let incident = Incident::new(kind, TARGET).with("node_name", "node-7");
        let with = incident.clone().with(metric, before.clone());
        let request = ActionRequest::new(action, TARGET);
        for (profile, expected) in [(Profile::Standard, &after), (Profile::Reference, &before)] {
            let mut simulation = with.simulation();
            apply(profile, &mut simulation, &request).unwrap();
            let found = simulation.view().metric(TARGET, metric).unwrap();
            assert_eq!(found, *expected, "{action} on {metric}, {profile}");
        }
        let mut without = incident.simulation();
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
    let incident = Incident::new(FaultKind::OOM, TARGET).with(REQUESTS, 100);
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
        let name = match profile {
            Profile::Standard => "add_memory",
            Profile::Reference => "scale_replicas",
        };
        let request = ActionRequest::new(name, TARGET).with("memory_limit_mb", value);
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
fn memory_is_doubled_to_the_byte_and_not_at_all_where_there_is_none() {
    const LIMIT: &str = "process_memory_limit_bytes";
    let doubled = |profile, name, limit: i64| {
        let incident = Incident::new(FaultKind::OOM, TARGET)
            .with(LIMIT, limit)
            .with("process_memory_usage_bytes", 0);
        let mut simulation = incident.simulation();
        let before = mesh(&simulation);
        let request = ActionRequest::new(name, TARGET);
        let outcome = apply(profile, &mut simulation, &request);
        let halted = outcome
            .as_ref()
            .ok()
            .map(|outcome| outcome.halted.is_some());
        if let Err(error) = &outcome {
            assert!(matches!(error, ActionError::Raised { .. }), "{error:?}");
            assert!(!simulation.view().faults().any(|fault| fault.halted));
        }
        let changed = mesh(&simulation) != before;
        (halted, number(&simulation, TARGET, LIMIT), changed)
    };
    const HALF: i64 = 1 << 19;
    for (limit, new) in [
        (HALF, 2 * HALF),
        (3 * HALF, 6 * HALF),
        (1, 2),
        (4 * HALF, 8 * HALF),
    ] {
        let found = doubled(Profile::Standard, "add_memory", limit);
        assert_eq!(found, (Some(true), new as f64, true), "{limit}");
    }
    assert_eq!(
        doubled(Profile::Standard, "add_memory", 0),
        (None, 0.0, false)
    );
    // The reference's own, to the bit: whole mebibytes, and what was done before it fails stays.
    let reference = |limit| doubled(Profile::Reference, "scale_replicas", limit);
    assert_eq!(reference(3 * HALF), (Some(true), (4 * HALF) as f64, true));
    assert_eq!(reference(HALF).0, None);
}
