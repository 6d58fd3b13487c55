//! A kind that is a file: no code of the host's says what it does.

use firewatch_sim::{
    FaultKind, FaultKindDescriptor, FaultKindError, FaultKindRules, FaultKinds, FaultState,
    METRICS, MetricGrowth, PrecedingChange, Simulation,
};

use crate::{kinds, named, simulation, state};

/// What the built-in memory leak does, as data.
const LEAK: &str = r#"FaultKindRules(
    kind: "leak_as_data",
    about: "Memory, latency and errors grow slowly.",
    per_tick: [
        (metric: "process_memory_utilization", add: 0.05, max: Some(0.97)),
        (metric: "http_server_request_duration_p99", add: 0.5),
        (metric: "http_server_error_rate", add: 0.02),
    ],
    fills_memory: true,
    preceding_change: Some(deployment(ages: [30, 60])),
    evidence: [(time: "02:01:44", level: "WARN", message: "heap grows")],
)"#;

fn read(text: &str) -> FaultKindRules {
    ron::from_str(text).unwrap()
}

fn descriptor(rules: &FaultKindRules) -> FaultKindDescriptor {
    rules.clone().try_into().unwrap()
}

fn has_line(simulation: &Simulation, text: &str) -> bool {
    let log = simulation.logs("back");
    log.iter().any(|line| line.ends_with(text))
}

#[test]
fn a_kind_of_a_file_does_what_the_built_in_kind_does() {
    let rules = read(LEAK);
    for speed in [0.0, 0.3, 1.0, 2.5, 1e6] {
        let known = kinds([descriptor(&rules)]);
        let mut built_in = simulation(&state(FaultKind::MEMORY_LEAK, speed), &known);
        let mut data = simulation(&state(rules.kind, speed), &known);
        for tick in 0..30 {
            if tick == 20 {
                built_in.halt_fault(0).unwrap();
                data.halt_fault(0).unwrap();
            }
            assert_eq!(built_in.tick().to_bits(), data.tick().to_bits());
            let (expected, found) = (built_in.snapshot(), data.snapshot());
            assert_eq!(found.services, expected.services, "{speed} {tick}");
            assert_ne!(data.state_hash(), built_in.state_hash());
        }
        // Halted at tick 20.
        assert!(!has_line(&data, "heap grows"));
        data.inject_fault(&FaultState::new(rules.kind, "back", speed))
            .unwrap();
        data.tick();
        assert!(has_line(&data, "WARN  [back] heap grows"));
    }
}

#[test]
fn a_file_in_json_says_the_same() {
    let rules = read(LEAK);
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(
        serde_json::from_str::<FaultKindRules>(&text).unwrap(),
        rules
    );
    let defaults: FaultKindRules = serde_json::from_str(r#"{"kind": "x", "about": ""}"#).unwrap();
    assert!(defaults.cascades && defaults.recovers && !defaults.fills_memory);
    let change = descriptor(&rules).preceding_change();
    assert_eq!(change, Some(PrecedingChange::Deployment { ages: [30, 60] }));
    for wrong in [
        r#"{"kind": "x"}"#,
        r#"{"about": ""}"#,
        r#"{"kind": "X", "about": ""}"#,
        r#"{"kind": "x", "about": "", "speed": 1}"#,
        r#"{"kind": "x", "about": "", "per_tick": [{"metric": "restart_count", "add": 1, "by": 2}]}"#,
        r#"{"kind": "x", "about": "", "preceding_change": {"deployment": {}}}"#,
    ] {
        assert!(
            serde_json::from_str::<FaultKindRules>(wrong).is_err(),
            "{wrong}"
        );
    }
}

fn growth(metric: &str, add: f64, min: Option<f64>, max: Option<f64>) -> FaultKindRules {
    let metric = metric.to_owned();
    let growth = MetricGrowth {
        metric,
        add,
        min,
        max,
    };
    FaultKindRules {
        per_tick: vec![growth],
        ..read(r#"(kind: "x", about: "")"#)
    }
}

#[test]
fn every_metric_that_can_grow_does_within_its_limits() {
    for name in MetricGrowth::METRICS {
        let known = { METRICS.iter() }
            .find(|metric| metric.name == name)
            .unwrap();
        assert!(known.always, "{name}");
        for (add, speed) in [
            (1e15, 1e6),
            (-1e15, 1e6),
            (0.4, 2.0),
            (-0.4, 2.0),
            (0.0, 1.0),
        ] {
            let rules = growth(name, add, None, None);
            let mut simulation =
                simulation(&state(rules.kind, speed), &kinds([descriptor(&rules)]));
            let number = |simulation: &Simulation| {
                let value = simulation.view().metric("back", name).unwrap();
                value.as_f64().unwrap()
            };
            let before = number(&simulation);
            simulation.tick();
            let once = number(&simulation);
            assert!(once.is_finite(), "{name}");
            // Time moves the uptime, too.
            if name != "runtime_uptime_seconds" {
                assert!(known.min <= once && once <= known.max, "{name}: {once}");
                let moved = (once - before) * add;
                let is_at_limit = once == known.min || once == known.max;
                assert!(
                    moved > 0.0 || is_at_limit || (add.abs() < 1.0 && moved == 0.0),
                    "{name}"
                );
            }
            simulation.run(50);
            let restored = simulation.snapshot();
            simulation.restore(&restored).unwrap();
            assert_eq!(simulation.snapshot(), restored);
        }
        let rules = growth(name, 1.0, Some(0.25), Some(0.75));
        assert!(FaultKindDescriptor::try_from(rules).is_ok(), "{name}");
    }
}

#[test]
fn whole_numbers_lose_the_fraction_and_memory_moves_its_bytes() {
    let mut rules = growth("restart_count", 1.0, None, Some(5.0));
    rules
        .per_tick
        .extend(growth("process_memory_utilization", 0.1, None, None).per_tick);
    let mut simulation = simulation(&state(rules.kind, 1.5), &kinds([descriptor(&rules)]));
    let counts = [1, 2, 3, 4, 5, 5];
    for count in counts {
        simulation.tick();
        let metric = |name| {
            simulation
                .view()
                .metric("back", name)
                .unwrap()
                .as_f64()
                .unwrap()
        };
        assert_eq!(metric("restart_count"), f64::from(count));
        let limit = metric("process_memory_limit_bytes");
        let used = (metric("process_memory_utilization") * limit).trunc();
        assert_eq!(metric("process_memory_usage_bytes"), used);
    }
}

#[test]
fn growth_that_makes_no_sense_is_refused() {
    let refuse = |rules: FaultKindRules| FaultKindDescriptor::try_from(rules).unwrap_err();
    for metric in [
        "",
        "http_server_error_rat",
        "status",
        "process_cpu_throttle_rate",
        "\u{1b}[2J",
    ] {
        let error = refuse(growth(metric, 1.0, None, None));
        assert_eq!(error, FaultKindError::Metric(metric.to_owned()));
        assert!(!error.to_string().contains('\u{1b}'));
    }
    let rate = "http_server_error_rate";
    for (add, min, max) in [
        (f64::NAN, None, None),
        (f64::INFINITY, None, None),
        (-2e15, None, None),
        (0.1, Some(0.6), Some(0.5)),
        (0.1, Some(-0.1), None),
        (0.1, None, Some(1.1)),
        (0.1, Some(f64::NAN), None),
        (0.1, None, Some(f64::NAN)),
        (0.1, None, Some(f64::INFINITY)),
    ] {
        let error = refuse(growth(rate, add, min, max));
        assert_eq!(
            error,
            FaultKindError::Growth(rate.to_owned()),
            "{add} {min:?} {max:?}"
        );
    }
    // What any kind is asked when it is registered, these are too.
    let mut rules = read(LEAK);
    rules.preceding_change = Some(PrecedingChange::Deployment { ages: [2, 1] });
    let kind = named("leak_as_data");
    let error = FaultKinds::default().register(descriptor(&rules));
    assert_eq!(
        error,
        Err(FaultKindError::Ages {
            kind,
            min: 2,
            max: 1
        })
    );
    rules.kind = FaultKind::OOM;
    let error = FaultKinds::default().register(descriptor(&rules));
    assert_eq!(error, Err(FaultKindError::BuiltIn(FaultKind::OOM)));
}
