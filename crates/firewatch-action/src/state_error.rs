//! Why a saved state was refused.

use thiserror::Error;

/// Why a saved state was refused: it does not fit its environment, or is not one that was saved.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StateError {
    /// The state is of an episode with another profile.
    #[error("the state is of the profile `{found}`, not `{expected}`")]
    Profile {
        /// The profile of the episode that is restored.
        expected: &'static str,
        /// The profile of the state.
        found: &'static str,
    },
    /// The state is of another incident: its services differ from the scenario's.
    #[error("the state is of an incident with other services than the scenario's")]
    Services,
    /// A part of the state has another number of services than the environment.
    #[error("the state has {found} services in `{part}`, but {expected} in its environment")]
    ServiceCount {
        /// The part.
        part: &'static str,
        /// Number of services of the environment.
        expected: usize,
        /// Number of services of the part.
        found: usize,
    },
    /// The state names a service that the environment does not have.
    #[error("the state names an unknown service `{0}`")]
    UnknownService(String),
    /// The verdicts on actions are not those of the actions that were done.
    #[error("`verdicts` does not fit `history`: each action has one, in the order of their ticks")]
    Verdicts,
    /// A number is NaN or infinite.
    #[error("a number in `{0}` is not finite")]
    NotFinite(&'static str),
    /// A list or a count exceeds its limit.
    #[error("`{part}` is {found}, more than {limit}")]
    TooLarge {
        /// The part.
        part: &'static str,
        /// The limit.
        limit: usize,
        /// The length or the count.
        found: usize,
    },
}

impl StateError {
    /// Checks the number of services of a part.
    ///
    /// # Errors
    /// [`StateError::ServiceCount`]
    pub fn check_services(part: &'static str, found: usize, expected: usize) -> Result<(), Self> {
        let error = Self::ServiceCount {
            part,
            expected,
            found,
        };
        if found == expected {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// Checks that all numbers of a part are finite.
    ///
    /// # Errors
    /// [`StateError::NotFinite`]
    pub fn check_finite(part: &'static str, are_finite: bool) -> Result<(), Self> {
        if are_finite {
            Ok(())
        } else {
            Err(Self::NotFinite(part))
        }
    }

    /// Checks the length of a part.
    ///
    /// # Errors
    /// [`StateError::TooLarge`]
    pub fn check_at_most(part: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found <= limit {
            Ok(())
        } else {
            Err(Self::TooLarge { part, limit, found })
        }
    }
}
