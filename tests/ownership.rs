//! Environments in a host's world own their services and faults, whichever of them is despawned.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use bevy_ecs::prelude::*;
use bevy_ecs::relationship::Relationship;
use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_sim::{
    Damaged, Environment, EnvironmentMut, EnvironmentRef, Fault, FaultKind, FaultOf, FaultState,
    Faults, ServiceOf, Services, Vitals, despawn_environment, inject_fault, spawn_environment,
};
use firewatch_tests::{Host, neighbour, rows_are_together};

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
        let view = host.view(damaged);
        let parts = if is_fault {
            view.fault_entities()
        } else {
            view.service_entities()
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

/// The parts of an environment in order, as `bevy_ecs` has them.
fn parts(host: &Host, environment: Entity) -> [Vec<Entity>; 2] {
    let services = host.world.get::<Services>(environment).unwrap();
    let faults = host.world.get::<Faults>(environment).unwrap();
    [services.as_slice().to_vec(), faults.as_slice().to_vec()]
}

#[test]
fn a_part_names_its_environment_and_the_environment_lists_its_parts_in_order() {
    let mut host = Host::default();
    let state = neighbour(2);
    let environment = host.spawn(&state);
    let fault = FaultState::new(FaultKind::OOM, state.services[1].name.as_str(), 1.0);
    let injected = inject_fault(&mut host.world, environment, &fault).unwrap();
    let [services, faults] = parts(&host, environment);
    let view = host.view(environment);
    assert_eq!(services, view.service_entities());
    assert_eq!(faults, view.fault_entities());
    assert_eq!(faults.last(), Some(&injected));
    assert_eq!(
        view.services().map(|s| s.id()).collect::<Vec<_>>(),
        services
    );
    let names: Vec<&str> = view.service_names().collect();
    let named = |(name, &service): (&&str, _)| view.service(name).unwrap().id() == service;
    assert!(names.iter().zip(&services).all(named));
    for service in services {
        let owner = host.world.get::<ServiceOf>(service).unwrap();
        assert_eq!(owner.environment(), environment);
    }
    for fault in faults {
        let owner = host.world.get::<FaultOf>(fault).unwrap();
        assert_eq!(owner.environment(), environment);
    }
}

#[test]
fn the_other_parts_keep_their_names_when_one_is_lost() {
    let mut host = Host::default();
    let environment = host.spawn(&neighbour(2));
    let [services, _] = parts(&host, environment);
    assert!(services.len() > 3);
    host.world.despawn(services[1]);
    let view = host.view(environment);
    let mut named = view.named_services();
    for (index, name) in view.service_names().enumerate() {
        let found = view.service(name).map(|service| service.id());
        let expected = (index != 1).then_some(services[index]);
        assert_eq!(found, expected, "{name}");
        if let Some(entity) = expected {
            assert_eq!(
                named.next().map(|(name, s)| (name, s.id())),
                Some((name, entity))
            );
        }
    }
}

#[test]
fn an_environment_that_loses_all_its_parts_can_still_be_read() {
    let mut host = Host::default();
    let environment = host.spawn(&neighbour(2));
    for part in parts(&host, environment).concat() {
        host.world.despawn(part);
    }
    host.tick();
    let view = host.view(environment);
    assert_eq!(view.faults().count() + view.services().count(), 0);
    assert_eq!(view.impact().bad_customer_minutes, 0.0);
    host.despawn(environment);
}

#[test]
fn an_action_on_all_services_leaves_out_one_that_a_host_has_despawned() {
    let mut host = Host::default();
    let state = neighbour(2);
    let environment = host.spawn(&state);
    host.world
        .despawn(host.view(environment).service_entities()[1]);
    let file = r#"Actions(actions: {"calm": (
        about: "Calms everybody.",
        category: investigation,
        branches: [(
            effects: [
                set(metric: "http_server_error_rate", to: 0.25, on: all),
                set(metric: "restart_count", to: 7, on: all),
            ],
            feedback: "All are calm.",
        )],
    )})"#;
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let catalogue = standard.extended_by("own.ron", file).unwrap();
    let calm = ActionRequest::new("calm", &state.services[0].name);
    let mut changed = EnvironmentMut::new(&mut host.world, environment).unwrap();
    let done = catalogue.apply(&mut changed, &mut ActionSession::new(), &calm);
    assert!(done.is_ok(), "{done:?}");
    let view = host.view(environment);
    let restarts = |name: &str| view.metric(name, "restart_count");
    let calmed = state.services.iter().map(|service| restarts(&service.name));
    let calmed: Vec<_> = calmed.collect();
    assert!(calmed[1].is_none());
    assert_eq!(
        calmed.iter().filter(|n| **n == Some(7.into())).count(),
        calmed.len() - 1
    );
}

#[test]
fn a_service_that_changes_hands_damages_the_environment_that_it_leaves() {
    let mut host = Host::default();
    let (left, joined) = (host.spawn(&neighbour(2)), host.spawn(&neighbour(2)));
    let [services, _] = parts(&host, left);
    let other = <ServiceOf as Relationship>::from(joined);
    host.world.entity_mut(services[0]).insert(other);
    assert!(host.world.get::<Damaged>(left).is_some());
    // It has a service that its mesh does not know, and stands still.
    host.tick();
    assert_eq!(host.view(joined).impact().bad_customer_minutes, 0.0);
    host.despawn(left);
    host.despawn(joined);
    assert_eq!(count::<Vitals>(&mut host.world), 0);
}

#[test]
fn rows_stay_together_when_an_environment_of_the_same_shape_goes() {
    let mut host = Host::default();
    let all = [2, 2, 2].map(|seed| host.spawn(&neighbour(seed)));
    host.world.despawn(all[0]);
    assert!(
        all[1..]
            .iter()
            .all(|&one| rows_are_together(&host.world, one))
    );
}
