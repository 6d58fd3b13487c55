//! What can be turned by hand: by a host, an action or a timeline, between two ticks.

use std::str::FromStr;

use firewatch_traffic::{CallKnobs, ServiceKnobs};

use super::checks::{check_set_service, check_set_users};
use super::component::{MeshTraffic, SetService, SetUsers};
use super::limits::{MOST_INSTANCES, check_call_knobs, check_within};
use crate::world::error::SimError;
use crate::world::num;
use crate::world::status::UnknownName;
use crate::world::topology::Topology;

/// A change of traffic that somebody makes between two ticks. A value of `None` takes back what was turned.
///
/// It holds until it is taken back. Faults turn knobs on top of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrafficChange<'a> {
    /// Turns a knob of a service.
    Service {
        /// Name of the service.
        service: &'a str,
        /// The knob.
        knob: ServiceKnob,
        /// What it is turned to.
        value: Option<f64>,
    },
    /// Turns a knob of the calls of one service to another.
    Call {
        /// Name of the service that calls.
        from: &'a str,
        /// Name of the service that is called.
        to: &'a str,
        /// The knob.
        knob: CallKnob,
        /// What it is turned to.
        value: Option<f64>,
    },
    /// Turns a knob of a group of users.
    Users {
        /// Name of the group.
        group: &'a str,
        /// The knob.
        knob: UserKnob,
        /// What it is turned to.
        value: Option<f64>,
    },
    /// Restarts the instances of a service, one after the other: one of them is away for its start-up ticks, and
    /// memory that has leaked is free again; caches that they keep in front of their calls are empty. It takes back what ended faults have turned that recover
    /// [with a restart](crate::FaultRecovery::WithRestart).
    Restart {
        /// Name of the service.
        service: &'a str,
    },
    /// Scales a service to a number of instances. New ones run after its start-up ticks; those that are too many go at once,
    /// and let their requests end. While some start, none are ordered again.
    Scale {
        /// Name of the service.
        service: &'a str,
        /// Instances that it should have, from 1.
        instances: u32,
    },
}

macro_rules! knobs {
    ($(#[$about:meta])* $knob:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $knob {
            $($(#[$doc])* $variant,)*
        }

        impl $knob {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl FromStr for $knob {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                { Self::ALL.iter().copied() }.find(|knob| knob.name() == name).ok_or(UnknownName)
            }
        }
    };
}

knobs! {
    /// What can be turned of a service.
    ServiceKnob {
        /// Share of arriving requests that get an error at once, 0 to 1.
        ErrorRatio = "error_ratio",
        /// Seconds on top of a request's own work, from 0.
        AddedLatencyS = "added_latency_s",
        /// Factor on a request's own work, 0.001 to 1,000,000.
        SlowFactor = "slow_factor",
        /// Instances that it should have, 0 to 1,000,000. What autoscaling has added or taken away is forgotten.
        Instances = "instances",
        /// Whether it refuses everything at once: 0 or 1.
        Down = "down",
        /// Share of requests that don't reach it, 0 to 1.
        UnreachableRatio = "unreachable_ratio",
        /// Requests that may wait, from 0.
        QueueLimit = "queue_limit",
        /// Share of arriving requests that are turned away with an error at once, 0 to 1; what is left meets the error
        /// share.
        ShedRatio = "shed_ratio",
        /// Factor on the memory limit, 0.001 to 1,000,000.
        MemoryFactor = "memory_factor",
    }
}

knobs! {
    /// What can be turned of the calls of one service to another.
    CallKnob {
        /// Seconds after which an attempt is given up, from 0.
        TimeoutS = "timeout_s",
        /// Attempts after the first, 0 to 100.
        Retries = "retries",
        /// Seconds between a failure and the next attempt, from 0.
        BackoffS = "backoff_s",
        /// Share of requests that make the call, 0 to 1.
        Share = "share",
        /// Whether calls fail at once: 0 or 1.
        Cut = "cut",
        /// Share of attempts that fail at once on their way, 0 to 1.
        ErrorRatio = "error_ratio",
        /// Seconds that an answer takes on top, from 0.
        AddedLatencyS = "added_latency_s",
        /// Share of attempts that are never answered, 0 to 1.
        UnreachableRatio = "unreachable_ratio",
        /// Whether the cache in front of the calls is kept empty: 0 or 1. After that it fills.
        CacheFlushed = "cache_flushed",
    }
}

knobs! {
    /// What can be turned of a group of users.
    UserKnob {
        /// Factor on the rate, 0 to 1,000,000: 0.5 lets half of them in.
        RateFactor = "rate_factor",
        /// New requests per second, from 0, in place of the rates over time.
        Rps = "rps",
        /// Attempts after the first, 0 to 100.
        Retries = "retries",
    }
}

/// A change that was found to be possible.
pub(crate) enum Checked {
    /// The service has this turned then; `true` forgets what autoscaling has done.
    Service(usize, SetService, bool),
    /// Each of these calls has these.
    Calls(Vec<(usize, CallKnobs)>),
    /// The group has these.
    Users(usize, SetUsers),
    /// The service is restarted.
    Restart(usize),
    /// Scales the service to that number of instances.
    Scale(usize, u32),
}

impl TrafficChange<'_> {
    /// Finds what the change is of, and whether its value can be.
    pub(crate) fn check(
        &self,
        traffic: &MeshTraffic,
        topology: &Topology,
    ) -> Result<Checked, SimError> {
        match *self {
            Self::Service {
                service,
                knob,
                value,
            } => {
                let service = find(service, topology)?;
                let mut set = traffic.set_services[service];
                knob.turn(&mut set, value)?;
                check_set_service(&set)?;
                Ok(Checked::Service(
                    service,
                    set,
                    knob == ServiceKnob::Instances,
                ))
            }
            Self::Call {
                from,
                to,
                knob,
                value,
            } => {
                let [caller, callee] = [find(from, topology)?, find(to, topology)?];
                let mesh = &traffic.shape.mesh;
                let calls = mesh.calls_of(caller).iter().copied();
                let calls = calls.filter(|&call| mesh.calls()[call].to == callee);
                let turned = calls.map(|call| {
                    let mut knobs = traffic.set_calls[call];
                    knob.turn(&mut knobs, value)?;
                    check_call_knobs(&knobs)?;
                    Ok((call, knobs))
                });
                let turned: Vec<_> = turned.collect::<Result<_, SimError>>()?;
                if turned.is_empty() {
                    return Err(SimError::UnknownCall {
                        from: from.to_owned(),
                        to: to.to_owned(),
                    });
                }
                Ok(Checked::Calls(turned))
            }
            Self::Users { group, knob, value } => {
                let index = traffic
                    .shape
                    .users
                    .iter()
                    .position(|shape| shape.name == group);
                let index = index.ok_or_else(|| SimError::UnknownUsers(group.to_owned()))?;
                let mut set = traffic.set_users[index];
                knob.turn(&mut set, value)?;
                check_set_users(&set)?;
                Ok(Checked::Users(index, set))
            }
            Self::Restart { service } => find(service, topology).map(Checked::Restart),
            Self::Scale { service, instances } => {
                check_within("instances", f64::from(instances), [1.0, MOST_INSTANCES])?;
                Ok(Checked::Scale(find(service, topology)?, instances))
            }
        }
    }
}

fn find(service: &str, topology: &Topology) -> Result<usize, SimError> {
    let unknown = || SimError::UnknownService(service.to_owned());
    topology.service(service).ok_or_else(unknown)
}

/// A value that is 0 or 1.
fn switch(what: &'static str, value: Option<f64>) -> Result<bool, SimError> {
    match value {
        None => Ok(false),
        Some(value) if value == 0.0 || value == 1.0 => Ok(value == 1.0),
        Some(given) => Err(SimError::OutOfRange {
            what,
            allowed: "0 or 1".to_owned(),
            given,
        }),
    }
}

/// A value that is a whole number.
fn whole(what: &'static str, value: Option<f64>) -> Result<Option<u32>, SimError> {
    let Some(given) = value else { return Ok(None) };
    check_within(what, given, [0.0, f64::from(u16::MAX)])?;
    let count = num::trunc(given);
    match u32::try_from(count) {
        Ok(whole) if f64::from(whole) == given => Ok(Some(whole)),
        _ => Err(SimError::OutOfRange {
            what,
            allowed: "a whole number".to_owned(),
            given,
        }),
    }
}

impl ServiceKnob {
    fn turn(self, set: &mut SetService, value: Option<f64>) -> Result<(), SimError> {
        let (neutral, knobs) = (ServiceKnobs::default(), &mut set.knobs);
        match self {
            Self::ErrorRatio => knobs.error_ratio = value.unwrap_or(neutral.error_ratio),
            Self::AddedLatencyS => knobs.added_latency_s = value.unwrap_or(neutral.added_latency_s),
            Self::SlowFactor => knobs.slow_factor = value.unwrap_or(neutral.slow_factor),
            Self::Instances => knobs.instances = value,
            Self::Down => knobs.down = switch(self.name(), value)?,
            Self::UnreachableRatio => {
                knobs.unreachable_ratio = value.unwrap_or(neutral.unreachable_ratio)
            }
            Self::QueueLimit => knobs.queue_limit = value,
            Self::ShedRatio => set.shed_ratio = value.unwrap_or(0.0),
            Self::MemoryFactor => set.memory_factor = value.unwrap_or(1.0),
        }
        Ok(())
    }
}

impl CallKnob {
    /// Returns whether it is about waiting for an answer, which nobody does of an asynchronous call.
    #[must_use]
    pub fn is_of_answers(self) -> bool {
        matches!(self, Self::TimeoutS | Self::Retries | Self::BackoffS)
    }

    fn turn(self, knobs: &mut CallKnobs, value: Option<f64>) -> Result<(), SimError> {
        match self {
            Self::TimeoutS => knobs.timeout_s = value,
            Self::Retries => knobs.retries = whole(self.name(), value)?,
            Self::BackoffS => knobs.backoff_s = value,
            Self::Share => knobs.share = value,
            Self::Cut => knobs.cut = switch(self.name(), value)?,
            Self::ErrorRatio => knobs.error_ratio = value.unwrap_or(0.0),
            Self::AddedLatencyS => knobs.added_latency_s = value.unwrap_or(0.0),
            Self::UnreachableRatio => knobs.unreachable_ratio = value.unwrap_or(0.0),
            Self::CacheFlushed => knobs.cache_flushed = switch(self.name(), value)?,
        }
        Ok(())
    }
}

impl UserKnob {
    fn turn(self, set: &mut SetUsers, value: Option<f64>) -> Result<(), SimError> {
        match self {
            Self::RateFactor => set.rate_factor = value.unwrap_or(1.0),
            Self::Rps => set.rps = value,
            Self::Retries => set.retries = whole(self.name(), value)?,
        }
        Ok(())
    }
}

impl MeshTraffic {
    /// Makes a change. `faults` are the environment's, each with the service that it afflicts and whether it has ended.
    pub(crate) fn change(&mut self, change: Checked, faults: impl Iterator<Item = (usize, bool)>) {
        match change {
            Checked::Service(service, set, forgets_scaling) => {
                self.set_services[service] = set;
                let instances = &mut self.instances[service];
                if forgets_scaling {
                    (instances.scaled, instances.starting) = (0, 0);
                    (instances.started_in_ticks, instances.calm_ticks) = (0, 0);
                }
            }
            Checked::Calls(calls) => {
                for (call, knobs) in calls {
                    self.set_calls[call] = knobs;
                }
            }
            Checked::Users(group, set) => self.set_users[group] = set,
            Checked::Restart(service) => {
                self.state.lose_caches(&self.shape.mesh, service, 1.0);
                let start_up_ticks = self.shape.services[service].start_up_ticks;
                let instances = &mut self.instances[service];
                instances.away = instances.away.max(1);
                instances.back_in_ticks = instances.back_in_ticks.max(start_up_ticks);
                for (course, (target, has_ended)) in self.courses.iter_mut().zip(faults) {
                    if target == service {
                        course.course.leaked = 0.0;
                        course.course.is_cleared |= has_ended;
                    }
                }
            }
            Checked::Scale(service, instances) => self.scale(service, instances),
        }
    }

    /// Orders instances or takes some away.
    fn scale(&mut self, service: usize, wanted: u32) {
        let desired = self.desired(service);
        let change = i64::from(wanted).saturating_sub(num::trunc(desired));
        let instances = &mut self.instances[service];
        if instances.starting > 0 {
            return;
        }
        match u32::try_from(change) {
            Ok(more) if more > 0 => {
                instances.starting = more;
                instances.started_in_ticks = self.shape.services[service].start_up_ticks;
            }
            _ => instances.scaled = instances.scaled.saturating_add(change),
        }
        instances.calm_ticks = 0;
    }
}
