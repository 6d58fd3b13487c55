//! Snapshots: written, read and restored.

use firewatch_sim::{EnvironmentState, Simulation};
use proptest::prelude::*;

use crate::config;
use crate::incidents::{Mix, TICKS, incidents};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_snapshot_goes_through_json_unchanged_and_goes_on_alike(
        incident in incidents(Mix::Wild),
        at in 1..=TICKS,
    ) {
        let mut undisturbed = Simulation::new(&incident.state).unwrap();
        let mut simulation = Simulation::new(&incident.state).unwrap();
        for tick in 1..=incident.ticks {
            if tick == at {
                let saved = simulation.snapshot();
                let text = serde_json::to_string(&saved).unwrap();
                let read: EnvironmentState = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(&read, &saved);
                simulation.restore(&read).unwrap();
                prop_assert_eq!(simulation.snapshot(), saved);
            }
            incident.step(tick, &mut undisturbed).unwrap();
            incident.step(tick, &mut simulation).unwrap();
            prop_assert_eq!(simulation.state_hash(), undisturbed.state_hash());
        }
        prop_assert_eq!(simulation.snapshot(), undisturbed.snapshot());
    }

    #[test]
    fn a_restored_snapshot_gives_the_same_snapshot(incident in incidents(Mix::Wild)) {
        let saved = Simulation::new(&incident.state).unwrap().snapshot();
        prop_assert_eq!(Simulation::new(&saved).unwrap().snapshot(), saved);
    }
}
