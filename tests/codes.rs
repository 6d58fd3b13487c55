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
use firewatch_ron::{Code, Problem, Severity};
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
    let used = problems.flat_map(|file| codes_of(&file).collect::<Vec<_>>());
    let mut used: BTreeSet<Code> = used.collect();
    for code in codes::all() {
        used.extend(examples(codes::page(code).unwrap(), "wrong").flat_map(told));
    }
    // The tests of the command have these.
    let of_command = [codes::ACTION_FAILED, codes::WRONG_FILE_KIND];
    let unused = codes::all().filter(|code| !used.contains(code));
    assert_eq!(unused.collect::<Vec<_>>(), of_command);
}

/// Codes that no text of a file shows.
const WITHOUT_EXAMPLE: [Code; 7] = [
    codes::UNREADABLE,
    codes::NOT_UTF_8,
    codes::FILE_TOO_LARGE,
    codes::NOT_SHOWN,
    codes::WRONG_FORM,
    codes::ACTION_FAILED,
    codes::WRONG_FILE_KIND,
];

/// The files of a page that are marked with that word.
fn examples<'a>(page: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let begin = format!("```ron {mark}\n");
    let blocks: Vec<&str> = page.split(&*begin).skip(1).collect();
    blocks
        .into_iter()
        .filter_map(|block| block.split("```").next())
}

/// Everything that is told of a file of any kind.
fn told(text: &str) -> Vec<Code> {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let of_warnings =
        |warnings: Vec<Problem>| warnings.iter().map(|warning| warning.code).collect();
    let problems = if text.starts_with("Runbook(") {
        match Runbook::parse("x.ron", text) {
            Ok(runbook) => return of_warnings(runbook.warnings()),
            Err(problems) => Some(problems),
        }
    } else if text.starts_with("Actions(") {
        standard.extended_by("x.ron", text).err()
    } else {
        let folder = workspace().join("scenarios");
        match Scenario::parse_with("x.ron", text, Some(&folder)) {
            Ok(scenario) => return of_warnings(scenario.warnings()),
            Err(problems) => Some(problems),
        }
    };
    problems.iter().flat_map(codes_of).collect()
}

#[test]
fn every_code_has_a_page_whose_example_has_it_and_is_mended() {
    for code in codes::all() {
        let page = codes::page(code).unwrap();
        assert!(page.split_whitespace().count() > 12, "{code}: {page}");
        let (wrong, mended) = (examples(page, "wrong"), examples(page, "mended"));
        let (wrong, mended): (Vec<_>, Vec<_>) = (wrong.collect(), mended.collect());
        let expected = usize::from(!WITHOUT_EXAMPLE.contains(&code));
        assert_eq!([wrong.len(), mended.len()], [expected; 2], "{code}");
        for text in wrong {
            assert!(
                told(text).contains(&code),
                "{code}: {:?}\n{text}",
                told(text)
            );
        }
        for text in mended {
            assert_eq!(told(text), [], "{code}:\n{text}");
            assert_eq!(firewatch_ron::format(text).unwrap(), text, "{code}");
        }
    }
}

/// `FIREWATCH_BLESS=1` writes it anew.
#[test]
fn the_page_of_diagnostics_has_every_code() {
    let mut page = String::from(
        "# Diagnostics\n\nThe codes of problems with files, as `firewatch check --format json` gives them. A message may be worded better with time;\na code stays. `firewatch explain CODE` has what this page has: `tests/codes.rs` makes it of the lists `codes` of the crates and of\n`crates/firewatch-scenario/codes.md`, and tries the examples.\n\n| code | what is wrong |\n| --- | --- |\n",
    );
    let (warnings, errors): (Vec<Code>, Vec<Code>) =
        codes::all().partition(|code| code.severity() == Severity::Warning);
    for code in &errors {
        let _ = writeln!(page, "| [`{code}`](#{code}) | {} |", code.about());
    }
    page.push_str(
        "\n## Warnings\n\nWhat can be played and may not be meant: `check` shows it and fails nothing for it, unless it is run with `--deny warnings`.\n\n| code | what is asked |\n| --- | --- |\n",
    );
    for code in &warnings {
        let _ = writeln!(page, "| [`{code}`](#{code}) | {} |", code.about());
    }
    page.push_str("\n## Examples\n");
    for code in errors.iter().chain(&warnings) {
        let _ = write!(page, "\n### `{code}`\n\n{}\n", codes::page(*code).unwrap());
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
