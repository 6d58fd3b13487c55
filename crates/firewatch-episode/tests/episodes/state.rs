//! An episode that was written as JSON and read again goes on the same, and a damaged one is refused.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Profile, StateError};
use firewatch_episode::{
    BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest, EpisodeState,
};
use firewatch_scenario::Difficulty;
use serde_json::{Value, json};

use crate::branch::{actions, everything, go_on, requests};
use crate::random::services;

fn through_json(state: &EpisodeState) -> EpisodeState {
    let text = serde_json::to_string(state).expect("it can be written");
    let read = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(&read, state);
    read
}

/// A fresh episode that goes on from a saved one.
fn restored(profile: Profile, origin: &Episode) -> Episode {
    let state = through_json(&origin.save().expect("it has begun"));
    let scenario = origin.scenario().expect("it has begun");
    let mut restored = Episode::new(profile);
    let done = restored.restore(Arc::clone(scenario), &state);
    done.expect("the state is sound");
    restored
}

#[test]
fn an_episode_goes_on_the_same_from_its_state_at_any_tick() {
    for &profile in Profile::ALL {
        let tasks = ["task_hard_config_drift_noise", "task_easy_oom_baseline"];
        let tasks = tasks.map(|id| EpisodeRequest::task(id).expect("this is a task"));
        for request in requests().into_iter().chain(tasks) {
            let mut origin = Episode::new(profile);
            assert_eq!(origin.save(), None);
            origin.reset(&request).expect("it can begin");
            let ticks = origin.scenario().expect("it has begun").ticks as usize + 2;
            let all = actions(profile, 3, &services(&origin), ticks);
            let alone = go_on(&mut origin.branch().expect("the state is sound"), &all);
            for tick in 0..ticks {
                let mut read = restored(profile, &origin);
                assert_eq!(everything(&read), everything(&origin), "tick {tick}");
                assert_eq!(go_on(&mut read, &all[tick..]), alone[tick..], "tick {tick}");
                go_on(&mut origin, &all[tick..=tick]);
            }
        }
    }
}

#[test]
fn what_a_failed_reset_overwrites_is_saved() {
    let mut origin = Episode::new(Profile::Reference);
    let drawn = EpisodeRequest::Drawn {
        difficulty: Difficulty::Easy,
        seed: 7,
    };
    origin.reset(&drawn).expect("it can begin");
    let names = services(&origin);
    go_on(&mut origin, &actions(Profile::Reference, 4, &names, 2));
    let failing = EpisodeRequest::Task {
        id: "nope".to_owned(),
        difficulty: Some(Difficulty::Hard),
        seed: Some(9),
    };
    origin.reset(&failing).expect_err("there is no such task");
    let mut read = restored(Profile::Reference, &origin);
    let rest = actions(Profile::Reference, 5, &names, 30);
    assert_eq!(everything(&read), everything(&origin));
    assert_eq!(go_on(&mut read, &rest), go_on(&mut origin, &rest));
}

#[test]
fn an_episode_of_a_batch_goes_on_the_same_in_another_batch_and_alone() {
    for &profile in Profile::ALL {
        let catalogue = Arc::new(ActionCatalogue::built_in(profile).clone());
        let all: Vec<EpisodeRequest> = requests();
        let batch = |requests: Vec<EpisodeRequest>| {
            let catalogue = Arc::clone(&catalogue);
            EpisodeBatch::with_actions(profile, catalogue, requests, 1).expect("they can begin")
        };
        for (place, request) in all.iter().enumerate() {
            let mut alone = Episode::new(profile);
            alone.reset(request).expect("it can begin");
            let scenario = Arc::clone(alone.scenario().expect("it has begun"));
            let asked = actions(profile, 6, &services(&alone), scenario.ticks as usize);
            let mut origin = batch(all.clone());
            let others = vec![request.clone(); 3];
            for tick in 0..asked.len() {
                // The environment of one that has ended ticks on in a batch.
                if alone.end().is_some() {
                    break;
                }
                let state = through_json(&origin.save(place).expect("it is one of them"));
                let mut read = batch(all.clone());
                let other = (place + 1) % all.len();
                read.restore(other, Arc::clone(&scenario), &state)
                    .expect("the state is sound");
                // As a batch goes on in its own place, so does what was read in another.
                let mut ahead = batch(others.clone());
                ahead
                    .restore(1, Arc::clone(&scenario), &state)
                    .expect("the state is sound");
                for action in &asked[tick..] {
                    let seen = |batch: &mut EpisodeBatch, place: usize| {
                        let mut steps = vec![BatchStep::default(); batch.len()];
                        let actions = vec![action.clone(); batch.len()];
                        batch
                            .step(&actions, &mut steps)
                            .expect("the action is known");
                        let hash = batch.fleet().state_hash(place).expect("it is one of them");
                        let score = format!("{:?}", batch.score(place));
                        let observed = format!("{:?}", batch.observation(place));
                        (format!("{:?}", steps[place]), hash, score, observed)
                    };
                    assert_eq!(seen(&mut read, other), seen(&mut ahead, 1), "tick {tick}");
                }
                // And the origin like the episode alone, so that all of them are the same.
                let step = {
                    let mut steps = vec![BatchStep::default(); origin.len()];
                    let actions = vec![asked[tick].clone(); origin.len()];
                    origin
                        .step(&actions, &mut steps)
                        .expect("the action is known");
                    steps.swap_remove(place)
                };
                match alone.step(&asked[tick]) {
                    Ok(seen) => assert_eq!(seen.reward, step.reward, "tick {tick}"),
                    Err(error) => assert_eq!(Some(error), step.error, "tick {tick}"),
                }
                let state = origin.save(place).expect("it is one of them");
                let mut read = Episode::new(profile);
                read.restore(Arc::clone(&scenario), &state)
                    .expect("the state is sound");
                let hash = |episode: &Episode| episode.view().map(|view| view.state_hash());
                assert_eq!(hash(&read), hash(&alone), "tick {tick}");
                assert_eq!(read.score(), alone.score(), "tick {tick}");
            }
        }
    }
}

/// A state some steps into an incident, with an open circuit and a history.
fn middle(profile: Profile) -> Episode {
    let mut episode = Episode::new(profile);
    let drawn = EpisodeRequest::Drawn {
        difficulty: Difficulty::Medium,
        seed: 5,
    };
    episode.reset(&drawn).expect("it can begin");
    let service = services(&episode)[0].clone();
    for action in ["circuit_break", "fetch_logs", "restart_service"] {
        let step = episode.step(&ActionRequest::new(action, &service));
        step.expect("the action is known");
    }
    episode
}

#[test]
fn a_damaged_state_is_refused_and_changes_nothing() {
    type Damage = fn(&mut EpisodeState);
    let damages: [(&str, Damage); 8] = [
        ("a verdict less", |state| {
            state.verdicts.pop();
        }),
        ("no verdicts", |state| state.verdicts.clear()),
        ("of a batch", |state| state.history.clear()),
        ("in another order", |state| state.verdicts.reverse()),
        ("environment", |state| {
            state.environment.services.pop();
        }),
        ("renamed", |state| {
            state.environment.services[0].name = "other".to_owned();
        }),
        ("not finite", |state| {
            state.environment.slo_budget.remaining = f64::NAN;
        }),
        ("no services", |state| state.environment.services.clear()),
    ];
    for &profile in Profile::ALL {
        let mut episode = middle(profile);
        let state = episode.save().expect("it has begun");
        let scenario = Arc::clone(episode.scenario().expect("it has begun"));
        let before = everything(&episode);
        for (what, damage) in damages {
            let mut damaged = state.clone();
            damage(&mut damaged);
            let refused = episode.restore(Arc::clone(&scenario), &damaged);
            assert!(refused.is_err(), "{what}");
            assert_eq!(everything(&episode), before, "{what}");
        }
        let other = match profile {
            Profile::Standard => Profile::Reference,
            Profile::Reference => Profile::Standard,
        };
        let refused = Episode::new(other).restore(Arc::clone(&scenario), &state);
        let is_refused = matches!(
            refused,
            Err(EpisodeError::State(StateError::Profile { .. }))
        );
        assert!(is_refused, "{refused:?}");
        let elsewhere = middle_of(profile, 6);
        let refused = episode.restore(elsewhere, &state);
        assert_eq!(refused, Err(EpisodeError::State(StateError::Services)));
    }
}

/// The scenario of another seed.
fn middle_of(profile: Profile, seed: u64) -> Arc<firewatch_scenario::Scenario> {
    let mut episode = Episode::new(profile);
    let drawn = EpisodeRequest::Drawn {
        difficulty: Difficulty::Hard,
        seed,
    };
    episode.reset(&drawn).expect("it can begin");
    Arc::clone(episode.scenario().expect("it has begun"))
}

/// Every place of a JSON value, with what stands there.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(field, &format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn no_state_that_is_read_makes_an_episode_panic() {
    let values = [
        json!(null),
        json!(-1),
        json!(0),
        json!(255),
        json!(1e308),
        json!(u64::MAX),
        json!(""),
        json!("auth-service"),
        json!(true),
        json!([]),
        json!({}),
    ];
    let mut outcomes = [0, 0, 0];
    for &profile in Profile::ALL {
        let episode = middle(profile);
        let scenario = episode.scenario().expect("it has begun");
        let state = serde_json::to_value(episode.save()).expect("it can be written");
        let mut paths = Vec::new();
        places(&state, "", &mut paths);
        let rest = actions(profile, 8, &services(&episode), 4);
        for path in &paths {
            for value in &values {
                let mut damaged = state.clone();
                let place = damaged.pointer_mut(path).expect("there is such a place");
                *place = value.clone();
                // A field more is refused wherever there are fields.
                let Ok(Some(read)) = serde_json::from_value::<Option<EpisodeState>>(damaged) else {
                    outcomes[0] += 1;
                    continue;
                };
                let mut episode = Episode::new(profile);
                if episode.restore(Arc::clone(scenario), &read).is_err() {
                    outcomes[1] += 1;
                    continue;
                }
                outcomes[2] += 1;
                go_on(&mut episode, &rest);
            }
        }
        for path in paths {
            let mut damaged = state.clone();
            let place = damaged.pointer_mut(&path);
            let free = path.contains("/metrics") || path.contains("/log_script");
            let Some(Value::Object(fields)) = place.filter(|_| !free) else {
                continue;
            };
            fields.insert("unknown".to_owned(), json!(1));
            let read = serde_json::from_value::<Option<EpisodeState>>(damaged);
            assert!(read.is_err(), "{path}");
        }
    }
    assert!(outcomes.iter().all(|count| *count > 20), "{outcomes:?}");
}

#[test]
fn a_batch_keeps_the_verdict_that_it_saved() {
    let drawn = |seed| EpisodeRequest::Drawn {
        difficulty: Difficulty::Medium,
        seed,
    };
    for &profile in Profile::ALL {
        let batch = || EpisodeBatch::new(profile, (0..3).map(drawn), 1).expect("they can begin");
        let mut origin = batch();
        let mut alone = Episode::new(profile);
        alone.reset(&drawn(1)).expect("it can begin");
        let name = services(&alone)[0].clone();
        let scenario = Arc::clone(alone.scenario().expect("it has begun"));
        let asked = vec![ActionRequest::new("restart_service", &name); 3];
        let mut steps = vec![BatchStep::default(); 3];
        origin.step(&asked, &mut steps).expect("it is known");
        let judged = origin.privileged_verdict(1);
        assert!(matches!(judged, Ok(Some(_))), "{judged:?}");
        let state = through_json(&origin.save(1).expect("it is one of them"));
        let mut other = batch();
        other
            .restore(1, Arc::clone(&scenario), &state)
            .expect("the state is sound");
        assert_eq!(other.privileged_verdict(1), judged);
        assert_eq!(other.save(1), origin.save(1));
    }
}
