//! Meshes of the third version of the generator: who calls whom, and names that have nothing to do with it.

use crate::draws::RandomStreams;

/// Most calls on the shortest way from a service that nobody calls: a cascade goes no further.
const MAX_DEPTH: usize = 3;

/// Names of services. None says what a service calls or who calls it, and none is in the catalogue.
const NAMES: &[&str] = &[
    "accounts",
    "addresses",
    "bids",
    "billing",
    "bookings",
    "bundles",
    "carts",
    "claims",
    "contracts",
    "coupons",
    "deals",
    "documents",
    "donations",
    "fees",
    "forms",
    "galleries",
    "gifts",
    "identity",
    "images",
    "inventory",
    "invoices",
    "ledger",
    "listings",
    "loyalty",
    "maps",
    "media",
    "memberships",
    "messages",
    "offers",
    "orders",
    "parcels",
    "payouts",
    "plans",
    "preferences",
    "prices",
    "profiles",
    "promotions",
    "quotes",
    "ratings",
    "receipts",
    "recommendations",
    "refunds",
    "reports",
    "returns",
    "reviews",
    "sales",
    "search",
    "shipping",
    "stock",
    "stores",
    "subscriptions",
    "surveys",
    "tax",
    "tickets",
    "tours",
    "transfers",
    "vouchers",
    "wallets",
];

/// Draws different names, in any order.
pub(super) fn draw_names(count: usize, draws: &mut impl RandomStreams) -> Vec<&'static str> {
    let mut names = NAMES.to_vec();
    draws.shuffle(&mut names);
    names.truncate(count);
    names
}

/// Who calls whom. Services are indices in no order, and so are the calls.
pub(super) struct Mesh {
    /// Caller and callee.
    pub(super) calls: Vec<(usize, usize)>,
    /// The part that each service is in.
    pub(super) parts: Vec<usize>,
}

impl Mesh {
    /// Draws a connected mesh without cycles: of one part, in which one or two services are called by none.
    pub(super) fn draw(count: usize, draws: &mut impl RandomStreams) -> Self {
        loop {
            let entries = 1 + draws.below(2);
            let calls = grow(count, entries, draws);
            if is_connected(count, &calls) {
                return Self::of(calls, vec![0; count], draws);
            }
        }
    }

    /// Draws one of two parts of about the same size. The entry of one part also calls a service of the other that calls
    /// none: nothing else of a part is hit by a fault of the other.
    pub(super) fn draw_two_parts(count: usize, draws: &mut impl RandomStreams) -> Self {
        let first = count / 2 + draws.below(2);
        let mut calls = grow(first, 1, draws);
        let second = grow(count - first, 1, draws).into_iter();
        calls.extend(second.map(|(caller, callee)| (first + caller, first + callee)));
        let calls_none = |service: &usize| calls.iter().all(|(caller, _)| caller != service);
        let (caller, others) = match draws.below(2) {
            0 => (0, first..count),
            _ => (first, 0..first),
        };
        let leaves: Vec<usize> = others.filter(calls_none).collect();
        let link = draws.choose(&leaves).map(|callee| (caller, callee));
        calls.extend(link);
        let parts = (0..count).map(|service| usize::from(service >= first));
        Self::of(calls, parts.collect(), draws)
    }

    /// Whether each service talks with one that another calls: there its symptoms can show where customers don't talk to.
    pub(super) fn can_hide_each(&self) -> bool {
        let is_called = |service: usize| self.calls.iter().any(|&(_, callee)| callee == service);
        (0..self.parts.len()).all(|service| {
            let mut calls = self.calls.iter();
            calls.any(|&(caller, callee)| {
                caller == service || (callee == service && is_called(caller))
            })
        })
    }

    /// The same with its services and calls in another order.
    fn of(calls: Vec<(usize, usize)>, parts: Vec<usize>, draws: &mut impl RandomStreams) -> Self {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        draws.shuffle(&mut order);
        let calls = calls.iter();
        let mut calls: Vec<(usize, usize)> = calls
            .map(|&(caller, callee)| (order[caller], order[callee]))
            .collect();
        draws.shuffle(&mut calls);
        let mut shuffled = parts.clone();
        for (&place, &part) in order.iter().zip(&parts) {
            shuffled[place] = part;
        }
        Self {
            calls,
            parts: shuffled,
        }
    }
}

/// Adds one service after the other, each called by one or two of those before it; the entries come first.
fn grow(count: usize, entries: usize, draws: &mut impl RandomStreams) -> Vec<(usize, usize)> {
    let mut depths = vec![0; entries];
    let mut calls = Vec::new();
    for service in entries..count {
        let mut callers: Vec<usize> = (0..service)
            .filter(|&caller| depths[caller] < MAX_DEPTH)
            .collect();
        draws.shuffle(&mut callers);
        callers.truncate(1 + draws.below(2));
        let nearest = callers.iter().map(|&caller| depths[caller]).min();
        depths.push(nearest.unwrap_or(0) + 1);
        calls.extend(callers.iter().map(|&caller| (caller, service)));
    }
    calls
}

fn is_connected(count: usize, calls: &[(usize, usize)]) -> bool {
    let mut reached = vec![0];
    let mut next = 0;
    while let Some(&service) = reached.get(next) {
        next += 1;
        for &(caller, callee) in calls {
            for (one, other) in [(caller, callee), (callee, caller)] {
                if one == service && !reached.contains(&other) {
                    reached.push(other);
                }
            }
        }
    }
    reached.len() == count
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue;
    use crate::draws::{StreamId, Streams};

    #[test]
    fn names_differ_and_are_not_of_the_catalogue() {
        let different: BTreeSet<&&str> = NAMES.iter().collect();
        assert_eq!(different.len(), NAMES.len());
        assert!(NAMES.iter().all(|name| catalogue::find(name).is_none()));
    }

    /// How many calls the services are away from those that none calls.
    fn depths(calls: &[(usize, usize)], count: usize) -> Vec<Option<usize>> {
        let is_called = |service| calls.iter().any(|&(_, callee)| callee == service);
        let entries = (0..count).map(|service| (!is_called(service)).then_some(0));
        let mut depths: Vec<Option<usize>> = entries.collect();
        for depth in 0..count {
            for &(caller, callee) in calls {
                if depths[caller] == Some(depth) && depths[callee].is_none() {
                    depths[callee] = Some(depth + 1);
                }
            }
        }
        depths
    }

    #[test]
    fn a_mesh_is_connected_and_no_deeper_than_a_cascade() {
        for seed in 0..200 {
            let draws = &mut Streams::of(seed, StreamId::Mesh);
            for (count, has_parts) in [(3, false), (5, false), (7, true)] {
                let mesh = match has_parts {
                    true => Mesh::draw_two_parts(count, draws),
                    false => Mesh::draw(count, draws),
                };
                assert!(is_connected(count, &mesh.calls));
                let depths = depths(&mesh.calls, count);
                let is_shallow = |depth: &Option<usize>| depth.is_some_and(|it| it <= MAX_DEPTH);
                assert!(depths.iter().all(is_shallow), "{:?}", mesh.calls);
                let entries = depths.iter().filter(|depth| **depth == Some(0)).count();
                assert!((1..=2).contains(&entries), "{:?}", mesh.calls);
                let between = { mesh.calls.iter() }
                    .filter(|&&(caller, callee)| mesh.parts[caller] != mesh.parts[callee]);
                assert_eq!(between.count(), usize::from(has_parts));
            }
        }
    }
}
