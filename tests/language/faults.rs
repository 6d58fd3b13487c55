//! Faults with level, shape and duration, which the classic physics refuses.

use std::num::NonZeroU64;

use firewatch_action::form;
use firewatch_scenario::{Fault, FaultShape, Scenario, TimelineAction, TimelineEvent};
use firewatch_sim::{FaultKind, FaultKinds};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::values::numbers;

fn with(fault: &str) -> String {
    format!(
        "Scenario(name: \"x\", difficulty: easy, services: {{\"a\": ()}}, \
         faults: [(kind: oom, service: \"a\"{fault})])"
    )
}

fn some(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap()
}

fn shapes() -> impl Strategy<Value = FaultShape> {
    let flapping = (1..u64::MAX, 1..9_u64).prop_map(|(on, off)| FaultShape::Flapping {
        on: some(on),
        off: some(off),
    });
    let words = select(vec![FaultShape::Step, FaultShape::Ramp, FaultShape::Spike]);
    prop_oneof![words, flapping]
}

fn faults() -> impl Strategy<Value = Fault> {
    let parts = (
        option::of((1..u64::MAX).prop_map(some)),
        option::of(numbers(0.0, 1.0)),
        option::of(shapes()),
    );
    parts.prop_map(|(for_ticks, level, shape)| Fault {
        for_ticks,
        level,
        shape,
        ..Fault::new(FaultKind::OOM, "a")
    })
}

proptest! {
    #![proptest_config(firewatch_tests::property(300))]

    #[test]
    fn what_is_written_is_read_back_by_every_reader(listed in faults(), injected in faults()) {
        let mut scenario = Scenario::parse("x.ron", &with(", speed: 1")).unwrap();
        scenario.faults = vec![listed];
        let action = TimelineAction::Inject(Fault { start_tick: 3, ..injected });
        scenario.timeline = vec![TimelineEvent { tick: 3, action }];
        let text = scenario.to_string();
        let kinds = FaultKinds::default();
        let read = form::read(&text, &kinds);
        prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        let (read, notes) = form::explained::<Scenario>(&text, &kinds);
        prop_assert_eq!(read.as_ref(), Some(&scenario), "{}", text);
        prop_assert_eq!(notes.finish(), []);
        let json = serde_json::to_string(&scenario).unwrap();
        prop_assert_eq!(form::from_json::<Scenario>(&json).unwrap(), scenario, "{}", json);
    }
}

#[test]
fn the_classic_physics_refuses_what_it_can_not_do() {
    let develops = "leave it out: a fault of the classic physics develops by its `speed`";
    let lasts = "leave it out: a fault of the classic physics lasts until it is halted";
    for (field, value, help) in [
        ("level", "0.3", develops),
        ("shape", "flapping(on: 2, off: 1)", develops),
        ("shape", "step", develops),
        ("for_ticks", "6", lasts),
    ] {
        let text = with(&format!(", {field}: {value}"));
        let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        let message = format!("`{field}` needs a physics with load, which `classic` is not");
        assert_eq!(problem.message, message);
        assert_eq!(problem.help.as_deref(), Some(help));
        assert_eq!(problem.path, format!("faults[0].{field}"));
        assert_eq!(&text[problem.span.clone().unwrap()], value);
    }
    // What is left out is not refused, nor what may have been meant for another physics.
    assert!(
        Scenario::parse(
            "x.ron",
            &with(", level: None, shape: None, for_ticks: None")
        )
        .is_ok()
    );
    let text = with(", level: 0.3").replace("difficulty", "physics: clasic, difficulty");
    let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    // An injected fault and one that was put together in code are refused as well.
    let text = with("").replace(
        "])",
        "], timeline: [(tick: 1, do: inject((kind: oom, service: \"a\", level: 1)))])",
    );
    let problems = Scenario::parse("x.ron", &text).unwrap_err().problems;
    assert_eq!(problems[0].path, "timeline[0].do.fault.level");
    let mut scenario = Scenario::parse("x.ron", &with("")).unwrap();
    scenario.faults[0].for_ticks = Some(some(3));
    assert_eq!(scenario.problems().len(), 1);
}

#[test]
fn a_shape_that_there_is_not_is_refused_with_help() {
    for (value, message, help) in [
        (
            "rampe",
            "unknown shape `rampe`",
            Some("did you mean `ramp`?"),
        ),
        (
            "wave",
            "unknown shape `wave`",
            Some("the shapes are `step`, `ramp`, `flapping` and `spike`"),
        ),
        ("flapping(on: 2)", "`flapping` needs the field `off`", None),
        (
            "flapping(on: 0, off: 1)",
            "`faults[0].shape.on` must be a whole number from 1 up, not the number `0`",
            None,
        ),
        (
            "flapping(on: 2, off: 1, up: 3)",
            "`flapping` has no field `up`",
            Some("the fields are `on` and `off`"),
        ),
    ] {
        let problems = Scenario::parse("x.ron", &with(&format!(", shape: {value}")));
        let mut problems = problems.unwrap_err().problems;
        // A shape that can be read is refused besides, by the physics.
        problems.retain(|problem| problem.path != "faults[0].shape" || problem.message == message);
        let [problem] = problems.as_slice() else {
            panic!("{value}: {problems:?}");
        };
        assert_eq!(problem.message, message);
        assert_eq!(problem.help.as_deref(), help, "{value}");
    }
}
