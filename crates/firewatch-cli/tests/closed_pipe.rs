//! Exit codes if the reader closes the output before the command writes.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::process::Stdio;

use support::command;

const GOOD: &str = "tests/fixtures/folder/pool.ron";
const FAILING: &str = "tests/fixtures/failing.ron";
const BROKEN: &str = "tests/fixtures/broken.ron";
const GRID: &str = "tests/fixtures/sweep/grid.ron";
const GOOD_INCIDENT: &str = "tests/fixtures/audit/good/slow-logins.ron";
const BAD_INCIDENT: &str = "tests/fixtures/audit/bad/heals-by-itself.ron";

/// Returns the exit code of a command without a reader.
fn code(arguments: &[&str]) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    // The output is closed before the command starts: each write fails.
    drop(reader);
    let mut command = command(arguments);
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::null());
    command.status().expect("the command starts").code()
}

#[track_caller]
fn assert_codes(cases: &[(i32, &[&str])]) {
    for (expected, arguments) in cases {
        assert_eq!(code(arguments), Some(*expected), "{arguments:?}");
    }
}

const RUN_FORMS: [&[&str]; 9] = [
    &[],
    &["--quiet"],
    &["-f", "json"],
    &["-f", "jsonl"],
    &["-f", "csv"],
    &["--seeds", "0..3"],
    &["--seeds", "0..3", "-f", "json"],
    &["--seeds", "0..3", "-f", "jsonl"],
    &["--seeds", "0..3", "-f", "csv"],
];

#[test]
fn a_failed_expectation_is_1_in_every_form() {
    for form in RUN_FORMS {
        let run = |files: &[&str]| code(&[&["run"], files, form].concat());
        assert_eq!(run(&[FAILING]), Some(1), "{form:?}");
        assert_eq!(run(&[GOOD]), Some(0), "{form:?}");
    }
}

#[test]
fn a_scenario_that_is_not_in_order_is_2_in_every_form() {
    for form in RUN_FORMS {
        for files in [[FAILING, BROKEN], [GOOD, BROKEN], [BROKEN, GOOD]] {
            let run = [&["run"], &files[..], form].concat();
            assert_eq!(code(&run), Some(2), "{run:?}");
        }
    }
}

/// More rows than the buffer holds: the closed pipe is detected during the run.
#[test]
fn what_failed_before_the_middle_of_a_run_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.ron");
    let scenario = |expectation: &str| {
        format!(
            "Scenario(name: \"long\", difficulty: easy, ticks: 20000, services: [\"api-gateway\"], \
             faults: [(kind: oom, service: \"api-gateway\")], \
             expect: [{expectation}])"
        )
    };
    let file = path.to_str().expect("a plain path");
    for format in ["jsonl", "csv"] {
        for (expectation, expected) in [
            ("at_tick(1, unhealthy_services(1))", 1),
            // Later failures are unknown by then: the command does not play to the end.
            ("at_tick(20000, all_healthy)", 0),
        ] {
            fs::write(&path, scenario(expectation)).expect("it can be written");
            let found = code(&["run", file, "-f", format]);
            assert_eq!(found, Some(expected), "{format}, {expectation}");
        }
    }
}

#[test]
fn checks_audits_and_lists_end_as_they_would_have() {
    assert_codes(&[
        (2, &["check", BROKEN]),
        (2, &["check", GOOD, BROKEN, "-f", "json"]),
        (0, &["check", GOOD]),
        (2, &["list", BROKEN]),
        (2, &["list", BROKEN, GOOD, "-f", "json"]),
        (0, &["list", GOOD]),
        (1, &["audit", BAD_INCIDENT]),
        (1, &["audit", BAD_INCIDENT, "-f", "json"]),
        (1, &["audit", BAD_INCIDENT, "--quiet"]),
        (2, &["audit", BAD_INCIDENT, BROKEN]),
        (2, &["audit", BROKEN, GOOD_INCIDENT]),
        (0, &["audit", GOOD_INCIDENT]),
        (2, &["graph", BROKEN]),
        (0, &["graph", GOOD]),
        (2, &["actions", BROKEN]),
        (0, &["actions"]),
        (2, &["sweep", BROKEN]),
        (0, &["sweep", GRID]),
        (0, &["generate", "-d", "easy"]),
        (0, &["completions", "bash"]),
        (2, &["run", "--no-such-option"]),
        (0, &["--help"]),
    ]);
}
