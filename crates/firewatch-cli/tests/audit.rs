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
const GOOD: &str = "tests/fixtures/audit/good/slow-logins.ron";
const GOOD_RUNBOOK: &str = "tests/fixtures/audit/good/runbooks/slow-logins.ron";
const HEALS: &str = "tests/fixtures/audit/bad/heals-by-itself.ron";
const BROKEN: &str = "tests/fixtures/broken.ron";
const FOLDER: &str = "tests/fixtures/audit";
const GUESS: &str = "tests/fixtures/answer/guess.ron";

/// A small number of policies, for speed.
const QUICK: [&str; 5] = ["audit", "--random", "4", "--singles", "100"];

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
        "✗ inaction_loses  doing nothing wins: it heals itself, and is no false alarm\n",
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
    let wanted = ["failed checks: ", "inaction_loses in 1, "];
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
        let policies = audits["incidents"][0]["policies"]
            .as_array()
            .expect("an array");
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
    let report = json(0, &[alone]);
    let audits = &report["incidents"];
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
    let report = json(1, &[FOLDER]);
    let audits = report["incidents"].as_array().expect("an array");
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
    let of = |audit: &Value, code: &str| -> Value {
        let findings = audit["findings"].as_array().expect("an array");
        let mut found = findings.iter().filter(|finding| finding["code"] == code);
        found.next().expect("the code is reported").clone()
    };
    assert_eq!(of(heals, "inaction_loses")["verdict"], "failed");
    assert!(of(heals, "inaction_loses")["advice"].is_string());
    assert_eq!(of(good, "leaving.at_once")["verdict"], "passed");
    let [least, most] = ["0", "1"].map(|at| {
        let at: usize = at.parse().expect("an index");
        good["reward_range"][at].as_f64().expect("a number")
    });
    assert!(least < most);
    assert!(good["floor"].as_f64() < good["ceiling"].as_f64());
    assert_eq!(good["difficulty"]["claimed"], "easy");
    assert_eq!(good["repeats"]["same"], true);
    let families = good["blind"].as_array().expect("an array").iter();
    let families: Vec<&str> = families
        .filter_map(|family| family["family"].as_str())
        .collect();
    let wanted = [
        "declare",
        "single",
        "cycle_worst",
        "cycle_deepest",
        "catalogue_order",
        "random",
    ];
    assert_eq!(families, wanted);
    let work = &good["work"];
    assert!(work["done"].as_u64() <= work["limit"].as_u64());
    assert!(work["estimated"].as_u64() > Some(0));
    assert_eq!(report["version"], 1);
    assert_eq!(
        (&report["good"], &report["not_good"]),
        (&Value::from(1), &Value::from(1))
    );
    assert_eq!(report["set"]["judged"], false, "two incidents tell nothing");
    assert_eq!(good["policies"][0]["kind"], "nothing");
    assert_eq!(good["policies"][1]["kind"], "declare");
    assert_eq!(good["policies"][2]["kind"], "runbook");
    assert_eq!(good["found"], Value::Null);
}

/// Each of these incidents is fine by itself; the root cause is always listed first.
#[test]
fn a_folder_in_which_the_cause_is_always_first_gives_it_away() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..8 {
        let cause = ["web", "auth", "cart", "mail"][number % 4];
        let others = ["s1", "s2", "s3", "s4", "s5"]
            .map(|name| format!("\"{name}\": (calls: [\"{cause}\"])"));
        let text = format!(
            "Scenario(name: \"Slow\", difficulty: easy, services: {{\"{cause}\": (), {}}}, faults: [(kind: bad_deploy, service: \"{cause}\")])",
            others.join(", ")
        );
        std::fs::write(folder.path().join(format!("i{number}.ron")), text).expect("it is written");
    }
    let path = folder.path().to_str().expect("a path in UTF-8");
    let quick = [path, "--max-actions", "0"];
    let told = stdout(1, &quick);
    assert_contains(
        &told,
        &[
            "✗ leaks.set  over all incidents, the root cause is first in the file: 8.0 of 8 incidents, 1.3 expected",
        ],
    );
    let report = json(1, &quick);
    assert_eq!(report["set"]["good"], false);
    let guesses = report["set"]["guesses"].as_array().expect("an array");
    let first = { guesses.iter() }.find(|guess| guess["guess"] == "is first in the file");
    assert_eq!(first.expect("it is reported")["gives_away"], true);
    let last = { guesses.iter() }.find(|guess| guess["guess"] == "is last in the file");
    assert_eq!(last.expect("it is reported")["gives_away"], false);
}

#[test]
fn a_name_that_tells_the_kind_is_a_leak() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(GOOD).expect("it can be read");
    let path = folder.path().join("memory-leak.ron");
    std::fs::write(&path, text).expect("it is written");
    let path = path.to_str().expect("a path in UTF-8");
    let told = stdout(1, &[path, "--quiet"]);
    assert_contains(
        &told,
        &["✗ leaks", "`memory leak` in the name of the file (1 time)"],
    );
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
        "blind",
        "leaks",
        "estimated",
        "A policy wins if",
        "winning",
        "Exit codes",
    ];
    assert_contains(&help, &wanted);
    assert!(help.lines().all(|line| line.chars().count() <= 100));
    audit(2, &[GOOD, "--max-actions", "40"]);
}
