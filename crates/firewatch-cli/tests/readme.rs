//! The README shows the real output of the command.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't read the README fails"
)]

mod support;

use std::path::{Path, PathBuf};

use support::command;

/// Returns each `$ firewatch ...` of a console block of the README with its output.
fn sessions(readme: &str) -> Vec<(String, String)> {
    let blocks = readme.split("```console\n").skip(1);
    blocks
        .map(|block| block.split("\n```").next().unwrap())
        .filter_map(|block| block.strip_prefix("$ firewatch "))
        .map(|block| block.split_once('\n').unwrap())
        .map(|(command, output)| (command.to_owned(), output.to_owned()))
        .collect()
}

/// Scenarios in the README run, and their expectations pass.
#[test]
fn scenarios_shown_pass() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let shown: Vec<&str> = readme
        .split("```ron\n")
        .skip(1)
        .map(|block| block.split("\n```").next().unwrap())
        .collect();
    assert!(!shown.is_empty(), "the README shows a scenario");
    let folder = tempfile::tempdir().unwrap();
    for (index, text) in shown.into_iter().enumerate() {
        let file = folder.path().join(format!("{index}.ron"));
        std::fs::write(&file, text).unwrap();
        let output = command(&["run"]).arg(&file).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

/// Action files in the README are valid.
#[test]
fn actions_shown_are_in_order() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let shown = { readme.split("```text\n").skip(1) }
        .map(|block| block.split("\n```").next().unwrap())
        .filter(|block| block.starts_with("Actions("));
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for text in shown {
        let file = folder.path().join("actions.ron");
        std::fs::write(&file, text).unwrap();
        let output = command(&["check"]).arg(&file).output().unwrap();
        let problems = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{problems}");
        count += 1;
    }
    assert!(count > 0, "the README shows a file of actions");
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn console_blocks_show_real_output() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let sessions = sessions(&readme);
    assert!(sessions.len() >= 2, "the README shows a run and a check");
    for (line, shown) in sessions {
        let arguments: Vec<&str> = line.split(' ').collect();
        let output = command(&arguments)
            .current_dir(workspace())
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(printed.trim(), shown.trim(), "$ firewatch {line}");
    }
}
