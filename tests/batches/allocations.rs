//! A batch of episodes steps without allocating.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeRequest, NewEpisode, TrainingBatch};
use firewatch_scenario::Difficulty;

use crate::support::{Run, drawn};

#[test]
fn a_quiet_batched_step_allocates_nothing() {
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..8).map(drawn), 1).unwrap();
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

/// Mask, step and observation of all environments, as long as no episode begins.
#[test]
fn the_loop_of_a_trainer_allocates_nothing_between_resets() {
    let builder = TrainingBatch::builder(200, |new| drawn(new.seed));
    let mut run = Run::new(builder.build().unwrap());
    let mut legal = vec![false; 200 * run.batch.encoding().len()];
    let codes = ["get_metrics_detail", "escalate", "restart_service"].map(|name| {
        let encoding = run.batch.encoding();
        let on_service = encoding.encode(name, Some(1), None);
        on_service
            .or_else(|| encoding.encode(name, None, None))
            .unwrap()
    });
    let mut round = |run: &mut Run, code: u32| {
        run.codes.fill(code);
        run.batch.legal_into(&mut legal).unwrap();
        run.step();
    };
    // The first of each makes room for what actions leave behind, and the wait after them for what passes.
    codes
        .iter()
        .chain(&[0])
        .for_each(|&code| round(&mut run, code));
    for code in codes.into_iter().chain([0, 0]) {
        let steady = allocation_counter::measure(|| round(&mut run, code));
        assert_eq!(
            steady.count_total,
            0,
            "{:?}",
            run.batch.encoding().decode(code)
        );
    }
    assert!(run.errors.iter().all(Option::is_none));
    assert!(run.terminated.iter().all(|ended| !ended));
}

/// Allocations of a reset on average: the score's, and for some the name of the service whose log lies.
const PER_RESET: u64 = 2;

/// Resets of drawn episodes go into the memory of those before them.
#[test]
fn a_reset_of_a_drawn_episode_allocates_next_to_nothing() {
    const COUNT: usize = 200;
    let hard = |new: NewEpisode| EpisodeRequest::Drawn {
        difficulty: Difficulty::Hard,
        seed: new.seed,
    };
    let builder = TrainingBatch::builder(COUNT, hard).max_steps(2);
    let mut run = Run::new(builder.build().unwrap());
    // Three rounds are an episode: two steps and the reset. The first ones make room.
    let rounds = |run: &mut Run, count: usize| (0..count).for_each(|_| run.step());
    rounds(&mut run, 30);
    let before = run.batch.episode(0).unwrap().episode;
    let steady = allocation_counter::measure(|| rounds(&mut run, 30));
    let resets = (run.batch.episode(0).unwrap().episode - before) * COUNT as u64;
    assert_eq!(resets, 10 * COUNT as u64);
    assert!(
        steady.count_total <= PER_RESET * resets,
        "{} in {resets} resets",
        steady.count_total
    );
    // By hand, one at a time, the same.
    let one = std::array::from_fn::<bool, COUNT, _>(|index| index == 7);
    let steady = allocation_counter::measure(|| {
        for _ in 0..50 {
            run.batch.reset(&one, &mut run.observations).unwrap();
        }
    });
    assert!(
        steady.count_total <= PER_RESET * 50,
        "{} in 50 resets",
        steady.count_total
    );
}
