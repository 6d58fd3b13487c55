//! What is said or turned in traffic and changes nothing.

mod actions;
mod breakers;
mod faults;
mod turns;

use super::Reviewer;
use crate::call_graph::GraphCall;
use crate::codes;
use crate::model::{Call, Load, TimelineAction, Turned};
use crate::warnings::faults::all_beginnings;
use firewatch_action::decode::join;
use firewatch_ron::shown;
use firewatch_sim::CallKnob;

impl Reviewer<'_> {
    pub(super) fn without_effect(&mut self) {
        self.idle_users();
        self.idle_autoscaling();
        self.idle_calls();
        self.idle_breakers();
        self.idle_faults();
        self.idle_turns();
        self.idle_actions();
    }

    fn no_effect(&mut self, path: String, message: String, help: &str) {
        self.warn(codes::NO_EFFECT, path, message, help);
    }

    /// Users who send nothing, and wait before attempts that they don't make.
    fn idle_users(&mut self) {
        for (index, users) in self.scenario.users.iter().enumerate() {
            let path = format!("users[{index}]");
            let of = Turned::Users(users.name().to_owned());
            let sends = match &users.rps {
                Load::Constant(rps) => *rps > 0.0,
                load => load.points().iter().any(|point| point.rps > 0.0),
            };
            let name = shown(users.name());
            if !sends && !self.is_turned_by_event(&of, "rps") {
                let message = format!("`{name}` never send a request");
                let help = "give them a rate above 0, or turn their `rps` in the timeline";
                self.no_effect(join(&path, "rps"), message, help);
            }
            let waits = users.backoff_s.is_some() && users.retries() == 0;
            if waits && !self.is_turned_by_event(&of, "retries") {
                let message = format!("`{name}` never try again, so they never wait before it");
                let help = "give them `retries`, or leave `backoff_s` out";
                self.no_effect(join(&path, "backoff_s"), message, help);
            }
        }
    }

    fn idle_autoscaling(&mut self) {
        for (index, service) in self.scenario.services.iter().enumerate() {
            let Some(scaling) = service.capacity.autoscaling else {
                continue;
            };
            if scaling.min == scaling.max {
                let message = format!(
                    "autoscaling of `{}` has no choice: `min` and `max` are both {}",
                    self.name(index),
                    scaling.max
                );
                let help = "give it a larger `max`, or leave `autoscaling` out";
                self.no_effect(
                    format!("{}.autoscaling.max", self.path_of(index)),
                    message,
                    help,
                );
            }
        }
    }

    /// Calls that are never made, and caches that never have an answer.
    fn idle_calls(&mut self) {
        let mut found = Vec::new();
        for call in &self.graph.calls {
            let (from, to) = (self.name(call.from), self.name(call.to));
            let of = Turned::Calls(
                self.scenario.services[call.from].name.clone(),
                self.scenario.services[call.to].name.clone(),
            );
            if call.call.share() == 0.0
                && !self.is_turned_by_event(&of, "share")
                && self.faults_turning(&of, "share") == 0
            {
                let message = format!("`{from}` never calls `{to}`: the `share` is 0");
                let help =
                    "give it a share above 0, or let a fault or the timeline turn its `share`";
                found.push((self.path_of_call(call, "share"), message, help));
            }
            if call
                .call
                .cache
                .is_some_and(|cache| cache.hit_share() == 0.0)
            {
                let message = "no request finds its answer in this cache: the `hit_share` is 0";
                let message = message.to_owned();
                let help = "give it a hit share above 0, or leave `cache` out";
                found.push((self.path_of_call(call, "cache.hit_share"), message, help));
            }
        }
        for (path, message, help) in found {
            self.no_effect(path, message, help);
        }
    }

    /// Whether the timeline turns that knob.
    fn is_turned_by_event(&self, of: &Turned, knob: &str) -> bool {
        let mut events = self.scenario.timeline.iter();
        events.any(|event| match &event.action {
            TimelineAction::Turn(turn) => {
                turn.of == *of && turn.knobs.iter().any(|(name, _)| name == knob)
            }
            _ => false,
        })
    }

    /// How many faults turn that knob of calls.
    fn faults_turning(&self, of: &Turned, knob: &str) -> usize {
        let Turned::Calls(from, to) = of else {
            return 0;
        };
        let faults = all_beginnings(self.scenario).map(|beginning| beginning.fault);
        let turned = faults.filter(|fault| fault.service == *from);
        let turned = turned.filter_map(|fault| fault.knobs.as_deref());
        let of_call = turned.filter(|knobs| knobs.to.as_ref() == Some(to));
        let turning = of_call.filter(|knobs| match knob {
            "timeout_s" => knobs.timeout_s.is_some(),
            "retries" => knobs.retries.is_some(),
            "backoff_s" => knobs.backoff_s.is_some(),
            "share" => knobs.share.is_some(),
            _ => false,
        });
        turning.count()
    }

    /// The call of one service to another.
    fn call_between(&self, from: &str, to: &str) -> Option<&GraphCall<'_>> {
        let (from, to) = (self.graph.indices.get(from)?, self.graph.indices.get(to)?);
        let mut calls = self.graph.calls_of(*from).iter();
        calls.find(|call| call.to == *to)
    }
}

/// Why a knob of a call means nothing, whatever it is turned to, and what would be right.
fn without_meaning(call: &Call, knob: &str) -> Option<(&'static str, &'static str)> {
    let knob: CallKnob = knob.parse().ok()?;
    if call.asynchronous && knob.is_of_answers() {
        return Some((
            "messages wait as long as it takes, and are sent once",
            "leave it out: `cut`, `share`, `error_ratio`, `added_latency_s` and `unreachable_ratio` are of messages too",
        ));
    }
    (knob == CallKnob::CacheFlushed && call.cache.is_none()).then_some((
        "there is no cache in front of the call",
        "give the call a `cache`, or leave it out",
    ))
}
