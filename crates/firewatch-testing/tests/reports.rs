//! What is said about scenarios that fail, and about states that differ.

use std::path::Path;

use firewatch_scenario::Scenario;
use firewatch_sim::Simulation;
use firewatch_testing::{assert_file, assert_listed, check, differences, load_folder};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What a panic says.
fn panic_of(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(f).err();
    let message = payload.and_then(|payload| payload.downcast::<String>().ok());
    message.map(|message| *message).unwrap_or_default()
}

#[test]
fn each_failed_expectation_is_reported_with_its_line() {
    let message = panic_of(|| assert_file(ROOT, "tests/failing/unattended.ron"));
    let lines: Vec<&str> = message.trim().lines().collect();
    let file = "tests/failing/unattended.ron";
    assert_eq!(
        lines[0],
        format!("{file}: \"A bad deployment that nobody looks at\": 1 of 4 expectations held")
    );
    let places: Vec<&str> = lines[1..]
        .iter()
        .map(|line| line.split(" expected").next().unwrap_or_default())
        .collect();
    assert_eq!(
        places,
        [
            format!("{file}:9:9:"),
            format!("{file}:9:55:"),
            format!("{file}:12:9:")
        ],
        "{message}"
    );
    assert!(
        lines[1].contains("at_tick(12, status(\"auth-service\", healthy)); at tick 12 it was ")
    );
    assert!(
        lines[3].contains("expected at_end(slo_budget(ge(30))); at tick 20 it was "),
        "{message}"
    );
}

#[test]
fn problems_of_all_files_of_a_folder_come_together() {
    let loaded = load_folder(&Path::new(ROOT).join("tests/scenarios")).expect("no problems");
    let names: Vec<&str> = loaded.iter().map(|loaded| &*loaded.scenario.name).collect();
    assert_eq!(names, ["Nothing happens", "A bad deployment, rolled back"]);
    for loaded in &loaded {
        assert!(check(loaded).expect("it runs").passed());
    }
    let missing = load_folder(&Path::new(ROOT).join("tests/no-such-folder")).err();
    assert!(missing.is_some_and(|problems| problems[0].to_string().contains("can't be read")));
}

#[test]
fn a_file_without_a_test_is_noticed() {
    let message =
        panic_of(|| assert_listed(ROOT, "tests/scenarios", &["tests/scenarios/wait.ron"]));
    assert!(message.contains(
        "no test plays tests/scenarios/nested/healthy.ron, tests/scenarios/rolled-back.ron"
    ));
}

#[test]
fn states_are_compared_field_by_field() {
    let text = std::fs::read_to_string(Path::new(ROOT).join("tests/scenarios/rolled-back.ron"));
    let scenario = Scenario::parse("rolled-back.ron", &text.expect("it can be read"));
    let state = scenario
        .expect("no problems")
        .initial_state()
        .expect("a state");
    let mut simulation = Simulation::new(&state).expect("it begins");
    let before = simulation.snapshot();
    assert_eq!(differences(&before, &before).expect("json"), []);
    simulation
        .set_metric("auth-service", "restart_count", 7)
        .expect("a metric");
    let all = differences(&before, &simulation.snapshot()).expect("json");
    let told: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["services[1].metrics.restart_count: 0 != 7"]);
}
