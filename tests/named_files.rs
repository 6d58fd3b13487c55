//! Files that a scenario names: regular files below its root, and nothing else is opened or shown.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't write its files fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use firewatch_ron::MAX_FILE_BYTES;
use firewatch_scenario::{Diagnostics, Scenario};
use tempfile::TempDir;

const ACTIONS: &str = "Actions(actions: {\"look\": (about: \"Looks.\", category: investigation, \
                       branches: [(feedback: \"seen\")])})";
/// What must not be in a message.
const SECRET: &str = "TOKEN=hunter2";

/// A project: the scenarios are in `top/project/scenarios`, the default root is `top/project`.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(TempDir::new().unwrap());
        project.write("top/project/scenarios/own.ron", ACTIONS);
        project.write("top/project/actions/own.ron", ACTIONS);
        project.write("top/shared/own.ron", ACTIONS);
        project.write("top/secret", SECRET);
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A scenario that names these files.
    fn scenario(&self, named: &[&str]) -> PathBuf {
        let named: Vec<String> = named.iter().map(|name| format!("{name:?}")).collect();
        let text = format!(
            "Scenario(\n    name: \"x\", difficulty: easy,\n    actions: [{}],\n)",
            named.join(", ")
        );
        self.write("top/project/scenarios/scenario.ron", &text);
        self.path("top/project/scenarios/scenario.ron")
    }

    fn load(&self, named: &[&str]) -> Result<Scenario, Diagnostics> {
        Scenario::load(&self.scenario(named))
    }

    /// What is said about a scenario that names this file, and only that.
    fn refused(&self, named: &[&str], column: usize) -> String {
        let refused = self.load(named).unwrap_err();
        assert_eq!(refused.problems.len(), 1, "{refused}");
        let said = refused.render(false);
        let place = format!("scenario.ron:3:{column}");
        assert!(said.contains(&place), "{place} is not in\n{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert!(refused.problems[0].help.is_some(), "{said}");
        said
    }
}

fn has_look(scenario: &Scenario) -> bool {
    scenario.actions().find("look").is_some()
}

#[test]
fn files_below_the_root_are_read() {
    let project = Project::new();
    for name in [
        "own.ron",
        "./own.ron",
        "../actions/own.ron",
        "../scenarios/own.ron",
    ] {
        assert!(has_look(&project.load(&[name]).unwrap()), "{name}");
    }
    // Another root lets files in that the default one keeps out, and keeps others out.
    let outside = project.scenario(&["../../shared/own.ron"]);
    assert!(has_look(
        &Scenario::load_below(&outside, &project.path("top")).unwrap()
    ));
    let root = project.path("top/project/scenarios");
    let beside = project.scenario(&["../actions/own.ron"]);
    let said = Scenario::load_below(&beside, &root).unwrap_err();
    assert!(said.to_string().contains("leads out of the root"), "{said}");
    let missing = Scenario::load_below(&beside, Path::new("no/such/root")).unwrap_err();
    assert!(missing.to_string().contains("no/such/root"), "{missing}");
}

#[test]
fn files_outside_the_root_are_not_looked_for() {
    let project = Project::new();
    let absolute = project.path("top/project/scenarios/own.ron");
    let absolute = absolute.to_str().unwrap();
    for (name, wanted) in [
        (absolute, "is an absolute path"),
        ("/etc/passwd", "is an absolute path"),
        ("/proc/self/environ", "is an absolute path"),
        ("../../secret", "leads out of the root folder"),
        // What is there and what is not look the same.
        ("../../no-such-file", "leads out of the root folder"),
        (
            "../../project/scenarios/own.ron",
            "leads out of the root folder",
        ),
        (
            "../../no-such-folder/../project/actions/own.ron",
            "leads out of the root folder",
        ),
        ("", "is a folder"),
        ("..", "is a folder"),
        ("none.ron", "can't be read"),
    ] {
        if name == "none.ron" {
            let said = project.load(&[name]).unwrap_err().to_string();
            assert!(said.contains(wanted), "{said}");
        } else {
            let said = project.refused(&[name], 15);
            assert!(said.contains(wanted), "{name}: {said}");
        }
    }
}

#[test]
fn nothing_is_shown_of_what_is_no_file_of_actions() {
    let project = Project::new();
    project.write("top/project/environ", SECRET);
    project.write("top/project/call", &format!("{SECRET}(actions: {{}})"));
    project.write(
        "top/project/scenario.ron",
        &format!("Scenario(name: {SECRET})"),
    );
    fs::write(project.path("top/project/binary"), b"hunter2\xff\xfe(").unwrap();
    for name in ["../environ", "../call", "../scenario.ron", "../binary"] {
        let said = project.refused(&[name], 15);
        assert!(said.contains("is not a file of actions"), "{said}");
    }
    // What is wrong within one is told at its place in it.
    project.write("top/project/actions/wrong.ron", "Actions(\n  action: {})");
    let wrong = project.load(&["../actions/wrong.ron"]).unwrap_err();
    assert!(wrong.to_string().contains("wrong.ron:2:3"), "{wrong}");
}

#[test]
fn a_file_is_named_once_and_all_have_a_size_together() {
    let project = Project::new();
    let said = project.refused(&["own.ron", "../scenarios/own.ron"], 26);
    assert!(said.contains("is named twice"), "{said}");
    let padded = |size: usize| format!("{ACTIONS}{}", " ".repeat(size - ACTIONS.len()));
    project.write("top/project/large.ron", &padded(MAX_FILE_BYTES + 1));
    let said = project.refused(&["../large.ron"], 15);
    assert!(said.contains("too large"), "{said}");
    project.write("top/project/half.ron", &padded(MAX_FILE_BYTES / 2));
    project.write("top/project/rest.ron", &padded(MAX_FILE_BYTES / 2));
    assert!(project.load(&["../half.ron", "../rest.ron"]).is_ok());
    let said = project.refused(&["../half.ron", "../rest.ron", "own.ron"], 45);
    assert!(said.contains("together"), "{said}");
}

/// What a file of actions names counts like what the scenario names: one limit for the whole load.
#[test]
fn files_that_are_named_by_files_count() {
    let project = Project::new();
    let kinds = |size: usize| format!("FaultKinds(kinds: []){}", " ".repeat(size));
    project.write("top/project/kinds/large.ron", &kinds(MAX_FILE_BYTES / 2));
    for index in 0..60 {
        project.write(&format!("top/project/kinds/{index}.ron"), &kinds(0));
    }
    let naming = |names: &[String]| {
        let names: Vec<String> = { names.iter() }
            .map(|name| format!("\"../kinds/{name}.ron\""))
            .collect();
        let field = format!("Actions(fault_kinds: [{}], actions", names.join(", "));
        ACTIONS.replacen("Actions(actions", &field, 1)
    };
    let some: Vec<String> = (0..60).map(|index| index.to_string()).collect();
    for (names, wanted) in [
        (some, "one file too many"),
        (vec!["large".to_owned()], "together"),
    ] {
        project.write("top/project/actions/a.ron", &naming(&names));
        project.write("top/project/actions/b.ron", &naming(&names));
        assert!(has_look(&project.load(&["../actions/a.ron"]).unwrap()));
        let both = project.load(&["../actions/a.ron", "../actions/b.ron"]);
        let said = both.unwrap_err().to_string();
        assert!(said.contains(wanted) && said.contains("b.ron"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn links_stay_below_the_root() {
    use std::os::unix::fs::symlink;
    let project = Project::new();
    let folder = project.path("top/project/scenarios");
    symlink("../actions/own.ron", folder.join("inside.ron")).unwrap();
    symlink("../../secret", folder.join("outside.ron")).unwrap();
    symlink(project.path("top/shared"), folder.join("shared")).unwrap();
    symlink("loop.ron", folder.join("loop.ron")).unwrap();
    let absolute = project.path("top/project/actions/own.ron");
    symlink(
        absolute.canonicalize().unwrap(),
        folder.join("absolute.ron"),
    )
    .unwrap();
    symlink("../actions", folder.join("below")).unwrap();
    for name in ["absolute.ron", "below/own.ron", "below/../actions/own.ron"] {
        assert!(has_look(&project.load(&[name]).unwrap()), "{name}");
    }
    assert!(has_look(&project.load(&["inside.ron"]).unwrap()));
    for name in ["outside.ron", "shared/own.ron"] {
        let said = project.refused(&[name], 15);
        assert!(said.contains("leads out of the root folder"), "{said}");
    }
    let said = project.load(&["loop.ron"]).unwrap_err().to_string();
    assert!(said.contains("can't be read"), "{said}");
    // Two names of one file.
    let said = project.refused(&["inside.ron", "../actions/own.ron"], 29);
    assert!(said.contains("is named twice"), "{said}");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_opened() {
    let project = Project::new();
    let pipe = project.path("top/project/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Opening it would wait for a writer.
    let said = project.refused(&["../pipe"], 15);
    assert!(said.contains("is not a regular file"), "{said}");
    project.write(
        "dev.ron",
        "Scenario(name: \"x\", difficulty: easy, actions: [\"dev/zero\"])",
    );
    let text = fs::read_to_string(project.path("dev.ron")).unwrap();
    let root = Some(Path::new("/"));
    let said = Scenario::parse_below("dev.ron", &text, root, root).unwrap_err();
    assert!(said.to_string().contains("is not a regular file"), "{said}");
}

/// What is there and what is not look the same, by way of a link as well.
#[cfg(unix)]
#[test]
fn links_do_not_tell_what_is_outside_of_the_root() {
    use std::os::unix::fs::symlink;
    let project = Project::new();
    let folder = project.path("top/project/scenarios");
    symlink(project.path("top"), folder.join("absolute")).unwrap();
    symlink("../..", folder.join("relative")).unwrap();
    symlink(project.path("none"), folder.join("dangling")).unwrap();
    symlink("absolute", folder.join("second")).unwrap();
    symlink("../../shared/own.ron", folder.join("file.ron")).unwrap();
    symlink("../../shared/none.ron", folder.join("none.ron")).unwrap();
    for name in [
        "absolute/shared/own.ron",
        "absolute/shared/none.ron",
        "absolute/none/own.ron",
        "absolute/secret/own.ron",
        "relative/shared/own.ron",
        "relative/shared/none.ron",
        "second/shared/own.ron",
        "second/shared/none.ron",
        "dangling/own.ron",
        "dangling",
        "absolute",
        "file.ron",
        "none.ron",
        // Back again by way of what is outside.
        "absolute/project/actions/own.ron",
        "relative/project/actions/own.ron",
        "absolute/none/../project/actions/own.ron",
    ] {
        let said = project.refused(&[name], 15);
        let wanted = format!("`{name}` leads out of the root folder");
        assert!(said.contains(&wanted), "{name}: {said}");
    }
}

/// The root need not have the scenario's folder in it.
#[test]
fn a_scenario_beside_the_root_reaches_into_it() {
    let project = Project::new();
    let root = project.path("top/shared");
    let beside = project.scenario(&["../../shared/own.ron"]);
    assert!(has_look(&Scenario::load_below(&beside, &root).unwrap()));
    for name in [
        "own.ron",
        "../actions/none.ron",
        "../../secret",
        "../none/../../shared/own.ron",
    ] {
        let said = Scenario::load_below(&project.scenario(&[name]), &root).unwrap_err();
        assert!(said.to_string().contains("leads out of the root"), "{said}");
    }
}
