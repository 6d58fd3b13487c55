//! Saved sessions: the runbook, and the same grade from `run`.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{command, text};
use crate::tool::{ANSWER, REFERENCE_ANSWER, TASK, path, session};

#[test]
fn what_was_done_is_saved_as_a_runbook() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "fix.ron");
    let save = [TASK, &["--save", &file]].concat();
    let lines = "fetch_logs auth-service\nwait\nwait 2\nset_log_level db-proxy level=WARN\nquit\n";
    let (_, note) = session(&save, lines);
    let again = format!("firewatch run --task task_easy_oom_baseline --runbook {file}\n");
    assert!(note.ends_with(&again), "{note}");
    assert_eq!(
        fs::read_to_string(&file).expect("a runbook"),
        "Runbook(\n    \
             name: \"An incident, as played\",\n    \
             description: \"Played with seed 42 under the profile standard: left at tick 6.\",\n    \
             steps: [\n        \
                 action(\"fetch_logs\", \"auth-service\"),\n        \
                 wait(3),\n        \
                 action(\"set_log_level\", \"db-proxy\", { \"level\": \"WARN\" }),\n    \
             ],\n)\n"
    );
    session(&save, ANSWER);
    let ended = fs::read_to_string(&file).expect("a runbook");
    assert!(
        ended.contains("Auth runs out of memory, as played")
            && ended.contains("declared resolved at tick 13, grade 0."),
        "{ended}"
    );
    // Without actions, the file is unchanged: waits are none, whether or not the incident is over.
    for lines in ["status\n", "quit\n", "wait 2\nquit\n", "wait 999\n"] {
        let (_, note) = session(&save, lines);
        assert!(
            note.contains("was not written: no action was performed"),
            "{note}"
        );
        assert_eq!(fs::read_to_string(&file).expect("a runbook"), ended);
    }
    let names = fs::read_dir(folder.path()).expect("a folder");
    assert_eq!(names.count(), 1);
}

#[test]
fn the_command_that_does_it_again_can_be_given_to_a_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "what we've done.ron");
    let (_, note) = session(&[TASK, &["--save", &file]].concat(), ANSWER);
    let (_, command) = note.split_once("to replay it:").expect("it is told");
    let runbook = command
        .trim()
        .rsplit_once("--runbook ")
        .expect("a runbook")
        .1;
    let words = Command::new("sh")
        .args(["-c", &format!("printf '%s\\n' {runbook}")])
        .output()
        .expect("a shell");
    assert_eq!(text(&words.stdout), format!("{file}\n"));
}

/// Returns the value after a label at the start of a line, the last one.
fn fact<'a>(told: &'a str, label: &str) -> &'a str {
    let lines = told.lines().rev();
    let mut facts = lines.filter_map(|line| line.trim().strip_prefix(label));
    let value = facts.find(|fact| fact.starts_with(' '));
    let value = value.and_then(|value| value.split_whitespace().next());
    value.expect(label).trim_end_matches(',')
}

/// Returns the output of `run` with a runbook.
fn answered(arguments: &[&str], scenario: &str) -> String {
    let mut command = command(&["run"]);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    // A command with a file reads no input.
    let _ = input.write_all(scenario.as_bytes());
    drop(input);
    text(&child.wait_with_output().expect("the command ends").stdout)
}

#[test]
fn a_saved_runbook_earns_the_same_grade() {
    let folder = tempfile::tempdir().expect("a folder");
    let runbook = path(folder.path(), "fix.ron");
    let task = "../firewatch-reference/tasks/task_easy_oom_baseline.ron";
    let on_call = "tests/fixtures/play/on-call.ron";
    let hotfix = "../../scenarios/mechanisms/injected-fault.ron";
    let fails = "scale_replicas auth-service memory_limit_mb=0\nwait 99\n";
    let cases: &[(&[&str], &str)] = &[
        (&[task], ANSWER),
        (&[task, "--seed", "5"], ANSWER),
        (&[task, "--profile", "reference"], REFERENCE_ANSWER),
        (&[task, "--profile", "reference"], fails),
        (&[on_call], include_str!("../fixtures/play/on-call.txt")),
        // The timeline of the scenario acts as well.
        (&[hotfix], "wait 3\nrestart_service db-proxy\nwait 99\n"),
    ];
    for (arguments, lines) in cases {
        let (played, _) = session(&[arguments, &["--save", &runbook][..]].concat(), lines);
        let run = answered(&[arguments, &["--runbook", &runbook][..]].concat(), "");
        same_worth(&played, &run, arguments);
    }
    let drawn = &["--difficulty", "medium", "--seed", "3"];
    let (played, _) = session(
        &[drawn, &["--save", &runbook][..]].concat(),
        "escalate\nwait 99\n",
    );
    let incident = firewatch_scenario::generate(firewatch_scenario::Difficulty::Medium, 3);
    let run = answered(&["-", "--runbook", &runbook], &incident.to_string());
    same_worth(&played, &run, drawn);
}

fn same_worth(played: &str, run: &str, what: &[&str]) {
    for label in ["grade", "wrong actions", "bad customer minutes"] {
        assert_eq!(fact(played, label), fact(run, label), "{label} of {what:?}");
    }
    let reward = |told| fact(told, "reward").parse::<f64>().expect("a number");
    // One is rounded to 3 decimals, the other to 2.
    assert!((reward(played) - reward(run)).abs() < 0.006, "{what:?}");
}
