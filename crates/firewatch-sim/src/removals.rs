//! Removal messages: `bevy_ecs` keeps one for each component of each despawned entity until somebody
//! calls [`World::clear_trackers`], which a world without a `bevy_app::App` leaves to its owner.

use bevy_ecs::prelude::*;

/// Messages of one component that a world may have before they are cleared.
const LIMIT: usize = 4096;

/// Clears the removal messages of a host's world once there are too many of them: a host that clears them
/// itself, at each of its frames, never sees it happen. Those since the last clearing stay readable until
/// the next one.
pub(crate) fn bound_removals(world: &mut World) {
    let is_over = { world.removed_components().iter() }.any(|(_, messages)| messages.len() > LIMIT);
    if is_over {
        world.clear_trackers();
    }
}
