//! A batch of episodes is the same as each alone.

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSpec, Category, Profile};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_reference::{PythonRandom, tasks};
use firewatch_scenario::{Difficulty, RandomStreams};

use crate::random::{any_action, services};
use crate::start::{begun, looking, request, scenario};

#[test]
fn a_batch_goes_through_the_same_bits_as_each_episode_alone() {
    for &profile in Profile::ALL {
        goes_through_the_same_bits(profile, 20, 2, 60);
    }
}

#[test]
fn so_do_more_episodes_than_are_stepped_together_on_any_number_of_threads() {
    for threads in [1, 3] {
        goes_through_the_same_bits(Profile::Standard, 150, threads, 30);
    }
}

/// A fault begins later, and the timeline acts before the first tick and after it.
const EVENTFUL: &str = "difficulty: easy, ticks: 12, services: {\
     \"api-gateway\": (calls: [\"auth-service\"]), \"auth-service\": ()}, \
     faults: [(kind: oom, service: \"auth-service\", start_tick: 3)], timeline: [\
     (tick: 0, do: set(\"api-gateway\", {\"restart_count\": 3})), \
     (tick: 1, do: action(\"restart_service\", \"auth-service\")), \
     (tick: 2, do: inject((kind: bad_deploy, service: \"api-gateway\"))), \
     (tick: 5, do: action(\"circuit_break\", \"auth-service\")), \
     (tick: 8, do: halt(\"api-gateway\"))]";

/// Steps a batch and each of its episodes alone, with random actions and resets.
pub fn goes_through_the_same_bits(profile: Profile, count: usize, threads: usize, rounds: usize) {
    let tasks: Vec<&str> = tasks().iter().map(|task| task.id).collect();
    let eventful = scenario(EVENTFUL);
    let request = |number: usize| match number % 5 {
        0 => EpisodeRequest::task(tasks[number / 5 % 17]).expect("this is a task"),
        1 => EpisodeRequest::Drawn {
            difficulty: Difficulty::Hard,
            seed: number as u64,
        },
        2 => EpisodeRequest::task(tasks[59 - number / 5 % 17]).expect("this is a task"),
        3 => EpisodeRequest::scenario(eventful.clone()),
        _ => EpisodeRequest::Drawn {
            difficulty: Difficulty::Medium,
            seed: number as u64,
        },
    };
    let mut numbers: Vec<usize> = (0..count).collect();
    let requests = numbers.iter().map(|&number| request(number));
    let mut batch = EpisodeBatch::new(profile, requests, threads).expect("they can begin");
    let mut alone: Vec<Episode> = { numbers.iter() }
        .map(|&number| begun(profile, &request(number)))
        .collect();
    for (index, episode) in alone.iter().enumerate() {
        same_view(episode, &batch, index);
    }
    let mut random = PythonRandom::new(1);
    let mut steps = vec![BatchStep::default(); count];
    let mut ended = 0;
    for _ in 0..rounds {
        let mut actions = Vec::new();
        for episode in &alone {
            let names = services(episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            actions.push(any_action(&mut random, profile, &names));
        }
        batch.step(&actions, &mut steps).expect("all are known");
        for (index, (episode, action)) in alone.iter_mut().zip(&actions).enumerate() {
            same(episode, action, &batch, index, &steps[index]);
        }
        // Some are begun anew, some stay as they have ended.
        let mask: Vec<bool> = { steps.iter().enumerate() }
            .map(|(index, step)| step.end.is_some() && index % 7 > 0)
            .collect();
        ended += mask.iter().filter(|ended| **ended).count();
        for index in (0..count).filter(|&index| mask[index]) {
            numbers[index] += count;
            alone[index]
                .reset(&request(numbers[index]))
                .expect("it can begin");
        }
        let reset = batch.reset_masked(&mask, |index| request(numbers[index]));
        reset.expect("they can begin");
        for index in (0..count).filter(|&index| mask[index]) {
            same_view(&alone[index], &batch, index);
        }
    }
    assert!(ended > count / 2, "{ended} episodes were reset");
}

/// Does the action alone, and holds what comes of it against the batch's.
pub fn same(
    episode: &mut Episode,
    action: &ActionRequest,
    batch: &EpisodeBatch,
    index: usize,
    step: &BatchStep,
) {
    let alone = episode.step(action);
    let failed_action = step.failed_action.as_deref();
    let error = match &alone {
        Err(error) => Some(error),
        Ok(alone) => alone.error.as_ref(),
    };
    assert_eq!(step.error.as_ref(), error);
    if error == Some(&EpisodeError::NotRunning) {
        // Its environment ticks on in the batch.
        return assert_eq!(failed_action, None);
    }
    assert_eq!(failed_action, episode.failed_action());
    same_view(episode, batch, index);
    let Ok(alone) = alone else { return };
    assert_eq!((step.valid, step.verdict), (alone.valid, alone.verdict));
    let judged = batch.privileged_verdict(index).expect("it is there");
    if alone.error.is_none() {
        assert_eq!(judged.as_ref(), episode.privileged_verdicts().last());
    }
    assert_eq!(step.reward, alone.reward);
    assert_eq!((step.end, step.grade), (alone.end, alone.grade));
    assert_eq!(failed_action, alone.failed_action.as_ref());
    if alone.error.is_some() {
        return;
    }
    assert!(alone.info.semantic_analysis.is_some());
    let mut info = alone.info;
    info.semantic_analysis = None;
    assert_eq!(batch.info(index), Ok(info));
}

/// Holds what is to be seen of an episode against what is to be seen of the batch's, the history of actions
/// apart, and their environments.
pub fn same_view(episode: &Episode, batch: &EpisodeBatch, index: usize) {
    let mut seen = episode.observation().expect("it has begun");
    seen.history = Vec::new();
    assert_eq!(batch.observation(index), Ok(seen), "{index}");
    let hash = episode.view().expect("it has begun").state_hash();
    assert_eq!(batch.fleet().state_hash(index), Ok(hash), "{index}");
}

#[test]
fn investigations_of_a_reference_batch_are_those_of_each_episode_alone() {
    const COUNT: usize = 12;
    // A report on where a request spends its time divides by 0 here.
    let timeless = scenario(
        r#"difficulty: hard, services: {"api-gateway": (metrics: {"http_server_request_duration_p99": 0.0})}"#,
    );
    let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
    let request = |number: usize| match number % 4 {
        0 => EpisodeRequest::scenario(timeless.clone()),
        difficulty => EpisodeRequest::Drawn {
            difficulty: difficulties[difficulty - 1],
            seed: 100 + number as u64,
        },
    };
    let profile = Profile::Reference;
    let actions = ActionCatalogue::built_in(profile).actions().iter();
    let looks = actions.filter(|action| action.category() == Category::Investigation);
    let looks: Vec<&str> = looks.map(ActionSpec::name).collect();
    let mut batch = EpisodeBatch::new(profile, (0..COUNT).map(request), 2).expect("they can begin");
    let mut alone: Vec<Episode> = (0..COUNT)
        .map(|number| begun(profile, &request(number)))
        .collect();
    let mut steps = vec![BatchStep::default(); COUNT];
    let mut random = PythonRandom::new(7);
    let mut failed = 0;
    for round in 1..=30 {
        let mut actions = Vec::new();
        for episode in &alone {
            let names = services(episode);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            actions.push(if random.below(4) == 0 {
                any_action(&mut random, profile, &names)
            } else {
                let target = names[random.below(names.len())];
                self::request(looks[random.below(looks.len())], target)
            });
        }
        batch.step(&actions, &mut steps).expect("all are known");
        for (index, (episode, action)) in alone.iter_mut().zip(&actions).enumerate() {
            same(episode, action, &batch, index, &steps[index]);
        }
        let has_failed = |step: &&BatchStep| matches!(step.error, Some(EpisodeError::Action(_)));
        failed += steps.iter().filter(has_failed).count();
        let mask: Vec<bool> = steps.iter().map(|step| step.end.is_some()).collect();
        for index in (0..COUNT).filter(|&index| mask[index]) {
            let reset = alone[index].reset(&request(index + 4 * round));
            reset.expect("it can begin");
        }
        let reset = batch.reset_masked(&mask, |index| request(index + 4 * round));
        reset.expect("they can begin");
    }
    assert!(failed > 0, "no report has failed");
}

#[test]
fn a_batch_refuses_buffers_of_another_size_and_unknown_actions() {
    let request = || EpisodeRequest::task("task_easy_oom_baseline").expect("this is a task");
    let mut batch =
        EpisodeBatch::new(Profile::Standard, [request(), request()], 1).expect("they can begin");
    let mut steps = vec![BatchStep::default(); 2];
    assert!(batch.step(&[looking()], &mut steps).is_err());
    assert!(
        batch
            .step(&[looking(), looking()], &mut steps[..1])
            .is_err()
    );
    assert!(batch.reset_masked(&[true], |_| request()).is_err());
    let unknown = [looking(), ActionRequest::untargeted("think")];
    assert!(batch.step(&unknown, &mut steps).is_err());
    let ticks = |index| {
        batch
            .fleet()
            .summary(index)
            .map(|standing| standing.clock.tick)
    };
    assert_eq!((ticks(0), ticks(1)), (Ok(1), Ok(1)));
    assert!(batch.info(2).is_err() && batch.observation(2).is_err());
}
