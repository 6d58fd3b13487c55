//! The status of each service, derived at the end of a tick.

use bevy_ecs::prelude::*;

use crate::service::Vitals;
use crate::ticking::Ticking;

/// Derives the status of every service.
pub(crate) fn derive_status(mut services: Query<&mut Vitals>, ticking: Ticking) {
    ticking.for_each_service_row(&mut services, |vitals| {
        vitals.status = vitals.derived_status();
    });
}
