//! The command as a process: what the test programs of the command have in common.

#![allow(
    dead_code,
    reason = "each test program is compiled with all of it and uses a part"
)]

use std::process::{Command, Output};

use serde_json::Value;

/// The command in the folder of its crate; what it prints does not depend on the caller's terminal.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// What comes of a command, whatever its code is.
pub fn output(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

/// What comes of a command that ends with that code.
pub fn run(code: i32, arguments: &[&str]) -> Output {
    let output = output(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    output
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

pub fn stdout(code: i32, arguments: &[&str]) -> String {
    text(&run(code, arguments).stdout)
}

pub fn stderr(code: i32, arguments: &[&str]) -> String {
    text(&run(code, arguments).stderr)
}

/// The results as JSON.
pub fn json(code: i32, arguments: &[&str]) -> Value {
    let told = stdout(code, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&told).expect("the output is JSON")
}

/// The values of JSON lines.
pub fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

/// Whether a text has all these parts.
pub fn assert_tells(told: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(told.contains(part), "`{part}` is missing in:\n{told}");
    }
}
