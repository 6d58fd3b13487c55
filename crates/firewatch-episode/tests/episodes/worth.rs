//! What steps and episodes are worth.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::EpisodeRequest;
use firewatch_reference::tasks;
use firewatch_scenario::Scenario;
use firewatch_sim::round_decimal;

use crate::start::{QUIET, begun, looking, play, request, scenario, task};

#[test]
fn steps_of_a_quiet_mesh_are_worth_what_was_worked_out_by_hand() {
    let quiet = scenario(QUIET);
    let request = EpisodeRequest::scenario(quiet.clone());
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
    // Nobody was hit, so that there is nothing to mitigate.
    assert_eq!(
        (step.reward.total, step.observation.mttm_achieved_tick),
        (0.0, None)
    );
    let step = play(&mut episode, &looking());
    assert_eq!((step.reward.settlement, step.reward.total), (1.0, 1.0));
    assert_eq!(step.grade.map(|grade| grade.total), Some(1.0));
}

#[test]
fn the_reward_sees_the_change_only_where_it_is_meant_to() {
    let failing = scenario(
        "difficulty: easy, services: {\
         \"api-gateway\": (calls: [\"auth-service\"], metrics: {\"http_server_error_rate\": 0.01}), \
         \"auth-service\": (metrics: {\"http_server_error_rate\": 0.4})}, \
         timeline: [(tick: 1, do: set(\"auth-service\", {\"http_server_error_rate\": 0.1}))]",
    );
    let request = EpisodeRequest::scenario(failing.clone());
    let mut standard = begun(Profile::Standard, &request);
    let step = standard.step(&looking()).expect("it goes on");
    // The service that is called weighs 2, the other 1: (0.8 + 0.01) / 3 - (0.2 + 0.01) / 3.
    // A fifth of that is what the potential falls by.
    assert_eq!(step.reward.health_improvement, 0.04);
    assert_eq!(step.info.services_recovering, ["auth-service"]);
    let mut reference = begun(Profile::Reference, &request);
    let step = reference.step(&looking()).expect("it goes on");
    assert_eq!(step.reward.health_improvement, 0.0);
    assert!(step.info.services_recovering.is_empty());
}

#[test]
fn declaring_too_early_is_charged_by_the_mean_error_rate_or_by_what_follows() {
    let failing = scenario(
        "difficulty: easy, services: {\
         \"api-gateway\": (metrics: {\"http_server_error_rate\": 0.0}), \
         \"auth-service\": (metrics: {\"http_server_error_rate\": 0.5})}",
    );
    for &profile in Profile::ALL {
        let mut episode = begun(profile, &EpisodeRequest::scenario(failing.clone()));
        let step = play(&mut episode, &ActionRequest::untargeted("declare_resolved"));
        // -2 + 0.25 * -3; in standard there is no fault that anybody could end.
        let (penalty, ticks) = match profile {
            Profile::Standard => (0.0, 20),
            Profile::Reference => (-2.75, 2),
        };
        assert_eq!(step.reward.premature_exit_penalty, penalty);
        assert_eq!(step.observation.tick, ticks);
        assert_eq!(step.info.incident_progress, 100);
    }
}

/// The end of an incident that is left at once.
fn declared(profile: Profile, request: &EpisodeRequest) -> firewatch_response::score::Grade {
    let mut episode = begun(profile, request);
    let step = play(&mut episode, &ActionRequest::untargeted("declare_resolved"));
    step.grade.expect("it has ended")
}

#[test]
fn a_goal_that_is_missed_is_an_incident_that_is_not_won() {
    let won = |limit: f64| {
        let goals = format!(
            "goals: [goal(\"auth-service\", \"http_server_error_rate\", lt({limit:?})), \
             goal(\"auth-service\", \"restart_count\", 0)], goals_cost: 0.5"
        );
        let scenario = scenario(&format!("{QUIET}, {goals}"));
        let request = EpisodeRequest::scenario(scenario.clone());
        // The reference takes a share of what they cost off.
        let penalty = declared(Profile::Reference, &request).goals_penalty;
        assert_eq!(penalty, if limit < 0.02 { 0.25 } else { 0.0 });
        let grade = declared(Profile::Standard, &request);
        (grade.won, grade.total)
    };
    assert_eq!(won(0.01), (Some(false), 0.0));
    assert_eq!(won(0.1), (Some(true), 1.0));
}

#[test]
fn only_the_reference_counts_goals_about_services_that_are_not_there() {
    let request = EpisodeRequest::task("task_easy_thundering_herd").expect("this is a task");
    let penalty = declared(Profile::Reference, &request).goals_penalty;
    assert_eq!(penalty, 0.1);
    let mut episode = begun(Profile::Standard, &request);
    play(&mut episode, &looking());
    let input = episode.score().and_then(|score| score.final_grade_input());
    let input = input.expect("it has ended");
    let all = episode
        .scenario()
        .map_or(0, |scenario| scenario.goals.list.len());
    assert_eq!(input.goals, all - 2);
}

#[test]
fn the_tasks_have_the_goals_of_the_reference() {
    let goals = |task: &firewatch_reference::Task| task.scenario.goals.list.len();
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
        for name in ["add_memory", "rollback_deploy", "restart_service"] {
            episode.step(&request(name, &cause)).expect("it goes on");
        }
        let remedied = play(&mut episode, &looking()).grade;
        let score =
            |grade: Option<firewatch_response::score::Grade>| grade.map_or(0.0, |g| g.total);
        assert!(score(remedied) > score(idle), "{id}: {remedied:?} {idle:?}");
    }
}
