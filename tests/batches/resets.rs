//! Resets: the modes against each other, masks, seeds, threads.

use std::collections::HashSet;

use firewatch_episode::{
    AutoReset, EpisodeBatch, EpisodeError, EpisodeRequest, NewEpisode, ObservationLayout,
    StepError, TrainingBatch, episode_seed,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::RandomStreams;

use crate::support::{Run, any, drawn, everything, mixed};

const COUNT: usize = 24;

/// What an environment goes through: of each step that is done in an episode, its observation, reward and whether it
/// is the last. An episode begins with an observation alone.
type Trace = Vec<(Vec<u32>, u32, bool)>;

/// The trace of each environment under a mode; codes depend on how many steps it has done.
fn traces(auto_reset: AutoReset, threads: usize, rounds: usize) -> Vec<Trace> {
    let mut run = Run::new(mixed(COUNT, threads, auto_reset));
    let first = |index| vec![(run.row(index), 0, false)];
    let mut traces: Vec<Trace> = (0..COUNT).map(first).collect();
    let mut done = [0_u64; COUNT];
    let mut was_done = vec![false; COUNT];
    for _ in 0..rounds {
        let legal = legal(&run);
        let codes = run.batch.encoding().len();
        for index in 0..COUNT {
            // A code of its own for each step, whatever the mode.
            let mut random = PythonRandom::new(episode_seed(9, index as u64, done[index]));
            run.codes[index] = loop {
                let code = random.below(codes);
                if legal[index * codes + code] {
                    break code as u32;
                }
            };
        }
        run.step();
        for index in 0..COUNT {
            let is_done = run.is_done(index);
            match auto_reset {
                AutoReset::NextStep if was_done[index] => {
                    assert_eq!((run.rewards[index], is_done), (0.0, false));
                    traces[index].push((run.row(index), 0, false));
                }
                AutoReset::SameStep if is_done => {
                    done[index] += 1;
                    let reward = run.rewards[index].to_bits();
                    traces[index].push((run.last_row(index), reward, true));
                    traces[index].push((run.row(index), 0, false));
                }
                _ => {
                    done[index] += 1;
                    let reward = run.rewards[index].to_bits();
                    traces[index].push((run.row(index), reward, is_done));
                }
            }
            was_done[index] = is_done;
            assert_eq!(run.errors[index], None);
        }
        if auto_reset == AutoReset::Disabled {
            run.batch.reset(&was_done, &mut run.observations).unwrap();
            for index in (0..COUNT).filter(|&index| was_done[index]) {
                traces[index].push((run.row(index), 0, false));
            }
        }
    }
    traces
}

fn legal(run: &Run) -> Vec<bool> {
    let mut legal = vec![false; run.codes.len() * run.batch.encoding().len()];
    run.batch.legal_into(&mut legal).unwrap();
    legal
}

#[test]
fn all_modes_go_through_the_same_episodes_on_any_number_of_threads() {
    let next_step = traces(AutoReset::NextStep, 1, 100);
    let same_step = traces(AutoReset::SameStep, 2, 100);
    let disabled = traces(AutoReset::Disabled, 1, 100);
    let threads = traces(AutoReset::NextStep, 3, 100);
    let mut ended = 0;
    for index in 0..COUNT {
        assert_eq!(next_step[index], threads[index]);
        // The step that begins an episode is one of the 100 only where it is a step.
        let length = next_step[index].len();
        assert!(length <= same_step[index].len());
        assert_eq!(next_step[index], same_step[index][..length]);
        assert_eq!(same_step[index], disabled[index]);
        ended += next_step[index].iter().filter(|step| step.2).count();
    }
    assert!(ended > 3 * COUNT, "{ended}");
}

#[test]
fn an_environment_goes_through_the_same_wherever_it_is() {
    // The last of many, stepped on two threads, and alone.
    let mut many = Run::new(mixed(300, 2, AutoReset::SameStep));
    let place = 299;
    let new = |new: firewatch_episode::NewEpisode| any(place * 7 + new.episode);
    let alone = TrainingBatch::builder(1, new).physics(firewatch_scenario::Physics::ALL);
    let alone = alone.layout(many.batch.layout().clone());
    let mut alone = Run::new(alone.auto_reset(AutoReset::SameStep).build().unwrap());
    let place = place as usize;
    let mut random = PythonRandom::new(4);
    for _ in 0..60 {
        assert_eq!(many.row(place), alone.row(0));
        many.draw_codes(&mut random);
        alone.codes[0] = many.codes[place];
        many.step();
        alone.step();
        assert_eq!(many.rewards[place].to_bits(), alone.rewards[0].to_bits());
        assert_eq!(many.is_done(place), alone.is_done(0));
        assert_eq!(
            everything(many.batch.batch(), place),
            everything(alone.batch.batch(), 0)
        );
    }
}

#[test]
fn a_masked_step_leaves_the_others_as_they_are() {
    for auto_reset in [
        AutoReset::NextStep,
        AutoReset::SameStep,
        AutoReset::Disabled,
    ] {
        let mut run = Run::new(mixed(COUNT, 2, auto_reset));
        let mut random = PythonRandom::new(8);
        for round in 0..40 {
            run.draw_codes(&mut random);
            let mask: Vec<bool> = (0..COUNT).map(|_| random.below(2) == 0).collect();
            let state = |run: &Run, index: usize| {
                let results = (
                    run.rewards[index].to_bits(),
                    run.is_done(index),
                    run.errors[index],
                );
                (
                    everything(run.batch.batch(), index),
                    run.row(index),
                    run.last_row(index),
                    results,
                )
            };
            let before: Vec<_> = (0..COUNT).map(|index| state(&run, index)).collect();
            run.step_picked(Some(&mask));
            for (index, before) in before.iter().enumerate() {
                let now = state(&run, index);
                if !mask[index] {
                    assert_eq!(now, *before, "round {round}, environment {index}");
                } else if run.errors[index] == Some(StepError::Ended) {
                    assert_eq!((&now.0, &now.1), (&before.0, &before.1));
                } else {
                    assert_eq!(run.errors[index], None);
                    assert_ne!(now.0, before.0);
                }
            }
        }
    }
}

#[test]
fn a_layout_with_less_room_than_was_asked_for_is_refused() {
    let layout = || ObservationLayout::operator(3).unwrap();
    let builder = || TrainingBatch::builder(2, |new| drawn(new.seed)).layout(layout());
    for (built, what, asked, room) in [
        (builder().services(7).build(), "services", 7, 3),
        (builder().users(4).build(), "groups of users", 4, 0),
    ] {
        let expected = EpisodeError::LayoutTooSmall { what, asked, room };
        assert_eq!(built.err(), Some(expected));
    }
    let enough = TrainingBatch::builder(2, |new| drawn(new.seed));
    let layout = ObservationLayout::operator(7).unwrap().with_users(4);
    let batch = enough.layout(layout).services(7).users(4).build().unwrap();
    assert_eq!((batch.layout().services(), batch.layout().users()), (7, 4));
}

#[test]
fn an_episode_that_is_cut_off_is_truncated_and_no_end_of_the_incident() {
    let never_begun = TrainingBatch::builder(3, |new| drawn(new.seed)).max_steps(0);
    assert_eq!(never_begun.build().err(), Some(EpisodeError::NoSteps));
    for auto_reset in [
        AutoReset::NextStep,
        AutoReset::SameStep,
        AutoReset::Disabled,
    ] {
        let builder = TrainingBatch::builder(3, |new| drawn(new.seed)).max_steps(5);
        let mut run = Run::new(builder.auto_reset(auto_reset).build().unwrap());
        for round in 1..=12 {
            run.step();
            let cut_off = match auto_reset {
                AutoReset::NextStep => round % 6 == 5,
                AutoReset::SameStep => round % 5 == 0,
                AutoReset::Disabled => round >= 5,
            };
            assert_eq!(run.truncated, [cut_off; 3], "{auto_reset:?} {round}");
            assert_eq!(run.terminated, [false; 3]);
            let refused = auto_reset == AutoReset::Disabled && round > 5;
            assert_eq!(run.errors, [refused.then_some(StepError::Ended); 3]);
        }
    }
}

#[test]
fn a_reset_of_all_with_the_seed_begins_the_same_again() {
    let seeded = |seed| TrainingBatch::builder(6, |new| drawn(new.seed)).seed(seed);
    let mut run = Run::new(seeded(3).build().unwrap());
    let first = run.observations.clone();
    (0..50).for_each(|_| run.step());
    assert!((0..6).any(|index| run.batch.episode(index).unwrap().episode > 0));
    run.batch.reseed(3, &mut run.observations).unwrap();
    assert_eq!(run.observations, first);
    assert_eq!(run.batch.episode(5).unwrap().episode, 0);
    run.batch.reseed(4, &mut run.observations).unwrap();
    assert_eq!(
        run.observations,
        Run::new(seeded(4).build().unwrap()).observations
    );
    assert_ne!(run.observations, first);
}

#[test]
fn a_seed_that_cant_begin_leaves_all_as_it_was() {
    // The last environment to be prepared has the incident that can't be built.
    let request = |new: NewEpisode| match new.seed == episode_seed(4, 5, 0) {
        true => EpisodeRequest::Task {
            id: "no_such_task".to_owned(),
            difficulty: None,
            seed: None,
        },
        false => drawn(new.seed),
    };
    let mut run = Run::new(TrainingBatch::builder(6, request).seed(3).build().unwrap());
    let mut other = Run::new(TrainingBatch::builder(6, request).seed(3).build().unwrap());
    assert!(run.batch.reseed(4, &mut run.observations).is_err());
    for _ in 0..50 {
        for index in 0..6 {
            assert_eq!(
                run.batch.episode(index).unwrap(),
                other.batch.episode(index).unwrap()
            );
            assert_eq!(
                everything(run.batch.batch(), index),
                everything(other.batch.batch(), index)
            );
        }
        run.step();
        other.step();
    }
    assert!((0..6).any(|index| run.batch.episode(index).unwrap().episode > 0));
}

/// Neighbouring runs, environments and episodes share no seed.
#[test]
fn no_two_neighbours_have_the_same_seed() {
    let mut seen = HashSet::new();
    let edges = [0, u64::MAX - 7, 1 << 32, 0x9e37_79b9_7f4a_7c15];
    let mut count = 0;
    for seed in edges
        .iter()
        .flat_map(|edge| (0..8).map(move |more| edge + more))
    {
        for environment in 0..128 {
            for episode in 0..128 {
                seen.insert(episode_seed(seed, environment, episode));
                count += 1;
            }
        }
    }
    assert_eq!(seen.len(), count);
    // The derivation is documented: these numbers stay.
    let derived =
        [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)].map(|(a, b, c)| episode_seed(a, b, c));
    assert_eq!(derived, SEEDS);
}

const SEEDS: [u64; 4] = [
    2_558_736_989_570_252_433,
    12_793_040_940_332_582_595,
    10_705_738_211_186_751_225,
    4_764_156_602_392_020_899,
];

#[test]
fn batches_read_alone_what_they_are() {
    let run = Run::new(mixed(COUNT, 1, AutoReset::SameStep));
    let batch: &EpisodeBatch = run.batch.batch();
    assert_eq!((batch.len(), run.batch.len()), (COUNT, COUNT));
    assert_eq!(
        run.batch.encoding().services(),
        run.batch.layout().services()
    );
    assert!(run.batch.episode(COUNT).is_err());
}
