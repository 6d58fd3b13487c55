//! Any incident.

use firewatch_sim::{
    Clock, Engine, EnvironmentState, FaultKind, FaultState, ImpactMode, SECONDS_PER_TICK,
    ServiceState, SloBudget, Value,
};
use firewatch_tests::{Act, Incident};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::numbers::{latencies, metrics, names, service_name, shares, speeds};

pub const TICKS: u64 = 30;
pub const MAX_SERVICES: usize = 12;
pub const MAX_FAULTS: usize = 4;
/// Names that are mentioned but are no service of any mesh.
pub const ABSENT: [&str; 3] = ["absent-0", "absent-1", "absent-2"];
/// A metric that the engine has no field for.
pub const CUSTOM: &str = "custom_metric";

/// What an incident may hold besides a mesh, faults and halts.
#[derive(Clone, Copy, PartialEq)]
pub enum Mix {
    /// Nothing: services have their vitals, and nothing but halts is done to them.
    Plain,
    /// Any metric of any value in its range, from the start or set later, and injected faults.
    Wild,
}

/// The metrics of a service, without its name.
pub fn services(mix: Mix) -> impl Strategy<Value = ServiceState> {
    let more = if mix == Mix::Wild { 0..6 } else { 0..1 };
    (shares(), latencies(), shares(), vec(metrics(), more)).prop_map(
        |(errors, latency, mem, more)| {
            let vitals = [
                ("http_server_error_rate", errors),
                ("http_server_request_duration_p99", latency),
                ("process_memory_utilization", mem),
            ];
            let vitals = vitals.map(|(name, value)| (name.to_owned(), Value::Float(value)));
            ServiceState {
                name: String::new(),
                metrics: vitals.into_iter().chain(more).collect(),
            }
        },
    )
}

pub fn faults(services: usize) -> impl Strategy<Value = FaultState> {
    (
        select(FaultKind::BUILT_IN.to_vec()),
        names(services),
        speeds(),
    )
        .prop_map(|(kind, service, speed)| FaultState::new(kind, service, speed))
}

pub fn acts(services: usize, mix: Mix) -> impl Strategy<Value = Act> {
    let halts = (0..MAX_FAULTS).prop_map(Act::Halt);
    let sets = (0..services, metrics()).prop_map(|(service, (metric, value))| Act::Set {
        service: service_name(service),
        metric,
        value,
    });
    let wild = u32::from(mix == Mix::Wild);
    prop_oneof![2 => halts, 4 * wild => sets, wild => faults(services).prop_map(Act::Inject)]
}

/// Who calls whom: anybody anybody, themselves and twice too, or a chain with some calls across.
pub fn dependencies(services: usize) -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    let name = names(services);
    let random = vec((name.clone(), vec(name.clone(), 0..4)), 0..=services);
    let link = |caller: usize| (service_name(caller), vec![service_name(caller - 1)]);
    let chain: Vec<_> = (1..services).map(link).collect();
    let chain = vec((name.clone(), vec(name, 0..2)), 0..3)
        .prop_map(move |across| [chain.clone(), across].concat());
    prop_oneof![random, chain]
}

/// An environment without services and faults, at some tick or other.
pub fn rules() -> impl Strategy<Value = EnvironmentState> {
    let engine = select(Engine::CLASSIC.to_vec());
    let impact_mode = select(ImpactMode::ALL.to_vec());
    (engine, impact_mode, 0..20_u64, 0.0..=120.0, 0.0..=5.0).prop_map(
        |(engine, impact_mode, tick, remaining, burn_per_tick)| EnvironmentState {
            engine,
            impact_mode,
            clock: Clock {
                tick,
                sim_time_seconds: tick as i64 * SECONDS_PER_TICK,
            },
            ..EnvironmentState::new(SloBudget {
                remaining,
                burn_per_tick,
            })
        },
    )
}

pub fn states(count: usize, mix: Mix) -> impl Strategy<Value = EnvironmentState> {
    let parts = (
        rules(),
        vec(services(mix), count),
        dependencies(count),
        vec(names(count), 0..4),
        option::of(names(count)),
        prop_oneof![vec(faults(count), 1), vec(faults(count), 0..=MAX_FAULTS)],
    );
    parts.prop_map(
        |(rules, mut services, dependencies, red_herrings, root_cause, faults)| {
            for (index, service) in services.iter_mut().enumerate() {
                service.name = service_name(index);
            }
            EnvironmentState {
                engine: if faults.len() == 1 {
                    rules.engine
                } else {
                    Engine::MultiFault
                },
                services,
                dependencies,
                red_herrings,
                root_cause,
                faults,
                ..rules
            }
        },
    )
}

pub fn incidents(mix: Mix) -> impl Strategy<Value = Incident> {
    (1..=MAX_SERVICES)
        .prop_flat_map(move |services| {
            let timeline = vec((1..=TICKS, acts(services, mix)), 0..12);
            (states(services, mix), timeline)
        })
        .prop_map(|(state, timeline)| {
            let mut incident = Incident {
                name: "generated".into(),
                state,
                timeline,
                ticks: TICKS,
            };
            keep_possible_acts(&mut incident);
            incident
        })
}

/// Drops halts of faults that there are not yet, and injections where there can be one fault only.
pub fn keep_possible_acts(incident: &mut Incident) {
    let single = incident.state.engine == Engine::SingleFault;
    incident.timeline.sort_by_key(|(tick, _)| *tick);
    let mut faults = incident.state.faults.len();
    incident.timeline.retain(|(_, act)| match act {
        Act::Halt(index) => *index < faults,
        Act::Inject(_) if single => false,
        Act::Inject(_) => {
            faults += 1;
            true
        }
        Act::Set { .. } => true,
    });
}

/// Halts every fault from the start.
pub fn halt_all(incident: &mut Incident) {
    incident.timeline.clear();
    for fault in &mut incident.state.faults {
        fault.halted = true;
    }
}
