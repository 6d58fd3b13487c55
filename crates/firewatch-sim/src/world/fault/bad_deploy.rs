//! Bad deployment: errors and latency grow, and the deployment looks recent.

use std::borrow::Cow;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::{FaultKindDescriptor, PrecedingChange};
use crate::world::fault_kind::FaultKind;
use crate::world::num;

impl FaultKind {
    /// Errors and latency grow since a deployment.
    pub const BAD_DEPLOY: Self = Self::literal("bad_deploy");
}

pub(super) const DESCRIPTOR: FaultKindDescriptor = FaultKindDescriptor::of(
    FaultKind::BAD_DEPLOY,
    Cow::Borrowed("Errors and latency grow since a deployment."),
)
.with_physics(act)
.with_preceding_change(PrecedingChange::Deployment { ages: [30, 300] })
.with_evidence(evidence);

const ERRORS_PER_TICK: f64 = 0.08;
const LATENCY_SECONDS_PER_TICK: f64 = 0.3;
const MAX_DEPLOYMENT_AGE_SECONDS: i64 = 300;

fn act(fault: &mut FaultContext) {
    let (speed, vitals, runtime) = (fault.speed, &mut *fault.vitals, &mut *fault.runtime);
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
    vitals.http_server_request_duration_p99 += speed * LATENCY_SECONDS_PER_TICK;
    runtime.last_deployment_age_seconds = runtime
        .last_deployment_age_seconds
        .min(MAX_DEPLOYMENT_AGE_SECONDS);
}

fn evidence(fault: &EvidenceContext) -> Vec<LogLine> {
    let sha = &fault.info.last_deployment_sha;
    let errors = num::percent(fault.vitals.http_server_error_rate);
    vec![
        LogLine::new(
            "02:00:44",
            "INFO",
            format!("Deployment {sha} started rolling out"),
        ),
        LogLine::new(
            "02:01:02",
            "ERROR",
            "NullPointerException at OrderProcessor.process():187",
        ),
        LogLine::new(
            "02:01:15",
            "ERROR",
            format!(
                "java.lang.NullPointerException: Cannot invoke method on null reference (version: {sha})"
            ),
        ),
        LogLine::new(
            "02:02:30",
            "ERROR",
            format!("Error rate elevated: {errors}% of requests returning 5xx since deploy {sha}"),
        ),
        LogLine::new(
            "02:03:45",
            "WARN",
            format!("Deployment {sha} health check failures detected - rollback recommended"),
        ),
    ]
}
