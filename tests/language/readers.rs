//! What is read is RON, as any program that reads RON does.

use firewatch_scenario::Scenario;
use firewatch_tests::{load_scenario, property};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Reads the text as any program that reads RON does.
pub fn read_as_ron(text: &str) -> Result<IgnoredAny, ron::error::SpannedError> {
    let implicit_some = ron::extensions::Extensions::IMPLICIT_SOME;
    ron::Options::default()
        .with_default_extension(implicit_some)
        .from_str(text)
}

/// The name of a scenario, as any program that reads RON sees it.
#[derive(Deserialize)]
#[serde(rename = "Scenario")]
pub struct Named {
    pub name: String,
}

#[test]
fn files_for_other_readers_of_ron_may_say_what_they_need() {
    for head in [
        "#![enable(implicit_some)]\n",
        "#![enable(unwrap_newtypes, implicit_some,)]",
    ] {
        let text = format!("{head}Scenario(name: \"x\", difficulty: easy)");
        let scenario = Scenario::parse("file.ron", &text);
        assert!(scenario.is_ok(), "{scenario:?}");
        assert!(read_as_ron(&text).is_ok());
    }
}

#[test]
fn numbers_and_texts_may_be_written_in_every_way_of_ron() {
    let text = r##"
/* A comment /* in a comment */ */
Scenario(
    name: r#"raw "text" \n"#,
    description: "\x41\u{1F525}\'\"\\\n\t",
    seed: 0xff_u, ticks: 0b1010, slo_budget: +1_000.5e-1, slo_burn_per_tick: .5,
    services: { "a": (calls: []), }, // a comment
    faults: [ (kind: oom, service: "a", start_tick: Some(0), speed: 5., metrics: {},), ],
    root_cause: None,
)"##
    .replace("0xff_u", "0xff_");
    let scenario = Scenario::parse("file.ron", &text).unwrap();
    assert_eq!(scenario.name, "raw \"text\" \\n");
    assert_eq!(scenario.description, "A\u{1F525}'\"\\\n\t");
    assert_eq!((scenario.seed, scenario.ticks), (255, 10));
    assert_eq!(scenario.slo_budget.remaining, 100.05);
    assert_eq!(scenario.slo_budget.burn_per_tick, 0.5);
    assert_eq!(scenario.faults[0].speed, 5.0);
    assert!(read_as_ron(&text).is_ok(), "{:?}", read_as_ron(&text));
}

proptest! {
    #![proptest_config(property(1500))]

    #[test]
    fn numbers_that_are_read_are_ron(number in "[-+]?(0[xob])?[0-9a-f_.]{1,6}([eE][-+]?[0-9_]{0,3})?") {
        let text = format!("Scenario(name: \"x\", difficulty: easy, slo_budget: {number})");
        if load_scenario(text.as_bytes()).is_some() {
            prop_assert!(read_as_ron(&text).is_ok(), "{:?}\n{}", read_as_ron(&text), text);
        }
    }

    #[test]
    fn texts_that_are_read_are_ron(inside in "(\\\\[nrt0'\"ux\\\\]|[{}0-9a-fA-F]|\\{[0-9a-f]{1,6}\\}){0,8}") {
        let text = format!("Scenario(name: \"{inside}\", difficulty: easy)");
        if let Some(scenario) = load_scenario(text.as_bytes()) {
            let read = ron::from_str::<Named>(&text);
            prop_assert_eq!(read.map(|read| read.name), Ok(scenario.name), "{}", text);
        }
    }
}
