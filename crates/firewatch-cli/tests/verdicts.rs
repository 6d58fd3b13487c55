//! The actual value of a failed expectation is shown with its name.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use support::{Folder, assert_contains};

const SCENARIO: &str = r#"Scenario(
    name: "own", difficulty: easy, services: ["auth-service"], faults: [(kind: oom, service: "auth-service")],
    expect: [
        at_tick(1, mttm(0)),
        at_end(blast_radius(9)),
        at_end(status("auth-service", healthy)),
        at_end(metric("auth-service", "restart_count", 77)),
        at_end(all_healthy),
    ],
)"#;

#[test]
fn what_was_found_is_told_with_its_name() {
    let folder = Folder::new();
    folder.write("own.ron", SCENARIO);
    for quiet in [&["run", "own.ron"][..], &["run", "own.ron", "--quiet"]] {
        let told = folder.told(1, quiet);
        assert_contains(
            &told,
            &[
                "at tick 1: not mitigated\n",
                "at tick 20: blast_radius is 1\n",
                "at tick 20: auth-service is ",
                "at tick 20: restart_count of auth-service is ",
                "at tick 20: not all_healthy\n",
            ],
        );
    }
}
