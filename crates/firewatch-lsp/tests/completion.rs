//! What is offered at a place, marked with `|`, and what is written for it.

#![expect(clippy::unwrap_used, reason = "a test without its place fails")]

use firewatch_lsp::analysis::complete::{complete, without_places};
use firewatch_lsp::analysis::file::SourceFile;
use firewatch_lsp::analysis::hover::hover;
use firewatch_lsp::analysis::vocabulary::Vocabulary;
use firewatch_lsp::text::{Text, edited};

const BEGIN: &str = "Scenario(name: \"x\", difficulty: easy,\n services: {\"web\": (calls: [\"db\"]), \"db\": (extra_metrics: {\"pool\": 1})},\n ";

fn marked(name: &str, text: &str) -> (SourceFile, usize) {
    let at = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    (SourceFile::new(None, name, Text::new(text)), at)
}

/// What is offered: labels, and what the file is with the first of that name.
fn offered(name: &str, text: &str, label: &str) -> (Vec<String>, Option<String>) {
    let (file, at) = marked(name, text);
    let offers = complete(&file, at, &Vocabulary::of(&file, None, None));
    let chosen = offers.iter().find(|offer| offer.label == label);
    let written = chosen.map(|offer| {
        let plain = without_places(&offer.edit.text);
        edited(
            file.text(),
            &[firewatch_lsp::text::Edit {
                span: offer.edit.span.clone(),
                text: plain,
            }],
        )
    });
    (
        offers.into_iter().map(|offer| offer.label).collect(),
        written,
    )
}

#[test]
fn names_are_offered_where_they_can_stand() {
    // So many that a new one is no surprise.
    const MANY: usize = usize::MAX;
    let mut wrong = String::new();
    for (text, label, count, written) in [
        ("fau|", "faults", MANY, "faults: []"),
        ("faults: [(|", "service", 12, "faults: [(service: \"\""),
        (
            "faults: [(kind: oom, ser|: \"db\")]",
            "service",
            11,
            "faults: [(kind: oom, service: \"db\")]",
        ),
        ("faults: [(kind: |)]", "oom", 5, "faults: [(kind: oom)]"),
        ("faults: [(kind: oo|)]", "oom", 5, "faults: [(kind: oom)]"),
        (
            "faults: [(service: |)]",
            "db",
            2,
            "faults: [(service: \"db\")]",
        ),
        (
            "faults: [(service: \"|\")]",
            "db",
            2,
            "faults: [(service: \"db\")]",
        ),
        (
            "faults: [(service: \"d|xy\", speed: 1)]",
            "db",
            2,
            "faults: [(service: \"db\", speed: 1)]",
        ),
        // Without its end, and something in quotes later in the line.
        (
            "faults: [(service: \"d|), (service: \"web\")]",
            "db",
            2,
            "faults: [(service: \"db), (service: \"web\")]",
        ),
        (
            "faults: [(metrics: {\"http_server_e|",
            "http_server_error_rate",
            MANY,
            "faults: [(metrics: {\"http_server_error_rate",
        ),
        (
            "faults: [(shape: fl|",
            "flapping",
            4,
            "faults: [(shape: flapping(off: , on: )",
        ),
        (
            "timeline: [(tick: 3, do: |",
            "inject",
            8,
            "timeline: [(tick: 3, do: inject(())",
        ),
        (
            "timeline: [(tick: 3, do: inject((|",
            "kind",
            12,
            "timeline: [(tick: 3, do: inject((kind: ",
        ),
        (
            "timeline: [(tick: 3, do: set(\"|",
            "web",
            2,
            "timeline: [(tick: 3, do: set(\"web",
        ),
        (
            "timeline: [(tick: 3, do: set(\"web\", {\"poo|",
            "pool",
            MANY,
            "timeline: [(tick: 3, do: set(\"web\", {\"pool",
        ),
        (
            "timeline: [(tick: 3, do: action(\"restart_s|\", \"web\"))]",
            "restart_service",
            MANY,
            "timeline: [(tick: 3, do: action(\"restart_service\", \"web\"))]",
        ),
        (
            "timeline: [(tick: 3, do: action(\"add_memory\", \"web\", {|",
            "memory_limit_mb",
            1,
            "timeline: [(tick: 3, do: action(\"add_memory\", \"web\", {\"memory_limit_mb\": ",
        ),
        (
            "timeline: [(tick: 3, do: turn(\"web\", {\"|",
            "instances",
            9,
            "timeline: [(tick: 3, do: turn(\"web\", {\"instances",
        ),
        ("expect: [|]", "at_tick", 5, "expect: [at_tick(, )]"),
        (
            "expect: [at_tick(3, st|)]",
            "status",
            15,
            "expect: [at_tick(3, status(\"\", ))]",
        ),
        (
            "expect: [at_tick(3, status(\"web\", ge(|)))]",
            "critical",
            4,
            "expect: [at_tick(3, status(\"web\", ge(critical)))]",
        ),
        (
            "expect: [always(metric(\"web\", \"|\", lt(1)))]",
            "pool",
            MANY,
            "expect: [always(metric(\"web\", \"pool\", lt(1)))]",
        ),
        ("red_herrings: [\"|\"]", "db", 2, "red_herrings: [\"db\"]"),
        ("sweep: (speed: {\"|", "db", 2, "sweep: (speed: {\"db"),
        ("users: [(ob|", "objective", 7, "users: [(objective: ()"),
        ("profile: re|", "reference", 2, "profile: reference"),
    ] {
        let (labels, found) = offered("x.ron", &format!("{BEGIN}{text}"), label);
        let is_right = found.as_deref() == Some(&*format!("{BEGIN}{written}"));
        if !is_right || count != MANY && labels.len() != count {
            wrong.push_str(&format!("\n{text}: {found:?} of {labels:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nothing_is_offered_in_comments_texts_and_numbers() {
    for text in [
        "// fau|",
        "/* fau| */",
        "description: \"a |b\"",
        "description: \"a\n |b\"",
        "ticks: 1|",
    ] {
        let (labels, _) = offered("x.ron", &format!("{BEGIN}{text}"), "");
        assert!(labels.is_empty(), "{text}: {labels:?}");
    }
}

#[test]
fn json_is_completed_alike() {
    let begin = "{\"name\": \"x\", \"services\": {\"web\": {}}, ";
    for (text, label, written) in [
        ("\"fau|\": []}", "faults", "\"faults\": []}"),
        ("|", "faults", "\"faults\": []"),
        (
            "\"faults\": [{\"service\": \"|\"}]}",
            "web",
            "\"faults\": [{\"service\": \"web\"}]}",
        ),
        (
            "\"faults\": [{\"kind\": |}]}",
            "oom",
            "\"faults\": [{\"kind\": \"oom\"}]}",
        ),
        (
            "\"expect\": [|]}",
            "always",
            "\"expect\": [{\"always\": }]}",
        ),
        (
            "\"expect\": [{\"at_tick\": [3, {\"status\": [\"|",
            "web",
            "\"expect\": [{\"at_tick\": [3, {\"status\": [\"web",
        ),
        (
            "\"expect\": [{\"at_tick\": [3, {\"status\": [\"web\", \"|\"]}]}]}",
            "critical",
            "\"expect\": [{\"at_tick\": [3, {\"status\": [\"web\", \"critical\"]}]}]}",
        ),
    ] {
        let (labels, found) = offered("x.json", &format!("{begin}{text}"), label);
        assert_eq!(
            found.as_deref(),
            Some(&*format!("{begin}{written}")),
            "{text}: {labels:?}"
        );
    }
}

#[test]
fn what_stands_there_is_explained() {
    for (text, said) in [
        ("fau|lts: []", "The faults."),
        (
            "faults: [(spe|ed: 2)]",
            "**speed**: a number, from 0 up to 100",
        ),
        ("faults: [(start_tick: 2|)]", "in tick"),
        ("faults: [(kind: oo|m)]", "**oom**: kind of fault"),
        ("faults: [(service: \"we|b\")]", "**web**: service"),
        (
            "faults: [(metrics: {\"http_server_error_r|ate\": 1})]",
            "**http_server_error_rate**: a number, 0 to 1",
        ),
        (
            "expect: [at_t|ick(3, all_healthy)]",
            "After that many ticks",
        ),
        (
            "expect: [at_tick(3, all_he|althy)]",
            "Every service is healthy.",
        ),
        (
            "timeline: [(tick: 1, do: action(\"add_mem|ory\", \"web\"))]",
            "**add_memory**: remediation",
        ),
        (
            "timeline: [(tick: 1, do: action(\"add_memory\", \"web\", {\"memory_|limit_mb\": 1",
            "`memory_limit_mb`: ",
        ),
        (
            "timeline: [(tick: 1, do: action(\"add_memory\", \"web\", {\"x\": \"scale_out\", \"memory_|limit_mb\": 1",
            "`memory_limit_mb`: ",
        ),
        (
            "users: [(name: \"people\", service: \"web\", rps: 5)], faults: [(kind: oo|m)]",
            "a share of the instances, its level, is killed",
        ),
    ] {
        let (file, at) = marked("x.ron", &format!("{BEGIN}{text}"));
        let found = hover(&file, at, &Vocabulary::of(&file, None, None)).unwrap();
        assert!(found.text.contains(said), "{text}: {}", found.text);
    }
}
