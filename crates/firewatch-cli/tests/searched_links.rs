//! Links in a searched folder of scenarios: none gives access to files outside it.

#![cfg(unix)]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use support::{Folder, assert_contains};

const SCENARIO: &str = "Scenario(name: \"x\", difficulty: easy, services: {\"db\": ()}, faults: [(kind: oom, \
                        service: \"db\")])";
/// A file that must not be shown; as a scenario it is invalid in its first line.
const SECRET: &str = "root:hunter2:0:0";
const LEADS_OUT: &str = "this link leads to no file in the searched folder";

/// Every command that accepts a folder; the others accept only a file.
const COMMANDS: [&[&str]; 5] = [
    &["run"],
    &["check"],
    &["list"],
    &["audit", "--max-actions", "0", "--random", "1"],
    &["sweep", "--seeds", "0..2"],
];

fn on<'a>(command: &[&'a str], file: &'a str) -> Vec<&'a str> {
    [&command[..1], &[file], &command[1..]].concat()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("secret", SECRET);
    folder.write("outside/s.ron", SCENARIO);
    folder.write("alone/readme", "");
    folder
}

#[test]
fn a_link_out_of_a_searched_folder_is_refused_by_every_command() {
    let folder = folder();
    let link = folder.path("alone/link.ron");
    let absolute = folder.path("outside/s.ron");
    for target in [
        "../secret".as_ref(),
        "/etc/passwd".as_ref(),
        // Existing and missing targets look the same.
        "/no/such/file".as_ref(),
        "../outside/s.ron".as_ref(),
        absolute.as_path(),
    ] {
        symlink(target, &link).expect("it can be made");
        for command in COMMANDS {
            let told = folder.told(2, &on(command, "alone"));
            assert_contains(&told, &["alone/link.ron", LEADS_OUT]);
            assert!(!told.contains("root:"), "{command:?}: {told}");
        }
        fs::remove_file(&link).expect("it was there");
    }
}

#[test]
fn what_else_is_in_the_folder_is_read_all_the_same() {
    let folder = folder();
    folder.write("alone/s.ron", SCENARIO);
    symlink("../secret", folder.path("alone/link.ron")).expect("it can be made");
    for (command, other) in [
        ("run", "alone/s.ron"),
        ("list", "s.ron     easy"),
        ("check", "1 problem in 1 of 2 files"),
    ] {
        let told = folder.told(2, &[command, "alone"]);
        assert_contains(&told, &[LEADS_OUT, other]);
    }
}

#[test]
fn links_that_are_named_or_stay_inside_are_followed() {
    let folder = folder();
    folder.write("inside/below/s.ron", SCENARIO);
    symlink("below/s.ron", folder.path("inside/link.ron")).expect("it can be made");
    // The searched folder may be a link itself.
    symlink("inside", folder.path("elsewhere")).expect("it can be made");
    for searched in ["inside", "elsewhere", "./inside/../inside"] {
        let told = folder.told(0, &["list", searched, "-f", "json"]);
        assert_contains(&told, &["link.ron", "below/s.ron"]);
    }
    symlink("../outside/s.ron", folder.path("alone/link.ron")).expect("it can be made");
    for command in ["run", "check", "list", "actions", "graph"] {
        folder.told(0, &[command, "alone/link.ron"]);
    }
}

/// An audit searches for the runbook of a scenario.
#[test]
fn a_runbook_that_was_not_named_stays_inside_too() {
    let folder = folder();
    folder.write("alone/s.ron", SCENARIO);
    folder.write("alone/runbooks/readme", "");
    let audit = [
        "audit",
        "alone/s.ron",
        "--max-actions",
        "0",
        "--random",
        "1",
    ];
    symlink("../../secret", folder.path("alone/runbooks/s.ron")).expect("it can be made");
    let told = folder.told(2, &audit);
    assert_contains(&told, &["alone/runbooks/s.ron", LEADS_OUT]);
    assert!(!told.contains("root:"), "{told}");
    // The folder of runbooks can be the link as well.
    fs::remove_dir_all(folder.path("alone/runbooks")).expect("it was there");
    folder.write("others/s.ron", SECRET);
    symlink("../others", folder.path("alone/runbooks")).expect("it can be made");
    let told = folder.told(2, &audit);
    assert_contains(&told, &[LEADS_OUT]);
    assert!(!told.contains("root:"), "{told}");
}
