//! What a scenario's author is told about everything that can be wrong with a file, word for word.
//!
//! Each `*.ron` in `tests/fixtures/malformed/` has beside it, as `*.txt`, what is said about it.
//! `FIREWATCH_BLESS=1` writes those anew: read what changed before it is kept.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that can't read its fixtures fails"
)]

use std::fs;
use std::path::Path;

use firewatch_ron::MAX_FILE_BYTES;
use firewatch_scenario::{Diagnostics, Scenario};
use firewatch_tests::{difference, files, workspace};

/// What is said about the file; its name is given without the folder.
fn diagnose(name: &str, bytes: Vec<u8>) -> Diagnostics {
    match Scenario::parse_bytes(name, bytes) {
        Err(diagnostics) => diagnostics,
        Ok(_) => panic!("{name} is not malformed"),
    }
}

/// The one problem of the file, as it is shown.
fn only_problem(bytes: impl Into<Vec<u8>>) -> String {
    let diagnostics = diagnose("file.ron", bytes.into());
    assert_eq!(diagnostics.problems.len(), 1, "{diagnostics}");
    diagnostics.render(false)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_message_is_as_agreed() {
    let files = files(&workspace().join("tests/fixtures/malformed"), "ron");
    assert!(
        files.len() >= 70,
        "only {} malformed scenarios",
        files.len()
    );
    let mut different = Vec::new();
    for file in files {
        let said = diagnose(&file_name(&file), fs::read(&file).unwrap()).render(false);
        different.extend(difference(&file.with_extension("txt"), &said));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_place_is_the_same_for_people_and_machines() {
    for file in files(&workspace().join("tests/fixtures/malformed"), "ron") {
        let name = file_name(&file);
        let diagnostics = diagnose(&name, fs::read(&file).unwrap());
        let shown = diagnostics.render(false);
        for problem in diagnostics.located().filter(|problem| problem.line > 0) {
            let place = format!("--> {name}:{}:{}\n", problem.line, problem.column);
            assert!(shown.contains(&place), "{place} is not in\n{shown}");
            let end = (problem.end_line, problem.end_column);
            assert!(end >= (problem.line, problem.column), "{name}");
        }
    }
}

#[test]
fn every_snapshot_has_its_scenario() {
    for snapshot in files(&workspace().join("tests/fixtures/malformed"), "txt") {
        assert!(
            snapshot.with_extension("ron").exists(),
            "{}",
            snapshot.display()
        );
    }
}

#[test]
fn color_changes_nothing_but_color() {
    for file in files(&workspace().join("tests/fixtures/malformed"), "ron") {
        let diagnostics = diagnose(&file_name(&file), fs::read(&file).unwrap());
        let colored = diagnostics.render(true);
        let mut plain = String::new();
        let mut pieces = colored.split('\u{1b}');
        plain.push_str(pieces.next().unwrap());
        for piece in pieces {
            plain.push_str(piece.split_once('m').unwrap().1);
        }
        assert_eq!(plain, diagnostics.render(false), "{}", file.display());
    }
}

#[test]
fn files_of_actions_are_read_only_where_there_is_a_folder() {
    let folder = workspace().join("tests/fixtures/own-actions");
    let said = |name: &str, folder: Option<&Path>| {
        let text = format!("Scenario(name: \"x\", difficulty: easy, actions: [\"{name}\"])");
        let read = Scenario::parse_with("file.ron", &text, folder);
        read.unwrap_err().render(false)
    };
    let expected = "\
error: a scenario that is no file can't name others
 --> file.ron:1:49
  |
1 | Scenario(name: \"x\", difficulty: easy, actions: [\"misspelt.ron\"])
  |                                                 ^^^^^^^^^^^^^^
  |
  = help: save it, and name its files relative to its folder

";
    assert_eq!(said("misspelt.ron", None), expected);
    let missing = said("none.ron", Some(&folder));
    let wanted = "error: `none.ron`: can't be read: ";
    assert!(missing.starts_with(wanted), "{missing}");
    assert!(missing.contains("--> file.ron:1:49"), "{missing}");
    // What is wrong within it is told as of that file.
    let wrong = said("misspelt.ron", Some(&folder));
    assert!(wrong.contains("misspelt.ron:1:"), "{wrong}");
    assert!(wrong.contains("did you mean `about`?"), "{wrong}");
}

#[test]
fn a_file_that_is_not_utf8_is_refused() {
    let said = only_problem(b"Scenario(\n    name: \"caf\xe9\",\n)".to_vec());
    assert_eq!(
        said,
        "\
error: not UTF-8: byte 25 of the file, in line 2, is no part of a character
--> file.ron
 = help: save the file as UTF-8

"
    );
}

#[test]
fn a_file_that_is_too_large_is_refused_and_one_that_just_fits_is_not() {
    let scenario = "Scenario(name: \"x\", difficulty: easy)";
    let padded = |length: usize| format!("{scenario}{}", " ".repeat(length - scenario.len()));
    assert!(Scenario::parse("file.ron", &padded(MAX_FILE_BYTES)).is_ok());
    let said = only_problem(padded(MAX_FILE_BYTES + 1));
    assert_eq!(
        said,
        "\
error: too large: a scenario has at most 1048576 bytes
--> file.ron

"
    );
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let missing = Path::new("no/such/file.ron");
    let said = Scenario::load(missing).unwrap_err().render(false);
    assert!(said.starts_with("error: can't be read: "), "{said}");
    assert!(said.contains("--> no/such/file.ron"), "{said}");
    // A folder can be opened, but not read.
    assert!(Scenario::load(workspace()).is_err());
}

#[test]
fn a_file_without_a_byte_order_mark_has_the_same_places_as_one_with() {
    let text = "Scenario(name: 5, difficulty: easy)";
    let marked = format!("\u{feff}{text}");
    assert_eq!(only_problem(text), only_problem(marked));
}

#[test]
fn of_many_problems_the_first_hundred_are_shown() {
    let faults = "(kind: oom, service: 5),\n".repeat(250);
    let text = format!("Scenario(name: \"x\", difficulty: easy, faults: [\n{faults}])");
    let diagnostics = diagnose("file.ron", text.into());
    assert_eq!(diagnostics.problems.len(), 101);
    let last = &diagnostics.problems[100];
    assert_eq!(last.message, "150 more problems are not shown");
    assert_eq!(last.span, None);
}

/// Texts of about the largest size that have gone wrong, or could.
fn monsters() -> Vec<(&'static str, String)> {
    // Without optimization a quarter must do.
    const SIZE: usize = (MAX_FILE_BYTES - 200) / if cfg!(debug_assertions) { 4 } else { 1 };
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let scenario = |fields: String| format!("Scenario(name: \"x\", difficulty: hard, {fields})");
    let half = |piece: &str| piece.repeat(SIZE / 2 / piece.len());
    let numbered =
        |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
    let long_key = "k".repeat(SIZE / 2);
    let nested = |depth: usize, inside: &str| {
        let open = format!("{{\"{}\": ", "k".repeat(190)).repeat(depth);
        format!("{open}{inside}{}", "}".repeat(depth))
    };
    vec![
        ("opening brackets", fill("[")),
        ("calls in calls", fill("a(")),
        ("options in options", fill("Some(")),
        ("maps in maps", fill("{\"a\":")),
        ("closing brackets", fill(")")),
        ("pairs of brackets", fill("()")),
        ("a wrong bracket at the limit", "[".repeat(128) + ")"),
        ("maps without values", fill("{a,")),
        ("a map without values", format!("{{{}", fill("a,"))),
        ("commas", format!("[{}", fill(","))),
        ("numbers without commas", format!("[{}", fill("1 "))),
        ("colons", format!("[{}", fill(":"))),
        ("quotes", fill("\"")),
        ("escaped quotes in lines", format!("\"{}", fill("\\\"\n"))),
        ("single quotes", fill("'a")),
        (
            "raw text without an end",
            format!("r{}\"", "#".repeat(SIZE)),
        ),
        ("hashes", format!("r{}", "#".repeat(SIZE))),
        ("comments in comments", fill("/*")),
        ("comments", fill("/**/")),
        ("lines", fill("\n")),
        ("a long word", fill("a")),
        ("a long number", fill("9")),
        ("a long name", scenario(format!("{}: 1", "a".repeat(SIZE)))),
        (
            "a long text",
            scenario(format!("bogus: 1, description: \"{}\"", fill("ä"))),
        ),
        (
            "wrong escapes",
            scenario(format!("red_herrings: [{}]", fill("\"\\q\","))),
        ),
        (
            "wrong herrings",
            scenario(format!("services: {{}}, red_herrings: [{}]", fill("1,"))),
        ),
        (
            "unknown herrings",
            scenario(format!(
                "services: {{}}, red_herrings: [{}]",
                fill("\"a\",")
            )),
        ),
        ("unknown fields", scenario(fill("a: 1, "))),
        (
            "empty faults",
            scenario(format!("faults: [{}]", fill("(),"))),
        ),
        (
            "many services",
            scenario(format!(
                "services: {{{}}}",
                numbered(SIZE / 17, &|n| format!("\"s{n}\": (),"))
            )),
        ),
        (
            "services that call others that are not there",
            scenario(format!(
                "services: {{ {} \"z\": (calls: [{}]) }}",
                numbered(SIZE / 105, &|n| format!(
                    "\"service-with-a-name-{n:05}\": (),"
                )),
                numbered(SIZE / 50, &|n| format!("\"service-with-a-nam-{n:05}x\","))
            )),
        ),
        (
            "faults, halts and herrings",
            scenario(format!(
                "services: {{ {} }}, red_herrings: [{}], faults: [{}], timeline: [{}]",
                numbered(SIZE / 116, &|n| format!("\"s{n}\": (),")),
                numbered(SIZE / 116, &|n| format!("\"s{n}\",")),
                numbered(SIZE / 116, &|n| format!("(kind: oom, service: \"s{n}\"),")),
                numbered(SIZE / 116, &|n| format!("(tick: 3, do: halt(\"s{n}\")),")),
            )),
        ),
        (
            "ranges of a sweep",
            scenario(format!("sweep: (speed: [{}])", fill("range(0,9e3,1),"))),
        ),
        (
            "a sweep of services without faults",
            scenario(format!(
                "services: {{ {} }}, sweep: (halt: {{ {} }})",
                numbered(SIZE / 60, &|n| format!("\"s{n}\": (),")),
                numbered(SIZE / 60, &|n| format!("\"s{n}\": [1,2,never],")),
            )),
        ),
        (
            "metrics that are never there",
            scenario(format!(
                "services: {{ \"a\": () }}, expect: [{}]",
                numbered(SIZE / 69, &|_| {
                    "at_end(metric(\"a\", \"image_pull_error\", \"\")),".to_owned()
                })
            )),
        ),
        (
            "a long key",
            scenario(format!(
                "services: {{ \"{long_key}\": (metrics: {{ {} }}) }}",
                numbered(SIZE / 50, &|n| format!("\"m{n}\": (),"))
            )),
        ),
        (
            "deep maps with wrong values",
            scenario(format!(
                "services: {{ \"a\": (extra_metrics: {{ \"m\": {} }}) }}",
                nested(50, &format!("[{}]", half("a,")))
            )),
        ),
        (
            "deep maps with values",
            scenario(format!(
                "services: {{ \"a\": (extra_metrics: {{ \"m\": {} }}) }}, bogus: 1",
                nested(50, &format!("[{}]", half("1,")))
            )),
        ),
        (
            "deep maps with maps",
            scenario(format!(
                "services: {{ \"a\": (extra_metrics: {{ \"m\": {} }}) }}, bogus: 1",
                nested(
                    50,
                    &format!("{{{}}}", numbered(SIZE / 26, &|n| format!("\"k{n}\": 1,")))
                )
            )),
        ),
        (
            "one line with many problems",
            scenario(format!(
                "services: {{ \"a\": () }}, faults: [{}]",
                fill("(kind: oon, service: \"a\"),")
            )),
        ),
        (
            "many lines with problems",
            scenario(format!(
                "services: {{ \"a\": () }}, faults: [{}]",
                fill("(kind: oon, service: \"a\"),\n")
            )),
        ),
    ]
}

#[test]
fn whatever_a_large_file_holds_little_is_said_about_it() {
    for (name, text) in monsters() {
        assert!(text.len() <= MAX_FILE_BYTES, "{name}: {} bytes", text.len());
        let diagnostics = diagnose("file.ron", text.into());
        let said = diagnostics.render(false);
        assert!(diagnostics.problems.len() <= 101, "{name}");
        assert!(said.len() < 1 << 20, "{name}: {} bytes said", said.len());
    }
}
