//! A playback branches at any tick into two that don't influence each other.

#![expect(clippy::expect_used, reason = "a test whose scenario is refused fails")]

use std::sync::Arc;

use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};

const SCENARIO: &str = r#"Scenario(
    name: "A deployment, then memory",
    difficulty: easy,
    ticks: 20,
    services: ["api-gateway", "auth-service", "db-proxy", "cache-service"],
    faults: [
        (kind: bad_deploy, service: "auth-service"),
        (kind: oom, service: "cache-service", start_tick: 6),
    ],
    timeline: [
        (tick: 4, do: set("api-gateway", {"restart_count": 7})),
        (tick: 7, do: action("restart_service", "cache-service")),
        (tick: 9, do: halt("cache-service")),
    ],
    expect: [by_tick(8, status("auth-service", critical)), at_end(wrong_actions(0))],
)"#;

const RUNBOOK: &str = r#"Runbook(
    name: "Roll back, then see whether it held",
    steps: [
        wait_until(alert("auth-service"), 10),
        when(status("auth-service", ge(degraded)), [
            action("fetch_logs", "auth-service"),
            wait(1),
            action("rollback_deploy", "auth-service"),
        ], [action("escalate")]),
        wait(2),
        action("add_memory", "cache-service"),
        wait_until(all_healthy, 10),
        action("declare_resolved"),
    ],
    expect: [at_end(grade(ge(0.1)))],
)"#;

/// Everything that can be seen of a playback, as text.
fn everything(playback: &Playback) -> String {
    format!(
        "{}\n{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        playback.tick_count(),
        playback.simulation().state_hash(),
        playback.events(),
        playback.histories(),
        playback.verdicts(),
        playback.score(),
        playback.mttm_tick(),
    )
}

fn finish(playback: &mut Playback) -> Vec<String> {
    let mut seen = Vec::new();
    while playback.tick().expect("the scenario has no problems") {
        seen.push(everything(playback));
    }
    seen
}

#[test]
fn a_branch_goes_on_like_its_origin_and_neither_changes_the_other() {
    let scenario = Scenario::parse("scenario.ron", SCENARIO);
    let scenario = Arc::new(scenario.unwrap_or_else(|problems| panic!("{problems}")));
    let runbook = Runbook::parse_for("runbook.ron", RUNBOOK, &scenario);
    let runbook = Arc::new(runbook.unwrap_or_else(|problems| panic!("{problems}")));
    for answered in [false, true] {
        let begin = || match answered {
            true => Playback::answered(Arc::clone(&scenario), Arc::clone(&runbook)),
            false => Playback::new(Arc::clone(&scenario)),
        };
        let whole = finish(&mut begin().expect("the scenario has no problems"));
        let mut origin = begin().expect("the scenario has no problems");
        for tick in 0..=whole.len() {
            let mut same = origin.branch().expect("the state is sound");
            let mut other = origin.branch().expect("the state is sound");
            let before = everything(&origin);
            assert_eq!(before, everything(&same), "tick {tick}");
            let changed =
                other
                    .simulation_mut()
                    .set_metric("db-proxy", "http_server_error_rate", 0.75);
            changed.expect("the mesh has it");
            let elsewhere = finish(&mut other);
            assert!(
                elsewhere.is_empty() || elsewhere != whole[tick..],
                "tick {tick}"
            );
            assert_eq!(before, everything(&origin), "tick {tick}");
            assert_eq!(finish(&mut same), whole[tick..], "tick {tick}");
            origin.tick().expect("the scenario has no problems");
        }
    }
}
