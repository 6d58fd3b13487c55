//! Rejected arguments and invalid runs.

use serde_json::{Value, json};

use crate::support::{Folder, stderr, stdout};
use crate::tool::{GENERATED, GRID, stdout_of_any};

#[test]
fn bad_usage_ends_with_2_and_says_what_would_be_right() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "<FILE>"),
        (&["tests/fixtures/folder"], "a folder of several scenarios"),
        (&["no-such.ron"], "no such file or folder"),
        (&["tests/fixtures/broken.ron"], "broken.ron:4:41"),
        (&[GRID, "--vary", "speed"], "such as `speed=0.5,1.0`"),
        (&[GRID, "--vary", "sped=1"], "did you mean `speed`?"),
        (&[GRID, "--vary", "speed:=1"], "the service is missing"),
        (&[GRID, "--vary", "speed="], "`` is not a number"),
        (&[GRID, "--vary", "speed=1,inf"], "`inf` is not a number"),
        (&[GRID, "--vary", "speed=0..2"], "such as `0..2/0.5`"),
        (
            &[GRID, "--vary", "speed=0..2/0"],
            "the step must be a number above 0",
        ),
        (&[GRID, "--vary", "speed=2..1/0.5"], "no value lies in it"),
        (
            &[GRID, "--vary", "speed=0..9/0.0001"],
            "more than 10000 values",
        ),
        (
            &[GRID, "--vary", "speed=101"],
            "a speed must be 0 to 100, not 101",
        ),
        (
            &[GRID, "--vary", "speed=1,1.0"],
            "`sweep.speed` has a value twice",
        ),
        (
            &[GRID, "--vary", "speed=1", "--vary", "speed=2"],
            "for each service once",
        ),
        (
            &[GRID, "--vary", "speed:cache=1"],
            "there is no fault on `cache` to vary",
        ),
        (
            &[GRID, "--vary", "speed:auth-servce=1"],
            "did you mean `auth-service`?",
        ),
        (
            &[GRID, "--vary", "kind=bad_deply"],
            "did you mean `bad_deploy`?",
        ),
        (&[GRID, "--vary", "halt=4,nevr"], "or `never`"),
        (&[GRID, "--vary", "halt=4..30/4"], "tick 20 is too late"),
        (&[GRID, "--vary", "seed=1,2"], "seeds vary by `--seeds`"),
        (&[GRID, "--seeds", "5..5"], "`5..5` is empty"),
        (&[GRID, "--seeds", "5..=4"], "write the lower seed first"),
        (
            &[GRID, "--seeds", "0..=18446744073709551615"],
            "at most 1000000000000 runs",
        ),
        (&[GRID, "--seeds", "0..9/3"], "a range of seeds has no step"),
        (&[GRID, "--seeds", "0..9,3"], "gives a seed a second time"),
        (
            &[GRID, "--seeds", "0..1000000000000"],
            "at most 1000000000000 runs",
        ),
        (&[GRID, "--shard", "0/4"], "shards are numbered from 1 to 4"),
        (&[GRID, "--shard", "5/4"], "shards are numbered from 1 to 4"),
        (&[GRID, "--shard", "5"], "such as `3/16`"),
        (&[GRID, "--threads", "0"], "invalid value '0'"),
        (&[GRID, "--resume"], "--out <FILE>"),
        (&[GRID, "--format", "parquet"], "`--out rows.parquet`"),
        (&[GRID, "--out", GRID], "is an input of this command"),
        (&[GRID, "--out", "tests/fixtures"], "is not a regular file"),
        (
            &[GRID, "--out", "no-such/rows.csv"],
            "no such folder: `no-such`",
        ),
    ];
    for (arguments, expected) in cases {
        let message = stderr(2, &[&["sweep"], *arguments].concat());
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn runs_that_do_not_fit_are_told_before_any_is_played() {
    let folder = Folder::new();
    let out = folder.write("rows", "as it was");
    let grid = ["--seeds", "0..30", "--vary", "speed:auth-service=1,2"];
    let message = stderr(2, &[&["sweep", GENERATED, "-o", &out], &grid[..]].concat());
    let shown = message
        .matches("there is no fault on `auth-service` to vary")
        .count();
    assert_eq!(shown, 3, "{message}");
    let is_cause = |seed: u32| {
        let seed = seed.to_string();
        let told = stdout_of_any(&["run", GENERATED, "--seed", &seed, "--format", "json"]);
        let report: Value = serde_json::from_str(&told).expect("JSON");
        let services = report[0]["services"].as_array().expect("services");
        let mut roles = services.iter().map(|s| (&s["name"], &s["roles"]));
        roles.any(|role| role == (&json!("auth-service"), &json!(["root_cause", "fault"])))
    };
    let others: Vec<u32> = (0..30).filter(|seed| !is_cause(*seed)).collect();
    let (first, bad) = (others[0], others.len() * 2);
    let place = format!("run {} (seed {first}, speed:auth-service 1)", first * 2);
    assert!(message.contains(&place), "{message}");
    let note = format!("invalid runs: {bad} of 60; no run was played");
    assert!(message.contains(&note), "{note}: {message}");
    assert_eq!(folder.files(), ["rows"]);
    assert_eq!(folder.read_text("rows"), "as it was");
}

#[test]
fn help_documents_rows_and_grids() {
    let help = stdout(0, &["sweep", "--help"]);
    for word in [
        "state_hash",
        "--vary <NAME=VALUES>",
        "0.5..3.0/0.5",
        "never",
        "FILE.partial",
        "sweep: (seeds",
        "Exit codes",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{help}");
}
