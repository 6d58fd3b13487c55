//! Fleets with a host's systems, which move rows and despawn what they like: the results stay those of a
//! simulation with the same systems.

use firewatch_sim::bevy_ecs::prelude::*;
use firewatch_sim::{
    Blueprint, Clock, Environment, EnvironmentState, Fault, FaultKind, FaultKindLookup, FaultOf,
    Faults, Fleet, FleetBuilder, Observation, Runtime, ServiceOf, Services, SimError, Simulation,
    TickSet, Vitals,
};
use firewatch_tests::neighbour;

use crate::{describe, kinds, named, state};

/// In a table: what has it lies in another table than what has it not.
#[derive(Component, Clone, Copy)]
struct Tagged;

/// Every tick other services, faults and environments change tables, each by a rule of its own environment.
fn move_rows(
    mut commands: Commands,
    clocks: Query<&Clock>,
    environments: Query<(Entity, Has<Tagged>), With<Environment>>,
    lists: Query<&Services>,
    services: Query<(Entity, &ServiceOf, Has<Tagged>)>,
    faults: Query<(Entity, &FaultOf, Has<Tagged>)>,
) {
    let tick = |environment| clocks.get(environment).map_or(0, |clock| clock.tick);
    let mut put = |entity: Entity, tag: bool, has: bool| {
        let mut entity = commands.entity(entity);
        match (tag, has) {
            (true, false) => drop(entity.insert(Tagged)),
            (false, true) => drop(entity.remove::<Tagged>()),
            _ => {}
        }
    };
    for (entity, owner, has) in &services {
        let list = lists.get(owner.environment()).unwrap().as_slice();
        let index = list.iter().position(|&service| service == entity).unwrap();
        let tag = (tick(owner.environment()) + index as u64) % 3 == 1;
        put(entity, tag, has);
    }
    for (entity, owner, has) in &faults {
        put(entity, tick(owner.environment()) % 4 == 2, has);
    }
    for (entity, has) in &environments {
        put(entity, tick(entity) % 5 == 3, has);
    }
}

/// A kind whose physics is a system: it reads a component of the host's that moves rows.
fn leak_on_tagged(
    kinds: FaultKindLookup,
    faults: Query<&Fault>,
    mut services: Query<(&mut Vitals, Has<Tagged>)>,
) {
    let mould = kinds.id(named("mould"));
    for fault in faults
        .iter()
        .filter(|fault| !fault.halted && Some(fault.kind()) == mould)
    {
        if let Some(Ok((mut vitals, is_tagged))) = fault.service().map(|s| services.get_mut(s)) {
            let growth = if is_tagged { 0.2 } else { 0.01 };
            let errors = vitals.http_server_error_rate + growth * fault.speed;
            vitals.http_server_error_rate = errors.min(1.0);
        }
    }
}

fn install(schedule: &mut Schedule, _: &mut World) {
    let built_in = firewatch_sim::BuiltInFaults;
    schedule.add_systems((
        leak_on_tagged.in_set(TickSet::FaultPhysics).after(built_in),
        move_rows.after(TickSet::Impact),
    ));
}

fn states() -> Vec<EnvironmentState> {
    let own = (0..20).map(|index| state(named("mould"), 0.2 * f64::from(index)));
    own.chain((0..30).map(neighbour)).collect()
}

fn blueprint(state: &EnvironmentState) -> Blueprint {
    state.blueprint().unwrap()
}

fn alone(state: &EnvironmentState) -> Simulation {
    let mut simulation = crate::simulation(state, &kinds([describe("mould")]));
    simulation.install(install).unwrap();
    simulation
}

fn fleet(states: &[EnvironmentState], threads: usize, shard_size: usize) -> Fleet {
    let builder = Fleet::builder().threads(threads).shard_size(shard_size);
    let builder = builder
        .fault_kinds(kinds([describe("mould")]))
        .install(install);
    builder.build(states.iter().map(blueprint)).unwrap()
}

#[test]
fn systems_that_move_rows_change_no_result() {
    let states = states();
    for (threads, shard_size) in [(1, 50), (2, 9)] {
        let mut fleet = fleet(&states, threads, shard_size);
        let mut alone: Vec<_> = states.iter().map(alone).collect();
        for tick in 0..14 {
            if tick == 9 {
                for (index, simulation) in alone.iter_mut().enumerate() {
                    fleet.halt_fault(index, 0).unwrap();
                    simulation.halt_fault(0).unwrap();
                }
            }
            // Another in the place of one, and a fault more.
            if tick == 4 {
                fleet.reset(7, &blueprint(&states[30])).unwrap();
                alone[7] = self::alone(&states[30]);
                let fault = firewatch_sim::FaultState::new(named("mould"), "back", 0.5);
                fleet.inject_fault(8, &fault).unwrap();
                alone[8].inject_fault(&fault).unwrap();
            }
            fleet.tick();
            for (index, simulation) in alone.iter_mut().enumerate() {
                simulation.tick();
                let context = format!("{index} at {tick}, {threads} threads");
                assert_eq!(
                    fleet.snapshot(index).unwrap(),
                    simulation.snapshot(),
                    "{context}"
                );
            }
        }
        reads_agree(&mut fleet, &alone);
    }
}

#[test]
fn forks_of_environments_whose_rows_are_apart_go_on_alike() {
    let mut fleet = fleet(&states(), 1, 7);
    for tick in 0..12_i64 {
        fleet.tick();
        // A metric that only one has is copied, and one that only the other has is taken away.
        for index in [0, 19] {
            if tick % 4 == 1 {
                fleet
                    .set_metric(index, "back", "mine", &tick.into())
                    .unwrap();
            }
        }
        let untouched = fleet.snapshot(5).unwrap();
        // All have as many services and faults: of one shard, and of two.
        for (from, to) in [(0, 3), (2, 19), (18, 4)] {
            fleet.fork(from, to).unwrap();
            let copy = fleet.snapshot(to).unwrap();
            assert_eq!(
                copy,
                fleet.snapshot(from).unwrap(),
                "{from}, {to} at {tick}"
            );
        }
        assert_eq!(fleet.snapshot(5).unwrap(), untouched);
        fleet.tick();
        let [original, copy] = [0, 3].map(|index| fleet.snapshot(index).unwrap());
        assert_eq!(copy, original, "after {tick}");
    }
}

/// Every way to read a fleet has what a snapshot has.
fn reads_agree(fleet: &mut Fleet, alone: &[Simulation]) {
    let hashes: Vec<u64> = alone.iter().map(Simulation::state_hash).collect();
    let mut read = vec![0; alone.len()];
    let size = fleet.part_size();
    fleet
        .try_for_each_part(read.chunks_mut(size), |part, read| {
            let first = part.range().start;
            part.read_all(|index, view| read[index - first] = view.state_hash());
            Ok::<(), SimError>(())
        })
        .unwrap();
    assert_eq!(read, hashes);

    let names = [
        "http_server_error_rate",
        "restart_count",
        "runtime_uptime_seconds",
    ];
    let observation = Observation::new(names, 8).unwrap();
    let shape: [usize; 3] = observation.shape(alone.len());
    let mut values = vec![0.0; shape.iter().product()];
    let mut mask = vec![false; shape[0] * shape[1]];
    fleet
        .observe_into(&observation, &mut values, &mut mask)
        .unwrap();
    for (index, simulation) in alone.iter().enumerate() {
        for (place, service) in simulation.view().service_names().enumerate() {
            for (metric, name) in names.iter().enumerate() {
                let value = simulation
                    .view()
                    .metric(service, name)
                    .unwrap()
                    .as_f64()
                    .unwrap();
                let observed = values[(index * shape[1] + place) * shape[2] + metric];
                assert_eq!(observed, value as f32, "{index} {service} {name}");
            }
        }
    }

    fleet
        .try_for_each_part(std::iter::repeat(()), |part, ()| {
            part.set_slo_budgets(|index| (index % 2 == 0).then_some(index as f64))
        })
        .unwrap();
    for (index, simulation) in alone.iter().enumerate() {
        let budget = fleet.summary(index).unwrap().slo_budget.remaining;
        let was = simulation.view().slo_budget().remaining;
        assert_eq!(budget, if index % 2 == 0 { index as f64 } else { was });
    }
}

/// A system that despawns environments in which too much has happened.
fn give_up(mut commands: Commands, environments: Query<(Entity, &Services, &Clock)>) {
    for (entity, services, clock) in &environments {
        if clock.tick >= 3 && services.as_slice().len() == 3 {
            commands.entity(entity).despawn();
        }
    }
}

fn builder_of_give_up() -> FleetBuilder<'static> {
    Fleet::builder().shard_size(6).install(|schedule, _| {
        schedule.add_systems(give_up.after(TickSet::Impact));
    })
}

#[test]
fn an_environment_that_a_system_despawns_is_gone_and_the_others_go_on() {
    let mut states: Vec<_> = (0..12).map(neighbour).collect();
    states.insert(5, state(FaultKind::OOM, 1.0));
    let mut fleet = builder_of_give_up()
        .build(states.iter().map(blueprint))
        .unwrap();
    fleet.tick_many(6);
    let mut gone = 0;
    for (index, state) in states.iter().enumerate() {
        if state.services.len() == 3 {
            gone += 1;
            assert_eq!(fleet.summary(index).err(), Some(SimError::NoEnvironment));
            assert_eq!(fleet.snapshot(index).err(), Some(SimError::NoEnvironment));
            assert_eq!(
                fleet.halt_fault(index, 0).err(),
                Some(SimError::NoEnvironment)
            );
            continue;
        }
        let mut alone = Simulation::new(state).unwrap();
        alone.run(6);
        assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
    }
    assert!(gone > 1 && gone < states.len());
    let mut again = builder_of_give_up()
        .build(states.iter().map(blueprint))
        .unwrap();
    again.tick_many(6);
    for (index, state) in states.iter().enumerate() {
        again.reset(index, &blueprint(state)).unwrap();
        let alone = Simulation::new(state).unwrap();
        assert_eq!(again.state_hash(index).unwrap(), alone.state_hash());
    }
    let mut seen = 0;
    fleet
        .try_for_each_part(std::iter::once(&mut seen), |part, seen| {
            part.tick();
            part.read_all(|_, _| *seen += 1);
            let (all, mut found) = (Vec::from_iter(part.range()), 0);
            part.read_each(&all, |_, _| found += 1)?;
            assert_eq!(found, *seen);
            Ok::<(), SimError>(())
        })
        .unwrap();
    assert!(seen > 0 && seen < 6, "{seen}");
}

/// A system that takes a service of some environments and a fault of others.
fn tear_parts_out(mut commands: Commands, environments: Query<(&Services, &Faults, &Clock)>) {
    for (services, faults, clock) in &environments {
        let parts = match services.as_slice().len() {
            3 => services.as_slice(),
            5 => faults.as_slice(),
            _ => &[],
        };
        if clock.tick == 2 {
            parts
                .iter()
                .take(1)
                .for_each(|&part| commands.entity(part).despawn());
        }
    }
}

#[test]
fn environments_that_a_system_damages_can_be_read_and_the_others_go_on() {
    let states: Vec<_> = (0..12).map(neighbour).collect();
    let builder = Fleet::builder().shard_size(6).install(|schedule, world| {
        // One of the host's own in the same world.
        firewatch_sim::spawn_environment(world, &state(FaultKind::OOM, 1.0)).unwrap();
        schedule.add_systems(tear_parts_out.after(TickSet::Impact));
    });
    let mut fleet = builder.build(states.iter().map(blueprint)).unwrap();
    fleet.tick_many(6);
    let observation = Observation::new(["http_server_error_rate"], 8).unwrap();
    let (mut values, mut mask) = (vec![0.0; 12 * 8], vec![false; 12 * 8]);
    fleet
        .observe_into(&observation, &mut values, &mut mask)
        .unwrap();
    for (index, state) in states.iter().enumerate() {
        let is_damaged = [3, 5].contains(&state.services.len());
        let snapshot = fleet.snapshot(index).unwrap();
        let parts = snapshot.services.len() + snapshot.faults.len();
        assert_eq!(
            parts < state.services.len() + state.faults.len(),
            is_damaged
        );
        if is_damaged {
            // Another in its place is whole.
            fleet.reset(index, &blueprint(state)).unwrap();
            let alone = Simulation::new(state).unwrap();
            assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
        } else {
            let mut alone = Simulation::new(state).unwrap();
            alone.run(6);
            assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
        }
    }
}

/// Number of ticks that a part has had; each world has one of its own.
#[derive(Resource, Default)]
struct Ticks(u64);

#[test]
fn every_part_has_systems_and_resources_of_its_own() {
    let mut calls = Vec::new();
    let states: Vec<_> = (0..10).map(neighbour).collect();
    let mut worlds = 0;
    let builder = Fleet::builder().shard_size(4).threads(2);
    let builder = builder.install(|schedule, world| {
        worlds += 1;
        world.insert_resource(Ticks(100));
        // Rows of the engine's components that are of no service: nothing takes them for one.
        world.spawn((
            Runtime {
                restart_count: 77,
                ..Runtime::default()
            },
            Tagged,
        ));
        schedule
            .add_systems((|mut ticks: ResMut<Ticks>| ticks.0 += 1).before(TickSet::FaultPhysics));
    });
    let check = |ticks: Res<Ticks>, clocks: Query<&Clock>| {
        assert!(clocks.iter().all(|clock| clock.tick + 101 == ticks.0));
    };
    let builder = builder.install(|schedule, world| {
        calls.push(world.resource::<Ticks>().0);
        schedule.add_systems(
            check
                .after(TickSet::FaultPhysics)
                .before(TickSet::SingleFaultRecovery),
        );
    });
    let mut fleet = builder.build(states.iter().map(blueprint)).unwrap();
    assert_eq!((worlds, calls), (3, vec![100; 3]));
    fleet.tick_many(3);
    let observation = Observation::new(["restart_count", "last_config_revision"], 8).unwrap();
    let mut values = vec![0.0; 10 * 8 * 2];
    fleet
        .observe_into(&observation, &mut values, &mut [false; 10 * 8])
        .unwrap();
    let observed: Vec<_> = values.chunks(2).filter(|pair| pair[1] > 0.0).collect();
    let services: usize = states.iter().map(|state| state.services.len()).sum();
    assert_eq!(observed.len(), services);
    assert!(observed.iter().all(|pair| pair[0] < 77.0), "{observed:?}");
    for (index, state) in states.iter().enumerate() {
        let mut alone = Simulation::new(state).unwrap();
        alone.run(3);
        assert_eq!(fleet.state_hash(index).unwrap(), alone.state_hash());
    }
}

#[test]
fn systems_whose_order_is_open_are_refused_when_the_fleet_is_built() {
    let damp = |mut services: Query<&mut Vitals>| {
        for mut vitals in &mut services {
            vitals.http_server_error_rate *= 0.9;
        }
    };
    let builder = Fleet::builder().install(move |schedule, _| {
        schedule.add_systems(damp);
    });
    let error = builder.build([blueprint(&neighbour(0))]).err();
    assert!(matches!(error, Some(SimError::Schedule(_))), "{error:?}");
    let mut alone = Simulation::new(&neighbour(0)).unwrap();
    let error = alone.install(|schedule, _| {
        schedule.add_systems(damp);
    });
    assert!(matches!(error, Err(SimError::Schedule(_))), "{error:?}");
    let circle = Fleet::builder().install(|schedule, _| {
        schedule.configure_sets(TickSet::Impact.before(TickSet::FaultPhysics));
    });
    let error = circle.build([blueprint(&neighbour(0))]).err();
    assert!(matches!(error, Some(SimError::Schedule(_))), "{error:?}");
    // The engine's systems are there: to add them again does nothing.
    let again = Fleet::builder().install(|schedule, _| firewatch_sim::install(schedule));
    let mut fleet = again.build([blueprint(&neighbour(0))]).unwrap();
    fleet.tick();
    let mut alone = Simulation::new(&neighbour(0)).unwrap();
    alone.tick();
    assert_eq!(fleet.state_hash(0).unwrap(), alone.state_hash());
}
