//! What `run` shows on request: some services, metrics over time, two runs side by side, and each save of a file.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use unicode_width::UnicodeWidthStr;

use crate::support::{assert_contains, command, stderr, stdout};
use crate::tool::{FAILING, POOL};

const STORY: &str = "../../scenarios/incidents/black-friday-pool-exhaustion.ron";
const RUNBOOK: &str = "../../scenarios/runbooks/black-friday-pool-exhaustion.ron";
const TRAFFIC: &str = "../../scenarios/traffic/incidents/backbone-withdrawn.ron";

#[test]
fn every_report_fits_80_and_40_columns() {
    let metric = "http_server_error_rate";
    let views: [&[&str]; 3] = [
        &["run", "../../scenarios"],
        &["run", "../../scenarios/incidents", "--metric", metric],
        &["run", STORY, "--runbook", RUNBOOK, "--against", TRAFFIC],
    ];
    for arguments in views {
        for columns in [40, 80, 120] {
            let width = columns.to_string();
            let told = stdout(0, &[arguments, &["--width", &width]].concat());
            let wide: Vec<&str> = told.lines().filter(|line| line.width() > columns).collect();
            assert!(wide.is_empty(), "{arguments:?}, {columns}: {wide:#?}");
        }
    }
}

#[test]
fn services_come_in_the_order_of_what_they_suffered() {
    let told = stdout(0, &["run", STORY]);
    let at = |service: &str| told.find(&format!("\n  {service}  ")).expect("a row");
    assert!(at("checkout-service") < at("payment-service"), "{told}");
    assert!(at("payment-service") < at("auth-service"), "{told}");
}

#[test]
fn a_view_of_one_service_is_silent_about_the_others() {
    let told = stdout(0, &["run", STORY, "--service", "payment-service"]);
    let (events, _) = told.split_once("time to mitigate").expect("an impact");
    assert!(
        events.contains("payment-service   config_drift begins"),
        "{told}"
    );
    let others = ["checkout-service", "auth-service", "db-proxy"];
    assert!(!others.iter().any(|other| events.contains(other)), "{told}");

    let told = stdout(0, &["run", STORY, "--only-unhealthy"]);
    assert_contains(&told, &["\n  checkout-service  ", "\n  payment-service   "]);
    assert!(!told.contains("db-proxy"), "{told}");
}

#[test]
fn a_metric_is_drawn_on_one_scale() {
    let told = stdout(0, &["run", STORY, "--metric", "http_server_error_rate"]);
    let (_, table) = told
        .split_once("\n  http_server_error_rate\n")
        .expect("a table");
    let row = |service: &str| {
        let row = table
            .lines()
            .find(|line| line.trim_start().starts_with(service));
        row.unwrap_or_else(|| panic!("{table}")).to_owned()
    };
    assert_contains(&row("checkout-service"), &["▁", "█", " 1"]);
    assert!(!row("auth-service").contains('█'), "{table}");

    let unknown = stderr(2, &["run", STORY, "--metric", "http_server_eror_rate"]);
    assert_contains(
        &unknown,
        &["unknown metric", "did you mean `http_server_error_rate`?"],
    );
    let unknown = stderr(2, &["run", STORY, "--service", "payment-servce"]);
    assert_contains(
        &unknown,
        &["unknown service", "did you mean `payment-service`?"],
    );
    let text = stderr(2, &["run", STORY, "--metric", "status"]);
    assert_contains(&text, &["only numbers are drawn"]);
    let data = stderr(2, &["run", STORY, "--metric", "status", "--format", "json"]);
    assert_contains(&data, &["`--metric` is only available in the text"]);
}

#[test]
fn two_runs_stand_side_by_side() {
    let told = stdout(0, &["run", STORY, "--runbook", RUNBOOK, "--against", STORY]);
    assert_contains(
        &told,
        &[
            "\n<    2   0:01:00  checkout-service  memory_leak halted",
            "\n>   10   0:05:00  checkout-service  critical → down",
            "4 events in both runs",
            "The runs differ from tick 3 (0:01:30) on.",
            "\n  auth-service      ▁",
            "  time to mitigate      < 7 ticks (0:03:30)\n                        > not mitigated",
            "  <✓ >   at_end(mttm(7))",
            "expectations with the same outcome",
        ],
    );
    let same = stdout(0, &["run", STORY, "--against", STORY]);
    assert_contains(&same, &["The runs are the same in every tick"]);
    assert!(
        !same.contains("\n< ") || !same.contains("differ from"),
        "{same}"
    );

    // What fails in either run is told by the exit code.
    stdout(1, &["run", POOL, "--against", FAILING]);
    let two = stderr(2, &["run", POOL, STORY, "--against", FAILING]);
    assert_contains(&two, &["compares two scenarios, and there are more"]);
    stderr(2, &["run", POOL, "--against", "missing.ron"]);
    stderr(2, &["run", POOL, "--against", FAILING, "--format", "json"]);
}

#[test]
fn runs_of_different_length_and_physics_are_compared_while_both_last() {
    let told = stdout(0, &["run", STORY, "--against", TRAFFIC]);
    let told = told.replace('\n', " ");
    let lengths = "One ends after tick 30, the other after tick 100.";
    assert_contains(
        &told,
        &["The runs have no service in common.", lengths, "absent"],
    );
}

/// Reads the lines of a run to its hash.
fn next_run(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> String {
    let mut run = String::new();
    for line in lines {
        let line = line.expect("text");
        run.push_str(&line);
        run.push('\n');
        if line.contains("state_hash") {
            break;
        }
    }
    run
}

/// Starts a run of a file that is run again at each save, and returns the lines that it prints and its notes.
fn watch(
    file: &Path,
) -> (
    Child,
    Lines<BufReader<ChildStdout>>,
    Lines<BufReader<ChildStderr>>,
) {
    let mut child = command(&["run", file.to_str().expect("a path"), "--watch"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let notes = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    (child, lines, notes)
}

#[test]
fn each_save_runs_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("watched.ron");
    let write = |text: &str| fs::write(&file, text).expect("the file can be written");
    let scenario = |name: &str| {
        format!("Scenario(name: {name:?}, ticks: 5, difficulty: easy, services: [\"db-proxy\"])")
    };
    write(&scenario("first"));
    let (mut child, mut lines, mut notes) = watch(&file);
    let mut next_note = |wanted: &str| {
        let found = notes.find(|line| line.as_ref().is_ok_and(|line| line.contains(wanted)));
        found.expect("a note").expect("text")
    };
    assert!(next_run(&mut lines).contains("first"));
    next_note("watching 1 file; Ctrl-C ends");
    // A file that is broken is told about and does not end the watch; nor does one that is gone for a while.
    write("Scenario(name: ");
    next_note("error");
    next_note("watching");
    fs::remove_file(&file).expect("the file is there");
    next_note("no such file");
    next_note("watching");
    write(&scenario("second, and longer"));
    assert!(next_run(&mut lines).contains("second, and longer"));
    child.kill().expect("the command runs");
    child.wait().expect("the command ends");
}

/// A file that a scenario names is watched also while it is what keeps the scenario from being loaded.
#[test]
fn a_broken_file_of_actions_stays_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("the file can be written");
    };
    let scenario = "Scenario(name: \"x\", ticks: 5, difficulty: easy, services: [\"db-proxy\"], actions: [\"own.ron\"])";
    write("scenarios.ron", scenario);
    write("own.ron", "Actions(actions: ");
    let (mut child, mut lines, mut notes) = watch(&folder.path().join("scenarios.ron"));
    let mut is_watching = || {
        let mut notes = notes.by_ref().map(|line| line.expect("text"));
        notes.any(|line| line.contains("watching 2 files"))
    };
    assert!(is_watching());
    write("own.ron", "Actions(actions: {})");
    assert!(next_run(&mut lines).contains("state_hash"));
    assert!(is_watching());
    write("own.ron", "Actions(actions: (");
    assert!(is_watching());
    write("own.ron", "Actions(actions: { })");
    assert!(next_run(&mut lines).contains("state_hash"));
    child.kill().expect("the command runs");
    child.wait().expect("the command ends");
}

#[test]
fn only_files_are_watched() {
    for arguments in [&["-"][..], &[STORY, "--against", "-"]] {
        let told = stderr(2, &[&["run", "--watch"][..], arguments].concat());
        assert_contains(&told, &["the standard input can be read only once"]);
    }
    let told = stderr(2, &["run", "--task", "task_easy_oom_baseline", "--watch"]);
    assert_contains(&told, &["a built-in task does not change"]);
}
