//! What looking around in a mesh takes.

use std::cell::Cell;

use super::*;

thread_local! {
    /// Nodes that were looked up in a set or added to one.
    pub(super) static LOOK_UPS: Cell<usize> = const { Cell::new(0) };
}

/// What is returned, and the nodes that were looked up for it.
fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LOOK_UPS.get();
    let done = work();
    (done, LOOK_UPS.get() - before)
}

/// A mesh in which each service calls the next one and the one after that, in two rounds, so that
/// calls of one service do not stand together; every other service is a red herring, given twice.
fn mesh(services: usize) -> Topology {
    let names: Vec<String> = (0..services).map(|index| format!("s{index}")).collect();
    let name = |index: usize| &*names[index % services];
    let call = |(index, step)| (name(index), [name(index + step)]);
    let calls = (0..2 * services).map(|n| call((n % services, 1 + n / services)));
    let herrings = (0..services).map(|index| name(2 * index));
    Topology::new(names.iter().map(String::as_str), calls, herrings).unwrap()
}

#[test]
fn dependencies_take_one_look_at_each_call() {
    for services in [10, 1000, 4000] {
        let topology = mesh(services);
        let (dependencies, look_ups) = counted(|| topology.dependencies().collect::<Vec<_>>());
        assert_eq!(look_ups, 2 * services);
        assert_eq!(dependencies.len(), services);
        for (index, (caller, callees)) in dependencies.into_iter().enumerate() {
            let callee = |step| format!("s{}", (index + step) % services);
            assert_eq!(caller, format!("s{index}"));
            assert_eq!(callees, [callee(1), callee(2)]);
        }
    }
}

#[test]
fn red_herrings_take_one_look_each_however_many_there_are() {
    for services in [10, 1000, 4000] {
        let (topology, look_ups) = counted(|| mesh(services));
        assert_eq!(look_ups, services);
        let (found, look_ups) = counted(|| {
            let services = 0..services;
            services.filter(|&s| topology.is_red_herring(s)).count()
        });
        assert_eq!((found, look_ups), (services / 2, services));
        assert_eq!(topology.red_herrings().count(), services / 2);
    }
}

#[test]
fn names_that_are_only_mentioned_can_be_red_herrings_and_new_nodes_are_none() {
    let many: Vec<String> = (0..130).map(|index| format!("absent-{index}")).collect();
    let herrings = many.iter().map(String::as_str);
    let calls = [("a", ["b"])];
    let mut topology = Topology::new(["a"], calls, herrings).unwrap();
    assert_eq!(topology.red_herrings().count(), 130);
    assert!(topology.is_red_herring(131) && !topology.is_red_herring(1));
    let node = topology.mention("new");
    assert!(!topology.is_red_herring(node) && !topology.is_red_herring(usize::MAX));
}
