//! Resuming a stopped sweep.

use std::fs;
use std::process::Command;

use crate::support::{Folder, run, stderr};
use crate::tool::GRID;

/// Stops a sweep while it writes, and leaves the first bytes of its rows.
#[cfg(target_os = "linux")]
fn stop_midway(sweep: &[&str]) {
    // The system ends a process that exceeds the file size limit.
    let script = "ulimit -f 20 && exec \"$@\"";
    let status = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_firewatch")])
        .args(sweep)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert_eq!(status.expect("the shell starts").code(), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_that_was_stopped_goes_on_to_the_same_file() {
    let folder = Folder::new();
    let (out, partial) = (folder.name("rows"), folder.name("rows.partial"));
    let sweep = ["sweep", GRID, "--seeds", "0..20", "-o", &out];
    run(0, &sweep);
    let whole = folder.read_text("rows");
    fs::remove_file(&out).expect("it was there");

    stop_midway(&sweep);
    assert_eq!(folder.files(), ["rows.partial"]);
    let left = fs::read(&partial).expect("rows are left");
    let lines: Vec<usize> = (1..=left.len())
        .filter(|&end| left[end - 1] == b'\n')
        .collect();
    assert!(lines.len() > 20 && lines.len() < 180, "{}", lines.len());
    let (heading, some) = (lines[0], lines[10]);
    let resume = [&sweep[..], &["--resume"]].concat();
    let torn_in_heading = heading / 2;
    let ends = [
        left.len(),
        some,
        some + 1,
        some - 1,
        heading,
        torn_in_heading,
        0,
    ];
    for end in ends {
        fs::write(&partial, &left[..end]).expect("it can be written");
        assert_eq!(stderr(0, &resume), "");
        assert!(folder.read_text("rows") == whole, "cut at {end}");
        assert_eq!(folder.files(), ["rows"]);
    }
    // Resuming without saved rows is valid, and the format does not matter to saved rows.
    let parquet = |resume: &[&str]| {
        run(0, &[&sweep[..], &["-f", "parquet"], resume].concat());
        fs::read(&out).expect("the file can be read")
    };
    let expected = parquet(&["--resume"]);
    fs::write(&partial, &left).expect("it can be written");
    assert!(parquet(&["--resume"]) == expected, "the bytes differ");
}

#[cfg(target_os = "linux")]
#[test]
fn only_the_sweep_that_was_stopped_goes_on() {
    let folder = Folder::new();
    let (out, partial) = (folder.name("rows"), folder.name("rows.partial"));
    let sweep = |arguments: &[&'static str]| {
        let given = ["sweep", GRID, "--seeds", "0..20", "-o", &out];
        stderr(2, &[&given[..], arguments].concat())
    };
    stop_midway(&["sweep", GRID, "--seeds", "0..20", "-o", &out]);
    let left = fs::read(&partial).expect("rows are left");
    let anew = sweep(&[]);
    assert!(
        anew.contains("rows.partial` holds the rows of a stopped sweep"),
        "{anew}"
    );
    assert!(anew.contains("`--resume` continues it"), "{anew}");
    for (arguments, expected) in [
        (
            &["--resume", "--vary", "speed=1"][..],
            "another scenario or grid",
        ),
        (&["--resume", "--shard", "1/2"], "from another shard"),
        (
            &["--resume", "--runbook", "tests/fixtures/sweep/fix.ron"],
            "with another runbook",
        ),
    ] {
        let message = sweep(arguments);
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("remove that file"), "{message}");
    }
    assert!(left == fs::read(&partial).expect("it is still there"));
    assert_eq!(folder.files(), ["rows.partial"]);

    // A changed line.
    let text = String::from_utf8_lossy(&left);
    for (from, to) in [("\n[3,", "\n[4,"), ("\n[3,{\"ticks\"", "\n[3,{\"tocks\"")] {
        fs::write(&partial, text.replacen(from, to, 1)).expect("it can be written");
        let message = sweep(&["--resume"]);
        assert!(
            message.contains("is damaged where run 3 should be"),
            "{message}"
        );
    }
    let version = format!("\"firewatch\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let (heading, _) = text.split_once('\t').expect("a checksum");
    let other = heading.replace(&version, "\"firewatch\":\"0.0.0\"");
    let checksum = twox_hash::XxHash3_64::oneshot(other.as_bytes());
    let other = format!("{other}\t{checksum:016x}\n");
    for (content, expected) in [
        (&*other, "from another version of firewatch"),
        ("run,seed\n0,1\n", "is not a file of a stopped sweep"),
        ("run,seed", "is not a file of a stopped sweep"),
    ] {
        fs::write(&partial, content).expect("it can be written");
        let message = sweep(&["--resume"]);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn two_sweeps_do_not_write_to_the_same_file() {
    let folder = Folder::new();
    let out = folder.name("rows");
    let partial = fs::File::create(folder.name("rows.partial")).expect("it can be made");
    partial.lock().expect("it can be locked");
    let message = stderr(2, &["sweep", GRID, "-o", &out, "--resume"]);
    assert!(message.contains("another sweep is writing to"), "{message}");
}
