//! `firewatch play` on a scenario with a failing timeline action.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::io::Write;
use std::process::Stdio;

use support::{assert_contains, command, text};

const ACTIONS: &str = "Actions(extra_metrics: [\"mine\"], actions: {\"copy\": (about: \"Copies.\", \
                       category: remediation, guarded: false, branches: [(effects: [set(metric: \
                       \"restart_count\", to: metric(\"mine\"))], feedback: \"copied\")])})";
const SCENARIO: &str = "Scenario(name: \"x\", difficulty: easy, ticks: 6, actions: [\"own.ron\"], \
                        services: {\"db\": (extra_metrics: {\"mine\": \"words\"})}, timeline: [\
                        (tick: 0, do: action(\"copy\", \"db\")), (tick: 3, do: action(\"copy\", \"db\"))])";

#[test]
fn what_a_timeline_can_not_do_is_told_and_play_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.ron"), ACTIONS).expect("it is written");
    fs::write(folder.path().join("s.ron"), SCENARIO).expect("it is written");
    for lines in ["wait 9\n", "wait\nwait\ncopy db\nwait 9\n"] {
        let mut command = command(&["play", "s.ron"]);
        command
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(lines.as_bytes()).expect("it is read");
        drop(input);
        let output = child.wait_with_output().expect("the command ends");
        let (told, errors) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{told}{errors}");
        assert_eq!(errors, "");
        let wanted = [
            "at tick 0 an action of the timeline failed: `copy` can't be carried out",
            "at tick 3 an action of the timeline failed: `copy` can't be carried out",
            "The incident reached its last tick, 6.",
        ];
        let joined = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_contains(&joined, &wanted);
        assert_eq!(joined.matches("timeline failed").count(), 2, "{told}");
    }
}
