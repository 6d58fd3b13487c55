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

/// Returns everything that a mesh tells about itself.
fn shape(topology: &Topology) -> String {
    let victims = (0..topology.service_count()).map(|source| topology.victims(source));
    format!(
        "{:?} {:?} {:?} {:?}",
        topology.services().collect::<Vec<_>>(),
        topology.dependencies().collect::<Vec<_>>(),
        topology.red_herrings().collect::<Vec<_>>(),
        victims.collect::<Vec<_>>()
    )
}

#[test]
fn a_mesh_that_is_rebuilt_has_nothing_of_the_one_before() {
    let names = |text: &str| text.split(' ').map(SmolStr::new).collect::<Vec<_>>();
    let small = (names("a b c"), [(0, 1), (1, 2)], [2]);
    let large = (names("d e f g h"), [(4, 3), (3, 1)], [0]);
    let built = |(services, calls, herrings): &(Vec<SmolStr>, [(usize, usize); 2], [usize; 1])| {
        Topology::from_indices(services, calls, herrings).unwrap()
    };
    let mut topology = Topology::new(["x", "y"], [("x", ["y", "nowhere"])], ["y"]).unwrap();
    let _ = topology.victims(1);
    for mesh in [&small, &large, &small] {
        topology.rebuild(&mesh.0, &mesh.1, &mesh.2).unwrap();
        assert_eq!(shape(&topology), shape(&built(mesh)));
    }
    // One that can't be leaves it as it was.
    for (services, calls, herrings) in [
        (names("a a"), vec![], vec![]),
        (names("a b"), vec![(0, 2)], vec![]),
        (names("a b"), vec![(0, 1)], vec![1, 1]),
    ] {
        topology.rebuild(&services, &calls, &herrings).unwrap_err();
        assert_eq!(shape(&topology), shape(&built(&small)));
    }
}
