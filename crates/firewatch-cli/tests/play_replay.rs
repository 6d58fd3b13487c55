//! The command printed by `firewatch play --save` replays the session, from any folder.

#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't start the command fails"
)]

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const ANSWER: &str = "wait\nwait 3\nadd_memory auth-service memory_limit_mb=2048\nwait 200\n";

const OWN: &str = "Scenario(name: \"own\", difficulty: easy, services: [\"api-gateway\", \"auth-service\", \"db-proxy\"], \
                   faults: [(kind: oom, service: \"auth-service\")])";

/// Runs a script in the folder with the command on its path. Returns its output and its errors.
fn shell(folder: &Path, script: &str, input: &str) -> (String, String) {
    let bin = Path::new(env!("CARGO_BIN_EXE_firewatch"))
        .parent()
        .expect("a folder");
    let others = env::var_os("PATH").unwrap_or_default();
    let paths = [bin.to_owned()]
        .into_iter()
        .chain(env::split_paths(&others));
    let mut command = Command::new("bash");
    command
        .args(["-c", script])
        .env("PATH", env::join_paths(paths).expect("a path"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the shell starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that reads no input may have ended.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    let errors = text(output.stderr);
    // The expectations of a task may fail: they are about the incident, not the response.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{script}: {errors}"
    );
    (text(output.stdout), errors)
}

/// Returns the text after a word at the start of the last line that begins with it.
fn behind<'a>(told: &'a str, label: &str) -> &'a str {
    let lines = told.lines().map(str::trim_start);
    let mut found = lines.filter_map(|line| line.strip_prefix(label));
    found
        .next_back()
        .unwrap_or_else(|| panic!("`{label}` is missing in:\n{told}"))
        .trim()
}

fn number(told: &str, label: &str) -> f64 {
    let word = behind(told, label)
        .split([' ', ','])
        .next()
        .unwrap_or_default();
    word.parse()
        .unwrap_or_else(|_| panic!("{word:?} of `{label}` is no number"))
}

#[test]
fn the_printed_command_does_the_same_again_in_an_empty_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = "it's\u{1b}[31m\n\u{202e} odd.ron";
    for arguments in [
        "--task task_easy_oom_baseline",
        "--task task_easy_oom_baseline --seed 5",
        "--task task_easy_oom_baseline --profile standard",
        "--difficulty easy --seed 3",
        "own.ron",
        "\"$ODD\"",
    ] {
        for entry in fs::read_dir(folder.path()).expect("it can be read") {
            fs::remove_file(entry.expect("an entry").path()).expect("it can be removed");
        }
        let is_file = arguments.contains(".ron") || arguments.contains("ODD");
        if is_file {
            let name = if arguments == "own.ron" {
                "own.ron"
            } else {
                odd
            };
            fs::write(folder.path().join(name), OWN).expect("it can be written");
        }
        let line = match arguments.contains("difficulty") {
            true => "escalate\nwait 300\n",
            false => ANSWER,
        };
        let script = format!(
            "ODD={}; firewatch play {arguments} --save \"what i've done.ron\"",
            shlex::try_quote(odd).expect("no zero")
        );
        let (played, note) = shell(folder.path(), &script, line);
        let (_, command) = note
            .split_once("to replay it from this folder:\n")
            .expect("it is told");
        let (again, _) = shell(folder.path(), command.trim(), "");
        for label in ["wrong actions", "grade"] {
            assert_eq!(
                number(&again, label),
                number(&played, label),
                "{arguments}: {command}"
            );
        }
        // One is rounded to 2 decimals, the other to 3.
        let [again, played] = [&again, &played].map(|told| number(told, "reward"));
        assert!(
            (again - played).abs() < 0.006,
            "{arguments}: {again}, {played}"
        );
    }
}

/// For a task, the reference draws a state that no file can express: no command replays it.
#[test]
fn where_there_is_no_such_command_none_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let play = "firewatch play --task task_easy_oom_baseline --profile reference --save r.ron";
    let (_, note) = shell(folder.path(), play, "escalate\nwait 3\nquit\n");
    assert!(
        note.contains("saved the session to") && !note.contains("firewatch"),
        "{note}"
    );
    assert!(
        note.contains("no command can replay it: under the profile"),
        "{note}"
    );
    let difficulty = "firewatch play --difficulty easy --profile reference --save r.ron";
    let (_, note) = shell(folder.path(), difficulty, "escalate\nquit\n");
    assert!(
        note.contains("no command can replay it: under the profile"),
        "{note}"
    );
}

/// A file name may look like a flag, and need not be UTF-8. With absolute paths the folder does not matter.
#[test]
fn the_printed_command_fits_odd_names() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("-x.ron"), OWN).expect("it can be written");
    let absolute = folder.path().join("a.ron");
    fs::write(&absolute, OWN).expect("it can be written");

    let play = "firewatch play --save=-saved.ron -- -x.ron";
    let (_, note) = shell(folder.path(), play, ANSWER);
    let (_, command) = note.split_once("from this folder:\n").expect("it is told");
    assert_eq!(
        command.trim(),
        "firewatch run ./-x.ron --runbook ./-saved.ron"
    );
    let (again, _) = shell(folder.path(), command.trim(), "");
    number(&again, "grade");

    let play = "firewatch play \"$PWD/a.ron\" --save \"$PWD/saved.ron\"";
    let (_, note) = shell(folder.path(), play, ANSWER);
    let (_, command) = note.split_once("; to replay it:\n").expect("it is told");
    let (again, _) = shell(Path::new("/"), command.trim(), "");
    number(&again, "grade");

    for play in [
        "firewatch play a.ron --save $'s\\xff.ron'",
        "cp a.ron $'b\\xff.ron'; firewatch play $'b\\xff.ron' --save saved.ron",
    ] {
        let (_, note) = shell(folder.path(), play, ANSWER);
        let why = "no command can replay it: a file name is not UTF-8";
        assert!(note.contains(why) && !note.contains("firewatch"), "{note}");
    }
}

#[test]
fn a_task_is_run_as_a_file_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (told, _) = shell(
        folder.path(),
        "firewatch run --task task_easy_oom_baseline -f json",
        "",
    );
    let report: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(report[0]["file"], "task_easy_oom_baseline");
    assert_eq!(report[0]["seed"], 42);
    let refused = [
        (
            "firewatch run --task task_easy_oom_baselin",
            "did you mean `task_easy_oom_baseline`?",
        ),
        (
            "firewatch run --task task_easy_oom_baseline x.ron",
            "cannot be used with",
        ),
        ("firewatch run", "FILE"),
    ];
    for (command, expected) in refused {
        let script = format!("{command} 2>&1; test $? = 2");
        let (told, _) = shell(folder.path(), &script, "");
        assert!(told.contains(expected), "{told}");
    }
}
