//! What the built-in kinds of fault do where there is traffic.

use firewatch_sim::{
    FaultCourse, FaultKind, FaultKnobs, FaultRecovery, FaultState, ServiceKnob, Simulation, Status,
    TrafficChange,
};

use crate::{metric, served, shop, ticks, turning, with_course};

/// The index of `search` in the shop.
const SEARCH: usize = 2;

/// A shop with that fault from the first tick on.
fn with(fault: FaultState) -> Simulation {
    let mut state = shop();
    state.faults = vec![fault];
    Simulation::new(&state).unwrap()
}

fn of_level(kind: FaultKind, service: &str, level: f64) -> FaultState {
    with_course(
        FaultState::new(kind, service, 1.0),
        FaultCourse {
            level,
            ..FaultCourse::default()
        },
    )
}

#[test]
fn a_bad_deployment_is_rolled_out() {
    let mut simulation = with(of_level(FaultKind::BAD_DEPLOY, "auth", 0.5));
    simulation.run(1);
    assert_eq!(
        metric(&simulation, "auth", "last_deployment_age_seconds"),
        300.0
    );
    let first = metric(&simulation, "auth", "http_server_error_rate");
    simulation.run(14);
    let last = metric(&simulation, "auth", "http_server_error_rate");
    assert!(
        (0.03..0.08).contains(&first) && (last - 0.5).abs() < 0.02,
        "{first}, {last}"
    );
    // Errors travel to users: auth is required.
    assert!((metric(&simulation, "web", "http_server_error_rate") - 0.5).abs() < 0.03);
    simulation.halt_fault(0).unwrap();
    assert!(served(&mut simulation, 2)[1] > 0.999);
}

#[test]
fn a_smaller_pool_holds_until_it_is_too_small() {
    let mut little = with(of_level(FaultKind::CONFIG_DRIFT, "search", 0.3));
    assert!(served(&mut little, 6)[5] > 0.99);
    let mut much = with(of_level(FaultKind::CONFIG_DRIFT, "search", 0.8));
    assert!(served(&mut much, 6)[5] < 0.6);
    assert_eq!(metric(&much, "search", "last_config_revision"), 2.0);
    // One worker is left at any level.
    let mut all = with(of_level(FaultKind::CONFIG_DRIFT, "search", 1.0));
    all.run(6);
    let view = all.view();
    assert!(view.traffic().unwrap().service("search").unwrap().workers >= 1.0);
}

#[test]
fn a_partition_hides_a_share_of_the_calls() {
    let mut simulation = with(of_level(FaultKind::NETWORK_PARTITION, "auth", 0.3));
    let shares = served(&mut simulation, 4);
    assert!((shares[3] - 0.7).abs() < 0.03, "{shares:?}");
    // A service that nobody reaches has the status of its own knobs.
    let mut simulation = with(of_level(FaultKind::NETWORK_PARTITION, "auth", 1.0));
    simulation.run(4);
    assert_eq!(simulation.view().status("auth"), Some(Status::Down));
}

/// The restarts of `search` in a number of ticks with a fault of that kind and speed.
fn restarts(kind: FaultKind, speed: f64, ticks: u64) -> f64 {
    let mut simulation = with(FaultState::new(kind, "search", speed));
    simulation.run(ticks);
    metric(&simulation, "search", "restart_count")
}

#[test]
fn memory_runs_out_fast_or_slowly() {
    assert_eq!(restarts(FaultKind::OOM, 1.0, 3), 0.0);
    assert!(restarts(FaultKind::OOM, 1.0, 12) >= 4.0);
    assert_eq!(restarts(FaultKind::MEMORY_LEAK, 1.0, 8), 0.0);
    assert!(restarts(FaultKind::MEMORY_LEAK, 4.0, 20) >= 4.0);
}

#[test]
fn a_killed_service_is_away_while_it_starts() {
    let mut simulation = with(FaultState::new(FaultKind::OOM, "search", 2.0));
    let mut killed = 0;
    for _ in 0..20 {
        let before = metric(&simulation, "search", "restart_count");
        simulation.run(1);
        if metric(&simulation, "search", "restart_count") > before {
            killed += 1;
            assert_eq!(
                metric(&simulation, "search", "k8s_deployment_pod_available"),
                0.0
            );
            assert_eq!(
                metric(&simulation, "search", "runtime_uptime_seconds"),
                30.0
            );
            assert!(metric(&simulation, "search", "http_server_error_rate") > 0.9);
        }
    }
    assert!(killed >= 2);
    simulation.halt_fault(0).unwrap();
    assert!(served(&mut simulation, 4)[3] > 0.99);
}

#[test]
fn a_level_is_the_share_of_instances_that_are_killed() {
    let mut simulation = with(of_level(FaultKind::OOM, "search", 0.5));
    let mut least = 4.0_f64;
    for _ in 0..40 {
        simulation.run(1);
        least = least.min(metric(
            &simulation,
            "search",
            "k8s_deployment_pod_available",
        ));
    }
    assert_eq!(least, 2.0);
}

#[test]
fn a_leak_slows_the_work_before_it_kills() {
    let mut simulation = with(FaultState::new(FaultKind::MEMORY_LEAK, "search", 1.0));
    simulation.run(1);
    let before = metric(&simulation, "search", "http_server_worker_utilization");
    simulation.run(8);
    let filled = metric(&simulation, "search", "process_memory_utilization");
    assert!((0.4..0.98).contains(&filled), "{filled}");
    assert!(metric(&simulation, "search", "http_server_worker_utilization") > before + 0.02);
    // What has leaked is in use until a restart.
    simulation.halt_fault(0).unwrap();
    simulation.run(2);
    let left = metric(&simulation, "search", "process_memory_utilization");
    assert!((left - filled).abs() < 0.01, "{filled}, then {left}");
    assert!(simulation.view().is_mended_by_restart(SEARCH));
    let restart = TrafficChange::Restart { service: "search" };
    simulation
        .environment_mut()
        .change_traffic(&restart)
        .unwrap();
    assert!(!simulation.view().is_mended_by_restart(SEARCH));
    simulation.run(2);
    assert!((metric(&simulation, "search", "process_memory_utilization") - 0.33).abs() < 0.01);
}

#[test]
fn memory_that_goes_back_at_once_needs_no_restart() {
    let course = FaultCourse {
        for_ticks: Some(ticks(6)),
        recovery: Some(FaultRecovery::AtOnce),
        ..FaultCourse::default()
    };
    let leak = FaultState::new(FaultKind::MEMORY_LEAK, "search", 1.0);
    let mut simulation = with(with_course(leak, course));
    simulation.run(5);
    assert!(simulation.view().is_mended_by_restart(SEARCH));
    simulation.run(2);
    assert!((metric(&simulation, "search", "process_memory_utilization") - 0.33).abs() < 0.01);
    assert!(!simulation.view().is_mended_by_restart(SEARCH));
}

#[test]
fn more_memory_holds_what_requests_need() {
    let mut state = shop();
    // At 100 requests a second some 10 of them run, in four instances.
    state.traffic.as_mut().unwrap().services[2].memory_per_request = 0.35;
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(5);
    let killed = metric(&simulation, "search", "restart_count");
    assert!(killed > 0.0);
    assert!(
        simulation
            .view()
            .traffic()
            .unwrap()
            .is_short_of_memory(SEARCH)
    );
    let limit = metric(&simulation, "search", "process_memory_limit_bytes");
    let double = TrafficChange::Service {
        service: "search",
        knob: ServiceKnob::MemoryFactor,
        value: Some(2.0),
    };
    simulation
        .environment_mut()
        .change_traffic(&double)
        .unwrap();
    simulation.run(3);
    let killed = metric(&simulation, "search", "restart_count");
    assert!(served(&mut simulation, 6)[5] > 0.999);
    assert_eq!(metric(&simulation, "search", "restart_count"), killed);
    assert_eq!(
        metric(&simulation, "search", "process_memory_limit_bytes"),
        2.0 * limit
    );
    assert!(
        !simulation
            .view()
            .traffic()
            .unwrap()
            .is_short_of_memory(SEARCH)
    );
    let restored = Simulation::new(&simulation.snapshot()).unwrap();
    assert_eq!(restored.state_hash(), simulation.state_hash());
}

#[test]
fn a_zone_takes_its_share() {
    let knobs = |zone: Option<&str>| FaultKnobs {
        zone: zone.map(str::to_owned),
        error_ratio: 0.4,
        ..FaultKnobs::default()
    };
    for (zone, expected) in [(None, 0.4), (Some("a"), 0.2)] {
        let mut simulation = with(turning("search", knobs(zone)));
        simulation.run(2);
        let errors = metric(&simulation, "search", "http_server_error_rate");
        assert!((errors - expected).abs() < 0.01, "{errors}");
    }
    let down = |zone: Option<&str>| FaultKnobs {
        zone: zone.map(str::to_owned),
        down: true,
        ..FaultKnobs::default()
    };
    let workers = |zone| {
        let mut simulation = with(turning("search", down(zone)));
        simulation.run(2);
        let view = simulation.view();
        (
            view.traffic().unwrap().service("search").unwrap().workers,
            view.status("search").unwrap(),
        )
    };
    assert_eq!(workers(Some("b")).0, 10.0);
    assert_eq!(workers(None).1, Status::Down);
}

#[test]
fn a_fault_outside_the_mesh_does_nothing() {
    let run = |faults: Vec<FaultState>| {
        let mut state = shop();
        state.faults = faults;
        let mut simulation = Simulation::new(&state).unwrap();
        simulation.run(6);
        simulation.snapshot().services
    };
    assert_eq!(
        run(vec![FaultState::new(FaultKind::OOM, "elsewhere", 1.0)]),
        run(vec![])
    );
}
