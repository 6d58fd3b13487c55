//! Names and texts that try to control the terminal, in everything that the command reads and prints.

#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::Folder;

/// Colours, a title, C1 controls, a formula, a line end, direction overrides, and zero-width characters.
const HOSTILE: &str = "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}\u{9b}2J\n=cmd|x,\u{202e}rtl\u{2066}\u{200b}zw\u{200d}\u{feff}\u{2060}\u{ad}\u{e0041}\u{2028}\u{85}\rx\u{8}\u{7f}";

/// Returns it as a string of a file, written with escapes.
fn escaped() -> String {
    let escapes: String = HOSTILE
        .chars()
        .map(|c| format!("\\u{{{:x}}}", u32::from(c)))
        .collect();
    format!("\"{escapes}\"")
}

/// Returns whether a report must not contain the character: a control other than a line end, or invisible.
fn is_hostile(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    );
    hidden || (c.is_control() && c != '\n')
}

/// A folder of a hostile name with hostile files in it.
struct HostileFolder(Folder);

impl HostileFolder {
    fn new() -> Self {
        let folder = Self(Folder::new());
        let name = escaped();
        // A description may have several lines.
        let line = name.replace("\\u{a}", " ");
        let acts = format!("{:?}", format!("acts{HOSTILE}.ron"));
        let text = |template: &str| {
            template
                .replace("HOSTILE", &name)
                .replace("ACTS", &acts)
                .replace("LINE", &line)
        };
        folder.write("scenario", &text(SCENARIO));
        folder.write("acts", &text(ACTIONS));
        folder.write("runbook", &text(RUNBOOK));
        folder.write(
            "unfit",
            "Runbook(name: \"x\", steps: [restart(\u{1b}[2J\u{202e}\"é\u{200b}\")])",
        );
        // Raw characters, in the middle of the error.
        let broken = format!(
            "Scenario(name: {HOSTILE:?}, \u{1b}[31m\u{9b}2J\u{202e}\u{200b}dificulty: easy, services: [{name}], faults: [(kind: oom, service: \"\u{200b}a\u{202e}\u{1b}\")])"
        );
        folder.write("broken", &broken);
        folder.write("raw", &format!("Scenario(name: \"{HOSTILE}\", difficulty: easy, services: [\"{HOSTILE}\u{1b}\"], faults: [(kind: oom, service: \"\u{200b}a\u{202e}\")])"));
        folder
    }

    fn write(&self, stem: &str, text: &str) {
        self.0.write(&Self::file(stem), text);
    }

    /// Returns the path of a file, with a hostile folder and a hostile name.
    fn file(stem: &str) -> String {
        format!("{HOSTILE}/{stem}{HOSTILE}.ron")
    }

    /// Returns what a command prints on both streams.
    fn printed(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
        command
            .args(arguments)
            .current_dir(self.0.path(""))
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that reads nothing may have ended.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.code().is_some_and(|code| code < 3),
            "{arguments:?}"
        );
        let printed = [output.stdout, output.stderr].concat();
        String::from_utf8(printed).expect("the output is UTF-8")
    }

    #[track_caller]
    fn assert_visible(&self, arguments: &[&str], input: &str) -> String {
        let printed = self.printed(arguments, input);
        let hostile: Vec<_> = { printed.char_indices() }
            .filter(|(_, c)| is_hostile(*c))
            .collect();
        if let Some((at, c)) = hostile.first() {
            let start = printed.floor_char_boundary(at.saturating_sub(80));
            let end = printed.floor_char_boundary(at + 80);
            panic!("{c:?} in {:?} of {arguments:?}", &printed[start..end]);
        }
        // A line that begins with a hostile name was not written by the command.
        let forged = printed.lines().find(|line| line.starts_with("=cmd"));
        assert_eq!(forged, None, "{arguments:?}");
        printed
    }
}

const SCENARIO: &str = r#"Scenario(
    name: HOSTILE,
    description: LINE,
    difficulty: medium,
    services: {
        HOSTILE: (extra_metrics: { HOSTILE: 1.0, "label": HOSTILE }),
        "=HYPERLINK(\"x\")": (calls: [HOSTILE]),
        "herring": (),
    },
    red_herrings: ["herring"],
    faults: [(kind: oom, service: HOSTILE)],
    prompt_injection: HOSTILE,
    adversarial_logs: [(service: HOSTILE, line: HOSTILE)],
    timeline: [(tick: 3, do: set(HOSTILE, { HOSTILE: 2.0 })), (tick: 4, do: action("mend", HOSTILE))],
    expect: [at_end(all_healthy), at_end(metric(HOSTILE, HOSTILE, 9.0))],
    goals: [goal(HOSTILE, HOSTILE, ge(3.0))],
    actions: [ACTS],
)"#;
const ACTIONS: &str = r#"Actions(actions: {
    "mend": (
        about: HOSTILE,
        category: remediation,
        parameters: { "level": (type: text, default: HOSTILE, about: HOSTILE) },
        branches: [(halts: [oom], when: [fault([oom])], feedback: HOSTILE), (feedback: HOSTILE)],
    ),
})"#;
const RUNBOOK: &str = r#"Runbook(
    name: HOSTILE,
    description: HOSTILE,
    steps: [wait_until(alert(HOSTILE)), action("mend", HOSTILE)],
    expect: [at_end(metric(HOSTILE, HOSTILE, 8.0))],
)"#;

/// `file` stands for the scenario, `runbook` for the runbook.
#[test]
fn reports_have_nothing_that_steers_or_hides() {
    let folder = HostileFolder::new();
    let [scenario, acts, runbook] = ["scenario", "acts", "runbook"].map(HostileFolder::file);
    let told = folder.assert_visible(&["check", HOSTILE], "");
    assert!(told.contains("of 6 files"), "{told}");
    for (arguments, expected) in [
        (
            &["check", &*scenario, &runbook, &acts][..],
            "3 files, no problems",
        ),
        (&["run", &scenario], "state_hash"),
        (
            &["run", &scenario, "--events", "all", "--logs", HOSTILE],
            "log of",
        ),
        (&["run", &scenario, "--quiet"], "✗"),
        (&["run", &scenario, "--runbook", &runbook], "runbook:"),
        (&["run", &scenario, "--runbook", &runbook, "--quiet"], "✗"),
        (&["run", &scenario, "--seeds", "0..3"], "seeds 0..3"),
        (&["run", &scenario, "--seeds", "0..3", "--quiet"], "3 runs"),
        (&["list", HOSTILE], "medium"),
        (&["graph", &scenario], "digraph"),
        (&["actions", &scenario], "(custom)"),
        (&["actions", &acts], "(custom)"),
        (
            &["audit", &scenario, "--random", "2", "--max-actions", "1"],
            "✗",
        ),
        (
            &[
                "audit",
                &scenario,
                "--random",
                "2",
                "--max-actions",
                "0",
                "--quiet",
            ],
            "✗",
        ),
        (
            &["audit", &scenario, "--runbook", &runbook, "--random", "2"],
            "runbook:",
        ),
    ] {
        let told = folder.assert_visible(arguments, "");
        assert!(told.contains(expected), "{arguments:?}: {told}");
        // The hostile name is shown, made visible.
        assert!(
            arguments.contains(&"check") || told.contains("\\u{1b}"),
            "{arguments:?}: {told}"
        );
    }
}

#[test]
fn a_session_has_nothing_that_steers_or_hides() {
    let folder = HostileFolder::new();
    let scenario = HostileFolder::file("scenario");
    let save = format!("{HOSTILE}/saved{HOSTILE}.ron");
    let looks = "status\nservices\nalerts\nlogs\nhistory\nactions\nhelp\nhelp mend\nwait 3\n\
                 status herring\nlogs \u{1b}[2J\u{202e}\u{200b}\nmend herring \u{1b}]0;x\u{7}\nno\u{9b}2J such\n\
                 status '=HYPERLINK(\"x\")'\nrestart_service herring\n";
    for end in [
        "declare_resolved\nwait 1\ndeclare_resolved\n",
        "wait 1000\n",
        "quit\n",
        "",
    ] {
        let input = format!("{looks}{end}");
        let arguments = ["play", &scenario, "--save", &save];
        let told = folder.assert_visible(&arguments, &input);
        assert!(told.contains("saved the session to"), "{told}");
    }
}

#[test]
fn messages_have_nothing_that_steers_or_hides() {
    let folder = HostileFolder::new();
    let scenario = HostileFolder::file("scenario");
    let hostile_option = format!("--{HOSTILE}");
    let missing = format!("missing{HOSTILE}/out");
    let vary = format!("speed:{HOSTILE}=1");
    let broken = HostileFolder::file("broken");
    let unfit = HostileFolder::file("unfit");
    for arguments in [
        &["run", &*missing][..],
        &["run", HOSTILE, "--logs", &missing],
        &["run", &scenario, "-o", &missing],
        &["run", &scenario, "-o", HOSTILE],
        &["run", &scenario, "-o", &scenario],
        &["run", &scenario, "--runbook", &missing],
        &["run", &scenario, "--runbook", &unfit],
        &["run", &scenario, "--runbook", &scenario],
        &["run", &scenario, &hostile_option],
        &["run", &scenario, "--seeds", HOSTILE],
        &["run", &scenario, "--format", HOSTILE],
        &["run", &scenario, &broken, "-o", "out"],
        &["run", &HostileFolder::file("acts")],
        &["run", &HostileFolder::file("runbook")],
        &[HOSTILE],
        &["sweep", HOSTILE],
        &["sweep", &scenario, "--vary", &format!("{HOSTILE}=1")],
        &["sweep", &scenario, "--vary", &vary.replace("=cmd", "")],
        &["sweep", &scenario, "--vary", "speed:x\u{1b}\u{202e}=1"],
        &["sweep", &scenario, "-o", &missing],
        &["play", "--task", HOSTILE],
        &["play", HOSTILE],
        &["play", &broken],
        &["graph", HOSTILE],
        &["graph", &broken],
        &["actions", HOSTILE],
        &["audit", &broken, &missing],
        &["list", &missing, &broken],
        &["generate", "-d", "easy", "-o", &missing],
    ] {
        let told = folder.assert_visible(arguments, "");
        assert!(
            told.contains("error") || told.contains("problem"),
            "{arguments:?}: {told}"
        );
    }
}

/// The formats for programs have unchanged texts.
#[test]
fn data_is_exact() {
    let folder = HostileFolder::new();
    let scenario = HostileFolder::file("scenario");
    let json = |arguments: &[&str]| -> serde_json::Value {
        let told = folder.printed(arguments, "");
        serde_json::from_str(&told).expect("the output is JSON")
    };
    let report = json(&["run", &scenario, "-f", "json"]);
    assert_eq!(report[0]["file"], scenario);
    assert_eq!(report[0]["name"], HOSTILE);
    assert_eq!(report[0]["description"], HOSTILE.replace('\n', " "));
    assert_eq!(report[0]["services"][0]["name"], HOSTILE);
    assert_eq!(json(&["list", &scenario, "-f", "json"])[0]["name"], HOSTILE);
    assert_eq!(
        json(&[
            "audit",
            &scenario,
            "--random",
            "1",
            "--max-actions",
            "0",
            "-f",
            "json"
        ])["incidents"][0]["name"],
        HOSTILE
    );
    let rows = folder.printed(&["run", &scenario, "-f", "csv"], "");
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let row = reader.records().next().expect("a row").expect("it is CSV");
    assert_eq!(row.get(0), Some(&*scenario));
    assert_eq!(row.get(6), Some(HOSTILE));
}

/// A spreadsheet reads no text as a formula, and every number as a number.
#[test]
fn cells_are_no_formulas() {
    const FORMULA: &str = r#"Scenario(
        name: "=1+1",
        difficulty: easy,
        profile: reference,
        services: { "=HYPERLINK(\"x\")": (), "-2": (), "+3": (), "@a": (), "'b": (), "\tc": (), "\rd": (), "e": () },
        faults: [(kind: oom, service: "e")],
    )"#;
    const SLIPS: &str = r#"Runbook(name: "=r", steps: [
        action("rollback_deploy", "'b"), action("rollback_deploy", "@a"), action("rollback_deploy", "-2"),
    ])"#;
    let folder = HostileFolder::new();
    folder.0.write("=file.ron", FORMULA);
    folder.0.write("slips.ron", SLIPS);
    let columns = |arguments: &[&str], names: &[&str]| -> Vec<Vec<String>> {
        let told = folder.printed(arguments, "");
        let mut reader = csv::Reader::from_reader(told.as_bytes());
        let headings = reader.headers().expect("a heading").clone();
        let at = |name: &&str| {
            headings
                .iter()
                .position(|heading| heading == *name)
                .expect("a column")
        };
        let at: Vec<usize> = names.iter().map(at).collect();
        let rows = reader.records().map(|row| row.expect("it is CSV"));
        rows.map(|row| at.iter().map(|&at| row[at].to_owned()).collect())
            .collect()
    };
    let rows = columns(&["run", "=file.ron", "-f", "csv"], &["file", "service"]);
    let services: Vec<&str> = rows.iter().take(8).map(|row| &*row[1]).collect();
    let guarded = [
        "'=HYPERLINK(\"x\")",
        "'-2",
        "'+3",
        "'@a",
        "''b",
        "'\tc",
        "'\rd",
        "e",
    ];
    assert_eq!(services, guarded);
    assert!(rows.iter().all(|row| row[0] == "'=file.ron"));
    // A negative reward is a number, and begins with a `-`.
    let answered = ["--runbook", "slips.ron"];
    let seeds = [
        &["run", "=file.ron", "-f", "csv", "--seeds", "0..2"],
        &answered[..],
    ]
    .concat();
    let seeds = columns(&seeds, &["file", "name", "reward"]);
    assert_eq!(seeds[0][..2], ["'=file.ron", "'=1+1"]);
    let is_negative = |text: &str| text.parse::<f64>().is_ok_and(|reward| reward < 0.0);
    assert!(is_negative(&seeds[0][2]), "{seeds:?}");
    let swept = [&["sweep", "=file.ron"], &answered[..]].concat();
    let swept = columns(&swept, &["scenario", "reward"]);
    assert_eq!(swept[0][0], "'=1+1");
    assert!(is_negative(&swept[0][1]), "{swept:?}");
}
