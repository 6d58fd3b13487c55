//! The help of every command: units and ranges of numbers, and lines that fit.

use std::fs;
use std::path::Path;

use crate::support::stdout;

const COMMANDS: [&str; 11] = [
    "run",
    "play",
    "sweep",
    "check",
    "fmt",
    "audit",
    "list",
    "actions",
    "graph",
    "generate",
    "completions",
];

/// The options of a help text with their descriptions, as `--option <VALUE>` and one line of text.
fn options(help: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    let lines = help.lines().skip_while(|line| *line != "Options:").skip(1);
    for line in lines.take_while(|line| line.is_empty() || line.starts_with(' ')) {
        let text = line.trim();
        if text.starts_with('-') && line.find('-') < Some(8) {
            options.push((text.to_owned(), String::new()));
        } else if let Some((_, about)) = options.last_mut() {
            about.push_str(text);
            about.push(' ');
        }
    }
    options
}

#[test]
fn each_number_is_asked_for_with_its_range() {
    let mut numbers = 0;
    for command in COMMANDS {
        for (option, about) in options(&stdout(0, &[command, "--help"])) {
            let value = option.rsplit(' ').next().unwrap_or_default();
            if ["<N>", "<K>", "<A..B>", "<SEEDS>"].contains(&value) {
                numbers += 1;
                let has_range = about.contains(" to ") && about.contains('[');
                let is_open = about.contains("from 0 up");
                assert!(has_range || is_open, "{command} {option}: {about}");
            }
        }
    }
    assert!(numbers >= 13, "{numbers}");
}

#[test]
fn the_texts_of_the_help_are_not_wrapped() {
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    for (command, file) in [
        ("run", "formats.txt"),
        ("sweep", "formats.txt"),
        ("audit", "formats.txt"),
        ("play", "help.txt"),
    ] {
        let help = stdout(0, &[command, "--help"]);
        let text = fs::read_to_string(commands.join(command).join(file)).expect("a text");
        for line in text.lines().filter(|line| *line != "{commands}") {
            assert!(
                help.lines().any(|shown| shown.trim_end() == line),
                "{command}: {line}"
            );
        }
    }
}

#[test]
fn each_command_is_told_in_a_line_and_documented() {
    let help = stdout(0, &["--help"]);
    for command in COMMANDS {
        let line = help.lines().find_map(|line| {
            let (name, about) = line.trim().split_once("  ")?;
            (name == command).then(|| about.trim().to_owned())
        });
        let about = line.expect(command);
        assert!(about.starts_with(char::is_uppercase), "{command}: {about}");
        assert!(
            stdout(0, &[command, "--help"]).starts_with(&about),
            "{command}"
        );
    }
}
