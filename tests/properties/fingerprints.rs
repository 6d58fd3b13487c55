//! Fingerprints: equal exactly where states are.

use firewatch_sim::{
    Engine, EnvironmentState, FaultKind, FaultState, ImpactMode, METRICS, Metric, MetricKind,
    ServiceState, Simulation, SloBudget, Status, Value,
};
use firewatch_tests::{Act, Footprint};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::config;
use crate::incidents::{CUSTOM, Mix, TICKS, incidents};
use crate::numbers::{metrics, service_name};

/// Two values of a metric, neither of which a service has of itself.
fn unusual_values(metric: &Metric) -> [Value; 2] {
    match metric.kind {
        MetricKind::Float => [0.75, 0.875].map(Value::Float),
        MetricKind::Int => [7, 8].map(Value::Int),
        MetricKind::Bool => [true, false].map(Value::Bool),
        MetricKind::Text => ["one", "other"].map(Value::from),
        MetricKind::Status => [Status::Down, Status::Critical].map(|s| s.name().into()),
        MetricKind::Lines => ["one", "other"].map(|line| Value::List(vec![line.into()])),
    }
}

/// What makes a difference to a state, each time in one place.
fn variants(state: &EnvironmentState) -> Vec<EnvironmentState> {
    let with = |change: &dyn Fn(&mut EnvironmentState)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    let of_a_metric = METRICS.iter().flat_map(|metric| {
        unusual_values(metric).map(|value| {
            with(&|s| {
                let metrics = &mut s.services[1].metrics;
                metrics.insert(metric.name.into(), value.clone());
            })
        })
    });
    let others = [
        with(&|_| ()),
        with(&|s| s.services.reverse()),
        with(&|s| s.services[0].name = "c".into()),
        with(&|s| s.clock.tick += 1),
        with(&|s| s.clock.sim_time_seconds += 1),
        with(&|s| s.slo_budget.remaining += 1.0),
        with(&|s| s.slo_budget.burn_per_tick += 1.0),
        with(&|s| s.impact.bcm_delta += 1.0),
        with(&|s| s.impact.bad_customer_minutes += 1.0),
        with(&|s| s.impact.zero_streak += 1),
        with(&|s| s.impact.mttm_achieved_tick = Some(0)),
        with(&|s| s.faults[0].kind = FaultKind::MEMORY_LEAK),
        with(&|s| s.faults[0].service = "b".into()),
        with(&|s| s.faults[0].speed += 1.0),
        with(&|s| s.faults[0].halted = true),
        with(&|s| s.faults[0].halted_at_tick = Some(0)),
        with(&|s| s.faults[0].progression_tick += 1),
        with(&|s| s.faults.push(s.faults[0].clone())),
        with(&|s| s.faults.clear()),
    ];
    of_a_metric.chain(others).collect()
}

#[test]
fn everything_that_a_tick_can_change_counts_in_the_fingerprint() {
    assert_told_apart(&variants(&state(&["a", "b"])));
}

/// The rules and the mesh do not change while time goes by; each field of them still counts in the hash.
#[test]
fn the_rules_and_the_mesh_count_in_the_fingerprint() {
    let state = state(&["a", "b", "c", "bc"]);
    let with = |change: &dyn Fn(&mut EnvironmentState)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    let calls = |calls: &[(&str, &[&str])]| {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let calls = { calls.iter() }.map(|&(caller, callees)| (caller.to_owned(), owned(callees)));
        let calls: Vec<_> = calls.collect();
        with(&|s| s.dependencies.clone_from(&calls))
    };
    let herrings = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        with(&|s| s.red_herrings.clone_from(&names))
    };
    assert_told_apart(&[
        with(&|_| ()),
        with(&|s| s.engine = Engine::SingleFault),
        with(&|s| s.impact_mode = ImpactMode::Freshness),
        // None is said to be the first fault's service.
        with(&|s| s.root_cause = Some("b".into())),
        with(&|s| s.root_cause = Some("c".into())),
        calls(&[("a", &["b"])]),
        calls(&[("b", &["a"])]),
        calls(&[("a", &["b", "c"])]),
        calls(&[("a", &["bc"])]),
        calls(&[("a", &["b"]), ("c", &["b"])]),
        calls(&[("c", &["b"])]),
        calls(&[("a", &["b", "c", "bc"])]),
        calls(&[("a", &["b"]), ("c", &["bc"])]),
        herrings(&["b"]),
        herrings(&["c"]),
        herrings(&["b", "c"]),
        herrings(&["bc"]),
    ]);
}

/// Services of those names, the first of which has a fault.
fn state(services: &[&str]) -> EnvironmentState {
    let service = |name: &&str| ServiceState {
        name: (*name).into(),
        ..Default::default()
    };
    EnvironmentState {
        services: services.iter().map(service).collect(),
        faults: vec![FaultState::new(FaultKind::OOM, services[0], 1.0)],
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    }
}

/// No two of the states have the same fingerprint.
fn assert_told_apart(states: &[EnvironmentState]) {
    let hash = |state| Simulation::new(state).unwrap().state_hash();
    let hashes: Vec<u64> = states.iter().map(hash).collect();
    for (index, one) in states.iter().enumerate() {
        let same = { hashes[..index].iter() }.position(|&hash| hash == hashes[index]);
        assert_eq!(same, None, "{index}: {one:?}");
    }
}

#[test]
fn fingerprints_tell_values_of_metrics_without_a_field_apart() {
    let values = [
        Value::Int(0),
        Value::Bool(false),
        Value::Text(String::new()),
        Value::List(Vec::new()),
        Value::Map([].into()),
        Value::Float(0.0),
        Value::Float(-0.0),
        Value::Int(2),
        Value::Float(2.0),
    ];
    let footprints = values.map(|value| {
        let state = EnvironmentState {
            services: vec![ServiceState {
                name: "a".into(),
                metrics: [(CUSTOM.to_owned(), value)].into(),
            }],
            ..EnvironmentState::new(SloBudget {
                remaining: 30.0,
                burn_per_tick: 1.5,
            })
        };
        Footprint::of(Simulation::new(&state).unwrap().view())
    });
    for (index, one) in footprints.iter().enumerate() {
        for other in &footprints[index + 1..] {
            let states = [&one.state.services, &other.state.services];
            assert_eq!(
                one.hash == other.hash,
                one.state == other.state,
                "{states:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(config())]

    /// The other run differs by one intervention, which may change nothing or be forgotten.
    #[test]
    fn fingerprints_are_equal_exactly_where_states_are(
        incident in incidents(Mix::Wild),
        tick in 1..=TICKS,
        service in any::<Index>(),
        (metric, value) in metrics(),
        same in any::<bool>(),
    ) {
        let service = service_name(service.index(incident.state.services.len()));
        let mut other = incident.clone();
        if !same {
            other.timeline.push((tick, Act::Set { service, metric, value }));
        }
        let runs = [incident, other];
        let mut simulations = runs.each_ref().map(|run| Simulation::new(&run.state).unwrap());
        for now in 1..=TICKS {
            for (run, simulation) in runs.iter().zip(&mut simulations) {
                run.step(now, simulation).unwrap();
            }
            if now == tick || now == TICKS {
                let [one, other] = simulations.each_ref().map(|s| Footprint::of(s.view()));
                prop_assert_eq!(one.hash == other.hash, one.state == other.state);
            }
        }
    }
}
