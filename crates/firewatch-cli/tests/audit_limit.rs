//! `firewatch audit --limit`: what was not tried is said, and is not good.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use support::{assert_tells, json, run, stdout, text};

/// A good incident with a runbook of its own.
const GOOD: &str = "tests/fixtures/audit/good/bad-deploy.ron";
/// An incident in which only the search finds an answer.
const FAILING: &str = "tests/fixtures/failing.ron";

#[test]
fn an_audit_that_is_stopped_says_so_and_is_not_good() {
    let limited = ["audit", FAILING, "--limit", "1200"];
    let told = stdout(1, &limited);
    assert_tells(
        &told,
        &[
            "note: search stopped at the limit of 1200 service ticks",
            "? winnable",
            "stopped at the limit",
        ],
    );
    let quiet = stdout(1, &[&limited[..], &["--quiet"]].concat());
    assert_tells(&quiet, &["? winnable", "0 good, 1 not good"]);
    let several = stdout(1, &["audit", FAILING, GOOD, "--limit", "1200"]);
    assert_tells(&several, &["checks that are undecided:"]);
    let report = json(1, &limited);
    assert_eq!(report[0]["stopped_at_limit"], 1200);
    assert_eq!(report[0]["good"], false);
    let findings = report[0]["findings"].as_array().expect("findings");
    let winnable = { findings.iter() }.find(|finding| finding["check"] == "winnable");
    assert_eq!(winnable.expect("it is reported")["verdict"], "undecided");
    // Without a limit that is reached there is no word of one.
    let report = json(0, &["audit", GOOD]);
    assert_eq!(report[0].get("stopped_at_limit"), None);
}

#[test]
fn a_limit_below_what_every_audit_takes_is_refused() {
    let refused = text(&run(2, &["audit", GOOD, "--limit", "5"]).stderr);
    assert_tells(
        &refused,
        &[
            GOOD,
            "service ticks; the limit is",
            "the limit is 5",
            "give a greater `--limit`",
        ],
    );
    let help = stdout(0, &["audit", "--help"]);
    assert_tells(
        &help,
        &[
            "--limit <N>",
            "service ticks",
            "[default: 100000000]",
            "undecided",
        ],
    );
}
