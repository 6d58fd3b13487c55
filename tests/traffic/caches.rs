//! Caches: what they spare, what fills them, and who loses them.

use firewatch_traffic::{Cache, CallSpec, Knobs, Mesh, UserSpec};

use crate::meshes::TICK_S;
use crate::settled::{assert_near, mesh_of, service, settled};

fn cached_mesh() -> Mesh {
    let call = CallSpec {
        cache: Some(Cache {
            hit_share: 0.9,
            warm_up_s: 60.0,
        }),
        ..CallSpec::new(0, 1)
    };
    let services = vec![service(64, 0.01, 100.0), service(64, 0.01, 100.0)];
    mesh_of(services, vec![call], vec![UserSpec::new(0, 100.0)])
}

/// A warm cache with a hit share of 0.9 lets one request in ten through. Empty, it lets all through, and 60 s later it has
/// come to 1 - 1/e of its hit share: 1 - 0.9 (1 - 1/e) = 0.431 of the requests miss.
#[test]
fn a_cache_spares_calls_and_fills_again() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    assert_near(state.call(0).attempts_rps, 10.0, 1e-3);
    assert_near(state.call(0).cache_hit_share, 0.9, 1e-9);
    knobs.calls[0].cache_flushed = true;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).attempts_rps, 100.0, 0.01);
    assert_eq!(state.call(0).cache_hit_share, 0.0);
    knobs.calls[0].cache_flushed = false;
    for _ in 0..2 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(1.0 - state.call(0).cache_hit_share, 0.431, 0.01);
    for _ in 0..40 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(state.call(0).attempts_rps, 10.0, 0.01);
    assert_near(state.user(0).succeeded_rps, 100.0, 1e-3);
}

/// Failures fill no cache; half of the answers fill it half as fast.
#[test]
fn only_answers_fill_a_cache() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    state.lose_caches(&mesh, 0, 1.0);
    knobs.services[1].error_ratio = 1.0;
    for _ in 0..4 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    // What was on its way is still answered.
    assert!(state.call(0).cache_hit_share < 1e-3);
    knobs.services[1].error_ratio = 0.5;
    for _ in 0..4 {
        state.tick(&mesh, &knobs, TICK_S);
    }
    assert_near(1.0 - state.call(0).cache_hit_share, 0.431, 0.02);
}

/// The instances of a service that start anew have empty caches; those of a service that is down are lost.
#[test]
fn caches_are_lost_with_who_keeps_them() {
    let mesh = cached_mesh();
    let mut knobs = Knobs::new(&mesh);
    let mut state = settled(&mesh, &knobs);
    state.lose_caches(&mesh, 1, 1.0);
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).cache_hit_share, 0.9, 1e-9);
    state.lose_caches(&mesh, 0, 0.5);
    knobs.services[1].error_ratio = 1.0;
    state.tick(&mesh, &knobs, TICK_S);
    assert_near(state.call(0).cache_hit_share, 0.45, 1e-3);
    knobs.services[0].down = true;
    state.tick(&mesh, &knobs, TICK_S);
    assert_eq!(state.call(0).cache_hit_share, 0.0);
}
