//! What is turned from outside, in the physics of traffic.

use std::fmt;

use firewatch_sim::{CallKnob, ServiceKnob, TrafficChange, UserKnob};

use super::traffic::limits;

/// Knobs that are turned from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// What they are of.
    pub of: Turned,
    /// Each knob by its name, and what it is turned to.
    pub knobs: Vec<(String, f64)>,
}

/// What knobs are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// A service.
    Service(String),
    /// The calls of one service to another.
    Calls(String, String),
    /// A group of users.
    Users(String),
}

impl Turn {
    /// The changes that it consists of, in order. What has no knob of that name has none.
    pub fn changes(&self) -> impl Iterator<Item = TrafficChange<'_>> {
        self.knobs.iter().filter_map(|(name, value)| {
            let value = Some(*value);
            Some(match &self.of {
                Turned::Service(service) => TrafficChange::Service {
                    service,
                    knob: name.parse().ok()?,
                    value,
                },
                Turned::Calls(from, to) => TrafficChange::Call {
                    from,
                    to,
                    knob: name.parse().ok()?,
                    value,
                },
                Turned::Users(group) => TrafficChange::Users {
                    group,
                    knob: name.parse().ok()?,
                    value,
                },
            })
        })
    }
}

impl fmt::Display for Turned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service) => f.write_str(service),
            Self::Calls(from, to) => write!(f, "calls of {from} to {to}"),
            Self::Users(users) => write!(f, "users {users}"),
        }
    }
}

impl Turned {
    /// The names of its knobs.
    #[must_use]
    pub fn knobs(&self) -> Vec<&'static str> {
        match self {
            Self::Service(_) => ServiceKnob::ALL.iter().map(|knob| knob.name()).collect(),
            Self::Calls(..) => CallKnob::ALL.iter().map(|knob| knob.name()).collect(),
            Self::Users(_) => UserKnob::ALL.iter().map(|knob| knob.name()).collect(),
        }
    }
}

/// The least and the largest value of a knob, and whether it is a whole number.
#[must_use]
pub(crate) fn range_of_knob(name: &str) -> (f64, f64, bool) {
    match name {
        "error_ratio" | "unreachable_ratio" | "share" => (0.0, 1.0, false),
        "down" | "cut" | "cache_flushed" => (0.0, 1.0, true),
        "slow_factor" => (limits::FACTORS[0], limits::FACTORS[1], false),
        "rate_factor" => (0.0, limits::FACTORS[1], false),
        "instances" => (0.0, limits::INSTANCES as f64, true),
        "retries" => (0.0, limits::RETRIES as f64, true),
        "queue_limit" => (0.0, limits::REQUESTS as f64, true),
        "rps" => (0.0, limits::RPS, false),
        _ => (0.0, limits::SECONDS, false),
    }
}
