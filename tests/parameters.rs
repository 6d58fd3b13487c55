//! Parameters of actions that hold more than a metric does: numbers past 64 bits, digits of any script.

#![expect(clippy::expect_used, reason = "a test whose incident is refused fails")]

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest, EpisodeStep};
use firewatch_response::Playback;
use firewatch_scenario::Scenario;
use firewatch_sim::Value;

const SERVICE: &str = "auth-service";
const MEBIBYTE: i64 = 1 << 20;

/// What gives a service memory.
fn add_memory(profile: Profile) -> &'static str {
    match profile {
        Profile::Standard => "add_memory",
        Profile::Reference => "scale_replicas",
    }
}

/// What came of scaling the task's service, the fault that it halted, and the limit after it.
fn scaled(
    profile: Profile,
    limit: impl Into<Value>,
) -> (EpisodeStep, Option<usize>, Option<Value>) {
    let mut episode = Episode::new(profile);
    let request = EpisodeRequest::task("task_easy_oom_baseline").expect("this is a task");
    episode.reset(&request).expect("it can begin");
    let scale = ActionRequest::new(add_memory(profile), SERVICE).with("memory_limit_mb", limit);
    let step = episode.step(&scale).expect("the action is known");
    let view = episode.view().expect("it has begun");
    let limit = view.metric(SERVICE, "process_memory_limit_bytes");
    let verdict = episode.privileged_verdicts().last();
    (step, verdict.and_then(|verdict| verdict.halted), limit)
}

#[test]
fn the_reference_takes_a_memory_limit_of_any_size_which_saturates() {
    for (limit, bytes) in [
        (Value::Int((1 << 43) - 1), ((1 << 43) - 1) * MEBIBYTE),
        (Value::Int(1 << 43), i64::MAX),
        (Value::Int(i64::MAX), i64::MAX),
        (Value::Float(1e300), i64::MAX),
        (Value::Float(f64::MAX), i64::MAX),
        (Value::Text("9".repeat(400)), i64::MAX),
        (Value::Float(-1e300), i64::MIN),
        (Value::Text(format!("-{}", "9".repeat(30))), i64::MIN),
    ] {
        let (step, halted, found) = scaled(Profile::Reference, limit.clone());
        assert_eq!(found, Some(Value::Int(bytes)), "{limit}");
        assert!(step.error.is_none() && halted.is_some(), "{limit}");
        // In standard no service has more than 1 TiB.
        let (_, halted, found) = scaled(Profile::Standard, limit);
        assert_eq!((halted, found), (None, Some(Value::Int(512 * MEBIBYTE))));
    }
}

#[test]
fn digits_are_those_of_any_script() {
    for &profile in Profile::ALL {
        for limit in [
            "\u{ff11}\u{ff10}\u{ff12}\u{ff14}",
            "\u{a0}+1_024\u{3000}",
            "\u{661}\u{660}\u{662}\u{664}",
        ] {
            let (step, halted, found) = scaled(profile, limit);
            assert_eq!(
                found,
                Some(Value::Int(1024 * MEBIBYTE)),
                "{limit}, {profile}"
            );
            assert!(step.error.is_none() && halted.is_some());
        }
    }
}

#[test]
fn what_is_no_whole_number_is_still_refused() {
    for limit in [
        Value::Float(f64::NAN),
        Value::Float(f64::INFINITY),
        Value::Text("9".repeat(4301)),
        "1.5".into(),
        "1__0".into(),
        "\u{bd}".into(),
        Value::List(vec![Value::Int(1)]),
    ] {
        for &profile in Profile::ALL {
            let (step, halted, found) = scaled(profile, limit.clone());
            assert_eq!(found, Some(Value::Int(512 * MEBIBYTE)), "{limit}");
            assert_eq!(halted, None);
            assert_eq!(step.error.is_some(), profile == Profile::Reference);
        }
    }
}

#[test]
fn doubling_a_saturated_limit_leaves_it() {
    let mut episode = Episode::new(Profile::Reference);
    let request = EpisodeRequest::task("task_easy_oom_baseline").expect("this is a task");
    episode.reset(&request).expect("it can begin");
    let scale = ActionRequest::new("scale_replicas", SERVICE);
    for scale in [
        scale.clone().with("memory_limit_mb", 1e300),
        scale.clone(),
        scale,
    ] {
        let step = episode.step(&scale).expect("the action is known");
        assert_eq!(step.error, None);
    }
    let view = episode.view().expect("it has begun");
    let limit = view.metric(SERVICE, "process_memory_limit_bytes");
    let doubled = i64::MAX / MEBIBYTE * 2;
    assert_eq!(doubled.checked_mul(MEBIBYTE), None);
    assert_eq!(limit, Some(Value::Int(i64::MAX)));
}

#[test]
fn a_file_takes_the_same_numbers() {
    for (profile, limit, bytes) in [
        ("reference", "8796093022208", Some(i64::MAX)),
        ("reference", "9223372036854775807", Some(i64::MAX)),
        ("reference", "1e300", Some(i64::MAX)),
        ("reference", "\"\u{ff16}\u{ff14}\"", Some(64 * MEBIBYTE)),
        ("standard", "\"\u{ff16}\u{ff14}\"", Some(64 * MEBIBYTE)),
        // More than 1 TiB: its author is told.
        ("standard", "1e300", None),
    ] {
        let name = add_memory(profile.parse().expect("a profile"));
        let scale = format!(r#"action("{name}", "{SERVICE}", {{"memory_limit_mb": {limit}}})"#);
        let text = format!(
            r#"Scenario(
                name: "",
                difficulty: easy,
                profile: {profile},
                services: {{"{SERVICE}": ()}},
                faults: [(kind: oom, service: "{SERVICE}")],
                timeline: [(tick: 8, do: {scale})],
            )"#
        );
        let scenario = match (Scenario::parse("limits", &text), bytes) {
            (Ok(scenario), _) => scenario,
            (Err(problems), None) => {
                let told = "must be a whole number from 1 to 1048576";
                assert!(problems.to_string().contains(told), "{problems}");
                continue;
            }
            (Err(problems), Some(_)) => panic!("{problems}"),
        };
        let mut playback = Playback::new(scenario.clone()).expect("it can be played");
        for _ in 0..9 {
            assert!(playback.tick().expect("it can be played"));
        }
        let view = playback.simulation().view();
        let found = view.metric(SERVICE, "process_memory_limit_bytes");
        assert_eq!(found, bytes.map(Value::Int), "{limit}");
    }
}
