//! Dominators of the graph of calls: services that every request to another one has come through.

/// Returns pairs of a service and its immediate dominator, dominators first, by the algorithm of Cooper, Harvey and Kennedy
/// ("A simple, fast dominance algorithm", 2001). Each service has its callers, and says whether requests come to it that
/// come through none of them: those come from a node of their own, the source.
pub(crate) fn immediate_dominators(
    callers_of: &[Vec<usize>],
    is_entry: &[bool],
) -> Vec<(usize, usize)> {
    let source = callers_of.len();
    let order = from_the_source(callers_of, is_entry);
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
            let from_source = is_entry[service].then_some(0);
            let callers = callers_of[service].iter().map(|&caller| place[caller]);
            let is_reached =
                |caller: &usize| above.get(*caller).is_some_and(|&of| of != usize::MAX);
            let reached = callers.filter(is_reached);
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

/// Returns what requests reach, the source first, callers before callees as far as there is no cycle: by a search in depth,
/// without recursion.
fn from_the_source(callers_of: &[Vec<usize>], is_entry: &[bool]) -> Vec<usize> {
    let source = callers_of.len();
    let mut callees_of = vec![Vec::new(); source];
    for (service, callers) in callers_of.iter().enumerate() {
        for &caller in callers {
            callees_of[caller].push(service);
        }
    }
    let mut is_seen = vec![false; source];
    let mut callees_first = Vec::with_capacity(source + 1);
    let mut open: Vec<(usize, usize)> = Vec::new();
    for start in (0..source).filter(|&service| is_entry[service]) {
        if !std::mem::replace(&mut is_seen[start], true) {
            open.push((start, 0));
        }
        while let Some((service, next)) = open.last_mut() {
            let Some(&callee) = callees_of[*service].get(*next) else {
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
