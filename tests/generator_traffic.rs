//! Generated incidents of traffic: a right answer wins, doing nothing loses, and what is drawn never changes.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose incidents can't be played fails"
)]

use std::fmt::Write as _;

use firewatch_response::Playback;
use firewatch_scenario::{
    Difficulty, Physics, Scenario, TrafficGeneratorVersion, generate_traffic,
    generate_traffic_answer, generate_traffic_with,
};
use firewatch_tests::{difference, workspace};

const SEEDS: u64 = 40;

/// Plays an incident to its end, with its answer or without one, and returns the grade and whether it was won.
fn grade(difficulty: Difficulty, seed: u64, is_answered: bool) -> (f64, bool) {
    let scenario = generate_traffic(difficulty, seed);
    let mut runbook = generate_traffic_answer(TrafficGeneratorVersion::V1, difficulty, seed);
    if !is_answered {
        runbook.steps.clear();
    }
    let mut playback = Playback::answered(scenario, runbook).unwrap();
    while playback.tick().unwrap() {}
    let grade = playback.score().unwrap().grade().unwrap();
    (grade.total, grade.won == Some(true))
}

#[test]
fn the_right_answer_wins_and_doing_nothing_loses() {
    for &difficulty in Difficulty::ALL {
        for seed in 0..SEEDS {
            let (right, won) = grade(difficulty, seed, true);
            assert!(won && right >= 0.85, "{difficulty} {seed}: {right}");
            let (nothing, won) = grade(difficulty, seed, false);
            assert!(!won && nothing <= 0.05, "{difficulty} {seed}: {nothing}");
        }
    }
}

/// What is drawn has no problem and no warning, says the same as its file, and has the structure of its difficulty.
#[test]
fn what_is_drawn_is_a_scenario_of_its_difficulty() {
    for &difficulty in Difficulty::ALL {
        for seed in (0..300).chain([u64::MAX]) {
            let scenario = generate_traffic(difficulty, seed);
            let which = format!("{difficulty} {seed}:\n{scenario}");
            assert!(scenario.problems().is_empty(), "{which}");
            assert!(scenario.warnings().is_empty(), "{which}");
            let read = Scenario::parse("drawn.ron", &scenario.to_string()).unwrap();
            assert_eq!(read, scenario);
            let answer = generate_traffic_answer(TrafficGeneratorVersion::V1, difficulty, seed);
            assert!(answer.problems(&scenario).is_empty(), "{answer}");
            let causes = { scenario.faults.iter() }
                .filter(|fault| fault.knobs.is_none())
                .collect::<Vec<_>>();
            let (services, expected) = match difficulty {
                Difficulty::Easy => (3, 1),
                Difficulty::Medium => (6, 1),
                Difficulty::Hard => (10, 2),
            };
            assert_eq!(
                (scenario.services.len(), causes.len()),
                (services, expected)
            );
            let is_called_by_users = |service: &str| {
                let mut users = scenario.users.iter();
                users.any(|users| users.service == service)
            };
            assert!(
                !causes
                    .iter()
                    .any(|fault| is_called_by_users(&fault.service))
            );
        }
    }
}

/// A file may leave all to be drawn, and a change of its seed draws anew.
#[test]
fn a_file_without_services_is_drawn_whole() {
    let text = "Scenario(name: \"Drawn\", difficulty: hard, seed: 7, physics: traffic)";
    let scenario = Scenario::parse("drawn.ron", text).unwrap();
    let drawn = generate_traffic(Difficulty::Hard, 7);
    assert_eq!(scenario.physics, Physics::Traffic);
    assert_eq!(scenario.users, drawn.users);
    assert_eq!(scenario.services, drawn.services);
    assert_eq!(scenario.faults, drawn.faults);
    assert_eq!(scenario.goals, drawn.goals);
    assert_eq!(scenario.root_cause, drawn.root_cause);
    let written = scenario.to_string();
    assert!(
        !written.contains("services") && !written.contains("users"),
        "{written}"
    );
    assert_eq!(Scenario::parse("drawn.ron", &written).unwrap(), scenario);
    let other = scenario.with_seed(8);
    assert_eq!(other.users, generate_traffic(Difficulty::Hard, 8).users);
    let refused = text.replace("seed: 7", "generator: 2");
    let problems = Scenario::parse("drawn.ron", &refused).unwrap_err();
    assert!(
        problems
            .to_string()
            .contains("the generator of `traffic` has no version 2"),
        "{problems}"
    );
}

/// Neither a name, nor a place in the file, nor the number of callers tells the cause much more often than chance.
#[test]
fn no_simple_rule_finds_the_cause() {
    for difficulty in [Difficulty::Medium, Difficulty::Hard] {
        let mut hits = [0u32; 8];
        let mut chance = 0.0;
        let seeds = 600;
        for seed in 0..seeds {
            let scenario = generate_traffic(difficulty, seed);
            let names: Vec<&str> = scenario.services.iter().map(|s| &*s.name).collect();
            let cause = scenario.root_cause_name().unwrap();
            let entries = scenario.users.len();
            chance += 1.0 / (names.len() - entries) as f64;
            for (hit, guess) in hits.iter_mut().zip(guesses(&scenario, &names)) {
                *hit += u32::from(guess == cause);
            }
        }
        let most = (1.6 * chance) as u32;
        assert!(
            hits.iter().all(|&hit| hit <= most),
            "{difficulty}: {hits:?}, at most {most}"
        );
    }
}

/// The first and the last service, by name and by its length, and those with the most and the fewest instances.
fn guesses<'a>(scenario: &Scenario, names: &[&'a str]) -> [&'a str; 8] {
    let by = |key: &dyn Fn(usize) -> u64| {
        let ranked = (0..names.len()).min_by_key(|&index| key(index));
        names[ranked.unwrap()]
    };
    let instances = |index: usize| scenario.services[index].capacity.instances();
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    [
        names[0],
        names[names.len() - 1],
        sorted[0],
        sorted[sorted.len() - 1],
        by(&|index| names[index].len() as u64),
        by(&|index| 100 - names[index].len() as u64),
        by(&|index| instances(index)),
        by(&|index| 100 - instances(index)),
    ]
}

/// What a difficulty and a seed give never changes.
#[test]
fn what_is_drawn_stays() {
    let mut drawn = String::new();
    for &difficulty in Difficulty::ALL {
        for seed in 0..SEEDS {
            let text =
                generate_traffic_with(TrafficGeneratorVersion::V1, difficulty, seed).to_string();
            let bytes = text.bytes();
            let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            writeln!(drawn, "{difficulty} {seed} {hash:016x}").unwrap();
        }
    }
    let agreed = workspace().join("tests/fixtures/generated-traffic.txt");
    assert_eq!(difference(&agreed, &drawn), None);
}
