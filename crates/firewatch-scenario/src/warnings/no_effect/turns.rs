//! Knobs that the timeline turns to what they are.

use std::collections::BTreeMap;

use super::without_meaning;
use crate::call_graph::GraphCall;
use crate::model::{Load, TimelineAction, Turned};
use crate::warnings::Reviewer;
use firewatch_action::decode::key_path;

/// Knobs that actions turn: what they are after one has been done is not looked up.
const OF_ACTIONS: [&str; 8] = [
    "queue_limit",
    "shed_ratio",
    "memory_factor",
    "retries",
    "timeout_s",
    "cut",
    "down",
    "instances",
];

impl Reviewer<'_> {
    pub(super) fn idle_turns(&mut self) {
        let scenario = self.scenario;
        let mut events: Vec<(usize, u64, &TimelineAction)> = { scenario.timeline.iter() }
            .enumerate()
            .map(|(index, event)| (index, event.tick, &event.action))
            .collect();
        events.sort_by_key(|(_, tick, _)| *tick);
        // What each knob was turned to last.
        let mut turned: BTreeMap<(String, &str), f64> = BTreeMap::new();
        let mut has_acted = false;
        let mut found = Vec::new();
        for (index, _, action) in events {
            has_acted |= matches!(action, TimelineAction::Perform(_));
            let TimelineAction::Turn(turn) = action else {
                continue;
            };
            for (knob, value) in &turn.knobs {
                let path = key_path(&format!("timeline[{index}].do.knobs"), knob);
                let before = turned.insert((turn.of.to_string(), knob), *value);
                if let Some((why, help)) = self.turns_nothing(&turn.of, knob) {
                    found.push((path, format!("`{knob}` turns nothing: {why}"), help));
                    continue;
                }
                let is_known = !(has_acted && OF_ACTIONS.contains(&&**knob));
                let present = before.or_else(|| self.stated(&turn.of, knob));
                if is_known && present == Some(*value) {
                    let message = format!("the `{knob}` of {} is {value} already", turn.of);
                    let help = "turn it to something else, or leave it out";
                    found.push((path, message, help));
                }
            }
        }
        for (path, message, help) in found {
            self.no_effect(path, message, help);
        }
    }

    /// Why a knob means nothing there, whatever it is turned to.
    fn turns_nothing(&self, of: &Turned, knob: &str) -> Option<(&'static str, &'static str)> {
        let Turned::Calls(from, to) = of else {
            return None;
        };
        without_meaning(&self.call_between(from, to)?.call, knob)
    }

    /// What a knob is before anybody turns it; `None` if that changes by itself.
    fn stated(&self, of: &Turned, knob: &str) -> Option<f64> {
        match (of, knob) {
            (_, "slow_factor" | "memory_factor" | "rate_factor") => Some(1.0),
            (
                Turned::Service(_),
                "error_ratio" | "added_latency_s" | "down" | "unreachable_ratio" | "shed_ratio",
            )
            | (
                Turned::Calls(..),
                "cut" | "error_ratio" | "added_latency_s" | "unreachable_ratio" | "cache_flushed",
            ) => Some(0.0),
            (Turned::Service(name), _) => {
                let index = *self.graph.indices.get(&**name)?;
                let capacity = &self.scenario.services[index].capacity;
                match knob {
                    "queue_limit" => Some(capacity.queue_limit() as f64),
                    "instances" if capacity.autoscaling.is_none() => {
                        Some(capacity.instances() as f64)
                    }
                    _ => None,
                }
            }
            (Turned::Calls(from, to), _) => stated_of_call(self.call_between(from, to)?, knob),
            (Turned::Users(name), _) => {
                let mut groups = self.scenario.users.iter();
                let users = groups.find(|users| users.name() == name)?;
                match (knob, &users.rps) {
                    ("rps", Load::Constant(rps)) => Some(*rps),
                    ("retries", _) => Some(users.retries() as f64),
                    _ => None,
                }
            }
        }
    }
}

fn stated_of_call(call: &GraphCall, knob: &str) -> Option<f64> {
    match knob {
        "timeout_s" => Some(call.call.timeout_s()),
        "retries" => Some(call.call.retries() as f64),
        "backoff_s" => Some(call.call.backoff_s()),
        "share" => Some(call.call.share()),
        _ => None,
    }
}
