//! `firewatch play` as a process that reads its lines from a pipe.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::support::{command, text};

pub const TASK: &[&str] = &["--task", "task_easy_oom_baseline"];
/// Halts the fault, lets the incident recover and declares it resolved.
pub const ANSWER: &str = "add_memory auth-service\nwait 10\ndeclare_resolved\n";
/// The same in the reference profile.
pub const REFERENCE_ANSWER: &str = "scale_replicas auth-service\nwait 10\ndeclare_resolved\n";

pub fn start(arguments: &[&str]) -> Child {
    let mut command = command(&["play"]);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

pub fn play(arguments: &[&str], lines: impl AsRef<[u8]>) -> Output {
    let mut child = start(arguments);
    let mut input = child.stdin.take().expect("a pipe");
    // A session that has ended reads no more.
    let _ = input.write_all(lines.as_ref());
    drop(input);
    child.wait_with_output().expect("the command ends")
}

/// Returns the standard output and error of a session that ends with 0.
pub fn session(arguments: &[&str], lines: &str) -> (String, String) {
    let output = play(arguments, lines);
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}{errors}");
    (told, errors)
}

/// Returns the output of a session without errors.
pub fn told(arguments: &[&str], lines: &str) -> String {
    let (told, errors) = session(arguments, lines);
    assert_eq!(errors, "");
    told
}

/// Returns the message of a command that starts no session.
pub fn refused(code: i32, arguments: &[&str]) -> String {
    let output = play(arguments, "wait\n");
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr)
}

pub fn path(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    path.to_str().expect("a plain path").to_owned()
}
