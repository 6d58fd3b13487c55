//! Files named by a scenario, and actions that conflict with it, in every command that reads scenarios.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::process::{Command, Output};

use support::Folder;

const ACTIONS: &str = "Actions(extra_metrics: [\"mine\"], actions: {\"look\": (about: \"Looks.\", category: \
                       remediation, guarded: false, branches: [(effects: [set(metric: \"restart_count\", \
                       to: metric(\"mine\"))], feedback: \"seen\")])})";
/// Text that must not be printed.
const SECRET: &str = "TOKEN=hunter2";

/// Runs the command in the folder.
fn run(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = folder.command(arguments);
    let command = command.env("SECRET", SECRET);
    command.output().expect("the command starts")
}

fn scenario(named: &str) -> String {
    format!(
        "Scenario(\n    name: \"x\", difficulty: easy, actions: [\"{named}\"],\n    services: {{\"db\": \
         (extra_metrics: {{\"mine\": 3}})}}, faults: [(kind: oom, service: \"db\")],\n)"
    )
}

/// Every command that reads a scenario, with the arguments after the file.
const COMMANDS: [&[&str]; 8] = [
    &["run"],
    &["check"],
    &["list"],
    &["actions"],
    &["graph"],
    &["audit", "--max-actions", "0", "--random", "1"],
    &["sweep", "--seeds", "0..2"],
    &["play"],
];

fn with_file<'a>(command: &[&'a str], file: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&command[..1], &[file], &command[1..], rest].concat()
}

#[test]
fn no_command_reads_what_a_scenario_may_not_name() {
    let folder = Folder::new();
    folder.write("secret", SECRET);
    folder.write("project/environ", SECRET);
    for named in ["/proc/self/environ", "../../secret", "../environ"] {
        folder.write("project/scenarios/s.ron", scenario(named));
        for command in COMMANDS {
            let output = run(&folder, &with_file(command, "project/scenarios/s.ron", &[]));
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            let told = [output.stdout, output.stderr].concat();
            let told = String::from_utf8_lossy(&told);
            assert!(!told.contains("hunter2"), "{command:?}: {told}");
            assert!(told.contains("s.ron:2:44"), "{command:?}: {told}");
        }
    }
}

#[test]
fn every_command_takes_another_root() {
    let folder = Folder::new();
    folder.write("shared/own.ron", ACTIONS);
    folder.write("project/scenarios/s.ron", scenario("../../shared/own.ron"));
    let file = "project/scenarios/s.ron";
    for command in COMMANDS {
        let told = folder.told(2, &with_file(command, file, &[]));
        assert!(told.contains("leads out of the root folder"), "{told}");
        let output = run(&folder, &with_file(command, file, &["--root", "."]));
        // An audit may fail the incident.
        let code = output.status.code().expect("it ends by itself");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            code == 0 || command[0] == "audit" && code == 1,
            "{command:?}: {told}"
        );
    }
    let told = folder.told(2, &["check", file, "--root", "no/such/folder"]);
    assert!(told.contains("no such folder"), "{told}");
}

#[cfg(unix)]
#[test]
fn pipes_are_neither_searched_for_nor_waited_for() {
    let folder = Folder::new();
    folder.write("project/scenarios/s.ron", scenario("../pipe"));
    for pipe in ["project/pipe", "project/scenarios/pipe.ron"] {
        let made = Command::new("mkfifo").arg(folder.path(pipe)).status();
        assert!(made.expect("mkfifo starts").success());
    }
    for command in ["run", "check", "list"] {
        let told = folder.told(2, &[command, "project/scenarios"]);
        assert!(told.contains("is not a regular file"), "{told}");
        assert!(!told.contains("pipe.ron"), "{told}");
    }
}

/// A pipe that nobody writes to, a device without an end and a socket, named on the command line.
#[cfg(target_os = "linux")]
#[test]
fn what_is_no_regular_file_is_refused_by_its_name() {
    let folder = Folder::new();
    let made = Command::new("mkfifo").arg(folder.path("pipe.ron")).status();
    assert!(made.expect("mkfifo starts").success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket.ron"));
    std::os::unix::fs::symlink("/dev/zero", folder.path("device.ron")).expect("a link");
    folder.write("s.ron", scenario("own.ron"));
    folder.write("own.ron", ACTIONS);
    for special in ["pipe.ron", "device.ron", "socket.ron"] {
        let others: [&[&str]; 8] = [
            &["fmt"],
            &["fmt", "--check"],
            &["kinds"],
            &["convert"],
            &["run", "s.ron", "--runbook"],
            &["sweep", "s.ron", "--seeds", "0..2", "--runbook"],
            &["play", "s.ron", "--runbook"],
            &["run", "s.ron", "--against"],
        ];
        let others = others.map(|command| [command, &[special]].concat());
        let readers = COMMANDS.map(|command| with_file(command, special, &[]));
        for arguments in others.iter().chain(&readers) {
            let told = told_soon(&folder, arguments);
            assert!(told.contains("not a regular file"), "{arguments:?}: {told}");
            assert!(told.contains(special), "{arguments:?}: {told}");
        }
    }
}

/// Returns what a command tells that ends with 2 before long.
#[cfg(target_os = "linux")]
fn told_soon(folder: &Folder, arguments: &[&str]) -> String {
    let mut timed = Command::new("timeout");
    let firewatch = env!("CARGO_BIN_EXE_firewatch");
    let timed = timed.args(["60", firewatch]).args(arguments);
    let timed = timed
        .current_dir(folder.0.path())
        .stdin(std::process::Stdio::null());
    let output = timed.output().expect("`timeout` starts");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = told + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    told
}

#[cfg(target_os = "linux")]
#[test]
fn a_runbook_may_still_come_through_a_pipe() {
    let folder = Folder::new();
    folder.write("s.ron", "Scenario(name: \"x\", difficulty: easy, services: {\"db\": ()}, faults: [(kind: oom, service: \"db\")])");
    let script = format!(
        "'{}' run s.ron --runbook <(printf 'Runbook(name: \"r\", steps: [wait(1)])')",
        env!("CARGO_BIN_EXE_firewatch")
    );
    let mut shell = Command::new("bash");
    let output = shell
        .args(["-c", &script])
        .current_dir(folder.0.path())
        .output()
        .expect("the shell starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

/// Returns two scenarios; the first has an action that fails only when it is played.
fn misfits() -> Folder {
    let folder = Folder::new();
    folder.write("project/actions/own.ron", ACTIONS);
    let with = |mine: &str, expect: &str| {
        format!(
            "Scenario(name: \"x\", difficulty: easy, actions: [\"../actions/own.ron\"], services: {{\"db\": \
             (extra_metrics: {{\"mine\": {mine}}})}}, faults: [(kind: oom, service: \"db\")], \
             timeline: [(tick: 3, do: action(\"look\", \"db\"))], expect: [{expect}])"
        )
    };
    folder.write("project/scenarios/a.ron", with("\"words\"", ""));
    let well = with("3", "at_tick(4, metric(\"db\", \"restart_count\", 3))");
    folder.write("project/scenarios/b.ron", well);
    folder
}

#[test]
fn an_action_that_does_not_fit_is_bad_input_and_the_folder_goes_on() {
    let folder = misfits();
    for format in ["text", "json", "jsonl", "csv"] {
        let output = run(&folder, &["run", "project/scenarios", "--format", format]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{format}: {told}");
        assert!(
            told.contains("a.ron") && told.contains("`look` can't be carried out"),
            "{told}"
        );
        assert!(told.contains("restart_count"), "{told}");
        let results = String::from_utf8(output.stdout).expect("the output is UTF-8");
        assert!(results.contains("b.ron"), "{format}: {results}");
        if format == "json" {
            let runs: serde_json::Value =
                serde_json::from_str(&results).expect("the output is JSON");
            assert_eq!(runs.as_array().expect("a list").len(), 2);
        }
    }
    let told = folder.told(2, &["run", "project/scenarios", "--seeds", "0..3"]);
    assert!(told.contains("`look` can't be carried out"), "{told}");
    assert!(told.contains("b.ron"), "{told}");
    let told = folder.told(2, &["sweep", "project/scenarios/a.ron", "--seeds", "0..3"]);
    assert!(
        told.contains("a.ron") && told.contains("`look` can't be carried out"),
        "{told}"
    );
    let told = folder.told(
        2,
        &[
            "sweep",
            "project/scenarios/a.ron",
            "--seeds",
            "0..3",
            "--out",
            "rows.csv",
        ],
    );
    assert!(told.contains("`look` can't be carried out"), "{told}");
    assert!(!folder.path("rows.csv").exists());
    let arguments = [
        "audit",
        "project/scenarios",
        "--max-actions",
        "0",
        "--random",
        "1",
    ];
    let told = folder.told(2, &arguments);
    assert!(
        told.contains("restart_count") && told.contains("b.ron"),
        "{told}"
    );
}

#[test]
fn what_can_be_known_is_known_to_check() {
    let folder = Folder::new();
    let wrong = ACTIONS
        .replace("metric(\\\"mine\\\")", "\"words\"")
        .replace("metric(\"mine\")", "\"words\"");
    folder.write("project/scenarios/own.ron", wrong);
    folder.write("project/scenarios/s.ron", scenario("own.ron"));
    for command in COMMANDS {
        let told = folder.told(2, &with_file(command, "project/scenarios/s.ron", &[]));
        assert!(told.contains("own.ron:1:"), "{command:?}: {told}");
        assert!(
            told.contains("`restart_count` must be a whole number"),
            "{command:?}: {told}"
        );
    }
}
