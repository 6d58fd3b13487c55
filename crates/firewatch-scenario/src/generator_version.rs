//! The versions of the generators: of incidents of the classic physics, and of those of traffic.

use std::fmt;

/// A version of the generator of classic incidents. What a difficulty and a seed give in one version never changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneratorVersion {
    /// A mesh, one fault and red herrings, without goals. What a scenario file without `generator` asks for.
    #[default]
    V1,
    /// Incidents with goals. From medium on the cause is not what looks worst; hard ones have two faults.
    V2,
    /// As the second, and only evidence tells the cause: each service is equally likely to be one, whatever its name
    /// and its place in the file and the mesh.
    V3,
}

impl GeneratorVersion {
    /// All of them, the oldest first.
    pub const ALL: &'static [Self] = &[Self::V1, Self::V2, Self::V3];

    /// Returns the number that files and commands name it by.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
        }
    }

    /// Returns whether it draws goals; else a scenario's author sets them.
    #[must_use]
    pub fn draws_goals(self) -> bool {
        self != Self::V1
    }

    /// Returns the version of that number, if there is one.
    #[must_use]
    pub fn of_number(number: u64) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|version| version.number() == number)
    }
}

/// The number.
impl fmt::Display for GeneratorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// A version of the generator of incidents of traffic. What a difficulty and a seed give in one version never changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrafficGeneratorVersion {
    /// Causes that customers do not call, services that only look bad, and goals.
    #[default]
    V1,
}

impl TrafficGeneratorVersion {
    /// All of them, the oldest first.
    pub const ALL: &'static [Self] = &[Self::V1];

    /// Returns the number that files and commands name it by.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
        }
    }

    /// Returns the version of that number, if there is one.
    #[must_use]
    pub fn of_number(number: u64) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|version| version.number() == number)
    }
}

/// The number.
impl fmt::Display for TrafficGeneratorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}
