//! The plugin in a headless app.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use bevy_app::{App, FixedMain, FixedUpdate, Update};
use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::message::MessageReader;
use bevy_ecs::prelude::*;
use firewatch_sim::{
    EnvironmentEvent, EnvironmentMut, EnvironmentRef, EventKind, EventSystems, FirewatchPlugin,
    ServiceOf, Simulation, pause_environment, spawn_environment,
};
use firewatch_tests::checkout_and_database;

#[derive(Resource, Default)]
struct Told(Vec<EnvironmentEvent>);

fn listen(mut events: MessageReader<EnvironmentEvent>, mut told: ResMut<Told>) {
    told.0.extend(events.read());
}

/// Goes through an incident whose fault is halted after 8 ticks; returns the hash after each tick.
fn play(app: &mut App, environment: Entity, mut tick: impl FnMut(&mut App)) -> Vec<u64> {
    let hash = |number| {
        if number == 8 {
            let mut environment = EnvironmentMut::new(app.world_mut(), environment).unwrap();
            environment.halt_fault(0).unwrap();
        }
        tick(app);
        let view = EnvironmentRef::new(app.world(), environment).unwrap();
        view.state_hash()
    };
    (0..20).map(hash).collect()
}

fn expected() -> Vec<u64> {
    let mut simulation = Simulation::new(&checkout_and_database()).unwrap();
    let hash = |number| {
        if number == 8 {
            simulation.halt_fault(0).unwrap();
        }
        simulation.tick();
        simulation.state_hash()
    };
    (0..20).map(hash).collect()
}

#[test]
fn an_app_ticks_in_the_schedule_of_its_choice_and_hears_of_each_event_once() {
    let mut app = App::new();
    app.add_plugins(FirewatchPlugin::new(Update));
    app.init_resource::<Told>();
    app.add_systems(Update, listen.after(EventSystems));
    let environment = spawn_environment(app.world_mut(), &checkout_and_database()).unwrap();
    assert_eq!(play(&mut app, environment, App::update), expected());
    let told = &app.world().resource::<Told>().0;
    let halted = EventKind::FaultHalted { fault: 0 };
    for kind in [halted, EventKind::Mitigated, EventKind::BudgetBreached] {
        assert_eq!(told.iter().filter(|event| event.kind == kind).count(), 1);
    }
    assert!(told.is_sorted_by_key(|event| event.tick));
}

#[test]
fn the_default_schedule_is_the_fixed_one() {
    let mut app = App::new();
    app.add_plugins(FirewatchPlugin::default());
    let environment = spawn_environment(app.world_mut(), &checkout_and_database()).unwrap();
    app.update();
    let view = EnvironmentRef::new(app.world(), environment).unwrap();
    assert_eq!(view.clock().tick, 0);
    let hashes = play(&mut app, environment, |app| {
        app.world_mut().run_schedule(FixedMain)
    });
    assert_eq!(hashes, expected());
    app.world_mut().run_schedule(FixedUpdate);
    let view = EnvironmentRef::new(app.world(), environment).unwrap();
    assert_eq!(view.clock().tick, 21);
}

#[test]
fn a_pause_and_a_despawn_are_the_apps_own_affair() {
    let mut app = App::new();
    app.add_plugins(FirewatchPlugin::new(Update));
    let [paused, other] =
        [0, 1].map(|_| spawn_environment(app.world_mut(), &checkout_and_database()).unwrap());
    pause_environment(app.world_mut(), paused).unwrap();
    app.update();
    let tick = |app: &App, entity| {
        EnvironmentRef::new(app.world(), entity)
            .unwrap()
            .clock()
            .tick
    };
    assert_eq!([tick(&app, paused), tick(&app, other)], [0, 1]);
    app.world_mut().despawn(other);
    app.update();
    let mut services = app.world_mut().query::<(&ServiceOf, Has<Disabled>)>();
    let left: Vec<bool> = services
        .iter(app.world())
        .map(|(_, paused)| paused)
        .collect();
    assert_eq!(left, [true, true]);
}
