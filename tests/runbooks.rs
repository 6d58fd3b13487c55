//! Runbooks: what is said about wrong ones, that they are written back as they were read, and that a run
//! which one answers is the same as the episode with those actions.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose incidents can't be played fails"
)]

use std::fs;

use firewatch_action::{ActionCatalogue, ActionRequest, Comparison, Operator, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_reference::tasks;
use firewatch_response::score::EpisodeEnd;
use firewatch_response::{EventKind, FleetPlayback, Playback, Responder};
use firewatch_scenario::AlertName;
use firewatch_scenario::runbook::{RunbookCondition, RunbookStep};
use firewatch_scenario::{
    Check, Diagnostics, Difficulty, Expectation, Fact, FileKind, Quantity, Runbook, Scenario, When,
    generate,
};
use firewatch_sim::{Status, Value};
use firewatch_tests::{difference, files, property, workspace};
use proptest::prelude::*;

const INCIDENT: &str = r#"Scenario(
    name: "Bad deployment",
    difficulty: easy,
    services: ["api-gateway", "auth-service", "db-proxy"],
    faults: [(kind: bad_deploy, service: "auth-service")],
    expect: [by_tick(8, status("auth-service", ge(degraded)))],
    expect_unanswered: [at_end(status("auth-service", down))],
)"#;

fn incident() -> Scenario {
    Scenario::parse("incident.ron", INCIDENT).unwrap()
}

fn runbook(steps: &str) -> Runbook {
    let text = format!("Runbook(name: \"\", steps: [{steps}])");
    Runbook::parse_for("runbook.ron", &text, &incident()).unwrap_or_else(|e| panic!("{e}"))
}

/// The actions that were done, with the ticks behind which they were.
fn done(steps: &str) -> Vec<(u64, String)> {
    let (scenario, runbook) = (incident(), runbook(steps));
    let mut playback = Playback::answered(scenario.clone(), runbook.clone()).unwrap();
    while playback.tick().unwrap() {}
    let events = playback.take_events().into_iter();
    let actions = events.filter_map(|event| match event.kind {
        EventKind::ActionTaken { action, .. } => Some((event.tick, action)),
        _ => None,
    });
    actions.collect()
}

fn at(ticks: &[u64]) -> Vec<(u64, String)> {
    ticks
        .iter()
        .map(|tick| (*tick, "escalate".to_owned()))
        .collect()
}

#[test]
fn a_step_is_done_behind_each_tick_from_the_second_on() {
    const E: &str = r#"action("escalate")"#;
    assert_eq!(done(&format!("{E}, {E}, {E}")), at(&[2, 3, 4]));
    assert_eq!(done(&format!("wait(1), {E}, wait(3), {E}")), at(&[3, 7]));
    assert_eq!(done(&format!("wait_until(tick(ge(6))), {E}")), at(&[6]));
    // What holds already takes no time.
    assert_eq!(done(&format!("wait_until(all_healthy), {E}")), at(&[2]));
    // No longer than that.
    assert_eq!(done(&format!("wait_until(mitigated, 4), {E}")), at(&[6]));
    assert_eq!(done(&format!("wait_until(mitigated), {E}")), at(&[]));
    // The last tick can be answered, too.
    assert_eq!(done(&format!("wait(18), {E}, {E}")), at(&[20]));
    assert_eq!(done(&format!("wait(19), {E}")), at(&[]));
}

#[test]
fn conditions_choose() {
    let when = |condition: &str| {
        let steps = format!(
            r#"wait_until(tick(8)), when({condition}, [action("escalate")], [action("declare_resolved")])"#
        );
        match done(&steps).as_slice() {
            [(8, action)] => action == "escalate",
            other => panic!("{other:?}"),
        }
    };
    for condition in [
        r#"status("auth-service", ge(critical))"#,
        r#"metric("auth-service", "http_server_error_rate", gt(0.5))"#,
        r#"alert("auth-service")"#,
        r#"alert("auth-service", high_error_rate)"#,
        "unhealthy_services(ge(1))",
        "slo_budget(lt(30))",
        "bad_customer_minutes(gt(0))",
        "reward(lt(0))",
        "not(mitigated)",
        "all([tick(8), not(all_healthy)])",
        r#"any([alert("db-proxy"), alert("auth-service")])"#,
    ] {
        assert!(when(condition), "{condition}");
        assert!(!when(&format!("not({condition})")), "{condition}");
    }
    for condition in [
        r#"alert("db-proxy")"#,
        r#"alert("auth-service", memory_pressure)"#,
        "any([])",
        "mttm(le(20))",
    ] {
        assert!(!when(condition), "{condition}");
    }
}

/// What is told once the incident is over is no condition, wherever it stands; the reference tells it at once.
#[test]
fn conditions_ask_for_nothing_that_is_told_at_the_end() {
    let reference = INCIDENT.replacen("difficulty", "profile: reference, difficulty", 1);
    let reference = Scenario::parse("incident.ron", &reference).unwrap();
    for condition in [
        "wrong_actions(0)",
        "not(wrong_actions(0))",
        "any([grade(gt(0.5))])",
    ] {
        let text = format!("Runbook(name: \"\", steps: [when({condition}, [], [wait(1)])])");
        let refused = Runbook::parse_for("runbook.ron", &text, &incident()).unwrap_err();
        assert_eq!(refused.problems.len(), 1, "{refused}");
        assert_eq!(refused.problems[0].code.name(), "not-observable");
        let help = refused.problems[0].help.as_deref().unwrap();
        assert!(help.contains("`at_end("), "{help}");
        // A runbook alone may be for the reference profile.
        Runbook::parse("runbook.ron", &text).unwrap();
        Runbook::parse_for("runbook.ron", &text, &reference).unwrap();
    }
    let json = r#"{"name": "", "steps": [{"wait_until": {"wrong_actions": 0}}]}"#;
    let refused = Runbook::parse_for("runbook.json", json, &incident()).unwrap_err();
    assert_eq!(
        refused.problems[0].code.name(),
        "not-observable",
        "{refused}"
    );
}

#[test]
fn steps_of_a_when_are_done_in_their_place() {
    let steps = r#"when(all_healthy, [wait(1), when(tick(3), [action("escalate"), wait(1)])]),
                   action("escalate")"#;
    assert_eq!(done(steps), at(&[3, 5]));
}

#[test]
fn an_answer_is_scored_and_expected_of() {
    let scenario = incident();
    let text = r#"Runbook(name: "Roll back", steps: [
        wait_until(alert("auth-service")),
        action("rollback_deploy", "api-gateway"),
        action("rollback_deploy", "auth-service"),
        wait_until(all_healthy),
        action("declare_resolved"),
    ], expect: [
        at_end(grade(ge(0.7))),
        at_end(wrong_actions(0)),
        by_tick(10, wrong_actions(1)),
        at_tick(2, grade(gt(0.01))),
        at_end(reward(gt(0))),
    ])"#;
    let runbook = Runbook::parse_for("roll-back.ron", text, &scenario).unwrap();
    let mut playback = Playback::answered(scenario.clone(), runbook.clone()).unwrap();
    while playback.tick().unwrap() {}
    let score = playback.score().unwrap();
    assert_eq!(score.end(), Some(EpisodeEnd::Declared));
    assert_eq!(score.wrong_actions(), 1);
    let passed: Vec<bool> = playback.verdicts().iter().map(|v| v.passed()).collect();
    // The scenario's, but for what it expects unanswered; then the runbook's.
    assert_eq!(passed, [true, true, false, true, false, true]);
    let failed = format!("{:?}", playback.verdicts()[4].outcome);
    assert!(failed.contains("the answer has not ended"), "{failed}");

    let mut unanswered = Playback::new(scenario.clone()).unwrap();
    while unanswered.tick().unwrap() {}
    assert!(unanswered.score().is_none(), "nobody asks for it");
    assert!(unanswered.verdicts().iter().all(|verdict| verdict.passed()));
}

#[test]
fn a_timeline_is_an_answer_like_the_runbook_with_its_actions() {
    let timeline = INCIDENT.replace(
        "expect:",
        r#"timeline: [
            (tick: 5, do: action("restart_service", "db-proxy")),
            (tick: 7, do: action("rollback_deploy", "auth-service")),
            (tick: 15, do: action("declare_resolved")),
        ],
        expect: [at_end(grade(ge(0.5))), at_end(wrong_actions(1))], expect_once:"#,
    );
    let timeline = &timeline[..timeline.find(", expect_once").unwrap()];
    let scenario = Scenario::parse("timeline.ron", &format!("{timeline})")).unwrap();
    let mut by_timeline = Playback::new(scenario.clone()).unwrap();
    while by_timeline.tick().unwrap() {}
    let verdicts = by_timeline.verdicts();
    assert!(verdicts.iter().all(|v| v.passed()), "{verdicts:?}");

    let (plain, answer) = (
        incident(),
        runbook(
            r#"wait(3), action("restart_service", "db-proxy"), wait(1),
               action("rollback_deploy", "auth-service"), wait(7), action("declare_resolved")"#,
        ),
    );
    let mut by_runbook = Playback::answered(plain.clone(), answer.clone()).unwrap();
    while by_runbook.tick().unwrap() {}
    let of = |playback: &Playback| {
        let score = playback.score().unwrap();
        (score.grade(), score.total_reward(), score.end())
    };
    assert_eq!(of(&by_timeline), of(&by_runbook));
}

/// What a scenario does to itself is no part of the answer of a runbook, as in an episode.
#[test]
fn actions_of_the_timeline_are_not_charged_to_a_runbook() {
    let own = INCIDENT.replace(
        "expect: [",
        r#"timeline: [
            (tick: 3, do: action("restart_service", "db-proxy")),
            (tick: 5, do: action("declare_resolved")),
        ],
        expect: ["#,
    );
    let scenario = Scenario::parse("own.ron", &own).unwrap();
    let text = r#"Runbook(name: "", steps: [wait(2), action("fetch_logs", "auth-service")])"#;
    let runbook = Runbook::parse_for("runbook.ron", text, &scenario).unwrap();
    compare(&scenario, &runbook);
    let mut playback = Playback::answered(scenario.clone(), runbook.clone()).unwrap();
    while playback.tick().unwrap() {}
    let score = playback.score().unwrap();
    assert_eq!(
        (score.wrong_actions(), score.end()),
        (0, Some(EpisodeEnd::OutOfTicks))
    );
}

#[test]
fn sorts_of_files_are_told_apart() {
    for runbook in [
        "// What it is.\n/* more */ Runbook (name: \"\")",
        "Runbook /* of ours */ (",
        "/* outer /* inner */ outer */ Runbook(",
        "\u{feff}Runbook(",
        "#![enable(implicit_some)]\n#![enable(unwrap_newtypes, implicit_some)] Runbook(",
    ] {
        assert_eq!(FileKind::of(runbook), FileKind::Runbook, "{runbook}");
    }
    assert_eq!(FileKind::of("//\nActions(actions: {})"), FileKind::Actions);
    for other in [
        "Scenario(",
        "(name: \"\")",
        "",
        "// Runbook(",
        "/* Runbook(",
        "Runbooks(",
        "#![enable(implicit_some) Runbook(",
        "#",
    ] {
        assert_eq!(FileKind::of(other), FileKind::Scenario, "{other}");
    }
}

#[test]
fn every_message_is_as_agreed() {
    let folder = workspace().join("tests/fixtures/malformed-runbooks");
    let runbooks = files(&folder, "ron");
    assert!(runbooks.len() >= 5);
    let mut different = Vec::new();
    for file in runbooks {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let read = if name == "without-an-incident.ron" {
            Runbook::parse(&name, &text)
        } else {
            Runbook::parse_for(&name, &text, &incident())
        };
        let said: Diagnostics = match read {
            Err(diagnostics) => diagnostics,
            Ok(_) => panic!("{name} is not malformed"),
        };
        different.extend(difference(&file.with_extension("txt"), &said.render(false)));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// A run that a runbook answers, beside an episode in which the same is done, to the bit.
fn compare(scenario: &Scenario, runbook: &Runbook) {
    let mut playback = Playback::answered(scenario.clone(), runbook.clone()).unwrap();
    let mut episode = Episode::new(scenario.profile);
    episode
        .reset(&EpisodeRequest::scenario(scenario.clone()))
        .unwrap();
    assert!(playback.tick().unwrap());
    let mut responder = Responder::new(runbook.clone());
    let mut total = 0.0;
    while episode.end().is_none() {
        let (view, score) = (episode.view().unwrap(), episode.score().unwrap());
        let next = responder.next(&view, score).cloned();
        let step = episode.step(&next.unwrap_or_else(|| ActionRequest::untargeted("wait")));
        total += step.map_or(0.0, |step| step.reward.total);
        assert!(playback.tick().unwrap());
        // Behind its last tick a run is where an episode is behind each of its steps.
        if playback.tick_count() == playback.ticks() {
            let states = [playback.view(), episode.view().unwrap()];
            let [run, alone] = states.map(|view| view.state_hash());
            assert_eq!(run, alone, "{}: {runbook}", scenario.name);
        }
    }
    while playback.tick().unwrap() {}
    let score = playback.score().unwrap();
    assert_eq!(score.end(), episode.end());
    assert_eq!(
        score.grade(),
        episode.grade(),
        "{}: {runbook}",
        scenario.name
    );
    assert!((score.total_reward() - total).abs() < 1e-4);

    let scenarios = [scenario.clone(), incident(), scenario.clone()];
    let mut fleet = FleetPlayback::answered(scenarios.clone(), runbook.clone()).unwrap();
    let mut hash = None;
    while fleet.tick().unwrap() {
        if fleet.ended().contains(&2) {
            hash = Some(fleet.fleet().read(2, |view| view.state_hash()).unwrap());
        }
    }
    assert_eq!(hash, Some(playback.view().state_hash()));
    let in_fleet = fleet.scripts()[2].score().unwrap();
    assert_eq!(in_fleet.grade(), score.grade());
    assert_eq!(in_fleet.total_reward(), score.total_reward());
}

/// A random sequence of actions and waits.
fn any_runbook(services: Vec<String>, profile: Profile) -> impl Strategy<Value = Runbook> {
    let actions: Vec<(String, bool)> = { ActionCatalogue::built_in(profile).actions().iter() }
        .map(|action| (action.name().to_owned(), action.needs_target()))
        .collect();
    let action = (
        prop::sample::select(actions),
        prop::sample::select(services.clone()),
    )
        .prop_map(|((name, needs_target), service)| {
            let target = needs_target.then_some(service);
            RunbookStep::Act(ActionRequest {
                name,
                target,
                ..ActionRequest::default()
            })
        });
    let condition = any_condition(services);
    let wait = (1_u64..4).prop_map(RunbookStep::Wait);
    let until = (condition.clone(), prop::option::of(1_u64..5));
    let until = until.prop_map(|(condition, limit)| RunbookStep::WaitUntil(condition, limit));
    let simple = prop_oneof![6 => action, 1 => wait, 1 => until].boxed();
    let some = prop::collection::vec(simple.clone(), 0..3);
    let when = (condition, some.clone(), some)
        .prop_map(|(condition, then, others)| RunbookStep::When(condition, then, others));
    prop::collection::vec(prop_oneof![5 => simple, 1 => when], 0..25).prop_map(|steps| Runbook {
        name: "Random".to_owned(),
        steps,
        ..Runbook::default()
    })
}

fn any_condition(services: Vec<String>) -> BoxedStrategy<RunbookCondition> {
    let service = prop::sample::select(services);
    let names = prop::option::of(prop::sample::select(AlertName::ALL));
    let number = |operator, with| Comparison { operator, with };
    let simple = prop_oneof![
        (service.clone(), names).prop_map(|(service, name)| RunbookCondition::Alert(service, name)),
        service
            .clone()
            .prop_map(|service| RunbookCondition::Check(Check::Status(
                service,
                Comparison {
                    operator: Operator::Ge,
                    with: Status::Degraded,
                }
            ))),
        service.prop_map(|service| RunbookCondition::Check(Check::Metric(
            service,
            "process_memory_utilization".to_owned(),
            Comparison {
                operator: Operator::Lt,
                with: Value::Float(0.5),
            }
        ))),
        (3_u32..15)
            .prop_map(move |tick| RunbookCondition::Tick(number(Operator::Ge, f64::from(tick)))),
        Just(RunbookCondition::Check(Check::Fact(Fact::Mitigated))),
        Just(RunbookCondition::Check(Check::Quantity(
            Quantity::Reward,
            number(Operator::Gt, 0.1)
        ))),
    ];
    simple
        .prop_recursive(2, 6, 2, |inner| {
            let some = prop::collection::vec(inner.clone(), 0..3);
            prop_oneof![
                inner.prop_map(|condition| RunbookCondition::Not(Box::new(condition))),
                some.clone().prop_map(RunbookCondition::All),
                some.prop_map(RunbookCondition::Any),
            ]
        })
        .boxed()
}

fn names(scenario: &Scenario) -> Vec<String> {
    let services = scenario.services.iter();
    services.map(|service| service.name.clone()).collect()
}

/// An incident of any sort with an answer to it.
fn answered() -> impl Strategy<Value = (Scenario, Runbook)> {
    let drawn = (prop::sample::select(Difficulty::ALL), any::<u64>());
    let drawn = drawn.prop_map(|(difficulty, seed)| generate(difficulty, seed));
    let tasks: Vec<Scenario> = tasks().iter().map(|task| task.scenario.clone()).collect();
    let scenario = prop_oneof![drawn, prop::sample::select(tasks)];
    let profiles = prop::sample::select(Profile::ALL);
    (scenario, profiles).prop_flat_map(|(scenario, profile)| {
        let scenario = Scenario {
            profile,
            ..scenario
        };
        let runbook = any_runbook(names(&scenario), profile);
        (Just(scenario), runbook)
    })
}

proptest! {
    #![proptest_config(property(96))]

    #[test]
    fn a_run_with_a_runbook_is_the_episode_with_its_actions((scenario, runbook) in answered()) {
        compare(&scenario, &runbook);
    }

    #[test]
    fn a_runbook_is_written_back_as_it_was_read((scenario, mut runbook) in answered()) {
        runbook.description = "Quotes \" and \\ and\nlines".to_owned();
        runbook.expect = vec![Expectation {
            when: When::AtEnd,
            check: Check::Quantity(
                Quantity::Grade,
                Comparison { operator: Operator::Ge, with: 0.5 },
            ),
        }];
        prop_assert!(runbook.problems(&scenario).is_empty(), "{:?}", runbook.problems(&scenario));
        let text = runbook.to_string();
        let again = Runbook::parse_for("again.ron", &text, &scenario);
        prop_assert_eq!(again.map_err(|e| e.to_string()), Ok(runbook), "{}", text);
    }
}
