//! Services and environments that are not linked do not influence one another.

use bevy_ecs::prelude::*;
use firewatch_sim::{Fault, ServiceState, Simulation, Vitals};
use firewatch_tests::Host;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::config;
use crate::incidents::{Mix, TICKS, incidents};

/// A component in the tables.
#[derive(Component)]
struct Mark;

/// Marks a fault or a service of some environment.
fn mark(world: &mut World, picked: Index, on_fault: bool) {
    let all: Vec<_> = if on_fault {
        world
            .query_filtered::<Entity, With<Fault>>()
            .iter(world)
            .collect()
    } else {
        world
            .query_filtered::<Entity, With<Vitals>>()
            .iter(world)
            .collect()
    };
    if !all.is_empty() {
        world.entity_mut(all[picked.index(all.len())]).insert(Mark);
    }
}

proptest! {
    #![proptest_config(config())]

    /// A fault carries its victims with it in small meshes and asks the topology in large ones.
    #[test]
    fn services_that_nothing_is_linked_to_change_nothing_for_the_others(
        incident in incidents(Mix::Plain),
        idle in 0..40_usize,
    ) {
        let mut larger = incident.clone();
        for index in 0..idle {
            let name = format!("idle-{index}");
            larger.state.services.push(ServiceState { name, ..ServiceState::default() });
        }
        let mut alone = Simulation::new(&incident.state).unwrap();
        let mut together = Simulation::new(&larger.state).unwrap();
        for tick in 1..=incident.ticks {
            incident.step(tick, &mut alone).unwrap();
            larger.step(tick, &mut together).unwrap();
            let services = alone.snapshot().services;
            prop_assert_eq!(&together.snapshot().services[..services.len()], &services[..]);
        }
    }

    /// The host also gives table components to entities at random, which scatters rows.
    #[test]
    fn environments_of_one_world_do_not_influence_one_another(
        incidents in vec(incidents(Mix::Wild), 2..4),
        marks in vec((1..=TICKS, any::<Index>(), any::<bool>()), 0..8),
    ) {
        let mut host = Host::default();
        let mut runs: Vec<_> = incidents
            .iter()
            .map(|i| (i, Simulation::new(&i.state).unwrap(), host.spawn(&i.state)))
            .collect();
        for tick in 1..=TICKS {
            for (incident, alone, environment) in &mut runs {
                incident.step(tick, alone).unwrap();
                incident.intervene(tick, &mut host.world, *environment).unwrap();
            }
            for (_, picked, on_fault) in marks.iter().filter(|(at, ..)| *at == tick) {
                mark(&mut host.world, *picked, *on_fault);
            }
            host.tick();
            for (_, alone, environment) in &runs {
                prop_assert_eq!(host.view(*environment).state_hash(), alone.state_hash());
            }
        }
        for (_, alone, environment) in &runs {
            prop_assert_eq!(host.view(*environment).capture(), alone.snapshot());
        }
    }
}
