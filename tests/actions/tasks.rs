//! The remedies that the reference's tasks are about work in full under the standard profile.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest};

/// Plays a task with actions from its first step on, each as early as possible, and says what is left at the
/// last tick: faults that are not halted, goals that are missed, actions that were wrong.
fn left_open(task: &str, actions: &[ActionRequest]) -> Vec<String> {
    let mut episode = Episode::new(Profile::Standard);
    episode.reset(&EpisodeRequest::task(task).unwrap()).unwrap();
    let mut left = Vec::new();
    let mut actions = actions.iter();
    while episode.end().is_none() {
        let wait = ActionRequest::wait();
        let action = actions.next().unwrap_or(&wait);
        let step = episode.step(action).unwrap();
        let verdicts = episode.privileged_verdicts();
        if verdicts.last().unwrap().wrong || !step.valid {
            left.push(format!("wrong: {}", action.name));
        }
    }
    let faults = episode.view().unwrap().capture().faults.into_iter();
    left.extend(
        faults
            .filter(|fault| !fault.halted)
            .map(|fault| format!("fault: {}", fault.service)),
    );
    let goals = episode.goals().into_iter().filter(|(_, met)| !met);
    left.extend(goals.map(|(goal, _)| format!("goal: {} {}", goal.service, goal.metric)));
    left
}

fn act(action: &str, service: &str) -> ActionRequest {
    ActionRequest::new(action, service)
}

#[test]
fn documented_remedies_leave_nothing_open() {
    let cases: Vec<(&str, Vec<ActionRequest>)> = vec![
        (
            "task_easy_http2_streams",
            vec![act("increase_max_streams", "api-gateway")],
        ),
        (
            "task_easy_rollout_stuck",
            vec![act("rollback_deployment_rollout", "checkout-service")],
        ),
        (
            "task_medium_mtls_rotation",
            vec![act("force_cert_rotation", "payment-service")],
        ),
        (
            "task_medium_db_connection_herd",
            vec![act("stagger_connection_pool_reconnect", "db-proxy")],
        ),
        (
            "task_hard_pipeline_freshness",
            vec![
                act("restart_pipeline_job", "feature-pipeline"),
                act("scale_pipeline_workers", "feature-pipeline"),
                act("flush_pipeline_stage", "feature-pipeline"),
            ],
        ),
        (
            "task_hard_metastable_failure",
            vec![act("disable_retries", "api-gateway")],
        ),
        (
            "task_hard_quota_cascade",
            vec![
                act("request_quota_increase", "ml-inference-service")
                    .with("resource", "gpu_compute"),
                act("disable_fallback_mode", "ml-inference-service"),
            ],
        ),
        (
            "task_easy_noisy_neighbor",
            vec![act("drain_availability_zone", "batch-processor")],
        ),
        (
            "task_easy_noisy_neighbor",
            vec![act("evict_noisy_pod", "batch-processor")],
        ),
        (
            "task_medium_configmap_reload",
            vec![act("restart_service", "notification-service")],
        ),
        (
            "task_easy_thundering_herd",
            vec![act("enable_connection_throttle", "session-service")],
        ),
        // Without retries the release goes on to fail what it fails.
        (
            "task_medium_retry_storm",
            vec![
                act("disable_retries", "api-gateway"),
                act("rollback_deploy", "notification-service"),
            ],
        ),
        (
            "task_medium_bg_traffic_leak",
            vec![act("complete_traffic_switch", "checkout-service").with("slot", "green")],
        ),
    ];
    let open: Vec<String> = { cases.iter() }
        .map(|(task, actions)| format!("{task}: {:?}", left_open(task, actions)))
        .filter(|line| !line.ends_with("[]"))
        .collect();
    assert!(open.is_empty(), "{open:#?}");
}

/// What looks like the same fault by its kind is not ended by the kind's common remedy, nor by half of the answer.
#[test]
fn a_remedy_does_no_more_than_its_name_says() {
    let cases = [
        (
            "task_medium_configmap_reload",
            act("revert_config", "notification-service"),
            vec![
                "wrong: revert_config",
                "fault: notification-service",
                "goal: notification-service http_server_error_rate",
            ],
        ),
        (
            "task_easy_thundering_herd",
            act("rollback_deploy", "session-service"),
            vec!["wrong: rollback_deploy", "fault: session-service"],
        ),
        (
            "task_easy_thundering_herd",
            act("restart_service", "session-service"),
            vec!["wrong: restart_service", "fault: session-service"],
        ),
        (
            "task_medium_retry_storm",
            act("disable_retries", "api-gateway"),
            vec![
                "fault: notification-service",
                "goal: notification-service http_server_error_rate",
            ],
        ),
        (
            "task_medium_retry_storm",
            act("rollback_deploy", "notification-service"),
            vec!["goal: api-gateway effective_rps_multiplier"],
        ),
    ];
    for (task, action, left) in cases {
        assert_eq!(
            left_open(task, std::slice::from_ref(&action)),
            left,
            "{task}: {action:?}"
        );
    }
}

/// The reference has no metric that tells these faults from others.
#[test]
fn tasks_of_the_reference_have_no_metric_of_the_standard_profile() {
    for (task, metric) in [
        (
            "task_medium_configmap_reload",
            "config_last_reload_successful",
        ),
        (
            "task_easy_thundering_herd",
            "http_server_reconnecting_clients",
        ),
    ] {
        for profile in [Profile::Standard, Profile::Reference] {
            let mut episode = Episode::new(profile);
            episode.reset(&EpisodeRequest::task(task).unwrap()).unwrap();
            let view = episode.view().unwrap();
            let mut services = view.service_names();
            let has_metric = services.any(|service| view.metric(service, metric).is_some());
            assert_eq!(
                has_metric,
                profile == Profile::Standard,
                "{task}, {profile}"
            );
        }
    }
}
