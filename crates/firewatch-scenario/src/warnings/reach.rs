//! How far the errors of faults spread in the classic physics: three calls up, and past no red herring.

use std::collections::{BTreeSet, VecDeque};

use firewatch_sim::{CASCADE_MAX_DEPTH, Status};

use super::Reviewer;
use super::faults::{Beginning, all_beginnings};
use crate::codes;
use crate::model::{Check, Expectation, TimelineAction, When};

/// Services with faults that are looked at.
const MAX_SOURCES: usize = 64;

/// Calls from a service up to each other one; `None` for those that it can't reach.
type Distances = Vec<Option<usize>>;

impl Reviewer<'_> {
    pub(super) fn reach(&mut self) {
        let mesh = Mesh::of(self);
        for source in &mesh.sources {
            self.customers_of(&mesh, source);
        }
        self.unreached(&mesh);
        self.unspread_metrics(&mesh);
    }

    /// Whether customers notice a fault.
    fn customers_of(&mut self, mesh: &Mesh, source: &Source) {
        let far: Vec<usize> = { mesh.facing.iter().copied() }
            .filter(|service| source.distances[*service].is_some())
            .collect();
        let calls = |service: usize| source.distances[service].unwrap_or_default();
        let Some(nearest) = far.iter().copied().min_by_key(|service| calls(*service)) else {
            return;
        };
        let service = self.name(source.service);
        if calls(nearest) > CASCADE_MAX_DEPTH {
            let message = format!(
                "no customer notices this fault: `{}` is {} calls away from `{service}`, and errors spread {CASCADE_MAX_DEPTH}",
                self.name(nearest),
                calls(nearest),
            );
            let help = "put the fault within three calls of a service that customers talk to, or let `users` ask for the \
                        traffic physics";
            self.warn(
                codes::DISTANT_FAULT,
                format!("{}.service", source.path),
                message,
                help,
            );
            return;
        }
        let is_hidden = |service: &usize| {
            calls(*service) <= CASCADE_MAX_DEPTH
                && source.free[*service].is_none()
                && !mesh.walls[*service]
        };
        for hidden in far.iter().copied().filter(is_hidden) {
            let Some(herring) = mesh.herring_between(source, hidden) else {
                continue;
            };
            let (hidden, name) = (self.name(hidden), self.name(herring));
            let message = format!(
                "`{hidden}` never notices the fault of `{service}`: the red herring `{name}` stands on the only path"
            );
            let help = "errors spread past no red herring: let another service be it, or give the path a way around it";
            let mut herrings = self.scenario.red_herrings.iter();
            let listed = herrings.position(|entry| *entry == self.scenario.services[herring].name);
            let place = format!("red_herrings[{}]", listed.unwrap_or_default());
            if !self.warnings.iter().any(|warning| warning.path == place) {
                self.warn(codes::HIDDEN_FAULT, place, message, help);
            }
        }
    }

    /// Expectations of trouble at services that nothing makes unwell.
    fn unreached(&mut self, mesh: &Mesh) {
        let scenario = self.scenario;
        let lists = [
            ("expect", &scenario.expect),
            ("expect_unanswered", &scenario.expect_unanswered),
        ];
        for (list, expectations) in lists {
            for (index, expectation) in expectations.iter().enumerate() {
                let service = troubled(expectation);
                let service = service.and_then(|name| self.graph.indices.get(name).copied());
                let Some(service) = service.filter(|service| !mesh.can_be_unwell(*service)) else {
                    continue;
                };
                let name = self.name(service);
                let message = format!("nothing makes `{name}` unwell: no fault reaches it");
                let help = mesh.why_unreached(service, |service| self.name(service));
                self.warn(
                    codes::UNREACHED_SERVICE,
                    format!("{list}[{index}]"),
                    message,
                    &help,
                );
            }
        }
    }
}

/// A service with a fault.
struct Source {
    service: usize,
    path: String,
    /// Distances over all calls.
    distances: Distances,
    /// Distances as errors spread.
    free: Distances,
}

/// What stands between faults and customers.
pub(super) struct Mesh {
    callers: Vec<Vec<usize>>,
    callees: Vec<Vec<usize>>,
    /// Services that customers talk to.
    facing: Vec<usize>,
    /// Whether each service is a red herring.
    walls: Vec<bool>,
    /// Services that the scenario itself changes: by metrics, or by its timeline.
    changed: BTreeSet<usize>,
    sources: Vec<Source>,
    /// Whether all services with faults are among `sources`.
    is_complete: bool,
}

impl Mesh {
    fn of(reviewer: &Reviewer) -> Self {
        let scenario = reviewer.scenario;
        let indices = &reviewer.graph.indices;
        let index = |name: &String| indices.get(&**name).copied();
        let count = scenario.services.len();
        let (mut callers, mut callees) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for call in reviewer
            .graph
            .calls
            .iter()
            .filter(|call| call.from != call.to)
        {
            callers[call.to].push(call.from);
            callees[call.from].push(call.to);
        }
        let named: Vec<usize> = scenario.user_facing.iter().filter_map(index).collect();
        let entries = (0..count).filter(|service| callers[*service].is_empty());
        let mut mesh = Self {
            facing: if named.is_empty() {
                entries.collect()
            } else {
                named
            },
            callers,
            callees,
            walls: vec![false; count],
            changed: changed(reviewer),
            sources: Vec::new(),
            is_complete: true,
        };
        for herring in scenario.red_herrings.iter().filter_map(index) {
            mesh.walls[herring] = true;
        }
        mesh.find_sources(reviewer);
        mesh
    }

    fn find_sources(&mut self, reviewer: &Reviewer) {
        let mut seen = BTreeSet::new();
        for Beginning { path, fault, .. } in all_beginnings(reviewer.scenario) {
            let Some(service) = reviewer.graph.indices.get(&*fault.service).copied() else {
                continue;
            };
            if !seen.insert(service) {
                continue;
            }
            if self.sources.len() == MAX_SOURCES {
                self.is_complete = false;
                return;
            }
            self.sources.push(Source {
                service,
                path,
                distances: self.distances(service, usize::MAX, |_| false),
                free: self.distances(service, CASCADE_MAX_DEPTH, |at| self.walls[at]),
            });
        }
    }

    fn distances(&self, from: usize, most: usize, is_wall: impl Fn(usize) -> bool) -> Distances {
        let mut distances = vec![None; self.callers.len()];
        distances[from] = Some(0);
        let mut open = VecDeque::from([(from, 0)]);
        while let Some((service, calls)) = open.pop_front() {
            if calls == most {
                continue;
            }
            for &caller in &self.callers[service] {
                firewatch_ron::work::count(1);
                if distances[caller].is_none() && !is_wall(caller) {
                    distances[caller] = Some(calls + 1);
                    open.push_back((caller, calls + 1));
                }
            }
        }
        distances
    }

    /// Returns a red herring on a path from a fault to a service, of which none is free.
    fn herring_between(&self, source: &Source, service: usize) -> Option<usize> {
        let mut at = service;
        // One call nearer to the fault each time.
        while let Some(calls) = source.distances[at].filter(|calls| *calls > 1) {
            let mut callees = self.callees[at].iter().copied();
            at = callees.find(|callee| source.distances[*callee] == Some(calls - 1))?;
            if self.walls[at] {
                return Some(at);
            }
        }
        None
    }

    /// Returns a caller of a service to which nothing happens, if the service has no fault, is no red herring, and no
    /// customer talks to it.
    pub(super) fn calm_caller(&self, service: usize) -> Option<usize> {
        let has_fault = |service: usize| self.sources.iter().any(|one| one.service == service);
        if self.walls[service] || self.facing.contains(&service) || has_fault(service) {
            return None;
        }
        let mut callers = self.callers[service].iter().copied();
        callers.find(|caller| {
            firewatch_ron::work::count(1);
            !self.walls[*caller] && !self.can_be_unwell(*caller)
        })
    }

    fn can_be_unwell(&self, service: usize) -> bool {
        let is_reached = |source: &Source| source.free[service].is_some();
        !self.is_complete || self.changed.contains(&service) || self.sources.iter().any(is_reached)
    }

    /// Says why no fault reaches a service.
    fn why_unreached(&self, service: usize, name: impl Fn(usize) -> String) -> String {
        let nearest = { self.sources.iter() }
            .filter_map(|source| Some((source.distances[service]?, source)))
            .min_by_key(|(calls, _)| *calls);
        if self.walls[service] {
            return "it is a red herring: errors do not spread to it".to_owned();
        }
        match nearest {
            None => "nothing that it calls, directly or not, has a fault".to_owned(),
            Some((calls, source)) if calls > CASCADE_MAX_DEPTH => format!(
                "it is {calls} calls away from the fault of `{}`, and errors spread {CASCADE_MAX_DEPTH}",
                name(source.service)
            ),
            Some((_, source)) => match self.herring_between(source, service) {
                Some(herring) => format!(
                    "the red herring `{}` stands between it and the fault of `{}`",
                    name(herring),
                    name(source.service)
                ),
                None => format!(
                    "red herrings stand between it and the fault of `{}`",
                    name(source.service)
                ),
            },
        }
    }
}

/// Returns the services whose metrics the scenario itself changes.
fn changed(reviewer: &Reviewer) -> BTreeSet<usize> {
    let scenario = reviewer.scenario;
    let services = scenario.services.iter().enumerate();
    let with_metrics = services.filter(|(_, service)| !service.metrics.is_empty());
    let events = scenario
        .timeline
        .iter()
        .filter_map(|event| match &event.action {
            TimelineAction::Set(service, _) => Some(service),
            TimelineAction::Perform(request) => request.target.as_ref(),
            _ => None,
        });
    let indices = &reviewer.graph.indices;
    let of_events = events.filter_map(|name| indices.get(&**name).copied());
    with_metrics
        .map(|(index, _)| index)
        .chain(of_events)
        .collect()
}

/// Returns the service that an expectation wants to be unwell at some time.
fn troubled(expectation: &Expectation) -> Option<&str> {
    if expectation.when == When::Never {
        return None;
    }
    match &expectation.check {
        Check::Status(service, comparison) if !comparison.holds(&Status::Healthy) => Some(service),
        _ => None,
    }
}
