//! Faults of zones: within a zone the most severe counts, over zones they add up.

use firewatch_sim::{
    EnvironmentState, FaultKind, FaultKnobs, FaultState, Simulation, TrafficServiceState,
    UserGroupState,
};

use crate::{environment, metric, served, service, turning};

const ZONES: [&str; 3] = ["a", "b", "c"];

/// A service with two instances in each of three zones, a quarter busy.
fn three_zones(faults: Vec<FaultState>) -> EnvironmentState {
    let feed = TrafficServiceState {
        instances: 6,
        zones: ZONES.map(String::from).into(),
        ..service("feed", 10, 0.1, 1000.0)
    };
    EnvironmentState {
        faults,
        ..environment(
            vec![feed],
            vec![],
            vec![UserGroupState::new("readers", "feed", 150.0)],
        )
    }
}

/// A run of two ticks with these knobs, each in those zones.
fn with(knobs: &FaultKnobs, zones: &[&str]) -> Simulation {
    let in_zone = |zone: &&str| {
        let zone = Some((*zone).to_owned());
        turning(
            "feed",
            FaultKnobs {
                zone,
                ..knobs.clone()
            },
        )
    };
    let mut simulation =
        Simulation::new(&three_zones(zones.iter().map(in_zone).collect())).unwrap();
    simulation.run(2);
    simulation
}

fn workers(simulation: &Simulation) -> f64 {
    let view = simulation.view();
    view.traffic().unwrap().service("feed").unwrap().workers
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() < 0.01, "{got} for {expected}");
}

#[test]
fn lost_zones_add_up_until_the_service_is_down() {
    let down = FaultKnobs {
        down: true,
        ..FaultKnobs::default()
    };
    assert_near(workers(&with(&down, &["a"])), 40.0);
    assert_near(workers(&with(&down, &["a", "b"])), 20.0);
    // A zone is not lost twice.
    assert_near(workers(&with(&down, &["a", "a"])), 40.0);
    let mut all = with(&down, &ZONES);
    assert_eq!(served(&mut all, 1), [0.0]);
    assert_eq!(metric(&all, "feed", "http_server_error_rate"), 1.0);
}

#[test]
fn lost_instances_add_up_over_zones() {
    let lost = |lost_instances| FaultKnobs {
        lost_instances,
        ..FaultKnobs::default()
    };
    assert_near(workers(&with(&lost(1.0), &ZONES)), 30.0);
    assert_near(workers(&with(&lost(5.0), &["a", "b"])), 20.0);
    // Three of the whole service are one in each zone, where a zone that is down counts for more.
    let mut state = three_zones(vec![turning("feed", lost(3.0))]);
    let zone = Some("b".to_owned());
    state.faults.push(turning(
        "feed",
        FaultKnobs {
            zone,
            down: true,
            ..FaultKnobs::default()
        },
    ));
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    assert_near(workers(&simulation), 20.0);
}

#[test]
fn a_service_that_has_lost_all_instances_is_down() {
    let lost = FaultKnobs {
        lost_instances: 6.0,
        ..FaultKnobs::default()
    };
    let mut simulation = Simulation::new(&three_zones(vec![turning("feed", lost)])).unwrap();
    assert_eq!(served(&mut simulation, 3), [0.0; 3]);
    assert_eq!(metric(&simulation, "feed", "http_server_error_rate"), 1.0);
    assert!(metric(&simulation, "feed", "http_server_request_duration_p99") < 1.0);
    assert_eq!(
        metric(&simulation, "feed", "http_server_request_queue_depth"),
        0.0
    );
}

#[test]
fn shares_and_factors_are_means_over_the_zones_that_run() {
    let errors = FaultKnobs {
        error_ratio: 1.0,
        ..FaultKnobs::default()
    };
    let error_rate =
        |zones: &[&str]| metric(&with(&errors, zones), "feed", "http_server_error_rate");
    assert_near(error_rate(&["a"]), 1.0 / 3.0);
    assert_near(error_rate(&["a", "c"]), 2.0 / 3.0);
    assert_near(error_rate(&ZONES), 1.0);
    let slow = FaultKnobs {
        slow_factor: Some(3.0),
        ..FaultKnobs::default()
    };
    let utilization = |zones: &[&str]| {
        metric(
            &with(&slow, zones),
            "feed",
            "http_server_worker_utilization",
        )
    };
    assert_near(utilization(&[]), 0.25);
    assert_near(utilization(&["a", "b"]), 0.25 * 7.0 / 3.0);
    assert_near(utilization(&ZONES), 0.75);
    // Requests go to the zones that are left.
    let mut state = three_zones(vec![turning(
        "feed",
        FaultKnobs {
            zone: Some("a".into()),
            down: true,
            ..FaultKnobs::default()
        },
    )]);
    state.faults.push(turning(
        "feed",
        FaultKnobs {
            zone: Some("b".into()),
            ..errors.clone()
        },
    ));
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    assert_near(metric(&simulation, "feed", "http_server_error_rate"), 0.5);
}

#[test]
fn a_kind_without_a_zone_acts_on_all_zones() {
    let mut state = three_zones(vec![FaultState::new(FaultKind::CONFIG_DRIFT, "feed", 1.0)]);
    state.faults.push(turning(
        "feed",
        FaultKnobs {
            zone: Some("a".into()),
            down: true,
            ..FaultKnobs::default()
        },
    ));
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    // One worker was left of all zones together, and two of three of them run.
    assert_near(workers(&simulation), 2.0 / 3.0);
}

#[test]
fn leaks_in_all_zones_kill_all_instances() {
    let leak = FaultKnobs {
        memory_growth: 0.2,
        ..FaultKnobs::default()
    };
    for (zones, killed) in [(&["a", "b"][..], 4.0), (&ZONES, 6.0)] {
        let mut simulation = with(&leak, zones);
        while metric(&simulation, "feed", "restart_count") == 0.0 {
            simulation.run(1);
        }
        assert_eq!(metric(&simulation, "feed", "restart_count"), killed);
    }
}
