//! `firewatch sweep` as a process, its rows, and a folder for its files.

use std::fs;

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::support::{command, files, json_lines, stdout, text};

/// Of 2 seeds, 3 speeds and 3 halts: 18 runs.
pub const GRID: &str = "tests/fixtures/sweep/grid.ron";
/// Without a grid; other services by each seed.
pub const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";

/// The rows of a sweep of that file.
pub fn rows(file: &str, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let told = stdout(
        0,
        &[&["sweep", file, "--format", "jsonl"], arguments].concat(),
    );
    read_rows(&told)
}

/// The rows of a sweep's JSON lines.
pub fn read_rows(text: &str) -> Vec<Map<String, Value>> {
    let row = |line: Value| line.as_object().cloned().expect("a row is an object");
    json_lines(text).into_iter().map(row).collect()
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
        files(self.0.path())
    }
}

/// Whatever becomes of expectations.
pub fn stdout_of_any(arguments: &[&str]) -> String {
    let output = command(arguments).output().expect("the command starts");
    text(&output.stdout)
}
