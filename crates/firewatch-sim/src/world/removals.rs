//! Removal messages: `bevy_ecs` keeps one for each component of each despawned entity until
//! [`World::clear_trackers`] is called, which is up to the owner of a world without a `bevy_app::App`.

use bevy_ecs::prelude::*;

/// Messages of one component that a world may have before they are cleared.
const LIMIT: usize = 4096;

/// Messages that were left when they were last cleared here: a clearing keeps those since the one before.
#[derive(Resource, Default)]
struct Kept(usize);

/// Clears the removal messages of a host's world once there are [`LIMIT`] new ones of a component. They
/// can still be read then, until there are as many again.
pub(crate) fn bound_removals(world: &mut World) {
    let components = world.removed_components().iter();
    let most = components.map(|(_, messages)| messages.len()).max();
    let most = most.unwrap_or_default();
    let mut kept = world.get_resource_or_init::<Kept>();
    // The host may have cleared them itself.
    kept.0 = kept.0.min(most);
    if most - kept.0 > LIMIT {
        kept.0 = most;
        world.clear_trackers();
    }
}
