//! A sub-step: what is to be expected up the calls, then load down them.

use crate::fluid::{Fluid, Scratch};
use crate::mesh::Mesh;
use crate::pace::Change;
use crate::settings::Settings;

/// A mesh in a sub-step.
pub(crate) struct Step<'a> {
    pub(crate) mesh: &'a Mesh,
    pub(crate) settings: &'a Settings,
    pub(crate) fluid: &'a mut Fluid,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) step_s: f64,
}

impl Step<'_> {
    /// Lets the sub-step pass.
    pub(crate) fn run(&mut self) -> Change {
        self.find_shares();
        self.find_gates();
        self.look_ahead();
        self.send_users();
        for index in 0..self.mesh.order().len() {
            self.serve(self.mesh.order()[index]);
        }
        let mut change = Change {
            is_still: true,
            ..Change::default()
        };
        self.turn_breakers(&mut change);
        self.fill_caches(&mut change);
        self.measure(&mut change);
        change
    }

    /// Finds how much changed: what came and did not go.
    fn measure(&self, change: &mut Change) {
        let services = self.scratch.service_flows.iter().zip(&self.fluid.services);
        for (flows, fluid) in services {
            let left =
                flows.succeeded + flows.call_failed + flows.refused + flows.errors + flows.killed;
            change.add(flows.arrived, left, fluid.busy + fluid.queue, self.step_s);
            change.is_still &= !flows.is_varying;
        }
        let calls = self.mesh.calls().len();
        for leg in calls..calls + self.mesh.users().len() {
            let flows = &self.scratch.flows[leg];
            let new = self.settings.legs[leg].share * self.step_s;
            let left = flows.succeeded() + flows.failed;
            change.add(new, left, f64::INFINITY, self.step_s);
        }
        for (backlog, &call) in self.fluid.backlogs.iter().zip(self.mesh.message_calls()) {
            let sent = self.scratch.flows[call].sent;
            let taken = self.fluid.reached_rps[call] * self.step_s;
            change.add(sent, taken, backlog.waiting(), self.step_s);
        }
    }

    fn send_users(&mut self) {
        let calls = self.mesh.calls().len();
        for leg in calls..calls + self.mesh.users().len() {
            let new = self.settings.legs[leg].share * self.step_s;
            self.scratch.flows[leg] = self.fluid.legs[leg].advance_recorded(
                &self.scratch.outlooks[leg],
                new,
                &mut self.fluid.ages[leg - calls],
            );
            self.arrive(leg, 0.0);
        }
    }

    /// Brings what a leg has sent to its service.
    /// `held` is the share of its senders that have no worker left: they send less the longer they wait.
    pub(crate) fn arrive(&mut self, leg: usize, held: f64) {
        let flows = &self.scratch.flows[leg];
        let outlook = &self.scratch.outlooks[leg];
        self.fluid.reached_rps[leg] = flows.reached / self.step_s;
        let service = &mut self.fluid.services[self.mesh.legs()[leg].to];
        service.arriving += flows.reached;
        let undecided = 4.0 * outlook.late * (1.0 - outlook.late);
        service.undecided += (flows.reached - flows.fast) * undecided * held;
    }

    fn turn_breakers(&mut self, change: &mut Change) {
        for (call, spec) in self.mesh.calls().iter().enumerate() {
            let Some(breaker) = &spec.breaker else {
                continue;
            };
            let flows = &self.scratch.flows[call];
            let failed = flows.aborted + flows.fast + flows.errors + flows.timed_out;
            let ended = failed + flows.succeeded();
            let state = &mut self.fluid.breakers[call];
            state.advance(breaker, ended, failed, self.step_s);
            let stays = state.stays_closed(breaker, ended / self.step_s, failed / self.step_s);
            change.is_still &= stays;
            change.is_timed |= failed > 0.0 && !stays;
        }
    }
}
