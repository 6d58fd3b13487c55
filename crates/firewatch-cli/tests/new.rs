//! `firewatch new` as a process.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::path::Path;

use support::{Folder, assert_contains, run, stderr, stdout, text};

const KINDS: [&str; 5] = [
    "oom",
    "memory_leak",
    "bad_deploy",
    "config_drift",
    "network_partition",
];

#[test]
fn a_new_scenario_passes_every_command() {
    let folder = Folder::new();
    for physics in ["classic", "traffic"] {
        for kind in KINDS {
            for difficulty in ["easy", "medium", "hard"] {
                let file = folder.name(&format!("{physics}-{kind}-{difficulty}.ron"));
                let new = ["new", "--kind", kind, "--difficulty", difficulty];
                let more = ["--services", "a,b,c", "--physics", physics, &file];
                assert_eq!(stdout(0, &[&new[..], &more].concat()), "");
                stdout(0, &["check", "--deny", "warnings", &file]);
                let shown = stdout(0, &["run", &file]);
                assert_contains(&shown, &[&format!("{kind} begins")]);
                // One fault that one action halts is no hard incident: that is for the author to make of it.
                if difficulty == "easy" {
                    let audited =
                        stdout(0, &["audit", "--max-actions", "1", "--random", "4", &file]);
                    assert_contains(&audited, &["1 incident: 1 good"]);
                }
            }
        }
    }
}

#[test]
fn what_was_written_and_what_to_do_next_is_told() {
    let folder = Folder::new();
    for name in ["a.ron", "b.json", "it's mine.ron"] {
        let file = folder.name(name);
        let told = stderr(0, &["new", &file]);
        assert_contains(&told, &["wrote a scenario to", name, "firewatch run "]);
        let next = told
            .lines()
            .find(|line| line.starts_with("  firewatch run"));
        let mut shell = std::process::Command::new("sh");
        let next = next.expect("a command").replace(
            "firewatch",
            &format!("'{}'", env!("CARGO_BIN_EXE_firewatch")),
        );
        let output = shell.args(["-c", &next]).output().expect("a shell");
        assert!(output.status.success(), "{next}: {}", text(&output.stderr));
    }
    // A scenario on the standard output goes with no words.
    let output = run(0, &["new"]);
    assert!(text(&output.stdout).starts_with("Scenario("));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_new_scenario_replaces_no_file_and_names_what_does_not_fit() {
    let folder = Folder::new();
    let file = folder.write("mine.ron", "mine");
    assert_contains(
        &stderr(2, &["new", &file]),
        &["mine.ron", "is there already"],
    );
    assert_eq!(folder.read_text("mine.ron"), "mine");
    for name in ["noextension", "x.txt"] {
        let told = stderr(2, &["new", &folder.name(name)]);
        assert_contains(&told, &["end in `.ron` or `.json`"]);
    }
    assert_contains(
        &stderr(2, &["new", &folder.name("no/x.ron")]),
        &["no such folder"],
    );
    assert_contains(
        &stderr(2, &["new", "--on", "nobody"]),
        &["services: web, api, db"],
    );
    // What the language refuses is refused here, and nothing is written.
    assert_eq!(
        stdout(2, &["new", "--services", "a,a", &folder.name("x.ron")]),
        ""
    );
    assert_eq!(folder.files(), ["mine.ron"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_there_even_if_it_leads_nowhere() {
    let folder = Folder::new();
    let link = folder.path("link.ron");
    std::os::unix::fs::symlink(folder.path("target.ron"), &link).expect("a link");
    let told = stderr(2, &["new", link.to_str().expect("a plain path")]);
    assert_contains(&told, &["is there already"]);
    assert_eq!(folder.files(), ["link.ron"]);
}

/// Runs `new` at a terminal, to which the answers are typed. Returns what is on it at the end.
#[cfg(target_os = "linux")]
fn at_terminal(folder: &Path, arguments: &str, answers: &str) -> (Option<i32>, String) {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let line = format!("exec '{}' new {arguments}", env!("CARGO_BIN_EXE_firewatch"));
    let mut command = Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("`script` starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(answers.as_bytes()).expect("it is read");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), text(&output.stdout))
}

#[cfg(target_os = "linux")]
#[test]
fn three_questions_are_asked_at_a_terminal() {
    let folder = Folder::new();
    let here = folder.0.path();
    let answers = "shop,stock\nomm\noom\nstock\n";
    let (code, told) = at_terminal(here, "asked.ron", answers);
    assert_eq!(code, Some(0), "{told}");
    let questions = ["Services", "Kind of the fault", "Service with the fault"];
    assert_contains(&told, &questions);
    assert_contains(&told, &["did you mean `oom`?", "firewatch run asked.ron"]);
    let flags = ["--services", "shop,stock", "--kind", "oom", "--on", "stock"];
    let same = stdout(0, &[&["new"], &flags[..]].concat());
    assert_eq!(folder.read_text("asked.ron"), same);
    // What is given is not asked for.
    let all = format!("{} given.ron", flags.join(" "));
    let (code, told) = at_terminal(here, &all, "");
    assert_eq!(code, Some(0), "{told}");
    assert!(
        !questions.iter().any(|question| told.contains(question)),
        "{told}"
    );
    assert_eq!(
        fs::read_to_string(folder.path("given.ron")).expect("it is written"),
        same
    );
    // An end of the input is no answer, and a file that is there is told before the questions.
    let (code, told) = at_terminal(here, "none.ron", "shop\n\u{4}");
    assert_eq!(code, Some(2), "{told}");
    let (code, told) = at_terminal(here, "given.ron", "");
    assert_eq!(code, Some(2), "{told}");
    assert!(!told.contains("Services"), "{told}");
    assert_eq!(folder.files(), ["asked.ron", "given.ron"]);
}
