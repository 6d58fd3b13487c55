//! `firewatch sweep --resume` with other inputs than before, and with files of rows that were changed: the
//! bytes of an unbroken sweep, or a refusal.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use twox_hash::XxHash3_64;

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
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write("acts.ron", ACTIONS);
        folder.write("own.ron", SCENARIO);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("it can be written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("it can be read")
    }

    /// A command with a limit of time, and of 4 GB of memory.
    fn command(&self, limits: &str, arguments: &[&str]) -> Command {
        let script = format!("{limits}; exec timeout 60 \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_firewatch")])
            .args(["sweep", "own.ron", "--seeds", "0..120", "-o", "rows"])
            .args(arguments)
            .current_dir(self.0.path());
        command
    }

    fn sweep(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("ulimit -v 4000000", arguments);
        command.output().expect("the shell starts")
    }

    /// The code and the message of a sweep.
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

    /// The file of an unbroken sweep, which is removed again.
    fn unbroken(&self) -> Vec<u8> {
        let (code, errors) = self.told(&[]);
        assert_eq!(code, Some(0), "{errors}");
        let whole = self.read("rows");
        fs::remove_file(self.path("rows")).expect("it was there");
        whole
    }

    /// Stops a sweep by a limit on the size of its file; what it left.
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
    let folder = Folder::new();
    let whole = folder.unbroken();
    let left = folder.stop();
    folder.write("acts.ron", ACTIONS.replace("to: 0.0", "to: 0.5"));
    folder.assert_refused(&["--resume"], "is from a sweep with other files of actions");
    assert!(folder.read("rows.partial") == left, "it was touched");
    assert!(!folder.path("rows").exists());
    folder.write("acts.ron", ACTIONS);
    assert_eq!(folder.told(&["--resume"]), (Some(0), String::new()));
    assert!(folder.read("rows") == whole, "the bytes differ");
}

#[test]
fn a_changed_scenario_or_runbook_is_refused() {
    let folder = Folder::new();
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

/// As another build of the same version would have left it.
#[test]
fn other_built_in_actions_are_refused() {
    let folder = Folder::new();
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

/// Whatever bit is changed: the bytes of an unbroken sweep, or a refusal.
#[test]
fn a_flipped_bit_is_noticed() {
    let folder = Folder::new();
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
    let folder = Folder::new();
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

/// A row that was changed by somebody who knows the checksum stays: what is done is not done again.
#[test]
fn what_is_done_is_not_done_again() {
    let folder = Folder::new();
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
    let changed = row.replace("\"mttm\":", "\"mttm\":7");
    let changed = format!("{heading}\n{changed}\t{}\n{others}", sum(&changed));
    assert_ne!(changed, left);
    folder.write("rows.partial", changed);
    assert_eq!(folder.told(&["--resume"]).0, Some(0));
    let rows = String::from_utf8(folder.read("rows")).expect("the rows are text");
    let row = rows.lines().nth(1).expect("a row");
    assert!(
        row.split(',')
            .nth(4)
            .is_some_and(|mttm| mttm.starts_with('7')),
        "{row}"
    );
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = Folder::new();
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
    // A link, to what could be gone on with and to nothing.
    folder.write("elsewhere", &left);
    symlink("elsewhere", &partial).expect("it can be made");
    refuse();
    assert!(folder.read("elsewhere") == left);
    fs::remove_file(&partial).expect("it was there");
    symlink("nowhere", &partial).expect("it can be made");
    refuse();
    assert!(!folder.path("nowhere").exists());
}

/// Ten gigabytes without a line end, which take no space on the disk.
#[test]
fn a_line_without_end_is_not_read_to_its_end() {
    let folder = Folder::new();
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
    folder.assert_refused(&["--resume"], "is not what a stopped sweep left behind");
    lengthen(&left[..20]);
    folder.assert_refused(&["--resume"], "is not what a stopped sweep left behind");
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
    let folder = Folder::new();
    folder.write("r.ron", "Runbook(name: \"r\", steps: [wait(1)])");
    symlink("acts.ron", folder.path("link.ron")).expect("it can be made");
    for out in ["own.ron", "acts.ron", "r.ron", "./acts.ron", "link.ron"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
        command
            .args(["sweep", "own.ron", "--runbook", "r.ron", "-o", out])
            .current_dir(folder.0.path());
        let output = command.output().expect("the command starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{out}: {errors}");
        assert!(errors.contains("is a file of this run"), "{errors}");
    }
    assert_eq!(folder.read("acts.ron"), ACTIONS.as_bytes());
    assert_eq!(folder.read("own.ron"), SCENARIO.as_bytes());
}

/// Of several that go on at once, one does; none harms the file.
#[test]
fn several_at_once_end_in_the_same_file() {
    let folder = Folder::new();
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
