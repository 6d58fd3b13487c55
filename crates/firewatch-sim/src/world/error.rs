//! What can go wrong when an environment is built, changed or restored.

use std::fmt;

use crate::world::fault_kind::{FaultKind, FaultKindError};

/// Why a build, an intervention or a restore was refused. Where nothing else is said, nothing has
/// changed then.
#[derive(Clone, Debug, PartialEq)]
pub enum SimError {
    /// No service of the mesh has this name.
    UnknownService(String),
    /// Two services have this name.
    DuplicateService(String),
    /// More services than one environment can hold.
    TooManyServices {
        /// How many were given.
        given: usize,
        /// How many are possible.
        limit: usize,
    },
    /// The environment has no fault with this index.
    UnknownFault {
        /// The index that was asked for.
        index: usize,
        /// How many faults there are.
        faults: usize,
    },
    /// The value is not of the metric's type.
    MetricType {
        /// The metric.
        metric: &'static str,
        /// Its type in words.
        expected: &'static str,
        /// The value, as text.
        got: String,
    },
    /// A metric, a budget, an impact can't be NaN or infinite.
    NotFinite {
        /// Its name.
        metric: String,
    },
    /// A number is finite, and no value of what it is given for.
    OutOfRange {
        /// Name of the metric or of the field.
        what: &'static str,
        /// What it must be, in words.
        allowed: String,
        /// What it was to be.
        given: f64,
    },
    /// A fault's speed must be 0 to 1,000,000.
    Speed(f64),
    /// The world knows no fault kind of this name.
    UnknownFaultKind(FaultKind),
    /// A fault kind can't be registered.
    FaultKind(FaultKindError),
    /// The parts of a blueprint don't fit together; the text says why.
    Blueprint(&'static str),
    /// The single-fault engine takes exactly one fault.
    SingleFault {
        /// How many it was to have.
        faults: usize,
    },
    /// The entity is not an environment of this world.
    NoEnvironment,
    /// The fleet has no environment with this index.
    UnknownEnvironment {
        /// The index that was asked for.
        index: usize,
        /// How many environments there are.
        environments: usize,
    },
    /// No metric of this name can be observed as a number.
    Unobservable(String),
    /// The caller's buffer is not of the size that is needed.
    BufferLength {
        /// What it is for.
        buffer: &'static str,
        /// Its length.
        given: usize,
        /// The length that is needed.
        needed: usize,
    },
    /// An environment has more services than an observation has room for.
    ObservationTooSmall {
        /// The environment.
        environment: usize,
        /// How many services it has.
        services: usize,
        /// How many there is room for.
        room: usize,
    },
    /// The systems that a host has added don't fit together with those of the engine; the text says why.
    Schedule(String),
    /// A fleet's threads could not be started; the text says why.
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

impl fmt::Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownService(name) => write!(f, "no service is named `{name}`"),
            Self::DuplicateService(name) => write!(f, "two services are named `{name}`"),
            Self::TooManyServices { given, limit } => {
                write!(
                    f,
                    "{given} services are too many for one environment, {limit} are possible"
                )
            }
            Self::UnknownFault { index, faults } => {
                write!(
                    f,
                    "there is no fault {index}: the environment has {faults}, counted from 0"
                )
            }
            Self::MetricType {
                metric,
                expected,
                got,
            } => {
                write!(f, "`{metric}` is {expected}, not {got}")
            }
            Self::NotFinite { metric } => write!(f, "`{metric}` must be finite"),
            Self::OutOfRange {
                what,
                allowed,
                given,
            } => write!(f, "`{what}` must be {allowed}, not {given:?}"),
            Self::Blueprint(why) => write!(f, "the blueprint is not in order: {why}"),
            Self::Speed(speed) => write!(f, "a fault's speed is 0 to 1,000,000, not {speed}"),
            Self::SingleFault { faults } => {
                write!(
                    f,
                    "the single-fault engine takes exactly one fault, not {faults}"
                )
            }
            Self::UnknownEnvironment {
                index,
                environments,
            } => {
                write!(
                    f,
                    "there is no environment {index}: the fleet has {environments}, counted from 0"
                )
            }
            Self::Unobservable(name) => {
                write!(f, "there is no metric `{name}` that is a number")
            }
            Self::BufferLength {
                buffer,
                given,
                needed,
            } => {
                write!(
                    f,
                    "the buffer of {buffer} has {given} places, {needed} are needed"
                )
            }
            Self::ObservationTooSmall {
                environment,
                services,
                room,
            } => {
                write!(
                    f,
                    "environment {environment} has {services} services, the observation has room for {room}"
                )
            }
            Self::UnknownFaultKind(kind) => write!(
                f,
                "no fault kind is registered as `{kind}`: register it before a fault of it is placed"
            ),
            Self::FaultKind(error) => write!(f, "{error}"),
            Self::Schedule(why) => write!(f, "the systems don't fit together: {why}"),
            Self::Threads(why) => write!(f, "the fleet's threads can't be started: {why}"),
            Self::NoEnvironment => f.write_str("the entity is not an environment of this world"),
        }
    }
}

impl std::error::Error for SimError {}

impl From<FaultKindError> for SimError {
    fn from(error: FaultKindError) -> Self {
        Self::FaultKind(error)
    }
}
