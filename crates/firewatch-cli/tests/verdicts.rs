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

#[test]
fn what_failed_has_few_digits_in_text_and_all_in_json() {
    let folder = support::Folder::new();
    let text = "Scenario(name: \"x\", difficulty: easy, services: {\"db\": (), \"a\": (), \"c\": ()}, \
                faults: [(kind: bad_deploy, service: \"db\", speed: 1.3)], \
                expect: [at_tick(7, mean_error_rate(lt(0.1)))])";
    let file = folder.write("x.ron", text);
    let told = support::stdout(1, &["run", &file]);
    let shown = told
        .split("mean_error_rate is ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let shown = shown.expect("the value is told").to_owned();
    let run = support::json(1, &["run", &file]);
    let exact = run
        .pointer("/0/expectations/0/actual")
        .and_then(|actual| actual.as_str());
    let exact = exact.expect("the value is in the data");
    assert!(exact.len() > 10, "{exact}");
    assert!(shown.len() <= 7, "{shown}");
    let [exact, shown] = [exact, &shown].map(|text| text.parse::<f64>().expect("a number"));
    assert!((exact - shown).abs() < 1e-4, "{exact} {shown}");
}
