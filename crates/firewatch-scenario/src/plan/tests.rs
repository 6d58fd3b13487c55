//! The order of runs, and what each changes.

use firewatch_sim::FaultKind;

use super::*;
use crate::model::TimelineAction;
use crate::sweep::Halt;

const HALTED: &str = r#"Scenario(
        name: "x", difficulty: easy,
        services: ["api-gateway", "auth-service", "db-proxy"],
        faults: [(kind: oom, service: "auth-service"), (kind: oom, service: "db-proxy", start_tick: 1)],
        timeline: [
            (tick: 2, do: halt("auth-service")),
            (tick: 3, do: inject((kind: oom, service: "auth-service"))),
            (tick: 4, do: halt("db-proxy")),
            (tick: 5, do: halt("auth-service")),
        ],
        expect: [at_end(all_healthy)],
        sweep: SWEEP,
    )"#;

fn plan(sweep: &str) -> SweepPlan {
    let text = HALTED.replace("SWEEP", sweep);
    SweepPlan::new(&Scenario::parse("x.ron", &text).unwrap())
}

fn halts(scenario: &Scenario) -> Vec<(u64, &str)> {
    let halts = scenario
        .timeline
        .iter()
        .filter_map(|event| match &event.action {
            TimelineAction::Halt(service) => Some((event.tick, &**service)),
            _ => None,
        });
    halts.collect()
}

#[test]
fn a_plan_without_a_grid_is_the_scenario() {
    let plan = plan("()");
    let scenario = Scenario::parse("x.ron", &HALTED.replace("SWEEP", "()")).unwrap();
    let without_expectations = Scenario {
        expect: Vec::new(),
        expect_unanswered: Vec::new(),
        ..scenario
    };
    assert_eq!(plan.runs(), 1);
    assert_eq!(plan.scenario(0), without_expectations);
}

#[test]
fn halts_take_the_place_of_those_of_the_timeline() {
    let all = plan("(halt: [7, never])");
    let expected = [(7, "auth-service"), (7, "db-proxy")];
    assert_eq!(halts(&all.scenario(0)), expected);
    assert_eq!(halts(&all.scenario(1)), []);
    let one = plan(r#"(halt: {"auth-service": [7, never]})"#);
    assert_eq!(
        halts(&one.scenario(0)),
        [(4, "db-proxy"), (7, "auth-service")]
    );
    assert_eq!(halts(&one.scenario(1)), [(4, "db-proxy")]);
}

#[test]
fn faults_that_are_injected_vary_too() {
    let plan = plan(r#"(speed: {"auth-service": [3.0]}, kind: [bad_deploy])"#);
    let scenario = plan.scenario(0);
    let faults = scenario.all_faults();
    let faults: Vec<_> = faults.map(|f| (f.kind, &*f.service, f.speed)).collect();
    let kind = FaultKind::BAD_DEPLOY;
    let expected = [
        (kind, "auth-service", 3.0),
        (kind, "db-proxy", 1.0),
        (kind, "auth-service", 3.0),
    ];
    assert_eq!(faults, expected);
    assert_eq!(plan.columns(), ["speed:auth-service", "kind"]);
}

#[test]
fn runs_are_in_the_order_of_a_nested_loop() {
    let plan =
        plan("(seeds: [9, range(2, 4)], speed: [1, 2], kind: [oom, memory_leak], halt: [9])");
    let mut runs = 0..plan.runs();
    for seed in [9, 2, 3] {
        for speed in [1.0, 2.0] {
            for kind in [FaultKind::OOM, FaultKind::MEMORY_LEAK] {
                let settings = vec![
                    Setting::Speed(speed),
                    Setting::Kind(kind),
                    Setting::Halt(Halt::At(9)),
                ];
                let run = runs.next().unwrap();
                assert_eq!(plan.run(run), SweepRun { seed, settings });
                let scenario = plan.scenario(run);
                assert_eq!(scenario.seed, seed);
                assert!(
                    scenario
                        .faults
                        .iter()
                        .all(|f| f.speed == speed && f.kind == kind)
                );
            }
        }
    }
    assert_eq!(runs.next(), None);
}

#[test]
fn runbooks_vary_fastest() {
    let plan = plan("(seeds: [1, 2], start: {\"db-proxy\": [1, 3]})");
    let plan = plan.answered_by(vec!["a.ron".to_owned(), "b.ron".to_owned()]);
    assert_eq!((plan.runs(), plan.runs_per_seed()), (8, 4));
    assert_eq!(plan.columns(), ["start:db-proxy", "runbook"]);
    for (run, expected) in (0..8).zip([(1, 1), (1, 1), (1, 3), (1, 3), (2, 1), (2, 1)]) {
        let scenario = plan.scenario(run);
        assert_eq!((scenario.seed, scenario.faults[1].start_tick), expected);
        assert_eq!(scenario.faults[0].start_tick, 0);
        assert_eq!(plan.runbook(run) as u64, run % 2);
        let settings = plan.run(run).settings;
        assert_eq!(settings[1], Setting::Runbook(plan.runbook(run)));
    }
}

#[test]
fn pieces_are_the_plan_and_of_about_the_same_size() {
    let mut scenario = Scenario::parse("x.ron", &HALTED.replace("SWEEP", "()")).unwrap();
    for count in [1, 2, 7, 1_000_000_000_000] {
        let seeds = vec![Seeds { first: 5, count }];
        scenario.sweep = Sweep {
            seeds,
            ..Sweep::default()
        };
        let plan = SweepPlan::new(&scenario);
        for pieces in [1, 2, 3, 5, 16, 1000] {
            let mut end = 0;
            for piece in 1..=pieces {
                let runs = plan.piece(piece, pieces);
                assert_eq!(runs.start, end);
                assert!((runs.end - runs.start).abs_diff(count / pieces) <= 1);
                end = runs.end;
            }
            assert_eq!(end, count);
        }
    }
}

#[test]
fn a_run_without_the_fault_that_varies_has_a_problem() {
    let text = "Scenario(name: \"x\", difficulty: hard, sweep: (\
                    seeds: range(0, 50), speed: {\"auth-service\": [1]}))";
    let plan = SweepPlan::new(&Scenario::parse("x.ron", text).unwrap());
    let is_bad = |run: &u64| !plan.problems(*run).is_empty();
    let has_other = |run: &u64| plan.scenario(*run).faults[0].service != "auth-service";
    let bad: Vec<u64> = (0..plan.runs()).filter(is_bad).collect();
    let expected: Vec<u64> = (0..plan.runs()).filter(has_other).collect();
    assert!(!bad.is_empty() && bad.len() < 50);
    assert_eq!(bad, expected);
}
