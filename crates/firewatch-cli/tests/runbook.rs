//! `firewatch run --runbook` as a process.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use support::{assert_contains, json, run, stdout, text};

const FOLDER: &str = "tests/fixtures/answer";
const INCIDENT: &str = "tests/fixtures/answer/incident.ron";
/// A runbook that wins.
const FIX: &str = "tests/fixtures/answer/fix.ron";
/// A runbook that loses, with failing expectations.
const GUESS: &str = "tests/fixtures/answer/guess.ron";
/// A runbook with an unknown action and an unknown service.
const UNFIT: &str = "tests/fixtures/answer/unfit.ron";

#[test]
fn a_run_is_held_against_what_the_runbook_expects() {
    let told = stdout(0, &["run", INCIDENT, "--runbook", FIX]);
    let wanted = [
        "runbook: Roll back (3 actions)",
        "bad_deploy halted",
        "declared resolved",
        "wrong actions         0",
        "✓ at_end(grade(ge(0.8)))",
        "✓ by_tick(8, status(\"auth-service\", ge(degraded)))",
    ];
    assert_contains(&told, &wanted);
    // It only holds without a response.
    assert!(!told.contains("at_end(status"), "{told}");
    let alone = stdout(0, &["run", INCIDENT]);
    assert_contains(&alone, &["✓ at_end(status(\"auth-service\", down))"]);
    assert!(!alone.contains("wrong actions"), "{alone}");
}

#[test]
fn a_runbook_that_fails_ends_with_1() {
    let told = stdout(1, &["run", INCIDENT, "--runbook", GUESS]);
    let wanted = [
        "restart_service (wrong action)",
        "wrong actions         2",
        "✗ at_end(wrong_actions(0))",
        "✗ at_end(reward(gt(0)))",
    ];
    assert_contains(&told, &wanted);
}

#[test]
fn a_bad_runbook_ends_with_2_and_says_where() {
    let output = run(2, &["run", INCIDENT, "--runbook", UNFIT]);
    let wanted = [
        "unfit.ron:4:20",
        "did you mean `rollback_deploy`?",
        "unknown service `search-service`",
    ];
    assert_contains(&text(&output.stderr), &wanted);
    assert_eq!(text(&output.stdout), "");
    let swapped = run(2, &["run", FIX, "--runbook", FIX]);
    let wanted = ["this is a runbook, not a scenario", "--runbook"];
    assert_contains(&text(&swapped.stderr), &wanted);
    let swapped = run(2, &["run", INCIDENT, "--runbook", INCIDENT]);
    assert_contains(&text(&swapped.stderr), &["write `Runbook("]);
    let absent = run(2, &["run", INCIDENT, "--runbook", "none.ron"]);
    assert_contains(&text(&absent.stderr), &["none.ron"]);
}

#[test]
fn results_are_not_written_over_what_they_come_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let runbook = folder.path().join("fix.ron");
    std::fs::copy("tests/fixtures/answer/fix.ron", &runbook).expect("it is copied");
    let path = runbook.to_str().expect("a path in UTF-8");
    let output = run(2, &["run", INCIDENT, "--runbook", path, "--out", path]);
    assert_contains(&text(&output.stderr), &["is an input of this command"]);
    let kept = std::fs::read_to_string(&runbook).expect("it is there");
    assert!(kept.starts_with("Runbook("), "{kept}");
}

#[test]
fn the_profile_of_the_command_line_counts() {
    let of = |profile: &str| {
        let arguments = ["run", INCIDENT, "--runbook", FIX, "--profile", profile];
        // The reference grades this response lower than the runbook expects.
        let code = i32::from(profile == "reference");
        let mut runs = json(code, &arguments);
        assert_eq!(runs[0]["profile"], profile);
        runs[0]["answer"]["reward"].take()
    };
    let standard = of("standard");
    assert_ne!(standard, of("reference"));
    assert_eq!(
        standard,
        json(0, &["run", INCIDENT, "--runbook", FIX])[0]["answer"]["reward"]
    );
}

#[test]
fn json_has_the_answer() {
    let runs = json(0, &["run", INCIDENT, "--runbook", FIX]);
    let answer = &runs[0]["answer"];
    assert_eq!(answer["runbook"], "Roll back");
    assert_eq!(answer["end"], "declared");
    assert_eq!(answer["wrong_actions"], 0);
    assert_eq!(answer["grade"]["recovery"], 1.0);
    let alone = json(0, &["run", INCIDENT]);
    assert_eq!(alone[0].get("answer"), None);
}

#[test]
fn each_seed_is_answered_as_alone() {
    let grades = json(0, &["run", INCIDENT, "--runbook", FIX, "--seeds", "3..6"]);
    let runs = grades[0]["runs"].as_array().expect("an array");
    assert_eq!(runs.len(), 3);
    for (seed, run) in (3..).zip(runs) {
        let arguments = ["run", INCIDENT, "--runbook", FIX, "--seed"];
        let alone = json(0, &[&arguments[..], &[&format!("{seed}")]].concat());
        assert_eq!(run["reward"], alone[0]["answer"]["reward"]);
        assert_eq!(run["grade"], alone[0]["answer"]["grade"]["total"]);
        assert_eq!(run["state_hash"], alone[0]["state_hash"]);
    }
}

#[test]
fn folders_may_hold_runbooks_beside_scenarios() {
    let told = stdout(0, &["run", FOLDER, "--quiet", "--runbook", FIX]);
    assert_contains(&told, &["1 scenario: 1 passed; expectations: 4 passed"]);
    // A runbook is checked against the incident when both are given.
    assert_contains(&stdout(0, &["check", FOLDER]), &["4 files, no problems"]);
}
