//! What the accounting of an episode has to know about the mesh: it stays the same throughout.

use std::collections::BTreeSet;

use firewatch_sim::{EnvironmentRef, Topology};
use petgraph::Direction;
use petgraph::graph::NodeIndex;

use crate::action::Profile;

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

/// Who has which part.
#[derive(Clone, Debug)]
pub(crate) struct Mesh {
    /// In service order.
    pub(crate) roles: Vec<Role>,
    /// Nodes of the topology that have a fault or reach one through calls.
    pub(crate) reachable: Vec<bool>,
}

impl Mesh {
    pub(crate) fn new(profile: Profile, view: &EnvironmentRef) -> Self {
        let topology = view.topology();
        let services = 0..topology.service_count();
        let callers: Vec<usize> = { services.clone() }
            .map(|s| caller_count(topology, s))
            .collect();
        let user_facing = user_facing(profile, topology, &callers);
        let roles = services.map(|service| Role {
            weight: 1.0 + callers[service] as f64,
            user_facing: user_facing[service],
            red_herring: topology.is_red_herring(service),
        });
        Self {
            roles: roles.collect(),
            reachable: reachable(topology, view.faults().map(|fault| fault.node())),
        }
    }
}

/// How many services of the mesh call that one.
fn caller_count(topology: &Topology, service: usize) -> usize {
    let node = NodeIndex::new(service);
    let callers = topology
        .graph()
        .neighbors_directed(node, Direction::Incoming);
    let callers: BTreeSet<NodeIndex> = callers.collect();
    let in_mesh = |node: &&NodeIndex| node.index() < topology.service_count();
    callers.iter().filter(in_mesh).count()
}

/// Under the standard profile customers talk to something in any mesh: where none of
/// [`USER_FACING`] is in it, to what no service calls.
fn user_facing(profile: Profile, topology: &Topology, callers: &[usize]) -> Vec<bool> {
    let named: Vec<bool> = topology
        .services()
        .map(|name| USER_FACING.contains(&name))
        .collect();
    if profile == Profile::Standard && !named.contains(&true) {
        return callers.iter().map(|&count| count == 0).collect();
    }
    named
}

/// The sources and all that reach one of them through calls, however many, by node.
fn reachable(topology: &Topology, sources: impl Iterator<Item = usize>) -> Vec<bool> {
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
