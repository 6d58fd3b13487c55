//! The grid: its source and its order.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::support::{Folder, stdout};
use crate::tool::{GENERATED, GRID, column, heading, read_rows, rows, stdout_of_any};

#[test]
fn a_sweep_without_a_grid_is_the_run_of_the_scenario() {
    let folder = Folder::new();
    let scenario = fs::read_to_string(manifest(GRID)).expect("the fixture");
    let (without, _) = scenario.split_once("    sweep:").expect("its grid");
    let file = folder.write("plain.ron", format!("{without})\n"));
    let rows = rows(&file, &[]);
    assert_eq!(rows.len(), 1);
    let expected = [
        "run",
        "scenario",
        "seed",
        "ticks",
        "mended",
        "mttm",
        "bad_customer_minutes",
        "slo_budget",
        "slo_breached",
        "worst_status",
        "state_hash",
    ];
    assert_eq!(heading(&stdout(0, &["sweep", &file])), expected);
    // A single run ignores the grid.
    for file in [&*file, GRID] {
        let told = stdout(0, &["run", file, "--format", "json"]);
        let report: Value = serde_json::from_str(&told).expect("JSON");
        let totals = &report[0]["totals"];
        for name in [
            "ticks",
            "mttm",
            "bad_customer_minutes",
            "slo_budget",
            "slo_breached",
        ] {
            assert_eq!(rows[0][name], totals[name], "{name}");
        }
        assert_eq!(rows[0]["state_hash"], report[0]["state_hash"]);
        let services = report[0]["services"].as_array().expect("services");
        let worst = &services[1]["worst_status"];
        assert_eq!(&rows[0]["worst_status"], worst);
    }
}

fn manifest(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

#[test]
fn the_grid_of_the_file_is_swept_in_its_order() {
    let rows = rows(GRID, &[]);
    assert_eq!(rows.len(), 18);
    let expected: Vec<Value> = (0..18).map(|run| json!(run)).collect();
    assert_eq!(column(&rows, "run"), expected);
    let mut expected = Vec::new();
    for seed in [3, 8] {
        for speed in [0.5, 1.0, 2.0] {
            for halt in [json!(4), json!(9), Value::Null] {
                expected.push((json!(seed), json!(speed), halt));
            }
        }
    }
    let found = |row: &Map<String, Value>| {
        let of = |name: &str| row[name].clone();
        (of("seed"), of("speed"), of("halt:auth-service"))
    };
    assert_eq!(rows.iter().map(found).collect::<Vec<_>>(), expected);
    // The earlier it is halted, the less it costs.
    let minutes = |run: usize| rows[run]["bad_customer_minutes"].as_f64().expect("minutes");
    assert!(minutes(3) < minutes(4) && minutes(4) < minutes(5));
    assert_eq!(rows[5]["mttm"], Value::Null);
}

#[test]
fn the_command_line_goes_before_the_file_name_by_name() {
    let rows = |arguments: &[&str]| rows(GRID, arguments);
    let of_seeds = rows(&["--seeds", "5..7,9,20..=21"]);
    assert_eq!(of_seeds.len(), 45);
    let seeds: Vec<Value> = column(&of_seeds, "seed").into_iter().step_by(9).collect();
    assert_eq!(seeds, [5, 6, 9, 20, 21].map(|seed| json!(seed)));

    let of_speeds = rows(&["--vary", "speed=0.5..3.0/0.5", "--seeds", "0"]);
    let speeds: Vec<Value> = column(&of_speeds, "speed").into_iter().step_by(3).collect();
    assert_eq!(speeds, [0.5, 1.0, 1.5, 2.0, 2.5].map(|speed| json!(speed)));
    let met = rows(&["--vary", "speed=0.5..=3.0/0.5", "--seeds", "0"]);
    assert_eq!(met[met.len() - 1]["speed"], json!(3.0));

    // An axis for all faults replaces those of a service, and the other way round.
    let of_halts = rows(&["--vary", "halt=4..14/4,never"]);
    assert!(!of_halts[0].contains_key("halt:auth-service"));
    let halts = column(&of_halts[..4], "halt");
    assert_eq!(halts, [json!(4), json!(8), json!(12), Value::Null]);
    let of_service = rows(&["--vary", "speed:auth-service=7"]);
    assert!(!of_service[0].contains_key("speed"));
    assert_eq!(of_service[0]["speed:auth-service"], json!(7.0));
    assert_eq!(of_service.len(), 6);

    // Axes of the command line are added to the others of the file.
    let of_kinds = rows(&["--vary", "kind=oom,bad_deploy"]);
    assert_eq!(of_kinds.len(), 36);
    let kinds = column(&of_kinds[..6], "kind");
    assert_eq!(kinds[0], "oom");
    assert_eq!(kinds[3], "bad_deploy");
}

/// A row has the result of the scenario with its values written into the file.
#[test]
fn a_row_is_the_run_with_its_values() {
    let folder = Folder::new();
    let scenario = fs::read_to_string(manifest(GRID)).expect("the fixture");
    let (without, _) = scenario.split_once("    sweep:").expect("its grid");
    let changed = [
        ("seed: 210", "seed: 44"),
        ("kind: bad_deploy", "kind: memory_leak, speed: 2.5"),
        ("tick: 8", "tick: 6"),
    ]
    .iter()
    .fold(format!("{without})\n"), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let file = folder.write("changed.ron", &changed);
    let values = [
        "--seeds",
        "44",
        "--vary",
        "kind=memory_leak",
        "--vary",
        "speed=2.5",
        "--vary",
        "halt=6",
    ];
    let swept = rows(GRID, &values);
    let plain = rows(&file, &[]);
    assert_eq!(swept.len(), 1);
    assert_eq!(swept[0]["state_hash"], plain[0]["state_hash"]);
    assert_eq!(swept[0]["mttm"], plain[0]["mttm"]);
    let unchanged = rows(GRID, &["--seeds", "44"]);
    assert!(!column(&unchanged, "state_hash").contains(&plain[0]["state_hash"]));
}

#[test]
fn seeds_of_a_sweep_are_those_of_a_run() {
    let swept = rows(GENERATED, &["--seeds", "0..6"]);
    let told = stdout_of_any(&["run", GENERATED, "--seeds", "0..6", "--format", "jsonl"]);
    let run = read_rows(&told);
    assert_eq!(swept.len(), 6);
    for name in [
        "seed",
        "ticks",
        "mttm",
        "bad_customer_minutes",
        "slo_budget",
        "slo_breached",
        "state_hash",
    ] {
        assert_eq!(column(&swept, name), column(&run, name), "{name}");
    }
}
