//! Whatever happens to whatever mesh, every number is finite and every share a share.

use firewatch_sim::{
    CallKnob, CallState, EnvironmentState, FaultCourse, FaultKind, FaultKnobs, FaultRecovery,
    FaultShape, FaultState, ServiceKnob, Simulation, TrafficChange, TrafficServiceState,
    UserGroupState, UserKnob,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::{environment, shop, ticks, with_course};

const SERVICES: usize = 4;

fn name(index: usize) -> String {
    format!("service-{index}")
}

fn services() -> impl Strategy<Value = Vec<TrafficServiceState>> {
    let one = (
        1..4_u32,
        1..20_u32,
        select(vec![0.0, 0.001, 0.05, 2.0]),
        0.0..500.0,
        0.0..0.01_f64,
    );
    prop::collection::vec(one, SERVICES).prop_map(|all| {
        let named = all.into_iter().enumerate();
        named
            .map(
                |(index, (instances, concurrency, work_s, queue_limit, memory_per_request))| {
                    TrafficServiceState {
                        instances,
                        concurrency,
                        work_s,
                        queue_limit,
                        memory_per_request,
                        zones: vec!["a".into(), "b".into()],
                        ..TrafficServiceState::new(name(index))
                    }
                },
            )
            .collect()
    })
}

fn calls() -> impl Strategy<Value = Vec<CallState>> {
    let one = (
        0..SERVICES,
        0..SERVICES,
        0.0..3.0,
        0..4_u32,
        0.0..=1.0,
        any::<bool>(),
        0..SERVICES + 2,
    );
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let call = |(from, to, timeout_s, retries, share, optional, fallback)| CallState {
            timeout_s,
            retries,
            share,
            optional,
            fallback: (fallback < SERVICES).then(|| name(fallback)),
            ..CallState::new(name(from), name(to))
        };
        all.into_iter().map(call).collect()
    })
}

fn faults() -> impl Strategy<Value = Vec<FaultState>> {
    let shapes = select(vec![
        None,
        Some(FaultShape::Ramp),
        Some(FaultShape::Spike),
        Some(FaultShape::Flapping {
            on: ticks(1),
            off: ticks(2),
        }),
    ]);
    let kinds = select([&FaultKind::BUILT_IN[..], &[FaultKind::KNOBS]].concat());
    let recoveries = select(vec![
        None,
        Some(FaultRecovery::AtOnce),
        Some(FaultRecovery::OverTicks(ticks(3))),
        Some(FaultRecovery::WithRestart),
    ]);
    let one = (
        kinds,
        0..SERVICES + 1,
        0.0..100.0,
        0.0..=1.0,
        shapes,
        recoveries,
        0..10_u64,
        any::<bool>(),
    );
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let fault = |(kind, service, speed, level, shape, recovery, lasts, is_zone): (
            _,
            usize,
            _,
            _,
            _,
            _,
            u64,
            bool,
        )| {
            let knobs = FaultKnobs {
                zone: (is_zone && service < SERVICES).then(|| "a".into()),
                slow_factor: Some(speed + 0.01),
                error_ratio: level,
                lost_instances: speed,
                down: level > 0.8,
                memory_growth: level,
                ..FaultKnobs::default()
            };
            let course = FaultCourse {
                level,
                shape,
                recovery,
                for_ticks: (lasts > 0).then(|| ticks(lasts.max(1))),
                knobs: (kind == FaultKind::KNOBS).then_some(knobs),
                ..FaultCourse::default()
            };
            with_course(FaultState::new(kind, name(service), speed), course)
        };
        all.into_iter().map(fault).collect()
    })
}

fn states() -> impl Strategy<Value = EnvironmentState> {
    let rates = select(vec![0.0, 1e-9, 1.0, 300.0, 1e6, 1e9]);
    (services(), calls(), faults(), rates, 0..SERVICES, 0..3_u32).prop_map(
        |(services, calls, faults, rps, entry, retries)| {
            let users = UserGroupState {
                retries,
                ..UserGroupState::new("users", name(entry), rps)
            };
            EnvironmentState {
                faults,
                ..environment(services, calls, vec![users])
            }
        },
    )
}

/// A change of any knob to a number that it may be able to take.
fn turn(simulation: &mut Simulation, which: usize, value: f64) {
    let service = name(which % SERVICES);
    let change = match which % 4 {
        0 => TrafficChange::Service {
            service: &service,
            knob: ServiceKnob::ALL[which % ServiceKnob::ALL.len()],
            value: Some(value),
        },
        1 => TrafficChange::Users {
            group: "users",
            knob: UserKnob::ALL[which % UserKnob::ALL.len()],
            value: Some(value),
        },
        2 => TrafficChange::Restart { service: &service },
        _ => TrafficChange::Call {
            from: &service,
            to: "service-0",
            knob: CallKnob::ALL[which % CallKnob::ALL.len()],
            value: Some(value),
        },
    };
    // Many can't be: that is an error, and nothing worse.
    let _ = simulation.environment_mut().change_traffic(&change);
}

fn assert_in_order(simulation: &Simulation) {
    let view = simulation.view();
    for (service, entity) in view.named_services() {
        for (name, value) in firewatch_sim::read_metrics(entity) {
            assert!(value.is_finite(), "{service}, {name}: {value}");
            if let (Some(metric), Some(number)) = (firewatch_sim::find_metric(name), value.as_f64())
            {
                assert!(metric.allows(number), "{service}, {name}: {number}");
                assert!(
                    number >= metric.min && number <= metric.max,
                    "{service}, {name}: {number}"
                );
            }
        }
    }
    let impact = view.impact();
    assert!((0.0..=0.75).contains(&impact.bcm_delta) && impact.bad_customer_minutes.is_finite());
    let budget = view.slo_budget().remaining;
    assert!((0.0..=30.0).contains(&budget));
    for users in view.traffic().unwrap().users() {
        assert!(
            users
                .served()
                .is_none_or(|share| (0.0..=1.0).contains(&share)),
            "{users:?}"
        );
        assert!((0.0..=1.5).contains(&users.miss()), "{users:?}");
        let _ = view
            .traffic()
            .unwrap()
            .failure_cause(&users)
            .map(|cause| cause.to_string());
    }
    for service in view.service_names() {
        assert!(!view.logs(service).is_empty());
    }
}

/// Ordinary requests take about the median, also where a queue makes it nearly the 99th percentile.
#[test]
fn ordinary_requests_of_a_log_take_about_the_median() {
    let mut simulation = Simulation::new(&shop()).unwrap();
    let slow = TrafficChange::Service {
        service: "search",
        knob: ServiceKnob::SlowFactor,
        value: Some(3.0),
    };
    simulation.environment_mut().change_traffic(&slow).unwrap();
    let mut seen = 0;
    for _ in 0..40 {
        simulation.run(1);
        let view = simulation.view();
        let median = view.metric("search", "http_server_request_duration_median");
        let median_ms = 1000.0 * median.and_then(|value| value.as_f64()).unwrap();
        for line in view.logs("search") {
            let time = line.split_once(" processed ").and_then(|(_, rest)| {
                let (_, time) = rest.rsplit_once("in ")?;
                time.strip_suffix("ms")?.parse::<f64>().ok()
            });
            if let Some(time_ms) = time {
                let share = time_ms / median_ms;
                assert!((0.49..=1.51).contains(&share), "{line}: {median_ms}");
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "{seen}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn numbers_stay_numbers(
        state in states(),
        turns in prop::collection::vec((0..400_usize, select(vec![0.0, 0.3, 1.0, 3.0, 50.0, 1e6])), 12),
    ) {
        let mut simulation = Simulation::new(&state).unwrap();
        for (tick, (which, value)) in turns.into_iter().enumerate() {
            if tick % 3 == 2 {
                turn(&mut simulation, which, value);
            }
            simulation.tick();
            assert_in_order(&simulation);
            // A state of any moment can be restored.
            let state = simulation.snapshot();
            prop_assert_eq!(Simulation::new(&state).unwrap().state_hash(), simulation.state_hash());
        }
    }
}
