//! Finishing a switch between two slots: the slot that is named takes all traffic.

#![expect(clippy::expect_used, reason = "a test whose episode is refused fails")]

use std::collections::BTreeMap;

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest, EpisodeStep};
use firewatch_sim::Value;

const TASK: &str = "task_medium_bg_traffic_leak";
const SERVICE: &str = "checkout-service";

/// The switch as the first step of the task.
fn switched(profile: Profile, slot: Option<&str>) -> (Episode, EpisodeStep) {
    let mut episode = Episode::new(profile);
    let request = EpisodeRequest::task(TASK).expect("this is a task");
    episode.reset(&request).expect("it can begin");
    let switch = ActionRequest::new("complete_traffic_switch", SERVICE);
    let switch = match slot {
        Some(slot) => switch.with("slot", slot),
        None => switch,
    };
    let step = episode.step(&switch).expect("it can be done");
    (episode, step)
}

fn slots(episode: &Episode) -> Option<Value> {
    let view = episode.view()?;
    view.metric(SERVICE, "active_deployment_slots")
}

fn shares(blue: f64, green: f64) -> Option<Value> {
    let shares = [("blue", blue), ("green", green)];
    let shares = shares.map(|(slot, share)| (slot.to_owned(), Value::Float(share)));
    Some(Value::Map(BTreeMap::from(shares)))
}

/// Declared once it is mitigated.
fn graded(mut episode: Episode) -> f64 {
    while episode
        .score()
        .and_then(|score| score.mttm_tick())
        .is_none()
        && episode.end().is_none()
    {
        let look = ActionRequest::new("fetch_logs", SERVICE);
        episode.step(&look).expect("it can be done");
    }
    let declare = ActionRequest::untargeted("declare_resolved");
    episode.step(&declare).expect("it can be done");
    episode.grade().map_or(0.0, |grade| grade.total)
}

/// The fault that the last action halted.
fn halted(episode: &Episode) -> Option<usize> {
    episode.privileged_verdicts().last()?.halted
}

#[test]
fn in_standard_the_new_slot_has_to_take_it() {
    for slot in [Some("green"), None] {
        let (episode, step) = switched(Profile::Standard, slot);
        assert_eq!(halted(&episode), Some(0), "{slot:?}: {}", step.feedback);
        assert_eq!(slots(&episode), shares(0.0, 1.0));
        assert!(
            step.feedback
                .starts_with("Slot green of checkout-service takes all requests")
        );
        assert_eq!(graded(episode), 0.957664);
    }
    let (episode, step) = switched(Profile::Standard, Some("blue"));
    assert_eq!(halted(&episode), None, "{}", step.feedback);
    assert_eq!(slots(&episode), shares(1.0, 0.0));
    assert!(
        step.feedback
            .starts_with("Slot blue of checkout-service takes all requests")
    );
}

#[test]
fn in_the_reference_either_will_do_and_is_said() {
    for (slot, named) in [("green", "green"), ("blue", "blue"), ("red", "blue")] {
        let (episode, step) = switched(Profile::Reference, Some(slot));
        assert_eq!(halted(&episode), Some(0), "{slot}: {}", step.feedback);
        assert_eq!(slots(&episode), shares(0.15, 0.85), "it leaves the shares");
        let said = format!("Slot {named} of checkout-service takes all requests");
        assert!(step.feedback.starts_with(&said), "{}", step.feedback);
        assert_eq!(graded(episode), 0.9);
    }
}
