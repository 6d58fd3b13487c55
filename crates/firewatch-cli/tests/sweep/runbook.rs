//! Sweeps with a runbook.

use crate::formats::{open_parquet, parquet_rows};
use crate::support::{Folder, run, stderr};
use crate::tool::{GENERATED, column, read_rows, rows, stdout_of_any};

/// An incident and its runbook.
const ANSWERED: &str = "../../scenarios/catalog/easy/two-locks-in-the-wrong-order.ron";
const RUNBOOK: [&str; 2] = [
    "--runbook",
    "../../scenarios/runbooks/two-locks-in-the-wrong-order.ron",
];

#[test]
fn a_runbook_answers_every_run_of_a_sweep() {
    let seeds = ["--seeds", "0..6"];
    let swept = rows(ANSWERED, &[&seeds[..], &RUNBOOK].concat());
    let alone = ["run", ANSWERED, "--format", "jsonl"];
    let alone = read_rows(&stdout_of_any(&[&alone[..], &seeds, &RUNBOOK].concat()));
    for name in ["mttm", "state_hash", "reward", "grade", "wrong_actions"] {
        assert_eq!(column(&swept, name), column(&alone, name), "{name}");
    }
    // Without a runbook there is no score.
    let unanswered = rows(ANSWERED, &seeds);
    assert!(unanswered.iter().all(|row| !row.contains_key("grade")));

    let folder = Folder::new();
    let grid = [&["--vary", "speed=0.5..=3.0/0.5"], &seeds[..], &RUNBOOK].concat();
    let as_rows = rows(ANSWERED, &grid);
    let grades = column(&as_rows, "grade");
    assert!(grades.iter().any(|grade| *grade != grades[0]));
    for threads in ["1", "3"] {
        let path = folder.name("rows.parquet");
        let sweep = [
            "sweep",
            ANSWERED,
            "-f",
            "parquet",
            "-o",
            &path,
            "--threads",
            threads,
        ];
        run(0, &[&sweep[..], &grid].concat());
        assert_eq!(parquet_rows(&open_parquet(&path)), as_rows);
    }
}

#[test]
fn a_runbook_that_does_not_fit_a_run_is_told_before_any_is_played() {
    let folder = Folder::new();
    let steps = r#"Runbook(name: "x", steps: [action("restart_service", "auth-service")])"#;
    let runbook = folder.write("fix.ron", steps);
    // Other seeds draw other services.
    let sweep = ["sweep", GENERATED, "--runbook", &runbook];
    let message = stderr(2, &[&sweep[..], &["--seeds", "0..200"]].concat());
    assert!(
        message.contains("unknown service `auth-service`"),
        "{message}"
    );
    assert!(message.contains("; no run was played"), "{message}");
    let over = stderr(2, &[&sweep[..], &["-o", &runbook]].concat());
    assert!(over.contains("is an input of this command"), "{over}");
    assert_eq!(folder.read_text("fix.ron"), steps);
}
