//! Episodes: how they begin, go on and end, and that a batch of them is the same as each alone.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose episode is refused fails"
)]

use firewatch_episode::{
    BatchStep, End, Episode, EpisodeBatch, EpisodeError, Request, Step, tasks,
};
use firewatch_scenario::{
    ActionCatalogue, ActionError, ActionRequest, ActionSpec, Category, Difficulty, Draws, Profile,
    Scenario,
};

use firewatch_episode::PythonRandom;
use firewatch_sim::{Value, round_decimal};

fn request(name: &str, target: &str) -> ActionRequest {
    ActionRequest::new(name, target)
}

fn looking() -> ActionRequest {
    request("get_metrics_detail", "auth-service")
}

fn begun(profile: Profile, request: &Request) -> Episode {
    let mut episode = Episode::new(profile);
    episode.reset(request).expect("it can begin");
    episode
}

fn task(profile: Profile, id: &str) -> Episode {
    begun(profile, &Request::task(id).expect("this is a task"))
}

/// Steps until the episode has ended; the last one.
fn play(episode: &mut Episode, action: &ActionRequest) -> Step {
    loop {
        let step = episode.step(action).expect("the action can be done");
        if step.end.is_some() {
            return step;
        }
    }
}

fn scenario(fields: &str) -> Scenario {
    let text = format!("Scenario(name: \"\", {fields})");
    Scenario::parse("test", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn a_reset_does_the_first_tick_and_shows_it() {
    let mut episode = Episode::new(Profile::Reference);
    assert_eq!(episode.step(&looking()), Err(EpisodeError::NotRunning));
    let request = Request::Task {
        id: "task_hard_config_drift_noise",
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
    let request = Request::task("task_easy_lb_hotspot").expect("this is a task");
    let mut episode = task(Profile::Reference, "task_easy_oom_baseline");
    let refused = episode.reset(&request);
    assert!(matches!(refused, Err(EpisodeError::Unregistered { .. })));
    assert_eq!(episode.step(&looking()).map(|step| step.valid), Ok(true));
    let mut episode = Episode::new(Profile::Standard);
    assert!(episode.reset(&request).is_ok());
}

#[test]
fn an_episode_ends_for_each_of_three_reasons() {
    for &profile in Profile::ALL {
        let declare = ActionRequest::untargeted("declare_resolved");
        let mut episode = task(profile, "task_easy_oom_baseline");
        let step = play(&mut episode, &declare);
        assert_eq!((step.end, episode.steps()), (Some(End::Declared), 1));
        assert!(step.grade.is_some());
        assert_eq!(episode.step(&looking()), Err(EpisodeError::NotRunning));

        let mut episode = task(profile, "task_easy_cronjob_spike");
        let step = play(&mut episode, &request("get_metrics_detail", "nowhere"));
        assert_eq!(step.end, Some(End::OutOfTicks));
        // The first tick of twenty was the reset's.
        assert_eq!((step.observation.tick, episode.steps()), (20, 19));
        assert_eq!((step.valid, step.wrong), (false, false));

        let short = scenario(
            "difficulty: easy, slo_budget: 3, services: [\"api-gateway\", \"auth-service\"], \
             faults: [(kind: bad_deploy, service: \"api-gateway\", speed: 9)]",
        );
        let mut episode = begun(profile, &Request::Scenario(&short));
        let step = play(&mut episode, &looking());
        assert_eq!(step.end, Some(End::BudgetUsedUp), "{profile}");
        assert_eq!(step.reward.slo_breach_penalty, -2.0);
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

/// Two services, one of which calls the other and is what customers talk to. Nothing is wrong.
const QUIET: &str = "difficulty: easy, services: {\
     \"api-gateway\": (calls: [\"auth-service\"], metrics: {\"http_server_error_rate\": 0.01}), \
     \"auth-service\": (metrics: {\"http_server_error_rate\": 0.02})}";

#[test]
fn steps_of_a_quiet_mesh_are_worth_what_was_worked_out_by_hand() {
    let quiet = scenario(QUIET);
    let request = Request::Scenario(&quiet);
    // Under the reference profile a healthy mesh burns a fifth of 1.5 a step, here 0.3: 30 - 0.3 - 0.3.
    let mut episode = begun(Profile::Reference, &request);
    for budget in [29.7, 29.4] {
        let step = episode.step(&looking()).expect("it goes on");
        assert_eq!(step.observation.slo_budget_remaining, budget);
        // -0.3 * 0.3 - 0.05
        assert_eq!(step.reward.slo_preservation, -0.09);
        let bonus = step.reward.mttm_bonus;
        assert_eq!(step.reward.total, round_decimal(bonus - 0.14, 6));
        // Two ticks without impact: mitigated before anybody did anything.
        assert_eq!(step.observation.mttm_achieved_tick, Some(1));
    }
    let mut episode = begun(Profile::Standard, &request);
    let step = episode.step(&looking()).expect("it goes on");
    assert_eq!(step.observation.slo_budget_remaining, 30.0);
    // Without a fault there is nothing left of the incident, so that it counts as mitigated.
    assert_eq!(step.reward.total, 1.95);
    let step = episode.step(&looking()).expect("it goes on");
    assert_eq!(step.reward.total, -0.05);
}

#[test]
fn the_reward_sees_the_change_only_where_it_is_meant_to() {
    let failing = scenario(
        "difficulty: easy, services: {\
         \"api-gateway\": (calls: [\"auth-service\"], metrics: {\"http_server_error_rate\": 0.01}), \
         \"auth-service\": (metrics: {\"http_server_error_rate\": 0.4})}, \
         timeline: [(tick: 1, do: set(\"auth-service\", {\"http_server_error_rate\": 0.1}))]",
    );
    let request = Request::Scenario(&failing);
    let mut standard = begun(Profile::Standard, &request);
    let step = standard.step(&looking()).expect("it goes on");
    // The service that is called weighs 2, the other 1: (0.8 + 0.01) / 3 - (0.2 + 0.01) / 3.
    assert_eq!(step.reward.health_improvement, 0.2);
    assert_eq!(step.info.services_recovering, ["auth-service"]);
    let mut reference = begun(Profile::Reference, &request);
    let step = reference.step(&looking()).expect("it goes on");
    assert_eq!(step.reward.health_improvement, 0.0);
    assert!(step.info.services_recovering.is_empty());
}

#[test]
fn declaring_too_early_is_charged_by_the_mean_error_rate() {
    let failing = scenario(
        "difficulty: easy, services: {\
         \"api-gateway\": (metrics: {\"http_server_error_rate\": 0.0}), \
         \"auth-service\": (metrics: {\"http_server_error_rate\": 0.5})}",
    );
    for &profile in Profile::ALL {
        let mut episode = begun(profile, &Request::Scenario(&failing));
        let step = play(&mut episode, &ActionRequest::untargeted("declare_resolved"));
        // -2 + 0.25 * -3
        assert_eq!(step.reward.premature_exit_penalty, -2.75);
        assert_eq!(step.info.incident_progress, 100);
    }
}

#[test]
fn goals_that_are_missed_lower_the_grade() {
    let goals = |cost: f64| {
        let goals = format!(
            "goals: [goal(\"auth-service\", \"http_server_error_rate\", lt(0.01)), \
             goal(\"auth-service\", \"restart_count\", 0)], goals_cost: {cost:?}"
        );
        let scenario = scenario(&format!("{QUIET}, {goals}"));
        let mut episode = begun(Profile::Standard, &Request::Scenario(&scenario));
        let step = play(&mut episode, &ActionRequest::untargeted("declare_resolved"));
        step.grade.expect("it has ended").goals_penalty
    };
    assert_eq!(goals(0.1), 0.05);
    assert_eq!(goals(0.5), 0.25);
}

#[test]
fn only_the_reference_counts_goals_about_services_that_are_not_there() {
    let penalty = |profile| {
        let mut episode = task(profile, "task_easy_thundering_herd");
        let step = play(&mut episode, &ActionRequest::untargeted("declare_resolved"));
        step.grade.expect("it has ended").goals_penalty
    };
    assert_eq!(penalty(Profile::Reference), 0.1);
    assert_eq!(penalty(Profile::Standard), 0.0);
}

#[test]
fn the_tasks_have_the_goals_of_the_reference() {
    let goals = |task: &firewatch_episode::Task| task.scenario.goals.list.len();
    let with_goals = tasks().iter().filter(|task| goals(task) > 0);
    assert_eq!(with_goals.count(), 45);
    assert_eq!(tasks().iter().map(goals).sum::<usize>(), 99);
    let elsewhere: Vec<(&str, usize)> = { tasks().iter() }
        .map(|task| {
            let Scenario {
                goals, services, ..
            } = &task.scenario;
            let in_mesh = |name: &str| services.iter().any(|service| service.name == name);
            let absent = goals.list.iter().filter(|goal| !in_mesh(&goal.service));
            (task.id, absent.count())
        })
        .filter(|(_, absent)| *absent > 0)
        .collect();
    let known = [
        ("task_easy_thundering_herd", 2),
        ("task_easy_liveness_probe_flap", 1),
    ];
    assert_eq!(elsewhere, known);
}

#[test]
fn a_freshness_incident_is_mitigated_only_once_somebody_has_done_something() {
    let id = "task_hard_pipeline_freshness";
    let first = |profile| task(profile, id).observation().expect("it has begun");
    assert_eq!(first(Profile::Reference).mttm_achieved_tick, Some(1));
    let mut unattended = task(Profile::Standard, id);
    let step = play(
        &mut unattended,
        &request("get_metrics_detail", "feature-store"),
    );
    assert_eq!(step.observation.mttm_achieved_tick, None);
}

#[test]
fn a_remedy_beats_doing_nothing() {
    for id in ["task_easy_oom_baseline", "task_easy_quota_runaway"] {
        let idle = play(&mut task(Profile::Standard, id), &looking()).grade;
        let mut episode = task(Profile::Standard, id);
        let cause = episode.scenario().and_then(|s| s.root_cause_name());
        let cause = cause.expect("it has a cause").to_owned();
        for name in ["scale_replicas", "rollback_deploy", "restart_service"] {
            episode.step(&request(name, &cause)).expect("it goes on");
        }
        let remedied = play(&mut episode, &looking()).grade;
        let score = |grade: Option<firewatch_episode::Grade>| grade.map_or(0.0, |g| g.total);
        assert!(score(remedied) > score(idle), "{id}: {remedied:?} {idle:?}");
    }
}

#[test]
fn alerts_and_episodes_come_from_the_seed() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let drawn = Request::Drawn {
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

/// An action out of the catalogue on a service of the mesh, or something that makes no sense.
fn any_action(random: &mut PythonRandom, profile: Profile, services: &[&str]) -> ActionRequest {
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

fn services(episode: &Episode) -> Vec<String> {
    let view = episode.view().expect("it has begun");
    view.service_names().map(str::to_owned).collect()
}

/// What no sequence of actions may change.
fn check(profile: Profile, episode: &Episode, step: &Step) {
    let reward = &step.reward;
    assert!(reward.total.is_finite() && reward.breakdown_total.is_finite());
    assert!(reward.total.abs() < 50.0, "{reward:?}");
    let observation = &step.observation;
    assert!(observation.slo_budget_remaining >= 0.0);
    assert_eq!(step.end.is_some(), step.grade.is_some());
    if let Some(grade) = step.grade {
        assert!((0.01..=0.99).contains(&grade.total), "{grade:?}");
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
                .reset(&Request::task(task.id).expect("this is a task"))
                .is_err()
            {
                continue;
            }
            let names = services(&episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut budget = f64::INFINITY;
            let mut halted = 0;
            // Some fail under the reference profile, at ticks that count all the same.
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

#[test]
fn a_batch_goes_through_the_same_bits_as_each_episode_alone() {
    for &profile in Profile::ALL {
        goes_through_the_same_bits(profile, 20, 2, 60);
    }
}

#[test]
fn so_do_more_episodes_than_are_stepped_together_on_any_number_of_threads() {
    for threads in [1, 3] {
        goes_through_the_same_bits(Profile::Standard, 200, threads, 30);
    }
}

/// Steps a batch and each of its episodes alone, with random actions and resets.
fn goes_through_the_same_bits(profile: Profile, count: usize, threads: usize, rounds: usize) {
    let tasks: Vec<&str> = tasks().iter().map(|task| task.id).collect();
    let request = |number: usize| match number % 4 {
        0 => Request::task(tasks[number / 4 % 17]).expect("this is a task"),
        1 => Request::Drawn {
            difficulty: Difficulty::Hard,
            seed: number as u64,
        },
        2 => Request::task(tasks[59 - number / 4 % 17]).expect("this is a task"),
        _ => Request::Drawn {
            difficulty: Difficulty::Medium,
            seed: number as u64,
        },
    };
    let mut numbers: Vec<usize> = (0..count).collect();
    let requests = numbers.iter().map(|&number| request(number));
    let mut batch = EpisodeBatch::new(profile, requests, threads).expect("they can begin");
    let mut alone: Vec<Episode> = { numbers.iter() }
        .map(|&number| begun(profile, &request(number)))
        .collect();
    let mut random = PythonRandom::new(1);
    let mut steps = vec![BatchStep::default(); count];
    let mut ended = 0;
    for _ in 0..rounds {
        let mut actions = Vec::new();
        for episode in &alone {
            let names = services(episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            actions.push(any_action(&mut random, profile, &names));
        }
        batch.step(&actions, &mut steps).expect("all are known");
        for (index, (episode, action)) in alone.iter_mut().zip(&actions).enumerate() {
            same(episode, action, &batch, index, &steps[index]);
        }
        // Some are begun anew, some stay as they have ended.
        let mask: Vec<bool> = { steps.iter().enumerate() }
            .map(|(index, step)| step.end.is_some() && index % 5 > 0)
            .collect();
        ended += mask.iter().filter(|ended| **ended).count();
        for index in (0..count).filter(|&index| mask[index]) {
            numbers[index] += count;
            alone[index]
                .reset(&request(numbers[index]))
                .expect("it can begin");
        }
        let reset = batch.reset_masked(&mask, |index| request(numbers[index]));
        reset.expect("they can begin");
    }
    assert!(ended > count / 2, "{ended} episodes were reset");
}

/// Does the action alone, and holds what comes of it against the batch's.
fn same(
    episode: &mut Episode,
    action: &ActionRequest,
    batch: &EpisodeBatch,
    index: usize,
    step: &BatchStep,
) {
    match episode.step(action) {
        Err(error) => assert_eq!(step.error, Some(error)),
        Ok(alone) => {
            assert_eq!(step.error, None);
            assert_eq!((step.valid, step.wrong), (alone.valid, alone.wrong));
            assert_eq!(step.reward, alone.reward);
            assert_eq!((step.end, step.grade), (alone.end, alone.grade));
            assert_eq!(batch.info(index), Ok(alone.info));
            let seen = batch.observation(index).expect("there is one");
            assert_eq!(seen.alerts, alone.observation.alerts);
            let hash = episode.view().expect("it has begun").state_hash();
            assert_eq!(batch.fleet().state_hash(index), Ok(hash));
        }
    }
}

#[test]
fn investigations_of_a_reference_batch_are_those_of_each_episode_alone() {
    const COUNT: usize = 12;
    // A report on where a request spends its time divides by 0 here.
    let timeless = scenario(
        r#"difficulty: hard, services: {"api-gateway": (metrics: {"http_server_request_duration_p99": 0.0})}"#,
    );
    let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
    let request = |number: usize| match number % 4 {
        0 => Request::Scenario(&timeless),
        difficulty => Request::Drawn {
            difficulty: difficulties[difficulty - 1],
            seed: 100 + number as u64,
        },
    };
    let profile = Profile::Reference;
    let actions = ActionCatalogue::built_in(profile).actions().iter();
    let looks = actions.filter(|action| action.category() == Category::Investigation);
    let looks: Vec<&str> = looks.map(ActionSpec::name).collect();
    let mut batch = EpisodeBatch::new(profile, (0..COUNT).map(request), 2).expect("they can begin");
    let mut alone: Vec<Episode> = (0..COUNT)
        .map(|number| begun(profile, &request(number)))
        .collect();
    let mut steps = vec![BatchStep::default(); COUNT];
    let mut random = PythonRandom::new(7);
    let mut failed = 0;
    for round in 1..=30 {
        let mut actions = Vec::new();
        for episode in &alone {
            let names = services(episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            actions.push(if random.below(4) == 0 {
                any_action(&mut random, profile, &names)
            } else {
                let target = names[random.below(names.len())];
                self::request(looks[random.below(looks.len())], target)
            });
        }
        batch.step(&actions, &mut steps).expect("all are known");
        for (index, (episode, action)) in alone.iter_mut().zip(&actions).enumerate() {
            same(episode, action, &batch, index, &steps[index]);
        }
        let has_failed = |step: &&BatchStep| matches!(step.error, Some(EpisodeError::Action(_)));
        failed += steps.iter().filter(has_failed).count();
        let mask: Vec<bool> = steps.iter().map(|step| step.end.is_some()).collect();
        for index in (0..COUNT).filter(|&index| mask[index]) {
            let reset = alone[index].reset(&request(index + 4 * round));
            reset.expect("it can begin");
        }
        let reset = batch.reset_masked(&mask, |index| request(index + 4 * round));
        reset.expect("they can begin");
    }
    assert!(failed > 0, "no report has failed");
}

#[test]
fn a_batch_refuses_buffers_of_another_size_and_unknown_actions() {
    let request = || Request::task("task_easy_oom_baseline").expect("this is a task");
    let mut batch =
        EpisodeBatch::new(Profile::Standard, [request(), request()], 1).expect("they can begin");
    let mut steps = vec![BatchStep::default(); 2];
    assert!(batch.step(&[looking()], &mut steps).is_err());
    assert!(
        batch
            .step(&[looking(), looking()], &mut steps[..1])
            .is_err()
    );
    assert!(batch.reset_masked(&[true], |_| request()).is_err());
    let unknown = [looking(), ActionRequest::untargeted("think")];
    assert!(batch.step(&unknown, &mut steps).is_err());
    let ticks = |index| {
        batch
            .fleet()
            .standing(index)
            .map(|standing| standing.clock.tick)
    };
    assert_eq!((ticks(0), ticks(1)), (Ok(1), Ok(1)));
    assert!(batch.info(2).is_err() && batch.observation(2).is_err());
}
