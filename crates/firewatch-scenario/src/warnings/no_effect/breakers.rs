//! Breakers that never see enough calls to open.

use crate::call_graph::GraphCall;
use crate::model::{Load, TimelineAction};
use crate::warnings::Reviewer;
use crate::warnings::faults::all_beginnings;

/// Knobs by which more calls are made.
const OF_LOAD: [&str; 5] = ["rps", "rate_factor", "retries", "share", "instances"];

impl Reviewer<'_> {
    pub(super) fn idle_breakers(&mut self) {
        if self.may_load_grow() {
            return;
        }
        let most_rps = self.most_rps();
        let released_rps = |service: usize| self.released_rps(service);
        let mut found = Vec::new();
        for &service in &self.order {
            for call in self.graph.calls_of(service) {
                let Some(breaker) = call.call.breaker else {
                    continue;
                };
                let seen = attempts(most_rps[service].max(released_rps(service)), call);
                // What is nearly enough may be: numbers are means.
                let seen = (seen * breaker.window_s()).ceil();
                if seen < breaker.min_requests() as f64 {
                    let message = format!(
                        "this breaker never opens: it wants to see {} calls, and {seen} come within its window of {} s at most",
                        breaker.min_requests(),
                        breaker.window_s()
                    );
                    found.push((self.path_of_call(call, "breaker"), message));
                }
            }
        }
        for (path, message) in found {
            let help = "give it fewer `min_requests` or a longer `window_s`";
            self.no_effect(path, message, help);
        }
    }

    /// Whether the timeline or a fault may turn up how many calls are made.
    fn may_load_grow(&self) -> bool {
        let by_event = self
            .scenario
            .timeline
            .iter()
            .any(|event| match &event.action {
                TimelineAction::Turn(turn) => {
                    let mut knobs = turn.knobs.iter();
                    knobs.any(|(knob, _)| OF_LOAD.contains(&&**knob))
                }
                TimelineAction::Perform(_) => true,
                _ => false,
            });
        let by_fault =
            |knobs: &firewatch_sim::FaultKnobs| knobs.retries.is_some() || knobs.share.is_some();
        by_event
            || all_beginnings(self.scenario)
                .filter_map(|beginning| beginning.fault.knobs.as_deref())
                .any(by_fault)
    }

    /// Requests per second that a service finishes at most once something has held them up: what waits is worked off as fast
    /// as its workers can. None where nothing holds anything up.
    fn released_rps(&self, service: usize) -> f64 {
        let is_calm =
            self.scenario.timeline.is_empty() && all_beginnings(self.scenario).next().is_none();
        if is_calm {
            return 0.0;
        }
        let capacity = &self.scenario.services[service].capacity;
        match capacity.autoscaling {
            Some(_) => f64::INFINITY,
            None => capacity.rps(),
        }
    }

    /// Requests per second that come to each service at most, those that are tried again included; infinitely
    /// many to those that somebody falls back to. What is in a cycle of calls, or behind one, is left out.
    fn most_rps(&self) -> Vec<f64> {
        let mut most_rps = vec![0.0; self.scenario.services.len()];
        for fallback in self.graph.calls.iter().filter_map(|call| call.fallback) {
            most_rps[fallback] = f64::INFINITY;
        }
        for users in &self.scenario.users {
            let most = match &users.rps {
                Load::Constant(rps) => *rps,
                load => load
                    .points()
                    .iter()
                    .map(|point| point.rps)
                    .fold(0.0, f64::max),
            };
            if let Some(&service) = self.graph.indices.get(&*users.service) {
                most_rps[service] += most * (users.retries() as f64 + 1.0);
            }
        }
        for &service in &self.order {
            for call in self.graph.calls_of(service) {
                most_rps[call.to] += attempts(most_rps[service], call);
            }
        }
        most_rps
    }
}

/// Attempts per second of a call, of this number of requests to the caller.
fn attempts(rps: f64, call: &GraphCall) -> f64 {
    rps * call.call.share() * (call.call.retries() as f64 + 1.0)
}
