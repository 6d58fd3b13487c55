//! Which services are behind others whose workers are all busy.

use crate::step::Step;

impl Step<'_> {
    /// Finds which services have a fixed number of requests on their way to them: those behind a service, a gate, whose
    /// workers are all busy.
    pub(crate) fn find_gates(&mut self) {
        for fluid in &mut self.fluid.services {
            (fluid.closed, fluid.present) = (0.0, 0.0);
        }
        self.scratch.beside.fill([0.0; 2]);
        for &gate in self.mesh.order() {
            let workers = self.settings.services[gate].workers;
            let busy = self.fluid.services[gate].all_busy;
            if busy < 0.5 || workers <= 0.0 || self.settings.services[gate].is_down {
                continue;
            }
            self.trace(gate);
            let services = { self.fluid.services.iter_mut() }.zip(&mut self.scratch.beside);
            let arrivals = self.scratch.arrivals.iter().zip(services).enumerate();
            for (service, (&[all, through], (fluid, beside))) in arrivals {
                if through <= 0.0 || service == gate {
                    continue;
                }
                let share = through / all;
                // Behind two gates the smaller one counts; beside each other they add up.
                if share > 0.9 {
                    let is_first = fluid.closed <= 0.0;
                    fluid.present = if is_first {
                        workers
                    } else {
                        fluid.present.min(workers)
                    };
                    fluid.closed = fluid.closed.max(share * busy);
                } else {
                    let [closed, present] = beside;
                    *closed += share * busy;
                    *present += workers;
                }
            }
        }
        for (fluid, &[closed, present]) in
            { self.fluid.services.iter_mut() }.zip(&self.scratch.beside)
        {
            if fluid.closed <= 0.0 {
                (fluid.closed, fluid.present) = (closed.min(1.0), present);
            }
        }
    }

    /// Finds what share of each service's arrivals came through a gate.
    fn trace(&mut self, gate: usize) {
        let scratch = &mut *self.scratch;
        let reached_rps = &self.fluid.reached_rps;
        scratch.arrivals.fill([0.0; 2]);
        let calls = self.mesh.calls().len();
        for user in 0..self.mesh.users().len() {
            let to = self.mesh.legs()[calls + user].to;
            scratch.arrivals[to][0] += reached_rps[calls + user];
        }
        for &service in self.mesh.order() {
            let [all, through] = scratch.arrivals[service];
            let share = if service == gate {
                1.0
            } else if all > 0.0 {
                through / all
            } else {
                0.0
            };
            let mut send = |leg: usize, share: f64| {
                let reached_rps = reached_rps[leg];
                let [all, through] = &mut scratch.arrivals[self.mesh.legs()[leg].to];
                *all += reached_rps;
                *through += reached_rps * share;
            };
            for hop in self.mesh.hops_of(service) {
                // Who sends a message waits for nobody.
                send(hop.call, if hop.is_message { 0.0 } else { share });
                if let Some(fallback) = hop.fallback {
                    send(fallback, share);
                }
            }
        }
    }
}
