//! Scenarios as tests.
//!
//! [`scenario_tests!`] makes one `#[test]` for each scenario file of a folder of a package. What fails is
//! reported with the file, the line and the place of each expectation:
//!
//! ```ignore
//! // tests/incidents.rs
//! firewatch_testing::scenario_tests!("tests/incidents");
//! ```
//!
//! ```text
//! tests/incidents/pool.ron:12:9: expected at_tick(4, status("db-proxy", healthy)); at tick 4 it was degraded
//! ```
//!
//! [`load_folder`] and [`check`] are for tests of other shapes, [`differences`] says in what two states
//! differ.

mod difference;
mod folder;
mod report;

pub use difference::{Difference, differences};
pub use folder::{LoadedScenario, load_folder};
pub use report::{FailedExpectation, Report, check};

/// Makes one `#[test]` for each `.ron` file below a folder, named `scenario_` and the path with `_` in the
/// place of other characters. A file is a scenario; a runbook or a file of actions passes if it has no
/// problems. The folder is relative to the package.
///
/// The files are listed when the test is compiled. A further test, `every_file_has_a_test`, fails once the
/// folder has files that were added later.
pub use firewatch_testing_macros::scenario_tests;

use std::path::Path;

/// Plays a file as [`scenario_tests!`] does.
///
/// # Panics
/// With the report, if the file has problems or an expectation does not hold.
#[track_caller]
#[expect(clippy::panic, reason = "a test fails by a panic")]
pub fn assert_file(root: &str, file: &str) {
    match folder::load(&Path::new(root).join(file), file) {
        Ok(None) => {}
        Ok(Some(loaded)) => match check(&loaded) {
            Ok(report) if report.passed() => {}
            Ok(report) => panic!("\n{report}"),
            Err(error) => panic!("\n{file}: {error}"),
        },
        Err(problems) => panic!("\n{problems}"),
    }
}

/// Holds the files of a folder against those that [`scenario_tests!`] has made tests of.
///
/// # Panics
/// If the folder has other files, or can't be read.
#[track_caller]
#[expect(clippy::panic, reason = "a test fails by a panic")]
pub fn assert_listed(root: &str, folder: &str, listed: &[&str]) {
    let found = match folder::names(&Path::new(root).join(folder)) {
        Ok(found) => found,
        Err(error) => panic!("`{folder}` can't be read: {error}"),
    };
    let new = found.iter().map(|name| format!("{folder}/{name}"));
    let new: Vec<String> = new.filter(|name| !listed.contains(&&**name)).collect();
    assert!(
        new.is_empty(),
        "no test plays {}: compile the tests again (change the file that has `scenario_tests!`)",
        new.join(", ")
    );
}
