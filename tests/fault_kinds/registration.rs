//! Names and kinds that are refused, and what a refusal leaves.

use firewatch_sim::{
    Environment, FaultKind, FaultKindDescriptor, FaultKindError, FaultKinds, FaultState,
    PrecedingChange, SimError, Simulation, fault_kinds, register_fault_kinds,
};
use firewatch_tests::Host;

use crate::{describe, disk_full, kinds, named, simulation, state};

#[test]
fn a_name_is_a_short_word_of_lower_case_letters() {
    let longest = "a".repeat(FaultKind::MAX_LENGTH);
    for name in ["a", "dns_outage", "z9_", "zone_2_lost", &longest] {
        assert_eq!(named(name).name(), name);
        assert_eq!(named(name).to_string(), name);
    }
    let bad = [
        "",
        " ",
        "_",
        "9",
        "9a",
        "_a",
        "Dns",
        "dNs",
        "dns outage",
        "dns-outage",
        "dns.outage",
        "dns\n",
        "dns\u{1b}[31m",
        "dns\0",
        "\u{202e}dns",
        "dn\u{2028}s",
        "ünï",
        "dns\"",
        "true",
        "false",
        "inf",
        "nan",
        "unregistered",
        &"a".repeat(32),
        &"é".repeat(16),
        &"x".repeat(1_000_000),
    ];
    for name in bad {
        let error = FaultKind::new(name).unwrap_err();
        assert_eq!(FaultKindDescriptor::new(name, "").unwrap_err(), error);
        assert_eq!(name.parse::<FaultKind>().unwrap_err(), error);
        let text = error.to_string();
        assert!(text.len() < 400, "{} bytes", text.len());
        assert!(
            !text
                .chars()
                .any(|c| c.is_control() || c == '\u{202e}' || c == '\u{2028}'),
            "{text:?}"
        );
        let json = serde_json::to_string(name).unwrap();
        let error = serde_json::from_str::<FaultKind>(&json)
            .unwrap_err()
            .to_string();
        assert!(
            error.len() < 500 && !error.chars().any(char::is_control),
            "{error:?}"
        );
    }
}

#[test]
fn a_name_is_given_once() {
    let mut known = kinds([disk_full()]);
    for kind in FaultKind::BUILT_IN.into_iter().chain([FaultKind::KNOBS]) {
        let error = known.register(describe(kind.name())).unwrap_err();
        assert_eq!(error, FaultKindError::BuiltIn(kind));
    }
    let error = known.register(disk_full()).unwrap_err();
    assert_eq!(error, FaultKindError::Duplicate(named("disk_full")));
    assert_eq!(known.iter().count(), 6);
    assert_eq!(FaultKinds::default().iter().count(), 5);
}

#[test]
fn a_change_was_a_time_ago_that_can_be() {
    for ages in [
        [-1, 5],
        [6, 5],
        [0, i64::MAX],
        [i64::MIN, i64::MAX],
        [i64::MAX, i64::MIN],
    ] {
        let [min, max] = ages;
        let kind = named("x");
        for change in [
            PrecedingChange::Deployment { ages },
            PrecedingChange::Configuration { ages },
        ] {
            let descriptor = describe("x").with_preceding_change(change);
            let error = FaultKinds::default().register(descriptor).unwrap_err();
            assert_eq!(error, FaultKindError::Ages { kind, min, max });
        }
    }
}

#[test]
fn there_are_as_many_kinds_as_a_byte_numbers() {
    let mut known = kinds((0..250).map(|n| describe(&format!("kind_{n}"))));
    let error = known.register(describe("one_more")).unwrap_err();
    assert_eq!(error, FaultKindError::TooMany { limit: 255 });
    // The last of them is told from the others.
    let last = named("kind_249");
    let mut simulation = simulation(&state(last, 1.0), &known);
    simulation.run(3);
    assert_eq!(simulation.snapshot().faults[0].kind, last);
    // Another world's kinds count in, too.
    let error = register_fault_kinds(simulation.world_mut(), &kinds([describe("one_more")]));
    assert_eq!(error, Err(FaultKindError::TooMany { limit: 255 }));
}

#[test]
fn a_world_has_one_kind_of_a_name() {
    let mut host = Host::default();
    let (ours, theirs) = (
        kinds([disk_full()]),
        kinds([describe("other"), disk_full()]),
    );
    register_fault_kinds(&mut host.world, &ours).unwrap();
    register_fault_kinds(&mut host.world, &ours).unwrap();
    let blueprint = state(named("disk_full"), 1.0).blueprint().unwrap();
    let error = blueprint
        .clone()
        .with_fault_kinds(theirs)
        .spawn(&mut host.world);
    let duplicate = FaultKindError::Duplicate(named("disk_full"));
    assert_eq!(error, Err(SimError::FaultKind(duplicate)));
    // Nothing has come of it.
    assert!(!fault_kinds(&host.world).contains(named("other")));
    assert_eq!(
        host.world.query::<&Environment>().iter(&host.world).count(),
        0
    );
    // A list that is longer than one that is there adds what is new in it.
    let mut longer = ours;
    longer.register(describe("other")).unwrap();
    blueprint
        .with_fault_kinds(longer)
        .spawn(&mut host.world)
        .unwrap();
    assert!(fault_kinds(&host.world).contains(named("other")));
    host.tick();
}

#[test]
fn kinds_that_are_added_late_change_nothing_that_lives() {
    let known = kinds([disk_full()]);
    let start = state(named("disk_full"), 1.5);
    let (mut early, mut late) = (simulation(&start, &known), simulation(&start, &known));
    late.run(3);
    early.run(3);
    let unknown = FaultState::new(named("late"), "front", 1.0);
    assert_eq!(
        late.inject_fault(&unknown),
        Err(SimError::UnknownFaultKind(named("late")))
    );
    assert_eq!(late.state_hash(), early.state_hash());

    let added = kinds([describe("late").with_physics(crate::fill_disk)]);
    register_fault_kinds(late.world_mut(), &added).unwrap();
    for _ in 0..3 {
        assert_eq!(late.tick(), early.tick());
        assert_eq!(late.snapshot(), early.snapshot());
        assert_eq!(late.logs("back"), early.logs("back"));
    }
    late.inject_fault(&unknown).unwrap();
    late.run(2);
    assert_eq!(late.snapshot().faults[2].kind, named("late"));
    let memory = late.view().metric("front", "process_memory_utilization");
    assert_eq!(memory, Some(0.9.into()));
}

#[test]
fn a_world_without_environments_ticks() {
    let mut host = Host::default();
    host.tick();
    let environment = host.spawn(&state(FaultKind::OOM, 1.0));
    host.tick();
    let mut alone = Simulation::new(&state(FaultKind::OOM, 1.0)).unwrap();
    alone.tick();
    assert_eq!(host.view(environment).state_hash(), alone.state_hash());
}
