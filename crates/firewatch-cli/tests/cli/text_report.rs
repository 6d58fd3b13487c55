//! The text report of a run.

use std::fs;

use serde_json::Value;

use crate::support::{command, json, output, stderr, stdout, text};
use crate::tool::{BROKEN, FAILING, FOLDER, GENERATED, POOL, expect_snapshot};

#[test]
fn a_story_reads_as_it_did() {
    expect_snapshot("pool.txt", &stdout(0, &["run", POOL]));
    expect_snapshot(
        "failing.txt",
        &stdout(1, &["run", FAILING, "--logs", "auth-service"]),
    );
    expect_snapshot(
        "seeds.txt",
        &stdout(1, &["run", FAILING, GENERATED, "--seeds", "0..9"]),
    );
    expect_snapshot("list.txt", &stdout(0, &["list", FOLDER]));
    expect_snapshot("pool.dot", &stdout(0, &["graph", POOL]));
}

#[test]
fn quiet_tells_what_failed_and_a_last_line() {
    let told = stdout(1, &["run", "--quiet", FOLDER, FAILING]);
    assert!(!told.contains("Pool exhausted"), "{told}");
    assert!(
        told.contains("✗ at_end(all_healthy)\n      at tick 20: not all_healthy"),
        "{told}"
    );
    let last = "3 scenarios: 2 passed, 1 failed; expectations: 7 passed, 2 failed";
    assert_eq!(told.lines().last(), Some(last));
}

#[test]
fn fewer_ticks_leave_expectations_undecided() {
    let told = stdout(1, &["run", FAILING, "--ticks", "12"]);
    assert!(
        told.contains("– at_tick(18, unhealthy_services(2))"),
        "{told}"
    );
    let report = json(0, &["run", POOL, "--ticks", "4"]);
    assert_eq!(report[0]["expectations"][0]["outcome"], "passed");
    assert_eq!(report[0]["totals"]["ticks"], 4);
    let events = report[0]["events"].as_array().expect("events");
    assert!(
        events.iter().all(|event| event["event"] != "fault_halted"),
        "{events:?}"
    );
}

#[test]
fn a_long_run_does_not_bury_its_summary() {
    let told = stdout(1, &["run", FAILING, "--events", "2", "--ticks", "100000"]);
    assert!(told.lines().count() < 40, "{told}");
    assert!(
        told.contains("more status changes (--events all shows them)"),
        "{told}"
    );
    assert!(!stdout(1, &["run", FAILING, "--events", "all"]).contains("--events all"));
    let sparkline = told.lines().find(|line| line.contains("◀ cause"));
    assert!(
        sparkline.is_some_and(|line| line.chars().count() < 100),
        "{told}"
    );
}

#[test]
fn colours_come_when_they_are_wanted() {
    let escape = '\u{1b}';
    assert!(!stdout(0, &["run", POOL]).contains(escape));
    assert!(!stdout(0, &["run", POOL, "--color", "never"]).contains(escape));
    assert!(stdout(0, &["run", POOL, "--color", "always"]).contains(escape));
    assert!(stderr(2, &["run", BROKEN, "--color", "always"]).contains(escape));
    let forced = |variable: &str| {
        let mut command = command(&["run", POOL]);
        command.env("CLICOLOR_FORCE", "1").env(variable, "1");
        text(&command.output().expect("the command starts").stdout)
    };
    assert!(forced("CLICOLOR_FORCE").contains(escape));
    assert!(!forced("NO_COLOR").contains(escape));
}

#[test]
fn a_scenario_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("escape.ron");
    let scenario = r#"Scenario(
        name: "\u{1b}[2J gone", difficulty: easy,
        services: { "a\u{1b}[31m": () }, faults: [(kind: oom, service: "a\u{1b}[31m")],
        adversarial_logs: [(service: "a\u{1b}[31m", line: "\u{7}")],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let file = file.to_str().expect("a plain path");
    let output = output(&["run", file, "--logs", "a\u{1b}[31m"]);
    let all = text(&output.stdout) + &text(&output.stderr) + &stdout(0, &["graph", file]);
    assert!(!all.contains(['\u{1b}', '\u{7}']), "{all:?}");
}

#[test]
fn actions_of_the_timeline_are_told_with_their_feedback() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answered.ron");
    let scenario = r#"Scenario(
        name: "Rolled back by hand", difficulty: easy,
        services: ["api-gateway", "auth-service", "db-proxy"],
        faults: [(kind: bad_deploy, service: "auth-service")],
        timeline: [
            (tick: 4, do: action("restart_service", "db-proxy")),
            (tick: 5, do: action("escalate")),
            (tick: 6, do: action("rollback_deploy", "auth-service")),
        ],
        expect: [at_end(all_healthy)],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let file = file.to_str().expect("a plain path");
    let story = stdout(0, &["run", file]);
    for line in [
        "4   0:02:00  db-proxy      restart_service (wrong action): db-proxy was",
        "5   0:02:30  escalate: A specialist is on the line",
        "6   0:03:00  auth-service  rollback_deploy: auth-service runs ",
        "6   0:03:00  auth-service  bad_deploy halted",
    ] {
        assert!(story.contains(line), "{line} is not in\n{story}");
    }
    let report = json(0, &["run", file]);
    let events = report[0]["events"].as_array().expect("events");
    let taken: Vec<&Value> = { events.iter() }
        .filter(|event| event["event"] == "action_taken")
        .collect();
    assert_eq!(taken.len(), 3);
    assert_eq!(taken[0]["action"], "restart_service");
    assert_eq!(
        (&taken[0]["wrong"], &taken[2]["wrong"]),
        (&true.into(), &false.into())
    );
    assert_eq!(taken[1].get("service"), None);
}

#[test]
fn names_do_not_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.ron");
    let name = "a\u{202e}b\u{1b}[31mc";
    let text = format!("Scenario(name: \"{name}\", difficulty: easy, services: [\"cache\"])");
    std::fs::write(&file, text.replace('\u{1b}', "\\u{1b}")).unwrap();
    for command in ["run", "graph"] {
        let shown = stdout(0, &[command, file.to_str().unwrap()]);
        assert!(
            !shown.contains(['\u{202e}', '\u{1b}']),
            "{command}: {shown:?}"
        );
        assert!(shown.contains("u{202e}"), "{command}: {shown}");
    }
}
