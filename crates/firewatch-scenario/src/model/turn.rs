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

/// The values of a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KnobRange {
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Whether the least value is no value of it.
    pub(crate) is_above: bool,
    pub(crate) is_whole: bool,
}

impl KnobRange {
    /// The values of the knob of that name, whether a fault, a timeline or an action turns it.
    #[must_use]
    pub(crate) fn of(name: &str) -> Self {
        let (min, max) = match name {
            "error_ratio" | "shed_ratio" | "unreachable_ratio" | "share" | "memory_growth" => {
                (0.0, 1.0)
            }
            "down" | "cut" | "cache_flushed" => (0.0, 1.0),
            "slow_factor" | "memory_factor" => (limits::FACTORS[0], limits::FACTORS[1]),
            "rate_factor" => (0.0, limits::FACTORS[1]),
            "instances" | "lost_instances" => (0.0, limits::INSTANCES as f64),
            "retries" => (0.0, limits::RETRIES as f64),
            "queue_limit" => (0.0, limits::REQUESTS as f64),
            "rps" => (0.0, limits::RPS),
            _ => (0.0, limits::SECONDS),
        };
        Self {
            min,
            max,
            is_above: name == "timeout_s",
            is_whole: matches!(
                name,
                "down" | "cut" | "cache_flushed" | "instances" | "retries"
            ),
        }
    }

    /// Whether a number is one of them.
    #[must_use]
    pub(crate) fn contains(self, value: f64) -> bool {
        let is_within = (self.min..=self.max).contains(&value);
        let is_excluded = self.is_above && value == self.min;
        is_within && !is_excluded && !(self.is_whole && value.fract() != 0.0)
    }
}
