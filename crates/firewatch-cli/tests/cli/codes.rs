//! Exit codes and their messages.

use std::fs;

use crate::support::{command, output, stderr, stdout, text};
use crate::tool::{BROKEN, FAILING, FOLDER, POOL};

#[test]
fn a_run_in_which_all_holds_ends_with_0() {
    assert_eq!(stderr(0, &["run", POOL]), "");
}

#[test]
fn a_failed_expectation_ends_with_1() {
    assert_eq!(stderr(1, &["run", FAILING]), "");
    assert_eq!(stderr(1, &["run", FAILING, POOL]), "");
    assert_eq!(stderr(1, &["run", "--seeds", "0..3", FAILING]), "");
}

#[test]
fn a_bad_scenario_ends_with_2_and_the_others_still_run() {
    let output = output(&["run", BROKEN, FAILING, POOL]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(told.contains("Out of memory, nobody acts"), "{told}");
    assert!(
        told.contains("3 scenarios: 1 passed, 1 failed, 1 invalid"),
        "{told}"
    );
    let problems = text(&output.stderr);
    assert!(
        problems.contains("did you mean `auth-service`?"),
        "{problems}"
    );
    assert!(problems.contains("broken.ron:4:41"), "{problems}");
    assert!(problems.contains("speed"), "{problems}");
}

#[test]
fn warnings_fail_a_check_only_if_they_are_denied() {
    let warned = "../../scenarios/mechanisms/cyclic-mesh.ron";
    assert!(stdout(0, &["check", warned]).contains("1 file, no problems, 1 warning"));
    let denied = ["check", "--deny", "warnings"];
    assert!(stdout(1, &[&denied[..], &[warned]].concat()).contains("`orders` calls itself"));
    assert!(stdout(0, &[&denied[..], &[POOL]].concat()).contains("no problems"));
    stdout(2, &[&denied[..], &[warned, BROKEN]].concat());
    let folder = tempfile::tempdir().expect("a folder");
    let runbook = folder.path().join("x.ron");
    let text = "Runbook(name: \"x\", steps: [action(\"restart_servce\", \"db\")])";
    fs::write(&runbook, text).expect("the file is written");
    let runbook = runbook.to_str().expect("a plain path");
    let told = stdout(1, &[&denied[..], &["--format", "json", runbook]].concat());
    assert!(told.contains("\"not-built-in\""), "{told}");
    let asks = "Runbook(name: \"x\", steps: [\n    wait_until(any([not(wrong_actions(0)), grade(ge(0.5))])),\n])";
    fs::write(runbook, asks).expect("the file is written");
    let found = stdout(1, &[&denied[..], &[runbook]].concat());
    for part in [
        "x.ron:2:25",
        "x.ron:2:44",
        "2 warnings",
        "under the profile `standard`",
    ] {
        assert!(found.contains(part), "`{part}`: {found}");
    }
    assert!(told.contains("\"warning\""), "{told}");
}

#[test]
fn bad_usage_ends_with_2_and_says_what_would_be_right() {
    let empty = tempfile::tempdir().expect("a folder");
    let empty = empty.path().to_str().expect("a plain path");
    let cases: &[(&[&str], &str)] = &[
        (&[], "Usage: firewatch"),
        (&["lisst"], "a similar subcommand exists: 'list'"),
        (&["run"], "<FILE>..."),
        (&["run", "no-such.ron"], "no such file or folder"),
        (&["run", "Cargo.toml"], "end in `.ron`"),
        (&["run", empty], "no scenario in this folder"),
        (&["run", "--ticks", "0", POOL], "0 is not in 1..=10000000"),
        (
            &["run", "--ticks", "10000001", POOL],
            "is not in 1..=10000000",
        ),
        (&["run", "--seeds", "5..5", POOL], "`5..6` is one seed"),
        (&["run", "--seeds", "5", POOL], "such as `0..1000`"),
        (
            &["run", "--seeds", "5..=7", POOL],
            "an inclusive end is not supported",
        ),
        (&["run", "--threads", "2", POOL], "--seeds <A..B>"),
        (
            &["run", "--seeds", "0..2", "--threads", "0", POOL],
            "0 is not in 1..=1024",
        ),
        (&["run", "--seed", "-1", POOL], "unexpected argument '-1'"),
        (
            &["run", "--seed", "1", "--seeds", "0..2", POOL],
            "cannot be used with",
        ),
        (
            &["run", "--events", "many", POOL],
            "a whole number or `all`",
        ),
        (
            &["run", "--logs", "auth-servise", POOL],
            "did you mean `auth-service`?",
        ),
        (
            &["run", "--logs", "cache", "--format", "csv", POOL],
            "`--format json`",
        ),
        (&["graph", FOLDER], "`graph` draws one scenario"),
        (&["list", "no-such-folder"], "no such file or folder"),
        (
            &["generate", "--difficulty", "hrad"],
            "a similar value exists: 'hard'",
        ),
        (&["completions", "basic"], "possible values"),
    ];
    for (arguments, expected) in cases {
        let message = stderr(2, arguments);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_ends_with_3() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let output = command(&["run", POOL])
        .stdout(full.expect("the device that is always full"))
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(3));
    let message = text(&output.stderr);
    assert!(message.contains("the output can't be written"), "{message}");
}

#[test]
fn help_documents_forms_and_exit_codes() {
    let help = stdout(0, &["run", "--help"]);
    for word in [
        "jsonl",
        "state_hash",
        "Exit codes",
        "0  everything passed",
        "3  any other failure",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(stdout(0, &["--version"]).contains(env!("CARGO_PKG_VERSION")));
}
