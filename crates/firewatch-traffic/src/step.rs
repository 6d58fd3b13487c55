//! A sub-step: what is to be expected up the calls, then load down them.

use crate::attempt::LegRoom;
use crate::fluid::{Fluid, Scratch};
use crate::mesh::Mesh;
use crate::pace::{Change, LONGEST_TIMED_S};
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
        let mut change = Change::default();
        self.turn_breakers(&mut change);
        self.fill_caches(&mut change);
        self.measure(&mut change);
        change
    }

    /// Finds how much changed: what came and did not go, and how that changed.
    fn measure(&mut self, change: &mut Change) {
        let services = { self.scratch.service_flows.iter() }.zip(&mut self.fluid.services);
        for (flows, fluid) in services {
            let left = flows.left();
            change.add(flows.arrived, left, self.step_s);
            change.is_still &= !flows.is_varying;
            let net_rps = (flows.arrived - left) / self.step_s;
            let turned_rps = net_rps - fluid.net_rps;
            let there = fluid.busy + fluid.queue;
            change.add_error(turned_rps, there, self.step_s);
            fluid.net_rps = net_rps;
        }
        for leg in self.user_legs() {
            let flows = &self.scratch.legs[leg].flows;
            let left = flows.succeeded() + flows.failed;
            change.add(self.new_requests(leg), left, self.step_s);
        }
        for (backlog, &call) in self.fluid.backlogs.iter().zip(self.mesh.message_calls()) {
            let sent = self.scratch.legs[call].flows.sent;
            let taken = self.fluid.reached_rps[call] * self.step_s;
            change.add(sent, taken, self.step_s);
            // What nobody takes grows older.
            change.is_still &= taken > 0.0 || backlog.waiting() <= 0.0;
        }
    }

    /// Lets as much leave every place as came there, where nothing moves: what is there stays as it is.
    pub(crate) fn balance(&mut self) {
        for flows in &mut self.scratch.service_flows {
            flows.balance();
        }
        for leg in self.user_legs() {
            let new = self.new_requests(leg);
            self.scratch.legs[leg].flows.balance(new);
        }
    }

    fn user_legs(&self) -> std::ops::Range<usize> {
        let calls = self.mesh.calls().len();
        calls..calls + self.mesh.users().len()
    }

    /// Returns the requests that users begin in the sub-step.
    fn new_requests(&self, leg: usize) -> f64 {
        self.settings.legs[leg].share * self.step_s
    }

    fn send_users(&mut self) {
        let calls = self.mesh.calls().len();
        for leg in self.user_legs() {
            let new = self.new_requests(leg);
            let (pools, ages) = (&mut self.fluid.legs[leg], &mut self.fluid.ages[leg - calls]);
            let room = &mut self.scratch.legs[leg];
            pools.carry_on(&room.outlook, &mut room.carried, ages);
            pools.send(room, new, ages);
            self.arrive(leg, 0.0);
        }
    }

    /// Brings what a leg has sent to its service.
    /// `held` is the share of its senders that have no worker left: they send less the longer they wait.
    pub(crate) fn arrive(&mut self, leg: usize, held: f64) {
        let LegRoom { flows, outlook, .. } = &self.scratch.legs[leg];
        self.fluid.reached_rps[leg] = flows.reached / self.step_s;
        let service = &mut self.fluid.services[self.mesh.legs()[leg].to];
        service.arriving += flows.reached;
        let undecided = 4.0 * outlook.late * (1.0 - outlook.late);
        service.undecided += (flows.reached - flows.fast) * undecided * held;
    }

    /// Returns how many attempts of a call ended, and how many of these failed.
    fn seen_by_breaker(&self, call: usize) -> [f64; 2] {
        let flows = &self.scratch.legs[call].flows;
        let failed = flows.aborted + flows.fast + flows.errors + flows.timed_out;
        [failed + flows.succeeded(), failed]
    }

    /// Lets breakers go on to see what they saw in the sub-step, for `seconds`. Returns whether they have seen nothing else
    /// within their windows.
    pub(crate) fn hold_breakers(&mut self, seconds: f64) -> bool {
        let mut is_settled = true;
        for (call, spec) in self.mesh.calls().iter().enumerate() {
            let Some(breaker) = &spec.breaker else {
                continue;
            };
            let rates = self.seen_by_breaker(call).map(|count| count / self.step_s);
            is_settled &= self.fluid.breakers[call].hold(breaker, rates, seconds);
        }
        is_settled
    }

    fn turn_breakers(&mut self, change: &mut Change) {
        for (call, spec) in self.mesh.calls().iter().enumerate() {
            let Some(breaker) = &spec.breaker else {
                continue;
            };
            let [ended, failed] = self.seen_by_breaker(call);
            let (ended_rps, failed_rps) = (ended / self.step_s, failed / self.step_s);
            let state = &mut self.fluid.breakers[call];
            // It may have closed in the sub-step, and opened again.
            let left_s = (state.open_left_s - self.step_s).max(0.0);
            state.advance(breaker, ended, failed, self.step_s);
            change.opens |= state.open_left_s > left_s;
            let stays = state.stays_closed(breaker, ended_rps, failed_rps);
            change.is_still &= stays;
            if state.open_left_s > 0.0 {
                change.longest_s = change.longest_s.min(state.open_left_s);
            } else if failed > 0.0 && !stays {
                let longest_s = change.longest_s.min(LONGEST_TIMED_S);
                change.longest_s = state.opens_in_s(breaker, ended_rps, failed_rps, longest_s);
            }
        }
    }
}
