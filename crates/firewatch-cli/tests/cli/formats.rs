//! Formats for programs, and runs of several seeds.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{json, json_lines, output, stdout, text};
use crate::tool::{FAILING, FOLDER, GENERATED, POOL, csv_rows, hash};

#[test]
fn json_has_everything_that_the_story_has() {
    let report = json(1, &["run", FOLDER, FAILING, "--logs", "cache"]);
    let runs = report.as_array().expect("an array");
    assert_eq!(runs.len(), 3);
    // Files come in the order of their paths.
    assert_eq!(runs[0]["name"], "Drawn from the seed");
    let pool = &runs[1];
    assert_eq!(pool["file"], POOL);
    assert_eq!(pool["seed"], 210);
    assert_eq!(
        pool["services"][1]["roles"],
        serde_json::json!(["root_cause", "fault"])
    );
    assert_eq!(
        pool["services"][3]["roles"],
        serde_json::json!(["red_herring"])
    );
    assert_eq!(pool["totals"]["blast_radius"], 2);
    assert_eq!(pool["events"][0]["event"], "fault_active");
    assert_eq!(pool["events"][0]["kind"], "config_drift");
    assert_eq!(pool["log"]["service"], "cache");
    assert_eq!(pool["state_hash"], hash(0, &["run", POOL]));
    let failed = &runs[2]["expectations"][2];
    assert_eq!(failed["outcome"], "failed");
    assert_eq!(
        (&failed["tick"], &failed["actual"]),
        (&20.into(), &"not all_healthy".into())
    );
}

#[test]
fn json_lines_have_a_line_a_tick_with_every_metric() {
    let lines = json_lines(&stdout(0, &["run", "--format", "jsonl", POOL]));
    assert_eq!(lines.len(), 20);
    for (line, tick) in lines.iter().zip(1_i64..) {
        assert_eq!(line["tick"], tick);
        assert_eq!(line["sim_time_seconds"], 30 * tick);
        let services = line["services"].as_object().expect("services");
        assert_eq!(services.len(), 4);
        for metrics in services.values() {
            for metric in firewatch_sim::METRICS.iter().filter(|metric| metric.always) {
                assert!(metrics.get(metric.name).is_some(), "{}", metric.name);
            }
        }
    }
    assert_eq!(lines[19]["services"]["api-gateway"]["team"], "edge, north");
    assert_eq!(lines[7]["services"]["db-proxy"]["restart_count"], 0);
    assert_eq!(lines[9]["services"]["db-proxy"]["restart_count"], 1);
}

#[test]
fn csv_says_the_same_as_json_lines() {
    let rows = csv_rows(&stdout(0, &["run", "--format", "csv", POOL]));
    let lines = json_lines(&stdout(0, &["run", "--format", "jsonl", POOL]));
    assert_eq!(rows.len(), 20 * 4);
    for row in rows {
        let tick: usize = row["tick"].parse().expect("a tick");
        let line = &lines[tick - 1];
        assert_eq!(
            row["bad_customer_minutes"].parse().ok(),
            line["bad_customer_minutes"].as_f64()
        );
        let metrics = &line["services"][&row["service"]];
        for metric in firewatch_sim::METRICS {
            let field = &row[metric.name];
            let same = match metrics.get(metric.name) {
                None => field.is_empty(),
                Some(Value::String(text)) => field == text,
                Some(value) => serde_json::from_str::<Value>(field).ok().as_ref() == Some(value),
            };
            assert!(same, "{} at tick {tick}: {field}", metric.name);
        }
        if row["service"] == "api-gateway" {
            let extra: Value = serde_json::from_str(&row["extra"]).expect("the extras are JSON");
            assert_eq!(
                extra,
                serde_json::json!({ "team": "edge, north", "canary": true })
            );
        } else {
            assert_eq!(row["extra"], "");
        }
    }
}

#[test]
fn each_seed_is_the_run_with_that_seed() {
    let arguments = ["run", "--seeds", "3..7", POOL, GENERATED];
    let with = |format| [&arguments[..], &["--format", format]].concat();
    let lines = json_lines(&stdout(0, &with("jsonl")));
    let rows = csv_rows(&stdout(0, &with("csv")));
    let documents = json(0, &arguments);
    assert_eq!((lines.len(), rows.len()), (8, 8));
    for (index, (line, row)) in lines.iter().zip(&rows).enumerate() {
        let run = &documents[index / 4]["runs"][index % 4];
        assert_eq!(line, run);
        assert_eq!(line["state_hash"], row["state_hash"].as_str());
        let file = [POOL, GENERATED][index / 4];
        let seed = (3 + index % 4).to_string();
        let alone = json(0, &["run", file, "--seed", &seed]);
        assert_eq!(line["state_hash"], alone[0]["state_hash"]);
        let totals = &alone[0]["totals"];
        for name in ["mttm", "impact_after_mitigation", "bad_customer_minutes"] {
            assert_eq!(line[name], totals[name], "{name} of {file} with {seed}");
        }
    }
    for (document, runs) in documents
        .as_array()
        .expect("an array")
        .iter()
        .zip(lines.chunks(4))
    {
        let hit_again = runs
            .iter()
            .filter(|run| run["impact_after_mitigation"] == true);
        let told = &document["distribution"]["impact_after_mitigation"];
        assert_eq!(*told, hit_again.count(), "{document}");
    }
    assert!(lines.iter().all(|run| run["mended"].is_boolean()));
    let spread = &documents[0]["distribution"];
    assert_eq!(spread["runs"], 4);
    assert_eq!(spread["expectations"][0]["passed"], 4);
    let impacts = lines[..4]
        .iter()
        .map(|line| line["bad_customer_minutes"].as_f64());
    let worst = impacts.max_by(|a, b| a.partial_cmp(b).expect("numbers"));
    assert_eq!(
        spread["bad_customer_minutes"]["max"].as_f64(),
        worst.flatten()
    );
}

#[test]
fn a_seed_that_the_scenario_does_not_fit_is_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = picky(folder.path());
    stdout(0, &["run", &file]);
    let output = output(&["run", &file, "--seeds", "0..40", "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let runs = json_lines(&text(&output.stdout));
    assert!(
        runs.iter().any(|run| run["seed"] == 3) && runs.len() < 40,
        "{}",
        runs.len()
    );
    let problems = text(&output.stderr);
    assert!(problems.contains("picky.ron with seed 0"), "{problems}");
    let more = format!("{} more seeds", 40 - runs.len() - 1);
    assert!(problems.contains(&more), "{problems}");
}

#[test]
fn seeds_give_the_same_output_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = picky(folder.path());
    for format in ["text", "json", "jsonl", "csv"] {
        let on = |threads| {
            let options = ["--seeds", "0..60", "--format", format, "--threads", threads];
            output(&[&["run", GENERATED, &file, FAILING], &options[..]].concat())
        };
        let (one, four) = (on("1"), on("4"));
        assert_eq!(one.status.code(), Some(2));
        assert!(text(&one.stderr).contains("more seeds"));
        assert!(text(&one.stdout).lines().count() > 20, "{format}");
        assert_eq!(one, four, "{format}");
    }
}

/// A scenario that is valid with only some seeds.
fn picky(folder: &Path) -> String {
    let file = folder.join("picky.ron");
    // The services depend on the seed.
    let name = "Scenario(name: \"Picky\", difficulty: easy, seed: 3, expect: [by_tick(1, status(\"SERVICE\", le(critical)))])";
    let drawn = stdout(
        0,
        &["generate", "-d", "easy", "-s", "3", "--generator", "1"],
    );
    let service = drawn
        .split("services: [\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    fs::write(&file, name.replace("SERVICE", service.expect("a service"))).expect("a file");
    file.to_str().expect("a plain path").to_owned()
}
