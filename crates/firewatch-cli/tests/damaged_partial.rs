//! Saved rows damaged by a full disk, another file system or an editor.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::process::Command;

use support::Folder;

const SCENARIO: &str = "Scenario(name: \"own\", difficulty: easy, ticks: 3, services: [\"auth-service\"], \
                        faults: [(kind: oom, service: \"auth-service\")])";
const SWEEP: &[&str] = &["sweep", "own.ron", "--seeds", "0..120", "-o", "rows"];

/// A folder with a scenario.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("own.ron", SCENARIO);
    folder
}

/// Returns the output of a sweep that stops because no file may exceed `limit` times 512 bytes.
fn limited(folder: &Folder, limit: u32, arguments: &str) -> String {
    let bin = env!("CARGO_BIN_EXE_firewatch");
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec '{bin}' {arguments} 2>&1");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder.path("."));
    let output = command.output().expect("the shell starts");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

#[test]
fn an_empty_file_holds_no_rows() {
    let folder = folder();
    let told = limited(&folder, 0, &SWEEP.join(" "));
    assert!(told.contains("`rows.partial` can't be written"), "{told}");
    assert_eq!(folder.read("rows.partial"), b"");
    assert_eq!(folder.told(0, SWEEP), "");
    assert_eq!(folder.files(), ["own.ron", "rows"]);
}

#[test]
fn a_heading_that_was_changed_is_damaged() {
    let folder = folder();
    limited(&folder, 12, &SWEEP.join(" "));
    let left = folder.read("rows.partial");
    let resume = [SWEEP, &["--resume"]].concat();
    let heading = left.iter().position(|&byte| byte == b'\n');
    let heading = heading.expect("a heading");
    let text = String::from_utf8(left.clone()).expect("the rows are text");
    let mut changes = vec![text.replace('\n', "\r\n").into_bytes()];
    // After the field name of the version: digits, names and the checksum.
    for at in (9..heading).step_by(7) {
        let mut changed = left.clone();
        changed[at] ^= 1;
        changes.push(changed);
    }
    for changed in changes {
        folder.write("rows.partial", &changed);
        let told = folder.told(2, &resume);
        assert!(told.contains("is damaged in its first line"), "{told}");
        assert_eq!(folder.read("rows.partial"), changed);
    }
    // The file of an earlier version is unchanged.
    let older = "{\"form\":3,\"firewatch\":\"0.1.0\",\"shard\":[1,1],\"scenario\":\"\",\"built_in\":\"\",\"actions\":\"\",\"runbook\":null}\n";
    folder.write("rows.partial", older);
    let told = folder.told(2, &resume);
    assert!(told.contains("from another version of firewatch"), "{told}");
}

#[test]
fn messages_name_the_file_that_was_asked_for() {
    let folder = folder();
    // The folder exists and accepts no file, even from root.
    for arguments in [
        "run own.ron -f csv -o /proc/rows",
        "sweep own.ron --seeds 0..2 -o /proc/rows",
        "generate -d easy -o /proc/rows",
        "play own.ron --save /proc/rows",
    ] {
        let told = folder.told(3, &arguments.split(' ').collect::<Vec<_>>());
        assert!(told.contains("`/proc/rows` can't be written: "), "{told}");
        assert!(!told.contains(".firewatch-"), "{told}");
    }
    for arguments in ["run own.ron -f csv -o rows", "generate -d easy -o rows"] {
        let told = limited(&folder, 0, arguments);
        assert!(
            told.contains("`rows`: ") && !told.contains(".firewatch-"),
            "{told}"
        );
        assert_eq!(folder.files(), ["own.ron"]);
    }
}
