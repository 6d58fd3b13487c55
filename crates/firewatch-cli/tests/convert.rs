//! `firewatch convert` and `firewatch schema` as processes, and files in JSON.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

use std::fs;
use std::path::Path;

mod support;

use support::{assert_contains, command, run, stdout, text};

const SCENARIOS: [&str; 3] = [
    "tests/fixtures/answer/incident.ron",
    "tests/fixtures/folder/below/generated.ron",
    "../../scenarios/incidents/botched-failover.ron",
];
const RUNBOOK: &str = "tests/fixtures/answer/fix.ron";
const ACTIONS: &str = "../../scenarios/actions/heap-dumps.ron";
const KINDS: &str = "../../scenarios/fault-kinds/disks.ron";

/// Converts a file into another one, in a folder beside it so that what it names is found.
fn convert(from: &str, to: &Path) {
    let to = to.to_str().expect("a path of text");
    assert_eq!(stdout(0, &["convert", from, "--out", to]), "");
}

#[test]
fn a_file_goes_to_json_and_back() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    for (number, file) in SCENARIOS
        .iter()
        .chain([&RUNBOOK, &ACTIONS, &KINDS])
        .enumerate()
    {
        let json = stdout(0, &["convert", file]);
        let path = folder.path().join(format!("{number}.json"));
        fs::write(&path, &json)?;
        let path = path.to_str().expect("a path of text");
        let ron = stdout(0, &["convert", path]);
        let written = folder.path().join(format!("{number}.ron"));
        fs::write(&written, ron)?;
        let again = stdout(0, &["convert", written.to_str().expect("a path of text")]);
        assert_eq!(again, json, "{file}");
    }
    Ok(())
}

#[test]
fn a_scenario_and_its_runbook_run_from_json() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (incident, fix) = (
        folder.path().join("incident.json"),
        folder.path().join("fix.json"),
    );
    convert(SCENARIOS[0], &incident);
    convert(RUNBOOK, &fix);
    let [incident, fix] = [&incident, &fix].map(|path| path.to_str().expect("a path of text"));
    let of = |incident: &str, fix: &str| {
        let told = stdout(0, &["run", incident, "--runbook", fix, "--format", "json"]);
        let mut runs: serde_json::Value = serde_json::from_str(&told).expect("the output is JSON");
        // The name of the file.
        let runs = runs.as_array_mut().expect("an array of runs");
        runs[0]
            .as_object_mut()
            .expect("an object a run")
            .retain(|key, _| key != "file" && key != "runbook");
        runs[0].clone()
    };
    assert_eq!(of(incident, fix), of(SCENARIOS[0], RUNBOOK));
    assert_eq!(
        stdout(0, &["check", incident, fix]),
        stdout(0, &["check", SCENARIOS[0], RUNBOOK])
    );
    Ok(())
}

#[test]
fn what_is_wrong_with_json_has_a_place() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("wrong.json");
    fs::write(
        &path,
        "{\n  \"name\": \"x\",\n  \"difficulty\": \"esay\"\n}\n",
    )?;
    let path = path.to_str().expect("a path of text");
    for arguments in [["check", path], ["run", path], ["convert", path]] {
        let output = run(2, &arguments);
        let told = text(&output.stdout) + &text(&output.stderr);
        assert_contains(&told, &["wrong.json:3:", "`esay`", "easy"]);
    }
    Ok(())
}

#[test]
fn json_is_read_from_the_standard_input() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("given");
    let json = stdout(0, &["convert", SCENARIOS[2]]);
    let ron = fs::read_to_string(SCENARIOS[2])?;
    for (text, code) in [(&*json, 0), (&*ron, 0), ("{\"name\": 1}", 2)] {
        fs::write(&path, text)?;
        let given = fs::File::open(&path)?;
        let output = command(&["convert", "-", "--to", "json"])
            .stdin(given)
            .output()?;
        assert_eq!(output.status.code(), Some(code));
        match code {
            0 => assert_eq!(self::text(&output.stdout), json),
            _ => assert_contains(&self::text(&output.stderr), &["<stdin>:1:", "name"]),
        }
    }
    Ok(())
}

#[test]
fn a_scenario_is_converted_with_the_files_below_the_root() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below)?;
    fs::copy(KINDS, folder.path().join("disks.ron"))?;
    let path = below.join("incident.ron");
    fs::write(
        &path,
        r#"Scenario(name: "x", difficulty: easy, fault_kinds: ["../../disks.ron"], services: {"a": ()},
            faults: [(kind: disk_full, service: "a")])"#,
    )?;
    let (path, root) = (path.to_string_lossy(), folder.path().to_string_lossy());
    assert_contains(&text(&run(2, &["convert", &path]).stderr), &["--root"]);
    let json = stdout(0, &["convert", &path, "--root", &root]);
    assert_contains(&json, &["../../disks.ron", "disk_full"]);
    stdout(0, &["check", &path, "--root", &root]);
    stdout(0, &["run", &path, "--root", &root]);
    Ok(())
}

#[test]
fn nothing_is_written_over_what_is_converted() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("incident.ron");
    fs::copy(SCENARIOS[1], &path)?;
    let path = path.to_str().expect("a path of text");
    let output = run(2, &["convert", path, "-o", path]);
    assert_contains(&text(&output.stderr), &["incident.ron"]);
    Ok(())
}

#[test]
fn each_kind_of_file_has_a_schema() {
    for (kind, title) in [
        ("scenario", "Scenario"),
        ("runbook", "Runbook"),
        ("actions", "Actions"),
        ("fault-kinds", "FaultKinds"),
    ] {
        let schema: serde_json::Value =
            serde_json::from_str(&stdout(0, &["schema", kind])).expect("a schema is JSON");
        assert_eq!(schema["title"], title);
        assert_eq!(schema["additionalProperties"], false);
    }
    assert_eq!(stdout(0, &["schema"]), stdout(0, &["schema", "scenario"]));
}

/// What is written can be read by the name that it was given.
#[test]
fn the_name_of_the_results_says_their_format() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let drawn = path("drawn.json");
    stdout(0, &["generate", "-d", "easy", "-o", &drawn]);
    stdout(0, &["check", &drawn]);
    for (from, to) in [
        (&*drawn, "same.json"),
        (SCENARIOS[0], "same.ron"),
        (&*drawn, "other.ron"),
    ] {
        let to = path(to);
        stdout(0, &["convert", from, "-o", &to]);
        stdout(0, &["check", &to]);
    }
    Ok(())
}

#[test]
fn json_of_another_form_is_not_called_invalid_json() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    for (wrong, place) in [
        (r#""timeline": [{"tick": 1, "do": {}}]"#, "`timeline[0].do`"),
        (
            r#""goals": [{"goal": ["w", "restart_count", {"lt": 3, "ge": 1}]}]"#,
            "`goals[0]",
        ),
        (
            r#""expect": [{"at_end": "all_healthy", "never": "slo_breached"}]"#,
            "`expect[0]",
        ),
    ] {
        let file = folder.path().join("wrong.json");
        let base = r#""name": "x", "difficulty": "easy", "services": {"w": {}}"#;
        fs::write(&file, format!("{{{base}, {wrong}}}"))?;
        let output = run(2, &["check", &file.to_string_lossy()]);
        let told = text(&output.stdout) + &text(&output.stderr);
        assert_contains(&told, &[place, "must be "]);
        assert!(!told.contains("not valid JSON"), "{told}");
    }
    Ok(())
}
