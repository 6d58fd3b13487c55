//! `firewatch fmt` as a process.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;

mod support;

use support::{assert_contains, command, run, stderr, stdout, text};

const MESSY: &str = "Scenario(name:\"x\", // of all\n difficulty:easy)\n";
const NEAT: &str = "Scenario(\n    name: \"x\", // of all\n    difficulty: easy,\n)\n";

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// Formats the standard input: the exit code, the output and the diagnostics.
fn format_stdin(arguments: &[&str], input: &str) -> io::Result<(Option<i32>, String, String)> {
    let mut command = command(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    Ok((
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    ))
}

#[test]
fn files_are_written_in_place_and_those_that_change_are_told() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let [messy, neat, other] = ["b.ron", "a.ron", "c.txt"].map(|name| folder.path().join(name));
    fs::write(&messy, MESSY)?;
    fs::write(&neat, NEAT)?;
    fs::write(&other, MESSY)?;
    let untouched = fs::metadata(&neat)?.modified()?;
    let told = format!("{}\n", messy.display());
    assert_eq!(stdout(1, &["fmt", "--check", path(folder.path())]), told);
    assert_eq!(fs::read_to_string(&messy)?, MESSY);
    assert_eq!(stdout(0, &["fmt", path(folder.path())]), told);
    assert_eq!(fs::read_to_string(&messy)?, NEAT);
    assert_eq!(fs::read_to_string(&other)?, MESSY);
    assert_eq!(fs::metadata(&neat)?.modified()?, untouched);
    assert_eq!(stdout(0, &["fmt", "--check", path(folder.path())]), "");
    // Nothing else is left there.
    assert_eq!(fs::read_dir(folder.path())?.count(), 3);
    Ok(())
}

#[test]
fn the_current_folder_is_meant_without_a_path() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("x.ron"), MESSY)?;
    let output = command(&["fmt"]).current_dir(folder.path()).output()?;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("x.ron"))?, NEAT);
    Ok(())
}

#[test]
fn the_standard_input_goes_to_the_standard_output() -> io::Result<()> {
    let formatted = |text: &str| (Some(0), text.to_owned(), String::new());
    assert_eq!(format_stdin(&["fmt", "-"], MESSY)?, formatted(NEAT));
    assert_eq!(format_stdin(&["fmt", "-"], NEAT)?, formatted(NEAT));
    assert_eq!(
        format_stdin(&["fmt", "-"], "{\"ticks\":1}")?,
        formatted("{\n  \"ticks\": 1\n}\n")
    );
    let check = format_stdin(&["fmt", "--check", "-"], MESSY)?;
    assert_eq!(check, (Some(1), "<stdin>\n".to_owned(), String::new()));
    let (code, out, errors) = format_stdin(&["fmt", "-"], "Scenario(")?;
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_contains(&errors, &["<stdin>:1:9"]);
    assert_contains(&stderr(2, &["fmt", "-", "x.ron"]), &["`-` stands alone"]);
    Ok(())
}

#[test]
fn a_file_with_errors_of_syntax_is_left_alone_and_the_others_are_not() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let [broken, json, messy] = ["a.ron", "b.json", "c.ron"].map(|name| folder.path().join(name));
    fs::write(&broken, "Scenario(name:\"x\"")?;
    fs::write(&json, "{\"ticks\": 1,}")?;
    fs::write(&messy, MESSY)?;
    let files = [&broken, &json, &messy].map(|file| path(file));
    for check in [&["--check"][..], &[]] {
        let output = run(2, &[&["fmt"], check, &files].concat());
        assert_eq!(text(&output.stdout), format!("{}\n", messy.display()));
        assert_contains(&text(&output.stderr), &["this `(` is never closed"]);
        assert_contains(&text(&output.stderr), &["not valid JSON"]);
    }
    assert_eq!(fs::read_to_string(&broken)?, "Scenario(name:\"x\"");
    assert_eq!(fs::read_to_string(&json)?, "{\"ticks\": 1,}");
    assert_eq!(fs::read_to_string(&messy)?, NEAT);
    Ok(())
}

/// Files in RON that no command of Firewatch reads.
const FOREIGN: [(&str, &str); 5] = [
    ("scene.ron", "Scene(entities:[1,2])"),
    (
        "config.ron",
        "#![enable(implicit_some)]\n(window:(title:\"x\",difficulty:1))",
    ),
    ("list.ron", "[1,2]"),
    ("map.ron", "{\"steps\":1}"),
    ("broken.ron", "Other((("),
];

#[test]
fn files_of_other_programs_in_folders_are_left_alone() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    for (name, text) in FOREIGN {
        fs::write(folder.path().join(name), text)?;
    }
    // Only other programs' files: as an empty folder.
    assert_contains(
        &stderr(2, &["fmt", path(folder.path())]),
        &["no file of Firewatch in this folder"],
    );
    let ours = [
        ("a.ron", "Runbook(name:\"x\",steps:[])"),
        ("b.ron", "Actions(actions:{})"),
        ("c.ron", "FaultKinds(kinds:{})"),
        ("d.ron", "(name:\"x\",difficulty:easy)"),
        ("e.ron", "(name:\"x\",steps:[])"),
    ];
    for (name, text) in ours {
        fs::write(folder.path().join(name), text)?;
    }
    for arguments in [&["fmt", "--check"][..], &["fmt"]] {
        let mut command = command(arguments);
        let output = command.current_dir(folder.path()).output()?;
        assert_eq!(output.status.code(), Some(i32::from(arguments.len() > 1)));
        let listed = ours.map(|(name, _)| format!("./{name}\n")).concat();
        assert_eq!(text(&output.stdout), listed);
        assert_contains(
            &text(&output.stderr),
            &["left 5 files of other programs alone"],
        );
    }
    for (name, text) in FOREIGN {
        assert_eq!(fs::read_to_string(folder.path().join(name))?, text);
    }
    for (name, text) in ours {
        assert_ne!(fs::read_to_string(folder.path().join(name))?, text);
    }
    assert_eq!(stderr(0, &["fmt", path(&folder.path().join("a.ron"))]), "");
    Ok(())
}

#[test]
fn a_file_of_another_program_that_is_named_is_refused() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let package = ("package.json", "{\"name\":\"x\",\"scripts\":{\"steps\":1}}");
    for (name, text) in FOREIGN.into_iter().chain([package]) {
        let file = folder.path().join(name);
        fs::write(&file, text)?;
        for arguments in [&["fmt", path(&file)][..], &["fmt", "--check", path(&file)]] {
            assert_contains(
                &stderr(2, arguments),
                &["a file of another program", name, "`FaultKinds`"],
            );
        }
        assert_eq!(fs::read_to_string(&file)?, text);
        // Without a name, a text in braces is JSON.
        if !text.starts_with('{') {
            let (code, out, _) = format_stdin(&["fmt", "-"], text)?;
            assert_eq!((code, out.as_str()), (Some(2), ""), "{text}");
        }
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_told_and_the_others_are_written() -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir()?;
    let [first, second] = ["a.ron", "b.ron"].map(|name| folder.path().join(name));
    fs::write(&first, MESSY)?;
    fs::write(&second, MESSY)?;
    fs::set_permissions(&first, fs::Permissions::from_mode(0o444))?;
    fs::set_permissions(&second, fs::Permissions::from_mode(0o640))?;
    let output = run(3, &["fmt", path(folder.path())]);
    assert_eq!(text(&output.stdout), format!("{}\n", second.display()));
    assert_contains(&text(&output.stderr), &["a.ron", "it is read-only"]);
    assert_eq!(fs::read_to_string(&first)?, MESSY);
    assert_eq!(fs::read_to_string(&second)?, NEAT);
    let mode = |file| fs::metadata(file).map(|found| found.permissions().mode() & 0o777);
    assert_eq!((mode(&first)?, mode(&second)?), (0o444, 0o640));
    // What needs no change needs no permission.
    fs::set_permissions(&second, fs::Permissions::from_mode(0o444))?;
    assert_eq!(stdout(0, &["fmt", path(&second)]), "");
    assert_eq!(fs::read_dir(folder.path())?.count(), 2);
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_stay_links() -> io::Result<()> {
    use std::os::unix::fs::symlink;

    let [folder, elsewhere] = [tempfile::tempdir()?, tempfile::tempdir()?];
    let (link, target) = (folder.path().join("x.ron"), elsewhere.path().join("y.ron"));
    fs::write(&target, MESSY)?;
    symlink(&target, &link)?;
    assert_eq!(
        stdout(0, &["fmt", path(&link)]),
        format!("{}\n", link.display())
    );
    assert!(fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(fs::read_to_string(&target)?, NEAT);

    let [first, second] = ["a.ron", "b.ron"].map(|name| elsewhere.path().join(name));
    fs::write(&first, MESSY)?;
    fs::hard_link(&first, &second)?;
    let output = run(2, &["fmt", path(&first), path(&target)]);
    assert_contains(
        &text(&output.stderr),
        &["a.ron", "has other names (hard links)"],
    );
    fs::write(&first, NEAT)?;
    assert_eq!(
        fs::read_to_string(&second)?,
        NEAT,
        "they are one file still"
    );
    assert_eq!(stdout(0, &["fmt", path(&first)]), "");
    Ok(())
}

#[test]
fn what_the_command_writes_is_in_canonical_layout() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let scenario = "../../scenarios/incidents/retry-storm-in-search.ron";
    for (name, arguments) in [
        ("new.ron", &["new"][..]),
        (
            "drawn.ron",
            &["generate", "--difficulty", "hard", "--seed", "3"],
        ),
        ("written.ron", &["convert", scenario, "--to", "ron"]),
        (
            "actions.ron",
            &[
                "convert",
                "../../scenarios/actions/heap-dumps.ron",
                "--to",
                "ron",
            ],
        ),
        ("written.json", &["convert", scenario]),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, stdout(0, arguments))?;
        assert_eq!(stdout(0, &["fmt", "--check", path(&file)]), "");
    }
    Ok(())
}
