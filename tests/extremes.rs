//! Numbers at the ends of what the engine takes: whatever the rules make of them, it stays finite, and is
//! again something that the engine takes.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use firewatch_sim::{
    Clock, EnvironmentRef, EnvironmentState, FaultKind, FaultState, Fleet, Impact, ImpactMode,
    METRICS, Metric, MetricKind, Observation, ServiceState, Simulation, SloBudget, Value,
    find_metric, read_metrics,
};
use firewatch_tests::property;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;

const BUDGET: SloBudget = SloBudget {
    remaining: 30.0,
    burn_per_tick: 1.5,
};
const SERVICES: usize = 3;
const TICKS: u64 = 12;
const PROCESSING: &str = "pipeline_processing_rate_events_per_second";
const INGESTION: &str = "pipeline_ingestion_rate_events_per_second";

/// Numbers of every magnitude and the ends of what makes sense, as far as the engine takes them.
fn ends(metric: &Metric) -> Vec<f64> {
    let tried = [
        f64::MIN,
        -1e38,
        -(2_f64.powi(63)),
        -1.0,
        -0.0,
        0.0,
        f64::from_bits(1),
        f64::MIN_POSITIVE,
        1e-9,
        0.98,
        1.0,
        2_f64.powi(53),
        2_f64.powi(63),
        1e28,
        1e38,
        f64::MAX,
        metric.min,
        metric.max,
    ];
    let mut simulation = Simulation::new(&EnvironmentState {
        services: vec![ServiceState::default()],
        ..EnvironmentState::new(BUDGET)
    })
    .unwrap();
    let mut is_taken = |x: &f64| {
        let set = simulation.set_metric("", metric.name, value(metric, *x));
        set.is_ok()
    };
    tried.into_iter().filter(|x| is_taken(x)).collect()
}

fn numeric() -> Vec<&'static Metric> {
    let is_numeric = |metric: &&Metric| matches!(metric.kind, MetricKind::Float | MetricKind::Int);
    METRICS.iter().filter(is_numeric).collect()
}

fn value(metric: &Metric, number: f64) -> Value {
    match metric.kind {
        MetricKind::Int => Value::Int(number as i64),
        _ => Value::Float(number),
    }
}

fn metrics() -> impl Strategy<Value = (String, Value)> {
    select(numeric()).prop_flat_map(|metric| {
        select(ends(metric)).prop_map(move |x| (metric.name.to_owned(), value(metric, x)))
    })
}

fn services() -> impl Strategy<Value = Vec<ServiceState>> {
    let rates = |name: &'static str| {
        select(ends(find_metric(name).unwrap())).prop_map(move |x| (name.to_owned(), x.into()))
    };
    let metrics = btree_map(select(vec![0, 1, 2, 3, 4, 5, 6, 7]), metrics(), 0..8);
    let service = (metrics, rates(PROCESSING), rates(INGESTION), any::<bool>());
    vec(service, SERVICES).prop_map(|services| {
        let named = services.into_iter().enumerate();
        named
            .map(|(index, (metrics, processing, ingestion, is_caught))| {
                let caught = (
                    "metastable_feedback_loop_active".to_owned(),
                    is_caught.into(),
                );
                let given = [processing, ingestion, caught];
                ServiceState {
                    name: format!("service-{index}"),
                    metrics: given.into_iter().chain(metrics.into_values()).collect(),
                }
            })
            .collect()
    })
}

fn faults() -> impl Strategy<Value = Vec<FaultState>> {
    let kinds = select(FaultKind::BUILT_IN.to_vec());
    let speeds = select(vec![0.0, f64::from_bits(1), 1.0, 1e6]);
    let fault = (kinds, 0..SERVICES, speeds, any::<bool>());
    let fault = fault.prop_map(|(kind, service, speed, halted)| FaultState {
        halted,
        progression_tick: u64::MAX,
        ..FaultState::new(kind, format!("service-{service}"), speed)
    });
    vec(fault, 0..6)
}

fn states() -> impl Strategy<Value = EnvironmentState> {
    let amounts = || select(vec![0.0, f64::from_bits(1), 1.0, 1e15, f64::MAX]);
    let clock = select(vec![
        Clock::default(),
        Clock {
            tick: u64::MAX - 2,
            sim_time_seconds: i64::MAX - 2,
        },
    ]);
    let modes = select(ImpactMode::ALL.to_vec());
    let totals = (amounts(), amounts(), amounts(), clock, modes);
    (totals, services(), faults()).prop_map(|(totals, services, faults)| {
        let (remaining, burn_per_tick, bad_customer_minutes, clock, impact_mode) = totals;
        let name = |index: usize| format!("service-{index}");
        EnvironmentState {
            impact_mode,
            clock,
            services,
            dependencies: (1..SERVICES)
                .map(|caller| (name(caller), vec![name(caller - 1)]))
                .collect(),
            faults,
            impact: Impact {
                bad_customer_minutes,
                zero_streak: u64::MAX,
                ..Impact::default()
            },
            ..EnvironmentState::new(SloBudget {
                remaining,
                burn_per_tick,
            })
        }
    })
}

/// Asserts that every number can be shown, seen by an agent, and started from again.
fn assert_sound(view: EnvironmentRef) -> TestCaseResult {
    for (name, value) in view.services().flat_map(read_metrics) {
        prop_assert!(value.is_finite(), "{name}: {value}");
        let number = value.as_f64().zip(find_metric(name));
        if let Some((number, metric)) = number {
            prop_assert!(metric.allows(number), "{name}: {value}");
        }
    }
    let (budget, impact) = (view.slo_budget(), view.impact());
    for total in [
        budget.remaining,
        impact.bcm_delta,
        impact.bad_customer_minutes,
        view.mean_error_rate(),
    ] {
        prop_assert!(total.is_finite() && total >= 0.0, "{total}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(property(192))]

    #[test]
    fn every_number_stays_one_that_the_engine_takes(state in states()) {
        let mut simulation = Simulation::new(&state).unwrap();
        for _ in 0..TICKS {
            simulation.tick();
            assert_sound(simulation.view())?;
            let saved = simulation.snapshot();
            simulation.restore(&saved).unwrap();
            prop_assert_eq!(simulation.snapshot(), saved);
        }
    }

    #[test]
    fn what_an_agent_observes_stays_finite_in_single_precision(state in states()) {
        let names: Vec<&str> = numeric().into_iter().map(|metric| metric.name).collect();
        let observation = Observation::new(names.iter().copied(), SERVICES).unwrap();
        let mut fleet = Fleet::new([state.blueprint().unwrap()], 1).unwrap();
        fleet.tick_many(TICKS);
        let mut values = vec![0.0; SERVICES * names.len()];
        let mut mask = vec![false; SERVICES];
        fleet.observe_into(&observation, &mut values, &mut mask).unwrap();
        for (index, value) in values.iter().enumerate() {
            prop_assert!(value.is_finite(), "{}: {value}", names[index % names.len()]);
        }
    }
}

/// Adding is monotone: if nothing that the rules add moves the largest number, no sum gets beyond it, in
/// however many ticks.
#[test]
fn sums_stop_at_the_largest_number() {
    let latency = "http_server_request_duration_p99";
    let fault = |kind| FaultState::new(kind, "a", 1e6);
    let state = EnvironmentState {
        services: vec![ServiceState {
            name: "a".into(),
            metrics: [(latency.to_owned(), Value::Float(1e38))].into(),
        }],
        dependencies: vec![("a".into(), vec!["a".into()])],
        faults: [FaultKind::MEMORY_LEAK, FaultKind::BAD_DEPLOY]
            .repeat(500)
            .into_iter()
            .map(fault)
            .collect(),
        ..EnvironmentState::new(BUDGET)
    };
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(3);
    let latency = simulation.view().metric("a", latency);
    assert_eq!(latency, Some(Value::Float(1e38)));
}

/// Impact has no ceiling but that of `f64`; the most that one tick adds does not move it.
#[test]
fn the_total_impact_stops_at_the_largest_float() {
    let lag = "data_freshness_lag_seconds";
    let service = |index: usize| ServiceState {
        name: format!("s{index}"),
        metrics: [(lag.to_owned(), Value::Float(1e38))].into(),
    };
    let state = EnvironmentState {
        impact_mode: ImpactMode::Freshness,
        services: (0..2000).map(service).collect(),
        impact: Impact {
            bad_customer_minutes: f64::MAX,
            ..Impact::default()
        },
        ..EnvironmentState::new(SloBudget {
            remaining: f64::MAX,
            burn_per_tick: f64::MAX,
        })
    };
    let mut simulation = Simulation::new(&state).unwrap();
    let delta = simulation.tick();
    assert!(delta > 1e37 && delta.is_finite(), "{delta}");
    assert_eq!(simulation.view().impact().bad_customer_minutes, f64::MAX);
}

/// The queue of a stage saturates, and a stage that has stopped adds nothing to its lag.
#[test]
fn the_longest_queue_over_the_least_rate_is_a_finite_lag() {
    let number = |simulation: &Simulation, name: &str| {
        simulation
            .view()
            .metric("a", name)
            .unwrap()
            .as_f64()
            .unwrap()
    };
    for (processing, ingestion) in [(1e-9, 1e28), (1e28, 1e-9), (0.0, 1e28), (1e-9, 1e-9)] {
        let metrics = [
            (PROCESSING, Value::Float(processing)),
            (INGESTION, Value::Float(ingestion)),
            ("pipeline_queue_depth", Value::Int(i64::MAX)),
        ];
        let state = EnvironmentState {
            services: vec![ServiceState {
                name: "a".into(),
                metrics: metrics.map(|(name, value)| (name.to_owned(), value)).into(),
            }],
            ..EnvironmentState::new(BUDGET)
        };
        let mut simulation = Simulation::new(&state).unwrap();
        simulation.run(3);
        for name in [
            "pipeline_throughput_ratio",
            "data_freshness_lag_seconds",
            "feature_vector_age_seconds_p99",
        ] {
            let number = number(&simulation, name);
            assert!((0.0..=1e38).contains(&number), "{name}: {number}");
        }
    }
}
