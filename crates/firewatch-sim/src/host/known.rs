//! What is known of the environments of a world before one of them is read.

use bevy_ecs::prelude::*;
use bevy_ecs::storage::ComponentSparseSet;

use crate::world::fault::Fault;
use crate::world::service::Vitals;

/// The rows of an environment, if they are known to be contiguous.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowsRef<'w> {
    /// Row of the first service in its table.
    pub(crate) first_service: usize,
    pub(crate) services: &'w [Entity],
    pub(crate) vitals: &'w [Vitals],
    pub(crate) faults: &'w [Fault],
}

/// Which metrics services of the world are known not to have, so that they need not be looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Absences<'w> {
    /// Whether no service of the world is a stage of a data pipeline.
    pub(crate) no_pipelines: bool,
    pub(crate) custom: CustomSet<'w>,
}

/// The services of a world that have custom metrics.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum CustomSet<'w> {
    #[default]
    Unknown,
    Empty,
    Set(&'w ComponentSparseSet),
}

impl CustomSet<'_> {
    /// Whether the service is known to have none.
    #[inline]
    pub(crate) fn lacks(self, service: Entity) -> bool {
        match self {
            Self::Unknown => false,
            Self::Empty => true,
            Self::Set(set) => !set.contains(service),
        }
    }
}
