//! Effects on traffic: what they change, whether they would change anything, and carrying them out.

use firewatch_sim::{
    CallKnob, EnvironmentMut, EnvironmentRef, ServiceKnob, SimError, SmolStr, TrafficChange,
};

use crate::model::{CallRoute, Operand, TrafficEffect};
use crate::parameter::Parameters;
use crate::session::ActionSession;

/// A change of traffic with names of its own, so that it outlives the view in which it was found.
pub(crate) enum FoundChange {
    Service(SmolStr, ServiceKnob, f64),
    Call(SmolStr, SmolStr, CallKnob, f64),
    Scale(SmolStr, u32),
    Restart(SmolStr),
}

impl FoundChange {
    fn change(&self) -> TrafficChange<'_> {
        match self {
            Self::Service(service, knob, value) => TrafficChange::Service {
                service,
                knob: *knob,
                value: Some(*value),
            },
            Self::Call(from, to, knob, value) => TrafficChange::Call {
                from,
                to,
                knob: *knob,
                value: Some(*value),
            },
            Self::Scale(service, instances) => TrafficChange::Scale {
                service,
                instances: *instances,
            },
            Self::Restart(service) => TrafficChange::Restart { service },
        }
    }

    /// Whether it would change anything. What can't be done would not.
    pub(crate) fn would_change(&self, view: &EnvironmentRef) -> bool {
        view.is_changed_by(&self.change()).unwrap_or(false)
    }

    fn carry_out(&self, environment: &mut EnvironmentMut) -> Result<(), SimError> {
        environment.change_traffic(&self.change())
    }
}

impl TrafficEffect {
    /// Changes the traffic of a target where that changes anything, and records in the session what passes.
    pub(crate) fn carry_out(
        &self,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
        target: usize,
        parameters: Parameters,
    ) -> Result<(), SimError> {
        let view = environment.view()?;
        let mut changes = self.changes(&view, target, parameters);
        changes.retain(|change| change.would_change(&view));
        let name = name_of(&view, target);
        for change in &changes {
            change.carry_out(environment)?;
        }
        let passes = *self == Self::DropRequests && !changes.is_empty();
        if let Some(name) = name.filter(|_| passes) {
            session.note_drop(name);
        }
        Ok(())
    }

    /// The changes that it consists of, of a target by its index in the mesh; none where there is no traffic.
    pub(crate) fn changes(
        &self,
        view: &EnvironmentRef,
        target: usize,
        parameters: Parameters,
    ) -> Vec<FoundChange> {
        let Some((traffic, name)) = view.traffic().zip(name_of(view, target)) else {
            return Vec::new();
        };
        match self {
            Self::Turn { knob, to } => {
                let value = number(to, parameters);
                let change = value.map(|value| FoundChange::Service(name, *knob, value));
                change.into_iter().collect()
            }
            Self::TurnCalls { calls, knob, to } => {
                let Some(value) = number(to, parameters) else {
                    return Vec::new();
                };
                let routes = traffic.call_routes().filter(|route| {
                    let ends = [route.from, route.to];
                    calls.includes(target, ends, route.has_fallback)
                        && !(route.is_asynchronous && knob.is_of_answers())
                });
                let named =
                    routes.filter_map(|way| name_of(view, way.from).zip(name_of(view, way.to)));
                named
                    .map(|(from, to)| FoundChange::Call(from, to, *knob, value))
                    .collect()
            }
            Self::AddInstances { by, most_times } => {
                let more = parameters.get(*by).and_then(|more| more.as_f64());
                let [stated, desired] = traffic.instances_at(target).unwrap_or_default();
                let most = stated * f64::from(*most_times);
                let wanted = desired + more.unwrap_or(0.0);
                // What is there already beyond the limit stays.
                let wanted = if wanted > most { most } else { wanted };
                let change = (wanted > desired).then(|| FoundChange::Scale(name, count(wanted)));
                change.into_iter().collect()
            }
            Self::AddMemory { times } => {
                let factor = traffic.memory_factor_at(target).unwrap_or(1.0) * f64::from(*times);
                vec![FoundChange::Service(
                    name,
                    ServiceKnob::MemoryFactor,
                    factor,
                )]
            }
            Self::Restart => vec![FoundChange::Restart(name)],
            Self::DropRequests => vec![FoundChange::Service(name, ServiceKnob::Down, 1.0)],
        }
    }

    /// Why it changes nothing of a target of that name: by what it was set to and by what calls there are, never by what is
    /// wrong.
    pub(crate) fn why_idle(
        &self,
        view: &EnvironmentRef,
        target: usize,
        name: &str,
        parameters: Parameters,
    ) -> String {
        let finds_none = self.changes(view, target, parameters).is_empty();
        match self {
            Self::TurnCalls { calls, knob, .. } if finds_none => {
                calls.why_none(name, knob.is_of_answers())
            }
            Self::AddInstances { .. } if finds_none => {
                format!("{name} has as many instances as it may have")
            }
            Self::AddInstances { .. } => format!("instances of {name} are starting"),
            Self::DropRequests => format!("{name} is starting anew"),
            _ => format!("{name} was set like that already"),
        }
    }
}

impl CallRoute {
    /// Returns whether a call from one service to another is one of these of a target; all by their indices.
    #[must_use]
    pub fn includes(self, target: usize, [from, to]: [usize; 2], has_fallback: bool) -> bool {
        match self {
            Self::Made => from == target,
            Self::Received => to == target,
            Self::Replaceable => to == target && has_fallback,
        }
    }

    /// Says why a service has no such calls, or none for whose answers somebody waits.
    #[must_use]
    pub fn why_none(self, service: &str, of_answers: bool) -> String {
        match (self, of_answers) {
            (Self::Made, true) => format!("{service} waits for no answer"),
            (Self::Made, false) => format!("{service} calls nobody"),
            (Self::Received, true) => format!("nobody waits for an answer of {service}"),
            (Self::Received, false) => format!("nobody calls {service}"),
            (Self::Replaceable, _) => format!("no call to {service} has a fallback"),
        }
    }
}

fn name_of(view: &EnvironmentRef, service: usize) -> Option<SmolStr> {
    view.service_names().nth(service).map(SmolStr::new)
}

fn number(operand: &Operand, parameters: Parameters) -> Option<f64> {
    match operand {
        Operand::Value(value) => value.as_f64(),
        Operand::Parameter(index) => parameters.get(*index)?.as_f64(),
        Operand::Metric(_) => None,
    }
}

/// A number of instances; there are at most a million.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and has no fraction"
)]
fn count(instances: f64) -> u32 {
    instances as u32
}
