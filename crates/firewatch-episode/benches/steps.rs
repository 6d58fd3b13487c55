//! What a step of an episode costs, with random actions and an observation: of a batch whose actions are
//! asked for by number, of one whose are asked for by name, of the first on two threads (its observation
//! is made by one), and of as many single episodes.
//!
//! `cargo bench -p firewatch-episode --bench steps` prints a table; a number after `--` is the number of
//! episodes. One thread, if nothing else is said, hard episodes, standard profile; the actions are drawn
//! beforehand, episodes that have ended are begun anew outside the measured time. Each figure is the best
//! of a few rounds.

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose episodes are refused fails"
)]

use std::time::Instant;

use firewatch_episode::{BatchStep, Episode, EpisodeBatch, PythonRandom, Request};
use firewatch_scenario::{
    ActionCatalogue, ActionRequest, Ask, Difficulty, Draws, NumberedRequest, Profile,
};
use firewatch_sim::Observation;

const ROUNDS: usize = 60;
const PROFILE: Profile = Profile::Standard;
const METRICS: [&str; 4] = [
    "status",
    "http_server_error_rate",
    "http_server_request_duration_p99",
    "process_memory_utilization",
];

fn drawn(seed: u64) -> Request<'static> {
    Request::Drawn {
        difficulty: Difficulty::Hard,
        seed,
    }
}

/// A random action on a random service.
fn action(random: &mut PythonRandom, services: &[String]) -> ActionRequest {
    let actions = ActionCatalogue::built_in(PROFILE).actions();
    let drawn = actions[random.below(actions.len())].name();
    // It would end the episode.
    let name = if drawn == "declare_resolved" {
        "escalate"
    } else {
        drawn
    };
    ActionRequest::new(name, &services[random.below(services.len())])
}

fn services(batch: &EpisodeBatch, index: usize) -> Vec<String> {
    let names = batch.fleet().read(index, |view| {
        view.service_names().map(str::to_owned).collect()
    });
    names.expect("there is one")
}

/// The same by numbers.
fn numbered(action: &ActionRequest, services: &[String]) -> NumberedRequest {
    let id = ActionCatalogue::built_in(PROFILE).id(&action.name);
    let target = { services.iter() }.position(|name| Some(name) == action.target.as_ref());
    let id = id.expect("it is of the catalogue");
    NumberedRequest::new(id, target.expect("it is of the mesh"))
}

/// Nanoseconds of a batch's step, an episode, with actions as they are asked for.
fn batched<A: Ask + Sync>(
    count: usize,
    threads: usize,
    ask: impl Fn(ActionRequest, &[String]) -> A,
) -> f64 {
    let requests = (0..count as u64).map(drawn);
    let mut batch = EpisodeBatch::new(PROFILE, requests, threads).expect("they can begin");
    let observation = Observation::new(METRICS, 7).expect("all are numbers");
    let [environments, services_, metrics] = observation.shape(count);
    let mut values = vec![0.0; environments * services_ * metrics];
    let mut mask = vec![false; environments * services_];
    let mut steps = vec![BatchStep::default(); count];
    let mut random = PythonRandom::new(1);
    let (mut best, mut seed) = (f64::INFINITY, count as u64);
    for _ in 0..ROUNDS {
        let actions: Vec<A> = (0..count)
            .map(|index| {
                let services = services(&batch, index);
                ask(action(&mut random, &services), &services)
            })
            .collect();
        let start = Instant::now();
        batch.step(&actions, &mut steps).expect("all are known");
        batch
            .observe_into(&observation, &mut values, &mut mask)
            .expect("the buffers fit");
        best = best.min(start.elapsed().as_secs_f64());
        let ended: Vec<bool> = steps.iter().map(|step| step.end.is_some()).collect();
        let reset = batch.reset_masked(&ended, |_| {
            seed += 1;
            drawn(seed)
        });
        reset.expect("they can begin");
    }
    best * 1e9 / count as f64
}

/// Nanoseconds of a single episode's step, with the observation that a person reads.
fn single(count: usize) -> f64 {
    let mut episodes: Vec<Episode> = Vec::new();
    for seed in 0..count as u64 {
        let mut episode = Episode::new(PROFILE);
        episode.reset(&drawn(seed)).expect("it can begin");
        episodes.push(episode);
    }
    let mut random = PythonRandom::new(1);
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let actions: Vec<ActionRequest> = { episodes.iter() }
            .map(|episode| {
                let view = episode.view().expect("it has begun");
                let names: Vec<String> = view.service_names().map(str::to_owned).collect();
                action(&mut random, &names)
            })
            .collect();
        let start = Instant::now();
        for (episode, action) in episodes.iter_mut().zip(&actions) {
            // One whose budget is used up has ended.
            let _ = episode.step(action);
        }
        best = best.min(start.elapsed().as_secs_f64() / episodes.len() as f64);
        episodes.retain(|episode| episode.end().is_none());
        if episodes.is_empty() {
            break;
        }
    }
    best * 1e9
}

fn main() {
    let count = std::env::args().filter_map(|argument| argument.parse().ok());
    let count = { count }.next().unwrap_or(1024);
    println!("{count} hard episodes: ns a step, steps/s");
    let by_number = |threads| {
        batched(count, threads, |action, services| {
            numbered(&action, services)
        })
    };
    for (name, nanoseconds) in [
        ("batched", by_number(1)),
        ("by name", batched(count, 1, |action, _| action)),
        ("2 threads", by_number(2)),
        ("single", single(count)),
    ] {
        println!("{name:>9} {nanoseconds:10.0} {:12.0}", 1e9 / nanoseconds);
    }
}
