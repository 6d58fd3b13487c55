//! A fleet goes through the same bits as simulations alone: with any number of threads, any
//! neighbours, any order of building, and whatever is done to other environments.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use firewatch_sim::{
    Blueprint, EnvironmentMut, EnvironmentState, FaultKind, FaultState, Fleet, FleetPart,
    Intervention, MetricKey, SimError, Simulation, Value, defragment_environments,
};
use firewatch_tests::{Act, Case, Host, Incident, fixtures, neighbour, rows_are_together};

/// So few that there are several shards, the last one not full.
const SHARD_SIZE: usize = 70;

fn blueprint(state: &EnvironmentState) -> Blueprint {
    state.blueprint().unwrap()
}

fn apply(act: &Act, fleet: &mut Fleet, environment: usize) {
    match act {
        Act::Halt(index) => fleet.halt_fault(environment, *index).unwrap(),
        Act::Set {
            service,
            metric,
            value,
        } => {
            fleet
                .set_metric(environment, service, metric, value)
                .unwrap();
        }
        Act::Inject(fault) => fleet.inject_fault(environment, fault).unwrap(),
    }
}

/// Incidents in a fleet with a thousand neighbours, and where in it they are.
struct Crowded {
    fleet: Fleet,
    places: Vec<usize>,
}

impl Crowded {
    fn new(incidents: &[Incident], threads: usize, backwards: bool) -> Self {
        let mut states: Vec<(Option<usize>, EnvironmentState)> = Vec::new();
        for seed in 0..1000 {
            states.push((None, neighbour(seed)));
            if let Some(incident) = incidents.get(seed as usize / 30).filter(|_| seed % 30 == 7) {
                states.push((Some(seed as usize / 30), incident.state.clone()));
            }
        }
        if backwards {
            states.reverse();
        }
        let mut places = vec![usize::MAX; incidents.len()];
        for (place, (incident, _)) in states.iter().enumerate() {
            if let Some(incident) = incident {
                places[*incident] = place;
            }
        }
        assert!(
            places.iter().all(|&place| place < states.len()),
            "every incident has a place"
        );
        let blueprints = states.iter().map(|(_, state)| blueprint(state));
        let fleet = Fleet::with_shard_size(blueprints, threads, SHARD_SIZE).unwrap();
        Self { fleet, places }
    }

    fn step(&mut self, incidents: &[Incident], tick: u64) {
        for (incident, &place) in incidents.iter().zip(&self.places) {
            for (_, act) in incident
                .timeline
                .iter()
                .filter(|(before, _)| *before == tick)
            {
                apply(act, &mut self.fleet, place);
            }
        }
        self.fleet.tick();
    }
}

#[test]
fn every_fixture_is_reproduced_among_a_thousand_neighbours_by_any_number_of_threads() {
    let cases = fixtures();
    let incidents: Vec<Incident> = cases.iter().map(Case::incident).collect();
    for (threads, backwards) in [(1, false), (2, true), (16, false)] {
        let mut crowded = Crowded::new(&incidents, threads, backwards);
        let longest = cases.iter().map(|case| case.trace.len()).max().unwrap();
        for tick in 0..longest {
            crowded.step(&incidents, tick as u64 + 1);
            for (case, &place) in cases.iter().zip(&crowded.places) {
                let Some(moment) = case.trace.get(tick) else {
                    continue;
                };
                let compared = crowded.fleet.read(place, |view| {
                    case.compare(moment, view.impact().bcm_delta, *view)
                });
                compared
                    .unwrap()
                    .map_err(|difference| format!("{}: {difference}", case.name))
                    .unwrap();
            }
        }
    }
}

#[test]
fn every_environment_ends_as_it_would_alone() {
    let states: Vec<_> = (0..1100).map(neighbour).collect();
    let alone: Vec<u64> = states
        .iter()
        .map(|state| {
            let mut simulation = Simulation::new(state).unwrap();
            simulation.run(6);
            simulation.halt_fault(0).unwrap();
            simulation.run(9);
            simulation.state_hash()
        })
        .collect();
    for threads in [0, 1, 2, 16] {
        let mut fleet =
            Fleet::with_shard_size(states.iter().map(blueprint), threads, SHARD_SIZE).unwrap();
        assert_eq!(fleet.len(), states.len());
        fleet.tick_many(6);
        for environment in 0..fleet.len() {
            fleet.halt_fault(environment, 0).unwrap();
        }
        for _ in 0..4 {
            fleet.tick();
        }
        fleet.tick_many(5);
        let hashes: Vec<u64> = (0..fleet.len())
            .map(|e| fleet.state_hash(e).unwrap())
            .collect();
        assert_eq!(hashes, alone, "{threads} threads");
    }
}

/// Resets to environments with as many, fewer and more services, with and without optional metrics.
#[test]
fn resets_by_mask_leave_the_others_alone() {
    let mut states: Vec<_> = (0..1100).map(neighbour).collect();
    let special: Vec<_> = fixtures()
        .iter()
        .map(|case| case.incident().state)
        .collect();
    let mut fleet = Fleet::with_shard_size(states.iter().map(blueprint), 2, SHARD_SIZE).unwrap();
    let mut done = vec![0; states.len()];
    for round in 0..6 {
        fleet.tick_many(3);
        done.iter_mut().for_each(|ticks| *ticks += 3);
        let mask: Vec<bool> = (0..states.len()).map(|e| (e + round) % 7 == 0).collect();
        let next = |environment: usize| match round % 3 {
            0 => neighbour(environment as u64 + 3000),
            1 => neighbour(environment as u64 + 1 + 3000),
            _ => special[environment % special.len()].clone(),
        };
        for environment in (0..states.len()).filter(|&environment| mask[environment]) {
            states[environment] = next(environment);
            done[environment] = 0;
        }
        fleet
            .reset_masked(&mask, |environment| blueprint(&next(environment)))
            .unwrap();
    }
    fleet.tick_many(2);
    for (environment, (state, ticks)) in states.iter().zip(&done).enumerate() {
        let mut simulation = Simulation::new(state).unwrap();
        simulation.run(ticks + 2);
        assert_eq!(
            fleet.snapshot(environment).unwrap(),
            simulation.snapshot(),
            "{environment}"
        );
        assert_eq!(
            fleet.state_hash(environment).unwrap(),
            simulation.state_hash()
        );
    }
}

#[test]
fn a_snapshot_goes_on_anywhere() {
    let cases: Vec<_> = fixtures()
        .iter()
        .map(|case| case.incident().state)
        .collect();
    let mut fleet = Fleet::new(cases.iter().map(blueprint), 1).unwrap();
    fleet.tick_many(5);
    let last = fleet.len() - 1;
    for environment in 0..=last {
        let saved = fleet.snapshot(environment).unwrap();
        fleet.restore(last, &saved).unwrap();
        let mut simulation = Simulation::new(&saved).unwrap();
        fleet.tick();
        simulation.tick();
        assert_eq!(fleet.state_hash(last).unwrap(), simulation.state_hash());
        assert_eq!(
            fleet.state_hash(environment).unwrap(),
            simulation.state_hash()
        );
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let state = neighbour(2);
    let mut fleet = Fleet::new([blueprint(&state)], 1).unwrap();
    let before = fleet.state_hash(0).unwrap();
    let mut bad = state.clone();
    bad.services[1]
        .metrics
        .insert("restart_count".into(), "many".into());
    assert!(fleet.restore(0, &bad).is_err());
    bad.services.pop();
    assert!(fleet.restore(0, &bad).is_err());
    assert!(fleet.halt_fault(0, 9).is_err());
    assert!(fleet.halt_fault(1, 0).is_err());
    assert!(
        fleet
            .reset_masked(&[false, true], |_| blueprint(&state))
            .is_err()
    );
    assert_eq!(fleet.state_hash(0).unwrap(), before);
}

#[test]
fn parts_of_a_fleet_are_ticked_read_and_changed_on_any_number_of_threads() {
    for threads in [1, 2, 3] {
        let count = 3 * SHARD_SIZE - 5;
        let blueprints = (0..count as u64).map(|seed| blueprint(&neighbour(seed)));
        let mut fleet = Fleet::with_shard_size(blueprints, threads, SHARD_SIZE).unwrap();
        let mut read = vec![(0, 0); count];
        for _ in 0..3 {
            let own = read.chunks_mut(fleet.part_size());
            let visit = |part: &mut FleetPart, read: &mut [(usize, u64)]| {
                part.tick();
                let range = part.range();
                // The others belong to other parts.
                for other in [range.start.wrapping_sub(1), range.end] {
                    assert!(part.read(other, |_| ()).is_err());
                    assert!(part.change(other, |_| ()).is_err());
                    assert!(part.tick_picked(&[range.start, other]).is_err());
                    let read = part.read_each(&[range.start, other], |_, _| unreachable!());
                    assert!(read.is_err());
                }
                let order = [range.end - 1, range.start, range.end - 1];
                let mut visited = Vec::new();
                part.read_each(&order, |index, view| {
                    visited.push((index, view.state_hash()));
                })?;
                let expected = order.map(|index| (index, part.read(index, |v| v.state_hash())));
                assert!(
                    visited
                        .iter()
                        .eq(&expected.map(|(index, hash)| (index, hash.unwrap())))
                );
                let first = range.start;
                part.read_all(|index, view| read[index - first] = (index, view.state_hash()));
                let budget = |index: usize| index.is_multiple_of(3).then_some(index as f64);
                part.set_slo_budgets(budget)
            };
            fleet.try_for_each_part(own, visit).unwrap();
        }
        // Parts beyond those that there is something for are left alone.
        let ticks = |fleet: &Fleet, index| fleet.summary(index).unwrap().clock.tick;
        let one_more = |part: &mut FleetPart, ()| {
            part.tick();
            Ok::<(), SimError>(())
        };
        let first = std::iter::once(());
        fleet.try_for_each_part(first, one_more).unwrap();
        assert_eq!([0, count - 1].map(|index| ticks(&fleet, index)), [4, 3]);
        for (index, (place, hash)) in read.into_iter().enumerate() {
            let mut alone = Simulation::new(&neighbour(index as u64)).unwrap();
            for tick in 0..3 {
                if tick > 0 && index.is_multiple_of(3) {
                    alone
                        .environment_mut()
                        .set_slo_budget(index as f64)
                        .unwrap();
                }
                alone.tick();
            }
            assert_eq!(
                (place, hash),
                (index, alone.state_hash()),
                "{threads} threads"
            );
        }
    }
}

#[test]
fn an_environment_is_changed_by_its_own_services_only() {
    let blueprints = [neighbour(2), neighbour(5)].map(|state| blueprint(&state));
    let mut fleet = Fleet::new(blueprints, 1).unwrap();
    let [own, other] = [0, 1].map(|environment| {
        let handle = fleet.read(environment, |view| view.service_handle(1));
        handle.unwrap().unwrap()
    });
    let restarts = MetricKey::new("restart_count");
    let set = |environment: &mut EnvironmentMut, handle| {
        let mut service = environment.service_of(handle)?;
        service.set_metric(&restarts, &Value::Int(77))
    };
    let hash = fleet.state_hash(1);
    let refused = fleet.change(0, |environment| set(environment, other));
    assert!(matches!(refused, Ok(Err(SimError::UnknownService(_)))));
    assert_eq!(fleet.state_hash(1), hash);
    fleet
        .change(0, |environment| set(environment, own))
        .unwrap()
        .unwrap();
    let found = fleet.read(0, |view| view.metric_at(1, &restarts));
    assert_eq!(found, Ok(Some(Value::Int(77))));
    assert!(
        fleet
            .change(0, |environment| environment.service(99).is_err())
            .unwrap()
    );
}

#[test]
fn environments_can_be_read_side_by_side() {
    let states = [neighbour(2), neighbour(5)];
    let fleet = Fleet::with_shard_size(states.iter().map(blueprint), 2, SHARD_SIZE).unwrap();
    let differ = fleet.read(0, |one| fleet.state_hash(1).unwrap() != one.state_hash());
    assert!(differ.unwrap());
}

#[test]
fn settling_puts_every_environment_together_again() {
    let mut host = Host::default();
    let mut environments: Vec<_> = (0..9).map(|seed| host.spawn(&neighbour(seed))).collect();
    for (place, seed) in [(0, 2), (4, 3), (1, 8)] {
        let replacement = host.spawn(&neighbour(seed));
        host.despawn(std::mem::replace(&mut environments[place], replacement));
    }
    let together = |host: &Host| {
        environments
            .iter()
            .filter(|&&environment| rows_are_together(&host.world, environment))
            .count()
    };
    assert!(
        together(&host) < environments.len(),
        "something is scattered"
    );
    defragment_environments(&mut host.world, &environments);
    assert_eq!(together(&host), environments.len());
}

#[test]
fn a_blueprint_whose_parts_do_not_fit_is_refused() {
    let whole = blueprint(&neighbour(2));
    let mut short = whole.clone();
    short.services.pop();
    let mut astray = whole.clone();
    astray.faults[0].target = 99;
    for broken in [short, astray] {
        assert!(Fleet::new([broken], 1).is_err());
    }
    assert!(Fleet::new([whole], 1).is_ok());
}

#[test]
fn picked_environments_are_ticked_as_alone_and_the_others_stay_as_they_are() {
    // What the rules of a tick read and write: every fixture, so that each of them is at work.
    let cases = fixtures();
    let states: Vec<EnvironmentState> =
        { cases.iter() }.map(|case| case.incident().state).collect();
    let blueprints = states.iter().map(blueprint);
    let mut fleet = Fleet::with_shard_size(blueprints, 2, states.len()).unwrap();
    let mut alone: Vec<Simulation> = { states.iter() }
        .map(|state| Simulation::new(state).unwrap())
        .collect();
    for round in 0..12 {
        // In any order, and named twice.
        let picked: Vec<usize> = { (0..states.len()).rev() }
            .filter(|index| (index + round) % 3 == 0)
            .flat_map(|index| [index, index])
            .collect();
        let tick = |part: &mut FleetPart, ()| part.tick_picked(&picked);
        fleet.try_for_each_part(std::iter::once(()), tick).unwrap();
        for (index, simulation) in alone.iter_mut().enumerate() {
            if picked.contains(&index) {
                simulation.tick();
            }
            assert_eq!(
                fleet.state_hash(index).unwrap(),
                simulation.state_hash(),
                "environment {index} in round {round}"
            );
        }
    }
    // None is none, not all.
    let nobody = |part: &mut FleetPart, ()| part.tick_picked(&[]);
    fleet
        .try_for_each_part(std::iter::once(()), nobody)
        .unwrap();
    assert_eq!(fleet.summary(0).unwrap().clock.tick, 4);
}

#[test]
fn a_fleet_is_built_by_its_threads_or_the_first_error_is_told() {
    let states: Vec<_> = (0..150).map(neighbour).collect();
    let build = |bad: &[usize]| {
        let own = states.chunks(SHARD_SIZE);
        let builder = Fleet::builder().threads(2).shard_size(SHARD_SIZE);
        builder.fill(states.len(), own, |part, states| {
            for (index, state) in part.range().zip(states) {
                let mut blueprint = blueprint(state);
                if bad.contains(&index) {
                    blueprint.faults[0].speed = -1.0 - index as f64;
                }
                part.push(&blueprint)?;
            }
            Ok::<(), SimError>(())
        })
    };
    let mut fleet = build(&[]).unwrap();
    fleet.tick_many(5);
    for (index, state) in states.iter().enumerate() {
        let mut alone = Simulation::new(state).unwrap();
        alone.run(5);
        assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
    }
    assert_eq!(build(&[149, 71]).err(), Some(SimError::Speed(-72.0)));
    let builder = Fleet::builder().shard_size(2);
    let too_few = builder.fill(3, std::iter::repeat(()), |_, ()| Ok::<(), SimError>(()));
    assert!(matches!(too_few.err(), Some(SimError::BufferLength { .. })));
}

#[test]
fn work_that_panics_ends_the_round_and_then_the_fleet() {
    let parts = 5;
    let blueprints = vec![blueprint(&neighbour(3)); parts];
    for threads in [1, 3] {
        let mut fleet = Fleet::with_shard_size(blueprints.clone(), threads, 1).unwrap();
        let visited = AtomicUsize::new(0);
        let work = |part: &mut FleetPart, ()| {
            visited.fetch_add(1, Ordering::Relaxed);
            assert_ne!(part.range().start, 2, "not this one");
            Ok::<(), SimError>(())
        };
        let all = || std::iter::repeat(());
        let round = catch_unwind(AssertUnwindSafe(|| fleet.try_for_each_part(all(), work)));
        let message = round.unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        assert!(message.contains("not this one"), "{message}");
        if threads > 1 {
            // The other threads have gone on.
            assert_eq!(visited.load(Ordering::Relaxed), parts);
        }
        let next = catch_unwind(AssertUnwindSafe(|| fleet.tick())).unwrap_err();
        let next = next.downcast_ref::<&str>().unwrap();
        assert_eq!(*next, "work on this fleet has panicked before");
    }
}

#[test]
fn a_change_that_panics_after_an_injection_leaves_the_neighbours_their_faults() {
    let states: Vec<EnvironmentState> = (0..40).map(neighbour).collect();
    let mut fleet = Fleet::with_shard_size(states.iter().map(blueprint), 1, states.len()).unwrap();
    let mut alone: Vec<Simulation> = { states.iter() }
        .map(|state| Simulation::new(state).unwrap())
        .collect();
    // From here on its rows are known to be contiguous.
    fleet.tick();
    let fault = FaultState::new(FaultKind::BAD_DEPLOY, &states[0].services[0].name, 1.5);
    let change = |environment: &mut EnvironmentMut| {
        environment
            .intervene(&Intervention::InjectFault(&fault))
            .unwrap();
        panic!("a host's mistake");
    };
    let changed = catch_unwind(AssertUnwindSafe(|| fleet.change(0, change)));
    assert!(changed.is_err());
    for (index, simulation) in alone.iter_mut().enumerate() {
        simulation.tick();
        if index == 0 {
            simulation.inject_fault(&fault).unwrap();
        }
    }
    for tick in 0..6 {
        fleet.tick();
        for (index, simulation) in alone.iter_mut().enumerate() {
            simulation.tick();
            let hash = fleet.state_hash(index).unwrap();
            assert_eq!(hash, simulation.state_hash(), "{index} at {tick}");
        }
    }
}
