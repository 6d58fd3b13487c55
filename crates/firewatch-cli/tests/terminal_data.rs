//! The formats for programs, on a terminal and elsewhere.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::process::{Command, Stdio};

use support::Folder;

/// A title, a C1 control, DEL, a direction override, a zero-width character, and a tag above U+FFFF.
const NAME: &str = r"s\u{1b}]0;pwn\u{7}\u{9b}2J\u{7f}\u{202e}\u{200b}\u{e0041}x";
const SCENARIO: &str = r#"Scenario(
    name: "NAME", difficulty: easy, ticks: 2, services: { "NAME": () }, faults: [(kind: oom, service: "NAME")],
)"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("s.ron", SCENARIO.replace("NAME", NAME));
    let raw = "\u{1b}]0;pwn\u{7}\u{9b}2J\u{7f}\u{202e}\u{200b}\u{e0041}";
    folder.write(&format!("bad/{raw}.ron"), "Scenario()");
    folder
}

/// Returns what the command writes to a terminal.
fn on_terminal(folder: &Folder, arguments: &str) -> String {
    let line = format!(
        "exec '{}' {arguments} 2>/dev/null",
        env!("CARGO_BIN_EXE_firewatch")
    );
    let mut command = Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(folder.path("."))
        .stdin(Stdio::null());
    let output = command.output().expect("`script` starts");
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

fn is_hostile(c: char) -> bool {
    let hidden =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{e0000}'..='\u{e0fff}');
    hidden || (c.is_control() && c != '\n')
}

#[test]
fn data_does_not_steer_a_terminal_and_is_exact_elsewhere() {
    let folder = folder();
    for (arguments, is_json) in [
        ("run s.ron -f json", true),
        ("run s.ron -f jsonl", false),
        ("run s.ron -f csv", false),
        ("run s.ron --seeds 0..2 -f csv", false),
        ("run s.ron --seeds 0..2 -f json", true),
        ("sweep s.ron --seeds 0..2", false),
        ("sweep s.ron --seeds 0..2 -f jsonl", false),
        ("list s.ron -f json", true),
        ("check bad -f json", true),
        ("audit s.ron --random 1 --max-actions 0 -f json", true),
    ] {
        // The terminal writes a line end as two characters, and echoes the end of the input.
        let told = on_terminal(&folder, arguments).replace("\r\n", "\n");
        let told = told.strip_prefix("^D\u{8}\u{8}").unwrap_or(&told);
        let hostile = told.find(is_hostile);
        assert_eq!(hostile, None, "{arguments}: {told:?}");
        assert!(told.contains("\\u001b]0;pwn\\u0007"), "{arguments}: {told}");
        assert!(told.contains("\\udb40\\udc41"), "{arguments}: {told}");

        let mut command = folder.command(&arguments.split(' ').collect::<Vec<_>>());
        let exact = command.output().expect("the command starts").stdout;
        let exact = String::from_utf8(exact).expect("the output is UTF-8");
        assert!(exact.contains('\u{202e}'), "{arguments}: {exact}");
        if is_json {
            let [told, exact] = [told, &exact]
                .map(|text| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON"));
            assert_eq!(told, exact, "{arguments}");
        }
    }
}
