//! `check --format json` gives each problem its code.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use serde_json::Value;
use support::run;

/// The codes of what `check` says about a file.
fn codes(code: i32, file: &str) -> Vec<String> {
    let output = run(code, &["check", file, "--format", "json"]);
    let problems: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let code = |problem: &Value| problem["code"].as_str().expect("a code").to_owned();
    problems.iter().map(code).collect()
}

#[test]
fn each_problem_has_its_code() {
    assert_eq!(codes(0, "tests/fixtures/failing.ron"), [""; 0]);
    assert_eq!(
        codes(2, "tests/fixtures/broken.ron"),
        ["unknown-service", "out-of-range"]
    );
    assert_eq!(codes(2, "there is none.ron"), ["unreadable"]);
    assert_eq!(codes(2, "Cargo.toml"), ["wrong-file-kind"]);
}
