//! A policy can't stop the clock: an action that fails takes its tick, and is worth what doing nothing is.

use std::sync::Arc;

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_response::score::EpisodeEnd;
use firewatch_scenario::{Runbook, Scenario};

use crate::batch::same;
use crate::start::{begun, request};
use crate::timeline::misfit;

/// An action that fails after an effect which would help: the errors of its target fall, then a text becomes a count.
const HELPS_THEN_FAILS: &str = "help_and_fail";

fn incident() -> Arc<Scenario> {
    Arc::new(misfit(
        "(tick: 1, do: set(\"db\", {\"http_server_error_rate\": 0.8}))",
    ))
}

fn begin(scenario: &Arc<Scenario>, profile: Profile) -> Episode {
    begun(profile, &EpisodeRequest::Scenario(Arc::clone(scenario)))
}

/// Does the same in each step until the end: the sum of the rewards, and each step's.
fn persist(episode: &mut Episode, action: &ActionRequest) -> Vec<f64> {
    let ticks = episode.scenario().map_or(0, |scenario| scenario.ticks);
    let mut rewards = Vec::new();
    while episode.end().is_none() {
        let step = episode.step(action).expect("its tick is played");
        rewards.push(step.reward.total);
        assert!(step.observation.tick <= ticks, "it runs past its horizon");
    }
    rewards
}

#[test]
fn who_only_sends_what_does_not_fit_ends_as_who_waits() {
    let scenario = incident();
    let mut idle = begin(&scenario, Profile::Standard);
    let waited = persist(&mut idle, &ActionRequest::wait());
    for action in [request("copy", "db"), request(HELPS_THEN_FAILS, "db")] {
        let mut episode = begin(&scenario, Profile::Standard);
        let step = episode.step(&action).expect("its tick is played");
        assert!(step.error.is_some() && !step.valid && step.verdict.is_none());
        let mut episode = begin(&scenario, Profile::Standard);
        assert_eq!(persist(&mut episode, &action), waited);
        assert_eq!(episode.end(), Some(EpisodeEnd::OutOfTicks));
        assert_eq!(episode.grade(), idle.grade());
        assert!(
            (waited.iter().sum::<f64>() - idle.grade().map_or(1.0, |grade| grade.total)).abs()
                < 1e-9
        );
        let [one, other] =
            [&episode, &idle].map(|episode| episode.view().map(|view| view.state_hash()));
        assert_eq!(one, other, "{}", action.name);
        assert_eq!(episode.score().map(|score| score.wrong_actions()), Some(0));
    }
}

#[test]
fn a_batch_scores_what_fails_as_each_episode_alone() {
    const COUNT: usize = 132;
    let scenario = incident();
    for &profile in Profile::ALL {
        let own = scenario.custom_actions.catalogue(profile).expect("its own");
        let actions: Vec<ActionRequest> = (0..COUNT)
            .map(|index| match index % 4 {
                0 => request("copy", "db"),
                1 => request(HELPS_THEN_FAILS, "db"),
                2 => request("copy", "web"),
                _ => ActionRequest::wait(),
            })
            .collect();
        let asked = EpisodeRequest::Scenario(Arc::clone(&scenario));
        let batch = EpisodeBatch::repeated(profile, Arc::new(own.clone()), &asked, COUNT, 2);
        let mut batch = batch.expect("they can begin");
        let mut steps = vec![BatchStep::default(); COUNT];
        let mut alone: Vec<Episode> = (0..COUNT).map(|_| begin(&scenario, profile)).collect();
        for _ in 1..scenario.ticks {
            batch.step(&actions, &mut steps).expect("they are known");
            for (index, episode) in alone.iter_mut().enumerate() {
                same(episode, &actions[index], &batch, index, &steps[index]);
            }
        }
        let ended = steps.iter().filter(|step| step.end.is_some()).count();
        // The reference does not end an episode at a step that fails; its own can't fail at the horizon otherwise.
        let scored = if profile == Profile::Standard {
            COUNT
        } else {
            COUNT / 2
        };
        assert_eq!(ended, scored, "{profile}");
    }
}

#[test]
fn a_runbook_that_fails_is_graded_as_none() {
    let scenario = incident();
    let steps = "action(\"copy\", \"db\"), ".repeat(8);
    let text = format!("Runbook(name: \"x\", steps: [{steps}])");
    let runbook = Runbook::parse_for("runbook.ron", &text, &scenario);
    let runbook = runbook.unwrap_or_else(|problems| panic!("{problems}"));
    let mut run = Playback::answered(Arc::clone(&scenario), runbook).expect("it can be played");
    while run.tick().expect("it can be played") {}
    let mut idle = begin(&scenario, Profile::Standard);
    persist(&mut idle, &ActionRequest::wait());
    let score = run.score().expect("a runbook answers");
    assert_eq!(score.grade(), idle.grade());
    assert_eq!(score.end(), idle.end());
}
