//! The README and the pages of the guide say what is true: their commands print what they show, and their files are
//! valid and pass.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't read the guide fails"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::command;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The README and each page of the guide, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let folder = fs::read_dir(workspace().join("docs")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.push(workspace().join("README.md"));
    files.sort();
    { files.into_iter() }
        .map(|file| (file.clone(), fs::read_to_string(file).unwrap()))
        .collect()
}

/// The code blocks of a page that begin with that line.
fn blocks<'a>(page: &'a str, first: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(first)
        .skip(1)
        .filter_map(|block| block.split("\n```").next())
}

/// Writes a text to a file and returns what the command says of it.
fn output_of(line: &[&str], name: &str, text: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, text).unwrap();
    let output = command(line).arg(&file).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn scenarios_run_and_their_expectations_pass() {
    let mut count = 0;
    for (page, text) in pages() {
        for scenario in blocks(&text, "```ron\n") {
            let (passes, printed) = output_of(&["run"], "shown.ron", scenario);
            assert!(passes, "{}:\n{scenario}\n{printed}", page.display());
            count += 1;
        }
    }
    assert!(count >= 3, "the guide shows scenarios, found {count}");
}

#[test]
fn runbooks_and_action_files_are_valid() {
    let mut counts = [0; 2];
    for (page, text) in pages() {
        for file in blocks(&text, "```text\n") {
            let kinds = ["Runbook(", "Actions("];
            let Some(kind) = kinds.iter().position(|kind| file.starts_with(kind)) else {
                continue;
            };
            let (passes, printed) = output_of(&["check"], "shown.ron", file);
            assert!(passes, "{}:\n{file}\n{printed}", page.display());
            counts[kind] += 1;
        }
    }
    assert!(
        counts.iter().all(|&count| count > 0),
        "the guide shows both: {counts:?}"
    );
}

/// What the guide shows is laid out as `firewatch fmt` does it.
#[test]
fn files_are_in_canonical_layout() {
    let kinds = ["Runbook(", "Actions(", "FaultKinds("];
    for (page, text) in pages() {
        let shown = blocks(&text, "```text\n");
        let shown = shown.filter(|file| kinds.iter().any(|kind| file.starts_with(kind)));
        for file in shown.chain(blocks(&text, "```ron\n")) {
            let file = format!("{file}\n");
            let (passes, printed) = output_of(&["fmt", "--check"], "shown.ron", &file);
            assert!(passes, "{}:\n{file}\n{printed}", page.display());
        }
    }
}

/// The answer of the first page wins its incident.
#[test]
fn the_first_runbook_answers_the_first_incident() {
    let page = fs::read_to_string(workspace().join("docs/first-incident.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let [incident, runbook] =
        ["first.ron", "first.runbook.ron"].map(|name| folder.path().join(name));
    fs::write(&incident, blocks(&page, "```ron\n").next().unwrap()).unwrap();
    fs::write(&runbook, blocks(&page, "```text\n").next().unwrap()).unwrap();
    let mut run = command(&["run"]);
    let output = run
        .arg(&incident)
        .arg("--runbook")
        .arg(&runbook)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn console_blocks_show_real_output() {
    let mut count = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "```console\n$ firewatch ") {
            let (line, shown) = block.split_once('\n').unwrap();
            let arguments: Vec<&str> = line.split(' ').collect();
            let output = command(&arguments)
                .current_dir(workspace())
                .output()
                .unwrap();
            let printed = [output.stdout, output.stderr].concat();
            let printed = String::from_utf8(printed).unwrap();
            assert_eq!(
                printed.trim(),
                shown.trim(),
                "{}: $ firewatch {line}",
                page.display()
            );
            count += 1;
        }
    }
    assert!(
        count >= 4,
        "the guide shows runs, checks and audits, found {count}"
    );
}

/// A link within the project leads to a file.
#[test]
fn links_lead_somewhere() {
    for (page, text) in pages() {
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = link.split('#').next().unwrap();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(path);
            assert!(target.exists(), "{}: {link}", page.display());
        }
    }
}

/// Settings of editors: those in JSON are JSON, and all start the command that there is. Brackets close in all of them.
#[test]
fn settings_of_editors_can_be_read() {
    let page = fs::read_to_string(workspace().join("docs/editors.md")).unwrap();
    let mut starts = 0;
    for language in ["json", "lua", "toml", "js", "rust"] {
        for block in blocks(&page, &format!("```{language}\n")) {
            if language == "json" {
                let settings: serde_json::Value = serde_json::from_str(block).unwrap();
                assert!(settings.is_object(), "{block}");
            }
            assert_eq!(open_brackets(block), Some(0), "{language}:\n{block}");
            starts += usize::from(block.contains("\"lsp\"") && block.contains("firewatch"));
        }
    }
    assert_eq!(starts, 5, "each editor starts `firewatch lsp`");
    let output = command(&["lsp", "--help"]).output().unwrap();
    assert!(output.status.success(), "there is the command `lsp`");
}

/// Returns the brackets that are open at the end of a text, outside of quotes; `None` if one closes another.
fn open_brackets(text: &str) -> Option<usize> {
    let (mut open, mut quoted) = (Vec::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let closes = matches!(
                    (open.pop(), c),
                    (Some('('), ')') | (Some('['), ']') | (Some('{'), '}')
                );
                if !closes {
                    return None;
                }
            }
            _ => {}
        }
    }
    (!quoted).then_some(open.len())
}
