//! An episode that the reference played has the same rewards and the same score under its profile.
//!
//! `FIREWATCH_PLAYED=FILE` plays the lines of another file instead of the fixture's; a relative `FILE`
//! counts from the root of the workspace.

#![expect(clippy::panic, reason = "a test whose file can't be read fails")]

use std::path::{Path, PathBuf};

use firewatch_tests::{Replay, replay, tell, workspace};

fn file() -> PathBuf {
    let file = std::env::var_os("FIREWATCH_PLAYED").map_or_else(
        || PathBuf::from("tests/fixtures/played.jsonl"),
        PathBuf::from,
    );
    workspace().join(file)
}

/// Plays every line; prints what differs and how much was compared. Episodes, and those that differ.
fn play_file(file: &Path) -> (usize, usize) {
    let text =
        std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut episodes, mut steps, mut differ) = (0, 0, 0);
    let lines = text.lines().enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        episodes += 1;
        let number = index + 1;
        let Replay {
            steps: played,
            difference,
            unknown,
        } = replay(line).unwrap_or_else(|error| Replay {
            difference: Some(error),
            ..Replay::default()
        });
        steps += played;
        for field in unknown {
            tell(&format!("line {number}: `{field}` is not compared"));
        }
        if let Some(difference) = difference {
            differ += 1;
            tell(&format!("line {number}: {difference}"));
        }
    }
    tell(&format!(
        "{episodes} episodes, {steps} steps, {differ} differ"
    ));
    (episodes, differ)
}

#[test]
fn every_episode_that_the_reference_played_is_worth_the_same() {
    let file = file();
    let (episodes, differ) = play_file(&file);
    assert!(episodes > 0, "no episodes in {}", file.display());
    assert_eq!(differ, 0, "{differ} of {episodes} episodes differ");
}

/// A line as the reference writes it, with these actions, rewards and score.
fn line(actions: &str, rewards: &str, score: &str) -> String {
    let request = r#"{"task":"task_easy_oom_baseline","difficulty":"easy","seed":42}"#;
    format!(
        r#"{{"request":{request},"actions":[{actions}],"rewards":[{rewards}],"score":{score}}}"#
    )
}

#[test]
fn a_changed_number_is_named_with_its_place() {
    let actions = r#"["fetch_logs","auth-service",{}],["declare_resolved",null,{}]"#;
    let difference = |rewards, score| {
        let replay = replay(&line(actions, rewards, score)).expect("the line is in order");
        assert_eq!(replay.steps, 2);
        replay.difference
    };
    let said = difference("-0.5,-1.0", "0.5").expect("it differs");
    let place = "step 2 declare_resolved: expected -1, got -";
    assert!(said.starts_with(place), "{said}");
    let number = said.trim_start_matches("step 2 declare_resolved: expected -1, got ");
    let rewards = format!("-0.5,{number}");
    let said = difference(&rewards, "0.5").expect("it differs");
    assert!(said.starts_with("score: expected 0.5, got 0."), "{said}");
    let score = said
        .trim_start_matches("score: expected 0.5, got ")
        .to_owned();
    assert_eq!(difference(&rewards, &score), None);
    let said = difference(&rewards, "null").expect("it differs");
    assert_eq!(said, format!("score: expected null, got {score}"));
    let said = difference(&format!("null,{number}"), &score).expect("it differs");
    let place = r#"step 1 fetch_logs "auth-service": expected null, got -0.5"#;
    assert_eq!(said, place);
}

#[test]
fn what_the_reference_refuses_has_no_reward() {
    let same = |actions: &str, rewards: &str| {
        let replay = replay(&line(actions, rewards, "null")).expect("the line is in order");
        replay.difference
    };
    // None of its actions: nothing happens. Then a step as if it had not been.
    let looks = r#"["no_such_action",null,{}],["fetch_logs","auth-service",{}]"#;
    assert_eq!(same(looks, "null,-0.5"), None);
    // What fails earns 0, for which a file may have null.
    let fails = r#"["scale_replicas","auth-service",{"memory_limit_mb":"much"}]"#;
    assert_eq!(same(fails, "0.0"), None);
    assert_eq!(same(fails, "null"), None);
    assert!(same(fails, "-0.5").is_some());
    // Null is left out for this parameter, and no number for that one.
    let nulls = r#"["scale_replicas","auth-service",{"memory_limit_mb":null}],
        ["traffic_shift","auth-service",{"drain_percentage":null}]"#;
    assert_eq!(same(nulls, "-0.5,-0.5"), None);

    let refused = r#"{"request":{"task":"task_easy_lb_hotspot","difficulty":"easy","seed":1},
        "actions":[["fetch_logs","auth-service",{}]],"rewards":[null],"score":null}"#;
    let replay = replay(refused).expect("the line is in order");
    assert_eq!((replay.steps, replay.difference), (1, None));
}

#[test]
fn a_malformed_line_is_told_and_not_played() {
    let look = r#"["fetch_logs","auth-service",{}]"#;
    for (text, told) in [
        ("{", "EOF"),
        ("[]", "expected struct Line"),
        (&line(look, "", "null"), "1 actions and 0 rewards"),
        (&line(look, "\"-0.5\"", "null"), "invalid type"),
        (&line(r#"["fetch_logs"]"#, "-0.5", "null"), "invalid length"),
        (
            &line(r#"["fetch_logs","a",{"x":1}]"#, "-0.5", "null"),
            r#"step 1 fetch_logs "a" {"x":1}: `x`: a number must be"#,
        ),
        (
            &line(r#"["fetch_logs","a",{"x":{"i":"1.5"}}]"#, "-0.5", "null"),
            "`x`: a number must be",
        ),
        (
            &line(
                r#"["fetch_logs","a",{"x":{"f":"1","i":"1"}}]"#,
                "-0.5",
                "null",
            ),
            "`x`: a number must be",
        ),
        (
            r#"{"request":{"difficulty":"nightmare","seed":1},"actions":[],"rewards":[],"score":null}"#,
            "`difficulty` must be easy, medium or hard",
        ),
        (
            r#"{"request":{"seed":1},"actions":[],"rewards":[],"score":null}"#,
            "`request` needs a task, or a difficulty and a seed",
        ),
        (
            r#"{"request":{"difficulty":"easy","seed":-1},"actions":[],"rewards":[],"score":null}"#,
            "invalid value",
        ),
    ] {
        let error = replay(text).expect_err(text);
        assert!(error.contains(told), "{text}: {error}");
    }
}
