//! Timeouts that do not go with what they wait for: longer than anybody waits, or shorter than the answer takes.

use firewatch_sim::num::text_with_decimals;

use super::Reviewer;
use crate::call_graph::GraphCall;
use crate::codes;

impl Reviewer<'_> {
    /// Calls that wait for an answer when nobody waits for their caller's any more.
    pub(super) fn long_timeouts(&mut self) {
        let mut waited = vec![None::<f64>; self.scenario.services.len()];
        let mut wait = |service: usize, seconds: f64| {
            let longest: &mut Option<f64> = &mut waited[service];
            *longest = Some(longest.map_or(seconds, |longest| longest.max(seconds)));
        };
        for (service, users) in self.entries() {
            wait(service, self.scenario.users[users].patience_s());
        }
        let waited_for = |call: &&GraphCall| !call.call.asynchronous;
        for call in self.graph.calls.iter().filter(waited_for) {
            wait(call.to, call.call.timeout_s());
            if let Some(fallback) = call.fallback {
                wait(fallback, call.call.timeout_s());
            }
        }
        let mut warnings = Vec::new();
        for call in self.graph.calls.iter().filter(waited_for) {
            let timeout_s = call.call.timeout_s();
            if let Some(longest) = waited[call.from].filter(|longest| timeout_s > *longest) {
                let (from, to) = (self.name(call.from), self.name(call.to));
                let message = format!(
                    "`{from}` waits {timeout_s} s for `{to}`, and nobody waits longer than {longest} s for `{from}`"
                );
                warnings.push((self.path_of_call(call, "timeout_s"), message));
            }
        }
        let help = "what comes after that is worked on for nothing: a timeout should be shorter than its caller's";
        for (path, message) in warnings {
            self.warn(codes::LONG_TIMEOUT, path, message, help);
        }
    }

    /// Callers and users who give up before the usual answer is there, even where nobody waits for a worker.
    pub(super) fn short_timeouts(&mut self) {
        let answer_s = self.holding_s();
        let is_short = |timeout_s: f64, service: usize| answer_s[service] >= timeout_s;
        let seconds = |service: usize| text_with_decimals(answer_s[service], 3);
        let asked = self.asked();
        let mut warnings = Vec::new();
        for (service, users) in self.entries() {
            let (group, name) = (&self.scenario.users[users], self.name(service));
            let patience_s = group.patience_s();
            if is_short(patience_s, service) {
                let message = format!(
                    "users of `{name}` wait {patience_s} s for its answers, which take {} s even where nobody is before them",
                    seconds(service)
                );
                warnings.push((format!("users[{users}].patience_s"), message));
            }
        }
        let is_made = |call: &&GraphCall| {
            !call.call.asynchronous && call.call.usual_share() > 0.0 && asked[call.from]
        };
        for call in self.graph.calls.iter().filter(is_made) {
            let timeout_s = call.call.timeout_s();
            let services = [Some(call.to), call.fallback];
            for service in services
                .into_iter()
                .flatten()
                .filter(|&to| is_short(timeout_s, to))
            {
                let (from, to) = (self.name(call.from), self.name(service));
                let message = format!(
                    "`{from}` waits {timeout_s} s for `{to}`, whose answers take {} s even where nobody is before it",
                    seconds(service)
                );
                warnings.push((self.path_of_call(call, "timeout_s"), message));
            }
        }
        let help = "a third of them or more time out: wait longer, or let the work take less (`work_ms`; with `capacity_rps` it is the workers over that)";
        for (path, message) in warnings {
            self.warn(codes::SHORT_TIMEOUT, path, message, help);
        }
    }
    /// Which services requests of users come to.
    fn asked(&self) -> Vec<bool> {
        let mut asked = vec![false; self.scenario.services.len()];
        let mut open: Vec<usize> = self.entries().into_iter().map(|(entry, _)| entry).collect();
        while let Some(service) = open.pop() {
            if !std::mem::replace(&mut asked[service], true) {
                let calls = self.graph.calls_of(service).iter();
                open.extend(
                    calls
                        .flat_map(|call| [Some(call.to), call.fallback])
                        .flatten(),
                );
            }
        }
        asked
    }
}
