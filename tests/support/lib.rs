//! What several of the test binaries need.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't read its fixtures fails"
)]

mod case;
mod episode;
mod host;
mod incident;
mod load;
mod played;
mod property;
mod snapshot;

use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use case::{Case, Difference, Moment, expect_same};
pub use episode::{Comparison, compare_episode};
pub use host::{Crowd, Host, checkout_and_database, rows_are_together};
pub use incident::{Act, Footprint, Incident, neighbour};
pub use load::{load_any, load_scenario};
pub use played::{Replay, replay};
pub use property::property;
pub use snapshot::difference;

use firewatch_scenario::{FileKind, Scenario};

/// Prints a line past the test harness, which would keep it to itself unless the test fails.
pub fn tell(line: &str) {
    // A closed pipe is no reason for a test to fail.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// The files below a folder with that extension, in order of their paths.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The scenarios of the workspace, with their files in order of their paths.
///
/// # Panics
/// One of them is not in order.
#[must_use]
pub fn scenarios() -> Vec<(PathBuf, Scenario)> {
    let is_scenario = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).expect("the file can be read");
        FileKind::of(&text) == FileKind::Scenario
    };
    let load = |file: PathBuf| match Scenario::load(&file) {
        Ok(scenario) => (file, scenario),
        Err(problems) => panic!("{problems}"),
    };
    let files = scenario_files().into_iter();
    files.filter(is_scenario).map(load).collect()
}

/// The files of the folders that hold scenarios: those for people, and the tasks of the reference.
#[must_use]
pub fn scenario_files() -> Vec<PathBuf> {
    let folders = ["scenarios", "crates/firewatch-reference/tasks"].into_iter();
    folders
        .flat_map(|folder| files(&workspace().join(folder), "ron"))
        .collect()
}

/// The folder of the conformance cases, or the one that `FIREWATCH_CASES` names; a relative one
/// counts from the root of the workspace.
#[must_use]
pub fn case_folder() -> PathBuf {
    let folder = std::env::var_os("FIREWATCH_CASES").map_or_else(
        || PathBuf::from("tests/fixtures/conformance"),
        PathBuf::from,
    );
    workspace().join(folder)
}

/// The conformance cases that come with the workspace.
#[must_use]
pub fn fixtures() -> Vec<Case> {
    let folder = workspace().join("tests/fixtures/conformance");
    files(&folder, "json")
        .iter()
        .map(|file| Case::read(file).expect("a fixture is a case"))
        .collect()
}

/// The examples of the page about extending, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/extending.md")]
struct Extending;

/// The examples of the page about tests and programs, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;
