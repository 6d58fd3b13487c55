//! `firewatch audit` as a process.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::process::Output;

use serde_json::Value;
use support::{assert_contains, text};

/// A good incident, with its runbook in a folder beside it.
const GOOD: &str = "tests/fixtures/audit/good/bad-deploy.ron";
const GOOD_RUNBOOK: &str = "tests/fixtures/audit/good/runbooks/bad-deploy.ron";
const HEALS: &str = "tests/fixtures/audit/bad/heals-by-itself.ron";
const BROKEN: &str = "tests/fixtures/broken.ron";
const FOLDER: &str = "tests/fixtures/audit";
const GUESS: &str = "tests/fixtures/answer/guess.ron";

/// A small number of random policies, for speed.
const QUICK: [&str; 3] = ["audit", "--random", "4"];

fn audit(code: i32, arguments: &[&str]) -> Output {
    support::run(code, &[&QUICK, arguments].concat())
}

fn stdout(code: i32, arguments: &[&str]) -> String {
    support::stdout(code, &[&QUICK, arguments].concat())
}

fn json(code: i32, arguments: &[&str]) -> Value {
    support::json(code, &[&QUICK, arguments].concat())
}

#[test]
fn a_good_incident_ends_with_0_and_shows_why() {
    let told = stdout(0, &[GOOD]);
    let wanted = [
        "✓ takes_effect    bad_deploy of auth-service: degraded at tick 2, without it healthy",
        "✓ runbooks        runbook \"Roll back\": it wins",
        "do nothing",
        "mean of 4 random",
        "runbook: Roll back",
        "1 incident: 1 good",
    ];
    assert_contains(&told, &wanted);
    // A winning runbook makes the search unnecessary.
    assert!(!told.contains("found:"), "{told}");
    assert_eq!(stdout(0, &[GOOD, "--quiet"]), "1 incident: 1 good\n");
}

#[test]
fn an_incident_that_is_not_good_ends_with_1_and_says_what_is_wrong() {
    let told = stdout(1, &[HEALS, "--quiet"]);
    let wanted = [
        "✗ inaction_loses  doing nothing wins\n",
        "→ take what halts faults and what acts out of the timeline",
        "goal(\"auth-service\", \"restart_count\", ge(0)): every policy meets it",
        "1 incident: 0 good, 1 not good",
    ];
    assert_contains(&told, &wanted);
    assert!(!told.contains('✓'), "{told}");
}

#[test]
fn a_scenario_that_is_not_in_order_ends_with_2_and_the_others_are_audited() {
    let output = audit(2, &["--quiet", BROKEN, HEALS, GOOD]);
    assert_contains(&text(&output.stderr), &["broken.ron:4:41"]);
    let wanted = ["3 incidents: 1 good, 1 not good, 1 invalid"];
    assert_contains(&text(&output.stdout), &wanted);
    let wanted = ["failed checks: inaction_loses in 1, "];
    assert_contains(&text(&output.stdout), &wanted);
}

#[test]
fn a_runbook_of_the_command_line_has_to_win_too() {
    let told = stdout(1, &[GOOD, "--runbook", GUESS, "--quiet"]);
    assert_contains(&told, &["✗ runbooks        runbook \"Restart something\""]);
    let wrong = audit(2, &[GOOD, "--runbook", GOOD]);
    assert_contains(&text(&wrong.stderr), &["write `Runbook("]);
}

#[test]
fn a_runbook_above_the_folder_that_the_command_runs_in_is_found_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("incidents/easy");
    let runbooks = folder.path().join("runbooks");
    std::fs::create_dir_all(&below).expect("a folder");
    std::fs::create_dir(&runbooks).expect("a folder");
    std::fs::copy(GOOD, below.join("x.ron")).expect("it is copied");
    std::fs::copy(GOOD_RUNBOOK, runbooks.join("x.ron")).expect("it is copied");
    let named = runbooks.join("x.ron").display().to_string();
    for arguments in [vec!["x.ron"], vec!["./x.ron", "--runbook", &named]] {
        let mut command = support::command(&["audit", "--random", "4", "--format", "json"]);
        command.args(&arguments).current_dir(&below);
        let output = command.output().expect("the command starts");
        let audits: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
        let policies = audits[0]["policies"].as_array().expect("an array");
        let runbooks = policies.iter().filter(|policy| policy["kind"] == "runbook");
        assert_eq!(runbooks.count(), 1, "{arguments:?}");
    }
}

#[test]
fn what_the_search_finds_is_a_runbook_that_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("incident.ron");
    std::fs::copy("tests/fixtures/answer/incident.ron", &alone).expect("it is copied");
    let alone = alone.to_str().expect("a path in UTF-8");
    let audits = json(0, &[alone]);
    let found = audits[0]["found"].as_str().expect("an answer was found");
    let runbook = folder.path().join("found.ron");
    std::fs::write(&runbook, found).expect("it is written");
    let runbook = runbook.to_str().expect("a path in UTF-8");
    let runs = support::json(0, &["run", alone, "--runbook", runbook]);
    let best = audits[0]["winning"].as_u64().expect("an answer wins");
    let policy = &audits[0]["policies"][usize::try_from(best).expect("an index")];
    assert_eq!(policy["kind"], "found");
    assert_eq!(runs[0]["answer"]["grade"], policy["grade"]);
    assert_eq!(runs[0]["answer"]["reward"], policy["reward"]);
}

#[test]
fn json_says_what_the_text_says() {
    let audits = json(1, &[FOLDER]);
    let audits = audits.as_array().expect("an array");
    assert_eq!(audits.len(), 2, "the runbook is no incident");
    let [heals, good] = audits.as_slice() else {
        unreachable!("there are two");
    };
    assert_eq!(heals["good"], false);
    assert_eq!(good["good"], true);
    assert_eq!(good["file"], GOOD);
    assert_eq!(good["findings"][0]["check"], "takes_effect");
    assert_eq!(good["findings"][0]["verdict"], "passed");
    assert_eq!(good["findings"][0]["advice"], Value::Null);
    assert_eq!(heals["findings"][1]["verdict"], "failed");
    assert!(heals["findings"][1]["advice"].is_string());
    assert_eq!(good["policies"][0]["kind"], "nothing");
    assert_eq!(good["policies"][1]["kind"], "runbook");
    assert_eq!(good["found"], Value::Null);
}

#[test]
fn threads_and_repetition_change_no_byte() {
    let one = stdout(1, &[FOLDER, "--threads", "1"]);
    assert_eq!(one, stdout(1, &[FOLDER, "--threads", "3"]));
    assert_eq!(one, stdout(1, &[FOLDER]));
}

#[test]
fn the_help_has_every_check_and_form() {
    let help = stdout(0, &["--help"]);
    let wanted = [
        "inaction_loses",
        "red_herrings",
        "A policy wins if",
        "winning",
        "Exit codes",
    ];
    assert_contains(&help, &wanted);
    assert!(help.lines().all(|line| line.chars().count() <= 100));
    audit(2, &[GOOD, "--max-actions", "40"]);
}
