//! Any sequence of actions.

use firewatch_action::{ActionCatalogue, ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest, EpisodeStep};
use firewatch_reference::{PythonRandom, tasks};
use firewatch_scenario::RandomStreams;
use firewatch_sim::Value;

/// An action out of the catalogue on a service of the mesh, or something that makes no sense.
pub fn any_action(random: &mut PythonRandom, profile: Profile, services: &[&str]) -> ActionRequest {
    let actions = ActionCatalogue::built_in(profile).actions();
    let action = &actions[random.below(actions.len())];
    // Which would end it soon.
    if action.ends_episode() && random.below(10) > 0 {
        return ActionRequest::untargeted("escalate");
    }
    let mut request = match random.below(12) {
        0 => ActionRequest::untargeted(action.name()),
        1 => ActionRequest::new(action.name(), "nowhere"),
        _ => ActionRequest::new(action.name(), services[random.below(services.len())]),
    };
    for parameter in action.parameters() {
        let value: Option<Value> = match random.below(8) {
            0 => Some((-1).into()),
            1 => Some(0.into()),
            2 => Some(f64::MAX.into()),
            3 => Some(f64::NAN.into()),
            4 => Some("text \u{1b}".into()),
            5 => Some(true.into()),
            6 => Some(512.into()),
            _ => None,
        };
        if let Some(value) = value {
            request = request.with(parameter.name(), value);
        }
    }
    request
}

pub fn services(episode: &Episode) -> Vec<String> {
    let view = episode.view().expect("it has begun");
    view.service_names().map(str::to_owned).collect()
}

/// What no sequence of actions may change.
pub fn check(profile: Profile, episode: &Episode, step: &EpisodeStep) {
    let reward = &step.reward;
    assert!(reward.total.is_finite() && reward.breakdown_total.is_finite());
    assert!(reward.total.abs() < 50.0, "{reward:?}");
    let observation = &step.observation;
    assert!(observation.slo_budget_remaining >= 0.0);
    assert_eq!(step.end.is_some(), step.grade.is_some());
    if let Some(grade) = step.grade {
        let possible = match profile {
            Profile::Standard => 0.0..=1.0,
            Profile::Reference => 0.01..=0.99,
        };
        assert!(possible.contains(&grade.total), "{grade:?}");
    }
    if profile == Profile::Standard {
        let view = episode.view().expect("it has begun");
        for vitals in view.vitals() {
            let ratio = vitals.http_server_error_rate;
            assert!(
                (0.0..=1.0).contains(&ratio),
                "{ratio} {:?}",
                episode.history()
            );
        }
    }
}

#[test]
fn no_sequence_of_actions_panics_or_leaves_what_is_possible() {
    for &profile in Profile::ALL {
        let mut episode = Episode::new(profile);
        for (number, task) in tasks().iter().enumerate() {
            let mut random = PythonRandom::new(number as u64);
            if episode
                .reset(&EpisodeRequest::task(task.id).expect("this is a task"))
                .is_err()
            {
                continue;
            }
            let names = services(&episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut budget = f64::INFINITY;
            let mut halted = 0;
            // Some fail under the reference profile; their ticks still count.
            while episode.end().is_none() {
                let Ok(step) = episode.step(&any_action(&mut random, profile, &names)) else {
                    assert_eq!(profile, Profile::Reference);
                    continue;
                };
                check(profile, &episode, &step);
                let view = episode.view().expect("it has begun");
                let now = view.faults().filter(|fault| fault.halted).count();
                assert!(now >= halted, "a halted fault stays so");
                halted = now;
                let left = step.observation.slo_budget_remaining;
                assert!(profile == Profile::Reference || left <= budget);
                budget = left;
            }
        }
    }
}
