//! What the reference does with an episode, where single steps and not whole episodes show it.

#![expect(clippy::expect_used, reason = "a test whose episode is refused fails")]

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_episode::{
    BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest, EpisodeStep, EpisodeSummary,
    Observation, SIMULATION_TYPE,
};
use firewatch_reference::tasks;
use firewatch_response::score::{EpisodeEnd, Reward};
use firewatch_scenario::Difficulty;
use firewatch_sim::Value;

fn begun(profile: Profile, request: &EpisodeRequest) -> Episode {
    let mut episode = Episode::new(profile);
    episode.reset(request).expect("it can begin");
    episode
}

fn task(id: &str) -> EpisodeRequest {
    EpisodeRequest::task(id).expect("this is a task")
}

fn step(episode: &mut Episode, action: &ActionRequest) -> EpisodeStep {
    episode.step(action).expect("the action is known")
}

fn looking() -> ActionRequest {
    ActionRequest::new("fetch_logs", "auth-service")
}

fn declaring() -> ActionRequest {
    ActionRequest::untargeted("declare_resolved")
}

/// A reset that fails, at another difficulty: its fault is on a service that is not registered.
fn failing(difficulty: Difficulty) -> EpisodeRequest {
    EpisodeRequest::Task {
        id: "task_easy_lb_hotspot".to_owned(),
        difficulty: Some(difficulty),
        seed: None,
    }
}

#[test]
fn an_episode_drawn_with_difficulty_and_seed_of_a_task_has_its_goals() {
    let drawn = |seed| EpisodeRequest::Drawn {
        difficulty: Difficulty::Medium,
        seed,
    };
    let declared = |request: &EpisodeRequest| {
        let mut episode = begun(Profile::Reference, request);
        assert!(episode.scenario().is_some());
        let goals = episode.goals().len();
        let grade = step(&mut episode, &declaring())
            .grade
            .expect("it has ended");
        (goals, grade)
    };
    let (goals, grade) = declared(&drawn(1302));
    assert_eq!((goals, grade.total), (2, 0.14));
    // What is drawn and no task's has none.
    let (goals, grade) = declared(&drawn(1303));
    assert_eq!((goals, grade.goals_penalty), (0, 0.0));
    // Every task begins the same, asked for by its id or drawn; of two the first is drawn.
    for task in tasks() {
        if ["task_easy_lb_hotspot", "task_easy_log_storm_disk"].contains(&task.id) {
            continue;
        }
        let drawn = EpisodeRequest::Drawn {
            difficulty: task.difficulty(),
            seed: task.scenario.seed,
        };
        assert_eq!(
            declared(&self::task(task.id)),
            declared(&drawn),
            "{}",
            task.id
        );
    }
}

#[test]
fn a_reset_that_fails_leaves_its_difficulty_with_the_episode_before_it() {
    let oom = task("task_easy_oom_baseline");
    let mut episode = begun(Profile::Reference, &oom);
    let refused = episode.reset(&failing(Difficulty::Hard));
    assert!(matches!(refused, Err(EpisodeError::Unregistered { .. })));
    // 2 of 3 are not healthy: the engine burns 1.5 * 2 / 3, 3 * 2 / 3 are given back, 3 are charged.
    assert_eq!(step(&mut episode, &looking()).reward.total, -0.65);
    assert_eq!(episode.steps(), 1);
    let hotspot = tasks()
        .iter()
        .find(|task| task.id == "task_easy_lb_hotspot");
    let goals = hotspot.map(|task| task.scenario.goals.list.len());
    assert_eq!(
        Some(episode.goals().len()),
        goals,
        "of the task that failed"
    );
    let ended = step(&mut episode, &declaring());
    let grade = ended.grade.expect("it has ended");
    // Its service is not there, and what is not there misses its goal.
    assert_eq!(grade.goals_penalty, 0.1);
    let summary = ended.info.episode_summary.expect("it has ended");
    assert_eq!(summary.initial_slo_budget, 30.0, "that of the beginning");

    // With the same difficulty only the task changes, and the steps begin again.
    let mut episode = begun(Profile::Reference, &oom);
    step(&mut episode, &looking());
    assert!(episode.reset(&failing(Difficulty::Easy)).is_err());
    assert_eq!(episode.steps(), 0);
    assert_eq!(step(&mut episode, &looking()).reward.total, -0.5);

    // An unknown task is graded as the tasks of the difficulty, and has no goals.
    let unknown = EpisodeRequest::Task {
        id: "nope".to_owned(),
        difficulty: Some(Difficulty::Hard),
        seed: Some(1),
    };
    let mut episode = begun(Profile::Reference, &task("task_medium_bg_traffic_leak"));
    assert!(matches!(
        episode.reset(&unknown),
        Err(EpisodeError::Task(_))
    ));
    assert!(episode.goals().is_empty());
}

#[test]
fn a_smaller_budget_of_a_reset_that_failed_is_a_ceiling() {
    let mut episode = begun(Profile::Reference, &task("task_hard_config_drift_noise"));
    assert!(episode.reset(&failing(Difficulty::Easy)).is_err());
    let budget = step(&mut episode, &looking())
        .observation
        .slo_budget_remaining;
    assert!(budget <= 30.0, "{budget}");
}

#[test]
fn a_reset_that_fails_changes_nothing_where_it_is_no_rule() {
    let oom = task("task_easy_oom_baseline");
    let unknown = EpisodeRequest::Task {
        id: "nope".to_owned(),
        difficulty: Some(Difficulty::Hard),
        seed: None,
    };
    let mut episode = begun(Profile::Standard, &oom);
    let mut other = begun(Profile::Standard, &oom);
    step(&mut other, &looking());
    step(&mut episode, &looking());
    assert!(episode.reset(&unknown).is_err());
    assert_eq!(episode.steps(), 1);
    assert_eq!(step(&mut episode, &looking()), step(&mut other, &looking()));

    // One that has ended stays as it has.
    let mut episode = begun(Profile::Reference, &oom);
    let ended = step(&mut episode, &declaring());
    assert!(episode.reset(&failing(Difficulty::Hard)).is_err());
    assert_eq!((episode.grade(), episode.steps()), (ended.grade, 1));
}

#[test]
fn a_reset_that_fails_in_a_batch_does_the_same() {
    let oom = task("task_easy_oom_baseline");
    let mut alone = begun(Profile::Reference, &oom);
    let requests = [oom.clone(), oom.clone()];
    let mut batch = EpisodeBatch::new(Profile::Reference, requests, 1).expect("they can begin");
    assert!(alone.reset(&failing(Difficulty::Hard)).is_err());
    let refused = batch.reset_masked(&[false, true], |_| failing(Difficulty::Hard));
    assert!(matches!(refused, Err(EpisodeError::Unregistered { .. })));
    let mut steps = vec![BatchStep::default(); 2];
    for action in [looking(), looking(), declaring()] {
        let actions = vec![action.clone(); 2];
        batch.step(&actions, &mut steps).expect("they are known");
        let expected = step(&mut alone, &action);
        assert_eq!(steps[1].reward, expected.reward);
        assert_eq!(steps[1].grade, expected.grade);
        assert_ne!(
            steps[0].reward, expected.reward,
            "the other goes on as before"
        );
    }
}

#[test]
fn after_the_end_the_reference_shows_nothing_and_says_why() {
    let mut episode = Episode::new(Profile::Reference);
    let nothing = step(&mut episode, &looking());
    assert_eq!(nothing.error, Some(EpisodeError::NotRunning));
    assert_eq!((nothing.end, nothing.grade), (None, None));
    episode
        .reset(&task("task_easy_oom_baseline"))
        .expect("it can begin");
    let last = step(&mut episode, &declaring());
    let tick = episode.view().map(|view| view.clock().tick);
    let after = step(&mut episode, &looking());
    assert_eq!(episode.view().map(|view| view.clock().tick), tick);
    assert_eq!(after.observation, nothing.observation);
    assert_eq!(
        after.observation,
        Observation::of_error(&EpisodeError::NotRunning)
    );
    let [said] = &*after.observation.history else {
        unreachable!("an explanation stands in the place of the history")
    };
    assert_eq!((&*said.action_type, &*said.target_service), ("error", ""));
    assert!(after.observation.services.is_empty() && after.observation.alerts.is_empty());
    assert_eq!(after.observation.slo_budget_remaining, 100.0);
    assert_eq!(after.reward, Reward::default());
    assert_eq!((after.end, after.grade), (last.end, last.grade));
    assert_eq!(after.info, last.info, "the info is that of the last step");
}

#[test]
fn an_action_that_fails_takes_its_tick_and_shows_nothing() {
    let mut episode = begun(Profile::Reference, &task("task_easy_oom_baseline"));
    let before = step(&mut episode, &looking());
    let scale = ActionRequest::new("scale_replicas", "auth-service");
    let failed = step(&mut episode, &scale.with("memory_limit_mb", "much"));
    let raised = EpisodeError::Action(ActionError::Raised {
        action: "scale_replicas".to_owned(),
        why: "a parameter can't be converted",
    });
    assert_eq!(failed.observation, Observation::of_error(&raised));
    assert_eq!(failed.error, Some(raised));
    assert_eq!((failed.reward.total, failed.valid), (0.0, false));
    assert_eq!(failed.info, before.info);
    let after = step(&mut episode, &looking());
    assert_eq!(
        (after.observation.tick, after.observation.history.len()),
        (4, 2)
    );
}

#[test]
fn the_numbers_of_info_are_those_of_the_reference() {
    let mut episode = begun(Profile::Reference, &task("task_easy_oom_baseline"));
    let limit = Value::Int(1024);
    let scale = ActionRequest::new("scale_replicas", "auth-service").with("memory_limit_mb", limit);
    let actions = [
        (looking(), -0.5, 27.5),
        (
            ActionRequest::new("get_metrics_detail", "api-gateway"),
            -0.5,
            26.0,
        ),
        (
            ActionRequest::new("trace_dependencies", "api-gateway"),
            -0.5,
            24.5,
        ),
        (scale, -0.5, 23.0),
        (
            ActionRequest::new("restart_service", "db-proxy"),
            -1.0,
            21.5,
        ),
        (ActionRequest::new("restart_service", "nowhere"), -0.5, 20.0),
        (ActionRequest::untargeted("restart_service"), -0.5, 18.5),
        (declaring(), -3.5033, 17.0),
    ];
    for (action, reward, budget) in actions {
        let done = step(&mut episode, &action);
        assert_eq!(done.reward.total, reward, "{action:?}");
        assert_eq!(done.observation.slo_budget_remaining, budget);
        let info = done.info;
        assert_eq!(info.services_degraded, ["api-gateway", "auth-service"]);
        assert_eq!((info.blast_radius, info.downstream_at_risk.len()), (2, 0));
        assert!(info.services_recovering.is_empty());
        assert_eq!(info.simulation_type, SIMULATION_TYPE);
        let expected = EpisodeSummary {
            services_affected: 2,
            services_recovered: 0,
            ticks_taken: 9,
            mttm_ticks: None,
            wrong_actions: 1,
            final_slo_budget: 17.0,
            initial_slo_budget: 30.0,
            bad_customer_minutes: 7.05,
            recovery_ratio: 0.0,
        };
        let expected = (done.end == Some(EpisodeEnd::Declared)).then_some(expected);
        assert_eq!(info.episode_summary, expected);
        assert_eq!(
            info.incident_progress,
            if done.end.is_some() { 100 } else { 25 }
        );
    }
    assert_eq!(episode.grade().map(|grade| grade.total), Some(0.16));
}
