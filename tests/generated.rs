//! Episodes drawn straight into blueprints are the ones that `generate` draws as scenarios.

use firewatch_scenario::{Difficulty, ScenarioGenerator, generate};
use firewatch_sim::Fleet;

/// As many as fit the time of a test; every kind of fault and every service is among them.
const SEEDS: u64 = 2000;

#[test]
fn both_ways_draw_the_same() {
    let mut episodes = ScenarioGenerator::new();
    for &difficulty in Difficulty::ALL {
        for seed in (0..SEEDS).chain([u64::MAX]) {
            let expected = generate(difficulty, seed)
                .blueprint()
                .and_then(|blueprint| blueprint.state())
                .unwrap();
            let drawn = episodes.draw(difficulty, seed).state().unwrap();
            assert_eq!(drawn, expected, "{difficulty} {seed}");
        }
    }
}

/// In one fleet that is reset again and again, across difficulties too.
#[test]
fn both_ways_go_on_the_same() {
    let first = generate(Difficulty::Hard, 0).blueprint().unwrap();
    let mut drawn = Fleet::new(vec![first.clone(); 30], 1).unwrap();
    let mut expected = Fleet::new(vec![first; 30], 1).unwrap();
    let mut episodes = ScenarioGenerator::new();
    for round in 0..60 {
        for environment in 0..drawn.len() {
            let seed = round * 30 + environment as u64;
            let difficulty = Difficulty::ALL[environment % 3];
            let blueprint = generate(difficulty, seed).blueprint().unwrap();
            expected.reset(environment, &blueprint).unwrap();
            let blueprint = episodes.draw(difficulty, seed);
            drawn.reset(environment, blueprint).unwrap();
        }
        for fleet in [&mut drawn, &mut expected] {
            fleet.tick_many(7);
            (0..30).for_each(|environment| fleet.halt_fault(environment, 0).unwrap());
            fleet.tick_many(3);
        }
        for environment in 0..drawn.len() {
            assert_eq!(
                drawn.state_hash(environment).unwrap(),
                expected.state_hash(environment).unwrap(),
                "{round} {environment}"
            );
        }
    }
}
