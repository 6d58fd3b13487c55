//! Every file below `scenarios/` is well written, holds what it expects, and could have failed.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't play its files fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

use firewatch_response::Playback;
use firewatch_scenario::{Difficulty, Fact, Physics, Quantity, Runbook, Scenario, When};
use firewatch_sim::{Engine, FaultKind, ImpactMode, METRICS};
use firewatch_tests::{scenarios, workspace};

/// Seeds that each file is played with, besides its own.
const SEEDS: u64 = 20;

/// Plays to the end; the expectations that failed, and the hash of the last state.
fn play(scenario: &Scenario) -> (Vec<String>, u64) {
    let mut playback = Playback::new(scenario.clone()).expect("the scenario has no problems");
    while playback.tick().expect("the scenario has no problems") {}
    let failed = playback.verdicts().into_iter().filter(|v| !v.passed());
    let failed = failed.map(|v| format!("{}: {:?}", v.expectation, v.outcome));
    (failed.collect(), playback.simulation().state_hash())
}

#[test]
fn every_expectation_holds_and_the_run_repeats() {
    let mut all_failed = Vec::new();
    for (file, scenario) in scenarios() {
        let file = file.display();
        assert!(
            (2..=8).contains(&scenario.expectations(None).count()),
            "{file}"
        );
        let (failed, hash) = play(&scenario);
        all_failed.extend(failed.into_iter().map(|failed| format!("{file}: {failed}")));
        assert_eq!(hash, play(&scenario).1, "{file} runs to another hash");
    }
    assert!(all_failed.is_empty(), "{all_failed:#?}");
}

/// What the comments derive by hand follows from the rules, not from the baselines that were drawn.
#[test]
fn every_expectation_holds_with_other_seeds() {
    for (file, scenario) in scenarios() {
        for seed in 1..=SEEDS {
            let reseeded = scenario.clone().with_seed(seed);
            let (failed, _) = play(&reseeded);
            assert!(
                failed.is_empty(),
                "{} with seed {seed}: {failed:#?}",
                file.display()
            );
        }
    }
}

#[test]
fn every_file_is_written_back_as_the_same_scenario() {
    for (file, scenario) in scenarios() {
        let text = scenario.to_string();
        match Scenario::parse_with("written back", &text, file.parent()) {
            Ok(again) => {
                // Kinds are equal only to themselves: those of a file that is read twice are other ones.
                assert_eq!(
                    again.custom_fault_kinds.names(),
                    scenario.custom_fault_kinds.names()
                );
                let again = Scenario {
                    fault_kinds: scenario.fault_kinds.clone(),
                    custom_fault_kinds: scenario.custom_fault_kinds.clone(),
                    ..again
                };
                assert_eq!(again, scenario, "{}", file.display());
            }
            Err(problems) => panic!("{}:\n{problems}", file.display()),
        }
    }
}

/// What held at some time never fails to hold, and what never held does not always hold.
#[test]
fn every_expectation_fails_when_it_is_turned_around() {
    for (file, mut scenario) in scenarios() {
        let Scenario {
            expect,
            expect_unanswered,
            ..
        } = &mut scenario;
        for expectation in expect.iter_mut().chain(expect_unanswered) {
            expectation.when = match expectation.when {
                When::Never => When::Always,
                _ => When::Never,
            };
        }
        let (failed, _) = play(&scenario);
        assert_eq!(
            failed.len(),
            scenario.expectations(None).count(),
            "{}: only these fail: {failed:#?}",
            file.display()
        );
    }
}

#[test]
fn every_incident_matters_to_what_is_expected() {
    for (file, mut scenario) in scenarios() {
        if scenario.faults.is_empty() && scenario.timeline.is_empty() {
            continue;
        }
        scenario.faults.clear();
        scenario.timeline.clear();
        // The single-fault engine does not run without its fault.
        scenario.engine = Engine::default();
        let (failed, _) = play(&scenario);
        assert!(
            !failed.is_empty(),
            "{} expects nothing of its faults and timeline",
            file.display()
        );
    }
}

/// What is to be learned from each incident that has been reported in public.
const QUESTIONS: [&str; 4] = [
    "// What failed first",
    "// Who was hit",
    "// What made it worse",
    "// What ended it",
];

/// The incidents that have been reported in public, by the names of their files.
const PUBLIC: [&str; 8] = [
    "backbone-withdrawn",
    "bot-rules-file-doubles",
    "memory-hog-at-the-hotel",
    "one-in-ten-for-half-a-minute",
    "search-after-a-burst",
    "service-catalogue-contends-with-itself",
    "three-experiments-on-a-sock-shop",
    "transit-gateway-after-the-holidays",
];

/// Their files, texts and scenarios.
fn public_incidents() -> impl Iterator<Item = (PathBuf, String, Scenario)> {
    PUBLIC.iter().map(|name| {
        let file = workspace().join(format!("scenarios/traffic/incidents/{name}.ron"));
        let text = fs::read_to_string(&file).expect("the file can be read");
        match Scenario::parse_with(name, &text, file.parent()) {
            Ok(scenario) => (file, text, scenario),
            Err(problems) => panic!("{problems}"),
        }
    })
}

/// Each answers the questions by what it expects.
#[test]
fn public_incidents_say_what_failed_who_was_hit_what_made_it_worse_and_what_ended_it() {
    for (file, text, scenario) in public_incidents() {
        let file = file.display();
        let (_, expected) = text.split_once("\n    expect: [").expect("expectations");
        for question in QUESTIONS {
            let (_, answer) = expected.split_once(question).expect(question);
            let answer = answer.lines().nth(1).unwrap_or_default().trim();
            let holds = ["at_tick(", "at_end(", "always(", "expect_unanswered: ["];
            assert!(
                holds.iter().any(|when| answer.starts_with(when)),
                "{file} expects nothing of it: {question}"
            );
        }
        assert_eq!(scenario.physics, Physics::Traffic, "{file}");
        assert!(scenario.warnings().is_empty(), "{file}");
    }
}

/// What ended it in public ends it here, and nothing else does.
#[test]
fn public_incidents_last_until_they_are_ended() {
    for (file, _, scenario) in public_incidents() {
        let runbook = runbook_of(&file, &scenario);
        let failed = play_answered(&scenario, &runbook);
        assert!(failed.is_empty(), "{}: {failed:#?}", file.display());
        let idle = Runbook {
            steps: Vec::new(),
            ..runbook
        };
        assert_lasts(&file, &play_answered(&scenario, &idle));
    }
}

/// What is expected of the end does not hold.
fn assert_lasts(file: &Path, failed: &[String]) {
    assert!(
        failed
            .iter()
            .any(|failed| failed.starts_with("at_end(users(")),
        "{}: only these fail: {failed:#?}",
        file.display()
    );
}

/// The runbook of that name, which answers the incident.
fn runbook_of(file: &Path, scenario: &Scenario) -> Runbook {
    let name = file.file_name().expect("a file has a name");
    let file = workspace().join("scenarios/runbooks").join(name);
    match Runbook::load_for(&file, scenario) {
        Ok(runbook) => runbook,
        Err(problems) => panic!("{problems}"),
    }
}

/// Plays to the end with an answer; the expectations that failed.
fn play_answered(scenario: &Scenario, runbook: &Runbook) -> Vec<String> {
    let answered = Playback::answered(scenario.clone(), runbook.clone());
    let mut playback = answered.expect("the runbook fits");
    while playback.tick().expect("it can be played") {}
    let failed = playback.verdicts().into_iter().filter(|v| !v.passed());
    let failed = failed.map(|v| format!("{}: {:?}", v.expectation, v.outcome));
    failed.collect()
}

/// What a file can say, besides the names that the library lists.
const WORDS: &[&str] = &[
    "at_tick(",
    "by_tick(",
    "always(",
    "never(",
    "at_end(",
    "status(",
    "metric(",
    ", lt(",
    ", le(",
    "(gt(",
    "ge(",
    "ne(",
    "halt(",
    "inject(",
    "set(",
    "services: [",
    "services: {",
    "calls: catalogue",
    "calls: [",
    "(metrics: {",
    "extra_metrics: {",
    "start_tick:",
    "absent: true",
    "red_herrings:",
    "root_cause:",
    "prompt_injection:",
    "absent_services:",
    "adversarial_logs:",
    "slo_budget:",
    "slo_burn_per_tick:",
    "seed:",
    "sweep: (",
    "action(",
    "users: [",
    "rps: [(",
    "ramp([",
    "users(\"",
    "served(",
    "p99_s(",
    "patience_s:",
    "backoff_s:",
    "retries:",
    "instances:",
    "concurrency:",
    "work_ms:",
    "capacity_rps:",
    "queue_limit:",
    "zones:",
    "start_up_ticks:",
    "autoscaling:",
    "timeout_s:",
    "share:",
    "optional: true",
    "fallback:",
    "breaker: (",
    "cache: (",
    "asynchronous: true",
    "ended_by: [",
    "knobs: (",
    "level:",
    "shape: flapping(",
    "for_ticks:",
    "turn(",
    "turn_calls(",
    "turn_users(",
    "restart(",
];

#[test]
fn every_mechanism_and_every_word_of_the_language_has_a_file() {
    let scenarios = scenarios();
    assert!(scenarios.len() > 24, "only {} files", scenarios.len());
    let text: String = scenarios.iter().map(|(_, s)| s.to_string()).collect();
    let mut words: Vec<&str> = WORDS.to_vec();
    words.extend(FaultKind::BUILT_IN.iter().map(FaultKind::name));
    words.extend(Quantity::ALL.iter().map(|quantity| quantity.name()));
    words.extend(Fact::ALL.iter().map(|fact| fact.name()));
    words.extend(Difficulty::ALL.iter().map(|difficulty| difficulty.name()));
    words.extend(METRICS.iter().filter(|m| !m.always).map(|m| m.name));
    // What is the default is left out of a file.
    let engines = Engine::CLASSIC
        .into_iter()
        .filter(|e| *e != Engine::default());
    words.extend(engines.map(Engine::name));
    let modes = ImpactMode::ALL
        .into_iter()
        .filter(|m| *m != ImpactMode::default());
    words.extend(modes.map(ImpactMode::name));
    let missing: Vec<&str> = words
        .into_iter()
        .filter(|word| !text.contains(word))
        .collect();
    assert!(missing.is_empty(), "no file uses {missing:?}");
    assert!(
        scenarios.iter().any(|(_, scenario)| scenario.generated),
        "no file is generated"
    );
}
