//! What happened in a tick, and pauses: for hosts with a world, a simulation or a fleet.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use bevy_ecs::message::Messages;
use bevy_ecs::prelude::*;
use firewatch_sim::{
    EnvironmentEvent, EnvironmentRef, EnvironmentState, EventKind, FaultKind, FaultState, Fleet,
    SimError, Simulation, Status, halt_fault, install_events, pause_environment,
    resume_environment,
};
use firewatch_tests::{Host, checkout_and_database, neighbour, rows_are_together};

fn drain(world: &mut World) -> Vec<EnvironmentEvent> {
    let mut messages = world.resource_mut::<Messages<EnvironmentEvent>>();
    messages.drain().collect()
}

/// The events of some ticks, found by comparing the states around each of them.
fn compared(simulation: &mut Simulation, ticks: u64) -> Vec<EnvironmentEvent> {
    let mut events = Vec::new();
    for _ in 0..ticks {
        let before = simulation.snapshot();
        let view = simulation.view();
        let from: Vec<Status> = view.vitals().map(|vitals| vitals.status).collect();
        simulation.tick();
        let (after, view) = (simulation.snapshot(), simulation.view());
        let mut note = |kind| {
            events.push(EnvironmentEvent {
                environment: simulation.environment(),
                tick: after.clock.tick,
                kind,
            });
        };
        for (fault, now) in after.faults.iter().enumerate() {
            if before.faults[fault].progression_tick == 0 && now.progression_tick > 0 {
                note(EventKind::FaultBegun { fault });
            }
            if now.halted_at_tick == Some(before.clock.tick) {
                note(EventKind::FaultHalted { fault });
            }
        }
        for (service, (from, vitals)) in from.into_iter().zip(view.vitals()).enumerate() {
            let to = vitals.status;
            if from != to {
                note(EventKind::StatusChanged { service, from, to });
            }
        }
        let mitigated = |state: &EnvironmentState| state.impact.mttm_achieved_tick.is_some();
        if mitigated(&after) && !mitigated(&before) {
            note(EventKind::Mitigated);
        }
        if after.slo_budget.is_breached() && !before.slo_budget.is_breached() {
            note(EventKind::BudgetBreached);
        }
    }
    events
}

/// Goes through an incident: 8 ticks, a halt, 12 ticks.
fn played(mut tick: impl FnMut(bool)) {
    (0..20).for_each(|number| tick(number == 8));
}

fn kinds(events: &[EnvironmentEvent]) -> Vec<(u64, EventKind)> {
    events
        .iter()
        .map(|event| (event.tick, event.kind))
        .collect()
}

fn of_a_simulation(state: &EnvironmentState) -> Vec<EnvironmentEvent> {
    let mut simulation = Simulation::new(state).unwrap();
    simulation.install(install_events).unwrap();
    let mut events = Vec::new();
    played(|halts| {
        if halts {
            simulation.halt_fault(0).unwrap();
        }
        simulation.tick();
        events.extend(drain(simulation.world_mut()));
    });
    events
}

#[test]
fn a_simulation_tells_what_happened_once_and_in_order() {
    let events = of_a_simulation(&checkout_and_database());
    let told = kinds(&events);
    assert_eq!(told[0], (1, EventKind::FaultBegun { fault: 0 }));
    let all: Vec<EventKind> = told.iter().map(|(_, kind)| *kind).collect();
    for kind in [
        EventKind::FaultBegun { fault: 0 },
        EventKind::Mitigated,
        EventKind::BudgetBreached,
    ] {
        assert_eq!(
            all.iter().filter(|other| **other == kind).count(),
            1,
            "{kind:?}"
        );
    }
    assert!(told.contains(&(9, EventKind::FaultHalted { fault: 0 })));
    let first = EventKind::StatusChanged {
        service: 1,
        from: Status::Healthy,
        to: Status::Degraded,
    };
    assert!(all.contains(&first), "{told:?}");
}

#[test]
fn events_are_the_difference_of_the_states_around_a_tick() {
    for state in (0..9).map(neighbour) {
        let told = of_a_simulation(&state);
        let mut plain = Simulation::new(&state).unwrap();
        let mut expected = compared(&mut plain, 8);
        plain.halt_fault(0).unwrap();
        expected.extend(compared(&mut plain, 12));
        assert_eq!(kinds(&told), kinds(&expected));
        assert!(told.len() > 2);
    }
}

#[test]
fn events_change_no_result() {
    let state = neighbour(2);
    let (mut plain, mut told) = (
        Simulation::new(&state).unwrap(),
        Simulation::new(&state).unwrap(),
    );
    told.install(install_events).unwrap();
    for _ in 0..20 {
        plain.tick();
        told.tick();
        assert_eq!(plain.state_hash(), told.state_hash());
    }
}

#[test]
fn a_host_with_many_environments_gets_the_events_of_each_in_order() {
    let mut host = Host::default();
    host.install(install_events);
    let states: Vec<_> = (0..6).map(neighbour).collect();
    let all: Vec<Entity> = states.iter().map(|state| host.spawn(state)).collect();
    // Rows are scattered.
    host.despawn(all[1]);
    let mut told = Vec::new();
    played(|halts| {
        for &environment in all.iter().filter(|_| halts) {
            let _ = halt_fault(&mut host.world, environment, 0);
        }
        host.tick();
        let events = drain(&mut host.world);
        assert!(events.is_sorted_by_key(|event| event.environment));
        told.extend(events);
    });
    for (environment, state) in all.iter().zip(&states) {
        let own = told
            .iter()
            .filter(|event| event.environment == *environment);
        let own: Vec<EnvironmentEvent> = own.copied().collect();
        if *environment == all[1] {
            assert!(own.is_empty());
        } else {
            assert_eq!(kinds(&own), kinds(&of_a_simulation(state)));
        }
    }
}

#[test]
fn messages_that_nobody_reads_are_kept_for_two_ticks() {
    let mut simulation = Simulation::new(&checkout_and_database()).unwrap();
    simulation.install(install_events).unwrap();
    simulation.install(install_events).unwrap();
    for tick in 1..200_u64 {
        if tick % 2 == 0 {
            simulation.halt_fault(0).unwrap();
        }
        simulation.tick();
        let messages = simulation.world().resource::<Messages<EnvironmentEvent>>();
        assert!(messages.len() <= 10, "{}", messages.len());
        let mut cursor = messages.get_cursor();
        assert!(cursor.read(messages).all(|event| event.tick + 1 >= tick));
    }
}

#[test]
fn a_fleet_tells_the_events_of_its_environments() {
    let states: Vec<_> = (0..7).map(neighbour).collect();
    let blueprints = states.iter().map(|state| state.blueprint().unwrap());
    let mut fleet = Fleet::with_shard_size(blueprints, 2, 3).unwrap();
    fleet.install_events();
    let mut told = Vec::new();
    played(|halts| {
        for environment in (0..states.len()).filter(|_| halts) {
            fleet.halt_fault(environment, 0).unwrap();
        }
        fleet.tick();
        let events = fleet.drain_events();
        assert!(events.is_sorted_by_key(|(index, _)| *index));
        told.extend(events);
    });
    for (index, state) in states.iter().enumerate() {
        let own = told.iter().filter(|(environment, _)| *environment == index);
        let own: Vec<EnvironmentEvent> = own.map(|(_, event)| *event).collect();
        assert_eq!(kinds(&own), kinds(&of_a_simulation(state)), "{index}");
    }
}

#[test]
fn a_paused_environment_stands_still_and_goes_on_as_if_nothing_had_been() {
    let mut host = Host::default();
    host.install(install_events);
    let states: Vec<_> = (0..5).map(neighbour).collect();
    let all: Vec<Entity> = states.iter().map(|state| host.spawn(state)).collect();
    for tick in 0..30 {
        if tick == 4 {
            pause_environment(&mut host.world, all[1]).unwrap();
            pause_environment(&mut host.world, all[1]).unwrap();
            pause_environment(&mut host.world, all[3]).unwrap();
            drain(&mut host.world);
        }
        if tick == 10 {
            resume_environment(&mut host.world, all[1]).unwrap();
            resume_environment(&mut host.world, all[3]).unwrap();
            resume_environment(&mut host.world, all[3]).unwrap();
        }
        let before = host.view(all[1]).state_hash();
        host.tick();
        let is_paused = (4..10).contains(&tick);
        let view = host.view(all[1]);
        assert_eq!(view.is_paused(), is_paused);
        assert_eq!(view.state_hash() == before, is_paused, "{tick}");
        if is_paused {
            let told = drain(&mut host.world);
            assert!(
                told.iter()
                    .all(|event| ![all[1], all[3]].contains(&event.environment))
            );
        }
    }
    for (index, (&environment, state)) in all.iter().zip(&states).enumerate() {
        let mut alone = Simulation::new(state).unwrap();
        alone.run(if index % 2 == 1 { 24 } else { 30 });
        assert_eq!(host.view(environment).state_hash(), alone.state_hash());
        assert!(rows_are_together(&host.world, environment));
    }
}

#[test]
fn a_paused_environment_can_be_read_changed_and_despawned() {
    let mut host = Host::default();
    let environment = host.spawn(&checkout_and_database());
    pause_environment(&mut host.world, environment).unwrap();
    halt_fault(&mut host.world, environment, 0).unwrap();
    let fault = FaultState::new(FaultKind::OOM, "checkout", 1.0);
    firewatch_sim::inject_fault(&mut host.world, environment, &fault).unwrap();
    host.tick();
    let view = host.view(environment);
    assert!(view.faults().all(|fault| fault.progression_tick == 0));
    resume_environment(&mut host.world, environment).unwrap();
    host.tick();
    let acted: Vec<u64> = host
        .view(environment)
        .faults()
        .map(|f| f.progression_tick)
        .collect();
    assert_eq!(acted, [0, 1]);
    pause_environment(&mut host.world, environment).unwrap();
    host.despawn(environment);
    assert_eq!(
        host.world
            .query::<&firewatch_sim::Vitals>()
            .iter(&host.world)
            .count(),
        0
    );
    let gone = pause_environment(&mut host.world, environment);
    assert_eq!(gone, Err(SimError::NoEnvironment));
    assert!(EnvironmentRef::new(&host.world, environment).is_err());
}

#[test]
fn a_paused_simulation_costs_nobody_anything() {
    let mut simulation = Simulation::new(&checkout_and_database()).unwrap();
    simulation.run(8);
    let hash = simulation.state_hash();
    let environment = simulation.environment();
    pause_environment(simulation.world_mut(), environment).unwrap();
    assert_eq!(simulation.run(5), 0.0);
    assert_eq!(simulation.state_hash(), hash);
    resume_environment(simulation.world_mut(), environment).unwrap();
    assert!(simulation.tick() > 0.0);
}

#[test]
fn environments_of_a_fleet_are_paused_one_by_one() {
    let states: Vec<_> = (0..40).map(|_| neighbour(2)).collect();
    let blueprints: Vec<_> = states.iter().map(|s| s.blueprint().unwrap()).collect();
    let mut fleet = Fleet::with_shard_size(blueprints.clone(), 1, 40).unwrap();
    let mut alone = Simulation::new(&states[0]).unwrap();
    let mut hashes = vec![alone.state_hash()];
    let is_paused = |index: usize| index % 3 == 1;
    fleet.tick();
    for index in (0..40).filter(|&index| is_paused(index)) {
        fleet
            .change(index, |environment| environment.pause())
            .unwrap()
            .unwrap();
    }
    for tick in 1..=10 {
        alone.tick();
        hashes.push(alone.state_hash());
        for index in 0..40 {
            let ticks = if is_paused(index) { 1 } else { tick };
            assert_eq!(fleet.state_hash(index).unwrap(), hashes[ticks], "{index}");
            assert_eq!(fleet.summary(index).unwrap().clock.tick, ticks as u64);
        }
        let own = std::iter::once(());
        let seen = std::sync::Mutex::new(Vec::new());
        fleet
            .try_for_each_part(own, |part, ()| {
                part.read_all(|index, view| seen.lock().unwrap().push((index, view.state_hash())));
                part.set_slo_budgets(|index| Some(1000.0 + index as f64))?;
                Ok::<(), SimError>(())
            })
            .unwrap();
        for (index, hash) in seen.into_inner().unwrap() {
            assert_eq!(hash, hashes[if is_paused(index) { 1 } else { tick }]);
        }
        for index in 0..40 {
            let budget = fleet.summary(index).unwrap().slo_budget.remaining;
            assert_eq!(budget, 1000.0 + index as f64);
            let ticks = if is_paused(index) { 1 } else { tick };
            let mut same = Simulation::new(&states[0]).unwrap();
            same.run(ticks as u64);
            let right = same.view().slo_budget().remaining;
            fleet
                .change(index, |e| e.set_slo_budget(right))
                .unwrap()
                .unwrap();
        }
        fleet.tick();
    }
    // One that begins anew is not paused any more.
    fleet.reset(1, &blueprints[1]).unwrap();
    fleet
        .change(4, |environment| environment.resume())
        .unwrap()
        .unwrap();
    fleet.tick();
    assert_eq!(fleet.state_hash(1).unwrap(), hashes[1]);
    assert_eq!(fleet.state_hash(4).unwrap(), hashes[2]);
    assert_eq!(fleet.state_hash(7).unwrap(), hashes[1]);
}

#[test]
fn single_environments_of_a_fleet_are_ticked_alone() {
    let states: Vec<_> = (0..7).map(neighbour).collect();
    let blueprints = states.iter().map(|state| state.blueprint().unwrap());
    let mut fleet = Fleet::with_shard_size(blueprints, 2, 3).unwrap();
    fleet.install_events();
    let before: Vec<u64> = (0..7)
        .map(|index| fleet.state_hash(index).unwrap())
        .collect();
    fleet.tick_picked(&[5, 1, 5]).unwrap();
    let told = fleet.drain_events();
    assert!(told.iter().all(|(index, _)| [1, 5].contains(index)));
    assert!(told.iter().any(|(index, _)| *index == 1));
    let refused = fleet.tick_picked(&[0, 7]).unwrap_err();
    let environments = 7;
    assert_eq!(
        refused,
        SimError::UnknownEnvironment {
            index: 7,
            environments
        }
    );
    fleet.tick_picked(&[]).unwrap();
    for (index, state) in states.iter().enumerate() {
        let mut alone = Simulation::new(state).unwrap();
        if [1, 5].contains(&index) {
            alone.tick();
        }
        assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
        assert_eq!(
            alone.state_hash() == before[index],
            ![1, 5].contains(&index)
        );
    }
}
