//! `firewatch audit --limit`: checks that need more work are undecided, which is not good.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use support::{assert_contains, json, run, stdout, text};

/// A good incident with its own runbook.
const GOOD: &str = "tests/fixtures/audit/good/slow-logins.ron";
/// An incident for which only the search finds a response.
const FAILING: &str = "tests/fixtures/failing.ron";

#[test]
fn an_audit_that_is_stopped_says_so_and_is_not_good() {
    let limited = ["audit", FAILING, "--limit", "1500"];
    let told = stdout(1, &limited);
    assert_contains(
        &told,
        &[
            "note: search stopped at the limit of 1500 service ticks",
            "? winnable",
            "stopped at the limit",
        ],
    );
    let quiet = stdout(1, &[&limited[..], &["--quiet"]].concat());
    assert_contains(&quiet, &["? winnable", "0 good, 1 not good"]);
    let several = stdout(1, &["audit", FAILING, GOOD, "--limit", "1500"]);
    assert_contains(&several, &["undecided checks:"]);
    let report = json(1, &limited);
    assert_eq!(report["incidents"][0]["stopped_at_limit"], 1500);
    assert_eq!(report["incidents"][0]["good"], false);
    let findings = report["incidents"][0]["findings"]
        .as_array()
        .expect("findings");
    let winnable = { findings.iter() }.find(|finding| finding["check"] == "winnable");
    assert_eq!(winnable.expect("it is reported")["verdict"], "undecided");
    // An audit below the limit does not mention it.
    let report = json(0, &["audit", GOOD]);
    assert_eq!(report["incidents"][0].get("stopped_at_limit"), None);
}

#[test]
fn a_limit_below_what_every_audit_takes_is_refused() {
    let refused = text(&run(2, &["audit", GOOD, "--limit", "5"]).stderr);
    assert_contains(
        &refused,
        &[
            GOOD,
            "service ticks; the limit is",
            "the limit is 5",
            "raise `--limit`",
        ],
    );
    let help = stdout(0, &["audit", "--help"]);
    assert_contains(
        &help,
        &[
            "--limit <N>",
            "service ticks",
            "[default: 100000000]",
            "undecided",
        ],
    );
}
