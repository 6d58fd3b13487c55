//! The state of a mesh's traffic.

use crate::fluid::{Fluid, Scratch};
use crate::knobs::Knobs;
use crate::latency::Latencies;
use crate::mesh::Mesh;
use crate::pace::{Pace, Verdict};
use crate::readings::{CallTraffic, ServiceTraffic, UserTraffic};
use crate::settings::Settings;
use crate::step::Step;
use crate::tally::{Readings, Seen};

/// The traffic of a mesh: what waits and runs, and what was measured in the last tick.
///
/// Two states are equal when they go on equally. A state can be saved with serde and goes on as if nothing had happened.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct State {
    settings: Settings,
    fluid: Fluid,
    pace: Pace,
    readings: Readings,
    #[serde(skip)]
    room: Room,
}

/// Room to work in: nothing in it is left to the next tick.
#[derive(Debug, Clone, Default)]
struct Room {
    scratch: Scratch,
    /// What was there before a sub-step that may be taken back.
    before: Fluid,
    /// By group of users.
    latencies: Vec<Latencies>,
}

impl PartialEq for Room {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Room {
    fn new(mesh: &Mesh) -> Self {
        Self {
            scratch: Scratch::new(mesh),
            before: Fluid::new(mesh),
            latencies: vec![Latencies::default(); mesh.users().len()],
        }
    }
}

impl State {
    /// Makes an empty mesh: nothing waits, nothing runs.
    pub fn new(mesh: &Mesh) -> Self {
        Self {
            settings: Settings::new(mesh),
            fluid: Fluid::new(mesh),
            pace: Pace::default(),
            readings: Readings::new(mesh),
            room: Room::new(mesh),
        }
    }

    /// Returns whether the state is one of a mesh of this shape.
    pub fn fits(&self, mesh: &Mesh) -> bool {
        self.settings.fits(mesh) && self.fluid.fits(mesh) && self.readings.fits(mesh)
    }

    /// Moves the traffic on by `tick_s` seconds; by nothing if that is no positive number, or if the state is another mesh's.
    pub fn tick(&mut self, mesh: &Mesh, knobs: &Knobs, tick_s: f64) {
        let is_tick = tick_s > 0.0 && tick_s.is_finite();
        if !is_tick || !self.fits(mesh) {
            return;
        }
        if !self.room.scratch.fits(mesh) {
            self.room = Room::new(mesh);
        }
        if self.settings.update(mesh, knobs) {
            self.pace.wake();
            for (pools, leg) in self.fluid.legs.iter_mut().zip(mesh.legs()) {
                pools.fold(self.settings.legs[leg.settings].retries);
            }
        }
        if self.pace.is_still() {
            return;
        }
        self.run(mesh, tick_s);
    }

    fn run(&mut self, mesh: &Mesh, tick_s: f64) {
        self.readings.clear();
        self.room.latencies.iter_mut().for_each(Latencies::clear);
        self.pace.begin(tick_s);
        let has_breakers = mesh.calls().iter().any(|call| call.breaker.is_some());
        while let Some(step_s) = self.pace.next() {
            let is_trial = self.pace.is_trial(step_s, has_breakers);
            if is_trial {
                self.room.before.copy(&self.fluid);
            }
            let mut step = Step {
                mesh,
                settings: &self.settings,
                fluid: &mut self.fluid,
                scratch: &mut self.room.scratch,
                step_s,
            };
            let change = step.run();
            let verdict = self.pace.judge(step_s, &change);
            if let Verdict::Holds(_) = verdict {
                step.balance();
            }
            if is_trial && verdict != Verdict::Passes {
                std::mem::swap(&mut self.room.before, step.fluid);
            }
            if let Verdict::Holds(seconds) = verdict
                && !step.hold_breakers(seconds)
            {
                self.pace.stir();
            }
            match verdict {
                Verdict::Passes => self.add(mesh, step_s, step_s),
                Verdict::Holds(seconds) => self.add(mesh, step_s, seconds),
                Verdict::IsRefused => {}
            }
        }
        let (seen, readings, latencies) = self.seen(mesh);
        readings.finish(&seen, latencies, tick_s);
    }

    /// Adds a sub-step to the readings, which goes on for `seconds`.
    fn add(&mut self, mesh: &Mesh, step_s: f64, seconds: f64) {
        let (seen, readings, latencies) = self.seen(mesh);
        readings.add(&seen, latencies, step_s, seconds);
    }

    fn seen<'a>(&'a mut self, mesh: &'a Mesh) -> (Seen<'a>, &'a mut Readings, &'a mut [Latencies]) {
        let seen = Seen {
            mesh,
            settings: &self.settings,
            fluid: &self.fluid,
            scratch: &self.room.scratch,
        };
        (seen, &mut self.readings, &mut self.room.latencies)
    }

    /// Empties that share of the caches of a service's calls, 0..=1: instances that start anew have nothing in theirs.
    pub fn lose_caches(&mut self, mesh: &Mesh, service: usize, share: f64) {
        if !self.fits(mesh) || share.is_nan() || share <= 0.0 {
            return;
        }
        for (cache, &call) in self.fluid.caches.iter_mut().zip(mesh.cached_calls()) {
            if mesh.calls()[call].from == service {
                cache.hit_share *= 1.0 - share.min(1.0);
                self.pace.wake();
            }
        }
    }

    /// Forgets the messages that wait: an incident begins with none, however long the traffic took to settle before.
    pub fn clear_messages(&mut self) {
        for call in &mut self.readings.calls {
            (call.messages_waiting, call.oldest_message_s) = (0.0, 0.0);
        }
        for backlog in &mut self.fluid.backlogs {
            if backlog.waiting() > 0.0 {
                backlog.clear();
                self.pace.wake();
            }
        }
    }

    /// Shows every number of what waits and runs, in a fixed order: for fingerprints.
    pub fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        self.fluid.for_each_value(see);
        self.pace.for_each_value(see);
    }

    /// Returns how many requests wait or run at a service now; 0 for an index of no service.
    pub fn present(&self, index: usize) -> f64 {
        let Some(service) = self.fluid.services.get(index) else {
            return 0.0;
        };
        service.queue + service.busy
    }

    /// Returns how many users of a group wait for an answer or for their next attempt now; 0 for an index of no group.
    pub fn users_present(&self, index: usize) -> f64 {
        let calls = self.readings.calls.len();
        let is_group = index < self.readings.users.len();
        let pools = if is_group {
            self.fluid.legs.get(calls + index)
        } else {
            None
        };
        pools.map_or(0.0, |pools| pools.total(u32::MAX))
    }

    /// Returns a service's last tick; zeros for an index of no service.
    pub fn service(&self, index: usize) -> ServiceTraffic {
        self.readings
            .services
            .get(index)
            .copied()
            .unwrap_or_default()
    }

    /// Returns a call's last tick; zeros for an index of no call.
    pub fn call(&self, index: usize) -> CallTraffic {
        self.readings.calls.get(index).copied().unwrap_or_default()
    }

    /// Returns a user group's last tick; zeros for an index of no group.
    pub fn user(&self, index: usize) -> UserTraffic {
        self.readings.users.get(index).copied().unwrap_or_default()
    }
}
