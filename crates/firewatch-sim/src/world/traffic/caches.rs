//! Caches that services keep in the memory of their instances.

use super::component::MeshTraffic;

impl MeshTraffic {
    /// Takes from the caches of each service the share that those instances held which ran in the last tick and don't run
    /// in this one: what a cache has is spread evenly over the instances.
    pub(crate) fn lose_caches(&mut self) {
        for service in 0..self.instances.len() {
            let mesh = &self.shape.mesh;
            let mut calls = mesh.calls_of(service).iter();
            if !calls.any(|&call| mesh.calls()[call].cache.is_some()) {
                continue;
            }
            let stated = self.stated_instances(service);
            let (ran, runs) = (
                self.instances[service].ran.unwrap_or(stated),
                self.running(service),
            );
            if runs < ran {
                let lost = 1.0 - runs / ran;
                self.state.lose_caches(mesh, service, lost);
            }
            self.instances[service].ran = Some(runs).filter(|&runs| runs != stated);
        }
    }
}
