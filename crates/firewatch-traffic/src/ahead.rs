//! What is to be expected, found up the calls.

use crate::gamma::{FOREVER_S, Gamma};
use crate::knobs::either;
use crate::mesh::Hop;
use crate::outlook::{Outcome, Sojourn};
use crate::step::Step;
use crate::times::Times;

/// Seconds in which what is expected comes to what is found.
///
/// Callers that are held by waits send by what they expected at the start of a sub-step, so that queue and wait would swing
/// in long ones. If the wait goes the share f of its way in each, they settle in sub-steps of up to 4 / f - 2 waits.
const FOLLOW_S: f64 = 1.0;

impl Step<'_> {
    /// Estimates the answers of each service, callees before callers.
    pub(crate) fn look_ahead(&mut self) {
        for &service in self.mesh.order().iter().rev() {
            let settings = &self.settings.services[service];
            let work = Gamma::new(
                settings.work_s + settings.added_s,
                settings.work_s * settings.work_s,
            );
            let mut job = Outcome {
                success: 1.0,
                ok: Times::from(work),
                failed: Times::from(work),
            };
            let mesh = self.mesh;
            for hop in mesh.hops_of(service) {
                let outcome = self.look_at_call(hop);
                let share = self.scratch.shares[hop.call];
                job = job.then(&outcome, share, hop.is_optional);
            }
            let fluid = &self.fluid.services[service];
            let mut sojourn = Sojourn {
                fast: either(settings.error_ratio, fluid.refused),
                failing: 1.0 - job.success,
                wait: Gamma::default(),
                ok: job.ok,
                failed: job.failed,
            };
            // Half of what was held before: answers, and what waits for them, would swing against each other.
            let held_s = fluid.sojourn.holding_s();
            let holding_s = sojourn.holding_s();
            let pace_s = if held_s > 0.0 {
                0.5 * (held_s + holding_s)
            } else {
                holding_s
            };
            sojourn.wait = self.wait(service, pace_s);
            let before = &self.fluid.services[service].sojourn;
            sojourn.follow(before, FOLLOW_S / self.step_s);
            self.fluid.services[service].sojourn = sojourn;
        }
        for user in 0..self.mesh.users().len() {
            self.look_at_leg(self.mesh.calls().len() + user, 0.0);
        }
    }

    /// Looks at a leg's service, while attempts fail before they are sent for the share `open` of the sub-step.
    fn look_at_leg(&mut self, leg: usize, open: f64) {
        let target = self.mesh.legs()[leg];
        self.scratch.legs[leg].outlook.look(
            &self.fluid.services[target.to].sojourn,
            &self.settings.services[target.to],
            &self.settings.legs[target.settings],
            open,
            self.fluid.legs[leg].queued,
            self.step_s,
        );
        let service = &self.fluid.services[target.to];
        let settings = &self.settings.services[target.to];
        // Less than that is the swing of a queue around its mean.
        if (service.slowed - 1.0).abs() > 0.02 && !settings.is_down {
            let timeout_s = self.settings.legs[target.settings].timeout_s;
            let wait = service.sojourn.wait;
            let (pools, spread_s) = (&mut self.fluid.legs[leg], wait.variance.sqrt());
            let wait_s = wait.mean / service.slowed;
            if service.slowed < 1.0 {
                pools.rescue(service.slowed, wait_s, timeout_s, spread_s);
            } else {
                pools.give_up(service.slowed, wait_s, timeout_s, spread_s);
            }
        }
    }

    /// Returns how a call ends.
    fn look_at_call(&mut self, hop: &Hop) -> Outcome {
        let call = hop.call;
        if hop.is_message {
            return Outcome::at_once(1.0 - self.unsent_share(call));
        }
        let open = self.open_share(call);
        self.scratch.open[call] = open;
        self.look_at_leg(call, open);
        let mut outcome = self.scratch.legs[call].outlook.call();
        if open > 0.0 {
            outcome = outcome.or(&Outcome::CUT, open);
        }
        if let Some(fallback) = hop.fallback {
            self.look_at_leg(fallback, 0.0);
            outcome = outcome.or_else(&self.scratch.legs[fallback].outlook.call());
        }
        outcome
    }

    fn open_share(&self, call: usize) -> f64 {
        if self.settings.legs[call].is_cut {
            return 1.0;
        }
        self.fluid.breakers[call].open_share(self.step_s)
    }

    /// Returns how long a request waits that comes now: for all that wait before it, at the pace of the busy workers.
    ///
    /// Who finds i requests waiting waits for i + 1 exponential times, so the variance has the queue's own and its mean.
    fn wait(&mut self, service: usize, holding_s: f64) -> Gamma {
        let fluid = &mut self.fluid.services[service];
        fluid.slowed = 1.0;
        let workers = self.settings.services[service].workers;
        if fluid.queue <= 0.0 {
            return Gamma::default();
        }
        let busy = fluid.busy.min(workers);
        if busy * FOREVER_S <= fluid.queue * holding_s {
            fluid.pace_s = FOREVER_S / fluid.queue.max(1.0);
            return Gamma::new(FOREVER_S, 0.0);
        }
        let pace_s = (holding_s / busy).min(FOREVER_S);
        if fluid.pace_s > 0.0 && pace_s > 0.0 {
            fluid.slowed = (pace_s / fluid.pace_s).clamp(1.0 / FOREVER_S, FOREVER_S);
        }
        fluid.pace_s = pace_s;
        let busy_share = fluid.all_busy;
        let spread = fluid.variance + 3.0 * fluid.queue + 2.0 * busy_share
            - 2.0 * busy_share * fluid.queue
            - busy_share * busy_share;
        let between_s = holding_s / workers;
        let variance = between_s * between_s * spread;
        // Also what is no number: hardly any workers, and nobody waits.
        let variance = if variance > 0.0 {
            variance.min(FOREVER_S)
        } else {
            0.0
        };
        Gamma::new(fluid.queue * pace_s, variance)
    }
}
