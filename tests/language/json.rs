//! JSON in and out, by the same types as RON.

#![expect(clippy::panic, reason = "a test whose file is refused says why")]

use std::fs;

use firewatch_action::form::{self, ActionFile, ActionsForm};
use firewatch_scenario::{FaultKindsForm, FileKind, LoadOptions, Runbook, Scenario};
use firewatch_sim::{FaultKindDescriptor, FaultKinds};
use firewatch_tests::{files, property, workspace};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::scenarios::scenarios;

/// What is written in JSON, and by the `ron` crate, is read back as the same.
fn check_written<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    let read: T = form::from_json(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(&read, value, "{json}");
    let ron = ron::to_string(value).unwrap();
    let read: T = form::from_ron(&ron).unwrap_or_else(|error| panic!("{error}: {ron}"));
    assert_eq!(&read, value, "{ron}");
}

#[test]
fn every_file_is_the_same_in_json() {
    let mut kinds = [0; 4];
    for folder in ["scenarios", "crates/firewatch-action/actions"] {
        for file in files(&workspace().join(folder), "ron") {
            let text = fs::read_to_string(&file).unwrap();
            let body = firewatch_ron::body(&text).unwrap();
            let kind = FileKind::of(&text);
            let json = match kind {
                FileKind::Scenario => {
                    let scenario: Scenario = form::from_ron(body).unwrap();
                    check_written(&scenario);
                    serde_json::to_string(&scenario)
                }
                FileKind::Runbook => {
                    let runbook: Runbook = form::from_ron(body).unwrap();
                    check_written(&runbook);
                    serde_json::to_string(&runbook)
                }
                FileKind::FaultKinds => {
                    let kinds: FaultKindsForm = form::from_ron(body).unwrap();
                    check_written(&kinds);
                    serde_json::to_string(&kinds)
                }
                FileKind::Actions => {
                    let actions: ActionsForm = form::from_ron(body).unwrap();
                    check_written(&actions);
                    let json = serde_json::to_string(&actions).unwrap();
                    let file: ActionFile = form::from_ron(body).unwrap();
                    assert_eq!(form::from_json::<ActionFile>(&json).unwrap(), file);
                    Ok(json)
                }
            };
            assert_eq!(
                FileKind::of_file("x.json", &json.unwrap()),
                kind,
                "{}",
                file.display()
            );
            kinds[kind as usize] += 1;
        }
    }
    assert!(kinds[..3].iter().all(|count| *count >= 3), "{kinds:?}");
    assert!(kinds[FileKind::FaultKinds as usize] > 0);
}

proptest! {
    #![proptest_config(property(300))]

    #[test]
    fn every_scenario_is_the_same_in_json(scenario in scenarios()) {
        check_written(&scenario);
        let text = serde_json::to_string_pretty(&scenario).unwrap();
        prop_assert_eq!(Scenario::parse("x.json", &text), Ok(scenario));
    }
}

#[test]
fn json_has_the_form_that_one_expects() {
    let text = r#"{
        "name": "x", "difficulty": "easy",
        "services": {"a": {"calls": ["b"], "metrics": {"http_server_error_rate": 0.5}}, "b": {}, "cache": {"calls": "catalogue"}},
        "faults": [{"kind": "oom", "service": "a", "speed": 2}],
        "timeline": [
            {"tick": 3, "do": {"halt": "a"}},
            {"tick": 4, "do": {"action": ["restart_service", "a"]}},
            {"tick": 5, "do": {"set": ["b", {"http_server_error_rate": 0.25}]}},
            {"tick": 6, "do": {"inject": {"kind": "bad_deploy", "service": "b"}}}
        ],
        "expect": [
            {"at_tick": [8, {"status": ["a", {"ge": "degraded"}]}]},
            {"by_tick": [9, {"status": ["a", "healthy"]}]},
            {"at_end": "all_healthy"},
            {"never": {"mttm": 3}}
        ],
        "goals": [{"goal": ["a", "http_server_error_rate", {"or_absent": {"lt": 0.05}}]}],
        "sweep": {"seeds": {"range": [0, 10]}, "speed": [0.5, {"range": [1, 2, 0.5]}], "halt": {"a": [4, "never"]}},
        "root_cause": null
    }"#;
    let ron = r#"Scenario(
        name: "x", difficulty: easy,
        services: {"a": (calls: ["b"], metrics: {"http_server_error_rate": 0.5}), "b": (), "cache": (calls: catalogue)},
        faults: [(kind: oom, service: "a", speed: 2)],
        timeline: [
            (tick: 3, do: halt("a")),
            (tick: 4, do: action("restart_service", "a")),
            (tick: 5, do: set("b", {"http_server_error_rate": 0.25})),
            (tick: 6, do: inject((kind: bad_deploy, service: "b"))),
        ],
        expect: [
            at_tick(8, status("a", ge(degraded))),
            by_tick(9, status("a", healthy)),
            at_end(all_healthy),
            never(mttm(3)),
        ],
        goals: [goal("a", "http_server_error_rate", or_absent(lt(0.05)))],
        sweep: (seeds: range(0, 10), speed: [0.5, range(1, 2, 0.5)], halt: {"a": [4, never]}),
    )"#;
    let json = Scenario::parse("x.json", text).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(Ok(json), Scenario::parse("x.ron", ron));
}

#[test]
fn fields_have_names_in_json() {
    let of = |fault: &str| {
        let text = format!(
            "{{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": [\"cache\"], \"faults\": [{fault}]}}"
        );
        Scenario::parse("x.json", &text)
    };
    assert!(of("{\"kind\": \"oom\", \"service\": \"cache\"}").is_ok());
    assert!(of("[\"oom\", \"cache\"]").is_err());
}

#[test]
fn faults_of_a_host_are_read_from_json() {
    let text = "{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {\"a\": {}}, \"faults\": [{\"kind\": \
                \"dns_outage\", \"service\": \"a\"}]}";
    let mut kinds = FaultKinds::default();
    let outage = FaultKindDescriptor::new("dns_outage", "Names stop resolving.").unwrap();
    kinds.register(outage).unwrap();
    let options = LoadOptions::new().fault_kinds(kinds);
    let scenario = options
        .parse("x.json", text)
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(scenario.faults[0].kind.name(), "dns_outage");
    let refused = said(text);
    assert!(
        refused.starts_with("error: unknown fault kind `dns_outage`\n --> x.json:1:"),
        "{refused}"
    );
}

#[test]
fn all_that_does_not_go_together_in_json_is_told_at_once() {
    let text = "{\n  \"name\": \"x\", \"services\": {\"a\": {}}, \"ticks\": 5,\n  \"faults\": [{\"kind\": \"oon\", \"service\": \"a\"}],\n  \
                \"timeline\": [{\"tick\": 1, \"do\": {\"inject\": {\"kind\": \"oom\", \"service\": \"a\", \"start_tick\": 2}}}],\n  \
                \"sweep\": {\"speed\": [1.0, {\"range\": [3.0, 1.0, 0.5]}]}\n}";
    let refused = Scenario::parse("x.json", text).unwrap_err();
    let mut located = refused.located();
    let mut next = || {
        located
            .next()
            .map(|problem| (problem.line, problem.message))
    };
    let missing = "a scenario needs the fields `slo_budget` and `slo_burn_per_tick`, or a `difficulty`, which \
                   gives defaults";
    assert_eq!(next(), Some((1, missing)));
    assert_eq!(next(), Some((3, "unknown fault kind `oon`")));
    let start = "an injected fault begins at the tick of its event";
    assert_eq!(next(), Some((4, start)));
    let range = "no value lies in it: the end must be above the beginning";
    assert_eq!(next(), Some((5, range)));
    assert_eq!(next(), None);
}

#[test]
fn a_file_may_name_its_schema_in_json() {
    let text = "{\"$schema\": \"scenario.json\", \"name\": \"x\", \"difficulty\": \"easy\"}";
    let named = Scenario::parse("x.json", text);
    assert_eq!(
        named,
        Scenario::parse("x.ron", "Scenario(name: \"x\", difficulty: easy)")
    );
}

/// What is said about a file in JSON.
fn said(text: &str) -> String {
    Scenario::parse("x.json", text).unwrap_err().render(false)
}

#[test]
fn problems_of_json_have_places() {
    let syntax = said("{\n  \"name\": \"x\",\n  \"difficulty\": easy\n}");
    assert!(
        syntax.starts_with("error: not valid JSON: expected value\n --> x.json:3:"),
        "{syntax}"
    );
    let unknown = said("{\n  \"name\": \"x\",\n  \"difficulty\": \"easy\",\n  \"fault\": []\n}");
    assert!(
        unknown.starts_with("error: a scenario has no field `fault`\n"),
        "{unknown}"
    );
    assert!(unknown.contains("--> x.json:4:"), "{unknown}");
    // What makes no sense is told at the place of the value.
    let text = "{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {\"a\": {\"calls\": [\"b\"]}},\n\
                \"faults\": [{\"kind\": \"oom\", \"service\": \"aa\"}]}";
    let meaning = said(text);
    assert!(meaning.contains("--> x.json:2:"), "{meaning}");
    assert!(meaning.contains("--> x.json:1:"), "{meaning}");
}

#[test]
fn json_has_the_limits_of_ron() {
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(
            "{{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {{\"a\": {{\"extra_metrics\": {{\"m\": \
             {open}{close}}}}}}}}}"
        )
    };
    assert!(Scenario::parse("x.json", &deep(60)).is_ok());
    let said_of = |text: &str| said(text).lines().next().unwrap().to_owned();
    assert_eq!(
        said_of(&deep(61)),
        "error: not valid JSON: too many brackets within each other"
    );
    assert!(said_of(&deep(300_000)).ends_with("too many brackets within each other"));
    let key = "k".repeat(201);
    let long =
        format!("{{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {{\"{key}\": {{}}}}}}");
    assert_eq!(
        said_of(&long),
        "error: a key in `services` has more than 200 characters"
    );
    let twice = "{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {\"a\": {}, \"a\": {}}}";
    assert_eq!(said_of(twice), "error: `a` is given twice in `services`");
    let large = format!(
        "{{\"name\": \"x\", \"difficulty\": \"easy\"}}{}",
        " ".repeat(1 << 20)
    );
    assert_eq!(
        said_of(&large),
        "error: too large: a scenario has at most 1048576 bytes"
    );
    let whole = deep(0)
        .replace("[]", "")
        .replace("\"m\": ", "\"m\": 9223372036854775808");
    assert!(said_of(&whole).starts_with(
        "error: `services[\"a\"].extra_metrics[\"m\"]` must be a whole number from -"
    ));
}
