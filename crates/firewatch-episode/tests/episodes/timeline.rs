//! What a scenario's own timeline can't do: it is told, and stops nothing.

use std::path::Path;
use std::sync::Arc;

use firewatch_action::{ActionError, ActionRequest, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_reference::UnknownTask;
use firewatch_response::FailedAction;
use firewatch_scenario::{Difficulty, Scenario, TimelineAction, TimelineEvent};
use firewatch_sim::{FaultKind, SimError, Value};

use crate::batch::{same, same_view};
use crate::start::begun;

/// A scenario of which `copy` on `db` can't be carried out, with this timeline.
pub fn misfit(timeline: &str) -> Scenario {
    let text = format!(
        "Scenario(name: \"x\", difficulty: easy, ticks: 9, actions: [\"copying-actions.ron\"], services: {{\
         \"db\": (extra_metrics: {{\"mine\": \"words\"}}), \"web\": (calls: [\"db\"])}}, \
         faults: [(kind: oom, service: \"web\", start_tick: 3)], timeline: [{timeline}])"
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = Scenario::parse_with("file.ron", &text, Some(&folder));
    read.unwrap_or_else(|problems| panic!("{problems}"))
}

const COPY: &str = "do: action(\"copy\", \"db\")";

/// At tick 2 another fault begins, then the action fails, then a metric is set.
fn failing_between() -> Scenario {
    misfit(&format!(
        "(tick: 2, do: inject((kind: bad_deploy, service: \"db\"))), (tick: 2, {COPY}), \
         (tick: 2, do: set(\"web\", {{\"restart_count\": 7}}))"
    ))
}

fn is_of_copy(failed: &FailedAction, tick: u64) -> bool {
    failed.tick == tick
        && matches!(&failed.error, ActionError::Unfit { action, .. } if action == "copy")
}

fn faults(episode: &Episode) -> Vec<FaultKind> {
    let view = episode.view().expect("it has begun");
    view.faults().map(|fault| view.fault_kind(fault)).collect()
}

#[test]
fn a_step_goes_on_after_an_action_of_the_timeline_that_fails() {
    let scenario = failing_between();
    for &profile in Profile::ALL {
        let mut episode = begun(profile, &EpisodeRequest::scenario(scenario.clone()));
        let mut told = Vec::new();
        while episode.end().is_none() {
            let step = episode.step(&ActionRequest::wait());
            let step = step.expect("the timeline is no mistake of the step's");
            assert_eq!(step.error, None);
            assert_eq!(episode.failed_action(), step.failed_action.as_ref());
            told.push(step.failed_action);
            if episode.steps() == 2 {
                // What comes before it is done once, and what comes after it is done.
                assert_eq!(faults(&episode), [FaultKind::BAD_DEPLOY]);
                let view = episode.view().expect("it has begun");
                assert_eq!(view.metric("web", "restart_count"), Some(Value::Int(7)));
            }
        }
        assert_eq!(told.len(), 8, "{profile}");
        assert!(told[1].as_ref().is_some_and(|failed| is_of_copy(failed, 2)));
        let others = told.iter().enumerate().filter(|(index, _)| *index != 1);
        assert!(others.into_iter().all(|(_, failed)| failed.is_none()));
        assert_eq!(faults(&episode), [FaultKind::BAD_DEPLOY, FaultKind::OOM]);
    }
}

#[test]
fn the_first_step_tells_what_failed_before_the_tick_of_the_reset() {
    let scenario = misfit(&format!("(tick: 0, {COPY}), (tick: 1, {COPY})"));
    let mut episode = Episode::new(Profile::Standard);
    let seen = episode.reset(&EpisodeRequest::scenario(scenario.clone()));
    assert_eq!(seen.map(|seen| seen.tick), Ok(1));
    let at_tick_0 = |failed: Option<&FailedAction>| failed.is_some_and(|f| is_of_copy(f, 0));
    assert!(at_tick_0(episode.failed_action()));
    let first = episode.step(&ActionRequest::wait()).expect("it can wait");
    assert!(at_tick_0(first.failed_action.as_ref()));
    let second = episode.step(&ActionRequest::wait()).expect("it can wait");
    assert_eq!(second.failed_action, None);
}

#[test]
fn an_action_of_the_answer_that_does_not_fit_is_an_error_of_its_step() {
    let scenario = failing_between();
    let mut episode = begun(
        Profile::Standard,
        &EpisodeRequest::scenario(scenario.clone()),
    );
    let wait = ActionRequest::wait();
    episode.step(&wait).expect("it can wait");
    let refused = episode.step(&ActionRequest::new("copy", "db"));
    let refused = refused.expect("its tick is played");
    let unfit =
        |error: &EpisodeError| matches!(error, EpisodeError::Action(ActionError::Unfit { .. }));
    assert!(refused.error.as_ref().is_some_and(unfit), "{refused:?}");
    assert!(!refused.valid && refused.observation.tick == 3);
    let last = refused.observation.history.last();
    assert!(last.is_some_and(|last| last.feedback_string.contains("can't be carried out")));
    // What the timeline could not do at that tick is not lost.
    assert!(episode.failed_action().is_some_and(|f| is_of_copy(f, 2)));
}

#[test]
fn a_batch_with_timelines_that_fail_goes_on_as_each_episode_alone() {
    let scenarios = [
        failing_between(),
        misfit(&format!(
            "(tick: 0, {COPY}), (tick: 1, {COPY}), (tick: 5, {COPY})"
        )),
        misfit("(tick: 0, do: set(\"web\", {\"restart_count\": 3})), (tick: 4, do: halt(\"web\"))"),
    ];
    for &profile in Profile::ALL {
        for threads in [1, 3] {
            goes_on(profile, threads, &scenarios);
        }
    }
}

fn goes_on(profile: Profile, threads: usize, scenarios: &[Scenario]) {
    const COUNT: usize = 140;
    let request = |number: usize| match number % 4 {
        3 => EpisodeRequest::Drawn {
            difficulty: Difficulty::Medium,
            seed: number as u64,
        },
        scenario => EpisodeRequest::scenario(scenarios[scenario].clone()),
    };
    let catalogue = Arc::new(
        scenarios[0]
            .custom_actions
            .catalogue(profile)
            .expect("its own")
            .clone(),
    );
    let new = || {
        let requests = (0..COUNT).map(request);
        EpisodeBatch::with_actions(profile, Arc::clone(&catalogue), requests, threads)
    };
    let mut batch = new().expect("they can begin");
    let mut steps = vec![BatchStep::default(); COUNT];
    let mut told = 0;
    // The second time all of them begin in one mask.
    for _ in 0..2 {
        let mut alone: Vec<Episode> = (0..COUNT)
            .map(|number| begun(profile, &request(number)))
            .collect();
        for (index, episode) in alone.iter().enumerate() {
            same_view(episode, &batch, index);
        }
        for _ in 0..7 {
            let actions = vec![ActionRequest::wait(); COUNT];
            batch.step(&actions, &mut steps).expect("they are known");
            for (index, episode) in alone.iter_mut().enumerate() {
                same(episode, &actions[index], &batch, index, &steps[index]);
                told += usize::from(steps[index].failed_action.is_some());
            }
        }
        let reset = batch.reset_masked(&[true; COUNT], request);
        reset.expect("they can begin");
    }
    // One of a misfit at tick 2; one of those at ticks 0 and 1, and one of that at tick 5.
    assert_eq!(told, 2 * (35 + 2 * 35));
}

/// A scenario that was never checked: before its first tick a fault begins at a speed that there is not.
fn unchecked() -> Scenario {
    let mut scenario = misfit("(tick: 0, do: inject((kind: oom, service: \"db\")))");
    let TimelineAction::Inject(fault) = &mut scenario.timeline[0].action else {
        unreachable!("it is the only event")
    };
    fault.speed = -1.0;
    scenario
}

#[test]
fn what_was_never_checked_is_told_the_same_way() {
    let mut scenario = unchecked();
    scenario.timeline.push(TimelineEvent {
        tick: 1,
        action: TimelineAction::Perform(ActionRequest::new("nonsense", "db")),
    });
    let mut episode = begun(
        Profile::Standard,
        &EpisodeRequest::scenario(scenario.clone()),
    );
    let wait = ActionRequest::wait();
    let first = episode.step(&wait).expect("it can wait").failed_action;
    let refused = FailedAction {
        tick: 0,
        error: ActionError::Sim(SimError::Speed(-1.0)),
    };
    assert_eq!(first, Some(refused));
    scenario.timeline.remove(0);
    let mut episode = begun(
        Profile::Standard,
        &EpisodeRequest::scenario(scenario.clone()),
    );
    let first = episode.step(&wait).expect("it can wait").failed_action;
    let is_unknown = |failed: FailedAction| matches!(failed.error, ActionError::Unknown { .. });
    assert!(first.is_some_and(is_unknown));
}

#[test]
fn no_episode_of_a_mask_has_begun_after_an_error() {
    const COUNT: usize = 140;
    let misfit = misfit(&format!("(tick: 0, {COPY})"));
    let never_checked = unchecked();
    let mut unbuilt = never_checked.clone();
    unbuilt.slo_budget.remaining = f64::NAN;
    let drawn = |number: usize| EpisodeRequest::Drawn {
        difficulty: Difficulty::Hard,
        seed: number as u64,
    };
    let unknown = || EpisodeRequest::Task {
        id: "nope".to_owned(),
        difficulty: None,
        seed: None,
    };
    for &profile in Profile::ALL {
        let mut batch =
            EpisodeBatch::new(profile, (0..COUNT).map(drawn), 2).expect("they can begin");
        let wait = vec![ActionRequest::wait(); COUNT];
        let mut steps = vec![BatchStep::default(); COUNT];
        batch.step(&wait, &mut steps).expect("it is known");
        let hashes = |batch: &EpisodeBatch| -> Vec<_> {
            (0..COUNT)
                .map(|index| (batch.fleet().state_hash(index), batch.observation(index)))
                .collect()
        };
        let before = hashes(&batch);
        // The last one is in another part than the first.
        for failing in [unknown(), EpisodeRequest::scenario(unbuilt.clone())] {
            let is_task = matches!(failing, EpisodeRequest::Task { .. });
            let refused = batch.reset_masked(&[true; COUNT], |index| match index {
                139 => failing.clone(),
                0 => EpisodeRequest::scenario(misfit.clone()),
                1 => EpisodeRequest::scenario(never_checked.clone()),
                _ => drawn(1000 + index),
            });
            match refused {
                Err(EpisodeError::Task(UnknownTask { .. })) => assert!(is_task),
                Err(EpisodeError::Sim(_)) => assert!(!is_task),
                other => panic!("{other:?}"),
            }
            assert!(hashes(&batch)[..139] == before[..139], "{profile}");
        }
        // Without it, all begin, whatever their timelines can't do.
        let reset = batch.reset_masked(&[true; COUNT], |index| match index {
            0 => EpisodeRequest::scenario(misfit.clone()),
            1 => EpisodeRequest::scenario(never_checked.clone()),
            _ => drawn(1000 + index),
        });
        assert_eq!(reset, Ok(()));
        batch.step(&wait, &mut steps).expect("it is known");
        let failed = |index: usize| steps[index].failed_action.as_deref();
        assert!(failed(0).is_some_and(|failed| is_of_copy(failed, 0)));
        assert!(failed(1).is_some() && failed(2).is_none());
        assert!(batch.observation(139).is_ok_and(|seen| seen.tick == 2));
    }
}
