//! The services through which requests come into a mesh.

use petgraph::Direction;
use petgraph::graph::NodeIndex;

use super::Topology;

impl Topology {
    /// Returns of each service whether it is an entry of the mesh: no service of the mesh calls it, and it is no red
    /// herring. Without any such service, all are entries.
    pub fn entries(&self) -> impl Iterator<Item = bool> {
        let services = 0..self.service_count();
        let has_entry = services.clone().any(|service| self.is_entry(service));
        services.map(move |service| !has_entry || self.is_entry(service))
    }

    fn is_entry(&self, service: usize) -> bool {
        let node = NodeIndex::new(service);
        let mut callers = self.graph().neighbors_directed(node, Direction::Incoming);
        let is_called = callers.any(|caller| caller.index() < self.service_count());
        !is_called && !self.is_red_herring(service)
    }
}
