//! `firewatch sweep` as a process, its rows, and a folder for its files.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Map, Value};
use tempfile::TempDir;

/// Of 2 seeds, 3 speeds and 3 halts: 18 runs.
pub const GRID: &str = "tests/fixtures/sweep/grid.ron";
/// Without a grid; other services by each seed.
pub const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

pub fn run(code: i32, arguments: &[&str]) -> Output {
    let output = command(arguments).output().expect("the command starts");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    output
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

pub fn stdout(arguments: &[&str]) -> String {
    text(&run(0, arguments).stdout)
}

pub fn stderr(code: i32, arguments: &[&str]) -> String {
    text(&run(code, arguments).stderr)
}

/// The rows of a sweep of that file.
pub fn rows(file: &str, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let told = stdout(&[&["sweep", file, "--format", "jsonl"], arguments].concat());
    read_rows(&told)
}

pub fn read_rows(text: &str) -> Vec<Map<String, Value>> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

pub fn column(rows: &[Map<String, Value>], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

pub fn heading(csv: &str) -> Vec<&str> {
    csv.lines().next().unwrap_or_default().split(',').collect()
}

/// A folder for files of a test.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("the file can be written");
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file can be read")
    }

    /// Names of all files, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder can be read");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

/// Whatever becomes of expectations.
pub fn stdout_of_any(arguments: &[&str]) -> String {
    let output = command(arguments).output().expect("the command starts");
    text(&output.stdout)
}
