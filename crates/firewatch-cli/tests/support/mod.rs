//! The command as a process: shared by the test programs of the command.

#![allow(
    dead_code,
    reason = "each test program is compiled with all of it and uses a part"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Returns the command in the folder of its crate, independent of the caller's terminal.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

/// Runs a command, with any exit code.
pub fn output(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

/// Runs a command, with the given exit code.
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

/// Returns the results as JSON.
pub fn json(code: i32, arguments: &[&str]) -> Value {
    let told = stdout(code, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&told).expect("the output is JSON")
}

/// Parses JSON lines.
pub fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

/// Checks that a text contains all parts.
pub fn assert_contains(told: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(told.contains(part), "`{part}` is missing in:\n{told}");
    }
}

/// Returns the names of all files of a folder, including hidden ones, in order.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A folder for the files of a test, in which the command runs.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Returns the path of a file as an argument.
    pub fn name(&self, path: &str) -> String {
        let path = self.path(path).into_os_string();
        path.into_string().expect("the path is UTF-8")
    }

    /// Writes a file and creates its folders. Returns its path as an argument.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> String {
        let name = self.name(path);
        let folder = Path::new(&name).parent().expect("a file is in a folder");
        fs::create_dir_all(folder).expect("it can be created");
        fs::write(&name, bytes).expect("it can be written");
        name
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).expect("it can be read")
    }

    pub fn read_text(&self, path: &str) -> String {
        text(&self.read(path))
    }

    /// Returns the names of all files, including hidden ones, in order.
    pub fn files(&self) -> Vec<String> {
        files(self.0.path())
    }

    /// Returns the command in the folder, without an input.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Returns the text on both streams of a command that ends with the given code.
    pub fn told(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.command(arguments).output();
        let output = output.expect("the command starts");
        let both = [output.stdout, output.stderr].concat();
        let both = String::from_utf8_lossy(&both).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {both}");
        both
    }
}
