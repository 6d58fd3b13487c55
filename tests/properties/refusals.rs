//! What the engine refuses changes nothing.

use firewatch_sim::{
    Engine, EnvironmentState, FaultKind, FaultState, METRICS, Metric, SimError, Simulation,
    SloBudget, Value, spawn_environment,
};
use firewatch_tests::{Act, Footprint};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::config;
use crate::incidents::{ABSENT, CUSTOM, Mix, incidents};
use crate::numbers::service_name;

/// Interventions that the engine has to refuse.
fn impossible_acts(service: &str, metric: &Metric, faults: usize) -> Vec<Act> {
    let set = |service: &str, metric: &str, value: Value| Act::Set {
        service: service.into(),
        metric: metric.into(),
        value,
    };
    let inject = |speed| Act::Inject(FaultState::new(FaultKind::OOM, service, speed));
    vec![
        // No metric is a map.
        set(service, metric.name, Value::Map([].into())),
        set(service, metric.name, Value::Float(f64::NAN)),
        set(service, CUSTOM, Value::List(vec![f64::INFINITY.into()])),
        set(ABSENT[0], metric.name, Value::Int(0)),
        Act::Halt(faults),
        inject(-1.0),
        inject(f64::NAN),
        inject(f64::INFINITY),
    ]
}

/// Variants of a state that the engine has to refuse.
fn impossible_states(state: &EnvironmentState) -> Vec<EnvironmentState> {
    let with = |change: &dyn Fn(&mut EnvironmentState)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    vec![
        with(&|state| state.services.push(state.services[0].clone())),
        with(&|state| {
            let last = state.services.last_mut().unwrap();
            last.metrics.insert("restart_count".into(), 0.5.into());
        }),
        with(&|state| {
            let slow = FaultState::new(FaultKind::OOM, service_name(0), -0.5);
            state.faults = vec![slow];
        }),
        with(&|state| {
            state.engine = Engine::SingleFault;
            state.faults.clear();
        }),
    ]
}

#[test]
fn the_single_fault_engine_takes_no_second_fault() {
    let mut state = EnvironmentState {
        engine: Engine::SingleFault,
        faults: vec![FaultState::new(FaultKind::OOM, "a", 1.0)],
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    };
    let mut simulation = Simulation::new(&state).unwrap();
    let before = simulation.snapshot();
    let second = FaultState::new(FaultKind::BAD_DEPLOY, "a", 1.0);
    let refused = SimError::SingleFault { faults: 2 };
    assert_eq!(simulation.inject_fault(&second), Err(refused.clone()));
    assert_eq!(simulation.snapshot(), before);
    state.faults.push(second);
    assert_eq!(Simulation::new(&state).err(), Some(refused));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_refused_changes_nothing(
        incident in incidents(Mix::Wild),
        metric in 0..METRICS.len(),
        service in any::<Index>(),
        ticks in 0..3_u64,
    ) {
        let service = service_name(service.index(incident.state.services.len()));
        let mut simulation = Simulation::new(&incident.state).unwrap();
        simulation.run(ticks);
        let faults = incident.state.faults.len();
        let before = Footprint::of(simulation.view());
        let entities = simulation.world().entities().count_spawned();
        let environment = simulation.environment();
        for act in impossible_acts(&service, &METRICS[metric], faults) {
            let outcome = act.apply(simulation.world_mut(), environment);
            prop_assert!(outcome.is_err(), "{act:?}");
            prop_assert_eq!(&Footprint::of(simulation.view()), &before, "{:?}", act);
        }
        for state in impossible_states(&incident.state) {
            prop_assert!(simulation.restore(&state).is_err());
            prop_assert!(spawn_environment(simulation.world_mut(), &state).is_err());
            prop_assert_eq!(&Footprint::of(simulation.view()), &before);
        }
        prop_assert_eq!(simulation.world().entities().count_spawned(), entities);
    }
}
