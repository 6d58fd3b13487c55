//! How hard an incident is, and the defaults that this gives.

use firewatch_action::names;
use firewatch_sim::{FaultKind, SloBudget};

names! {
    /// How hard an incident is; gives defaults.
    Difficulty {
        /// Three services, slow faults, no distraction.
        Easy = "easy",
        /// Five services and a red herring.
        Medium = "medium",
        /// Seven services, three red herrings, fast faults, a lying log.
        Hard = "hard",
    }
}

impl Difficulty {
    /// SLO budget and burn per tick.
    #[must_use]
    pub fn slo_budget(self) -> SloBudget {
        let (remaining, burn_per_tick) = match self {
            Self::Easy => (30.0, 1.5),
            Self::Medium => (60.0, 2.0),
            Self::Hard => (120.0, 3.0),
        };
        SloBudget {
            remaining,
            burn_per_tick,
        }
    }

    /// Ticks that a run takes.
    #[must_use]
    pub fn ticks(self) -> u64 {
        match self {
            Self::Easy => 20,
            Self::Medium => 30,
            Self::Hard => 40,
        }
    }

    /// Speed of faults.
    #[must_use]
    pub fn fault_speed(self) -> f64 {
        match self {
            Self::Easy => 1.0,
            Self::Medium => 1.5,
            Self::Hard => 2.0,
        }
    }

    /// Number of services of a generated episode.
    #[must_use]
    pub fn service_count(self) -> usize {
        match self {
            Self::Easy => 3,
            Self::Medium => 5,
            Self::Hard => 7,
        }
    }

    /// Number of red herrings of a generated episode; version 2 of the generator draws at most two.
    #[must_use]
    pub fn red_herring_count(self) -> usize {
        match self {
            Self::Easy => 0,
            Self::Medium => 1,
            Self::Hard => 3,
        }
    }

    /// The kinds of fault that a generated episode draws from.
    #[must_use]
    pub fn fault_kinds(self) -> &'static [FaultKind] {
        match self {
            Self::Easy => &[FaultKind::OOM, FaultKind::BAD_DEPLOY],
            Self::Medium => &[
                FaultKind::OOM,
                FaultKind::BAD_DEPLOY,
                FaultKind::MEMORY_LEAK,
                FaultKind::CONFIG_DRIFT,
            ],
            Self::Hard => &[
                FaultKind::OOM,
                FaultKind::MEMORY_LEAK,
                FaultKind::CONFIG_DRIFT,
                FaultKind::NETWORK_PARTITION,
                FaultKind::BAD_DEPLOY,
            ],
        }
    }
}
