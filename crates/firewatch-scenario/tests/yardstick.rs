//! The yardstick that the fleet is measured against does the same as the fleet.

#[path = "../benches/yardstick/mod.rs"]
mod yardstick;

use firewatch_scenario::{Difficulty, generate};
use firewatch_sim::{Blueprint, FaultKind, Fleet, Simulation};
use yardstick::Yardstick;

#[test]
fn it_ends_in_the_same_state() {
    let episode = |seed: usize| {
        let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
        let mut scenario = generate(difficulties[seed % 3], seed as u64);
        scenario.faults[0].kind = FaultKind::BUILT_IN[seed % 5];
        scenario.blueprint().unwrap()
    };
    let blueprints: Vec<Blueprint> = (0..600).map(episode).collect();
    let mut yardstick = Yardstick::default();
    blueprints
        .iter()
        .for_each(|blueprint| yardstick.push(blueprint));
    let mut fleet = Fleet::new(blueprints.iter().cloned(), 1).unwrap();
    for halted in [false, true] {
        for _ in 0..20 {
            yardstick.tick();
            fleet.tick();
        }
        for (index, blueprint) in blueprints.iter().enumerate() {
            let state = yardstick.state(index, blueprint.state().unwrap());
            let expected = Simulation::new(&state).unwrap().state_hash();
            assert_eq!(
                fleet.state_hash(index).unwrap(),
                expected,
                "{index}, halted: {halted}"
            );
            fleet.halt_fault(index, 0).unwrap();
        }
        yardstick.halt_all();
    }
}
