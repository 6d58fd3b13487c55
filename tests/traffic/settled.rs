//! Meshes by hand, and what they settle to.

use firewatch_traffic::{CallSpec, Knobs, Mesh, ServiceSpec, State, UserSpec};

use crate::meshes::TICK_S;

pub fn service(workers: u32, work_s: f64, queue_limit: f64) -> ServiceSpec {
    ServiceSpec {
        instances: workers,
        concurrency: 1,
        work_s,
        queue_limit,
    }
}

pub fn mesh_of(services: Vec<ServiceSpec>, calls: Vec<CallSpec>, users: Vec<UserSpec>) -> Mesh {
    Mesh::new(services, calls, users).expect("it is a mesh")
}

pub fn settled(mesh: &Mesh, knobs: &Knobs) -> State {
    let mut state = State::new(mesh);
    for _ in 0..20 {
        state.tick(mesh, knobs, TICK_S);
    }
    state
}

pub fn assert_near(value: f64, wanted: f64, share: f64) {
    assert!(
        (value - wanted).abs() <= share * wanted,
        "{value} is not within {share} of {wanted}"
    );
}
