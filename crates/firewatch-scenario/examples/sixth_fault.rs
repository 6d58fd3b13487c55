//! A kind of fault that Firewatch does not have: named in a scenario, played in a fleet, healed by a system of
//! the host's.
//!
//! `cargo run -p firewatch-scenario --example sixth_fault`

use std::error::Error;

use bevy_ecs::prelude::*;
use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
use firewatch_scenario::{LoadOptions, Scenario};
use firewatch_sim::{
    EnvironmentRef, EvidenceContext, Fault, FaultContext, FaultKind, FaultKindDescriptor,
    FaultKindError, FaultKindLookup, FaultKinds, FaultOf, Fleet, LogLine, PrecedingChange,
    Services, Simulation, TickSet, Vitals,
};

/// Names stop resolving as caches run out.
const SCENARIO: &str = r#"Scenario(
    name: "Nobody knows the way",
    difficulty: easy,
    services: {
        "storefront": (calls: ["cart"]),
        "cart": (calls: ["resolver"]),
        "resolver": (),
    },
    faults: [(kind: dns_outage, service: "resolver", speed: 1.5)],
)"#;

/// An action that halts such a fault, besides the built-in ones.
const ACTIONS: &str = r#"Actions(
    actions: {
        "flush_dns_cache": (
            about: "Has the service forget the names that it has resolved.",
            category: remediation,
            branches: [
                (when: [fault([dns_outage])], halts: [dns_outage], feedback: "{target} resolves names again."),
                (feedback: "{target} resolves names as before."),
            ],
        ),
    },
)"#;

/// All that the engine knows of the kind.
fn dns_outage() -> Result<FaultKindDescriptor, FaultKindError> {
    let about = "Names stop resolving as caches run out.";
    Ok(FaultKindDescriptor::new("dns_outage", about)?
        .with_physics(lose_names)
        .with_preceding_change(PrecedingChange::Configuration { ages: [30, 90] })
        .with_evidence(evidence)
        .without_recovery())
}

/// Every other tick another cache has run out.
fn lose_names(fault: &mut FaultContext) {
    if fault.progression_tick.is_multiple_of(2) {
        let errors = fault.vitals.http_server_error_rate + 0.25 * fault.speed;
        fault.vitals.http_server_error_rate = errors.min(1.0);
    }
}

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let errors = fault.vitals.http_server_error_rate * 100.0;
    let failing = format!("SERVFAIL for {errors:.0}% of queries");
    vec![
        LogLine::new("02:04:10", "WARN", "zone transfer refused by primary"),
        LogLine::new("02:06:30", "ERROR", failing),
    ]
}

/// The kind whose faults the host's system looks for.
#[derive(Resource, Clone, Copy)]
struct DnsOutage(FaultKind);

/// Once the outage is halted, every service loses half of its errors a tick: what recovery is for this kind.
fn refill_caches(
    outage: Res<DnsOutage>,
    kinds: FaultKindLookup,
    faults: Query<(&Fault, &FaultOf)>,
    environments: Query<&Services>,
    mut services: Query<&mut Vitals>,
) {
    let outage = kinds.id(outage.0);
    let is_over = |fault: &Fault| fault.halted && Some(fault.kind()) == outage;
    for (_, owner) in faults.iter().filter(|(fault, _)| is_over(fault)) {
        let list = environments.get(owner.environment());
        for &service in list.map_or(&[][..], Services::as_slice) {
            if let Ok(mut vitals) = services.get_mut(service) {
                vitals.http_server_error_rate *= 0.5;
                vitals.http_server_request_duration_p99 =
                    vitals.http_server_request_duration_p99.min(0.2);
            }
        }
    }
}

/// What the host adds to a world: its system stands between two steps of the tick.
fn install(outage: DnsOutage) -> impl Fn(&mut Schedule, &mut World) {
    move |schedule, world| {
        let after_recovery = refill_caches.after(TickSet::Recovery);
        schedule.add_systems(after_recovery.before(TickSet::CrashLoop));
        world.insert_resource(outage);
    }
}

fn error_rates(view: &EnvironmentRef) -> String {
    let rates = view.vitals().map(|vitals| vitals.http_server_error_rate);
    let named = view.service_names().zip(rates);
    let texts = named.map(|(name, rate)| format!("{name} {:3.0} %", rate * 100.0));
    texts.collect::<Vec<_>>().join("   ")
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut kinds = FaultKinds::default();
    let kind = kinds.register(dns_outage()?)?;
    let options = LoadOptions::new().fault_kinds(kinds.clone());
    let scenario = options.parse("inline", SCENARIO)?;
    assert_eq!(scenario.faults[0].kind, kind);

    println!("1,000 resolvers lose names, two threads play them. Errors in the first incident:");
    let seeds = (0..1_000).map(|seed| scenario.clone().with_seed(seed));
    let scenarios: Vec<Scenario> = seeds.collect();
    let blueprints: Result<Vec<_>, _> = scenarios.iter().map(Scenario::blueprint).collect();
    let builder = Fleet::builder().threads(2).shard_size(100);
    let builder = builder.install(install(DnsOutage(kind)));
    let mut fleet = builder.build(blueprints?)?;
    for _ in 0..8 {
        fleet.tick();
        println!("   {}", fleet.read(0, error_rates)?);
    }
    let log = fleet.read(0, |view| view.logs("resolver"))?;
    println!("   {}", log.join("\n   "));
    let is_told = log
        .iter()
        .any(|line| line.contains("SERVFAIL for 100% of queries"));
    assert!(is_told, "{log:?}");

    println!("An action halts the outage of the even ones, an intervention that of the odd ones:");
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let catalogue = catalogue.extended_with("inline", ACTIONS, &kinds)?;
    let flush = ActionRequest::new("flush_dns_cache", "resolver");
    for environment in (0..fleet.len()).step_by(2) {
        let access = &mut fleet.environment_mut(environment)?;
        let outcome = catalogue.apply(access, &mut ActionSession::new(), &flush)?;
        assert_eq!(outcome.halted.map(|fault| fault.kind), Some(kind));
        fleet.halt_fault(environment + 1, 0)?;
    }
    for _ in 0..8 {
        fleet.tick();
        println!("   {}", fleet.read(0, error_rates)?);
    }
    assert!(fleet.read(0, |view| view.all_healthy())?);

    println!("Each is the same to the bit as alone:");
    for index in (0..scenarios.len()).step_by(50) {
        let mut simulation = Simulation::from_blueprint(&scenarios[index].blueprint()?)?;
        simulation.install(install(DnsOutage(kind)))?;
        simulation.run(8);
        simulation.halt_fault(0)?;
        simulation.run(8);
        assert_eq!(fleet.snapshot(index)?, simulation.snapshot());
        assert_eq!(fleet.state_hash(index)?, simulation.state_hash());
    }
    println!("   {:016x}", fleet.state_hash(0)?);
    let calm = Scenario {
        faults: Vec::new(),
        ..scenario
    };
    let mut calm = Simulation::from_blueprint(&calm.blueprint()?)?;
    calm.run(16);
    assert_ne!(fleet.state_hash(0)?, calm.state_hash());

    println!("And goes on from a snapshot that another one was put in the place of:");
    let snapshot = fleet.snapshot(0)?;
    fleet.restore(1, &snapshot)?;
    fleet.tick_many(4);
    assert_eq!(fleet.state_hash(0)?, fleet.state_hash(1)?);
    println!("   {:016x}", fleet.state_hash(1)?);
    Ok(())
}

/// Keeps the example true: `cargo test` runs it too.
#[test]
fn the_story_comes_true() -> Result<(), Box<dyn Error>> {
    main()
}
