//! A kind of fault that the engine does not know, in a world that the engine does not own.
//!
//! `cargo run -p firewatch-sim --example sixth_fault`

use std::error::Error;

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, SingleThreadedExecutor};
use firewatch_sim::{
    BuiltInFaults, EnvironmentRef, EnvironmentState, Fault, FaultKind, FaultState, ServiceState,
    SloBudget, TickSet, Vitals, halt_fault, inject_fault, install, spawn_environment,
};

/// Names stop resolving as caches run out: every so many ticks, errors rise by a step.
///
/// To the engine the fault is `External`; this component makes it a kind. In a sparse set it lies
/// beside the tables, so that the engine's rows stay side by side.
#[derive(Component)]
#[component(storage = "SparseSet")]
struct DnsOutage {
    ticks_per_step: u64,
    errors_per_step: f64,
}

/// What the outage does in a tick. The engine has counted the tick already.
fn dns_outage(outages: Query<(&Fault, &DnsOutage)>, mut services: Query<&mut Vitals>) {
    for (fault, outage) in &outages {
        // A halted fault must not act: from then on the engine lets its service recover.
        if fault.halted || fault.progression_tick % outage.ticks_per_step != 0 {
            continue;
        }
        // A fault may be on a service that is not in the mesh: there is nothing to do then.
        let Some(mut vitals) = fault.service().and_then(|s| services.get_mut(s).ok()) else {
            continue;
        };
        let errors = vitals.http_server_error_rate + fault.speed * outage.errors_per_step;
        vitals.http_server_error_rate = errors.min(1.0);
    }
}

/// The highest error rate that a service has had at any moment of a tick.
#[derive(Component, Default)]
#[component(storage = "SparseSet")]
struct PeakErrors(f64);

fn record_peaks(mut services: Query<(&Vitals, &mut PeakErrors)>) {
    for (vitals, mut peak) in &mut services {
        peak.0 = peak.0.max(vitals.http_server_error_rate);
    }
}

fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    // One thread: a tick is far shorter than waking another takes. And two systems whose order is
    // open, the host's or the engine's, are an error at once instead of a surprise some day.
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..Default::default()
    });
    install(&mut schedule);
    schedule.add_systems((
        // After the built-in kinds, so that two faults on one service act in a known order.
        dns_outage
            .in_set(TickSet::FaultPhysics)
            .after(BuiltInFaults),
        // Between two steps of the tick: the cascade has struck, nothing has healed yet.
        record_peaks
            .after(TickSet::Cascade)
            .before(TickSet::Recovery),
    ));
    schedule
}

/// storefront calls cart, cart calls resolver. A bad deployment of storefront was just rolled back, so
/// recovery works from the first tick on.
fn mesh() -> EnvironmentState {
    let service = |name: &str| ServiceState {
        name: name.into(),
        ..Default::default()
    };
    let calls = |caller: &str, callee: &str| (caller.into(), vec![callee.into()]);
    EnvironmentState {
        services: ["storefront", "cart", "resolver"].map(service).into(),
        dependencies: vec![calls("storefront", "cart"), calls("cart", "resolver")],
        faults: vec![FaultState {
            halted: true,
            ..FaultState::new(FaultKind::BadDeploy, "storefront", 0.5)
        }],
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    }
}

/// Error rate of each service, in order: now and at its peak.
fn rates(view: EnvironmentRef) -> Vec<(f64, f64)> {
    let rates = view.services().filter_map(|service| {
        let vitals = service.get::<Vitals>()?;
        Some((
            vitals.http_server_error_rate,
            service.get::<PeakErrors>()?.0,
        ))
    });
    rates.collect()
}

fn tell(view: EnvironmentRef) {
    for (name, (now, peak)) in view.service_names().zip(rates(view)) {
        print!(
            "   {name} {:3.0} % (peak {:3.0} %)",
            now * 100.0,
            peak * 100.0
        );
    }
    println!();
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut world, mut schedule) = (World::new(), schedule());
    let environment = spawn_environment(&mut world, &mesh())?;
    let view = EnvironmentRef::new(&world, environment)?;
    for service in view.service_entities().to_vec() {
        world.entity_mut(service).insert(PeakErrors::default());
    }

    println!("A DNS outage begins at the resolver. Requests that fail, tick by tick:");
    let outage = FaultState::new(FaultKind::External, "resolver", 1.0);
    let outage = inject_fault(&mut world, environment, &outage)?;
    world.entity_mut(outage).insert(DnsOutage {
        ticks_per_step: 2,
        errors_per_step: 0.4,
    });
    for _ in 0..6 {
        schedule.run(&mut world);
        tell(EnvironmentRef::new(&world, environment)?);
    }
    let [_, cart, resolver] = rates(EnvironmentRef::new(&world, environment)?)[..] else {
        return Err("the mesh has three services".into());
    };
    assert!(cart.0 > 0.1, "the engine's cascade spreads the outage");
    assert!(resolver.1 == 1.0, "three steps fill the rate");
    assert!(resolver.0 < 1.0, "recovery comes after the peak is taken");

    println!("The outage is found and halted: the engine's recovery does the rest.");
    halt_fault(&mut world, environment, 1)?;
    while !EnvironmentRef::new(&world, environment)?.all_healthy() {
        schedule.run(&mut world);
        let view = EnvironmentRef::new(&world, environment)?;
        tell(view);
        assert!(view.clock().tick < 30, "the mesh heals");
    }
    Ok(())
}

/// Keeps the example true: `cargo test` runs it too.
#[test]
fn the_story_comes_true() -> Result<(), Box<dyn Error>> {
    main()
}
