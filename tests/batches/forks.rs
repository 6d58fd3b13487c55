//! Copies of episodes: a copy goes on like its origin, bit for bit.

use firewatch_action::Profile;
use firewatch_episode::{
    AutoReset, BatchStep, EpisodeBatch, EpisodeError, EpisodeRequest, EpisodeState, StepError,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, RandomStreams};
use firewatch_sim::SimError;

use crate::support::{INCIDENTS, Run, any, everything, mixed};

/// Each incident at every third tick, also after its end, copied over an episode of another one in the same part or
/// another; then both do the same.
#[test]
fn a_fork_goes_on_like_its_origin() {
    for &profile in Profile::ALL {
        let requests = || (0..20).map(|number| request(profile, number));
        // 128 episodes are in a part.
        let filler = (0..120).map(|number| request(profile, number * 3 + 1));
        let mut batch = EpisodeBatch::new(profile, requests().chain(filler), 2).unwrap();
        let table = batch.encoding(0).unwrap();
        let count = batch.len();
        let mut legal = vec![false; count * table.len()];
        let mut steps = vec![BatchStep::default(); count];
        let mut random = PythonRandom::new(11);
        let mut ended = 0;
        for round in 0..12 {
            let mut pairs = Vec::new();
            for from in 0..20 {
                // In the part of the origin, and in the next.
                let to = if from % 2 == 0 {
                    20 + from
                } else {
                    count - 1 - from
                };
                let before = everything(&batch, from);
                ended += usize::from(batch.score(from).unwrap().end().is_some());
                batch.fork(from, to).unwrap();
                assert_eq!(everything(&batch, to), before);
                assert_eq!(everything(&batch, from), before);
                pairs.push((from, to));
            }
            batch.legal_into(&table, &mut legal).unwrap();
            for _ in 0..3 {
                let mut draw = |index: usize| loop {
                    let code = if random.below(2) == 0 {
                        0
                    } else {
                        random.below(table.len())
                    };
                    if legal[index * table.len() + code] {
                        break code as u32;
                    }
                };
                let mut codes: Vec<u32> = (0..count).map(&mut draw).collect();
                pairs.iter().for_each(|&(from, to)| codes[to] = codes[from]);
                batch
                    .step_encoded(&table, &codes, None, &mut steps)
                    .unwrap();
                for &(from, to) in &pairs {
                    assert_eq!(steps[from], steps[to], "round {round}, {from}");
                    assert_eq!(everything(&batch, from), everything(&batch, to));
                }
            }
        }
        assert!(ended > 20, "{ended}");
    }
}

/// An incident of any physics; the reference has only one.
fn request(profile: Profile, number: u64) -> EpisodeRequest {
    match profile {
        Profile::Standard => any(number),
        Profile::Reference => match any(number) {
            EpisodeRequest::Scenario(_) => EpisodeRequest::scenario(INCIDENTS[3].clone()),
            drawn => drawn,
        },
    }
}

/// A fork is what a saved episode that is read back comes to.
#[test]
fn a_fork_is_a_saved_episode_that_was_loaded() {
    let mut run = Run::new(mixed(12, 1, AutoReset::Disabled));
    let mut random = PythonRandom::new(3);
    for round in 0..40 {
        let (from, forked, loaded) = (round % 4, 4 + round % 4, 8 + round % 4);
        run.batch.fork(from, forked).unwrap();
        let text = serde_json::to_string(&run.batch.save(from).unwrap()).unwrap();
        let state: EpisodeState = serde_json::from_str(&text).unwrap();
        let EpisodeRequest::Scenario(scenario) = scenario_of(from as u64) else {
            unreachable!()
        };
        run.batch.load(loaded, scenario, &state).unwrap();
        assert_eq!(
            everything(run.batch.batch(), forked),
            everything(run.batch.batch(), from)
        );
        assert_eq!(
            everything(run.batch.batch(), loaded),
            everything(run.batch.batch(), from)
        );
        run.draw_codes(&mut random);
        (run.codes[forked], run.codes[loaded]) = (run.codes[from], run.codes[from]);
        run.step();
        for copy in [forked, loaded] {
            assert_eq!(run.row(copy), run.row(from), "round {round}");
            assert_eq!(run.rewards[copy].to_bits(), run.rewards[from].to_bits());
            assert_eq!(
                (run.is_done(copy), run.errors[copy]),
                (run.is_done(from), run.errors[from])
            );
            assert_eq!(
                everything(run.batch.batch(), copy),
                everything(run.batch.batch(), from)
            );
        }
    }
    assert!(run.errors.contains(&Some(StepError::Ended)));
}

/// The scenario with which the environment of a mixed batch has begun.
fn scenario_of(environment: u64) -> EpisodeRequest {
    match any(environment * 7) {
        EpisodeRequest::Drawn { difficulty, seed } => {
            EpisodeRequest::scenario(firewatch_scenario::generate(difficulty, seed))
        }
        other => other,
    }
}

#[test]
fn a_fork_to_nowhere_is_an_error_and_one_to_itself_is_nothing() {
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..3).map(any), 1).unwrap();
    let before: Vec<String> = (0..3).map(|index| everything(&batch, index)).collect();
    for (from, to) in [(0, 3), (3, 0), (usize::MAX, usize::MAX)] {
        let index = from.max(to);
        let unknown = SimError::UnknownEnvironment {
            index,
            environments: 3,
        };
        assert_eq!(batch.fork(from, to), Err(EpisodeError::Sim(unknown)));
    }
    batch.fork(1, 1).unwrap();
    for (index, before) in before.iter().enumerate() {
        assert_eq!(&everything(&batch, index), before);
    }
}

/// What a copy shares with its origin is not drawn over as long as one of them has it.
#[test]
fn a_reset_changes_no_copy_of_the_episode_that_it_replaces() {
    const COUNT: usize = 140;
    let hard = |seed| EpisodeRequest::Drawn {
        difficulty: [Difficulty::Easy, Difficulty::Hard][seed as usize % 2],
        seed,
    };
    let mut batch = EpisodeBatch::new(Profile::Standard, (0..COUNT as u64).map(hard), 2).unwrap();
    let mut seeds: Vec<u64> = (0..COUNT as u64).collect();
    let mut random = PythonRandom::new(5);
    let mut next = COUNT as u64;
    for _ in 0..6 {
        for _ in 0..30 {
            let (from, to) = (random.below(COUNT), random.below(COUNT));
            batch.fork(from, to).unwrap();
            seeds[to] = seeds[from];
        }
        let mask: Vec<bool> = (0..COUNT).map(|_| random.below(3) == 0).collect();
        let reset = |index: usize| {
            next += 1;
            seeds[index] = next;
            hard(next)
        };
        batch.reset_masked(&mask, reset).unwrap();
        let fresh = seeds.iter().copied().map(hard);
        let fresh = EpisodeBatch::new(Profile::Standard, fresh, 1).unwrap();
        for (index, seed) in seeds.iter().enumerate() {
            let expected = everything(&fresh, index);
            assert_eq!(everything(&batch, index), expected, "seed {seed}");
        }
    }
}
