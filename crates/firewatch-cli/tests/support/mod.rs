//! The command as a process, for the tests that only ask what it prints.

use std::process::{Command, Output};

use serde_json::Value;

/// What comes of a command that ends with that code.
pub fn run(code: i32, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("the command starts");
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

/// The results as JSON.
pub fn json(code: i32, arguments: &[&str]) -> Value {
    let told = stdout(code, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&told).expect("the output is JSON")
}

/// Whether a text has all these parts.
pub fn assert_tells(told: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(told.contains(part), "`{part}` is missing in:\n{told}");
    }
}
