//! The same bits alone, in a crowd, in a fleet of one or two threads, and after it was saved and restored.

use firewatch_sim::bevy_ecs::prelude::*;
use firewatch_sim::{
    EnvironmentMut, EnvironmentState, FaultCourse, FaultKind, FaultKnobs, FaultRecovery,
    FaultShape, FaultState, Fleet, ServiceKnob, Simulation, TrafficChange, TrafficState, UserKnob,
    pause_environment, resume_environment,
};

use crate::crowd::Crowd;
use crate::{Footprint, classic, shop, ticks, turning, with_course};

const TICKS: u64 = 24;

/// A shop to which all kinds of things happen.
fn eventful() -> EnvironmentState {
    let mut state = shop();
    let flapping = FaultCourse {
        for_ticks: Some(ticks(9)),
        level: 0.6,
        shape: Some(FaultShape::Flapping {
            on: ticks(2),
            off: ticks(1),
        }),
        recovery: Some(FaultRecovery::OverTicks(ticks(3))),
        ..FaultCourse::default()
    };
    state.faults = vec![
        with_course(
            FaultState::new(FaultKind::NETWORK_PARTITION, "auth", 1.0),
            flapping,
        ),
        FaultState::new(FaultKind::OOM, "search", 2.0),
    ];
    state
}

/// What is done before that tick, counted from 1.
fn act(tick: u64, environment: &mut EnvironmentMut) {
    let change = |knob, value| TrafficChange::Service {
        service: "search",
        knob,
        value,
    };
    match tick {
        3 => {
            let slow = FaultKnobs {
                zone: Some("a".into()),
                slow_factor: Some(3.0),
                ..FaultKnobs::default()
            };
            environment.inject_fault(&turning("search", slow)).unwrap();
        }
        6 => environment
            .change_traffic(&change(ServiceKnob::Instances, Some(6.0)))
            .unwrap(),
        9 => environment.halt_fault(2).unwrap(),
        10 => {
            let knob = UserKnob::RateFactor;
            let change = TrafficChange::Users {
                group: "shoppers",
                knob,
                value: Some(1.7),
            };
            environment.change_traffic(&change).unwrap();
            environment
                .set_metric("web", "last_config_revision", &7_i64.into())
                .unwrap();
        }
        14 => {
            environment.halt_fault(1).unwrap();
            environment
                .change_traffic(&TrafficChange::Restart { service: "auth" })
                .unwrap();
        }
        _ => {}
    }
}

/// The footprints at the start and after each tick.
fn alone() -> Vec<Footprint> {
    let mut simulation = Simulation::new(&eventful()).unwrap();
    let mut footprints = vec![Footprint::of(simulation.view())];
    for tick in 1..=TICKS {
        step(tick, &mut simulation);
        footprints.push(Footprint::of(simulation.view()));
    }
    footprints
}

fn step(tick: u64, simulation: &mut Simulation) {
    act(tick, &mut simulation.environment_mut());
    simulation.tick();
}

#[test]
fn every_tick_changes_the_hash() {
    let footprints = alone();
    for (tick, pair) in (1..).zip(footprints.windows(2)) {
        assert_ne!(pair[0].hash, pair[1].hash, "tick {tick}");
    }
    assert_eq!(footprints, alone());
}

#[test]
fn a_restored_one_goes_on_to_the_bit() {
    let expected = alone();
    let mut simulation = Simulation::new(&eventful()).unwrap();
    for tick in 1..=TICKS {
        let saved = serde_json::to_string(&simulation.snapshot()).unwrap();
        let state: EnvironmentState = serde_json::from_str(&saved).unwrap();
        assert_eq!(state, simulation.snapshot());
        match tick % 3 {
            0 => simulation.restore(&state).unwrap(),
            1 => simulation = Simulation::new(&state).unwrap(),
            _ => simulation = simulation.branch().unwrap(),
        }
        assert_eq!(
            Footprint::of(simulation.view()),
            expected[tick as usize - 1],
            "before tick {tick}"
        );
        step(tick, &mut simulation);
        assert_eq!(
            Footprint::of(simulation.view()),
            expected[tick as usize],
            "after tick {tick}"
        );
    }
}

#[test]
fn neighbours_that_come_and_go_change_nothing() {
    let expected = alone();
    let mut crowd = Crowd::new(20);
    let environments: Vec<Entity> = (0..3)
        .map(|_| {
            crowd.add_neighbours(3);
            crowd.spawn(&eventful())
        })
        .collect();
    let mut scattered = 0;
    for tick in 1..=TICKS {
        for &environment in &environments {
            act(
                tick,
                &mut EnvironmentMut::new(&mut crowd.world, environment).unwrap(),
            );
        }
        if tick == 5 {
            pause_environment(&mut crowd.world, environments[1]).unwrap();
            crowd.tick();
            resume_environment(&mut crowd.world, environments[1]).unwrap();
            for other in [environments[0], environments[2]] {
                pause_environment(&mut crowd.world, other).unwrap();
            }
            crowd.tick();
            for other in [environments[0], environments[2]] {
                resume_environment(&mut crowd.world, other).unwrap();
            }
        } else {
            crowd.tick();
        }
        for &environment in &environments {
            assert_eq!(
                Footprint::of(crowd.view(environment)),
                expected[tick as usize],
                "tick {tick}"
            );
            scattered += usize::from(!crowd.has_rows_together(environment));
        }
        crowd.remove_neighbours(2);
        crowd.add_neighbours(3);
    }
    assert!(scattered > 0);
}

/// A fleet whose places take turns at traffic and at the classic physics.
#[test]
fn a_fleet_of_both_physics_keeps_both() {
    let classic = classic();
    let expected = {
        let mut simulation = Simulation::new(&classic).unwrap();
        (0..=TICKS)
            .map(|_| {
                let footprint = Footprint::of(simulation.view());
                simulation.tick();
                footprint
            })
            .collect::<Vec<_>>()
    };
    let traffic = alone();
    let of = |place: usize| {
        if place.is_multiple_of(2) {
            eventful()
        } else {
            classic.clone()
        }
    };
    for (threads, shard_size) in [(1, 64), (2, 3)] {
        let blueprints: Vec<_> = (0..12)
            .map(|place| of(place).blueprint().unwrap())
            .collect();
        let mut fleet = Fleet::builder()
            .threads(threads)
            .shard_size(shard_size)
            .build(blueprints)
            .unwrap();
        // The second round is of places that had the other physics before.
        for round in 0..2_usize {
            for tick in 1..=TICKS {
                for place in 0..12 {
                    if (place + round).is_multiple_of(2) {
                        fleet
                            .change(place, |environment| act(tick, environment))
                            .unwrap();
                    }
                }
                fleet.tick();
                for place in 0..12 {
                    let footprint = fleet.read(place, |view| Footprint::of(*view)).unwrap();
                    let expected = if (place + round).is_multiple_of(2) {
                        &traffic
                    } else {
                        &expected
                    };
                    assert_eq!(
                        footprint, expected[tick as usize],
                        "place {place}, tick {tick}"
                    );
                }
            }
            for place in 0..12 {
                fleet
                    .reset(place, &of(place + round + 1).blueprint().unwrap())
                    .unwrap();
            }
        }
    }
}

#[test]
fn the_hash_has_all_that_a_state_says() {
    let hash = |change: &dyn Fn(&mut EnvironmentState)| {
        let mut simulation = Simulation::new(&eventful()).unwrap();
        simulation.run(4);
        let mut state = simulation.snapshot();
        change(&mut state);
        Simulation::new(&state).unwrap().state_hash()
    };
    let traffic = |change: &'static dyn Fn(&mut TrafficState)| {
        hash(&|state| change(state.traffic.as_mut().unwrap()))
    };
    let course = |change: &'static dyn Fn(&mut FaultCourse)| {
        hash(&|state| change(state.faults[0].course.as_mut().unwrap()))
    };
    let mut hashes = vec![
        hash(&|_| {}),
        traffic(&|t| t.users[0].patience_s = 9.0),
        traffic(&|t| t.users[0].rate_factor = 0.9),
        traffic(&|t| t.users[0].set_rps = Some(3.0)),
        traffic(&|t| t.users[0].set_retries = Some(0)),
        traffic(&|t| t.users[0].objective.served = 0.9),
        traffic(&|t| t.users[0].rates[0].rps = 101.0),
        traffic(&|t| t.services[0].idle.threads = 31),
        traffic(&|t| t.services[0].running.away = 1),
        traffic(&|t| t.services[0].running.ran = Some(0.5)),
        traffic(&|t| t.services[0].set.error_ratio = 0.1),
        traffic(&|t| t.services[0].shed_ratio = 0.1),
        traffic(&|t| t.services[0].memory_factor = 2.0),
        traffic(&|t| t.services[0].running.killed_ticks_ago = Some(1)),
        traffic(&|t| t.calls[0].set.retries = Some(0)),
        traffic(&|t| t.calls[0].optional = true),
        traffic(&|t| t.services[2].zones[0] = "c".into()),
        course(&|c| c.level = 0.5),
        course(&|c| c.for_ticks = None),
        course(&|c| c.shape = None),
        course(&|c| c.leaked = 0.1),
        course(&|c| c.recovery = Some(FaultRecovery::AtOnce)),
    ];
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

#[test]
fn a_tick_allocates_nothing() {
    let mut simulation = Simulation::new(&eventful()).unwrap();
    // Buffers have their size after a while, and an outage within it.
    simulation.run(12);
    let ticks = allocation_counter::measure(|| {
        simulation.run(10);
    });
    assert_eq!(ticks.count_total, 0, "{ticks:?}");
}
