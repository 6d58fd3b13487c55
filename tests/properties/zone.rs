//! The blast zone.

use std::collections::BTreeSet;

use firewatch_sim::{EnvironmentState, Simulation};
use proptest::prelude::*;

use crate::config;
use crate::incidents::{ABSENT, Mix, incidents};
use crate::watch::{untouched, watch};

/// The sources and who calls them, who calls those, and so on, three times.
fn zone_by_rounds(state: &EnvironmentState) -> BTreeSet<&str> {
    let faults = state.faults.iter().map(|fault| fault.service.as_str());
    let mut zone: BTreeSet<_> = state
        .root_cause
        .as_deref()
        .into_iter()
        .chain(faults)
        .collect();
    for _ in 0..3 {
        let callers = state.dependencies.iter().filter(|(_, callees)| {
            let mut callees = callees.iter();
            callees.any(|callee| zone.contains(callee.as_str()))
        });
        let callers: Vec<_> = callers.map(|(caller, _)| caller.as_str()).collect();
        zone.extend(callers);
    }
    zone
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_blast_zone_is_what_three_rounds_of_asking_who_calls_find(
        incident in incidents(Mix::Wild),
    ) {
        let simulation = Simulation::new(&incident.state).unwrap();
        let view = simulation.view();
        let state = &incident.state;
        let expected = zone_by_rounds(state);
        let found: BTreeSet<_> = view.blast_zone().into_iter().collect();
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(view.blast_radius(), expected.len().max(1));
        prop_assert!((1..=state.services.len() + ABSENT.len()).contains(&view.blast_radius()));
    }

    #[test]
    fn nothing_outside_the_blast_zone_changes_while_no_fault_is_halted(
        mut incident in incidents(Mix::Plain),
    ) {
        incident.timeline.clear();
        let simulation = Simulation::new(&incident.state).unwrap();
        let zone = zone_by_rounds(&incident.state);
        let start = simulation.snapshot();
        let names = start.services.iter().map(|service| service.name.as_str());
        let outside: Vec<_> = names.filter(|name| !zone.contains(name)).collect();
        watch(&incident, |_, _, view| {
            let now = view.capture();
            for name in &outside {
                prop_assert_eq!(untouched(&now, name), untouched(&start, name));
            }
            Ok(())
        })?;
    }
}
