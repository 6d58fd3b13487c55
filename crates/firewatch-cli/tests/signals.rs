//! Files that remain when a signal ends the command.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use support::files;
use tempfile::TempDir;

/// More ticks than any test waits for.
const LONG: &str = "10000000";
const POOL: &str = "tests/fixtures/folder/pool.ron";
const GRID: &str = "tests/fixtures/sweep/grid.ron";
const SIGNALS: [(&str, i32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];

fn manifest(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// Starts a command in the folder; the shell runs `before` first.
fn begin(folder: &TempDir, before: &str, arguments: &[&str]) -> Child {
    let script = format!("{before}; exec \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_firewatch")])
        .args(arguments)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("the shell starts")
}

/// Waits until the folder meets a condition.
fn wait_until(folder: &TempDir, wanted: impl Fn(&[String]) -> bool) {
    for _ in 0..3000 {
        if wanted(&files(folder.path())) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{:?}", files(folder.path()));
}

fn send(signal: &str, child: &Child) {
    let script = format!("kill -{signal} {}", child.id());
    let sent = Command::new("sh").args(["-c", &script]).status();
    assert!(sent.expect("the shell starts").success());
}

fn is_unfinished(name: impl AsRef<str>) -> bool {
    let name = name.as_ref();
    name.starts_with(".firewatch-") && name.ends_with(".part")
}

#[test]
fn a_run_that_is_ended_leaves_nothing_behind() {
    let pool = manifest(POOL);
    let pool = pool.to_str().expect("a plain path");
    for (signal, number) in SIGNALS {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("rows"), "old").expect("it can be written");
        let run = ["run", pool, "--ticks", LONG, "-f", "jsonl", "-o", "rows"];
        let mut child = begin(&folder, "true", &run);
        wait_until(&folder, |files| files.iter().any(is_unfinished));
        send(signal, &child);
        let status = child.wait().expect("it ends");
        // The same end as that of a process without a handler.
        assert_eq!(status.signal(), Some(number), "{signal}");
        assert_eq!(files(folder.path()), ["rows"], "{signal}");
        let rows = fs::read_to_string(folder.path().join("rows"));
        assert_eq!(rows.expect("it is there"), "old");
    }
}

#[test]
fn a_sweep_that_is_ended_leaves_its_rows() {
    let grid = manifest(GRID);
    let grid = grid.to_str().expect("a plain path");
    let folder = tempfile::tempdir().expect("a folder");
    let sweep = ["sweep", grid, "--seeds", "0..2000000", "-o", "rows"];
    let mut child = begin(&folder, "true", &sweep);
    wait_until(&folder, |files| files == ["rows.partial"]);
    send("TERM", &child);
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
    assert_eq!(files(folder.path()), ["rows.partial"]);
}

/// `nohup`, and the shell for background jobs, start the process with a signal ignored.
#[test]
fn a_signal_that_is_to_be_ignored_is() {
    let pool = manifest(POOL);
    let pool = pool.to_str().expect("a plain path");
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", pool, "--ticks", LONG, "-f", "jsonl", "-o", "rows"];
    let mut child = begin(&folder, "trap '' HUP INT", &run);
    wait_until(&folder, |files| files.iter().any(is_unfinished));
    send("HUP", &child);
    send("INT", &child);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().expect("it can be asked"), None);
    assert!(files(folder.path()).iter().any(is_unfinished));
    send("TERM", &child);
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
    assert_eq!(files(folder.path()), [] as [&str; 0]);
}
