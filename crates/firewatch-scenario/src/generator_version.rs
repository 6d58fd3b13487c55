//! The versions of the generators: of incidents of the classic physics, and of those of traffic.

use std::fmt;

/// Numbers the versions of a generator, the oldest first.
macro_rules! numbered {
    ($generator:ident { $($version:ident = $number:literal),+ }) => {
        impl $generator {
            /// All of them, the oldest first.
            pub const ALL: &'static [Self] = &[$(Self::$version),+];

            /// Returns the number that files and commands name it by.
            #[must_use]
            pub fn number(self) -> u64 {
                match self {
                    $(Self::$version => $number,)+
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
        impl fmt::Display for $generator {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.number())
            }
        }
    };
}

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

numbered!(GeneratorVersion { V1 = 1, V2 = 2, V3 = 3 });

impl GeneratorVersion {
    /// Returns whether it draws goals; else a scenario's author sets them.
    #[must_use]
    pub fn draws_goals(self) -> bool {
        self != Self::V1
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

numbered!(TrafficGeneratorVersion { V1 = 1 });
