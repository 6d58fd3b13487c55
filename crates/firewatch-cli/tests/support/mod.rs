//! The command as a process: what the test programs of the command have in common.

#![allow(
    dead_code,
    reason = "each test program is compiled with all of it and uses a part"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

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

/// Names of all files of a folder, hidden ones too, in order.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A folder for the files of a test, which the command runs in.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Writes a file, and makes the folders that it is in.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        let folder = path.parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("it can be made");
        fs::write(path, bytes).expect("it can be written");
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).expect("it can be read")
    }

    /// Names of all files, hidden ones too, in order.
    pub fn files(&self) -> Vec<String> {
        files(self.0.path())
    }

    /// The command in the folder, without an input.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// What it prints on both streams; it ends with that code.
    pub fn told(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.command(arguments).output();
        let output = output.expect("the command starts");
        let both = [output.stdout, output.stderr].concat();
        let both = String::from_utf8_lossy(&both).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {both}");
        both
    }
}
