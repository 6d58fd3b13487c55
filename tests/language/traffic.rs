//! The language of the physics with load: users, capacities and the policies of calls.

use firewatch_action::form;
use firewatch_scenario::{
    Autoscaling, Breaker, Cache, Call, Calls, Capacity, Check, Expectation, Fault, FaultKnobs,
    FaultRecovery, FaultShape, Load, LoadPoint, Objective, Physics, Scenario, Service,
    TimelineAction, TimelineEvent, Turn, Turned, UserGroup, UserQuantity, When,
};
use firewatch_sim::FaultKinds;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::readers::read_as_ron;
use crate::values::numbers;

fn points() -> impl Strategy<Value = Vec<LoadPoint>> {
    vec((1..7_u64, numbers(0.0, 1e9)), 1..4).prop_map(|parts| {
        let mut tick = 0;
        let mut points = Vec::new();
        for (after, rps) in parts {
            tick += if points.is_empty() { 0 } else { after };
            points.push(LoadPoint { tick, rps });
        }
        points
    })
}

fn loads() -> impl Strategy<Value = Load> {
    prop_oneof![
        numbers(0.0, 1e9).prop_map(Load::Constant),
        points().prop_map(Load::Steps),
        points().prop_map(Load::Ramp),
    ]
}

fn groups() -> impl Strategy<Value = UserGroup> {
    let parts = (
        loads(),
        option::of(numbers(1e-3, 3600.0)),
        option::of(0..=100_u64),
        option::of(numbers(0.0, 3600.0)),
        option::of(numbers(0.0, 1.0)),
        option::of(numbers(1e-4, 1e-3)),
    );
    parts.prop_map(
        |(rps, patience_s, retries, backoff_s, served, p99_s)| UserGroup {
            name: None,
            service: String::new(),
            rps,
            patience_s,
            retries,
            backoff_s,
            objective: Objective { served, p99_s },
        },
    )
}

fn capacities() -> impl Strategy<Value = Capacity> {
    let parts = (
        option::of(1..=10_000_u64),
        option::of(1..=100_000_u64),
        option::of((any::<bool>(), numbers(1e-3, 1e6))),
        option::of(0..=1_000_000_000_u64),
        vec(proptest::sample::select(vec!["a", "b b", "\"c\""]), 0..1),
        option::of(1..=100_u64),
        option::of(numbers(0.0, 1.0)),
        option::of((numbers(0.01, 1.0), 1..=10_u64, 10..=20_u64)),
    );
    parts.prop_map(
        |(instances, concurrency, work, queue_limit, zones, start_up_ticks, memory, scaling)| {
            Capacity {
                instances,
                concurrency,
                work_ms: work.filter(|(is_rps, _)| !is_rps).map(|(_, work)| work),
                // Enough for as many workers as there can be, at an hour of work each.
                capacity_rps: work
                    .filter(|(is_rps, _)| *is_rps)
                    .map(|(_, rps)| 300_000.0 + rps),
                queue_limit,
                zones: zones.into_iter().map(str::to_owned).collect(),
                start_up_ticks,
                memory_per_request: memory,
                autoscaling: scaling.map(|(target_utilization, min, max)| Autoscaling {
                    target_utilization,
                    // The service begins with a number that is allowed.
                    min: instances.map_or(min, |instances| instances.min(min)),
                    max: instances.map_or(max, |instances| instances.max(max)),
                }),
            }
        },
    )
}

fn breakers() -> impl Strategy<Value = Breaker> {
    let parts = (
        option::of(numbers(1e-3, 1.0)),
        option::of(1..=1_000_u64),
        option::of(numbers(1e-3, 3600.0)),
        option::of(numbers(1e-3, 3600.0)),
    );
    parts.prop_map(|(failure_ratio, min_requests, window_s, open_s)| Breaker {
        failure_ratio,
        min_requests,
        window_s,
        open_s,
    })
}

fn caches() -> impl Strategy<Value = Cache> {
    let parts = (
        option::of(numbers(0.0, 1.0)),
        option::of(numbers(1e-3, 3600.0)),
    );
    parts.prop_map(|(hit_share, warm_up_s)| Cache {
        hit_share,
        warm_up_s,
    })
}

fn calls() -> impl Strategy<Value = Call> {
    prop_oneof![3 => waited_for(), 1 => messages()]
}

fn messages() -> impl Strategy<Value = Call> {
    let parts = (option::of(numbers(0.0, 1.0)), any::<bool>());
    parts.prop_map(|(share, optional)| {
        let mut call = Call::new("db");
        (call.share, call.optional, call.asynchronous) = (share, optional, true);
        call
    })
}

fn waited_for() -> impl Strategy<Value = Call> {
    let parts = (
        option::of(numbers(1e-3, 3600.0)),
        option::of(0..=100_u64),
        option::of(numbers(0.0, 3600.0)),
        option::of(numbers(0.0, 1.0)),
        any::<bool>(),
        any::<bool>(),
        option::of(breakers()),
        option::of(caches()),
    );
    parts.prop_map(
        |(timeout_s, retries, backoff_s, share, optional, falls_back, breaker, cache)| {
            let mut call = Call::new("db");
            call.timeout_s = timeout_s;
            call.retries = retries;
            call.backoff_s = backoff_s;
            call.share = share;
            call.optional = optional;
            call.fallback = falls_back.then(|| "cache".to_owned());
            call.breaker = breaker;
            call.cache = cache;
            call
        },
    )
}

fn expectations() -> impl Strategy<Value = Expectation> {
    let quantity = prop_oneof![Just(UserQuantity::Served), Just(UserQuantity::P99)];
    (quantity, numbers(0.01, 0.99)).prop_map(|(quantity, with)| Expectation {
        when: When::AtEnd,
        check: Check::Users(
            "all".to_owned(),
            quantity,
            firewatch_action::Comparison {
                operator: firewatch_action::Operator::Ge,
                with,
            },
        ),
    })
}

fn knobs() -> impl Strategy<Value = FaultKnobs> {
    let parts = (
        numbers(0.0, 1.0),
        numbers(0.0, 3600.0),
        option::of(numbers(0.001, 1e6)),
        numbers(0.0, 100.0),
        any::<bool>(),
        option::of(numbers(0.0, 1e9)),
    );
    let of_service = parts.prop_map(
        |(error_ratio, added_latency_s, slow_factor, lost, down, queue)| FaultKnobs {
            error_ratio,
            added_latency_s,
            slow_factor,
            lost_instances: lost,
            unreachable_ratio: error_ratio,
            memory_growth: error_ratio,
            // Something is turned.
            down: down || (slow_factor.is_none() && queue.is_none()),
            queue_limit: queue,
            ..FaultKnobs::default()
        },
    );
    let of_calls = (
        numbers(1e-3, 3600.0),
        0..=100_u32,
        numbers(0.0, 1.0),
        any::<bool>(),
    );
    let of_calls = of_calls.prop_map(|(timeout_s, retries, share, cut)| FaultKnobs {
        to: Some("db".to_owned()),
        timeout_s: Some(timeout_s),
        retries: Some(retries),
        share: Some(share),
        error_ratio: share,
        added_latency_s: timeout_s,
        unreachable_ratio: share,
        cut,
        cache_flushed: cut,
        ..FaultKnobs::default()
    });
    prop_oneof![of_service, of_calls]
}

fn faults() -> impl Strategy<Value = Fault> {
    let shapes =
        proptest::sample::select(vec![FaultShape::Step, FaultShape::Ramp, FaultShape::Spike]);
    let recoveries = (1..9_u64).prop_map(|ticks| match ticks {
        1 => FaultRecovery::AtOnce,
        2 => FaultRecovery::WithRestart,
        more => FaultRecovery::OverTicks(std::num::NonZeroU64::new(more).unwrap()),
    });
    let parts = (
        option::of(knobs()),
        option::of(numbers(0.0, 1.0)),
        option::of(1..20_u64),
        option::of(shapes),
        option::of(recoveries),
        proptest::sample::subsequence(vec!["rollback_deploy", "disable_feature"], 0..=2),
    );
    parts.prop_map(|(knobs, level, for_ticks, shape, recovery, ended_by)| {
        let fault = match knobs {
            Some(knobs) => Fault {
                ended_by: ended_by.into_iter().map(str::to_owned).collect(),
                ..Fault::of_knobs(knobs, "web")
            },
            None => Fault::new(firewatch_sim::FaultKind::OOM, "web"),
        };
        Fault {
            level,
            for_ticks: for_ticks.and_then(std::num::NonZeroU64::new),
            shape,
            recovery,
            ..fault
        }
    })
}

fn turns() -> impl Strategy<Value = TimelineAction> {
    let share = || numbers(0.0, 1.0);
    let turn = |of: Turned, name: &str, value: f64| {
        TimelineAction::Turn(Turn {
            of,
            knobs: vec![(name.to_owned(), value)],
        })
    };
    prop_oneof![
        Just(TimelineAction::Restart("db".to_owned())),
        share().prop_map(move |x| turn(Turned::Service("db".to_owned()), "error_ratio", x)),
        share().prop_map(move |x| turn(Turned::Users("all".to_owned()), "rate_factor", x)),
        share().prop_map(move |x| {
            turn(Turned::Calls("web".to_owned(), "db".to_owned()), "share", x)
        }),
    ]
}

/// Scenarios of traffic that a file can say: two services that others call, and one that users call.
fn scenarios() -> impl Strategy<Value = Scenario> {
    let parts = (
        vec(groups(), 1..4),
        vec(capacities(), 3),
        calls(),
        vec(expectations(), 0..3),
        vec(faults(), 0..3),
        vec((0..30_u64, turns()), 0..3),
    );
    parts.prop_map(|(mut users, capacities, call, expect, faults, turns)| {
        let mut scenario = Scenario::new("x".to_owned(), firewatch_scenario::Difficulty::Medium);
        for (index, users) in users.iter_mut().enumerate() {
            users.service = ["web", "db", "cache"][index].to_owned();
        }
        users[0].name = Some("all".to_owned());
        let named = ["web", "db", "cache"].into_iter().zip(capacities);
        scenario.services = named
            .map(|(name, capacity)| Service {
                name: name.to_owned(),
                capacity,
                ..Service::default()
            })
            .collect();
        scenario.services[0].calls = Calls::Named(vec![call, Call::new("cache")]);
        scenario.physics = Physics::Traffic;
        scenario.users = users;
        scenario.expect = expect;
        // The speed is the difficulty's.
        scenario.faults = faults;
        scenario.timeline = { turns.into_iter() }
            .map(|(tick, action)| TimelineEvent { tick, action })
            .collect();
        scenario
    })
}

proptest! {
    #![proptest_config(firewatch_tests::property(400))]

    #[test]
    fn what_is_written_is_read_back_by_every_reader(scenario in scenarios()) {
        prop_assert_eq!(scenario.problems(), []);
        let text = scenario.to_string();
        let kinds = FaultKinds::default();
        let read = form::read(&text, &kinds);
        prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        let (read, notes) = form::explained::<Scenario>(&text, &kinds);
        prop_assert_eq!(read.as_ref(), Some(&scenario), "{}", text);
        prop_assert_eq!(notes.finish(), []);
        prop_assert!(read_as_ron(&text).is_ok(), "{}", text);
        let json = serde_json::to_string(&scenario).unwrap();
        prop_assert_eq!(form::from_json::<Scenario>(&json).unwrap(), scenario, "{}", json);
    }
}

fn with(fields: &str) -> String {
    format!("Scenario(name: \"x\", difficulty: easy, services: {{\"a\": (), \"b\": ()}}, {fields})")
}

#[test]
fn users_imply_traffic() {
    let implied = Scenario::parse("x.ron", &with("users: [(service: \"a\", rps: 5)]")).unwrap();
    assert_eq!(implied.physics, Physics::Traffic);
    let said = with("physics: traffic, users: [(service: \"a\", rps: 5)]");
    assert_eq!(Scenario::parse("x.ron", &said).as_ref(), Ok(&implied));
    assert!(!implied.to_string().contains("physics"), "{implied}");
}

/// What holds where a file says nothing is said once, and the page of the language says the same.
#[test]
fn what_is_left_out_has_its_default() {
    let text = with("users: [(service: \"a\", rps: 5)]");
    let scenario = Scenario::parse("x.ron", &text).unwrap();
    let capacity = &scenario.services[0].capacity;
    assert_eq!((capacity.instances(), capacity.concurrency()), (2, 50));
    assert_eq!((capacity.work_s(), capacity.rps()), (0.01, 10_000.0));
    assert_eq!(capacity.queue_limit(), 1000);
    let users = &scenario.users[0];
    assert_eq!(users.name(), "a");
    assert_eq!((users.patience_s(), users.backoff_s()), (10.0, 1.0));
    assert_eq!(
        (users.served_objective(), users.p99_objective_s()),
        (0.999, 5.0)
    );
    let call = Call::new("b");
    assert_eq!((call.timeout_s(), call.retries()), (1.0, 0));
    assert_eq!((call.backoff_s(), call.share()), (0.1, 1.0));
    let cache = Cache::default();
    assert_eq!((cache.hit_share(), cache.warm_up_s()), (0.9, 120.0));
}

#[test]
fn a_capacity_is_given_by_the_work_or_by_the_rate() {
    let by_work = Capacity {
        instances: Some(4),
        concurrency: Some(5),
        work_ms: Some(40.0),
        ..Capacity::default()
    };
    assert_eq!(by_work.rps(), 500.0);
    let by_rate = Capacity {
        work_ms: None,
        capacity_rps: Some(500.0),
        ..by_work
    };
    assert_eq!(by_rate.work_s(), 0.04);
}

#[test]
fn a_rate_changes_in_steps_or_evenly() {
    let points = [(0, 50.0), (10, 120.0), (14, 20.0)];
    let points = points.map(|(tick, rps)| LoadPoint { tick, rps }).to_vec();
    let steps = Load::Steps(points.clone());
    let rates = [0, 9, 10, 13, 14, 99].map(|tick| steps.at(tick));
    assert_eq!(rates, [50.0, 50.0, 120.0, 120.0, 20.0, 20.0]);
    let ramp = Load::Ramp(points);
    let rates = [0, 5, 10, 12, 14, 99].map(|tick| ramp.at(tick));
    assert_eq!(rates, [50.0, 85.0, 120.0, 70.0, 20.0, 20.0]);
}

/// The example of the page is one.
#[test]
fn the_page_of_traffic_shows_a_scenario() {
    let page =
        std::fs::read_to_string(firewatch_tests::workspace().join("docs/traffic.md")).unwrap();
    let shown = page.split("```ron\n").nth(1).unwrap();
    let shown = shown.split("\n```").next().unwrap();
    let scenario = Scenario::parse("x.ron", shown).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(scenario.warnings(), []);
    let mut playback = firewatch_response::Playback::new(scenario).unwrap();
    while playback.tick().unwrap() {}
}

/// Rates, level and shape reach the engine, and what is left out has its default there.
#[test]
fn the_engine_gets_what_is_said() {
    let text = with(
        "users: [(service: \"a\", rps: ramp([(0, 10), (4, 50)]), patience_s: 4)], \
         faults: [(knobs: (error_ratio: 0.5), service: \"a\", start_tick: 2, for_ticks: 3, level: 0.5)]",
    );
    let scenario = Scenario::parse("x.ron", &text).unwrap();
    let mut playback = firewatch_response::Playback::new(scenario).unwrap();
    let mut sent = Vec::new();
    let mut served = Vec::new();
    while playback.tick().unwrap() {
        let view = playback.view();
        let users = view.traffic().unwrap().users().next().unwrap();
        assert_eq!((users.name, users.patience_s), ("a", 4.0));
        assert_eq!(users.latency_bound_s(), 2.0);
        sent.push(users.traffic.sent_rps);
        served.push(users.served().unwrap());
    }
    for (sent, stated) in sent.iter().zip([10.0, 20.0, 30.0, 40.0, 50.0, 50.0]) {
        assert!(
            (sent - stated).abs() < 1e-9 * stated,
            "{sent}, not {stated}"
        );
    }
    // The customers are the users: what they suffer counts, until two ticks without it.
    let impact = playback.impact();
    assert_eq!(
        impact.bad_customer_minutes,
        playback.view().impact().bad_customer_minutes
    );
    assert!(impact.bad_customer_minutes > 0.0);
    assert_eq!(impact.mttm_tick, Some(6));
    let is_whole = |share: f64| (share - 1.0).abs() < 1e-6;
    assert!(served[..2].iter().copied().all(is_whole), "{served:?}");
    assert!(
        served[2..5].iter().all(|share| (share - 0.75).abs() < 0.02),
        "{served:?}"
    );
    assert!(served[6..].iter().copied().all(is_whole), "{served:?}");
}

#[test]
fn what_happens_is_told() {
    use firewatch_response::EventKind;
    let text = with(
        "users: [(service: \"a\", rps: [(0, 10), (4, 50)])], \
         faults: [(knobs: (down: true), service: \"b\", start_tick: 2, for_ticks: 3)], \
         timeline: [(tick: 6, do: turn_users(\"a\", {\"rate_factor\": 0.5})), (tick: 7, do: restart(\"a\"))]",
    );
    let mut playback =
        firewatch_response::Playback::new(Scenario::parse("x.ron", &text).unwrap()).unwrap();
    while playback.tick().unwrap() {}
    let at = |is_it: fn(&EventKind) -> bool| {
        let told = playback.events().iter().filter(|event| is_it(&event.kind));
        told.map(|event| event.tick).collect::<Vec<_>>()
    };
    assert_eq!(
        at(
            |event| matches!(event, EventKind::FaultActive { turns: Some(turns), .. } if turns == "down")
        ),
        [2]
    );
    assert_eq!(
        at(|event| matches!(event, EventKind::FaultOver { .. })),
        [5]
    );
    assert_eq!(
        at(|event| matches!(
            event,
            EventKind::LoadChanged {
                rps: 50.0,
                by_tick: None,
                ..
            }
        )),
        [4]
    );
    assert_eq!(
        at(|event| matches!(event, EventKind::KnobTurned { value: 0.5, .. })),
        [6]
    );
    assert_eq!(
        at(|event| matches!(event, EventKind::Restarted { .. })),
        [7]
    );
}

#[test]
fn a_sweep_varies_numbers_of_services_and_users() {
    let text = with(
        "users: [(service: \"a\", rps: [(0, 10), (4, 50)])], \
         sweep: (metric: {\"a\": {\"rps\": [5, 7.5], \"instances\": [1, 3]}, \"b\": {\"work_ms\": [20]}})",
    );
    let scenario = Scenario::parse("x.ron", &text).unwrap();
    let plan = firewatch_scenario::SweepPlan::new(&scenario);
    assert_eq!(plan.runs(), 4);
    let last = plan.scenario(3);
    assert_eq!(plan.problems(3), []);
    assert_eq!(last.users[0].rps, Load::Constant(7.5));
    assert_eq!(last.services[0].capacity.instances, Some(3));
    assert_eq!(last.services[1].capacity.work_s(), 0.02);
    for (axis, path) in [
        (
            "{\"a\": {\"instances\": [0]}}",
            "sweep.metric[\"a\"][\"instances\"][0]",
        ),
        (
            "{\"a\": {\"instances\": [1, 2.5]}}",
            "sweep.metric[\"a\"][\"instances\"][1]",
        ),
        ("{\"b\": {\"rps\": [5]}}", "sweep.metric[\"b\"]@key"),
        ("{\"c\": {\"work_ms\": [5]}}", "sweep.metric[\"c\"]@key"),
    ] {
        let text = with(&format!(
            "users: [(service: \"a\", rps: 5)], sweep: (metric: {axis})"
        ));
        let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
        let paths: Vec<&str> = problems.iter().map(|problem| &*problem.path).collect();
        assert_eq!(paths, [path], "{problems:?}");
    }
    // In the classic physics they are no metrics.
    let text = with("sweep: (metric: {\"a\": {\"instances\": [1]}})");
    let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
    assert_eq!(problems[0].code.name(), "unknown-metric");
}

/// A scenario in which every number of calls, of users, of a service and of a fault can be varied.
fn with_policies(sweep: &str) -> String {
    format!(
        "Scenario(name: \"x\", difficulty: easy, users: [(service: \"web\", rps: 50)], services: {{ \
            \"web\": (calls: [(to: \"db\", breaker: (open_s: 20), cache: (hit_share: 0.5)), \"log\"]), \
            \"db\": (start_up_ticks: 2, autoscaling: (target_utilization: 0.5, min: 1, max: 4)), \"log\": () }}, \
            faults: [(kind: bad_deploy, service: \"db\")], sweep: ({sweep}))"
    )
}

#[test]
fn a_sweep_varies_calls_policies_and_levels() {
    let of_calls = [
        ("timeout_s", 0.25),
        ("retries", 3.0),
        ("backoff_s", 0.0),
        ("share", 0.5),
        ("failure_ratio", 0.9),
        ("min_requests", 7.0),
        ("window_s", 5.0),
        ("open_s", 15.0),
        ("hit_share", 0.75),
        ("warm_up_s", 60.0),
    ];
    let of_db = [
        ("start_up_ticks", 3.0),
        ("target_utilization", 0.7),
        ("min", 2.0),
        ("max", 8.0),
    ];
    let list = |fields: &[(&str, f64)]| {
        let fields = fields
            .iter()
            .map(|(name, value)| format!("{name:?}: [{value}]"));
        fields.collect::<Vec<_>>().join(", ")
    };
    let sweep = format!(
        "metric: {{\"web -> db\": {{{}}}, \"web -> log\": {{\"retries\": [1]}}, \"db\": {{{}}}}}, level: [0.1, 0.5]",
        list(&of_calls),
        list(&of_db)
    );
    let scenario = Scenario::parse("x.ron", &with_policies(&sweep)).unwrap();
    let plan = firewatch_scenario::SweepPlan::new(&scenario);
    assert_eq!((plan.runs(), plan.problems(1)), (2, Vec::new()));
    let last = plan.scenario(1);
    let Calls::Named(calls) = &last.services[0].calls else {
        panic!("they are named")
    };
    let (breaker, cache) = (calls[0].breaker.unwrap(), calls[0].cache.unwrap());
    let own = [
        calls[0].timeout_s(),
        calls[0].retries() as f64,
        calls[0].backoff_s(),
        calls[0].share(),
    ];
    let of_breaker = [
        breaker.failure_ratio(),
        breaker.min_requests() as f64,
        breaker.window_s(),
        breaker.open_s(),
    ];
    let all = [
        &own[..],
        &of_breaker,
        &[cache.hit_share(), cache.warm_up_s()],
    ]
    .concat();
    assert_eq!(all, of_calls.map(|(_, value)| value));
    assert_eq!(calls[1].retries(), 1);
    let capacity = &last.services[1].capacity;
    let scaling = capacity.autoscaling.unwrap();
    assert_eq!(
        (
            capacity.start_up_ticks(),
            scaling.target_utilization,
            scaling.min,
            scaling.max
        ),
        (3, 0.7, 2, 8)
    );
    assert_eq!(last.faults[0].level, Some(0.5));
    // Written and read again it is the same.
    assert_eq!(
        Scenario::parse("x.ron", &scenario.to_string()),
        Ok(scenario)
    );
}

#[test]
fn a_sweep_of_what_is_not_there_is_told_by_name() {
    for (sweep, path, message) in [
        (
            "metric: {\"web -> dv\": {\"retries\": [1]}}",
            "sweep.metric[\"web -> dv\"]@key",
            "unknown service `dv`",
        ),
        (
            "metric: {\"db -> web\": {\"retries\": [1]}}",
            "sweep.metric[\"db -> web\"]@key",
            "`db` does not call `web`",
        ),
        (
            "metric: {\"web -> log\": {\"open_s\": [1]}}",
            "sweep.metric[\"web -> log\"]@key",
            "`web -> log` has no `breaker`",
        ),
        (
            "metric: {\"log\": {\"max\": [1]}}",
            "sweep.metric[\"log\"]@key",
            "`log` has no `autoscaling`",
        ),
        (
            "metric: {\"web -> db\": {\"retry\": [1]}}",
            "sweep.metric[\"web -> db\"][\"retry\"]@key",
            "calls have no number `retry` to vary",
        ),
        (
            "metric: {\"web -> db\": {\"share\": [0.5, 1.5]}}",
            "sweep.metric[\"web -> db\"][\"share\"][1]",
            "`sweep.metric[\"web -> db\"][\"share\"][1]` must be 0 to 1, not 1.5",
        ),
        (
            "metric: {\"web\": {\"timeout_s\": [1]}}",
            "sweep.metric[\"web\"][\"timeout_s\"]@key",
            "`timeout_s` is a number of calls, not of `web`",
        ),
        (
            "metric: {\"web->db\": {\"retries\": [1]}}",
            "sweep.metric[\"web->db\"]@key",
            "unknown service `web->db`",
        ),
        (
            "level: [1.5]",
            "sweep.level[0]",
            "`sweep.level[0]` must be 0 to 1, not 1.5",
        ),
    ] {
        let problems = Scenario::parse("x.ron", &with_policies(sweep))
            .unwrap_err()
            .problems;
        let told: Vec<_> = { problems.iter() }
            .map(|problem| (&*problem.path, &*problem.message))
            .collect();
        assert_eq!(told, [(path, message)]);
    }
    let classic = "Scenario(name: \"x\", difficulty: easy, services: {\"a\": ()}, \
        faults: [(kind: oom, service: \"a\")], sweep: (level: [0.5]))";
    let problems = Scenario::parse("x.ron", classic).unwrap_err().problems;
    assert_eq!(
        (problems[0].code.name(), &*problems[0].path),
        ("wrong-physics", "sweep.level")
    );
}

/// Points of a rate are lists in JSON: a file that is refused for something else says nothing of them.
#[test]
fn points_in_json_are_no_problem() {
    let of = |service: &str, rps: &str| {
        format!(
            "{{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {{\"a\": {{}}}}, \
             \"users\": [{{\"service\": \"{service}\", \"rps\": {rps}}}]}}"
        )
    };
    for rps in [
        "[[0, 50], [5, 20000.5]]",
        "{\"ramp\": [[0, 20000], [5, 20]]}",
    ] {
        let refused = Scenario::parse("x.json", &of("b", rps)).unwrap_err();
        let told: Vec<_> = refused
            .problems
            .iter()
            .map(|problem| &*problem.message)
            .collect();
        assert_eq!(told, ["unknown service `b`"], "{refused}");
        let options = firewatch_scenario::LoadOptions::new();
        let (_, warnings) = options.review_text("x.json", &of("a", rps)).unwrap();
        let codes: Vec<_> = warnings
            .problems
            .iter()
            .map(|warning| warning.code.name())
            .collect();
        let overloaded = rps.contains("ramp").then_some("overloaded");
        assert_eq!(
            codes,
            overloaded.into_iter().collect::<Vec<_>>(),
            "{warnings}"
        );
    }
    let wrong = Scenario::parse("x.json", &of("a", "[[0, 50], [5]]")).unwrap_err();
    assert_eq!(wrong.problems.len(), 1, "{wrong}");
    assert_eq!(wrong.problems[0].path, "users[0].rps[1]");
}
