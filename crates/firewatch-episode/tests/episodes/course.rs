//! How episodes begin, go on and end.

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeError, EpisodeRequest};
use firewatch_response::score::EpisodeEnd;
use firewatch_scenario::Difficulty;

use crate::start::{begun, looking, play, request, scenario, task};

#[test]
fn a_reset_does_the_first_tick_and_shows_it() {
    let mut episode = Episode::new(Profile::Standard);
    assert_eq!(episode.step(&looking()), Err(EpisodeError::NotRunning));
    let mut episode = Episode::new(Profile::Reference);
    let request = EpisodeRequest::Task {
        id: "task_hard_config_drift_noise".to_owned(),
        difficulty: None,
        seed: None,
    };
    let first = episode.reset(&request).expect("it can begin");
    assert_eq!((first.tick, first.sim_time_seconds), (1, 30));
    // Without a difficulty the budget is the one of easy, though the task is hard.
    assert!(first.slo_budget_remaining <= 30.0);
    assert_eq!(
        (first.slo_burn_rate, first.user_impact_active),
        (1.5, true),
        "shown whatever the difficulty"
    );
    assert!(first.history.is_empty());
    let meant = task(Profile::Standard, "task_hard_config_drift_noise");
    let seen = meant.observation().expect("it has begun");
    assert!(seen.slo_budget_remaining > 100.0);
}

#[test]
fn a_task_of_an_unregistered_service_can_only_begin_as_it_is_meant() {
    let request = EpisodeRequest::task("task_easy_lb_hotspot").expect("this is a task");
    let mut episode = task(Profile::Reference, "task_easy_oom_baseline");
    let refused = episode.reset(&request);
    assert!(matches!(refused, Err(EpisodeError::Unregistered { .. })));
    assert_eq!(episode.step(&looking()).map(|step| step.valid), Ok(true));
    let mut episode = Episode::new(Profile::Standard);
    assert!(episode.reset(&request).is_ok());
}

#[test]
fn an_episode_ends_for_each_of_three_reasons_but_in_standard_not_for_its_budget() {
    for &profile in Profile::ALL {
        let declare = ActionRequest::untargeted("declare_resolved");
        let mut episode = task(profile, "task_easy_oom_baseline");
        let step = play(&mut episode, &declare);
        assert_eq!((step.end, episode.steps()), (Some(EpisodeEnd::Declared), 1));
        assert!(step.grade.is_some());
        // What is declared is played on where that counts.
        let played_on = if profile == Profile::Standard { 20 } else { 2 };
        assert_eq!(step.observation.tick, played_on);
        assert_eq!(
            episode.score().and_then(|score| score.declared_at()),
            Some(2)
        );
        let more = episode.step(&looking()).map(|step| step.error);
        match profile {
            Profile::Standard => assert_eq!(more, Err(EpisodeError::NotRunning)),
            Profile::Reference => assert_eq!(more, Ok(Some(EpisodeError::NotRunning))),
        }

        let mut episode = task(profile, "task_easy_cronjob_spike");
        let step = play(&mut episode, &request("get_metrics_detail", "nowhere"));
        assert_eq!(step.end, Some(EpisodeEnd::OutOfTicks));
        // The first tick of twenty was the reset's.
        assert_eq!((step.observation.tick, episode.steps()), (20, 19));
        assert!(!step.valid && step.verdict.is_some_and(|verdict| !verdict.wrong));

        let short = scenario(
            "difficulty: easy, slo_budget: 3, services: [\"api-gateway\", \"auth-service\"], \
             faults: [(kind: bad_deploy, service: \"api-gateway\", speed: 9)]",
        );
        let mut episode = begun(profile, &EpisodeRequest::scenario(short.clone()));
        let step = play(&mut episode, &looking());
        assert_eq!(step.observation.slo_budget_remaining, 0.0);
        let (end, penalty) = match profile {
            Profile::Standard => (EpisodeEnd::OutOfTicks, 0.0),
            Profile::Reference => (EpisodeEnd::BudgetUsedUp, -2.0),
        };
        assert_eq!(
            (step.end, step.reward.slo_breach_penalty),
            (Some(end), penalty)
        );
    }
}

#[test]
fn an_unknown_action_changes_nothing() {
    let mut episode = task(Profile::Standard, "task_easy_oom_baseline");
    let before = episode.observation();
    let refused = episode.step(&request("fetch_log", "auth-service"));
    let Err(EpisodeError::Action(ActionError::Unknown { help, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert!(help.is_some_and(|help| help.contains("fetch_logs")));
    assert_eq!(episode.observation(), before);
}

#[test]
fn alerts_and_episodes_come_from_the_seed() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let drawn = EpisodeRequest::Drawn {
            difficulty: Difficulty::Hard,
            seed,
        };
        let mut episode = begun(Profile::Reference, &drawn);
        let step = play(&mut episode, &looking());
        let alerts = step.observation.alerts;
        assert!(!alerts.is_empty());
        assert!(alerts.iter().all(|alert| alert.fired_at_tick == 20));
        assert!(alerts.iter().all(|alert| alert.duration_seconds == 600));
        ids.push(alerts.into_iter().map(|a| a.alert_id).collect::<Vec<_>>());
    }
    assert_eq!(ids[0], ids[1]);
    assert!(ids[2].iter().all(|id| !ids[0].contains(id)));
}

#[test]
fn every_history_shows_the_last_ten_actions() {
    let mut episode = task(Profile::Standard, "task_easy_oom_baseline");
    for step in 1..=12_usize {
        let name = if step == 1 { "escalate" } else { "fetch_logs" };
        let seen = episode.step(&request(name, "auth-service"));
        let history = seen.expect("it goes on").observation.history;
        assert_eq!(history.len(), step.min(10));
    }
    assert_eq!(episode.history()[0].action_type, "escalate");
    assert_eq!(episode.history().len(), 12);
}
