//! Rejected arguments, and a reader that closes the output.

use std::fs;
use std::io::{Read, Write};

use crate::support::text;
use crate::tool::{TASK, path, refused, start};

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = start(TASK);
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = child.stdout.take().expect("a pipe");
    let mut first = [0; 16];
    output.read_exact(&mut first).expect("a first screen");
    drop(output);
    let _ = input.write_all("wait\nstatus\n".repeat(9).as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_runbook_that_does_not_fit_is_refused_before_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let runbook = path(folder.path(), "r.ron");
    let pool = "tests/fixtures/folder/pool.ron";
    for (steps, said) in [
        (
            "wait_until(wrong_actions(0))",
            "which actions were wrong is told once the incident is over",
        ),
        (
            "when(not(grade(ge(0.5))), [])",
            "the grade is told once the incident is over",
        ),
        ("action(\"restart_service\", \"nowhere\")", "`nowhere`"),
    ] {
        let text = format!("Runbook(name: \"r\", steps: [{steps}])");
        fs::write(&runbook, &text).expect("it can be written");
        let errors = refused(2, &[pool, "--runbook", &runbook]);
        assert!(
            errors.contains(said) && errors.contains("r.ron:1:"),
            "{errors}"
        );
        let run = crate::support::stderr(2, &["run", pool, "--runbook", &runbook]);
        assert_eq!(errors, run, "`run` says the same");
    }
    assert!(refused(2, &[pool, "--runbook", "nowhere.ron"]).contains("nowhere.ron"));
    fs::write(&runbook, "Runbook(name: \"r\", steps: [wait(1)])").expect("it can be written");
    let onto = refused(2, &[pool, "--runbook", &runbook, "--save", &runbook]);
    assert!(onto.contains("is an input of this command"), "{onto}");
}

#[test]
fn bad_usage_ends_with_2_and_says_what_would_be_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = path(folder.path(), "none/fix.ron");
    let pool = "tests/fixtures/folder/pool.ron";
    let cases: &[(&[&str], &str)] = &[
        (&[], "<FILE|--task <ID>|--difficulty <DIFFICULTY>>"),
        (&[pool, "--task", "x"], "cannot be used with"),
        (
            &["--task", "x", "--difficulty", "easy"],
            "cannot be used with",
        ),
        (&["--difficulty", "eazy"], "'easy'"),
        (&[pool, "--profile", "standart"], "'standard'"),
        (
            &["--task", "task_easy_oom_baselin"],
            "did you mean `task_easy_oom_baseline`?",
        ),
        (&["-"], "from the standard input"),
        (&["tests"], "is a folder"),
        (&["no-such.ron"], "no such file or folder"),
        (
            &["tests/fixtures/broken.ron"],
            "did you mean `auth-service`?",
        ),
        (&[pool, "--save", &nowhere], "give another `--save`"),
        (&[pool, "--save", pool], "is an input of this command"),
    ];
    for (arguments, said) in cases {
        let errors = refused(2, arguments);
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    }
}
