//! `firewatch play` as a process: lines come from a pipe.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use support::{command, text};

const TASK: &[&str] = &["--task", "task_easy_oom_baseline"];
/// Halts the fault, lets the incident heal and says that it is over.
const ANSWER: &str = "scale_replicas auth-service\nwait 10\ndeclare_resolved\n";

fn start(arguments: &[&str]) -> Child {
    let mut command = command(&["play"]);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

fn play(arguments: &[&str], lines: impl AsRef<[u8]>) -> Output {
    let mut child = start(arguments);
    let mut input = child.stdin.take().expect("a pipe");
    // A game that is over reads no more.
    let _ = input.write_all(lines.as_ref());
    drop(input);
    child.wait_with_output().expect("the command ends")
}

/// What is written to the standard output and error of a session that ends with 0.
fn session(arguments: &[&str], lines: &str) -> (String, String) {
    let output = play(arguments, lines);
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}{errors}");
    (told, errors)
}

/// A session without mistakes.
fn told(arguments: &[&str], lines: &str) -> String {
    let (told, errors) = session(arguments, lines);
    assert_eq!(errors, "");
    told
}

/// What is said by a command that does not play at all.
fn refused(code: i32, arguments: &[&str]) -> String {
    let output = play(arguments, "wait\n");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr)
}

fn path(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_session_is_told_from_the_first_screen_to_the_grade() {
    let lines = include_str!("fixtures/play/on-call.txt");
    let scenario = "tests/fixtures/play/on-call.ron";
    let told = told(&[scenario], lines);
    let version = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
    let told = told.replace(version, "firewatch VERSION");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/play/transcript.txt");
    if std::env::var_os("FIREWATCH_BLESS").is_some() {
        fs::write(&file, &told).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(told, expected, "(FIREWATCH_BLESS=1 writes it anew)");
}

#[test]
fn nothing_gives_the_answer_away_before_the_end() {
    let scenario = "tests/fixtures/play/on-call.ron";
    let lines = include_str!("fixtures/play/on-call.txt");
    let told = told(&[scenario], lines);
    let (before, after) = told.split_once("What it was").expect("an answer");
    for secret in [
        "memory_leak",
        "session cache",
        "never told",
        "Log-ins are slow",
    ] {
        assert!(!before.contains(secret), "{secret}");
        assert!(after.contains(secret), "{secret}");
    }
}

#[test]
fn looking_tells_no_secret_of_any_incident() {
    let looks = "status\nservices\nalerts\nlogs\nhistory\nactions\nhelp\nwait 9\nstatus\nhistory\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/incidents");
    let mut played = 0;
    for entry in fs::read_dir(folder).expect("incidents") {
        let file = entry.expect("an incident").path();
        let incident = firewatch_scenario::Scenario::load(&file).expect("in order");
        let file = file.to_str().expect("a plain path");
        let told = told(&[file], looks);
        assert!(!told.contains(&incident.name), "{told}");
        for fault in incident.all_faults() {
            assert!(!told.contains(fault.kind.name()), "{told}");
        }
        played += 1;
    }
    assert!(played > 3);
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    let lines = "wait 3\nstatus\nhistory\n";
    let hard = &["--difficulty", "hard", "--seed", "7"];
    assert_eq!(told(hard, lines), told(hard, lines));
    let other = told(&["--difficulty", "hard", "--seed", "8"], lines);
    assert_ne!(told(hard, lines), other);
}

#[test]
fn a_task_is_its_scenario_file() {
    let file = "../firewatch-reference/tasks/task_easy_oom_baseline.ron";
    assert_eq!(told(&[file], ANSWER), told(TASK, ANSWER));
    let seeded = told(&[file, "--seed", "5"], ANSWER);
    assert_eq!(seeded, told(&[TASK, &["--seed", "5"]].concat(), ANSWER));
    assert_ne!(seeded, told(TASK, ANSWER));
}

#[test]
fn a_mistake_is_told_with_its_line_and_play_goes_on() {
    let lines = "# what a slip\n\nscale_replica auth-service\nrestart_service auth-servce\nwait\n";
    let (told, errors) = session(TASK, lines);
    assert!(
        errors.contains("line 3: there is no command or action `scale_replica`"),
        "{errors}"
    );
    assert!(
        errors.contains("did you mean `scale_replicas`?"),
        "{errors}"
    );
    assert!(
        errors.contains("line 4: no service is named `auth-servce`"),
        "{errors}"
    );
    // The slips took no tick.
    assert!(told.contains("tick 1 · budget 29.0> wait\n"), "{told}");
    assert!(!told.contains("what a slip"), "{told}");
}

#[test]
fn what_is_no_text_is_a_mistake_too() {
    let output = play(TASK, b"\xff\xfe\x1b[2J\nwait\nquit\n");
    assert_eq!(output.status.code(), Some(0));
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(errors.contains("line 1: the line is not UTF-8"), "{errors}");
    assert!(told.contains("budget 27.5> quit"), "{told}");
    assert!(
        !told.contains('\u{1b}') && !errors.contains('\u{1b}'),
        "{errors:?}"
    );
}

#[test]
fn a_wrong_target_is_charged() {
    let told = told(
        TASK,
        "restart_service db-proxy\nfetch_logs db-proxy\nhistory\n",
    );
    assert!(told.contains("a wrong action"), "{told}");
    assert!(told.contains("wrong action -0.500"), "{told}");
    let rows: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("  tick "))
        .collect();
    let row = |name: &str| rows.iter().find(|row| row.contains(name)).copied();
    assert!(
        row("restart_service db-proxy").is_some_and(|row| row.ends_with("wrong")),
        "{rows:?}"
    );
    assert!(
        row("fetch_logs db-proxy").is_some_and(|row| !row.ends_with("wrong")),
        "{rows:?}"
    );
}

#[test]
fn the_input_may_end_before_the_incident_does() {
    for lines in ["wait 2\n", "wait 2", "wait 2\nquit\nwait\n"] {
        let told = told(TASK, lines);
        assert!(told.ends_with("so there is no grade.\n"), "{told}");
        assert!(told.contains("You left at tick 3."), "{told}");
        assert!(!told.contains("What it was"), "{told}");
    }
}

#[test]
fn declaring_ends_the_incident_with_a_grade() {
    let well = told(TASK, ANSWER);
    assert!(
        well.contains("You declared the incident over at tick 13."),
        "{well}"
    );
    assert!(
        well.contains("halted at tick 2 by scale_replicas"),
        "{well}"
    );
    let early = told(TASK, "declare_resolved\nwait\n");
    assert!(early.contains("declared too early -"), "{early}");
    assert!(early.contains("never halted"), "{early}");
    assert!(!early.contains("> wait"), "{early}");
    let grade = |told: &str| {
        let line = told.lines().find(|line| line.starts_with("  grade "));
        let grade = line.and_then(|line| line.split_whitespace().last()?.parse::<f64>().ok());
        grade.expect("a grade")
    };
    assert!(grade(&well) > 0.8 && grade(&early) < 0.3, "{well}{early}");
}

#[test]
fn an_incident_that_nobody_answers_ends_by_itself() {
    let told = told(TASK, "wait 1000000\n");
    assert!(
        told.contains("All 20 ticks are over.") || told.contains("used up at"),
        "{told}"
    );
}

#[test]
fn the_reference_profile_keeps_its_defects() {
    let arguments = [TASK, &["--profile", "reference"]].concat();
    let reference = told(&arguments, "wait\n");
    assert!(reference.contains("profile reference"), "{reference}");
    // Its rewards never see a change of health.
    assert!(
        reference.contains("reward -0.500: SLO budget -0.450 · time -0.050"),
        "{reference}"
    );
    // What it fails at takes its tick and earns nothing.
    let failed = told(
        &arguments,
        "scale_replicas auth-service memory_limit_mb=0\nquit\n",
    );
    assert!(
        failed.contains("`scale_replicas` fails: the memory limit is 0"),
        "{failed}"
    );
    assert!(
        failed.contains("  reward +0.000\n") && failed.contains("tick 2"),
        "{failed}"
    );
    let standard = told(TASK, "wait\n");
    assert!(
        standard.contains("reward -0.550: errors -0.050"),
        "{standard}"
    );
}

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
                 action(\"set_log_level\", \"db-proxy\", {\"level\": \"WARN\"}),\n    \
             ],\n)\n"
    );
    session(&save, ANSWER);
    let ended = fs::read_to_string(&file).expect("a runbook");
    assert!(
        ended.contains("Auth runs out of memory, as played")
            && ended.contains("declared resolved at tick 13, grade 0."),
        "{ended}"
    );
    // Where nothing was done the file stays as it is.
    let (_, note) = session(&save, "status\n");
    assert!(note.contains("was not written: nothing was done"), "{note}");
    assert_eq!(fs::read_to_string(&file).expect("a runbook"), ended);
    let names = fs::read_dir(folder.path()).expect("a folder");
    assert_eq!(names.count(), 1);
}

#[test]
fn the_command_that_does_it_again_can_be_given_to_a_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = path(folder.path(), "what we've done.ron");
    let (_, note) = session(&[TASK, &["--save", &file]].concat(), ANSWER);
    let (_, command) = note.split_once("to do it again:").expect("it is told");
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

#[test]
fn an_action_that_is_called_like_a_command_is_done_with_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    let action =
        r#"(about: "Asks for it.", category: meta, branches: [(feedback: "All is told.")])"#;
    let actions = format!(r#"Actions(actions: {{"status": {action}, "do": {action}}})"#);
    write("ours.ron", &actions).expect("it is written");
    let scenario = r#"Scenario(name: "x", difficulty: easy, services: {"a": ()}, actions: ["ours.ron"],
        faults: [(kind: oom, service: "a")])"#;
    write("x.ron", scenario).expect("it is written");
    let told = told(
        &[&path(folder.path(), "x.ron")],
        "status\ndo status\ndo do\nhelp do\nquit\n",
    );
    assert_eq!(told.matches("All is told.").count(), 2, "{told}");
    assert!(told.contains("an action that is called like"), "{told}");
}

/// What stands behind a label at the start of a line, the last one.
fn fact<'a>(told: &'a str, label: &str) -> &'a str {
    let lines = told.lines().rev();
    let mut facts = lines.filter_map(|line| line.trim().strip_prefix(label));
    let value = facts.find(|fact| fact.starts_with(' '));
    let value = value.and_then(|value| value.split_whitespace().next());
    value.expect(label)
}

/// What `run` says that a runbook is worth.
fn answered(arguments: &[&str], scenario: &str) -> String {
    let mut command = command(&["run"]);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    // A command that was given a file reads no input.
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
    let failover = "../../scenarios/incidents/botched-failover.ron";
    let fails = "scale_replicas auth-service memory_limit_mb=0\nwait 99\n";
    let cases: &[(&[&str], &str)] = &[
        (&[task], ANSWER),
        (&[task, "--seed", "5"], ANSWER),
        (&[task, "--profile", "reference"], ANSWER),
        (&[task, "--profile", "reference"], fails),
        (&[on_call], include_str!("fixtures/play/on-call.txt")),
        // Its own timeline acts as well.
        (
            &[failover],
            "wait 3\nrestart_service user-db-replica\nwait 99\n",
        ),
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
    // One is told to 3 decimals, the other to 2.
    assert!((reward(played) - reward(run)).abs() < 0.006, "{what:?}");
}

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
        (&["no-such.ron"], "there is no such file"),
        (
            &["tests/fixtures/broken.ron"],
            "did you mean `auth-service`?",
        ),
        (&[pool, "--save", &nowhere], "give another `--save`"),
        (&[pool, "--save", pool], "is a file of this run"),
    ];
    for (arguments, said) in cases {
        let errors = refused(2, arguments);
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    }
}
