//! The versions of the generator that draw goals: their incidents have a right answer, and knowledge beats trial.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose incidents can't be played fails"
)]

use std::collections::BTreeSet;

use firewatch_action::{ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_response::score::Grade;
use firewatch_response::{Playback, Responder};
use firewatch_scenario::{
    Difficulty, GeneratorVersion, Runbook, Scenario, generate, generate_answer, generate_with,
};
use firewatch_sim::{EnvironmentRef, Simulation, Status};
use firewatch_tests::{difference, workspace};

const SEEDS: u64 = 100;
const V2: GeneratorVersion = GeneratorVersion::V2;
const V3: GeneratorVersion = GeneratorVersion::V3;
const VERSIONS: [GeneratorVersion; 2] = [V2, V3];

/// Plays an incident to its end; `next` decides on what is to be seen before each step.
fn play(scenario: &Scenario, mut next: impl FnMut(&Episode) -> Option<ActionRequest>) -> Grade {
    let mut episode = Episode::new(Profile::Standard);
    episode
        .reset(&EpisodeRequest::scenario(scenario.clone()))
        .unwrap();
    while episode.end().is_none() {
        let action = next(&episode).unwrap_or_else(ActionRequest::wait);
        episode.step(&action).unwrap();
    }
    episode.grade().unwrap()
}

fn follow(scenario: &Scenario, runbook: Runbook) -> Grade {
    let mut responder = Responder::new(runbook);
    play(scenario, |episode| {
        let (view, score) = (episode.view().unwrap(), episode.score().unwrap());
        responder.next(&view, score).cloned()
    })
}

/// The unhealthy service that looks worst.
fn worst(view: &EnvironmentRef) -> Option<String> {
    let named = view.service_names().zip(view.vitals());
    let unhealthy = named.filter(|(_, vitals)| vitals.status != Status::Healthy);
    let ranked = unhealthy.reduce(|worst, next| {
        let rank = |vitals: &firewatch_sim::Vitals| (vitals.status, vitals.http_server_error_rate);
        if rank(next.1) > rank(worst.1) {
            next
        } else {
            worst
        }
    });
    ranked.map(|(name, _)| name.to_owned())
}

/// Mean grade of the common remedies in turn over the service that looks worst, from each of them.
fn blind(scenario: &Scenario) -> f64 {
    let catalogue = scenario.actions();
    let common = [
        "rollback_deploy",
        "revert_config",
        "restart_service",
        "scale_replicas",
        "add_memory",
    ];
    let remedies: Vec<&str> = { common.into_iter() }
        .filter(|name| catalogue.find(name).is_some())
        .collect();
    let grades = (0..remedies.len()).map(|first| {
        let mut step = first;
        let grade = play(scenario, |episode| {
            let target = worst(&episode.view().unwrap())?;
            let remedy = remedies[step % remedies.len()];
            step += 1;
            Some(ActionRequest::new(remedy, &target))
        });
        grade.total
    });
    grades.sum::<f64>() / remedies.len() as f64
}

fn each() -> impl Iterator<Item = (GeneratorVersion, Difficulty, u64)> {
    VERSIONS.into_iter().flat_map(|version| {
        let difficulties = Difficulty::ALL.iter();
        difficulties
            .flat_map(move |&difficulty| (0..SEEDS).map(move |seed| (version, difficulty, seed)))
    })
}

#[test]
fn the_right_answer_wins_and_doing_nothing_loses() {
    for (version, difficulty, seed) in each() {
        let scenario = generate_with(version, difficulty, seed);
        let answer = generate_answer(version, difficulty, seed);
        let which = format!("{version} {difficulty} {seed}");
        let right = follow(&scenario, answer.clone());
        assert_eq!(right.won, Some(true), "{which}: {answer}\n{scenario}");
        let total = right.total;
        assert!(total >= 0.9, "{which}: {total} {answer}\n{scenario}");
        let nothing = play(&scenario, |_| None);
        assert_eq!(nothing.won, Some(false), "{which}");
        assert!(nothing.total <= 0.05, "{which}: {nothing:?}");
    }
}

#[test]
fn knowledge_beats_trial() {
    for version in VERSIONS {
        for (difficulty, most) in [(Difficulty::Medium, 0.5), (Difficulty::Hard, 0.35)] {
            let grades = (0..SEEDS).map(|seed| blind(&generate_with(version, difficulty, seed)));
            let mean = grades.sum::<f64>() / SEEDS as f64;
            assert!(mean <= most, "{version} {difficulty}: {mean}");
        }
    }
}

/// What is drawn is in order, says the same as its file, and has the structure of its difficulty.
#[test]
fn what_is_drawn_is_a_scenario_of_its_difficulty() {
    let difficulties = Difficulty::ALL.iter();
    let each = difficulties.flat_map(|difficulty| VERSIONS.map(|version| (version, *difficulty)));
    for (version, difficulty) in each {
        let mut kinds = BTreeSet::new();
        let mut second = BTreeSet::new();
        for seed in (0..SEEDS).chain([u64::MAX]) {
            let scenario = generate_with(version, difficulty, seed);
            assert_eq!(scenario, generate_with(version, difficulty, seed));
            assert!(scenario.problems().is_empty(), "{scenario}");
            let read = Scenario::parse("drawn.ron", &scenario.to_string()).unwrap();
            assert_eq!(read, scenario);
            let answer = generate_answer(version, difficulty, seed);
            assert!(answer.problems(&scenario).is_empty(), "{answer}");
            assert_eq!(
                scenario.red_herrings.len(),
                difficulty.red_herring_count().min(2)
            );
            assert!(!scenario.goals.list.is_empty());
            kinds.insert(scenario.faults[0].kind.name().to_owned());
            match &*scenario.faults {
                [_] => assert_ne!(difficulty, Difficulty::Hard),
                [first, later] => {
                    assert_eq!(difficulty, Difficulty::Hard);
                    assert_ne!(first.kind, later.kind);
                    assert_ne!(first.service, later.service);
                    assert!(later.start_tick > first.start_tick);
                    assert!(scenario.prompt_injection.is_some());
                    second.insert(later.kind.name().to_owned());
                }
                faults => panic!("{difficulty} {seed}: {} faults", faults.len()),
            }
        }
        assert_eq!(
            kinds.len(),
            difficulty.fault_kinds().len(),
            "{difficulty}: {kinds:?}"
        );
        assert!(
            difficulty != Difficulty::Hard || second.len() > 1,
            "{second:?}"
        );
    }
}

/// Each version keeps what it draws from a seed, on every machine.
#[test]
fn what_is_drawn_is_as_agreed() {
    for version in VERSIONS {
        let file = format!("tests/fixtures/generated-{version}.txt");
        let agreed = workspace().join(file);
        assert_eq!(difference(&agreed, &drawn(version)), None);
    }
}

fn drawn(version: GeneratorVersion) -> String {
    let mut text = String::new();
    for &difficulty in Difficulty::ALL {
        for seed in [0, 7, u64::MAX] {
            let scenario = generate_with(version, difficulty, seed);
            let answer = generate_answer(version, difficulty, seed);
            let mut playback = Playback::new(scenario.clone()).unwrap();
            while playback.tick().unwrap() {}
            let hash = playback.simulation().state_hash();
            text += &format!("{scenario}{answer}state hash after the run: {hash:016x}\n\n");
        }
        let hashes = (0..SEEDS).map(|seed| {
            let blueprint = generate_with(version, difficulty, seed)
                .blueprint()
                .unwrap();
            let simulation = Simulation::from_blueprint(&blueprint).unwrap();
            simulation.state_hash()
        });
        let all = hashes.fold(0, |all: u64, hash| all.rotate_left(5) ^ hash);
        text += &format!("{difficulty}, all starts of {SEEDS} seeds: {all:016x}\n\n");
    }
    text
}

/// A file without services asks for a version by its number; without one it gets the first.
#[test]
fn a_file_asks_for_a_version() {
    let file = |fields: &str| {
        let text = format!("Scenario(name: \"x\", difficulty: medium, seed: 7, {fields})");
        Scenario::parse("x.ron", &text)
    };
    let first = file("").unwrap();
    assert_eq!(first, file("generator: 1").unwrap());
    let drawn = generate(Difficulty::Medium, 7);
    assert_eq!(
        (first.services, first.faults),
        (drawn.services, drawn.faults)
    );
    for version in VERSIONS {
        let read = file(&format!("generator: {version}")).unwrap();
        let drawn = generate_with(version, Difficulty::Medium, 7);
        assert_eq!(read.goals, drawn.goals);
        assert_eq!(read.services, drawn.services);
        assert_eq!(
            read.blueprint().unwrap().state().unwrap(),
            drawn.blueprint().unwrap().state().unwrap()
        );
        let again = Scenario::parse("x.ron", &read.to_string()).unwrap();
        assert_eq!(again, read);
        let other = generate_with(version, Difficulty::Medium, 8);
        assert_eq!(read.with_seed(8).goals, other.goals);
    }
    for (fields, problem) in [
        ("generator: 4", "the versions are 1 to 3"),
        (
            "generator: 2, services: [\"cache\"]",
            "`generator` is for a scenario without `services`",
        ),
        (
            "generator: 2, goals: [goal(\"cache\", \"restart_count\", 0)]",
            "`goals` needs `services`",
        ),
    ] {
        let refused = file(fields).unwrap_err().to_string();
        assert!(refused.contains(problem), "{fields}: {refused}");
    }
}
