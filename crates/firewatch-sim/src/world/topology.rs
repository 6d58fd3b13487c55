//! The call graph of a mesh, the victims of a cascade and the blast radius.

mod entries;
mod names;
mod node_set;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use smol_str::SmolStr;

use crate::world::error::SimError;
use names::find_duplicate;
use node_set::NodeSet;

/// Hops that a cascade goes at most, and over which the blast radius is counted.
pub const CASCADE_MAX_DEPTH: usize = 3;

/// The shape of a mesh: its services, their dependencies and which of them are red herrings.
///
/// Environments of the same shape can share one. An edge `a -> b` says that a calls b; cycles,
/// self edges, duplicates and names that are no service of the mesh are allowed.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// The mesh's services in order, then the names that are only mentioned.
    graph: DiGraph<SmolStr, ()>,
    services: usize,
    /// The nodes of the names that are only mentioned.
    mentioned: BTreeMap<SmolStr, usize>,
    /// In the order in which they were given, each once.
    red_herrings: Vec<usize>,
    /// The same, to look them up.
    red_herring_set: NodeSet,
    /// Per service, worked out when first asked for: most faults carry them in their [`CascadeVictims`].
    victims: OnceLock<Box<[OnceLock<Victims>]>>,
}

/// Indices of the services that a cascade from one source reaches, hop by hop.
#[derive(Clone, Debug)]
struct Victims {
    indices: Box<[u16]>,
    ends: [usize; CASCADE_MAX_DEPTH],
}

/// The victims of one source in a form that a fault carries with it, so that a tick need not follow
/// pointers to them: two bits a service, the hop at which it is reached or 0. Where there are more
/// services than that holds, the topology is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CascadeVictims(u64);

impl CascadeVictims {
    /// Services of a mesh that it can hold.
    pub(crate) const MAX_SERVICES: usize = 32;

    pub(crate) fn new(topology: &Topology, source: usize) -> Self {
        let mut victims = 0;
        if topology.service_count() <= Self::MAX_SERVICES {
            let mut found = [0; Self::MAX_SERVICES];
            // There is room for all.
            let ends = topology
                .find_victims(source, &mut found)
                .unwrap_or_default();
            let mut start = 0;
            for (hop, end) in (1..).zip(ends) {
                for victim in &found[start..end] {
                    victims |= hop << (2 * victim);
                }
                start = end;
            }
        }
        Self(victims)
    }

    /// Each victim with the hops before its own.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = (usize, usize)> {
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
        let (topology, _) = Self::with_mentions(services, dependencies, red_herrings, [])?;
        Ok(topology)
    }

    /// As [`Topology::new`], with more names, which need not be of services; returns the node of each of
    /// those.
    pub(crate) fn with_mentions<'a>(
        services: impl IntoIterator<Item = &'a str>,
        dependencies: impl IntoIterator<Item = (&'a str, impl IntoIterator<Item = &'a str>)>,
        red_herrings: impl IntoIterator<Item = &'a str>,
        mentions: impl IntoIterator<Item = &'a str>,
    ) -> Result<(Self, Vec<usize>), SimError> {
        let services: Vec<SmolStr> = services.into_iter().map(SmolStr::new).collect();
        let mut topology = Self::from_indices(&services, &[], &[])?;
        let graph = &mut topology.graph;
        let named = services.iter().map(SmolStr::as_str);
        let mut nodes: HashMap<&str, NodeIndex> = named.zip(graph.node_indices()).collect();
        let mut node = |graph: &mut DiGraph<SmolStr, ()>, name| {
            *nodes
                .entry(name)
                .or_insert_with(|| graph.add_node(name.into()))
        };
        for (caller, callees) in dependencies {
            let from = node(graph, caller);
            for callee in callees {
                let to = node(graph, callee);
                graph.add_edge(from, to, ());
            }
        }
        let mut find = |name| node(graph, name).index();
        let herrings: Vec<usize> = red_herrings.into_iter().map(&mut find).collect();
        let mentions = mentions.into_iter().map(find).collect();
        let mut listed = NodeSet::new(graph.node_count());
        let first = herrings.into_iter().filter(|&node| listed.insert(node));
        topology.red_herrings = first.collect();
        let outside = graph.node_indices().skip(topology.services);
        topology.mentioned = outside
            .map(|node| (graph[node].clone(), node.index()))
            .collect();
        topology.red_herring_set = listed;
        Ok((topology, mentions))
    }

    /// Builds a shape whose names are resolved: `calls` are pairs of caller and callee, which like
    /// the red herrings are indices of services.
    ///
    /// # Errors
    /// As [`Topology::new`]; [`SimError::Blueprint`] for an index of no service, and for a red herring
    /// given twice.
    pub fn from_indices(
        services: &[SmolStr],
        calls: &[(usize, usize)],
        red_herrings: &[usize],
    ) -> Result<Self, SimError> {
        let mut topology = Self::default();
        topology.rebuild(services, calls, red_herrings)?;
        Ok(topology)
    }

    /// Becomes what [`from_indices`](Self::from_indices) would build, in the memory that it has.
    ///
    /// # Errors
    /// As [`from_indices`](Self::from_indices); it is as it was then.
    pub fn rebuild(
        &mut self,
        services: &[SmolStr],
        calls: &[(usize, usize)],
        red_herrings: &[usize],
    ) -> Result<(), SimError> {
        let limit = usize::from(u16::MAX);
        if let Some(name) = find_duplicate(services) {
            return Err(SimError::DuplicateService(name.to_string()));
        }
        if services.len() > limit {
            return Err(SimError::TooManyServices {
                given: services.len(),
                limit,
            });
        }
        let mut given = calls.iter().flat_map(|&(caller, callee)| [caller, callee]);
        if { &mut given }.any(|index| index >= services.len()) {
            return Err(SimError::Blueprint("a call is from or to no service"));
        }
        let mut listed = NodeSet::new(services.len());
        if !{ red_herrings.iter() }.all(|&index| index < services.len() && listed.insert(index)) {
            return Err(SimError::Blueprint(
                "a red herring is no service, or is given twice",
            ));
        }
        self.graph.clear();
        self.graph.reserve_exact_nodes(services.len());
        self.graph.reserve_exact_edges(calls.len());
        for name in services {
            self.graph.add_node(name.clone());
        }
        for &(caller, callee) in calls {
            let [from, to] = [caller, callee].map(NodeIndex::new);
            self.graph.add_edge(from, to, ());
        }
        self.services = services.len();
        self.mentioned.clear();
        self.red_herrings.clear();
        self.red_herrings.extend_from_slice(red_herrings);
        self.red_herring_set = listed;
        self.victims.take();
        Ok(())
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
    pub fn graph(&self) -> &DiGraph<SmolStr, ()> {
        &self.graph
    }

    /// Name of a service of the mesh or of one that is only mentioned.
    pub(crate) fn name(&self, node: usize) -> &str {
        &self.graph[NodeIndex::new(node)]
    }

    /// Adds a node, outside the mesh, for a name that nothing mentioned yet.
    pub(crate) fn mention(&mut self, name: &str) -> usize {
        let name = SmolStr::new(name);
        let node = self.graph.add_node(name.clone()).index();
        self.mentioned.insert(name, node);
        node
    }

    /// The node of that name, in the mesh or only mentioned.
    pub(crate) fn node(&self, name: &str) -> Option<usize> {
        self.service(name)
            .or_else(|| self.mentioned.get(name).copied())
    }

    /// Whether that service is a red herring.
    #[must_use]
    pub fn is_red_herring(&self, service: usize) -> bool {
        self.red_herring_set.contains(service)
    }

    /// Names of the red herrings, in the order in which they were given.
    pub fn red_herrings(&self) -> impl Iterator<Item = &str> {
        self.red_herrings.iter().map(|&node| self.name(node))
    }

    /// Each name that calls something, with what it calls, in the order in which they were given.
    pub fn dependencies(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let mut listed = NodeSet::new(self.graph.node_count());
        let edges = self.graph.raw_edges().iter();
        edges
            .map(|edge| edge.source().index())
            .filter(move |&caller| listed.insert(caller))
            .map(|caller| (self.name(caller), self.callees(caller)))
    }

    /// What a service calls, in the order in which it was given; names outside the mesh too.
    #[must_use]
    pub fn callees(&self, node: usize) -> Vec<&str> {
        // petgraph lists the newest edge first.
        let newest_first = self.graph.neighbors(NodeIndex::new(node));
        let mut callees: Vec<&str> = newest_first.map(|to| self.name(to.index())).collect();
        callees.reverse();
        callees
    }

    /// Whether a service calls another.
    #[must_use]
    pub fn calls(&self, caller: usize, callee: usize) -> bool {
        self.graph
            .contains_edge(NodeIndex::new(caller), NodeIndex::new(callee))
    }

    /// Indices of the services that a cascade from `source` reaches, one slice a hop, each service
    /// at most once; a red herring neither takes nor passes on. Empty for a source outside the mesh.
    #[must_use]
    pub fn victims(&self, source: usize) -> [&[u16]; CASCADE_MAX_DEPTH] {
        let slots = self
            .victims
            .get_or_init(|| (0..self.services).map(|_| OnceLock::new()).collect());
        let Some(slot) = slots.get(source) else {
            return [&[]; CASCADE_MAX_DEPTH];
        };
        let victims = slot.get_or_init(|| {
            let mut indices = vec![0; self.services];
            // There is room for all.
            let ends = self.find_victims(source, &mut indices).unwrap_or_default();
            indices.truncate(ends[CASCADE_MAX_DEPTH - 1]);
            Victims {
                indices: indices.into(),
                ends,
            }
        });
        let [first, second, third] = victims.ends;
        let all = &victims.indices;
        [&all[..first], &all[first..second], &all[second..third]]
    }

    /// Fills in the victims of `source` and says where those of each hop end; `None` if there is no
    /// room for all.
    fn find_victims(&self, source: usize, found: &mut [u16]) -> Option<[usize; CASCADE_MAX_DEPTH]> {
        if source >= self.services {
            return Some([0; CASCADE_MAX_DEPTH]);
        }
        let mut visited = NodeSet::new(self.graph.node_count());
        visited.insert(source);
        let mut filled = self.find_callers(source, &mut visited, found, 0)?;
        found[..filled].sort_unstable();
        let mut ends = [filled; CASCADE_MAX_DEPTH];
        let mut frontier = 0..filled;
        for end in &mut ends[1..] {
            for index in frontier.clone() {
                filled = self.find_callers(found[index].into(), &mut visited, found, filled)?;
            }
            frontier = frontier.end..filled;
            found[frontier.clone()].sort_unstable();
            *end = filled;
        }
        Some(ends)
    }

    /// Adds the unvisited callers that a cascade takes to the `filled` ones; `None` if there is no
    /// room for all.
    fn find_callers(
        &self,
        callee: usize,
        visited: &mut NodeSet,
        found: &mut [u16],
        mut filled: usize,
    ) -> Option<usize> {
        let callers = self
            .graph
            .neighbors_directed(NodeIndex::new(callee), Direction::Incoming);
        for caller in callers.map(NodeIndex::index) {
            if caller < self.services && !self.is_red_herring(caller) && visited.insert(caller) {
                // Indices of services fit: `from_indices` holds them to 65,535.
                *found.get_mut(filled)? = u16::try_from(caller).unwrap_or(u16::MAX);
                filled += 1;
            }
        }
        Some(filled)
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

#[cfg(test)]
mod tests;
