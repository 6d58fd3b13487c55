//! What a score takes from the mesh; it stays the same throughout an episode.

use firewatch_sim::Topology;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

use super::rules::ScoreRules;

/// Services that customers talk to, wherever they are part of a mesh.
pub const USER_FACING: [&str; 2] = ["api-gateway", "checkout-service"];

/// The part that a service has in a mesh.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    /// 1 and one more for each service that calls it.
    pub(crate) weight: f64,
    pub(crate) user_facing: bool,
    pub(crate) red_herring: bool,
}

/// Returns the role of each service, in order. Where none of [`USER_FACING`] is in the mesh, the rules say
/// whether customers talk to the services that none calls.
pub(crate) fn roles(rules: &ScoreRules, topology: &Topology) -> impl Iterator<Item = Role> {
    let is_named = |name: &str| USER_FACING.contains(&name);
    let by_name = !rules.falls_back_to_uncalled_services || topology.services().any(is_named);
    topology.services().enumerate().map(move |(service, name)| {
        let callers = caller_count(topology, service);
        Role {
            weight: 1.0 + callers as f64,
            user_facing: if by_name {
                is_named(name)
            } else {
                callers == 0
            },
            red_herring: topology.is_red_herring(service),
        }
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
