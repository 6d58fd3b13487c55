//! The codes of problems: each problem has one, and each code is a stable name.
//!
//! `tests/fixtures/codes.txt` has the codes of all malformed files. `FIREWATCH_BLESS=1` writes it anew: read
//! what changed before it is kept.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't read its fixtures fails"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_ron::{Code, Severity};
use firewatch_scenario::{Diagnostics, FaultKindFile, LoadOptions, Runbook, Scenario, codes};
use firewatch_sim::FaultKinds;
use firewatch_tests::{difference, files, workspace};

/// What the runbooks are for.
const INCIDENT: &str = "Scenario(name: \"x\", difficulty: easy, services: {\"web\": (calls: [\"auth-service\"]), \"auth-service\": ()}, \
     faults: [(kind: bad_deploy, service: \"auth-service\")])";

fn fixtures(folder: &str) -> Vec<PathBuf> {
    files(&workspace().join("tests/fixtures").join(folder), "ron")
}

/// The problems of each malformed file, with the folder and the name of the file.
fn malformed() -> Vec<Diagnostics> {
    let incident = Scenario::parse("incident.ron", INCIDENT).unwrap();
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let mut all = Vec::new();
    for folder in ["malformed", "malformed-runbooks", "malformed-actions"] {
        for file in fixtures(folder) {
            let name = format!("{folder}/{}", file.file_name().unwrap().display());
            let bytes = fs::read(&file).unwrap();
            let read = match folder {
                "malformed" => Scenario::parse_bytes(&name, bytes).map(drop),
                "malformed-runbooks" => {
                    let text = String::from_utf8(bytes).unwrap();
                    Runbook::parse_for(&name, &text, &incident).map(drop)
                }
                _ => {
                    let text = String::from_utf8(bytes).unwrap();
                    standard.extended_by(&name, &text).map(drop)
                }
            };
            match read {
                Err(problems) => all.push(problems),
                Ok(()) => assert_eq!(name, "malformed-runbooks/without-an-incident.ron"),
            }
        }
    }
    all
}

fn codes_of(problems: &Diagnostics) -> impl Iterator<Item = Code> {
    problems.problems.iter().map(|problem| problem.code)
}

#[test]
fn every_code_is_a_stable_name_with_a_sentence() {
    let mut names = BTreeSet::new();
    for code in codes::all() {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(code.name().chars().all(is_plain), "{code}");
        let about = code.about();
        assert!(
            about.starts_with(|c: char| c.is_uppercase()),
            "{code}: {about}"
        );
        assert_eq!(about.find('.'), Some(about.len() - 1), "{code}: {about}");
        assert!(
            names.insert(code.name()),
            "{code} stands for two kinds of problem"
        );
    }
    assert!(names.len() >= 50, "{}", names.len());
}

#[test]
fn every_malformed_file_has_the_codes_that_are_agreed() {
    let all: BTreeSet<Code> = codes::all().collect();
    let mut text = String::new();
    for problems in malformed() {
        let _ = write!(text, "{}:", problems.file);
        for code in codes_of(&problems) {
            assert!(all.contains(&code), "{code} is in no list");
            let _ = write!(text, " {code}");
        }
        text.push('\n');
    }
    let different = difference(&workspace().join("tests/fixtures/codes.txt"), &text);
    assert_eq!(different, None);
}

/// What no malformed file has, but for what only a command tells.
fn others() -> Vec<Diagnostics> {
    let field = |field: &str| format!("Scenario(name: \"x\", difficulty: easy, {field})");
    let folder = workspace().join("scenarios");
    let services = "services: {\"a\": ()}, faults: [(kind: oom, service: \"a\", level: 1)]";
    let actions = "Actions(actions: {
        \"two\": (category: remediation, about: \"\", branches: [
            (feedback: \"{nothing}\"), (feedback: \"\", report: []), (feedback: \"\", halts: [oom], when: [fault([])]),
        ]),
        \"three\": (category: remediation, about: \"\", branches: [(feedback: \"\", halts: [oom]), (feedback: \"\")]),
        \"four\": (category: remediation, about: \"\", branches: [(feedback: \"\", when: [fault([oom])])]),
        \"five\": (category: meta, about: \"\", branches: [
            (feedback: \"\", effects: [scale(metric: \"restart_count\", by: 1)]),
        ]),
    })";
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let read = [
        Scenario::load(&folder.join("there is none.ron")),
        Scenario::parse_bytes("x.ron", vec![0xff]),
        Scenario::parse("x.ron", &" ".repeat(firewatch_ron::MAX_FILE_BYTES + 1)),
        Scenario::parse("x.ron", &field(&"a: 1, b: 2, c: 3, ".repeat(50))),
        Scenario::parse("x.json", "{}"),
        Scenario::parse("x.ron", &field(services)),
        Scenario::parse_with("x.ron", &field("actions: [\"none.ron\"]"), Some(&folder)),
    ];
    let mut all: Vec<_> = read.into_iter().filter_map(Result::err).collect();
    all.extend(standard.extended_by("x.ron", actions).err());
    let kinds = "FaultKinds(kinds: [(kind: \"no name\", about: \"\")])";
    all.extend(FaultKindFile::parse("x.ron", kinds, &FaultKinds::default()).err());
    for file in fixtures("warnings") {
        let text = fs::read_to_string(&file).unwrap();
        let (_, warnings) = LoadOptions::new().review_text("x.ron", &text).unwrap();
        all.push(warnings);
    }
    all
}

#[test]
fn every_code_is_of_a_problem_that_there_is() {
    let problems = malformed().into_iter().chain(others());
    let used: BTreeSet<Code> = problems
        .flat_map(|file| codes_of(&file).collect::<Vec<_>>())
        .collect();
    // The tests of the command have these.
    let of_command = [codes::ACTION_FAILED, codes::WRONG_FILE_KIND];
    let unused = codes::all().filter(|code| !used.contains(code));
    assert_eq!(unused.collect::<Vec<_>>(), of_command);
}

/// `FIREWATCH_BLESS=1` writes it anew.
#[test]
fn the_page_of_diagnostics_has_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\nThe codes of problems with files, as `firewatch check --format json` gives them. A message may be worded better with time;\na code stays. The lists `codes` of the crates have these sentences: `tests/codes.rs` makes this page of them.\n\n| code | what is wrong |\n| --- | --- |\n",
    );
    let (warnings, errors): (Vec<Code>, Vec<Code>) =
        codes::all().partition(|code| code.severity() == Severity::Warning);
    for code in errors {
        let _ = writeln!(page, "| `{code}` | {} |", code.about());
    }
    page.push_str(
        "\n## Warnings\n\nWhat can be played and may not be meant: `check` shows it and fails nothing for it.\n\n| code | what is asked |\n| --- | --- |\n",
    );
    for code in warnings {
        let _ = writeln!(page, "| `{code}` | {} |", code.about());
    }
    let different = difference(&workspace().join("docs/diagnostics.md"), &page);
    assert_eq!(different, None);
}

#[test]
fn programs_get_the_code() {
    let text = "Scenario(name: \"x\", difficulty: easy, fault: [])";
    let problems = Scenario::parse("x.ron", text).unwrap_err();
    let located: Vec<_> = problems.located().collect();
    let json = serde_json::to_value(&located).unwrap();
    assert_eq!(json[0]["code"], "unknown-field");
    assert_eq!(json[0]["severity"], "error");
}
