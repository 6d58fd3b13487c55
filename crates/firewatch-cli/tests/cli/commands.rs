//! The other commands: generate, check, list, graph, actions, completions.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{command, json, output, stderr, stdout, text};
use crate::tool::{BROKEN, FAILING, FOLDER, POOL, hash};

#[test]
fn actions_are_listed_with_those_of_a_scenario() {
    let find = |list: &Value, name: &str| {
        let actions = list.as_array().expect("an array").iter();
        { actions }.find(|action| action["name"] == name).cloned()
    };
    let built_in = json(0, &["actions"]);
    let restart = find(&built_in, "restart_service").expect("it is built in");
    assert_eq!(restart["own"], false);
    // A new process reads the configuration that failed to reload, and meets the same network.
    assert_eq!(restart["halts"], Value::from(vec!["config_drift"]));
    let memory = find(&built_in, "add_memory").expect("it is built in");
    assert_eq!(memory["halts"][0], "oom");
    assert_eq!(find(&built_in, "scale_replicas"), None);
    assert_eq!(find(&built_in, "hot_patch"), None);
    let level = find(&built_in, "set_log_level").expect("it is built in");
    assert_eq!(level["parameters"][0]["default"], "INFO");
    assert_eq!(level["parameters"][0]["choices"][3], "ERROR");
    // The custom actions of a scenario, and those of an action file.
    for file in [
        "mechanisms/actions-of-our-own.ron",
        "actions/heap-dumps.ron",
    ] {
        let file = format!("../../scenarios/{file}");
        let own = json(0, &["actions", &file]);
        for name in ["hot_patch", "restart_service"] {
            assert_eq!(
                find(&own, name).expect("it is listed")["own"],
                true,
                "{file}"
            );
        }
        let told = stdout(0, &["actions", &file]);
        assert!(told.contains("(custom)"), "{told}");
        let count = own.as_array().expect("an array").len();
        assert!(told.contains(&format!("{count} actions in the profile standard")));
    }
    let reference = stdout(0, &["actions", "--profile", "reference"]);
    assert!(reference.contains("in the profile reference"));
    let runbook = "../../scenarios/runbooks/every-fifth-packet.ron";
    assert!(stderr(2, &["actions", runbook]).contains("this is a runbook"));
    assert!(stderr(2, &["actions", "../../scenarios"]).contains("is a folder"));
}

#[test]
fn a_generated_incident_comes_with_its_right_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    for (difficulty, kind) in [("easy", "json"), ("medium", "ron"), ("hard", "ron")] {
        let named = |name: &str| {
            let file = folder.path().join(format!("{difficulty}-{name}.{kind}"));
            file.to_str().expect("a plain path").to_owned()
        };
        let (incident, answer) = (named("incident"), named("answer"));
        let files = ["--out", &incident, "--runbook", &answer];
        stdout(0, &[&["generate", "-d", difficulty][..], &files].concat());
        stdout(0, &["check", &incident, &answer]);
        stdout(0, &["run", &incident, "--runbook", &answer]);
        let same = [
            "generate",
            "-d",
            difficulty,
            "-o",
            &answer,
            "--runbook",
            &answer,
        ];
        assert!(stderr(2, &same).contains("the same file"));
    }
    assert!(
        stderr(2, &["generate", "-d", "easy", "--generator", "4"]).contains("4 is not in 1..=3")
    );
    let of_traffic = ["generate", "-d", "easy", "--physics", "traffic"];
    let told = stderr(2, &[&of_traffic[..], &["--generator", "3"]].concat());
    assert!(
        told.contains("has no version 3") && told.contains("the newest is 1"),
        "{told}"
    );
    let drawn = stdout(0, &of_traffic);
    assert_eq!(
        stdout(0, &[&of_traffic[..], &["--generator", "1"]].concat()),
        drawn
    );
    let header = "// Drawn by `firewatch generate --physics traffic --generator 1 --difficulty easy --seed 0`.\n";
    assert!(drawn.starts_with(header), "{drawn}");
}

#[test]
fn a_generated_scenario_runs_to_the_same_hash_from_a_file_and_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let versions = ["1", "2", "3"].into_iter();
    let drawn = versions.flat_map(|version| ["easy", "medium", "hard"].map(|d| (version, d)));
    for (version, difficulty) in drawn {
        let file = folder.path().join(format!("{difficulty}.ron"));
        let path = file.to_str().expect("a plain path");
        let asked = ["-d", difficulty, "-s", "5", "--generator", version];
        stdout(0, &[&["generate", "--out", path][..], &asked].concat());
        let printed = stdout(0, &[&["generate"][..], &asked].concat());
        let of_default = stdout(0, &["generate", "--difficulty", difficulty, "--seed", "5"]);
        assert_eq!(printed == of_default, version == "3");
        assert_eq!(fs::read_to_string(&file).ok(), Some(printed.clone()));
        let mut child = command(&["run", "-", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut input = child.stdin.take().expect("a pipe");
        input
            .write_all(printed.as_bytes())
            .expect("the scenario can be passed on");
        drop(input);
        let output = child.wait_with_output().expect("the command ends");
        let piped: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
        assert_eq!(piped[0]["state_hash"], hash(0, &["run", path]));
        // The short form has the same content, and leaves the drawing to the loader.
        let short = format!(
            "Scenario(name: \"Short\", difficulty: {difficulty}, seed: 5, generator: {version})"
        );
        fs::write(&file, short).expect("the scenario can be written");
        assert_eq!(piped[0]["state_hash"], hash(0, &["run", path]));
    }
}

#[test]
fn check_prints_every_problem() {
    assert_eq!(
        stdout(0, &["check", FOLDER, FAILING]),
        "3 files, no problems\n"
    );
    assert_eq!(json(0, &["check", FOLDER]), serde_json::json!([]));
    let told = stdout(2, &["check", POOL, BROKEN]);
    assert!(told.contains("did you mean `auth-service`?"), "{told}");
    let summary = "2 problems in 1 of 2 files\n`firewatch explain CODE` explains out-of-range, unknown-service\n";
    assert!(told.ends_with(summary), "{told}");
    let problems = json(2, &["check", BROKEN, "no-such.ron"]);
    assert_eq!(problems[0]["line"], 4);
    assert_eq!(problems[0]["file"], BROKEN);
    assert_eq!(problems[1]["path"], "faults[0].speed");
    assert_eq!(
        (&problems[2]["file"], &problems[2]["line"]),
        (&"no-such.ron".into(), &0.into())
    );
}

#[test]
fn list_tells_what_each_scenario_is_about() {
    let entries = json(0, &["list", FOLDER]);
    assert_eq!(entries[0]["mechanics"], serde_json::json!(["generated"]));
    assert_eq!(
        entries[1]["fault_kinds"],
        serde_json::json!(["config_drift"])
    );
    let mechanics = serde_json::json!(["red herrings", "halts", "set metrics"]);
    assert_eq!(entries[1]["mechanics"], mechanics);
    assert_eq!(entries[1]["expectations"], 3);
    // Invalid files are reported, the others are listed.
    let output = output(&["list", "tests/fixtures"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("pool.ron"));
    assert!(text(&output.stderr).contains("broken.ron"));
}

#[test]
fn a_graph_is_well_formed_whatever_the_names_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.ron");
    let scenario = r#"Scenario(
        name: "quotes \" and \\ and } braces", difficulty: easy,
        services: { "a\"b": (calls: ["c\\", "node"]), "c\\": (calls: ["c\\"]), "node": (), "ü -> {": () },
        faults: [(kind: oom, service: "c\\"), (kind: oom, service: "gone", absent: true)],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let dot = stdout(0, &["graph", file.to_str().expect("a plain path")]);
    let edges = r##"  "a\"b" -> "c\\" [color="#d7301f", penwidth=1.5];
  "a\"b" -> "node";
  "c\\" -> "c\\" [color="#d7301f", penwidth=1.5];
"##;
    assert!(dot.contains(edges), "{dot}");
    assert!(dot.contains("not in the topology"), "{dot}");
    assert_balanced(&dot);
    assert_balanced(&stdout(0, &["graph", POOL]));
}

/// Checks that brackets outside quotes match, and that quotes close.
fn assert_balanced(dot: &str) {
    let mut open = Vec::new();
    let mut quoted = false;
    let mut letters = dot.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => open.push(letter),
            '}' if !quoted => assert_eq!(open.pop(), Some('{'), "{dot}"),
            ']' if !quoted => assert_eq!(open.pop(), Some('['), "{dot}"),
            _ => {}
        }
    }
    assert!(open.is_empty() && !quoted, "{dot}");
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(0, &["completions", shell]);
        assert!(
            script.contains("firewatch") && script.contains("seeds"),
            "{shell}"
        );
    }
}
