//! `firewatch sweep --resume` with changed inputs and changed saved rows: the bytes of an uninterrupted
//! sweep, or a rejection.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs::{self, OpenOptions};
use std::ops::Deref;
use std::os::unix::fs::symlink;
use std::process::{Command, Output, Stdio};

use twox_hash::XxHash3_64;

use support::Folder;

const ACTIONS: &str = r#"Actions(actions: {"fix_it": (
    about: "Ends it.",
    category: remediation,
    branches: [
        (effects: [set(metric: "http_server_error_rate", to: 0.0)], halts: [oom], when: [fault([oom])], feedback: "done"),
        (feedback: "no"),
    ],
)})"#;
const SCENARIO: &str = r#"Scenario(
    name: "own",
    difficulty: easy,
    services: ["api-gateway", "auth-service", "db-proxy"],
    faults: [(kind: oom, service: "auth-service")],
    actions: ["acts.ron"],
    timeline: [(tick: 4, do: action("fix_it", "auth-service"))],
)"#;

/// A folder with a scenario, its actions and a sweep of it.
struct SweepFolder(Folder);

impl Deref for SweepFolder {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.0
    }
}

impl SweepFolder {
    fn new() -> Self {
        let folder = Self(Folder::new());
        folder.write("acts.ron", ACTIONS);
        folder.write("own.ron", SCENARIO);
        folder
    }

    /// Returns a command limited to 60 seconds and 4 GB of memory.
    fn command(&self, limits: &str, arguments: &[&str]) -> Command {
        let script = format!("{limits}; exec timeout 60 \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_firewatch")])
            .args(["sweep", "own.ron", "--seeds", "0..120", "-o", "rows"])
            .args(arguments)
            .current_dir(self.path(""));
        command
    }

    fn sweep(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("ulimit -v 4000000", arguments);
        command.output().expect("the shell starts")
    }

    /// Returns the exit code and the message of a sweep.
    fn told(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.sweep(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), errors)
    }

    #[track_caller]
    fn assert_refused(&self, arguments: &[&str], expected: &str) {
        let (code, errors) = self.told(arguments);
        assert_eq!(code, Some(2), "{errors}");
        assert!(
            errors.contains(expected),
            "`{expected}` is missing in {errors}"
        );
    }

    /// Returns the output of an uninterrupted sweep, and removes the file.
    fn unbroken(&self) -> Vec<u8> {
        let (code, errors) = self.told(&[]);
        assert_eq!(code, Some(0), "{errors}");
        let whole = self.read("rows");
        fs::remove_file(self.path("rows")).expect("it was there");
        whole
    }

    /// Stops a sweep by a limit on its file size. Returns the saved rows.
    fn stop(&self) -> Vec<u8> {
        let mut command = self.command("ulimit -f 20", &[]);
        let output = command.output().expect("the shell starts");
        assert_ne!(output.status.code(), Some(0));
        let left = self.read("rows.partial");
        let rows = left.iter().filter(|&&byte| byte == b'\n').count();
        assert!((10..110).contains(&rows), "{rows} lines were left");
        left
    }
}

#[test]
fn a_changed_file_of_actions_is_refused_until_it_is_as_it_was() {
    let folder = SweepFolder::new();
    let whole = folder.unbroken();
    let left = folder.stop();
    folder.write("acts.ron", ACTIONS.replace("to: 0.0", "to: 0.5"));
    folder.assert_refused(&["--resume"], "is from a sweep with other action files");
    assert!(folder.read("rows.partial") == left, "it was touched");
    assert!(!folder.path("rows").exists());
    folder.write("acts.ron", ACTIONS);
    assert_eq!(folder.told(&["--resume"]), (Some(0), String::new()));
    assert!(folder.read("rows") == whole, "the bytes differ");
}

#[test]
fn a_changed_scenario_or_runbook_is_refused() {
    let folder = SweepFolder::new();
    let runbook = |wait: u64| {
        format!(
            "Runbook(name: \"r\", steps: [wait({wait}), action(\"restart_service\", \"auth-service\")])"
        )
    };
    folder.stop();
    folder.write("own.ron", SCENARIO.replace("tick: 4", "tick: 5"));
    folder.assert_refused(&["--resume"], "of another scenario or grid");
    folder.write("own.ron", SCENARIO);
    folder.write("r.ron", runbook(1));
    folder.assert_refused(&["--resume", "--runbook", "r.ron"], "with another runbook");
    folder.assert_refused(&["--resume", "--shard", "1/2"], "from another shard");

    // A runbook of the same name with other steps.
    fs::remove_file(folder.path("rows.partial")).expect("it was there");
    let mut command = folder.command("ulimit -f 20", &["--runbook", "r.ron"]);
    command.output().expect("the shell starts");
    folder.write("r.ron", runbook(2));
    folder.assert_refused(&["--resume", "--runbook", "r.ron"], "with another runbook");
}

/// The saved rows of another build of the same version.
#[test]
fn other_built_in_actions_are_refused() {
    let folder = SweepFolder::new();
    let left = String::from_utf8(folder.stop()).expect("the rows are text");
    let key = "\"built_in\":\"";
    let at = left.find(key).expect("the heading has it") + key.len();
    let other = if left[at..].starts_with('0') {
        "1"
    } else {
        "0"
    };
    let (first, rows) = left.split_once('\n').expect("a heading");
    let (heading, checksum) = first.split_once('\t').expect("a checksum");
    let sum = |heading: &str| format!("{:016x}", XxHash3_64::oneshot(heading.as_bytes()));
    assert_eq!(sum(heading), checksum);
    let heading = [&heading[..at], other, &heading[at + 1..]].concat();
    let changed = format!("{heading}\t{}\n{rows}", sum(&heading));
    folder.write("rows.partial", &changed);
    folder.assert_refused(&["--resume"], "with other built-in actions");
    assert!(folder.read("rows.partial") == changed.as_bytes());
}

/// Any changed bit leads to the bytes of an uninterrupted sweep or a rejection.
#[test]
fn a_flipped_bit_is_noticed() {
    let folder = SweepFolder::new();
    let whole = folder.unbroken();
    let left = folder.stop();
    let mut refused = 0;
    let step = left.len() / 70;
    for (number, at) in (0..left.len()).step_by(step).enumerate() {
        let mut changed = left.clone();
        changed[at] ^= 1 << (number % 7);
        folder.write("rows.partial", &changed);
        match folder.told(&["--resume"]) {
            (Some(0), _) => {
                assert!(folder.read("rows") == whole, "byte {at} was flipped");
                fs::remove_file(folder.path("rows")).expect("it was there");
            }
            (code, errors) => {
                assert_eq!(code, Some(2), "byte {at}: {errors}");
                refused += 1;
            }
        }
    }
    assert!(refused > 60, "{refused}");
}

#[test]
fn rows_of_another_sweep_are_no_rows_of_this_one() {
    let folder = SweepFolder::new();
    let heading = |left: &[u8]| left.iter().position(|&byte| byte == b'\n').expect("a line") + 1;
    let left = folder.stop();
    fs::remove_file(folder.path("rows.partial")).expect("it was there");
    folder.write("own.ron", SCENARIO.replace("tick: 4", "tick: 5"));
    let other = folder.stop();
    folder.write("own.ron", SCENARIO);
    let mixed = [&left[..heading(&left)], &other[heading(&other)..]].concat();
    folder.write("rows.partial", mixed);
    folder.assert_refused(&["--resume"], "is damaged where run 0 should be");
}

/// A row changed with a valid checksum stays: finished runs are not repeated.
#[test]
fn what_is_done_is_not_done_again() {
    let folder = SweepFolder::new();
    let left = String::from_utf8(folder.stop()).expect("the rows are text");
    let (heading, rows) = left.split_once('\n').expect("a heading");
    let heading_sum = XxHash3_64::oneshot(format!("{heading}\n").as_bytes());
    let (first, others) = rows.split_once('\n').expect("a row");
    let (row, checksum) = first.split_once('\t').expect("a checksum");
    let sum = |row: &str| {
        format!(
            "{:016x}",
            XxHash3_64::oneshot_with_seed(heading_sum, row.as_bytes())
        )
    };
    assert_eq!(sum(row), checksum);
    let changed = row.replace("\"ticks\":", "\"ticks\":7");
    let changed = format!("{heading}\n{changed}\t{}\n{others}", sum(&changed));
    assert_ne!(changed, left);
    folder.write("rows.partial", changed);
    assert_eq!(folder.told(&["--resume"]).0, Some(0));
    let rows = String::from_utf8(folder.read("rows")).expect("the rows are text");
    let row = rows.lines().nth(1).expect("a row");
    assert!(
        row.split(',')
            .nth(3)
            .is_some_and(|ticks| ticks.starts_with('7')),
        "{row}"
    );
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = SweepFolder::new();
    let left = folder.stop();
    let partial = folder.path("rows.partial");
    let make_pipe = || {
        let made = Command::new("mkfifo").arg(&partial).status();
        assert!(made.expect("it starts").success());
    };
    let refuse = || {
        for arguments in [&[][..], &["--resume"]] {
            folder.assert_refused(arguments, "rows.partial` is not a regular file");
        }
    };
    fs::remove_file(&partial).expect("it was there");
    make_pipe();
    refuse();
    fs::remove_file(&partial).expect("it was there");
    fs::create_dir(&partial).expect("it can be made");
    refuse();
    fs::remove_dir(&partial).expect("it was there");
    // A link to valid saved rows, and a dangling link.
    folder.write("elsewhere", &left);
    symlink("elsewhere", &partial).expect("it can be made");
    refuse();
    assert!(folder.read("elsewhere") == left);
    fs::remove_file(&partial).expect("it was there");
    symlink("nowhere", &partial).expect("it can be made");
    refuse();
    assert!(!folder.path("nowhere").exists());
}

/// Ten gigabytes without a line end, in a sparse file.
#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let folder = SweepFolder::new();
    let left = folder.stop();
    let lengthen = |start: &[u8]| {
        folder.write("rows.partial", start);
        let file = OpenOptions::new()
            .write(true)
            .open(folder.path("rows.partial"));
        let file = file.expect("it can be opened");
        file.set_len(10_000_000_000).expect("it can be lengthened");
    };
    lengthen(b"");
    folder.assert_refused(&["--resume"], "is not a file of a stopped sweep");
    lengthen(&left[..20]);
    folder.assert_refused(&["--resume"], "is not a file of a stopped sweep");
    let rows = left
        .iter()
        .rposition(|&byte| byte == b'\n')
        .expect("a line")
        + 1;
    lengthen(&left[..rows]);
    folder.assert_refused(&["--resume"], "is damaged where run");
}

#[test]
fn results_do_not_replace_what_they_come_from() {
    let folder = SweepFolder::new();
    folder.write("r.ron", "Runbook(name: \"r\", steps: [wait(1)])");
    symlink("acts.ron", folder.path("link.ron")).expect("it can be made");
    for out in ["own.ron", "acts.ron", "r.ron", "./acts.ron", "link.ron"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
        command
            .args(["sweep", "own.ron", "--runbook", "r.ron", "-o", out])
            .current_dir(folder.path(""));
        let output = command.output().expect("the command starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{out}: {errors}");
        assert!(errors.contains("is an input of this command"), "{errors}");
    }
    assert_eq!(folder.read("acts.ron"), ACTIONS.as_bytes());
    assert_eq!(folder.read("own.ron"), SCENARIO.as_bytes());
}

/// Of several sweeps that resume at once, one does; none damages the file.
#[test]
fn several_at_once_end_in_the_same_file() {
    let folder = SweepFolder::new();
    let whole = folder.unbroken();
    folder.stop();
    let begin = |_| {
        let mut command = folder.command("true", &["--resume"]);
        command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell starts")
    };
    let begun: Vec<_> = (0..4).map(begin).collect();
    let ended = begun
        .into_iter()
        .map(|sweep| sweep.wait_with_output().expect("it ends"));
    let mut done = 0;
    for output in ended {
        let errors = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => done += 1,
            code => {
                assert_eq!(code, Some(2), "{errors}");
                assert!(errors.contains("another sweep is writing to"), "{errors}");
            }
        }
    }
    assert!(done >= 1);
    assert!(folder.read("rows") == whole, "the bytes differ");
    assert!(!folder.path("rows.partial").exists());
}
