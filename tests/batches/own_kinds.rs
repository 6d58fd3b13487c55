//! Episodes with kinds of fault of their own: those that say the same are one kind, and where two can't be in one part no
//! episode changes.

use firewatch_action::Profile;
use firewatch_episode::{
    AutoReset, BatchStep, EpisodeBatch, EpisodeError, EpisodeRequest, StepError, TrainingBatch,
};
use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{
    FaultKind, FaultKindDescriptor, FaultKindError, FaultKindRules, FaultKinds, MetricGrowth,
    SimError,
};

use crate::support::{Run, drawn};

/// An incident whose fault is of a kind of its own, read anew each time; `add` says what it does.
fn rotten(add: f64) -> EpisodeRequest {
    let kind = FaultKind::new("rot").unwrap();
    let rules = FaultKindRules {
        kind,
        about: "It rots.".into(),
        per_tick: vec![MetricGrowth {
            metric: "http_server_error_rate".into(),
            add,
            min: None,
            max: None,
        }],
        fills_memory: false,
        cascades: true,
        recovers: true,
        preceding_change: None,
        evidence: Vec::new(),
    };
    let mut scenario = generate(Difficulty::Easy, 3);
    let mut kinds = FaultKinds::default();
    let descriptor = FaultKindDescriptor::try_from(rules).unwrap();
    kinds.register(descriptor).unwrap();
    scenario.fault_kinds = kinds;
    scenario.faults[0].kind = kind;
    EpisodeRequest::scenario(scenario)
}

fn duplicate() -> SimError {
    FaultKindError::Duplicate(FaultKind::new("rot").unwrap()).into()
}

#[test]
fn a_kind_that_is_read_twice_is_one_kind() {
    let requests = [rotten(0.1), rotten(0.1), drawn(1)];
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).unwrap();
    let mut steps = vec![BatchStep::default(); 3];
    let encoding = batch.encoding(0).unwrap();
    batch
        .step_encoded(&encoding, &[0; 3], None, &mut steps)
        .unwrap();
    assert_eq!(steps[0].reward, steps[1].reward);
    batch.reset_masked(&[true; 3], |_| rotten(0.1)).unwrap();
    batch.fork(0, 2).unwrap();
    let others = [rotten(0.1), rotten(0.2)];
    let refused = EpisodeBatch::new(Profile::Standard, others, 1);
    assert_eq!(refused.err(), Some(EpisodeError::Sim(duplicate())));
}

#[test]
fn where_one_kind_is_not_another_no_episode_begins() {
    let requests = [drawn(1), rotten(0.1), drawn(2)];
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).unwrap();
    let states = |batch: &EpisodeBatch| [0, 1, 2].map(|index| batch.save(index).unwrap());
    let before = states(&batch);
    // The first place could begin.
    let refused = batch.reset_masked(&[true, true, false], |index| match index {
        0 => drawn(7),
        _ => rotten(0.2),
    });
    assert_eq!(refused, Err(EpisodeError::Sim(duplicate())));
    assert_eq!(states(&batch), before);
    batch.reset_masked(&[true; 3], |_| drawn(8)).unwrap();
}

#[test]
fn an_environment_whose_next_episode_has_another_kind_says_so_and_the_others_go_on() {
    for auto_reset in [AutoReset::NextStep, AutoReset::SameStep] {
        let source = |new: firewatch_episode::NewEpisode| match new.environment {
            1 => rotten(if new.episode == 0 { 0.1 } else { 0.2 }),
            _ => drawn(new.seed),
        };
        let builder = TrainingBatch::builder(3, source).max_steps(2);
        let mut run = Run::new(builder.auto_reset(auto_reset).build().unwrap());
        for _ in 0..7 {
            run.step();
        }
        let episodes = [0, 1, 2].map(|index| run.batch.episode(index).unwrap().episode);
        assert!(episodes[0] > 1 && episodes[2] > 1, "{episodes:?}");
        assert_eq!(episodes[1], 0);
        run.codes.fill(0);
        run.step();
        run.step();
        assert_eq!(run.errors[1], Some(StepError::ResetFailed));
        assert_eq!((run.errors[0], run.errors[2]), (None, None));
    }
}
