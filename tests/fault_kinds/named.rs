//! Kinds in files that a scenario names.

use std::fs;
use std::path::PathBuf;

use firewatch_response::Playback;
use firewatch_scenario::{CustomActions, Diagnostics, FaultKindFile, LoadOptions, Scenario};
use firewatch_sim::{FaultKinds, Simulation};
use firewatch_tests::workspace;
use tempfile::TempDir;

use crate::{disk_full, kinds, named};

const KINDS: &str = r#"FaultKinds(kinds: [(
    kind: "ice", about: "It freezes.",
    per_tick: [(metric: "http_server_error_rate", add: 0.2)],
    preceding_change: deployment(ages: [7, 9]),
    evidence: [(time: "02:00:00", level: "ERROR", message: "it is cold")],
)])"#;
const ACTIONS: &str = r#"Actions(actions: {"thaw": (
    about: "Warms it.", category: remediation,
    branches: [(when: [fault([ice])], halts: [ice], feedback: "warm"), (feedback: "as it was")],
)})"#;

/// A scenario with files next to it.
struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn write(&self, names: &str, rest: &str) -> PathBuf {
        let path = self.0.path().join("scenario.ron");
        let text = format!(
            "Scenario(\n    name: \"x\", difficulty: easy,\n    fault_kinds: [{names}],\n    \
             services: {{\"web\": ()}}, {rest}\n)"
        );
        fs::write(&path, text).unwrap();
        path
    }

    fn load(&self, names: &str, rest: &str) -> Result<Scenario, Diagnostics> {
        Scenario::load(&self.write(names, rest))
    }

    fn said(&self, names: &str, rest: &str) -> String {
        self.load(names, rest).unwrap_err().to_string()
    }
}

#[test]
fn a_file_has_kinds_for_everything_that_a_scenario_says() {
    let project = Project::new(&[("kinds.ron", KINDS), ("actions.ron", ACTIONS)]);
    let rest = r#"actions: ["actions.ron"], faults: [(kind: ice, service: "web")],
        timeline: [
            (tick: 4, do: action("thaw", "web")),
            (tick: 6, do: inject((kind: ice, service: "web"))),
        ],
        expect: [at_tick(4, metric("web", "http_server_error_rate", gt(0.5)))],
        sweep: (kind: [oom, ice])"#;
    let scenario = project.load(r#""kinds.ron""#, rest).unwrap();
    let mut playback = Playback::new(scenario.clone()).unwrap();
    let mut logs = String::new();
    while playback.tick().unwrap() {
        logs += &playback.simulation().logs("web").join("\n");
    }
    assert!(playback.verdicts().iter().all(|verdict| verdict.passed()));
    assert!(logs.contains("it is cold"), "{logs}");
    let faults = playback.simulation().snapshot().faults;
    let halted: Vec<_> = faults.iter().map(|fault| fault.halted_at_tick).collect();
    assert_eq!(halted, [Some(4), None]);
    // What is written names the files.
    let written = scenario.to_string();
    assert!(
        written.contains(r#"fault_kinds: ["kinds.ron"],"#),
        "{written}"
    );
}

#[test]
fn json_says_the_same() {
    let json = r#"{"kinds": [{"kind": "ice", "about": "It freezes.",
        "per_tick": [{"metric": "http_server_error_rate", "add": 0.2}],
        "preceding_change": {"deployment": {"ages": [7, 9]}},
        "evidence": [{"time": "02:00:00", "level": "ERROR", "message": "it is cold"}]}]}"#;
    let actions = r#"{"actions": {"thaw": {"about": "Warms it.", "category": "remediation",
        "branches": [{"when": [{"fault": ["ice"]}], "halts": ["ice"], "feedback": "warm"}, {"feedback": "as it was"}]}}}"#;
    let project = Project::new(&[
        ("kinds.ron", KINDS),
        ("kinds.json", json),
        ("actions.json", actions),
    ]);
    let rest = r#"actions: ["actions.json"], faults: [(kind: ice, service: "web")]"#;
    let hashes = ["\"kinds.ron\"", "\"kinds.json\""].map(|names| {
        let scenario = project.load(names, rest).unwrap();
        let mut simulation = Simulation::from_blueprint(&scenario.blueprint().unwrap()).unwrap();
        simulation.run(9);
        simulation.state_hash()
    });
    assert_eq!(hashes[0], hashes[1]);
    // The scenario itself may be JSON.
    let text = r#"{"name": "x", "difficulty": "easy", "fault_kinds": ["kinds.json"],
        "services": {"web": {}}, "faults": [{"kind": "ice", "service": "web"}]}"#;
    let path = project.0.path().join("scenario.json");
    fs::write(&path, text).unwrap();
    assert_eq!(Scenario::load(&path).unwrap().faults[0].kind, named("ice"));
}

#[test]
fn what_is_wrong_is_told_in_the_file_that_is_wrong() {
    let misspelt = KINDS.replace("per_tick", "per_tik");
    let metric = KINDS.replace("http_server_error_rate", "cold");
    let built_in = KINDS.replace("\"ice\"", "\"oom\"");
    let project = Project::new(&[
        ("kinds.ron", KINDS),
        ("again.ron", KINDS),
        ("misspelt.ron", &misspelt),
        ("metric.ron", &metric),
        ("built-in.ron", &built_in),
        ("actions.ron", ACTIONS),
    ]);
    for (names, file, place, why) in [
        ("\"misspelt.ron\"", "misspelt.ron", ":3:5", "per_tik"),
        ("\"metric.ron\"", "metric.ron", ":1:", "\"cold\""),
        (
            "\"built-in.ron\"",
            "built-in.ron",
            ":1:",
            "`oom` is a built-in",
        ),
        (
            "\"kinds.ron\", \"again.ron\"",
            "again.ron",
            ":1:",
            "registered as `ice`",
        ),
        (
            "\"actions.ron\"",
            "scenario.ron",
            ":3:19",
            "is not a file of fault kinds",
        ),
        ("\"none.ron\"", "scenario.ron", ":3:19", "can't be read"),
        ("\"/etc/passwd\"", "scenario.ron", ":3:19", "absolute path"),
        (
            "\"/etc/passwd\"",
            "scenario.ron",
            ":3:19",
            "name a file of fault kinds relative to the folder of this file",
        ),
        (
            "\"../../x.ron\"",
            "scenario.ron",
            ":3:19",
            "out of the root folder",
        ),
        (
            "\"kinds.ron\", \"kinds.ron\"",
            "scenario.ron",
            ":3:32",
            "named twice",
        ),
    ] {
        let said = project.said(names, "");
        assert!(said.contains(&format!("{file}{place}")), "{names}: {said}");
        assert!(said.contains(why), "{names}: {said}");
    }
    // A kind that no file has is told in the scenario.
    let said = project.said("\"kinds.ron\"", r#"faults: [(kind: icy, service: "web")]"#);
    assert!(said.contains("did you mean `ice`?"), "{said}");
    let text = fs::read_to_string(project.write("\"kinds.ron\"", "")).unwrap();
    let said = Scenario::parse("x.ron", &text).unwrap_err().to_string();
    assert!(said.contains("can't name others"), "{said}");
}

#[test]
fn a_file_of_actions_names_the_kinds_that_it_speaks_of() {
    let actions = ACTIONS.replace("Actions(", "Actions(fault_kinds: [\"kinds.ron\"], ");
    let other = KINDS.replace("ice", "snow");
    let misspelt = actions.replace("fault([ice])", "fault([icy])");
    let missing = actions.replace("kinds.ron", "none.ron");
    let outside = actions.replace("kinds.ron", "../../kinds.ron");
    let project = Project::new(&[
        ("kinds.ron", KINDS),
        ("other.ron", &other),
        ("bare.ron", ACTIONS),
        ("actions.ron", &actions),
        ("misspelt.ron", &misspelt),
        ("missing.ron", &missing),
        ("outside.ron", &outside),
    ]);
    let alone = |name: &str| {
        let path = project.0.path().join(name);
        let read = CustomActions::load_alone(&path, None);
        read.map(|catalogue| catalogue.find("thaw").is_some())
            .map_err(|problems| problems.to_string())
    };
    assert_eq!(alone("actions.ron"), Ok(true));
    // What it does not name is as unknown as what is misspelt.
    for (name, why) in [
        ("bare.ron", "unknown fault kind `ice`"),
        ("misspelt.ron", "did you mean `ice`?"),
        ("missing.ron", "missing.ron:1:23"),
        ("outside.ron", "leads out of the root folder"),
    ] {
        let said = alone(name).unwrap_err();
        assert!(said.contains(why), "{name}: {said}");
    }
    // A scenario can name the same file, or another one.
    let faults = r#"actions: ["actions.ron"], faults: [(kind: ice, service: "web")]"#;
    project.load("\"kinds.ron\"", faults).unwrap();
    let snow = faults.replace("kind: ice", "kind: snow");
    let scenario = project.load("\"other.ron\"", &snow).unwrap();
    let named = scenario.custom_actions.fault_kind_files();
    assert_eq!(named, [PathBuf::from("kinds.ron")]);
    // A kind that only the actions name can't happen.
    let said = project.said("", faults);
    assert!(said.contains("unknown fault kind `ice`"), "{said}");
    let said = project.said("", r#"actions: ["misspelt.ron"]"#);
    assert!(said.contains("misspelt.ron:3:31"), "{said}");
}

#[test]
fn too_many_kinds_are_told_once() {
    let kind = |index: usize| format!("(kind: \"kind_{index}\", about: \"One of many.\"),");
    let kinds: String = (0..400).map(kind).collect();
    let text = format!("FaultKinds(kinds: [{kinds}])");
    let refused = FaultKindFile::parse("kinds.ron", &text, &FaultKinds::default()).unwrap_err();
    assert_eq!(refused.problems.len(), 1, "{refused}");
    assert_eq!(refused.problems[0].code.name(), "too-many");
}

#[test]
fn the_kinds_of_the_program_are_known_too() {
    let project = Project::new(&[("kinds.ron", KINDS)]);
    let rest = r#"faults: [(kind: ice, service: "web"), (kind: disk_full, service: "web")]"#;
    let path = project.write("\"kinds.ron\"", rest);
    let options = LoadOptions::new().fault_kinds(kinds([disk_full()]));
    let found = options.load(&path).unwrap().faults;
    let found: Vec<_> = found.iter().map(|fault| fault.kind).collect();
    assert_eq!(found, [named("ice"), named("disk_full")]);
}

#[test]
fn the_example_plays() {
    let path = workspace().join("scenarios/mechanisms/fault-kinds-of-our-own.ron");
    let mut playback = Playback::new(Scenario::load(&path).unwrap()).unwrap();
    while playback.tick().unwrap() {}
    for verdict in playback.verdicts() {
        assert!(verdict.passed(), "{verdict:?}");
    }
}
