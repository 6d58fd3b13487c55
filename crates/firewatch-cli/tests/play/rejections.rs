//! Rejected arguments, and a reader that closes the output.

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
