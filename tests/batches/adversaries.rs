//! Callers that do everything wrong: nothing half done, nothing lost, nothing that panics.

use firewatch_episode::{
    AutoReset, EpisodeError, EpisodeRequest, NewEpisode, StepBuffers, StepError, TrainingBatch,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, Physics, RandomStreams};
use firewatch_sim::SimError;

use crate::support::{INCIDENTS, Run, any, drawn, everything, mixed};

/// Steps of environments with random codes; 20,000 in a debug build, `FIREWATCH_RESETS=1000000` takes as many.
fn steps() -> usize {
    let usual = if cfg!(debug_assertions) {
        20_000
    } else {
        1_000_000
    };
    let given = std::env::var("FIREWATCH_RESETS").ok();
    given.map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn any_codes_masks_and_resets_leave_a_batch_that_goes_on() {
    const COUNT: usize = 140;
    for auto_reset in [
        AutoReset::NextStep,
        AutoReset::SameStep,
        AutoReset::Disabled,
    ] {
        let mut run = Run::new(mixed(COUNT, 2, auto_reset));
        let mut random = PythonRandom::new(6);
        let last = run.batch.encoding().len();
        let mut seen = [0; 4];
        for _ in 0..steps().div_ceil(COUNT * 3) {
            for code in &mut run.codes {
                *code = match random.below(8) {
                    0 => u32::MAX,
                    1 => (last + random.below(3)) as u32,
                    2 => 0,
                    _ => random.below(last) as u32,
                };
            }
            let mask: Vec<bool> = (0..COUNT).map(|_| random.below(4) > 0).collect();
            let codes = run.codes.clone();
            run.step_picked(Some(&mask));
            for index in (0..COUNT).filter(|&index| mask[index]) {
                let kind = match run.errors[index] {
                    None => 0,
                    Some(StepError::UnknownCode) => {
                        assert!(codes[index] as usize >= last);
                        1
                    }
                    Some(StepError::IllegalCode) => 2,
                    Some(StepError::Ended) => {
                        assert!(run.is_done(index));
                        3
                    }
                    Some(other) => panic!("{other}"),
                };
                assert!(kind == 0 || run.rewards[index] == 0.0);
                seen[kind] += 1;
            }
            // Some resets by hand, of episodes that have ended and of others.
            if random.below(4) == 0 {
                let mask: Vec<bool> = (0..COUNT).map(|_| random.below(9) == 0).collect();
                run.batch.reset(&mask, &mut run.observations).unwrap();
            }
            let from = random.below(COUNT);
            run.batch.fork(from, random.below(COUNT)).unwrap();
        }
        assert!(run.observations.iter().all(|value| value.is_finite()));
        assert!(seen[..3].iter().all(|&count| count > 0), "{seen:?}");
        assert_eq!(seen[3] > 0, auto_reset == AutoReset::Disabled);
    }
}

#[test]
fn an_environment_with_an_error_stays_to_the_bit_and_the_others_go_on() {
    let mut run = Run::new(mixed(6, 1, AutoReset::NextStep));
    let mut alone = Run::new(mixed(6, 1, AutoReset::NextStep));
    let illegal = (1..run.batch.encoding().len() as u32).find(|&code| {
        let mut legal = vec![false; 6 * run.batch.encoding().len()];
        run.batch.legal_into(&mut legal).unwrap();
        !legal[run.batch.encoding().len() + code as usize]
    });
    for _ in 0..4 {
        let before = everything(run.batch.batch(), 1);
        run.codes = vec![0, illegal.unwrap(), 0, u32::MAX, 0, 0];
        run.step();
        assert_eq!(run.errors[1], Some(StepError::IllegalCode));
        assert_eq!(run.errors[3], Some(StepError::UnknownCode));
        assert_eq!(everything(run.batch.batch(), 1), before);
        alone.step_picked(Some(&[true, false, true, false, true, true]));
        for index in 0..6 {
            assert_eq!(
                everything(run.batch.batch(), index),
                everything(alone.batch.batch(), index)
            );
            assert_eq!(run.row(index), alone.row(index));
        }
    }
}

#[test]
fn a_buffer_of_another_length_is_an_error_before_anything_is_done() {
    for auto_reset in [AutoReset::NextStep, AutoReset::SameStep] {
        let mut run = Run::new(mixed(3, 1, auto_reset));
        let before: Vec<String> = (0..3)
            .map(|index| everything(run.batch.batch(), index))
            .collect();
        let values = run.observations.len();
        let same_step = auto_reset == AutoReset::SameStep;
        for wrong in 0..7 {
            let length =
                |buffer: usize, right: usize| if wrong == buffer { right - 1 } else { right };
            let has_final = same_step != (wrong == 6);
            let (mut observations, mut last) = (vec![-1.0; length(0, values)], vec![0.0; values]);
            let (mut rewards, mut errors) = (vec![-1.0; length(1, 3)], vec![None; length(2, 3)]);
            let (mut terminated, mut truncated) =
                (vec![true; length(3, 3)], vec![true; length(4, 3)]);
            let buffers = StepBuffers {
                observations: &mut observations,
                final_observations: has_final.then_some(&mut last),
                rewards: &mut rewards,
                terminated: &mut terminated,
                truncated: &mut truncated,
                errors: &mut errors,
            };
            let codes = vec![0; length(5, 3)];
            let step = run.batch.step(&codes, buffers);
            let is_refused = matches!(step, Err(EpisodeError::Sim(SimError::BufferLength { .. })));
            assert!(is_refused, "{auto_reset:?} {wrong}");
            assert!(
                observations
                    .iter()
                    .chain(&rewards)
                    .all(|&value| value == -1.0)
            );
            assert!(terminated.iter().all(|&ended| ended));
        }
        let mut none = [];
        assert!(run.batch.observe_into(&mut none).is_err());
        assert!(run.batch.reset(&[true; 2], &mut run.observations).is_err());
        assert!(run.batch.reset(&[true; 3], &mut none).is_err());
        assert!(run.batch.reseed(1, &mut none).is_err());
        for (index, before) in before.iter().enumerate() {
            assert_eq!(&everything(run.batch.batch(), index), before);
        }
    }
}

/// Every third episode can't begin: its environment keeps the one before it, and tries the next time again.
#[test]
fn an_episode_that_cant_begin_is_an_error_of_its_environment() {
    for auto_reset in [AutoReset::NextStep, AutoReset::SameStep] {
        let mut tried = 0;
        let request = move |new: NewEpisode| {
            tried += 1;
            match (new.episode, tried % 3) {
                (0, _) => drawn(new.seed),
                (_, 0) => EpisodeRequest::Task {
                    id: "no_such_task".to_owned(),
                    difficulty: None,
                    seed: None,
                },
                // It has 7 services, and there is room for those of an easy one.
                (_, 1) => EpisodeRequest::Drawn {
                    difficulty: Difficulty::Hard,
                    seed: 1,
                },
                _ => drawn(new.seed),
            }
        };
        let builder = TrainingBatch::builder(5, request).auto_reset(auto_reset);
        let mut run = Run::new(builder.build().unwrap());
        let (mut failed, mut misfit) = (0, 0);
        for _ in 0..200 {
            let before: Vec<String> = (0..5)
                .map(|index| everything(run.batch.batch(), index))
                .collect();
            let was_done: Vec<bool> = (0..5).map(|index| run.is_done(index)).collect();
            run.step();
            for (index, error) in run.errors.iter().enumerate() {
                let Some(error) = error else { continue };
                if was_done[index] {
                    assert_eq!(everything(run.batch.batch(), index), before[index]);
                    assert!(run.terminated[index] && run.rewards[index] == 0.0);
                }
                match error {
                    StepError::ResetFailed => failed += 1,
                    StepError::DoesNotFit => misfit += 1,
                    other => panic!("{other}"),
                }
            }
        }
        let begun = (0..5)
            .map(|index| run.batch.episode(index).unwrap().episode)
            .sum::<u64>();
        assert!(
            failed > 5 && misfit > 5 && begun > 5,
            "{failed} {misfit} {begun}"
        );
    }
    // An incident of a physics whose actions have no codes.
    let request = |new: NewEpisode| match new.episode {
        0 => drawn(new.seed),
        _ => EpisodeRequest::scenario(INCIDENTS[0].clone()),
    };
    let mut run = Run::new(
        TrainingBatch::builder(1, request)
            .services(14)
            .build()
            .unwrap(),
    );
    let mask = [true];
    let before = everything(run.batch.batch(), 0);
    assert!(run.batch.reset(&mask, &mut run.observations).is_err());
    assert_eq!(everything(run.batch.batch(), 0), before);
}

#[test]
fn a_batch_in_which_all_have_ended_and_one_of_none_can_be_stepped() {
    let builder = TrainingBatch::builder(4, |new| drawn(new.seed));
    let mut run = Run::new(builder.auto_reset(AutoReset::Disabled).build().unwrap());
    while run.errors.contains(&None) {
        run.step();
    }
    let before: Vec<String> = (0..4)
        .map(|index| everything(run.batch.batch(), index))
        .collect();
    for _ in 0..3 {
        run.step();
        assert_eq!(run.errors, [Some(StepError::Ended); 4]);
        assert_eq!(
            (run.rewards.as_slice(), run.terminated.as_slice()),
            (&[0.0; 4][..], &[true; 4][..])
        );
        for (index, before) in before.iter().enumerate() {
            assert_eq!(&everything(run.batch.batch(), index), before);
        }
    }
    let none = TrainingBatch::builder(0, any_new).physics(Physics::ALL);
    let mut run = Run::new(none.build().unwrap());
    run.step();
    assert!(run.batch.is_empty());
}

fn any_new(new: NewEpisode) -> EpisodeRequest {
    any(new.seed)
}
