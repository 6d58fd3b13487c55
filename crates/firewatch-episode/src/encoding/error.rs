//! Why actions can't be encoded, or a code not be decoded.

use firewatch_scenario::Physics;
use thiserror::Error;

/// Why actions can't be encoded, or a code not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodingError {
    /// There are more codes than 32 bits hold.
    #[error(
        "an encoding for {services} services has more codes than 32 bits hold: take fewer services"
    )]
    TooManyCodes {
        /// Services that there was to be room for.
        services: usize,
    },
    /// The encoding has the actions of another catalogue than the batch.
    #[error(
        "the encoding has the actions of another catalogue than the batch: make it with `EpisodeBatch::encoding`"
    )]
    OtherCatalogue,
    /// An incident has a physics whose actions have no codes.
    #[error(
        "the encoding has no codes for the actions of the physics `{0}`: make it with those of both"
    )]
    OtherPhysics(Physics),
    /// There is no such code.
    #[error(
        "environment {environment}: the codes of actions go from 0 to {last}, and {code} is none"
    )]
    UnknownCode {
        /// Index of the environment.
        environment: usize,
        /// The code.
        code: u32,
        /// The last code.
        last: u32,
    },
    /// The environment does not have the service or the action of the code.
    #[error(
        "environment {environment}: action code {code} is of a service or an action that it does not have: see the mask of `legal_into`"
    )]
    IllegalCode {
        /// Index of the environment.
        environment: usize,
        /// The code.
        code: u32,
    },
}
