//! `firewatch sweep` as a process and its rows.

use serde_json::{Map, Value};

use crate::support::{command, json_lines, stdout, text};

/// A grid of 2 seeds, 3 speeds and 3 halts: 18 runs.
pub const GRID: &str = "tests/fixtures/sweep/grid.ron";
/// A scenario without a grid whose services depend on the seed.
pub const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";

/// Returns the rows of a sweep of a file.
pub fn rows(file: &str, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let told = stdout(
        0,
        &[&["sweep", file, "--format", "jsonl"], arguments].concat(),
    );
    read_rows(&told)
}

/// Parses JSON lines as rows.
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

/// Returns the standard output with any exit code.
pub fn stdout_of_any(arguments: &[&str]) -> String {
    let output = command(arguments).output().expect("the command starts");
    text(&output.stdout)
}
