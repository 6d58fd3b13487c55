//! The ends of a `firewatch play` session: the actions are saved.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use support::{Folder, text};

const PLAY: &str = "play --task task_easy_oom_baseline --save saved.ron";

fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

/// Returns the exit code and the errors of a session that reads from a pipe.
fn piped(folder: &Folder, lines: &[u8]) -> (Option<i32>, String) {
    let mut child = start(folder.command(&PLAY.split(' ').collect::<Vec<_>>()));
    let mut input = child.stdin.take().expect("a pipe");
    // A session that has ended reads no more.
    let _ = input.write_all(lines);
    drop(input);
    let output = child.wait_with_output().expect("the command ends");
    (output.status.code(), text(&output.stderr))
}

#[track_caller]
fn assert_saved(folder: &Folder) {
    assert_eq!(folder.files(), ["saved.ron"]);
    let saved = text(&folder.read("saved.ron"));
    assert!(saved.contains("escalate"), "{saved}");
}

#[test]
fn a_line_that_is_too_long_ends_the_session_and_what_was_done_is_saved() {
    let folder = Folder::new();
    let lines = [b"escalate\n".to_vec(), vec![b'x'; 1 << 20], b"\n".to_vec()].concat();
    let (code, errors) = piped(&folder, &lines);
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("longer than 65536 bytes"), "{errors}");
    assert_saved(&folder);
}

#[test]
fn an_input_that_cannot_be_read_is_told_besides_what_becomes_of_the_file() {
    let folder = Folder::new();
    // A folder can be opened but not read.
    let script = format!("exec '{}' {PLAY} <.", env!("CARGO_BIN_EXE_firewatch"));
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder.path("."));
    let output = command.output().expect("the shell starts");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("no action was performed"), "{errors}");
}

/// The session continues after the invalid line.
#[test]
fn bytes_that_are_not_text_are_a_mistyped_line_at_a_terminal() {
    let folder = Folder::new();
    let line = format!("exec '{}' {PLAY}", env!("CARGO_BIN_EXE_firewatch"));
    let mut command = Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm")
        .current_dir(folder.path("."));
    let mut child = start(command);
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = child.stdout.take().expect("a pipe");
    let mut told = Vec::new();
    for (typed, answer) in [
        ("", "budget 28.5>"),
        ("escalate\r", "budget 27.0>"),
        ("stat\u{e9}", ""),
        ("status\r", "budget 27.0>"),
        ("quit\r", "saved the session to"),
    ] {
        // The bytes of a terminal in Latin-1.
        let bytes: Vec<u8> = { typed.chars() }
            .map(|c| u8::try_from(u32::from(c)).expect("Latin-1"))
            .collect();
        input.write_all(&bytes).expect("the session goes on");
        let seen = told.len();
        while !String::from_utf8_lossy(&told[seen..]).contains(answer) {
            let mut byte = [0];
            let count = output.read(&mut byte).expect("it can be read");
            assert_eq!(count, 1, "{answer}: {}", String::from_utf8_lossy(&told));
            told.push(byte[0]);
        }
    }
    drop(input);
    let status = child.wait().expect("it ends");
    let told = String::from_utf8_lossy(&told);
    assert_eq!(status.code(), Some(0), "{told}");
    assert!(told.contains("the line is not UTF-8"), "{told}");
    assert_saved(&folder);
}
