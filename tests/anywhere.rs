//! What is done to an environment does the same wherever that lives.

use firewatch_action::ActionSession;
use firewatch_response::Playback;
use firewatch_scenario::Scenario;
use firewatch_sim::{EnvironmentMut, Fleet, SimError};
use firewatch_tests::{Crowd, Host};

#[test]
fn a_timeline_goes_on_in_a_hosts_own_world_as_in_a_playback() {
    for file in [
        "injected-fault",
        "metastable-loop-breaks",
        "network-partition-healed",
    ] {
        let path = format!(
            "{}/../scenarios/mechanisms/{file}.ron",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&path).unwrap();
        let scenario = Scenario::parse(file, &text).unwrap();
        let timetable = firewatch_response::Timetable::of(&scenario);
        let mut playback = Playback::new(scenario.clone()).unwrap();
        let mut crowd = Crowd::default();
        crowd.add_neighbours(5);
        let blueprint = scenario.blueprint().unwrap();
        let environment = blueprint.spawn(&mut crowd.host.world).unwrap();
        let mut session = ActionSession::new();
        for tick in 0.. {
            crowd.add_neighbours(2);
            crowd.remove_neighbours(1);
            let mut access = EnvironmentMut::new(&mut crowd.host.world, environment).unwrap();
            let failed = timetable.act_at(&scenario, tick, &mut access, &mut session);
            assert_eq!(failed, Ok(None));
            if !playback.tick().unwrap() {
                assert!(tick > 10, "{file} ended at once");
                break;
            }
            crowd.host.tick();
            let hash = crowd.host.view(environment).state_hash();
            assert_eq!(hash, playback.simulation().state_hash(), "{file}: {tick}");
        }
    }
}

#[test]
fn an_environment_that_is_not_there_is_refused() {
    let mut host = Host::default();
    let stranger = host.world.spawn_empty().id();
    let refused = EnvironmentMut::new(&mut host.world, stranger).err();
    assert_eq!(refused, Some(SimError::NoEnvironment));
    let mut fleet = Fleet::new([], 1).unwrap();
    let refused = fleet.environment_mut(0).err();
    let expected = SimError::UnknownEnvironment {
        index: 0,
        environments: 0,
    };
    assert_eq!(refused, Some(expected));
}
