//! What the loop of a batch costs, with hard episodes, random actions and an observation, and its parts.
//!
//! `cargo bench -p firewatch-episode --bench steps` prints three tables; after `--`, a number is the number of
//! episodes, and `trainer`, `steps` or `beginnings` one of the tables. One thread, if nothing else is said, standard profile; the actions are drawn beforehand.
//!
//! The first table is about a trainer's loop, with codes of actions, and its parts, beside the
//! yardstick: the same physics by hand over plain arrays. The second is about a step by requests: of the whole loop (step, observation, reset of each episode that has
//! ended), of its three parts, of the loop with actions that are asked for by name, of the loop on two
//! threads (the observation is made by one), and of single episodes. The loop runs on until every place
//! has had several episodes, and what counts is the median of its rounds in windows of an episode's
//! length: some rounds have many resets, others none. A tenth of the rounds take no longer than is said of the quick
//! ones: that figure also holds where other programs share the machine. No action of the loop ends an episode; what a declaration
//! takes, which plays an episode on to its last tick, stands below. The third table is about an episode that begins:
//! in a new batch, by a reset, and what drawing a blueprint and [`Fleet::reset`] take.

#![expect(
    clippy::expect_used,
    reason = "a benchmark whose episodes are refused fails"
)]

#[path = "trainer/mod.rs"]
mod trainer;
#[path = "../../firewatch-scenario/benches/yardstick/mod.rs"]
#[expect(
    dead_code,
    reason = "another benchmark also halts its faults and compares its states"
)]
mod yardstick;

use std::time::Instant;

use firewatch_action::{ActionCatalogue, ActionRequest, NumberedRequest, Profile, RequestedAction};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeRequest};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, RandomStreams, ScenarioGenerator};
use firewatch_sim::{Fleet, Observation};

/// Rounds of the loop that make a window: an episode lasts no longer.
const WINDOW: usize = 40;
const WINDOWS: usize = 7;
const PROFILE: Profile = Profile::Standard;
const DIFFICULTY: Difficulty = Difficulty::Hard;
const SERVICES: usize = 7;
const METRICS: [&str; 4] = [
    "status",
    "http_server_error_rate",
    "http_server_request_duration_p99",
    "process_memory_utilization",
];

fn drawn(seed: u64) -> EpisodeRequest {
    EpisodeRequest::Drawn {
        difficulty: DIFFICULTY,
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
    let mut names = services.iter();
    let target = names.position(|name| Some(name) == action.target.as_ref());
    let id = id.expect("it is of the catalogue");
    NumberedRequest::new(id, target.expect("it is of the mesh"))
}

fn median(figures: Vec<f64>) -> f64 {
    quantile(figures, 2)
}

/// The figure that one in `part` does not exceed.
fn quantile(mut figures: Vec<f64>, part: usize) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / part]
}

/// Seconds that `work` takes.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Nanoseconds of the loop for each step, and what of them are the step, the observation and the resets; last, the step in
/// the quick rounds.
fn batched<A: RequestedAction + Sync>(
    count: usize,
    threads: usize,
    ask: impl Fn(ActionRequest, &[String]) -> A,
) -> [f64; 5] {
    let requests = (0..count as u64).map(drawn);
    let mut batch = EpisodeBatch::new(PROFILE, requests, threads).expect("they can begin");
    let observation = Observation::new(METRICS, SERVICES).expect("all are numbers");
    let [environments, services_, metrics] = observation.shape(count);
    let mut values = vec![0.0; environments * services_ * metrics];
    let mut mask = vec![false; environments * services_];
    let mut steps = vec![BatchStep::default(); count];
    let mut ended = vec![false; count];
    let (mut random, mut seed) = (PythonRandom::new(1), count as u64);
    let mut windows = [const { Vec::new() }; 4];
    let mut rounds = Vec::new();
    // The first window is not counted: all episodes begin at once in it.
    for window in 0..=WINDOWS {
        let mut parts = [0.0; 3];
        for _ in 0..WINDOW {
            let mut ask = |index| {
                let services = services(&batch, index);
                ask(action(&mut random, &services), &services)
            };
            let actions: Vec<A> = (0..count).map(&mut ask).collect();
            let step = timed(|| batch.step(&actions, &mut steps).expect("all are known"));
            parts[0] += step;
            rounds.push(step * 1e9 / count as f64);
            parts[1] += timed(|| {
                let observed = batch.observe_into(&observation, &mut values, &mut mask);
                observed.expect("the buffers fit");
            });
            parts[2] += timed(|| {
                for (ended, step) in ended.iter_mut().zip(&steps) {
                    *ended = step.end.is_some();
                }
                let reset = batch.reset_masked(&ended, |_| {
                    seed += 1;
                    drawn(seed)
                });
                reset.expect("they can begin");
            });
        }
        if window > 0 {
            let steps = (count * WINDOW) as f64;
            let [step, observation, reset] = parts.map(|seconds| seconds * 1e9 / steps);
            let of_window = [step + observation + reset, step, observation, reset];
            for (figures, figure) in windows.iter_mut().zip(of_window) {
                figures.push(figure);
            }
        }
    }
    let quick = quantile(rounds.split_off(WINDOW), 10);
    let [whole, step, observation, reset] = windows.map(median);
    [whole, step, observation, reset, quick]
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
    let mut rounds = Vec::new();
    for _ in 0..10 {
        let draw = |episode: &Episode| {
            let view = episode.view().expect("it has begun");
            let names: Vec<String> = view.service_names().map(str::to_owned).collect();
            action(&mut random, &names)
        };
        let actions: Vec<ActionRequest> = episodes.iter().map(draw).collect();
        let seconds = timed(|| {
            for (episode, action) in episodes.iter_mut().zip(&actions) {
                // One whose budget is used up has ended.
                let _ = episode.step(action);
            }
        });
        rounds.push(seconds * 1e9 / episodes.len() as f64);
        episodes.retain(|episode| episode.end().is_none());
        if episodes.is_empty() {
            break;
        }
    }
    median(rounds)
}

/// Nanoseconds that a declaration takes at the first step, of all or of one in 128: the rest of the incident is played on.
fn declarations(count: usize, every: usize) -> f64 {
    let mut figures = Vec::new();
    for window in 0..WINDOWS as u64 {
        let first = window * count as u64;
        let requests = (first..first + count as u64).map(drawn);
        let mut batch = EpisodeBatch::new(PROFILE, requests, 1).expect("they can begin");
        let mut steps = vec![BatchStep::default(); count];
        let action = |index: usize| match index % every {
            0 => ActionRequest::untargeted("declare_resolved"),
            _ => ActionRequest::wait(),
        };
        let actions: Vec<_> = (0..count).map(action).collect();
        let seconds = timed(|| batch.step(&actions, &mut steps).expect("all are known"));
        figures.push(seconds * 1e9 / count.div_ceil(every) as f64);
    }
    median(figures)
}

/// Nanoseconds that an episode takes to begin: in a new batch, by a reset of all, and what drawing a
/// blueprint and putting it in the place of another takes.
fn beginnings(count: usize, threads: usize) -> [f64; 3] {
    let mut figures = [const { Vec::new() }; 3];
    let mut episodes = ScenarioGenerator::new();
    let mut seed = 0;
    let mut next = || {
        seed += 1;
        seed
    };
    for _ in 0..WINDOWS {
        let mut batch = None;
        let new = timed(|| {
            let requests = (0..count).map(|_| drawn(next()));
            batch = EpisodeBatch::new(PROFILE, requests, threads).ok();
        });
        let mut batch = batch.expect("they can begin");
        let all = vec![true; count];
        let reset = timed(|| {
            let reset = batch.reset_masked(&all, |_| drawn(next()));
            reset.expect("they can begin");
        });
        let blueprints: Vec<_> = (0..count)
            .map(|_| episodes.draw(DIFFICULTY, next()).clone())
            .collect();
        let mut fleet = Fleet::with_shard_size(blueprints, 1, 128).expect("they can begin");
        let parts = timed(|| {
            for index in 0..count {
                let blueprint = episodes.draw(DIFFICULTY, next());
                fleet.reset(index, blueprint).expect("it can begin");
            }
        });
        for (figures, seconds) in figures.iter_mut().zip([new, reset, parts]) {
            figures.push(seconds * 1e9 / count as f64);
        }
    }
    figures.map(median)
}

fn print(name: &str, nanoseconds: f64) {
    println!("{name:>16} {nanoseconds:10.0} {:12.0}", 1e9 / nanoseconds);
}

fn print_steps(count: usize) {
    let by_number = |action: ActionRequest, services: &[String]| numbered(&action, services);
    println!("{count} hard episodes: ns a step, steps/s");
    let [whole, step, observation, reset, quick] = batched(count, 1, by_number);
    print("loop", whole);
    print("step", step);
    print("- quick rounds", quick);
    print("observation", observation);
    print("resets", reset);
    print("loop by name", batched(count, 1, |action, _| action)[0]);
    print("loop, 2 threads", batched(count, 2, by_number)[0]);
    print("single", single(count));
    print("declaration", declarations(count, 1));
    print("one in 128", declarations(count, 128));
}

fn print_beginnings(count: usize) {
    println!("{count} hard episodes that begin: ns an episode, episodes/s");
    let [new, reset, parts] = beginnings(count, 1);
    print("new batch", new);
    print("reset", reset);
    print("draw and reset", parts);
    let [new, reset, _] = beginnings(count, 2);
    print("new, 2 threads", new);
    print("reset, 2 threads", reset);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok());
    let given = { numbers }.next();
    let count = given.unwrap_or(1024);
    let names = |table: &str| arguments.iter().any(|argument| argument == table);
    if names("trainer") || !(names("beginnings") || names("steps")) {
        trainer::print(given);
    }
    if names("trainer") {
        return;
    }
    if !names("beginnings") {
        print_steps(count);
    }
    if !names("steps") {
        print_beginnings(count);
    }
}
