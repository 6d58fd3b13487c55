//! Environments in a host's world own their services and faults, whichever of them is despawned.

use bevy_ecs::prelude::*;
use firewatch_sim::{
    Damaged, Environment, EnvironmentRef, Fault, Vitals, despawn_environment, spawn_environment,
};
use firewatch_tests::{Host, neighbour};

fn count<C: Component>(world: &mut World) -> usize {
    world.query::<&C>().iter(world).count()
}

#[test]
fn parts_go_with_their_environment_whichever_way_it_goes() {
    let mut world = World::new();
    let states = [1, 2, 3].map(neighbour);
    let all = states
        .each_ref()
        .map(|state| spawn_environment(&mut world, state).unwrap());
    world.despawn(all[0]);
    despawn_environment(&mut world, all[1]).unwrap();
    let left = &states[2];
    assert_eq!(count::<Vitals>(&mut world), left.services.len());
    assert_eq!(count::<Fault>(&mut world), left.faults.len());
    world.entity_mut(all[2]).remove::<Environment>();
    assert_eq!(count::<Vitals>(&mut world) + count::<Fault>(&mut world), 0);
    assert_eq!(count::<Damaged>(&mut world), 0);
}

#[test]
fn an_environment_that_loses_a_part_says_so_and_the_others_go_on() {
    #[derive(Resource, Default)]
    struct Lost(Vec<Entity>);
    for is_fault in [false, true] {
        let mut host = Host::default();
        host.world.init_resource::<Lost>();
        host.world
            .add_observer(|lost: On<Add<Damaged>>, mut all: ResMut<Lost>| {
                all.0.push(lost.entity);
            });
        let state = neighbour(2);
        let [damaged, whole] = [0, 1].map(|_| host.spawn(&state));
        let environment = host.view(damaged).environment();
        let parts = if is_fault {
            environment.faults()
        } else {
            environment.services()
        };
        let part = parts[0];
        host.world.despawn(part);
        assert_eq!(host.world.resource::<Lost>().0, [damaged]);
        assert_eq!(host.world.get::<Damaged>(damaged), Some(&Damaged { part }));
        let mut alone = firewatch_sim::Simulation::new(&state).unwrap();
        for _ in 0..5 {
            host.tick();
            alone.tick();
        }
        assert_eq!(host.view(whole).state_hash(), alone.state_hash());
        let view = EnvironmentRef::new(&host.world, damaged).unwrap();
        assert_eq!(view.impact().bad_customer_minutes, 0.0);
        host.world.despawn(damaged);
        assert_eq!(count::<Vitals>(&mut host.world), state.services.len());
    }
}
