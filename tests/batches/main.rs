//! A batch of episodes steps without allocating.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeRequest};
use firewatch_scenario::Difficulty;

#[test]
fn a_quiet_batched_step_allocates_nothing() {
    let requests = (0..8).map(|seed| EpisodeRequest::Drawn {
        difficulty: Difficulty::Easy,
        seed,
    });
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).unwrap();
    let actions = vec![ActionRequest::untargeted("wait"); batch.len()];
    let mut steps = vec![BatchStep::default(); batch.len()];
    let mut step = || batch.step(&actions, &mut steps).unwrap();
    // The first one builds schedules and buffers.
    step();
    let steady = allocation_counter::measure(|| (0..4).for_each(|_| step()));
    assert_eq!(steady.count_total, 0);
    // The counter counts.
    let counted = allocation_counter::measure(|| drop(vec![1_u8; 9]));
    assert_ne!(counted.count_total, 0);
    // They were steps: none had ended before.
    assert!(steps.iter().all(|step| step.error.is_none() && step.valid));
}
