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
    assert_eq!(files.len(), 15);
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

/// Only what shows an overload, how far errors spread or a call of oneself is meant to be warned of.
#[test]
fn the_scenarios_of_the_project_are_warned_of_where_that_is_their_subject() {
    let warned = scenarios()
        .into_iter()
        .filter(|(_, s)| !s.warnings().is_empty());
    let names = warned.map(|(file, _)| file.file_stem().unwrap().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    let meant = [
        "cascade-depth",
        "cascade-stopped-by-a-red-herring",
        "cyclic-mesh",
        "overload",
    ];
    assert_eq!(names, meant);
}

/// Only in traffic does a circle of calls multiply anything, and what is drawn is not the author's.
#[test]
fn what_is_not_asked_about_is_not_warned_of() {
    for fields in [
        "services: {\"a\": (calls: [\"b\"]), \"b\": (calls: [\"a\"])}",
        "seed: 7",
    ] {
        let text = format!("Scenario(name: \"x\", difficulty: hard, {fields})");
        assert_eq!(Scenario::parse("x.ron", &text).unwrap().warnings(), []);
    }
}

/// The warnings of a mesh of two services with more fields.
fn codes_of(fields: &str) -> Vec<&'static str> {
    let text = format!(
        "Scenario(name: \"x\", difficulty: easy, services: {{\"a\": (calls: [\"b\"]), \"b\": ()}}, {fields})"
    );
    let warnings = Scenario::parse("x.ron", &text).unwrap().warnings();
    warnings.iter().map(|warning| warning.code.name()).collect()
}

#[test]
fn a_fault_is_repeated_unless_something_may_have_ended_the_first() {
    let twice = "faults: [(kind: oom, service: \"b\"), (kind: oom, service: \"b\", start_tick: 9)]";
    assert_eq!(codes_of(twice), ["repeated-fault"]);
    for timeline in [
        "(tick: 5, do: halt(\"b\"))",
        "(tick: 5, do: action(\"restart_service\", \"b\"))",
    ] {
        let fields = format!("{twice}, timeline: [{timeline}]");
        assert!(!codes_of(&fields).contains(&"repeated-fault"), "{timeline}");
    }
    let injected = "faults: [(kind: oom, service: \"b\")], timeline: [(tick: 5, do: inject((kind: oom, service: \"b\")))]";
    assert_eq!(codes_of(injected), ["repeated-fault"]);
    let other = "faults: [(kind: oom, service: \"b\"), (kind: bad_deploy, service: \"b\")]";
    assert_eq!(codes_of(other), [""; 0]);
}

/// How many faults stand before it is no matter.
#[test]
fn the_loop_of_a_late_fault_is_tried() {
    let mut faults = vec!["(kind: oom, service: \"gone\", absent: true)"; 9];
    faults.push(
        "(kind: config_drift, service: \"a\", \
         metrics: {\"metastable_feedback_loop_active\": true, \"http_server_request_queue_depth\": 250})",
    );
    let fields = format!("faults: [{}]", faults.join(", "));
    assert!(codes_of(&fields).contains(&"ended-loop"), "{fields}");
}

#[test]
fn trouble_is_expected_where_something_may_make_it() {
    let alone = "user_facing: [\"b\"]";
    for (fields, codes) in [
        // The caller is reached, the callee is not.
        (
            "faults: [(kind: oom, service: \"b\")], expect: [at_end(status(\"a\", down))]",
            &[][..],
        ),
        (
            "faults: [(kind: oom, service: \"a\")], expect: [at_end(status(\"b\", down))]",
            &["unreached-service"],
        ),
        (
            "faults: [(kind: oom, service: \"a\")], expect_unanswered: [by_tick(3, status(\"b\", ne(healthy)))]",
            &["unreached-service"],
        ),
        (
            "faults: [(kind: oom, service: \"a\")], expect: [never(status(\"b\", down))]",
            &[],
        ),
        (
            "timeline: [(tick: 3, do: set(\"b\", {\"http_server_error_rate\": 0.9}))], expect: [at_end(status(\"b\", down))]",
            &[],
        ),
    ] {
        assert_eq!(codes_of(&format!("{alone}, {fields}")), codes, "{fields}");
    }
}

#[test]
fn a_later_fault_is_masked_only_if_it_would_show_otherwise() {
    let faults = |kind: &str, start: u64| {
        format!(
            "ticks: 40, faults: [(kind: bad_deploy, service: \"a\"), (kind: {kind}, service: \"b\", start_tick: {start})]"
        )
    };
    let halted = |tick: u64| format!("timeline: [(tick: {tick}, do: halt(\"a\"))]");
    for (fields, codes) in [
        (
            format!("{}, {}", faults("bad_deploy", 20), halted(10)),
            &["masked-fault"][..],
        ),
        // It grows faster.
        (
            format!("{}, {}", faults("network_partition", 20), halted(10)),
            &[],
        ),
        // It has begun before.
        (format!("{}, {}", faults("bad_deploy", 5), halted(10)), &[]),
        // It has no time to show.
        (format!("{}, {}", faults("bad_deploy", 39), halted(10)), &[]),
        (faults("bad_deploy", 20), &[]),
        // One that the timeline injects at the start is not there before.
        (
            format!(
                "{}, timeline: [(tick: 0, do: inject((kind: oom, service: \"a\"))), (tick: 10, do: halt(\"a\"))]",
                faults("bad_deploy", 20)
            ),
            &["masked-fault"],
        ),
    ] {
        assert_eq!(codes_of(&fields), codes, "{fields}");
    }
}
