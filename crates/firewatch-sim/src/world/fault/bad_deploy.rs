//! Bad deployment: errors and latency grow, and the deployment looks recent.

use std::borrow::Cow;

use super::context::{EvidenceContext, FaultContext, LogLine};
use super::descriptor::{FaultKindDescriptor, PrecedingChange};
use crate::world::fault_kind::FaultKind;
use crate::world::log_template::{LogTemplate, When};
use crate::world::num;
use crate::world::process::Process;

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
.with_evidence(evidence)
.with_symptoms(SYMPTOMS);

const ERRORS_PER_TICK: f64 = 0.08;
const LATENCY_SECONDS_PER_TICK: f64 = 0.3;
pub(crate) const MAX_DEPLOYMENT_AGE_SECONDS: i64 = 300;

fn act(fault: &mut FaultContext) {
    let (speed, vitals, runtime) = (fault.speed, &mut *fault.vitals, &mut *fault.runtime);
    vitals.http_server_error_rate =
        num::min(1.0, vitals.http_server_error_rate + speed * ERRORS_PER_TICK);
    vitals.http_server_request_duration_p99 += speed * LATENCY_SECONDS_PER_TICK;
    runtime.last_deployment_age_seconds = runtime
        .last_deployment_age_seconds
        .min(MAX_DEPLOYMENT_AGE_SECONDS);
}

/// What the service's program writes in a tick in which the fault is active, in the standard texts.
const SYMPTOMS: &[LogTemplate] = &[
    LogTemplate::error(
        "java.lang.NullPointerException: Cannot invoke method on null reference (version: {sha})",
    )
    .by(&[Process::Jvm])
    .when(When::Errors(0.01)),
    LogTemplate::error("    at RequestHandler.process(RequestHandler.java:187)")
        .by(&[Process::Jvm])
        .when(When::Errors(0.01)),
    LogTemplate::error(
        "ERROR:  null value in column \"owner_id\" violates not-null constraint (schema: {sha})",
    )
    .by(&[Process::Database])
    .when(When::Errors(0.01)),
    LogTemplate::error("ERR Error running script (f_{sha}): attempt to index a nil value")
        .by(&[Process::Cache])
        .when(When::Errors(0.01)),
    LogTemplate::error("filter chain {sha}: unexpected null header, request failed")
        .by(&[Process::Proxy])
        .when(When::Errors(0.01)),
    LogTemplate::warn("Readiness probe failed: HTTP probe returned status 500")
        .when(When::Errors(0.5)),
];

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
