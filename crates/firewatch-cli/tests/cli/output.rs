//! Where output goes.

use std::fs;
use std::process::Stdio;

use crate::support::{command, output, stderr, stdout, text};
use crate::tool::{BROKEN, FAILING, FOLDER, POOL, names_in};

#[test]
fn a_closed_pipe_is_no_error() {
    for format in ["text", "json", "jsonl", "csv"] {
        let arguments = ["run", POOL, "--ticks", "3000", "--format", format];
        let mut child = command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(text(&output.stderr), "", "{format}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("out.json");
    let path = file.to_str().expect("a plain path");
    let read = || fs::read_to_string(&file).expect("the file can be read");
    assert_eq!(
        stdout(1, &["run", FAILING, "--format", "json", "--out", path]),
        ""
    );
    let whole = read();
    assert_eq!(whole, stdout(1, &["run", FAILING, "--format", "json"]));
    // An invalid scenario leaves the file unchanged, and no file beside it.
    let notes = stderr(2, &["run", BROKEN, POOL, "--out", path]);
    assert!(notes.contains("was not written"), "{notes}");
    assert_eq!(read(), whole);
    assert_eq!(names_in(folder.path()), [file.as_path()]);
    let missing = folder.path().join("missing/out.json");
    let message = stderr(
        2,
        &[
            "run",
            POOL,
            "--out",
            missing.to_str().expect("a plain path"),
        ],
    );
    assert!(message.contains("no such folder:"), "{message}");
    let message = stderr(2, &["run", POOL, "--out", FOLDER]);
    assert!(message.contains("is not a regular file"), "{message}");
}

/// What type a metric of the scenario's own has, only the run shows.
#[test]
fn a_failed_action_leaves_the_file_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| fs::write(path(name), text).expect("a file");
    write(
        "own.ron",
        "Actions(extra_metrics: [\"mine\"], actions: {\"act\": ActionSpec(category: remediation, about: \"Copies.\", branches: [Branch(\
         feedback: \"Done.\", effects: [set(metric: \"restart_count\", to: metric(\"mine\"))])])})",
    );
    write(
        "misfit.ron",
        "Scenario(name: \"x\", difficulty: easy, ticks: 6, actions: [\"own.ron\"], \
         services: {\"db\": (extra_metrics: {\"mine\": \"words\"})}, \
         timeline: [(tick: 3, do: action(\"act\", \"db\"))])",
    );
    write("out.txt", "before");
    let (misfit, out) = (path("misfit.ron"), path("out.txt"));
    for against in [&[][..], &["--against", POOL]] {
        let notes = stderr(2, &[&["run", &misfit, "--out", &out][..], against].concat());
        assert!(notes.contains("can't be carried out"), "{notes}");
        assert!(notes.contains("was not written"), "{notes}");
        assert_eq!(fs::read_to_string(&out).expect("the file"), "before");
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    for format in ["text", "json", "jsonl", "csv"] {
        let arguments = ["run", FOLDER, "--format", format];
        assert_eq!(
            output(&arguments).stdout,
            output(&arguments).stdout,
            "{format}"
        );
    }
}

#[test]
fn results_are_not_written_over_their_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.ron");
    std::fs::copy(POOL, &file).unwrap();
    let before = std::fs::read(&file).unwrap();
    let path = file.to_str().unwrap();
    let message = stderr(2, &["run", path, "--out", path]);
    assert!(message.contains("is an input of this command"), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
