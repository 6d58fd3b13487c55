//! The traffic of a blueprint: names become indices, and everything is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use firewatch_traffic::{CallSpec, Knobs, Mesh, ServiceSpec, State, UserSpec};

use super::checks::{
    check_call, check_flow, check_group, check_groups, check_service, check_set_users,
};
use super::component::{
    Course, MeshTraffic, ServiceShape, SetService, SetUsers, TrafficShape, Turns, UserShape,
};
use super::course::{FaultCourse, FaultRecovery, FaultShape};
use super::state::{CallState, TrafficFlow, TrafficServiceState, TrafficState, UserGroupState};
use crate::world::error::SimError;
use crate::world::fault_kind::FaultKind;
use crate::world::topology::Topology;

/// The traffic of an environment to be built, with names resolved. A clone shares what does not change.
#[derive(Clone, Debug)]
pub struct TrafficBlueprint {
    pub(crate) traffic: MeshTraffic,
    /// Whether no tick has been done, so that metrics of services are still to be derived.
    pub(crate) is_new: bool,
}

impl TrafficBlueprint {
    /// The traffic of a mesh of that shape, with a course for each fault of the environment, in list order: which
    /// kind it is of, which node of the topology it afflicts, and how it goes.
    ///
    /// # Errors
    /// [`SimError::UnknownService`], [`SimError::DuplicateService`], [`SimError::UnknownCall`] for a call that is no
    /// dependency, [`SimError::Mesh`], [`SimError::NotFinite`], [`SimError::OutOfRange`],
    /// [`SimError::NoMeaningInTraffic`]; [`SimError::Traffic`] for what does not fit together otherwise.
    pub fn new<'a>(
        state: &TrafficState,
        topology: &Topology,
        faults: impl IntoIterator<Item = (FaultKind, usize, &'a FaultCourse)>,
    ) -> Result<Self, SimError> {
        let of_services = Services::new(state, topology)?;
        let (services, of_mesh) = of_services.shapes()?;
        let calls = { state.calls.iter() }
            .map(|call| call_spec(call, topology))
            .collect::<Result<_, _>>()?;
        let users = { state.users.iter() }
            .map(|group| user_spec(group, topology))
            .collect::<Result<_, _>>()?;
        let mesh = Mesh::new(services, calls, users)?;
        check_groups(&state.users)?;
        let new = || TrafficFlow {
            state: State::new(&mesh),
            knobs: Knobs::new(&mesh),
        };
        let flow = state.flow.clone().unwrap_or_else(new);
        check_flow(&flow, &mesh)?;
        let shape = TrafficShape {
            services: of_mesh,
            users: state.users.iter().map(user_shape).collect(),
            mesh,
        };
        let traffic = MeshTraffic {
            set_services: of_services.of_each(set_service),
            set_calls: state.calls.iter().map(|call| call.set).collect(),
            set_users: state.users.iter().map(set_users).collect(),
            instances: of_services.of_each(|service| service.running),
            courses: Vec::new(),
            state: flow.state,
            knobs: flow.knobs,
            leaked: vec![0.0; topology.service_count()],
            acting: Vec::new(),
            shape: Arc::new(shape),
        };
        let mut blueprint = Self {
            traffic,
            is_new: state.flow.is_none(),
        };
        if blueprint.is_new {
            blueprint.traffic.turn_by_hand(0);
            blueprint.traffic.flow();
            // What requests wait for settles; messages would wait for longer with every second of it.
            blueprint.traffic.state.clear_messages();
        }
        for (kind, target, course) in faults {
            let course = Course::new(
                kind,
                target,
                course.clone(),
                &blueprint.traffic.shape,
                topology,
            )?;
            blueprint.traffic.courses.push(course);
        }
        Ok(blueprint)
    }

    /// Attaches to a service the metrics that traffic computes; at the start of an incident they are those of the
    /// tick before.
    pub(crate) fn attach(&self, index: usize, service: &mut EntityWorldMut) {
        MeshTraffic::attach_metrics(service);
        if self.is_new {
            self.traffic.write_metrics(index, service);
        }
    }

    /// Whether it has that number of services and faults.
    pub(crate) fn is_of(&self, services: usize, faults: usize) -> bool {
        self.traffic.instances.len() == services && self.traffic.courses.len() == faults
    }
}

impl Course {
    /// The course of a fault of that kind on that node of the topology.
    pub(crate) fn new(
        kind: FaultKind,
        target: usize,
        course: FaultCourse,
        shape: &TrafficShape,
        topology: &Topology,
    ) -> Result<Self, SimError> {
        course.check()?;
        let turns = Turns::new(kind, target, &course, shape, topology)?;
        Ok(Self {
            course,
            turns,
            strength: 0.0,
        })
    }
}

impl Turns {
    fn new(
        kind: FaultKind,
        target: usize,
        course: &FaultCourse,
        shape: &TrafficShape,
        topology: &Topology,
    ) -> Result<Self, SimError> {
        let service = shape.services.get(target);
        let turns = match &course.knobs {
            Some(knobs) => match (&knobs.zone, &knobs.to, service) {
                (_, _, None) => Self::Nothing,
                (_, Some(to), _) => Self::Calls {
                    to: find_call(topology.name(target), to, topology)?,
                },
                (Some(name), _, Some(service)) => {
                    let zone = service.zones.iter().position(|zone| zone == name);
                    if zone.is_none() {
                        let service = topology.name(target);
                        return Err(SimError::Traffic(format!(
                            "`{service}` has no zone `{name}`"
                        )));
                    }
                    Self::Service { zone }
                }
                (None, ..) => Self::Service { zone: None },
            },
            None => Self::of_kind(kind)?,
        };
        Ok(if service.is_some() {
            turns
        } else {
            Self::Nothing
        })
    }

    fn of_kind(kind: FaultKind) -> Result<Self, SimError> {
        Ok(match kind {
            FaultKind::OOM => Self::Oom,
            FaultKind::MEMORY_LEAK => Self::MemoryLeak,
            FaultKind::BAD_DEPLOY => Self::BadDeploy,
            FaultKind::CONFIG_DRIFT => Self::ConfigDrift,
            FaultKind::NETWORK_PARTITION => Self::NetworkPartition,
            kind => return Err(SimError::NoMeaningInTraffic(kind)),
        })
    }

    /// The shape of a fault that states none.
    pub(crate) fn usual_shape(self) -> FaultShape {
        match self {
            Self::BadDeploy => FaultShape::Ramp,
            _ => FaultShape::Step,
        }
    }
}

impl FaultKind {
    /// Returns what a built-in kind does in the physics of traffic, in a sentence or two; `None` for other kinds, which
    /// mean nothing there.
    #[must_use]
    pub fn about_in_traffic(self) -> Option<&'static str> {
        Some(match self {
            Self::OOM => {
                "Memory fills with what waits and runs, and a share of the instances, its level, is killed again and \
                 again."
            }
            Self::MEMORY_LEAK => {
                "Memory fills slowly with what is worked on; the work slows, and a share of the instances, its level, \
                 is killed. What has leaked stays until a restart."
            }
            Self::BAD_DEPLOY => {
                "A share of the requests, its level, fails with errors, as the deployment is rolled out."
            }
            Self::CONFIG_DRIFT => {
                "Workers get fewer, by the share that is its level: the service can work on less at a time."
            }
            Self::NETWORK_PARTITION => {
                "A share of the requests to the service, its level, does not reach it: callers wait for their timeout."
            }
            _ => return None,
        })
    }

    /// Returns how a fault of a built-in kind reaches its level in the physics of traffic if it states no shape; `None`
    /// for other kinds.
    #[must_use]
    pub fn shape_in_traffic(self) -> Option<FaultShape> {
        Turns::of_kind(self).ok().map(Turns::usual_shape)
    }

    /// Returns how what a fault of a built-in kind has turned goes back in the physics of traffic if it states no
    /// recovery; `None` for other kinds.
    #[must_use]
    pub fn recovery_in_traffic(self) -> Option<FaultRecovery> {
        Turns::of_kind(self).ok().map(|turns| match turns {
            Turns::Oom | Turns::MemoryLeak => FaultRecovery::WithRestart,
            _ => FaultRecovery::AtOnce,
        })
    }

    /// Whether memory fills because of a fault of a built-in kind in the physics of traffic.
    #[must_use]
    pub fn fills_memory_in_traffic(self) -> bool {
        matches!(Turns::of_kind(self), Ok(Turns::Oom | Turns::MemoryLeak))
    }
}

/// What is stated of the services, in the order of the mesh.
struct Services<'a>(Vec<&'a TrafficServiceState>);

impl<'a> Services<'a> {
    fn new(state: &'a TrafficState, topology: &Topology) -> Result<Self, SimError> {
        let mut named = BTreeMap::new();
        for service in &state.services {
            find_service(&service.name, topology)?;
            if named.insert(service.name.as_str(), service).is_some() {
                return Err(SimError::DuplicateService(service.name.clone()));
            }
        }
        let of = |name: &str| {
            let missing = || SimError::Traffic(format!("nothing is said of the service `{name}`"));
            named.get(name).copied().ok_or_else(missing)
        };
        Ok(Self(topology.services().map(of).collect::<Result<_, _>>()?))
    }

    fn of_each<T>(&self, get: impl Fn(&TrafficServiceState) -> T) -> Vec<T> {
        self.0.iter().map(|service| get(service)).collect()
    }

    fn shapes(&self) -> Result<(Vec<ServiceSpec>, Vec<ServiceShape>), SimError> {
        let (mut specs, mut shapes) = (Vec::new(), Vec::new());
        for service in &self.0 {
            check_service(service)?;
            specs.push(ServiceSpec {
                instances: service.instances,
                concurrency: service.concurrency,
                work_s: service.work_s,
                queue_limit: service.queue_limit,
            });
            shapes.push(ServiceShape {
                zones: service.zones.clone(),
                start_up_ticks: service.start_up_ticks,
                memory_per_request: service.memory_per_request,
                autoscaling: service.autoscaling,
                idle: service.idle,
            });
        }
        Ok((specs, shapes))
    }
}

fn find_service(name: &str, topology: &Topology) -> Result<usize, SimError> {
    let unknown = || SimError::UnknownService(name.to_owned());
    topology.service(name).ok_or_else(unknown)
}

/// The index of the callee, if the topology has that call.
fn find_call(from: &str, to: &str, topology: &Topology) -> Result<usize, SimError> {
    let [caller, callee] = [find_service(from, topology)?, find_service(to, topology)?];
    if topology.calls(caller, callee) {
        return Ok(callee);
    }
    Err(SimError::UnknownCall {
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

fn call_spec(call: &CallState, topology: &Topology) -> Result<CallSpec, SimError> {
    check_call(call)?;
    let fallback = call.fallback.as_deref();
    Ok(CallSpec {
        from: find_service(&call.from, topology)?,
        to: find_call(&call.from, &call.to, topology)?,
        timeout_s: call.timeout_s,
        retries: call.retries,
        backoff_s: call.backoff_s,
        share: call.share,
        optional: call.optional,
        fallback: fallback
            .map(|name| find_service(name, topology))
            .transpose()?,
        breaker: call.breaker,
        cache: call.cache,
        asynchronous: call.asynchronous,
    })
}

fn user_spec(group: &UserGroupState, topology: &Topology) -> Result<UserSpec, SimError> {
    check_group(group)?;
    check_set_users(&set_users(group))?;
    Ok(UserSpec {
        service: find_service(&group.service, topology)?,
        rate_rps: group.rates.first().map_or(0.0, |step| step.rps),
        patience_s: group.patience_s,
        retries: group.retries,
        backoff_s: group.backoff_s,
    })
}

fn user_shape(group: &UserGroupState) -> UserShape {
    UserShape {
        name: group.name.as_str().into(),
        rates: group.rates.clone(),
        objective: group.objective,
    }
}

fn set_service(service: &TrafficServiceState) -> SetService {
    SetService {
        knobs: service.set,
        shed_ratio: service.shed_ratio,
        memory_factor: service.memory_factor,
    }
}

fn set_users(group: &UserGroupState) -> SetUsers {
    SetUsers {
        rate_factor: group.rate_factor,
        rps: group.set_rps,
        retries: group.set_retries,
    }
}
