//! Faults come and go over time, and take back what they have turned and nothing else.

use firewatch_sim::{
    FaultCourse, FaultKind, FaultKnobs, FaultRecovery, FaultShape, FaultState, Simulation,
    TrafficChange,
};

use crate::{metric, served, shop, ticks, turning, with_course};

fn errors() -> FaultKnobs {
    FaultKnobs {
        error_ratio: 0.5,
        ..FaultKnobs::default()
    }
}

fn fault(course: FaultCourse) -> FaultState {
    let course = FaultCourse {
        knobs: Some(errors()),
        ..course
    };
    with_course(FaultState::new(FaultKind::KNOBS, "web", 1.0), course)
}

/// The error rate of `web` in each of so many ticks, with that fault from the first on.
fn error_rates(fault: FaultState, count: u64) -> Vec<f64> {
    let mut state = shop();
    state.faults = vec![fault];
    let mut simulation = Simulation::new(&state).unwrap();
    let tick = |_| {
        simulation.tick();
        metric(&simulation, "web", "http_server_error_rate")
    };
    (0..count).map(tick).collect()
}

fn assert_near(got: &[f64], expected: &[f64]) {
    let is_near = |(a, b): (&f64, &f64)| (a - b).abs() < 0.02;
    assert_eq!(got.len(), expected.len());
    assert!(
        got.iter().zip(expected).all(is_near),
        "{got:?} for {expected:?}"
    );
}

#[test]
fn shapes_are_as_they_are_called() {
    let of = |shape, for_ticks| {
        let course = FaultCourse {
            for_ticks,
            shape: Some(shape),
            ..FaultCourse::default()
        };
        error_rates(fault(course), 8)
    };
    assert_near(&of(FaultShape::Step, None), &[0.5; 8]);
    assert_near(
        &of(FaultShape::Step, Some(ticks(3))),
        &[0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
    );
    assert_near(
        &of(FaultShape::Ramp, None),
        &[0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4],
    );
    let flapping = FaultShape::Flapping {
        on: ticks(2),
        off: ticks(1),
    };
    assert_near(
        &of(flapping, Some(ticks(7))),
        &[0.5, 0.5, 0.0, 0.5, 0.5, 0.0, 0.5, 0.0],
    );
    for (lasts, spike) in [
        (1, [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (2, [0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (3, [0.25, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]),
        (4, [0.25, 0.5, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0]),
    ] {
        assert_near(&of(FaultShape::Spike, Some(ticks(lasts))), &spike);
    }
    let endless = FaultShape::Flapping {
        on: ticks(u64::MAX),
        off: ticks(u64::MAX),
    };
    assert_near(&of(endless, None), &[0.5; 8]);
}

#[test]
fn speed_is_that_of_a_ramp() {
    let course = FaultCourse {
        shape: Some(FaultShape::Ramp),
        ..FaultCourse::default()
    };
    let fast = FaultState {
        speed: 5.0,
        ..fault(course)
    };
    assert_near(&error_rates(fast, 4), &[0.25, 0.5, 0.5, 0.5]);
}

#[test]
fn a_level_is_a_share_of_what_is_turned() {
    let course = FaultCourse {
        level: 0.4,
        ..FaultCourse::default()
    };
    assert_near(&error_rates(fault(course), 2), &[0.2, 0.2]);
    let none = FaultCourse {
        level: 0.0,
        ..FaultCourse::default()
    };
    assert_near(&error_rates(fault(none), 2), &[0.0, 0.0]);
}

#[test]
fn what_was_turned_goes_back_as_the_fault_says() {
    let of = |recovery| {
        let course = FaultCourse {
            for_ticks: Some(ticks(2)),
            recovery: Some(recovery),
            ..FaultCourse::default()
        };
        error_rates(fault(course), 6)
    };
    assert_near(&of(FaultRecovery::AtOnce), &[0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
    assert_near(
        &of(FaultRecovery::OverTicks(ticks(4))),
        &[0.5, 0.5, 0.375, 0.25, 0.125, 0.0],
    );
    assert_near(&of(FaultRecovery::WithRestart), &[0.5; 6]);
}

#[test]
fn a_restart_takes_back_what_ended_faults_have_turned() {
    let course = FaultCourse {
        for_ticks: Some(ticks(2)),
        recovery: Some(FaultRecovery::WithRestart),
        ..FaultCourse::default()
    };
    let mut state = shop();
    state.faults = vec![fault(course)];
    let mut simulation = Simulation::new(&state).unwrap();
    let restart = TrafficChange::Restart { service: "web" };
    simulation.run(1);
    // One that goes on is not stopped by it.
    simulation
        .environment_mut()
        .change_traffic(&restart)
        .unwrap();
    simulation.run(4);
    assert!(metric(&simulation, "web", "http_server_error_rate") > 0.45);
    simulation
        .environment_mut()
        .change_traffic(&restart)
        .unwrap();
    // Its only instance is away for a tick.
    simulation.run(2);
    assert!(metric(&simulation, "web", "http_server_error_rate") < 0.01);
    assert_eq!(metric(&simulation, "web", "restart_count"), 2.0);
}

#[test]
fn a_fault_that_ends_takes_back_its_own_knobs_only() {
    let mut state = shop();
    let short = FaultCourse {
        for_ticks: Some(ticks(2)),
        knobs: Some(errors()),
        ..FaultCourse::default()
    };
    state.faults = vec![
        turning(
            "web",
            FaultKnobs {
                error_ratio: 0.2,
                ..FaultKnobs::default()
            },
        ),
        with_course(FaultState::new(FaultKind::KNOBS, "web", 1.0), short),
    ];
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    // Shares add up as 1 - (1 - a)(1 - b).
    assert!((metric(&simulation, "web", "http_server_error_rate") - 0.6).abs() < 0.02);
    simulation.run(1);
    assert!((metric(&simulation, "web", "http_server_error_rate") - 0.2).abs() < 0.02);
    let faults = simulation.snapshot().faults;
    assert_eq!(
        faults.iter().map(|fault| fault.halted).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(faults[1].halted_at_tick, Some(2));
    assert_eq!(faults[1].progression_tick, 2);
}

#[test]
fn a_second_wave_hurts_as_the_first() {
    let slow = FaultKnobs {
        slow_factor: Some(8.0),
        ..FaultKnobs::default()
    };
    let wave = || {
        let course = FaultCourse {
            for_ticks: Some(ticks(4)),
            knobs: Some(slow.clone()),
            ..FaultCourse::default()
        };
        with_course(FaultState::new(FaultKind::KNOBS, "search", 1.0), course)
    };
    let mut simulation = Simulation::new(&shop()).unwrap();
    let mut waves = Vec::new();
    for _ in 0..2 {
        simulation.inject_fault(&wave()).unwrap();
        waves.push(served(&mut simulation, 16));
    }
    let worst = |wave: &[f64]| wave.iter().copied().fold(1.0, f64::min);
    assert!(worst(&waves[0]) < 0.7, "{waves:?}");
    assert!(
        (worst(&waves[0]) - worst(&waves[1])).abs() < 0.02,
        "{waves:?}"
    );
    assert!(waves.iter().all(|wave| wave[15] > 0.999), "{waves:?}");
}

#[test]
fn of_two_losses_of_instances_the_larger_counts() {
    let lose = |lost_instances| {
        turning(
            "search",
            FaultKnobs {
                lost_instances,
                ..FaultKnobs::default()
            },
        )
    };
    let mut state = shop();
    state.faults = vec![lose(1.0), lose(2.0)];
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(2);
    let view = simulation.view();
    assert_eq!(
        view.traffic().unwrap().service("search").unwrap().workers,
        10.0
    );
}

#[test]
fn a_second_halt_moves_no_end() {
    let course = FaultCourse {
        recovery: Some(FaultRecovery::OverTicks(ticks(4))),
        ..FaultCourse::default()
    };
    let mut state = shop();
    state.faults = vec![fault(course)];
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(3);
    for expected in [0.375, 0.25, 0.125] {
        simulation.halt_fault(0).unwrap();
        simulation.run(1);
        assert_near(
            &[metric(&simulation, "web", "http_server_error_rate")],
            &[expected],
        );
    }
    assert_eq!(simulation.snapshot().faults[0].halted_at_tick, Some(3));
}

#[test]
fn calls_that_a_fault_cuts_fail() {
    let cut = FaultKnobs {
        to: Some("search".into()),
        cut: true,
        ..FaultKnobs::default()
    };
    let mut simulation = Simulation::new(&shop()).unwrap();
    simulation.inject_fault(&turning("web", cut)).unwrap();
    assert!(served(&mut simulation, 3)[2] < 0.01);
    simulation.halt_fault(0).unwrap();
    assert!(served(&mut simulation, 3)[2] > 0.99);
}

#[test]
fn what_many_faults_turn_together_can_be_restored() {
    let slow = FaultKnobs {
        slow_factor: Some(1e6),
        added_latency_s: 1e9,
        ..FaultKnobs::default()
    };
    let mut state = shop();
    state.faults = vec![turning("search", slow); 3];
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(5);
    let restored = Simulation::new(&simulation.snapshot()).unwrap();
    assert_eq!(restored.state_hash(), simulation.state_hash());
}
