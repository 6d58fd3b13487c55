//! What the mesh and the knobs come to, as numbers that no formula chokes on.

use crate::knobs::{Knobs, ServiceKnobs};
use crate::mesh::Mesh;

/// Times, rates and sizes are cut here: their squares stay finite, and no fluid is longer or larger.
pub(crate) const MOST: f64 = 1e12;

#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceSettings {
    pub(crate) workers: f64,
    pub(crate) queue_limit: f64,
    pub(crate) error_ratio: f64,
    pub(crate) work_s: f64,
    pub(crate) added_s: f64,
    pub(crate) unreachable_ratio: f64,
    pub(crate) is_down: bool,
    /// Requests that can be there at a time as long as no caller gives up.
    pub(crate) present: f64,
    /// Requests that can wait at a time as long as no caller gives up.
    pub(crate) room: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct LegSettings {
    pub(crate) timeout_s: f64,
    pub(crate) backoff_s: f64,
    pub(crate) retries: u32,
    /// Share of requests that make the call; for users, requests per second.
    pub(crate) share: f64,
    pub(crate) is_cut: bool,
    #[serde(default, skip_serializing_if = "LegFaults::is_none")]
    pub(crate) faults: LegFaults,
}

/// What goes wrong on the way to a service, whatever the service does.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct LegFaults {
    /// Share of attempts that fail at once, without having reached the service.
    pub(crate) error_ratio: f64,
    /// Seconds that an answer takes on top.
    pub(crate) added_s: f64,
    /// Share of attempts that neither reach the service nor are answered.
    pub(crate) unreachable_ratio: f64,
    /// Whether the cache in front is kept empty.
    pub(crate) is_flushed: bool,
}

impl LegFaults {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything that is set in a tick.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    pub(crate) services: Vec<ServiceSettings>,
    /// By call, then by group of users.
    pub(crate) legs: Vec<LegSettings>,
}

fn share(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}

fn amount(value: f64) -> f64 {
    if value > 0.0 { value.min(MOST) } else { 0.0 }
}

impl Settings {
    pub(crate) fn new(mesh: &Mesh) -> Self {
        let mut settings = Self {
            services: vec![ServiceSettings::default(); mesh.services().len()],
            legs: vec![LegSettings::default(); mesh.calls().len() + mesh.users().len()],
        };
        settings.update_rooms(mesh);
        settings
    }

    pub(crate) fn fits(&self, mesh: &Mesh) -> bool {
        let legs = mesh.calls().len() + mesh.users().len();
        self.services.len() == mesh.services().len() && self.legs.len() == legs
    }

    /// Takes what is set now, and returns whether anything changed.
    pub(crate) fn update(&mut self, mesh: &Mesh, knobs: &Knobs) -> bool {
        let services = self.update_services(mesh, knobs);
        let legs = self.update_legs(mesh, knobs);
        if services {
            self.update_rooms(mesh);
        }
        services || legs
    }

    fn update_services(&mut self, mesh: &Mesh, knobs: &Knobs) -> bool {
        let mut is_changed = false;
        for (index, (spec, old)) in mesh.services().iter().zip(&mut self.services).enumerate() {
            let neutral = ServiceKnobs::default();
            let knobs = knobs.services.get(index).unwrap_or(&neutral);
            let instances = knobs.instances.unwrap_or(f64::from(spec.instances));
            let new = ServiceSettings {
                workers: amount(amount(instances) * f64::from(spec.concurrency)),
                queue_limit: amount(knobs.queue_limit.unwrap_or(spec.queue_limit)),
                error_ratio: share(knobs.error_ratio),
                work_s: amount(spec.work_s * amount(knobs.slow_factor)),
                added_s: amount(knobs.added_latency_s),
                unreachable_ratio: share(knobs.unreachable_ratio),
                is_down: knobs.down,
                present: old.present,
                room: old.room,
            };
            is_changed |= *old != new;
            *old = new;
        }
        is_changed
    }

    fn update_legs(&mut self, mesh: &Mesh, knobs: &Knobs) -> bool {
        let mut is_changed = false;
        let calls = mesh.calls().iter().enumerate().map(|(index, spec)| {
            let knobs = knobs.calls.get(index).copied().unwrap_or_default();
            LegSettings {
                timeout_s: amount(knobs.timeout_s.unwrap_or(spec.timeout_s)),
                backoff_s: amount(knobs.backoff_s.unwrap_or(spec.backoff_s)),
                retries: knobs.retries.unwrap_or(spec.retries),
                share: share(knobs.share.unwrap_or(spec.share)),
                is_cut: knobs.cut,
                faults: LegFaults {
                    error_ratio: share(knobs.error_ratio),
                    added_s: amount(knobs.added_latency_s),
                    unreachable_ratio: share(knobs.unreachable_ratio),
                    is_flushed: knobs.cache_flushed,
                },
            }
        });
        let users = mesh.users().iter().enumerate().map(|(index, spec)| {
            let knobs = knobs.users.get(index);
            LegSettings {
                timeout_s: amount(spec.patience_s),
                backoff_s: amount(spec.backoff_s),
                retries: { knobs.and_then(|knobs| knobs.retries) }.unwrap_or(spec.retries),
                share: amount(knobs.map_or(spec.rate_rps, |knobs| knobs.rate_rps)),
                is_cut: false,
                faults: LegFaults::default(),
            }
        });
        for (new, old) in calls.chain(users).zip(&mut self.legs) {
            is_changed |= *old != new;
            *old = new;
        }
        is_changed
    }

    /// Finds how many requests can wait at each service while no caller gives up: each of them holds a worker of a caller,
    /// and of every service that it has come through.
    ///
    /// What was found before counts for nothing, so that knobs alone decide it: of a call that closes a cycle the caller's
    /// workers count.
    fn update_rooms(&mut self, mesh: &Mesh) {
        for settings in &mut self.services {
            (settings.present, settings.room) = (MOST, MOST);
        }
        // The fewest workers of what requests have come through stand in the place of the room for now.
        for &(service, dominator) in mesh.immediate_dominators() {
            let dominator = &self.services[dominator];
            self.services[service].room = dominator.workers.min(dominator.room);
        }
        for &service in mesh.order() {
            let mut present = MOST;
            if !mesh.is_entry(service) {
                let held = |&caller: &usize| {
                    let caller = &self.services[caller];
                    caller.workers.min(caller.present)
                };
                let callers = mesh.callers_of(service).iter().map(held);
                // `Iterator::sum` begins at -0.0, which is written into states.
                let of_callers = callers.fold(0.0, |sum, held| sum + held);
                present = of_callers.min(self.services[service].room);
            }
            let settings = &mut self.services[service];
            settings.present = present;
            settings.room = (present - settings.workers)
                .max(0.0)
                .min(settings.queue_limit);
        }
    }
}
