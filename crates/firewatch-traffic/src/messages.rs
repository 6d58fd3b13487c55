//! Messages of asynchronous calls: they wait until the service that they are for has a free worker.

use crate::attempt::Response;
use crate::fluid::ServiceFlows;
use crate::knobs::either;
use crate::step::Step;

impl Step<'_> {
    /// Returns the share of an asynchronous call's messages that can't be sent, which the sender is told at once.
    pub(crate) fn unsent_share(&self, call: usize) -> f64 {
        let leg = &self.settings.legs[call];
        if leg.is_cut {
            1.0
        } else {
            leg.faults.error_ratio
        }
    }

    /// Returns what comes of so many requests that send a message each.
    pub(crate) fn sending(&self, call: usize, entering: f64) -> Response {
        let failed = entering * self.unsent_share(call);
        Response {
            held: 0.0,
            ok: entering - failed,
            failed,
        }
    }

    /// Sends a message for each of so many requests, and returns what comes of these.
    pub(crate) fn send_messages(&mut self, call: usize, entering: f64) -> Response {
        let unsent = self.unsent_share(call);
        // What does not arrive is lost, and nobody waits for it.
        let arriving = 1.0 - either(unsent, self.settings.legs[call].faults.unreachable_ratio);
        self.scratch.legs[call].flows.failed += entering * unsent;
        self.scratch.legs[call].flows.sent += entering * arriving;
        if let Some(backlog) = self.mesh.backlog_of(call) {
            self.fluid.backlogs[backlog].arriving += entering * arriving;
        }
        self.sending(call, entering)
    }

    /// Takes as many messages as there are free workers for, and returns how many start. `stays` of what starts still holds
    /// a worker after the sub-step. Requests whose callers wait go first.
    pub(crate) fn take_messages(
        &mut self,
        service: usize,
        flows: &mut ServiceFlows,
        stays: f64,
    ) -> f64 {
        if self.mesh.messages_to(service).is_empty() {
            return 0.0;
        }
        let waiting = self.queue_messages(service);
        let settings = &self.settings.services[service];
        let free = (settings.workers - self.fluid.services[service].busy).max(0.0);
        // Of what is fetched, a share does not come.
        let filled = free * (1.0 - settings.unreachable_ratio);
        let startable = if filled > 0.0 { filled / stays } else { 0.0 };
        let taken = startable.min(waiting);
        let share = if waiting > 0.0 { taken / waiting } else { 0.0 };
        for &index in self.mesh.messages_to(service) {
            let backlog = &mut self.fluid.backlogs[index];
            let of_call = share * backlog.waiting();
            backlog.take(of_call);
            self.fluid.reached_rps[self.mesh.message_calls()[index]] = of_call / self.step_s;
        }
        let errors = taken * settings.error_ratio;
        flows.arrived += taken;
        flows.errors += errors;
        let started = taken - errors;
        self.fluid.services[service].busy += stays * started;
        started
    }

    /// Puts what was sent to a service in this sub-step behind what waits, and returns how many messages wait.
    pub(crate) fn queue_messages(&mut self, service: usize) -> f64 {
        let mut waiting = 0.0;
        for &index in self.mesh.messages_to(service) {
            let backlog = &mut self.fluid.backlogs[index];
            backlog.age(self.step_s);
            waiting += backlog.waiting();
            self.fluid.reached_rps[self.mesh.message_calls()[index]] = 0.0;
        }
        waiting
    }
}
