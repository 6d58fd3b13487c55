//! What a service calls: names, or structs with room for more than a name.

use firewatch_scenario::{Call, Calls, Scenario};

/// A scenario whose first service has these calls.
fn with(calls: &str) -> String {
    format!(
        "Scenario(name: \"x\", difficulty: easy, services: {{\"a\": (calls: {calls}), \"b\": ()}})"
    )
}

fn said(file: &str, text: &str) -> String {
    Scenario::parse(file, text).unwrap_err().render(false)
}

#[test]
fn a_call_is_a_name_or_a_struct() {
    let plain = Scenario::parse("x.ron", &with("[\"b\", \"a\"]")).unwrap();
    let named = Calls::Named(vec![Call::new("b"), Call::new("a")]);
    assert_eq!(plain.services[0].calls, named);
    for calls in [
        "[(to: \"b\"), \"a\"]",
        "[Call(to: \"b\"), r#\"a\"#]",
        "[(to: \"b\",), (to: r\"a\"),]",
    ] {
        assert_eq!(
            Scenario::parse("x.ron", &with(calls)).as_ref(),
            Ok(&plain),
            "{calls}"
        );
    }
    let json = "{\"name\": \"x\", \"difficulty\": \"easy\", \
                \"services\": {\"a\": {\"calls\": [{\"to\": \"b\"}, \"a\"]}, \"b\": {}}}";
    assert_eq!(Scenario::parse("x.json", json).as_ref(), Ok(&plain));
    // What says no more than a name is written as one.
    let written = plain.to_string();
    assert!(
        written.contains("\"a\": (calls: [\"b\", \"a\"])"),
        "{written}"
    );
    let json = serde_json::to_value(&plain).unwrap();
    assert_eq!(
        json["services"]["a"]["calls"],
        serde_json::json!(["b", "a"])
    );
}

#[test]
fn what_is_wrong_with_a_call_is_said_at_its_place() {
    let unknown = said("x.ron", &with("[(to: \"b\", time_limit: 1)]"));
    assert!(
        unknown.starts_with("error: a call has no field `time_limit`\n"),
        "{unknown}"
    );
    assert!(
        unknown.contains("= help: the fields are `to`, `timeout_s`, "),
        "{unknown}"
    );
    let missing = said("x.ron", &with("[()]"));
    assert!(
        missing.starts_with("error: a call needs the field `to`\n"),
        "{missing}"
    );
    let twice = said("x.ron", &with("[(to: \"b\", to: \"a\")]"));
    assert!(
        twice.starts_with("error: field `to` is given twice\n"),
        "{twice}"
    );
    let name = said("x.ron", &with("[Fault(to: \"b\")]"));
    assert!(
        name.starts_with("error: a call is not called `Fault`\n"),
        "{name}"
    );

    for (calls, path) in [
        ("[(to: \"b\"), \"bb\"]", "services[\"a\"].calls[1]"),
        ("[\"b\", (to: \"bb\")]", "services[\"a\"].calls[1].to"),
    ] {
        let problems = Scenario::parse("x.ron", &with(calls)).unwrap_err();
        let found: Vec<_> = problems.located().collect();
        assert_eq!(found.len(), 1, "{problems}");
        assert_eq!(
            (found[0].path, found[0].message),
            (path, "unknown service `bb`")
        );
        let marked = found[0].column - 1..found[0].end_column - 1;
        assert_eq!(&problems.text[marked], "\"bb\"");
    }
}

#[test]
fn a_call_has_names_in_json() {
    let of = |call: &str| {
        format!(
            "{{\"name\": \"x\", \"difficulty\": \"easy\", \"services\": {{\"a\": {{\"calls\": [{call}]}}}}}}"
        )
    };
    assert!(Scenario::parse("x.json", &of("{\"to\": \"a\"}")).is_ok());
    for call in [
        "[\"a\"]",
        "{}",
        "1",
        "null",
        "{\"to\": \"a\", \"time_limit\": 1}",
    ] {
        assert!(Scenario::parse("x.json", &of(call)).is_err(), "{call}");
    }
    let unknown = said("x.json", &of("{\"to\": \"a\", \"time_limit\": 1}"));
    assert!(
        unknown.starts_with("error: a call has no field `time_limit`\n"),
        "{unknown}"
    );
}
