//! The engine of Firewatch: a deterministic simulator of production incidents on `bevy_ecs`.
//!
//! An **environment** is an entity that holds one incident: its [`Clock`], [`SloBudget`], [`Impact`]
//! and the [`Topology`] of its mesh. A **service** is an entity with metric components ([`Vitals`],
//! [`Runtime`], [`Uptime`], [`ServiceInfo`] on every one, others where attached). A [`Fault`] is an
//! entity with a kind, a speed and a halted state. The systems of one schedule work over all
//! environments of a world; [`TickSet`] is the order in which they run. A [`Simulation`] is a world
//! with one environment; a [`Fleet`] has many, in worlds of a few thousand each, and steps them with
//! threads of its own: threads go across worlds, never inside a tick.
//!
//! A [`Topology`] is shared by environments of the same shape. The victims of a cascade from a fault are
//! found when the fault is spawned; a tick only adds contributions. The rows of an environment's services
//! are contiguous in their table, so that the systems take them as slices; if they have moved, the same
//! systems work on copies, and [`defragment_environments`] makes them contiguous again. A
//! service and a fault belong to their environment by relationships ([`ServiceOf`], [`FaultOf`]).
//!
//! The engine draws no random numbers, reads no clock, no file and no hash map's order, and does its
//! arithmetic in binary64 in a fixed order: the same state and the same interventions give the same
//! bits, in any process, with any neighbours. [`EnvironmentRef::state_hash`] makes that checkable.
//!
//! Every number is finite: each way in ([`Blueprint::check`], [`write_metric`]) holds numbers to ranges
//! ([`Metric::allows`]) out of which no rule leads, in however many ticks. A count that would pass 64
//! bits saturates; it does not wrap. Only a host that writes to components directly can break this.
//!
//! There are two physics. In the **classic** one ([`Engine::CLASSIC`]) faults change metrics, and errors cascade by
//! fixed shares. It does not model requests, queues other than those named in [`RequestQueue`] and [`Pipeline`], and
//! several instances of a service. In the other one ([`Engine::Traffic`]) load is a cause: users send requests down
//! the calls, faults and hands turn knobs ([`FaultKnobs`], [`TrafficChange`]), and metrics follow from what the fluid
//! model of the crate `firewatch-traffic` computes. [`TrafficState`] is what it starts from,
//! [`EnvironmentRef::traffic`] what is read of it. Environments of both can live in one world. Neither models
//! single requests, or anything below a tick of [`SECONDS_PER_TICK`] seconds.
//!
//! # In a host's own world
//!
//! [`spawn_environment`] puts an incident into any `World`, [`install`] adds the systems to any
//! `Schedule`; a host's systems run in, before or after the sets of [`TickSet`].
//!
//! A new kind of fault is a [`FaultKindDescriptor`] among the [`FaultKinds`] of a [`Blueprint`], of a
//! [`FleetBuilder`] or of a world ([`register_fault_kinds`]): what it does in a tick is a function, a
//! system of the host's in [`TickSet::FaultPhysics`], or data ([`FaultKindRules`]). The example
//! `sixth_fault` of `firewatch-scenario` has one.
//!
//! [`EnvironmentMut`] changes an environment, wherever it lives. [`install_events`] makes ticks tell what happens,
//! as messages of `bevy_ecs`; [`pause_environment`] suspends one environment of a world. With the feature
//! `bevy_app`, `FirewatchPlugin` puts the engine into a schedule of an app.
//!
//! A component that a host adds to services or faults should have
//! `#[component(storage = "SparseSet")]`: the rows of an environment then stay contiguous,
//! and the systems take them as slices. A table component works too, and costs some speed.

mod host;
mod tick;
mod world;

/// The version of `bevy_ecs` whose types are in this crate's interface.
pub use bevy_ecs;
/// What the traffic of a mesh is made of, and what is measured of it.
pub use firewatch_traffic::{
    Breaker, Cache, CallKnobs, CallTraffic, Knobs, ServiceKnobs, ServiceTraffic,
    State as MeshState, UserKnobs, UserTraffic,
};
pub use host::change::{EnvironmentMut, ServiceMut};
pub use host::events::{EnvironmentEvent, EventKind, EventSystems, install_events};
pub use host::fleet::{EnvironmentSummary, Fleet, FleetBuilder, FleetPart, MetricSetting, NewPart};
pub use host::hash::STATE_HASH_VERSION;
pub use host::intervene::{Intervention, halt_fault, inject_fault, set_metric, set_slo_budget};
pub use host::observe::Observation;
pub use host::pause::{pause_environment, resume_environment};
#[cfg(feature = "bevy_app")]
pub use host::plugin::FirewatchPlugin;
pub use host::simulation::Simulation;
pub use host::traffic::{CallRef, FailureCause, FailureReason, RouteRef, TrafficRef, UsersRef};
pub use host::turn::change_traffic;
pub use host::value_rows::ValueRows;
pub use host::view::{EnvironmentRef, ServiceHandle};
/// Text of which up to 23 bytes need no memory of their own: names of services, versions, hashes.
pub use smol_str::SmolStr;
pub use tick::schedule::{BuiltInFaults, Tick, TickSet, install, tick_schedule};
pub use world::blueprint::{Blueprint, FaultBlueprint, ServiceBlueprint, despawn_environment};
pub use world::defragment::defragment_environments;
pub use world::environment::{
    AdversarialLine, Clock, Engine, Environment, Impact, ImpactMode, LogScript, LogTexts,
    SECONDS_PER_TICK, SloBudget,
};
pub use world::error::SimError;
pub use world::fault::{
    EvidenceContext, Fault, FaultContext, FaultEvidence, FaultKind, FaultKindDescriptor,
    FaultKindError, FaultKindId, FaultKindLookup, FaultKindRules, FaultKinds, FaultPhysics,
    LogLine, MetricGrowth, PrecedingChange, fault_kinds, register_fault_kinds,
};
pub use world::metric::{
    METRICS, Metric, MetricKey, MetricKind, check_settable, find as find_metric,
    read as read_metric, read_all as read_metrics, write as write_metric,
};
pub use world::num::round_decimal;
pub use world::ownership::{Damaged, FaultOf, Faults, Parts, ServiceOf, Services};
pub use world::service::{
    Certificate, CrashLoop, CustomMetrics, ImagePull, Pipeline, RequestQueue, RequestTraffic,
    Runtime, RuntimeDiagnostics, ServiceInfo, Traffic, Uptime, Vitals,
};
pub use world::state::{EnvironmentState, FaultState, ServiceState, spawn_environment};
pub use world::status::{Status, UnknownName};
pub use world::topology::{CASCADE_MAX_DEPTH, Topology};
pub use world::traffic::{
    Autoscaling, CallKnob, CallState, FaultCourse, FaultKnobs, FaultRecovery, FaultShape,
    IdleMetrics, InstancesState, Objective, RateStep, ServiceKnob, TrafficBlueprint, TrafficChange,
    TrafficFlow, TrafficServiceState, TrafficState, UserGroupState, UserKnob,
};
pub use world::value::Value;

/// Operations that give the same bits on every platform: extremes, of which `f64::max` and `f64::min` leave the sign of a
/// zero open, the scattering of numbers, and numbers as texts.
pub mod num {
    pub use crate::world::num::{max, min, split_mix};
    pub use crate::world::number_text::{exact_text, text_with_decimals, without_trailing_zeros};
}

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
