//! Services that every request to another has come through: the dominators of the graph of calls.

use crate::mesh::Mesh;

/// The nodes of the graph: the services, and what all requests come from.
struct Graph<'a> {
    mesh: &'a Mesh,
    /// Services that are called, by caller.
    callees_of: Vec<Vec<usize>>,
}

/// Returns services with their immediate dominators, dominators first, by the algorithm of Cooper, Harvey and Kennedy
/// ("A simple, fast dominance algorithm", 2001).
pub(crate) fn gates(mesh: &Mesh) -> Vec<(usize, usize)> {
    let graph = Graph::new(mesh);
    let order = graph.from_the_source();
    let source = mesh.services().len();
    let mut place = vec![usize::MAX; source + 1];
    for (index, &node) in order.iter().enumerate() {
        place[node] = index;
    }
    // By place in the order; the source is its own.
    let mut above = vec![usize::MAX; order.len()];
    above[0] = 0;
    let mut is_changed = true;
    while std::mem::take(&mut is_changed) {
        for (index, &service) in order.iter().enumerate().skip(1) {
            let from_source = mesh.is_entry(service).then_some(0);
            let callers = mesh.callers_of(service).iter().map(|&caller| place[caller]);
            let reached =
                callers.filter(|&caller| above.get(caller).is_some_and(|&of| of != usize::MAX));
            let common = { from_source.into_iter().chain(reached) }
                .reduce(|one, other| meet(&above, one, other));
            if let Some(common) = common.filter(|&common| common != above[index]) {
                above[index] = common;
                is_changed = true;
            }
        }
    }
    let below_source = (1..order.len()).filter(|&index| above[index] != 0);
    below_source
        .map(|index| (order[index], order[above[index]]))
        .collect()
}

/// Returns the last node that is on every way to two.
fn meet(above: &[usize], mut one: usize, mut other: usize) -> usize {
    while one != other {
        if one > other {
            one = above[one];
        } else {
            other = above[other];
        }
    }
    one
}

impl<'a> Graph<'a> {
    fn new(mesh: &'a Mesh) -> Self {
        let mut callees_of = vec![Vec::new(); mesh.services().len()];
        for service in 0..mesh.services().len() {
            for &caller in mesh.callers_of(service) {
                callees_of[caller].push(service);
            }
        }
        Self { mesh, callees_of }
    }

    /// Returns what requests reach, the source first, callers before callees as far as there is no cycle: by a search in
    /// depth, without recursion.
    fn from_the_source(&self) -> Vec<usize> {
        let source = self.mesh.services().len();
        let mut is_seen = vec![false; source];
        let mut callees_first = Vec::with_capacity(source + 1);
        let mut open: Vec<(usize, usize)> = Vec::new();
        for start in (0..source).filter(|&service| self.mesh.is_entry(service)) {
            if !std::mem::replace(&mut is_seen[start], true) {
                open.push((start, 0));
            }
            while let Some((service, next)) = open.last_mut() {
                let Some(&callee) = self.callees_of[*service].get(*next) else {
                    callees_first.push(*service);
                    open.pop();
                    continue;
                };
                *next += 1;
                if !std::mem::replace(&mut is_seen[callee], true) {
                    open.push((callee, 0));
                }
            }
        }
        callees_first.push(source);
        callees_first.reverse();
        callees_first
    }
}
