//! The choice of a physics.

use firewatch_scenario::{Physics, Scenario};

fn with(field: &str) -> String {
    format!("Scenario(name: \"x\", difficulty: easy, {field})")
}

#[test]
fn a_scenario_chooses_its_physics() {
    let default = Scenario::parse("x.ron", &with("")).unwrap();
    assert_eq!(default.physics, Physics::Classic);
    let chosen = Scenario::parse("x.ron", &with("physics: classic"));
    assert_eq!(chosen.as_ref(), Ok(&default));
    let json = "{\"name\": \"x\", \"difficulty\": \"easy\", \"physics\": \"classic\"}";
    assert_eq!(Scenario::parse("x.json", json).as_ref(), Ok(&default));
    // The default is not written.
    assert!(!default.to_string().contains("physics"), "{default}");
    assert!(
        serde_json::to_value(&default)
            .unwrap()
            .get("physics")
            .is_none()
    );
}

#[test]
fn another_physics_is_refused_with_help() {
    for (value, message, help) in [
        (
            "clasic",
            "unknown physics `clasic`",
            "did you mean `classic`?",
        ),
        (
            "quantum",
            "unknown physics `quantum`",
            "the physics are `classic` and `traffic`",
        ),
        (
            "\"classic\"",
            "`physics` must be a physics, not text",
            "leave out the quotes: `classic`",
        ),
    ] {
        let text = with(&format!("physics: {value}"));
        let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert!(problem.message.starts_with(message), "{problem:?}");
        assert_eq!(problem.help.as_deref(), Some(help));
        assert_eq!(&text[problem.span.clone().unwrap()], value);
    }
}
