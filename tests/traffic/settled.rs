//! Services of meshes by hand, and what these settle to.

use firewatch_traffic::{Knobs, Mesh, ServiceSpec, State};

use crate::meshes::TICK_S;

pub fn service(workers: u32, work_s: f64, queue_limit: f64) -> ServiceSpec {
    ServiceSpec {
        instances: workers,
        concurrency: 1,
        work_s,
        queue_limit,
    }
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
