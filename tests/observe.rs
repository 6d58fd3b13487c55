//! Looking at a fleet and acting on many of its environments at once.

#![expect(clippy::unwrap_used, reason = "a test whose fleet is refused fails")]

use firewatch_scenario::{Difficulty, Scenario, generate};
use firewatch_sim::{
    Blueprint, FaultKind, FaultState, Fleet, Intervention, METRICS, MetricKind, Observation,
    SimError, Status, Value,
};

/// More services than a generated episode has, so that there is something to pad.
const ROOM: usize = 8;

fn episode(seed: usize) -> Blueprint {
    let difficulty = Difficulty::ALL[seed % Difficulty::ALL.len()];
    let scenario = generate(difficulty, seed as u64);
    scenario.blueprint().unwrap()
}

/// A service with every metric that can be attached.
fn with_all_metrics() -> Blueprint {
    let mut state = generate(Difficulty::Medium, 7).initial_state().unwrap();
    for (index, metric) in METRICS.iter().enumerate() {
        let value: Value = match metric.kind {
            MetricKind::Float => (index as f64 / 64.0).into(),
            MetricKind::Int => (index as i64).into(),
            MetricKind::Bool => true.into(),
            MetricKind::Text => "text".into(),
            MetricKind::Status => "down".into(),
            MetricKind::Lines => Value::List(Vec::new()),
        };
        state.services[1]
            .metrics
            .insert(metric.name.to_owned(), value);
    }
    state.blueprint().unwrap()
}

/// More than one shard's worth, with different numbers of services.
fn fleet(threads: usize) -> Fleet {
    let blueprints = (0..530).map(|seed| match seed {
        514 => with_all_metrics(),
        _ => episode(seed),
    });
    Fleet::with_shard_size(blueprints, threads, 100).unwrap()
}

/// The value of a metric as it is to be observed, read one by one.
fn expected(fleet: &Fleet, environment: usize, service: usize, metric: &str) -> Option<f32> {
    fleet
        .read(environment, |view| {
            let name = view.service_names().nth(service)?;
            Some(match view.metric(name, metric) {
                Some(Value::Bool(flag)) => f32::from(u8::from(flag)),
                Some(Value::Text(status)) => status.parse::<Status>().unwrap() as u8 as f32,
                Some(value) => value.as_f64().unwrap() as f32,
                None => 0.0,
            })
        })
        .unwrap()
}

fn assert_observed(fleet: &mut Fleet, observation: &Observation) {
    let [environments, services, metrics] = observation.shape(fleet.len());
    // What was in the buffers before must not show.
    let mut values = vec![f32::NAN; environments * services * metrics];
    let mut mask = vec![true; environments * services];
    fleet
        .observe_into(observation, &mut values, &mut mask)
        .unwrap();
    for (row, values) in values.chunks(metrics).enumerate() {
        let (environment, service) = (row / services, row % services);
        for (metric, &value) in observation.metrics().iter().zip(values) {
            let expected = expected(fleet, environment, service, metric.name);
            assert_eq!(mask[row], expected.is_some(), "{environment} {service}");
            let expected = expected.unwrap_or(0.0);
            assert_eq!(
                value.to_bits(),
                expected.to_bits(),
                "{environment} {service} {}",
                metric.name
            );
        }
    }
}

fn all_numbers() -> Observation {
    let numbers = METRICS.iter().filter(|metric| metric.is_number());
    Observation::new(numbers.map(|metric| metric.name), ROOM).unwrap()
}

#[test]
fn every_metric_is_observed_as_it_is_read() {
    for threads in [1, 2] {
        let mut fleet = fleet(threads);
        let observation = all_numbers();
        assert_observed(&mut fleet, &observation);
        fleet.tick_many(7);
        assert_observed(&mut fleet, &observation);
        // Rows move: a bigger environment takes the place of a smaller one, a fault is added.
        fleet.reset(0, &episode(1)).unwrap();
        fleet.reset(1, &with_all_metrics()).unwrap();
        let fault = FaultState::new(FaultKind::OOM, "db-proxy", 2.0);
        fleet.inject_fault(515, &fault).unwrap();
        assert_observed(&mut fleet, &observation);
        fleet.tick();
        assert_observed(&mut fleet, &observation);
    }
}

#[test]
fn an_observation_has_the_metrics_that_were_chosen_in_that_order() {
    let names = [
        "status",
        "runtime_gc_pause_duration_ms",
        "http_server_error_rate",
    ];
    let observation = Observation::new(names, ROOM).unwrap();
    assert_eq!(observation.shape(10), [10, ROOM, 3]);
    let mut fleet = fleet(1);
    fleet.tick_many(5);
    assert_observed(&mut fleet, &observation);
    let nothing = Observation::new([], ROOM).unwrap();
    let mut mask = vec![false; fleet.len() * ROOM];
    fleet.observe_into(&nothing, &mut [], &mut mask).unwrap();
    let services = mask[..ROOM].iter().filter(|present| **present).count();
    assert_eq!(
        services,
        fleet.read(0, |view| view.service_names().len()).unwrap()
    );
}

#[test]
fn what_can_t_be_observed_is_refused() {
    for name in ["service_version", "recent_logs", "error_rate", ""] {
        let refused = Observation::new([name], ROOM).unwrap_err();
        assert_eq!(refused, SimError::Unobservable(name.to_owned()));
    }
    let mut fleet = Fleet::new((0..3).map(episode), 1).unwrap();
    let observation = Observation::new(["status"], ROOM).unwrap();
    let refused = fleet.observe_into(&observation, &mut [0.0; 23], &mut [false; 24]);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the buffer of values has 23 places, 24 are needed"
    );
    let refused = fleet.observe_into(&observation, &mut [0.0; 24], &mut [false; 25]);
    assert!(matches!(
        refused,
        Err(SimError::BufferLength { needed: 24, .. })
    ));
    let narrow = Observation::new(["status"], 5).unwrap();
    let refused = fleet.observe_into(&narrow, &mut [0.0; 15], &mut [false; 15]);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "environment 2 has 7 services, the observation has room for 5"
    );
}

#[test]
fn a_steady_tick_and_observation_allocate_nothing() {
    let mut fleet = fleet(1);
    let observation = all_numbers();
    let mut values = vec![0.0; fleet.len() * ROOM * observation.metrics().len()];
    let mut mask = vec![false; fleet.len() * ROOM];
    let mut summaries = vec![fleet.summary(0).unwrap(); fleet.len()];
    let mut done = vec![false; fleet.len()];
    let mut round = || {
        fleet.tick();
        fleet
            .observe_into(&observation, &mut values, &mut mask)
            .unwrap();
        fleet.summaries_into(&mut summaries).unwrap();
        fleet
            .done_into(&mut done, |_, standing| standing.slo_budget.is_breached())
            .unwrap();
    };
    // The first one builds schedules and buffers.
    round();
    let steady = allocation_counter::measure(|| (0..10).for_each(|_| round()));
    assert_eq!(steady.count_total, 0);
    // The counter counts.
    assert_ne!(
        allocation_counter::measure(|| drop(vec![1_u8; 9])).count_total,
        0
    );
}

#[test]
fn done_flags_follow_the_rule_and_reset_what_they_pick() {
    let mut fleet = fleet(2);
    let mut done = vec![false; fleet.len()];
    fleet.tick_many(12);
    let rule = |index: usize| index.is_multiple_of(3);
    fleet
        .done_into(&mut done, |index, standing| {
            rule(index) && standing.clock.tick == 12
        })
        .unwrap();
    assert!(
        done.iter()
            .enumerate()
            .all(|(index, done)| *done == rule(index))
    );
    fleet
        .reset_masked(&done, |index| episode(index + 5000))
        .unwrap();
    fleet.tick();
    let mut summaries = vec![fleet.summary(0).unwrap(); fleet.len()];
    fleet.summaries_into(&mut summaries).unwrap();
    for (index, standing) in summaries.iter().enumerate() {
        assert_eq!(standing.clock.tick, if rule(index) { 1 } else { 13 });
        assert_eq!(*standing, fleet.summary(index).unwrap());
        fleet
            .read(index, |view| {
                assert_eq!(view.clock(), standing.clock);
                assert_eq!(view.impact(), standing.impact);
                assert_eq!(view.slo_budget(), standing.slo_budget);
            })
            .unwrap();
    }
    for short in [fleet.len() - 1, fleet.len() + 1] {
        let mut flags = vec![false; short];
        assert!(fleet.done_into(&mut flags, |_, _| true).is_err());
        assert!(fleet.reset_masked(&flags, episode).is_err());
    }
}

#[test]
fn many_are_changed_as_each_alone_or_none_at_all() {
    let scenario = Scenario::parse(
        "inline",
        r#"Scenario(
            name: "Two services",
            difficulty: easy,
            services: ["auth-service", "db-proxy"],
            faults: [(kind: bad_deploy, service: "db-proxy")],
        )"#,
    )
    .unwrap();
    let blueprint = scenario.blueprint().unwrap();
    let fault = FaultState::new(FaultKind::MEMORY_LEAK, "auth-service", 1.5);
    let value = Value::from(0.25);
    let set = |service| Intervention::SetMetric {
        service,
        metric: "http_server_error_rate",
        value: &value,
    };
    let done = [
        Intervention::HaltFault(0),
        set("auth-service"),
        Intervention::InjectFault(&fault),
    ];
    let build = || Fleet::with_shard_size(vec![blueprint.clone(); 600], 1, 250).unwrap();
    let (mut many, mut one_by_one) = (build(), build());
    let mask: Vec<bool> = (0..600).map(|index| index % 7 < 3).collect();
    for intervention in &done {
        many.intervene_masked(&mask, intervention).unwrap();
        for index in (0..600).filter(|&index| mask[index]) {
            one_by_one.intervene(index, intervention).unwrap();
        }
        many.tick();
        one_by_one.tick();
    }
    let hashes = |fleet: &Fleet| -> Vec<u64> {
        (0..600)
            .map(|index| fleet.state_hash(index).unwrap())
            .collect()
    };
    assert_eq!(hashes(&many), hashes(&one_by_one));
    assert_ne!(many.state_hash(0), many.state_hash(3));

    // Only the last environment that is picked has no second fault.
    let before = hashes(&many);
    many.reset(597, &episode(0)).unwrap();
    let before = [
        &before[..597],
        &[many.state_hash(597).unwrap()],
        &before[598..],
    ]
    .concat();
    let too_fast = FaultState::new(FaultKind::OOM, "db-proxy", f64::NAN);
    for refused in [
        set("auth-service-2"),
        Intervention::HaltFault(1),
        Intervention::InjectFault(&too_fast),
    ] {
        assert!(many.intervene_masked(&mask, &refused).is_err());
        assert!(
            many.intervene_masked(&mask[1..], &Intervention::HaltFault(0))
                .is_err()
        );
        assert_eq!(hashes(&many), before);
    }
}
