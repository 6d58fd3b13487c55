//! An episode that the reference played has the same rewards and the same score under its profile.
//!
//! `FIREWATCH_PLAYED=FILE` plays the lines of another file instead of the fixture's; a relative `FILE`
//! counts from the root of the workspace.

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
