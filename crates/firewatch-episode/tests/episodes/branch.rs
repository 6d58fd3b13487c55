//! An episode branches at any tick into two that don't influence each other.

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, Scenario};

use crate::random::{any_action, services};

/// Everything that can be seen of an episode, as text: two of them differ in it if they differ in a bit.
pub fn everything(episode: &Episode) -> String {
    let hash = episode.view().map(|view| view.state_hash());
    format!(
        "{hash:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
        episode.observation(),
        episode.score(),
        episode.history(),
        episode.action_session(),
        episode.goals(),
        episode.failed_action(),
        episode.end(),
        episode.grade(),
        episode.steps(),
    )
}

/// An incident whose timeline acts before, at and after most ticks, also on a service outside the mesh.
pub const EVENTFUL: &str = r#"Scenario(
    name: "Something happens all the time",
    difficulty: hard,
    ticks: 12,
    services: ["api-gateway", "auth-service", "db-proxy", "cache-service"],
    faults: [
        (kind: bad_deploy, service: "auth-service"),
        (kind: oom, service: "cache-service", start_tick: 4),
        (kind: oom, service: "elsewhere", start_tick: 7, absent: true),
    ],
    red_herrings: ["db-proxy"],
    timeline: [
        (tick: 0, do: action("circuit_break", "auth-service")),
        (tick: 3, do: action("escalate")),
        (tick: 5, do: inject((kind: config_drift, service: "api-gateway"))),
        (tick: 6, do: set("api-gateway", {"restart_count": 7})),
        (tick: 8, do: halt("cache-service")),
    ],
    goals: [goal("auth-service", "http_server_error_rate", lt(0.05))],
)"#;

pub fn requests() -> Vec<EpisodeRequest> {
    let drawn = |difficulty| EpisodeRequest::Drawn {
        difficulty,
        seed: 42,
    };
    let eventful = Scenario::parse("eventful.ron", EVENTFUL);
    let eventful = eventful.unwrap_or_else(|problems| panic!("{problems}"));
    let drawn = Difficulty::ALL.iter().map(|&difficulty| drawn(difficulty));
    drawn.chain([EpisodeRequest::scenario(eventful)]).collect()
}

/// Goes on with these actions as long as the episode runs; what is seen after each.
pub fn go_on(episode: &mut Episode, actions: &[ActionRequest]) -> Vec<String> {
    let mut seen = Vec::new();
    for action in actions {
        let step = episode.step(action);
        seen.push(format!("{step:?}\n{}", everything(episode)));
    }
    seen
}

pub fn actions(
    profile: Profile,
    seed: u64,
    services: &[String],
    count: usize,
) -> Vec<ActionRequest> {
    let mut random = PythonRandom::new(seed);
    let names: Vec<&str> = services.iter().map(String::as_str).collect();
    let action = || any_action(&mut random, profile, &names);
    std::iter::repeat_with(action).take(count).collect()
}

#[test]
fn a_branch_goes_on_like_its_origin_and_neither_changes_the_other() {
    for &profile in Profile::ALL {
        for request in requests() {
            let mut origin = Episode::new(profile);
            assert_eq!(
                everything(&origin),
                everything(&origin.branch().expect("it is none"))
            );
            origin.reset(&request).expect("it can begin");
            let names = services(&origin);
            let ticks = origin.scenario().expect("it has begun").ticks as usize + 2;
            let others = actions(profile, 1, &names, ticks);
            let all = actions(profile, 2, &names, ticks);
            let mut differed = false;
            for tick in 0..ticks {
                let mut same = origin.branch().expect("the state is sound");
                let mut other = origin.branch().expect("the state is sound");
                let before = everything(&origin);
                assert_eq!(before, everything(&same), "tick {tick}");
                // Another answer changes nothing in its origin.
                let elsewhere = go_on(&mut other, &others[tick..]);
                assert_eq!(before, everything(&origin), "tick {tick}");
                // The origin goes on alone, then its branch does the same.
                let mut alone = origin.branch().expect("the state is sound");
                let rest = go_on(&mut alone, &all[tick..]);
                assert_eq!(rest, go_on(&mut same, &all[tick..]), "tick {tick}");
                differed |= rest != elsewhere;
                let stepped = go_on(&mut origin, &all[tick..=tick]);
                assert_eq!(stepped[0], rest[0], "tick {tick}");
            }
            assert!(differed, "the other answer was another one");
            assert!(origin.end().is_some());
        }
    }
}
