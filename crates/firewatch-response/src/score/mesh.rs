//! What a score takes from the mesh; it stays the same throughout an episode.

use firewatch_action::CustomerRules;
use firewatch_sim::Topology;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

/// The part that a service has in a mesh.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    /// 1 and one more for each service that calls it.
    pub(crate) weight: f64,
    pub(crate) user_facing: bool,
}

/// Returns the role of each service, in order; `named` are the services that the scenario says customers talk to.
pub(crate) fn roles<'a>(
    rules: &CustomerRules,
    named: &'a [String],
    topology: &'a Topology,
) -> impl Iterator<Item = Role> + use<'a> {
    let facing = rules.user_facing(named, topology);
    facing.enumerate().map(|(service, user_facing)| Role {
        weight: 1.0 + caller_count(topology, service) as f64,
        user_facing,
    })
}

/// How many services of the mesh call that one.
fn caller_count(topology: &Topology, service: usize) -> usize {
    let node = NodeIndex::new(service);
    let callers = topology
        .graph()
        .neighbors_directed(node, Direction::Incoming);
    let in_mesh = callers.filter(|caller| caller.index() < topology.service_count());
    // Nearly every service has fewer: they need no memory of their own.
    let mut callers: SmallVec<[NodeIndex; 16]> = in_mesh.collect();
    callers.sort_unstable();
    callers.dedup();
    callers.len()
}

/// The sources and all that reach one of them through calls, however many, by node.
pub(crate) fn reachable(topology: &Topology, sources: impl Iterator<Item = usize>) -> Vec<bool> {
    let graph = topology.graph();
    let mut reached = vec![false; graph.node_count()];
    let mut rest: Vec<usize> = sources.collect();
    while let Some(node) = rest.pop() {
        if reached.get(node) != Some(&false) {
            continue;
        }
        reached[node] = true;
        let callers = graph.neighbors_directed(NodeIndex::new(node), Direction::Incoming);
        rest.extend(callers.map(NodeIndex::index));
    }
    reached
}
