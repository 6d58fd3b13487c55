//! What an author is told of a scenario that can be played and may not be meant, word for word.
//!
//! Each `*.ron` in `tests/fixtures/warnings/` has beside it, as `*.txt`, what is said about it. `FIREWATCH_BLESS=1`
//! writes those anew: read what changed before it is kept.

use std::fs;

use firewatch_ron::Severity;
use firewatch_scenario::{LoadOptions, Scenario};
use firewatch_tests::{difference, files, scenarios, workspace};

#[test]
fn every_warning_is_as_agreed() {
    let files = files(&workspace().join("tests/fixtures/warnings"), "ron");
    assert_eq!(files.len(), 5);
    let mut different = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let (scenario, warnings) = LoadOptions::new().review_text(&name, &text).unwrap();
        assert_eq!(scenario.problems(), []);
        for warning in &warnings.problems {
            assert_eq!(warning.code.severity(), Severity::Warning);
            assert!(warning.span.is_some(), "{name}: {}", warning.message);
        }
        let said = warnings.render(false);
        different.extend(difference(&file.with_extension("txt"), &said));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// In JSON the places are those of the same things.
#[test]
fn a_file_in_json_is_warned_of_too() {
    let file = workspace().join("tests/fixtures/warnings/long-timeouts.ron");
    let ron = fs::read_to_string(file).unwrap();
    let (scenario, in_ron) = LoadOptions::new().review_text("x.ron", &ron).unwrap();
    let json = serde_json::to_string_pretty(&scenario).unwrap();
    let (again, in_json) = LoadOptions::new().review_text("x.json", &json).unwrap();
    assert_eq!(again, scenario);
    let messages = |problems: &[firewatch_scenario::Problem]| {
        let messages = problems.iter().map(|problem| problem.message.clone());
        messages.collect::<Vec<_>>()
    };
    assert_eq!(messages(&in_json.problems), messages(&in_ron.problems));
    assert_eq!(&json[in_json.problems[0].span.clone().unwrap()], "3");
}

/// Only what shows an overload or retries in a chain is meant to be warned of.
#[test]
fn the_scenarios_of_the_project_are_warned_of_where_that_is_their_subject() {
    let warned = scenarios()
        .into_iter()
        .filter(|(_, s)| !s.warnings().is_empty());
    let names = warned.map(|(file, _)| file.file_stem().unwrap().to_string_lossy().into_owned());
    assert_eq!(names.collect::<Vec<_>>(), ["overload"]);
}

#[test]
fn a_scenario_of_the_classic_physics_has_no_warnings() {
    let text = "Scenario(name: \"x\", difficulty: easy, services: {\"a\": (calls: [\"b\"]), \"b\": (calls: [\"a\"])})";
    assert_eq!(Scenario::parse("x.ron", text).unwrap().warnings(), []);
}
