//! What can go wrong when an environment is built, changed or restored.

use firewatch_traffic::MeshError;
use thiserror::Error;

use crate::world::fault_kind::{FaultKind, FaultKindError};

/// The error of a build, an intervention or a restore. Unless documented otherwise, nothing has changed then.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SimError {
    /// No service of the mesh has this name.
    #[error("no service is named `{0}`")]
    UnknownService(String),
    /// Two services have this name.
    #[error("two services are named `{0}`")]
    DuplicateService(String),
    /// More services than one environment can hold.
    #[error("{given} services are too many for one environment, {limit} are possible")]
    TooManyServices {
        /// How many were given.
        given: usize,
        /// How many are possible.
        limit: usize,
    },
    /// The environment has no fault with this index.
    #[error("there is no fault {index}: the environment has {faults}, counted from 0")]
    UnknownFault {
        /// The index that was asked for.
        index: usize,
        /// How many faults there are.
        faults: usize,
    },
    /// The value is not of the metric's type.
    #[error("`{metric}` is {expected}, not {got}")]
    MetricType {
        /// The metric.
        metric: &'static str,
        /// Its type in words.
        expected: &'static str,
        /// The value, as text.
        got: String,
    },
    /// A metric, a budget, an impact can't be NaN or infinite.
    #[error("`{metric}` must be finite")]
    NotFinite {
        /// Its name.
        metric: String,
    },
    /// A number is finite, and no value of what it is given for.
    #[error("`{what}` must be {allowed}, not {given:?}")]
    OutOfRange {
        /// Name of the metric or of the field.
        what: &'static str,
        /// What it must be, in words.
        allowed: String,
        /// What it was to be.
        given: f64,
    },
    /// A fault's speed must be 0 to 1,000,000.
    #[error("a fault's speed is 0 to 1,000,000, not {0}")]
    Speed(f64),
    /// The world knows no fault kind of this name.
    #[error("no fault kind is registered as `{0}`: register it before a fault of it is placed")]
    UnknownFaultKind(FaultKind),
    /// A fault kind can't be registered.
    #[error(transparent)]
    FaultKind(#[from] FaultKindError),
    /// The parts of a blueprint don't fit together; the text says why.
    #[error("the blueprint is not in order: {0}")]
    Blueprint(&'static str),
    /// The single-fault engine takes exactly one fault.
    #[error("the single-fault engine takes exactly one fault, not {faults}")]
    SingleFault {
        /// How many it was to have.
        faults: usize,
    },
    /// The parts of an environment's traffic don't fit together; the text says why.
    #[error("the traffic is not in order: {0}")]
    Traffic(String),
    /// A number or an index of a mesh's traffic can't be.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// The environment is one of the classic physics, and has no traffic.
    #[error("the environment has no traffic: its physics is the classic one")]
    NoTraffic,
    /// A fault of a classic environment has a course, which only faults of the traffic physics have.
    #[error("a fault of the classic physics has no duration, level, shape, knobs or recovery")]
    ClassicCourse,
    /// The kind of a fault says what happens to metrics, not what it turns in traffic.
    #[error(
        "a `{0}` has no meaning in traffic: its kind says what happens to metrics; say which knobs the fault turns"
    )]
    NoMeaningInTraffic(FaultKind),
    /// Traffic computes the metric, so that it can't be set.
    #[error("`{0}` can't be set where there is traffic, which computes it: turn a knob")]
    ComputedMetric(&'static str),
    /// The metric is one of a rule of the classic physics.
    #[error(
        "`{0}` has no meaning where there is traffic: only the classic physics has a rule for it"
    )]
    ClassicMetric(&'static str),
    /// No group of users has this name.
    #[error("no group of users is named `{0}`")]
    UnknownUsers(String),
    /// No such call is made.
    #[error("`{from}` does not call `{to}`")]
    UnknownCall {
        /// The service that would call.
        from: String,
        /// The service that would be called.
        to: String,
    },
    /// The entity is not an environment of this world.
    #[error("the entity is not an environment of this world")]
    NoEnvironment,
    /// The fleet has no environment with this index.
    #[error("there is no environment {index}: the fleet has {environments}, counted from 0")]
    UnknownEnvironment {
        /// The index that was asked for.
        index: usize,
        /// How many environments there are.
        environments: usize,
    },
    /// No metric of this name can be observed as a number.
    #[error("there is no metric `{0}` that is a number")]
    Unobservable(String),
    /// The caller's buffer is not of the size that is needed.
    #[error("the buffer of {buffer} has {given} places, {needed} are needed")]
    BufferLength {
        /// What it is for.
        buffer: &'static str,
        /// Its length.
        given: usize,
        /// The length that is needed.
        needed: usize,
    },
    /// An environment has more services than an observation has room for.
    #[error(
        "environment {environment} has {services} services, the observation has room for {room}"
    )]
    ObservationTooSmall {
        /// The environment.
        environment: usize,
        /// How many services it has.
        services: usize,
        /// How many there is room for.
        room: usize,
    },
    /// The systems that a host has added don't fit together with those of the engine; the text says why.
    #[error("the systems don't fit together: {0}")]
    Schedule(String),
    /// A fleet's threads could not be started; the text says why.
    #[error("the fleet's threads can't be started: {0}")]
    Threads(String),
}

impl SimError {
    /// Whether a caller's buffer has as many places as are needed.
    ///
    /// # Errors
    /// [`SimError::BufferLength`].
    pub fn check_length(buffer: &'static str, given: usize, needed: usize) -> Result<(), Self> {
        if given == needed {
            return Ok(());
        }
        Err(Self::BufferLength {
            buffer,
            given,
            needed,
        })
    }
}
