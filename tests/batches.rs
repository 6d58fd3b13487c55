//! A batch of episodes steps without allocating.

use firewatch_action::{ActionCatalogue, ActionRequest, NumberedRequest, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeRequest};
use firewatch_scenario::Difficulty;

fn batch(count: u64) -> EpisodeBatch {
    let requests = (0..count).map(|seed| EpisodeRequest::Drawn {
        difficulty: Difficulty::Hard,
        seed,
    });
    EpisodeBatch::new(Profile::Standard, requests, 1).unwrap()
}

#[test]
fn a_quiet_batched_step_allocates_nothing() {
    let mut batch = batch(8);
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

/// These write a text, or lines of a log.
const WRITERS: [&str; 2] = ["fetch_logs", "rollback_deploy"];

#[test]
fn no_action_but_those_that_write_texts_allocates_in_a_batch() {
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let numbered = |name: &str, target| NumberedRequest::new(catalogue.id(name).unwrap(), target);
    // A declaration plays on to the end, which is graded.
    let is_quiet = |name: &str| name != "declare_resolved" && !WRITERS.contains(&name);
    let names = catalogue.actions().iter().map(|action| action.name());
    let names: Vec<&str> = names.filter(|name| is_quiet(name)).collect();
    let mut batch = batch(names.len() as u64);
    let mut steps = vec![BatchStep::default(); batch.len()];
    // The first of their kind in an episode reserve room in its session.
    for name in ["restart_service", "circuit_break", "wait", "wait", "wait"] {
        let actions = vec![numbered(name, 0); batch.len()];
        batch.step(&actions, &mut steps).unwrap();
    }
    for round in 0..7 {
        // Each action in each round, each time in another episode and on another service.
        let action = |place: usize| numbered(names[(place + round) % names.len()], round);
        let actions: Vec<_> = (0..batch.len()).map(action).collect();
        let step = || batch.step(&actions, &mut steps).unwrap();
        let allocated = allocation_counter::measure(step);
        // The first rounds make room for the longest list of effects.
        if round >= 2 {
            assert_eq!(allocated.count_total, 0, "on service {round}");
        }
        assert!(steps.iter().all(|step| step.error.is_none()));
    }
}
