//! Who calls whom, and what follows from it: victims of a cascade, blast radius.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::error::SimError;

/// Hops that a cascade goes at most, and over which the blast radius is counted.
pub const CASCADE_MAX_DEPTH: usize = 3;

/// The shape of a mesh: its services, their dependencies and which of them are red herrings.
///
/// Environments of the same shape can share one. An edge `a -> b` says that a calls b; cycles,
/// self edges, duplicates and names that are no service of the mesh are allowed.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The mesh's services in order, then the names that are only mentioned.
    graph: DiGraph<Arc<str>, ()>,
    services: usize,
    /// In the order in which they were given, each once.
    red_herrings: Vec<usize>,
    /// Per service, worked out when the first fault is placed on it.
    victims: Box<[OnceLock<Victims>]>,
}

/// Indices of the services that a cascade from one source reaches, hop by hop.
#[derive(Clone, Debug, Default)]
struct Victims {
    indices: Box<[u16]>,
    ends: [usize; CASCADE_MAX_DEPTH],
}

/// The victims of one source in a form that a fault carries with it, so that a tick need not follow
/// pointers to them: two bits a service, the hop at which it is reached or 0. Where there are more
/// services than that holds, the topology is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reach(u64);

impl Reach {
    /// Services of a mesh that it can hold.
    pub(crate) const SERVICES: usize = 32;

    pub(crate) fn new(topology: &Topology, source: usize) -> Self {
        let mut reach = 0;
        if topology.service_count() <= Self::SERVICES {
            for (hop, victims) in (1..).zip(topology.victims(source)) {
                for &victim in victims {
                    reach |= hop << (2 * victim);
                }
            }
        }
        Self(reach)
    }

    /// Each victim with the hops before its own.
    #[inline]
    pub(crate) fn victims(self) -> impl Iterator<Item = (usize, usize)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let index = rest.trailing_zeros() / 2;
            // None once no bit is left.
            let hop = rest.checked_shr(2 * index)? & 3;
            rest ^= hop << (2 * index);
            Some((index as usize, hop as usize - 1))
        })
    }
}

impl Topology {
    /// Builds a shape from the services' names in order, each caller with what it calls, and the
    /// red herrings.
    ///
    /// # Errors
    /// [`SimError::DuplicateService`] and [`SimError::TooManyServices`] (65,535 are possible).
    pub fn new<'a>(
        services: impl IntoIterator<Item = &'a str>,
        dependencies: impl IntoIterator<Item = (&'a str, impl IntoIterator<Item = &'a str>)>,
        red_herrings: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SimError> {
        let mut graph = DiGraph::new();
        let mut nodes: HashMap<&str, NodeIndex> = HashMap::new();
        for name in services {
            if nodes.insert(name, graph.add_node(name.into())).is_some() {
                return Err(SimError::DuplicateService(name.to_owned()));
            }
        }
        let services = graph.node_count();
        let limit = usize::from(u16::MAX);
        if services > limit {
            return Err(SimError::TooManyServices {
                given: services,
                limit,
            });
        }
        for (caller, callees) in dependencies {
            let from = *nodes
                .entry(caller)
                .or_insert_with(|| graph.add_node(caller.into()));
            for callee in callees {
                let to = *nodes
                    .entry(callee)
                    .or_insert_with(|| graph.add_node(callee.into()));
                graph.add_edge(from, to, ());
            }
        }
        let mut listed = Vec::new();
        for name in red_herrings {
            let node = *nodes
                .entry(name)
                .or_insert_with(|| graph.add_node(name.into()));
            if !listed.contains(&node.index()) {
                listed.push(node.index());
            }
        }
        let victims = (0..services).map(|_| OnceLock::new()).collect();
        Ok(Self {
            graph,
            services,
            red_herrings: listed,
            victims,
        })
    }

    /// Number of services in the mesh.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.services
    }

    /// Names of the services in order.
    pub fn services(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.services).map(|index| self.name(index))
    }

    /// Index of a service of the mesh.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<usize> {
        self.services().position(|service| service == name)
    }

    /// The call graph: services of the mesh first, in order, then names that are only mentioned.
    #[must_use]
    pub fn graph(&self) -> &DiGraph<Arc<str>, ()> {
        &self.graph
    }

    /// Name of a service of the mesh or of one that is only mentioned.
    pub(crate) fn name(&self, node: usize) -> &str {
        &self.graph[NodeIndex::new(node)]
    }

    /// The node of that name; a new one, outside the mesh, if nothing mentioned it yet.
    pub(crate) fn mention(&mut self, name: &str) -> usize {
        self.node(name)
            .unwrap_or_else(|| self.graph.add_node(name.into()).index())
    }

    /// The node of that name, in the mesh or only mentioned.
    pub(crate) fn node(&self, name: &str) -> Option<usize> {
        self.graph
            .node_weights()
            .position(|weight| &**weight == name)
    }

    /// Whether that service is a red herring.
    #[must_use]
    pub fn is_red_herring(&self, service: usize) -> bool {
        self.red_herrings.contains(&service)
    }

    /// Names of the red herrings, in the order in which they were given.
    pub fn red_herrings(&self) -> impl Iterator<Item = &str> {
        self.red_herrings.iter().map(|&node| self.name(node))
    }

    /// Each name that calls something, with what it calls, in the order in which they were given.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let mut callers: Vec<usize> = Vec::new();
        for edge in self.graph.raw_edges() {
            let caller = edge.source().index();
            // Most lists are grouped by caller, so the last one is the likeliest.
            if callers.last() != Some(&caller) && !callers.contains(&caller) {
                callers.push(caller);
            }
        }
        callers
            .into_iter()
            .map(|caller| (self.name(caller), self.callees(caller)))
    }

    /// What a service calls, in the order in which it was given.
    pub(crate) fn callees(&self, node: usize) -> Vec<&str> {
        // petgraph lists the newest edge first.
        let newest_first = self.graph.neighbors(NodeIndex::new(node));
        let mut callees: Vec<&str> = newest_first.map(|to| self.name(to.index())).collect();
        callees.reverse();
        callees
    }

    /// Indices of the services that a cascade from `source` reaches, one slice a hop, each service
    /// at most once; a red herring neither takes nor passes on. Empty for a source outside the mesh.
    #[must_use]
    pub fn victims(&self, source: usize) -> [&[u16]; CASCADE_MAX_DEPTH] {
        let Some(slot) = self.victims.get(source) else {
            return [&[]; CASCADE_MAX_DEPTH];
        };
        let victims = slot.get_or_init(|| self.find_victims(source));
        let [first, second, third] = victims.ends;
        let all = &victims.indices;
        [&all[..first], &all[first..second], &all[second..third]]
    }

    fn find_victims(&self, source: usize) -> Victims {
        let mut visited = vec![false; self.graph.node_count()];
        visited[source] = true;
        let mut frontier = vec![source];
        let mut indices = Vec::new();
        let mut ends = [0; CASCADE_MAX_DEPTH];
        for end in &mut ends {
            frontier = self.unvisited_dependents(&frontier, &mut visited);
            frontier.retain(|&node| node < self.services && !self.is_red_herring(node));
            frontier.sort_unstable();
            // Nodes below `services` fit: `new` holds them to 65,535.
            indices.extend(
                frontier
                    .iter()
                    .map(|&node| u16::try_from(node).unwrap_or(u16::MAX)),
            );
            *end = indices.len();
        }
        Victims {
            indices: indices.into(),
            ends,
        }
    }

    fn unvisited_dependents(&self, frontier: &[usize], visited: &mut [bool]) -> Vec<usize> {
        let mut next = Vec::new();
        for &node in frontier {
            let callers = self
                .graph
                .neighbors_directed(NodeIndex::new(node), Direction::Incoming);
            for caller in callers.map(NodeIndex::index) {
                if !std::mem::replace(&mut visited[caller], true) {
                    next.push(caller);
                }
            }
        }
        next
    }

    /// The sources and everything that reaches one of them within three hops over who calls whom,
    /// red herrings and names outside the mesh included, by node index. In increasing order.
    #[must_use]
    pub fn blast_zone(&self, sources: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut visited = vec![false; self.graph.node_count()];
        let mut frontier: Vec<usize> = sources
            .into_iter()
            .filter(|&s| !std::mem::replace(&mut visited[s], true))
            .collect();
        for _ in 0..CASCADE_MAX_DEPTH {
            frontier = self.unvisited_dependents(&frontier, &mut visited);
        }
        (0..visited.len()).filter(|&node| visited[node]).collect()
    }
}
