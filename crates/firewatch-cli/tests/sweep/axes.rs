//! Starts of faults, metrics and runbooks that vary, and what a row tells of a relapse.

use serde_json::{Value, json};

use crate::formats::{open_parquet, parquet_rows};
use crate::support::{Folder, json_lines, run, stderr, stdout};
use crate::tool::{column, heading, rows};

const RELAPSE: &str = "tests/fixtures/sweep/relapse.ron";
const SCENARIO: &str = r#"Scenario(
    name: "x",
    difficulty: easy,
    services: {"web": (calls: ["db"]), "db": (extra_metrics: {"shards": 3})},
    faults: [(kind: oom, service: "db", speed: 2)],
    SWEEP
)"#;

/// Writes the scenario with a grid, and with changes.
fn scenario(folder: &Folder, name: &str, sweep: &str, changes: &[(&str, &str)]) -> String {
    let mut text = SCENARIO.replace("SWEEP", sweep);
    for (from, to) in changes {
        text = text.replace(from, to);
    }
    folder.write(name, text)
}

#[test]
fn a_relapse_that_is_never_mended_is_told_from_one_that_is() {
    let rows = rows(RELAPSE, &[]);
    assert_eq!(column(&rows, "mended"), [json!(true), json!(false)]);
    assert!(rows[0]["mttm"].as_u64().is_some_and(|tick| tick > 24));
    assert_eq!(rows[1]["mttm"], Value::Null);
    // Without the second halt, as in the file. It had been mitigated before.
    let seeds = ["run", RELAPSE, "--seeds", "0..3", "-f", "jsonl"];
    for run in json_lines(&stdout(0, &seeds)) {
        assert_eq!(run["mended"], false, "{run}");
        assert_eq!(run["mttm"], Value::Null, "{run}");
        assert_eq!(run["impact_after_mitigation"], true, "{run}");
    }
    let told = stdout(0, &["run", RELAPSE, "--seeds", "0..3"]);
    for line in [
        "mended                       0.0%  0 of 3",
        "mitigated                    0.0%  0 of 3",
        "relapsed after mitigation  100.0%  3 of 3",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn starts_and_metrics_vary_as_if_they_stood_in_the_file() {
    let folder = Folder::new();
    let sweep = r#"sweep: (
        start: [0, range(4, 9, 4)],
        metric: {"db": {"process_memory_limit_bytes": [536870912], "shards": [2, 5]}, "web": {"http_server_error_rate": [0.01]}},
    ),"#;
    let file = scenario(&folder, "grid.ron", sweep, &[]);
    let swept = rows(&file, &[]);
    assert_eq!(swept.len(), 6);
    assert_eq!(column(&swept, "start"), [0, 0, 4, 4, 8, 8]);
    assert_eq!(
        column(&swept, "metric:db:shards"),
        [2.0, 5.0, 2.0, 5.0, 2.0, 5.0]
    );
    let metrics = r#"metrics: {"process_memory_limit_bytes": 536870912}"#;
    for row in &swept {
        let (start, shards) = (&row["start"], &row["metric:db:shards"]);
        let shards = format!("\"shards\": {}", shards.as_f64().expect("a number"));
        let changes = [
            ("\"shards\": 3", &*shards),
            ("\"db\": (", &format!("\"db\": ({metrics}, ")),
            (
                "(calls: [\"db\"])",
                "(calls: [\"db\"], metrics: {\"http_server_error_rate\": 0.01})",
            ),
            ("speed: 2", &format!("speed: 2, start_tick: {start}")),
        ];
        let alone = rows(&scenario(&folder, "alone.ron", "", &changes), &[]);
        assert_eq!(alone[0]["state_hash"], row["state_hash"], "{row:?}");
    }
    // The command line says the same, and the file may be written anew.
    let plain = scenario(&folder, "plain.ron", "", &[]);
    let vary = [
        "--vary",
        "start=0,4..9/4",
        "--vary",
        "metric:db:process_memory_limit_bytes=536870912",
        "--vary",
        "metric:db:shards=2,5",
        "--vary",
        "metric:web:http_server_error_rate=0.01",
    ];
    assert_eq!(rows(&plain, &vary), swept);
}

#[test]
fn an_injected_fault_begins_with_its_event() {
    let folder = Folder::new();
    let injected = "timeline: [(tick: 3, do: inject((kind: oom, service: \"db\")))],";
    let file = scenario(
        &folder,
        "x.ron",
        injected,
        &[("faults: [(kind: oom, service: \"db\", speed: 2)],", "")],
    );
    let swept = rows(&file, &["--vary", "start:db=3,9"]);
    let same = rows(&file, &[]);
    assert_eq!(swept[0]["state_hash"], same[0]["state_hash"]);
    assert_ne!(swept[1]["state_hash"], same[0]["state_hash"]);
}

#[test]
fn runbooks_vary_fastest_and_each_run_is_that_of_its_runbook() {
    let folder = Folder::new();
    let file = scenario(&folder, "x.ron", "", &[]);
    let runbook = |name: &str, wait: u64| {
        let text =
            format!("Runbook(name: \"x\", steps: [wait({wait}), action(\"add_memory\", \"db\")])");
        folder.write(name, text)
    };
    let (soon, late) = (runbook("soon.ron", 1), runbook("late.ron", 7));
    let vary = format!("runbook={soon},{late}");
    let arguments = ["--vary", "speed=1,2", "--vary", &vary];
    let swept = rows(&file, &arguments);
    let named = column(&swept, "runbook");
    assert_eq!(named, [&soon, &late, &soon, &late].map(|name| json!(name)));
    for (index, row) in swept.iter().enumerate() {
        let (speed, book) = (1 + index / 2, [&soon, &late][index % 2]);
        let speed = format!("speed={speed}");
        let alone = rows(&file, &["--vary", &speed, "--runbook", book]);
        for name in ["state_hash", "grade", "reward", "mttm"] {
            assert_eq!(alone[0][name], row[name], "{name} of {index}");
        }
    }
    assert_ne!(swept[2]["grade"], swept[3]["grade"]);
    // Shards and threads give the same rows, and so does Parquet.
    let shard = |piece: &str| rows(&file, &[&arguments[..], &["--shard", piece]].concat());
    assert_eq!([shard("1/3"), shard("2/3"), shard("3/3")].concat(), swept);
    let path = folder.name("rows.parquet");
    let sweep = [
        "sweep",
        &file,
        "-f",
        "parquet",
        "-o",
        &path,
        "--threads",
        "2",
    ];
    run(0, &[&sweep[..], &arguments].concat());
    assert_eq!(parquet_rows(&open_parquet(&path)), swept);
    let csv = stdout(0, &[&["sweep", &file][..], &arguments].concat());
    assert_eq!(heading(&csv)[3..5], ["speed", "runbook"]);
    let both = [&["sweep", &file, "--runbook", &soon][..], &arguments].concat();
    assert!(stderr(2, &both).contains("exclude each other"));
}

#[test]
fn what_can_not_vary_is_told_before_any_run() {
    let folder = Folder::new();
    let file = scenario(&folder, "x.ron", "", &[]);
    for (vary, message) in [
        ("start=20", "20"),
        ("start:web=3", "there is no fault on `web` to vary"),
        (
            "metric:wbe:http_server_error_rate=0.1",
            "unknown service `wbe`",
        ),
        (
            "metric:web:http_error_rate=0.1",
            "unknown metric `http_error_rate`",
        ),
        (
            "metric:web:http_server_error_rate=1.5",
            "http_server_error_rate",
        ),
        ("metric:web:status=1", "is derived"),
        ("metric:web:restart_count=1.5", "`restart_count` must be"),
        ("metric:web=1", "name service and metric"),
        ("metric:db:shards=1,1", "has a value twice"),
        ("runbook=absent.ron", "absent.ron"),
    ] {
        let errors = stderr(2, &["sweep", &file, "--vary", vary]);
        assert!(errors.contains(message), "{vary}: {errors}");
    }
    let bad = scenario(
        &folder,
        "bad.ron",
        r#"sweep: (start: [-1], metric: {"db": {"shards": []}}),"#,
        &[],
    );
    let errors = stdout(2, &["check", &bad]);
    assert!(errors.contains("sweep.start"), "{errors}");
    assert!(errors.contains("needs at least one value"), "{errors}");
}
