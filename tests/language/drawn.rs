//! What is drawn stays the same, and is as its difficulty wants it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use firewatch_response::Playback;
use firewatch_scenario::{Difficulty, SERVICE_CATALOGUE, Scenario, generate};
use firewatch_tests::{difference, workspace};

/// Runs to the end; the hash of the last state.
fn hash_after_run(scenario: &Scenario) -> u64 {
    let mut playback = Playback::new(scenario.clone()).unwrap();
    while playback.tick().unwrap() {}
    playback.simulation().state_hash()
}

/// What is drawn, in words.
fn portrait(difficulty: Difficulty, seed: u64) -> String {
    let scenario = generate(difficulty, seed);
    let names = |names: Vec<&str>| names.join(", ");
    let mut text = format!("{difficulty} {seed}\n");
    let services = scenario.services.iter().map(|service| &*service.name);
    let _ = writeln!(text, "  services: {}", names(services.collect()));
    for fault in &scenario.faults {
        let _ = writeln!(
            text,
            "  fault: {} on {} at speed {}",
            fault.kind, fault.service, fault.speed
        );
    }
    let herrings = scenario.red_herrings.iter().map(String::as_str);
    let _ = writeln!(text, "  red herrings: {}", names(herrings.collect()));
    let _ = writeln!(
        text,
        "  prompt injection: {}",
        scenario.prompt_injection.as_deref().unwrap_or("")
    );
    for service in scenario.initial_state().unwrap().services {
        let _ = writeln!(text, "  {}", service.name);
        for (metric, value) in service.metrics {
            let _ = writeln!(text, "    {metric}: {value}");
        }
    }
    let _ = writeln!(
        text,
        "  state hash after the run: {:016x}",
        hash_after_run(&scenario)
    );
    text
}

#[test]
fn what_is_drawn_is_as_agreed() {
    let mut text = String::new();
    for &difficulty in Difficulty::ALL {
        for seed in [0, 7, 42, u64::MAX] {
            text += &portrait(difficulty, seed);
        }
    }
    let different = difference(&workspace().join("tests/fixtures/generated.txt"), &text);
    assert_eq!(different, None);
}

/// Who calls whom among the services of the catalogue.
fn is_call(from: &str, to: &str) -> bool {
    let from = SERVICE_CATALOGUE
        .iter()
        .find(|service| service.name == from);
    from.is_some_and(|service| service.calls.contains(&to))
}

fn is_connected(names: &[&str]) -> bool {
    let mut reached = vec![names[0]];
    let mut at = 0;
    while let Some(from) = reached.get(at).copied() {
        at += 1;
        let linked = |to: &&&str| is_call(from, to) || is_call(to, from);
        let new: Vec<&str> = names.iter().filter(linked).copied().collect();
        reached.extend(
            new.into_iter()
                .filter(|name| !reached.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    reached.len() == names.len()
}

#[test]
fn every_episode_that_is_drawn_is_one_as_its_difficulty_wants_it() {
    for &difficulty in Difficulty::ALL {
        let (mut causes, mut kinds, mut meshes) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for seed in 0..300 {
            let scenario = generate(difficulty, seed);
            let context = format!("{difficulty} {seed}");
            assert_eq!(scenario.problems(), [], "{context}");
            let names: Vec<&str> = scenario.services.iter().map(|s| &*s.name).collect();
            assert_eq!(names.len(), difficulty.service_count(), "{context}");
            assert!(is_connected(&names), "{context}: {names:?}");
            let [fault] = scenario.faults.as_slice() else {
                panic!("{context}: not one fault");
            };
            let cause = &*fault.service;
            assert!(
                names.iter().any(|name| is_call(name, cause)),
                "{context}: nobody calls {cause}"
            );
            assert!(difficulty.fault_kinds().contains(&fault.kind), "{context}");
            assert_eq!(fault.speed, difficulty.fault_speed(), "{context}");
            let herrings: BTreeSet<&str> =
                scenario.red_herrings.iter().map(String::as_str).collect();
            assert_eq!(herrings.len(), difficulty.red_herring_count(), "{context}");
            assert_eq!(herrings.len(), scenario.red_herrings.len(), "{context}");
            assert!(!herrings.contains(cause), "{context}");
            assert!(
                herrings.iter().all(|name| names.contains(name)),
                "{context}"
            );
            let injection = scenario.prompt_injection.as_deref();
            assert_eq!(
                injection.is_some(),
                difficulty == Difficulty::Hard,
                "{context}"
            );
            assert!(
                injection.is_none_or(|name| herrings.contains(name)),
                "{context}"
            );
            causes.insert(cause.to_owned());
            kinds.insert(fault.kind);
            meshes.insert(names.join(" "));
        }
        // The draws are spread: no kind is left out, and meshes differ.
        assert_eq!(kinds.len(), difficulty.fault_kinds().len());
        assert!(causes.len() > 5, "{difficulty}: only {causes:?}");
        assert!(
            meshes.len() > 30,
            "{difficulty}: only {} meshes",
            meshes.len()
        );
    }
}

#[test]
fn an_episode_that_is_printed_runs_to_the_same_hash() {
    for &difficulty in Difficulty::ALL {
        for seed in 0..60 {
            let drawn = generate(difficulty, seed);
            let printed = Scenario::parse("printed.ron", &drawn.to_string()).unwrap();
            assert_eq!(printed, drawn);
            let short =
                format!("Scenario(name: \"short\", difficulty: {difficulty}, seed: {seed})");
            let short = Scenario::parse("short.ron", &short).unwrap();
            let again = Scenario::parse("again.ron", &short.to_string()).unwrap();
            assert_eq!(again, short);
            let hash = hash_after_run(&drawn);
            assert_eq!(hash, hash_after_run(&printed), "{difficulty} {seed}");
            assert_eq!(hash, hash_after_run(&short), "{difficulty} {seed}");
        }
    }
}
