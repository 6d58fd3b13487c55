//! The same difficulty and seed, or task, gives the reference's episode, field by field.
//!
//! `FIREWATCH_EPISODES=FILE` compares the lines of another file instead of the fixture's; a relative
//! `FILE` counts from the root of the workspace.

use std::path::PathBuf;

use firewatch_reference::{ReferenceStart, matching, tasks};
use firewatch_scenario::Difficulty;
use firewatch_sim::{EnvironmentState, LogScript, Simulation};
use firewatch_tests::{Comparison, compare_episode, difference, files, tell, workspace};

/// Differing fields that are named for one line.
const NAMED: usize = 5;

fn file() -> PathBuf {
    let file = std::env::var_os("FIREWATCH_EPISODES").map_or_else(
        || PathBuf::from("tests/fixtures/conformance/episodes.jsonl"),
        PathBuf::from,
    );
    workspace().join(file)
}

/// Whether the line is an episode of ours; tells what differs if not.
fn is_reproduced(number: usize, line: &str) -> bool {
    let Comparison {
        name,
        differences,
        unknown,
    } = match compare_episode(line) {
        Ok(comparison) => comparison,
        Err(error) => {
            tell(&format!("line {number}: {error}"));
            return false;
        }
    };
    for field in unknown {
        tell(&format!(
            "line {number} ({name}): `{field}` is not compared"
        ));
    }
    for difference in differences.iter().take(NAMED) {
        tell(&format!("line {number} ({name}): {difference}"));
    }
    if let more @ 1.. = differences.len().saturating_sub(NAMED) {
        tell(&format!("line {number} ({name}): and {more} more"));
    }
    differences.is_empty()
}

#[test]
fn every_episode_is_reproduced_field_by_field() {
    let file = file();
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let reproduced: Vec<bool> = lines
        .map(|(index, line)| is_reproduced(index + 1, line))
        .collect();
    let differ = reproduced.iter().filter(|same| !**same).count();
    let episodes = reproduced.len();
    tell(&format!("{episodes} episodes, {differ} differ"));
    assert!(episodes > 0, "no episodes in {}", file.display());
    assert_eq!(differ, 0, "{differ} of {episodes} episodes differ");
}

#[test]
fn a_changed_field_of_a_line_is_noticed() {
    let line =
        std::fs::read_to_string(workspace().join("tests/fixtures/conformance/episodes.jsonl"))
            .expect("the fixture can be read");
    let line = line.lines().next().expect("the fixture has a line");
    let notices = |from: &str, to: &str| {
        assert!(line.contains(from), "{from}");
        compare_episode(&line.replace(from, to)).map(|comparison| comparison.differences)
    };
    let only = |place: &str, differences: Result<Vec<String>, String>| {
        let differences = differences.expect("the line can be read");
        assert!(
            matches!(&*differences, [one] if one.starts_with(place)),
            "{differences:?}"
        );
    };
    only(
        "services[user-service].metrics.http_server_error_rate",
        notices(
            "\"http_server_error_rate\":0.0146",
            "\"http_server_error_rate\":0.014600000000000002",
        ),
    );
    only(
        "slo_budget",
        notices("\"slo_budget\":30.0", "\"slo_budget\":30.5"),
    );
    only("blast_radius: not in", notices("\"blast_radius\":1,", ""));
    only(
        "services[user-service].metrics.queue",
        notices(
            "\"restart_count\":0,\"last_deployment_age_seconds\":241",
            "\"queue\":0,\"last_deployment_age_seconds\":241",
        ),
    );
    assert!(notices("\"easy\"", "\"simple\"").is_err());
    assert!(notices("\"task\":null", "\"task\":\"task_easy_nothing\"").is_err());
}

#[test]
fn every_file_of_the_reference_is_a_task() {
    let mut ids: Vec<&str> = tasks().iter().map(|task| task.id).collect();
    ids.sort_unstable();
    let files = files(&workspace().join("crates/firewatch-reference/tasks"), "ron");
    let names: Vec<_> = files
        .iter()
        .filter_map(|file| file.file_stem()?.to_str())
        .collect();
    assert_eq!(names, ids);
    assert_eq!(ids.len(), 60);
    assert!(ReferenceStart::of_task("task_easy_nothing").is_err());
}

#[test]
fn difficulty_and_seed_find_the_first_task_that_has_both() {
    for task in tasks() {
        let seed = task.scenario.seed;
        assert!(task.scenario.difficulty.is_some(), "{}", task.id);
        let found = matching(task.difficulty(), seed).expect("this one has both");
        let second = task.id == "task_easy_log_storm_disk";
        assert_eq!(found.id == task.id, !second, "{}", task.id);
        let by_id = ReferenceStart::of_task(task.id).expect("this is a task");
        assert_eq!(
            by_id == ReferenceStart::generate(task.difficulty(), seed),
            !second
        );
    }
    let first = ReferenceStart::generate(Difficulty::Easy, 336);
    assert_eq!(first.scenario.name, "Everybody logs in at once");
    assert_eq!(ReferenceStart::generate(Difficulty::Medium, 336).task, None);
}

#[test]
fn another_difficulty_changes_the_budget_alone() {
    for task in tasks() {
        let own = ReferenceStart::of_task(task.id).expect("this is a task");
        for &difficulty in Difficulty::ALL {
            let other = ReferenceStart::of_task_with(task.id, difficulty, task.scenario.seed);
            let other = other.expect("this is a task");
            assert_eq!(other.state.slo_budget, difficulty.slo_budget());
            assert_eq!(other.state.services, own.state.services);
            assert_eq!(other.state.faults, own.state.faults);
            assert_eq!(other.scenario.ticks, own.scenario.ticks);
        }
    }
}

/// The hashes were written down when each of these episodes was compared, field by field, with one
/// that CPython drew from the tables of the reference.
#[test]
fn every_task_begins_as_it_did() {
    let mut text = String::new();
    for task in tasks() {
        let episode = ReferenceStart::of_task(task.id).expect("this is a task");
        // What is planted in the logs is in words of our own.
        let state = EnvironmentState {
            log_script: LogScript {
                adversarial: Vec::new(),
                ..episode.state.log_script
            },
            ..episode.state
        };
        let simulation = Simulation::new(&state).expect("the task's state is valid");
        text += &format!("{} {:016x}\n", task.id, simulation.state_hash());
    }
    let different = difference(
        &workspace().join("tests/fixtures/reference-tasks.txt"),
        &text,
    );
    assert_eq!(different, None);
}
