//! How episodes begin, go on and end.

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_response::score::EpisodeEnd;
use firewatch_scenario::{Difficulty, Runbook};

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

#[test]
fn no_episode_runs_past_its_horizon_however_near_that_is() {
    const MESH: &str = "difficulty: easy, services: {\"web\": (calls: [\"db\"]), \"db\": ()}";
    let fault = format!("{MESH}, faults: [(kind: oom, service: \"db\")]");
    for (fields, grade) in [(MESH, 1.0), (&*fault, 0.0)] {
        for ticks in [1, 2] {
            let scenario = scenario(&format!("{fields}, ticks: {ticks}"));
            let asked = EpisodeRequest::scenario(scenario.clone());
            let mut alone = begun(Profile::Standard, &asked);
            let mut batch = EpisodeBatch::new(Profile::Standard, [asked.clone(), asked.clone()], 1)
                .expect("they can begin");
            let mut steps = vec![BatchStep::default(); 2];
            let mut rewards = 0.0;
            for _ in 1..ticks {
                assert_eq!((alone.end(), alone.grade()), (None, None));
                let waits = [ActionRequest::wait(), ActionRequest::wait()];
                batch.step(&waits, &mut steps).expect("it is known");
                assert!(steps.iter().all(|step| step.error.is_none()));
                rewards += alone
                    .step(&ActionRequest::wait())
                    .expect("it goes on")
                    .reward
                    .total;
            }
            let graded =
                |grade: Option<firewatch_response::score::Grade>| grade.map(|grade| grade.total);
            assert_eq!(alone.end(), Some(EpisodeEnd::OutOfTicks), "{ticks}");
            assert_eq!(graded(alone.grade()), Some(grade), "{ticks}");
            assert_eq!(alone.observation().map(|seen| seen.tick), Some(ticks));
            assert!(alone.verdicts().is_some());
            let score = alone.score().expect("it has begun");
            assert!((score.total_reward() - grade).abs() < 1e-9);
            // No step pays what no step could earn.
            assert!(ticks == 1 || (rewards - grade).abs() < 1e-9);
            let late = alone.step(&ActionRequest::wait());
            assert_eq!(late, Err(EpisodeError::NotRunning));
            for index in 0..2 {
                assert_eq!(batch.score(index).ok(), alone.score());
            }
            // The step after the end tells it, so that a mask of what has ended begins it anew.
            let waits = [ActionRequest::wait(), ActionRequest::wait()];
            batch.step(&waits, &mut steps).expect("it is known");
            for step in &steps {
                assert_eq!(step.error, Some(EpisodeError::NotRunning));
                assert_eq!((step.end, step.grade), (alone.end(), alone.grade()));
            }
            batch
                .reset_masked(&[true, false], |_| asked.clone())
                .expect("it can begin");
            let again = batch.score(0).expect("it is there");
            assert_eq!(again.end().is_some(), ticks == 1);
            let text = "Runbook(name: \"x\", steps: [action(\"escalate\")], expect: [at_end(grade(ge(0)))])";
            let runbook = Runbook::parse_for("runbook.ron", text, &scenario);
            let runbook = runbook.unwrap_or_else(|problems| panic!("{problems}"));
            let mut run = Playback::answered(scenario, runbook).expect("it can be played");
            while run.tick().expect("it can be played") {}
            assert!(
                run.verdicts().iter().all(|verdict| verdict.passed()),
                "{ticks}"
            );
            assert_eq!(run.score().and_then(|score| score.end()), alone.end());
        }
    }
}
