//! Why requests of users fail.

use std::fmt;

use super::{TrafficRef, UsersRef};

/// Why most of the requests failed that did: what went wrong, at which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureCause<'w> {
    /// The service.
    pub service: &'w str,
    /// What went wrong there.
    pub reason: FailureReason,
}

/// What goes wrong with a request at a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureReason {
    /// The queue was full.
    QueueFull,
    /// The service was down.
    Down,
    /// The answer came too late.
    Timeout,
    /// The service did not get the request.
    Unreachable,
    /// The service answered with an error of its own.
    Error,
    /// A circuit breaker held calls to the service back.
    BreakerOpen,
    /// Calls to the service were cut.
    CallsCut,
    /// Calls failed on their way to the service.
    CallErrors,
    /// Calls got lost on their way to the service.
    CallsLost,
    /// Calls took too long on their way to the service.
    CallsSlow,
}

impl fmt::Display for FailureCause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = self.service;
        match self.reason {
            FailureReason::QueueFull => write!(f, "refused: queue of {service} full"),
            FailureReason::Down => write!(f, "refused: {service} down"),
            FailureReason::Timeout => write!(f, "timeout of {service}"),
            FailureReason::Unreachable => write!(f, "{service} unreachable"),
            FailureReason::Error => write!(f, "errors of {service}"),
            FailureReason::BreakerOpen => write!(f, "circuit breaker of {service} open"),
            FailureReason::CallsCut => write!(f, "calls to {service} cut"),
            FailureReason::CallErrors => write!(f, "errors of calls to {service}"),
            FailureReason::CallsLost => write!(f, "calls to {service} never arrived"),
            FailureReason::CallsSlow => write!(f, "calls to {service} slow on their way"),
        }
    }
}

impl<'w> TrafficRef<'w> {
    /// Why most of the requests of a group failed that did; `None` if none failed.
    #[must_use]
    pub fn failure_cause(&self, users: &UsersRef) -> Option<FailureCause<'w>> {
        let spec = self.traffic.shape.mesh.users().get(users.index)?;
        let traffic = self.traffic.state.user(users.index);
        if traffic.failed_rps <= 0.0 {
            return None;
        }
        let [refused, timeout, error] = [
            traffic.refused_ratio,
            traffic.timeout_ratio,
            traffic.error_ratio,
        ];
        // What is refused at once has no room, or meets an error: the service knows which.
        let (service, reason) = if timeout > refused && timeout >= error {
            self.slowness(spec.service)
        } else {
            self.failure(spec.service)
        };
        Some(FailureCause {
            service: self.topology.name(service),
            reason,
        })
    }

    /// Why a service refuses requests.
    fn refusal(&self, service: usize) -> FailureReason {
        let is_down =
            self.traffic.knobs.services[service].down || self.traffic.available(service) == 0.0;
        if is_down {
            FailureReason::Down
        } else {
            FailureReason::QueueFull
        }
    }

    /// Where the time goes of requests that a service is slow to answer: down the calls, as long as one of them takes
    /// most of it.
    fn slowness(&self, mut service: usize) -> (usize, FailureReason) {
        let (mesh, state) = (&self.traffic.shape.mesh, &self.traffic.state);
        // A cycle of calls ends it.
        for _ in mesh.services() {
            if self.is_rather_unreachable(service) {
                return (service, FailureReason::Unreachable);
            }
            let timed_out = |&call: &usize| state.call(call).timeout_ratio;
            let calls = mesh.calls_of(service).iter().copied();
            let slowest = calls.max_by(|a, b| timed_out(a).total_cmp(&timed_out(b)));
            let Some(call) = slowest.filter(|call| timed_out(call) > 0.0) else {
                break;
            };
            service = mesh.calls()[call].to;
            if let Some(reason) = self.slowness_of_way(call) {
                return (service, reason);
            }
        }
        (service, FailureReason::Timeout)
    }

    /// Why attempts of a call time out, if that is mostly for their way to the service.
    fn slowness_of_way(&self, call: usize) -> Option<FailureReason> {
        let knobs = self.traffic.knobs.calls.get(call)?;
        let timed_out = self.traffic.state.call(call).timeout_ratio;
        let spec = self.traffic.shape.mesh.calls().get(call)?;
        let timeout_s = knobs.timeout_s.unwrap_or(spec.timeout_s);
        if knobs.unreachable_ratio > 0.0 && 2.0 * knobs.unreachable_ratio >= timed_out {
            return Some(FailureReason::CallsLost);
        }
        // What the service takes itself is told of it, unless the way alone takes nearly all of the time.
        let is_slow = knobs.added_latency_s > 0.0 && knobs.added_latency_s >= 0.9 * timeout_s;
        is_slow.then_some(FailureReason::CallsSlow)
    }

    /// Whether most of the attempts to a service that timed out did not reach it.
    fn is_rather_unreachable(&self, service: usize) -> bool {
        let unreachable = self.traffic.knobs.services[service].unreachable_ratio;
        let traffic = self.traffic.state.service(service);
        let sent_rps = traffic.arrived_rps / (1.0 - unreachable);
        // Of all of them, none arrives.
        unreachable >= 1.0
            || unreachable > 0.0 && 2.0 * unreachable * sent_rps >= traffic.timed_out_rps
    }

    /// Why requests that a service has accepted fail.
    fn failure(&self, mut service: usize) -> (usize, FailureReason) {
        let (mesh, state) = (&self.traffic.shape.mesh, &self.traffic.state);
        for _ in mesh.services() {
            let traffic = state.service(service);
            if traffic.refused_rps > 0.0
                && traffic.refused_rps >= traffic.call_failed_rps
                && traffic.refused_rps >= traffic.error_rps
            {
                return (service, self.refusal(service));
            }
            let failed = |&call: &usize| state.call(call).failed_rps;
            let required = mesh
                .calls_of(service)
                .iter()
                .copied()
                .filter(|&call| !mesh.calls()[call].optional);
            let worst = required.max_by(|a, b| failed(a).total_cmp(&failed(b)));
            let worst = worst.filter(|_| traffic.call_failed_rps > traffic.error_rps);
            let Some(call) = worst else { break };
            let (of_call, callee) = (state.call(call), mesh.calls()[call].to);
            let knobs = &self.traffic.knobs.calls[call];
            if knobs.cut {
                return (callee, FailureReason::CallsCut);
            }
            if of_call.breaker_open >= 0.5 {
                return (callee, FailureReason::BreakerOpen);
            }
            if of_call.timeout_ratio > 0.0 && of_call.timeout_ratio >= of_call.error_ratio {
                return match self.slowness_of_way(call) {
                    Some(reason) => (callee, reason),
                    None => self.slowness(callee),
                };
            }
            // Of a message nothing is known but whether it was sent.
            if knobs.error_ratio > 0.0 && 2.0 * knobs.error_ratio >= of_call.error_ratio {
                return (callee, FailureReason::CallErrors);
            }
            service = callee;
        }
        (service, FailureReason::Error)
    }
}
