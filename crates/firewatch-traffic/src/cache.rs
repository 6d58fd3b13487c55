//! What a cache in front of a call holds.

use crate::mesh::Mesh;
use crate::spec::Cache;

#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct CacheState {
    /// Share of the requests that find their answer in it.
    pub(crate) hit_share: f64,
}

impl CacheState {
    /// Returns the caches of a mesh, warm.
    pub(crate) fn warm(mesh: &Mesh) -> Vec<Self> {
        let specs = mesh.cached_calls().iter().map(|&call| &mesh.calls()[call]);
        let hit_shares = specs
            .filter_map(|call| call.cache)
            .map(|cache| cache.hit_share);
        hit_shares.map(|hit_share| Self { hit_share }).collect()
    }

    /// Lets answers fill it for `step_s` seconds, in which the share `answered` of the calls behind it was answered well.
    ///
    /// What is asked for often is back first: the distance to the warm share falls exponentially, by the reciprocal of the
    /// first three terms of its series. Returns by how much the share moved.
    pub(crate) fn fill(&mut self, cache: &Cache, answered: f64, step_s: f64) -> f64 {
        let before = self.hit_share;
        let stays = if cache.warm_up_s > 0.0 {
            let elapsed = answered * step_s / cache.warm_up_s;
            1.0 / (1.0 + elapsed * (1.0 + 0.5 * elapsed))
        } else {
            0.0
        };
        if answered > 0.0 {
            self.hit_share = cache.hit_share - (cache.hit_share - before).max(0.0) * stays;
        }
        self.hit_share - before
    }
}
