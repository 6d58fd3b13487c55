//! The status of each service, derived at the end of a tick.

use bevy_ecs::prelude::*;

use crate::tick::ticking::Ticking;
use crate::world::service::Vitals;

/// Derives the status of every service.
pub(crate) fn derive_status(mut services: Query<&mut Vitals>, ticking: Ticking) {
    ticking.for_each_service_row(&mut services, |vitals| {
        vitals.status = vitals.derived_status();
    });
}
