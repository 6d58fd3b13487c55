//! The reference's tasks, out of the scenario files in `tasks/`.

use std::sync::LazyLock;

use firewatch_scenario::{Difficulty, Scenario};
use thiserror::Error;

/// A task of the reference: an incident with a fixed difficulty and seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id, which is the name of its file.
    pub id: &'static str,
    /// The incident. A [`ReferenceStart`](crate::ReferenceStart) of it leaves out metrics that only the standard
    /// profile has.
    pub scenario: Scenario,
}

/// There is no task with that id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown task {0:?}: the files of `tasks/` are named after the tasks")]
pub struct UnknownTask(pub String);

impl Task {
    /// Its difficulty.
    #[must_use]
    pub fn difficulty(&self) -> Difficulty {
        // Every task's file has one.
        self.scenario.difficulty.unwrap_or(Difficulty::Easy)
    }
}

/// All of them, in the order of the reference.
#[must_use]
pub fn tasks() -> &'static [Task] {
    static TASKS: LazyLock<Vec<Task>> = LazyLock::new(|| FILES.iter().map(read).collect());
    &TASKS
}

/// The task with that id.
///
/// # Errors
/// [`UnknownTask`]
pub fn find(id: &str) -> Result<&'static Task, UnknownTask> {
    let found = tasks().iter().find(|task| task.id == id);
    found.ok_or_else(|| UnknownTask(id.to_owned()))
}

/// The first task of that difficulty and seed.
#[must_use]
pub fn matching(difficulty: Difficulty, seed: u64) -> Option<&'static Task> {
    let mut tasks = tasks().iter();
    tasks.find(|task| task.difficulty() == difficulty && task.scenario.seed == seed)
}

#[expect(
    clippy::panic,
    reason = "the files are part of the program, and a test reads each of them"
)]
fn read((id, text): &(&'static str, &'static str)) -> Task {
    match Scenario::parse(id, text) {
        Ok(scenario) => Task { id, scenario },
        Err(problems) => panic!("{problems}"),
    }
}

/// Ids and the texts of their files.
#[cfg(feature = "tasks")]
macro_rules! files {
    ($($id:literal,)*) => {
        &[$((
            $id,
            include_str!(concat!("../tasks/", $id, ".ron")),
        )),*]
    };
}

/// None without the feature `tasks`.
#[cfg(not(feature = "tasks"))]
const FILES: &[(&str, &str)] = &[];

/// In the order of the reference: where two have the same difficulty and seed, the first counts.
#[cfg(feature = "tasks")]
const FILES: &[(&str, &str)] = files![
    "task_easy_oom_baseline",
    "task_easy_pool_restart_cycle",
    "task_easy_quota_runaway",
    "task_easy_fail_slow_memleak",
    "task_easy_alert_fatigue",
    "task_medium_cascade_memleak",
    "task_medium_asymmetric_blast",
    "task_medium_ntp_clock_drift",
    "task_medium_corrupted_external_dep",
    "task_medium_rollout_quota_exhaustion",
    "task_hard_config_drift_noise",
    "task_hard_adversarial_triple",
    "task_hard_partial_infra_asymmetric",
    "task_hard_multiteam_dual_fault",
    "task_hard_cache_corruption",
    "task_easy_thundering_herd",
    "task_easy_timeout_propagation",
    "task_easy_lb_hotspot",
    "task_easy_liveness_probe_flap",
    "task_easy_log_debug_disk",
    "task_easy_rate_limiter_misconfig",
    "task_medium_retry_storm",
    "task_medium_canary_false_alert",
    "task_medium_replica_lag",
    "task_medium_circuit_breaker_masking",
    "task_medium_cache_eviction_storm",
    "task_medium_configmap_reload",
    "task_medium_gateway_rate_limit",
    "task_medium_bg_traffic_leak",
    "task_medium_stale_registry",
    "task_medium_grpc_deadline",
    "task_hard_dual_fault_shared_cascade",
    "task_hard_gray_failure",
    "task_hard_metastable_failure",
    "task_hard_quota_cascade",
    "task_hard_consensus_degradation",
    "task_hard_redis_split_brain",
    "task_hard_stampeding_herd",
    "task_hard_multiz_failover",
    "task_easy_crashloop_backoff",
    "task_easy_thread_deadlock",
    "task_easy_log_storm_disk",
    "task_easy_dns_nxdomain",
    "task_easy_image_pull_backoff",
    "task_easy_jwt_clock_skew",
    "task_easy_cpu_throttling",
    "task_easy_slow_db_query",
    "task_easy_rbac_403",
    "task_easy_cronjob_spike",
    "task_easy_http2_streams",
    "task_easy_cert_expiry",
    "task_easy_rollout_stuck",
    "task_easy_noisy_neighbor",
    "task_medium_hpa_cold_start",
    "task_medium_config_race",
    "task_medium_mtls_rotation",
    "task_medium_db_connection_herd",
    "task_medium_single_az_partition",
    "task_hard_pipeline_freshness",
    "task_hard_mesh_proxy_upgrade",
];
