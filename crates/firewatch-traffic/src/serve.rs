//! What a service does in a sub-step: what it has goes on, and what comes waits or starts.

use crate::fluid::ServiceFlows;
use crate::leg::{Flows, Pools};
use crate::step::Step;
use crate::waiting::Load;

/// What starting a request adds, per request.
struct Unit {
    /// Share of it that is still there after the sub-step.
    stays: f64,
    /// Share of it that has left its own work.
    worked: f64,
}

impl Step<'_> {
    /// Lets a service work: first what it has, then what it can start besides.
    pub(crate) fn serve(&mut self, service: usize) {
        let settings = self.settings.services[service];
        let arrived = std::mem::take(&mut self.fluid.services[service].arriving);
        let mut flows = ServiceFlows {
            arrived,
            ..ServiceFlows::default()
        };
        if settings.is_down {
            self.kill(service, &mut flows);
            self.queue_messages(service);
            self.scratch.service_flows[service] = flows;
            return;
        }
        let held = self.carry_on(service, &mut flows);
        let unit = self.unit(service);
        flows.errors = arrived * settings.error_ratio;
        let offered = arrived - flows.errors;
        let started = self.queue(service, &mut flows, offered, held, unit.stays)
            + self.take_messages(service, &mut flows, unit.stays);
        self.start(service, &mut flows, started, &unit);
        self.scratch.service_flows[service] = flows;
    }

    /// Kills what waits and runs, and refuses the rest.
    fn kill(&mut self, service: usize, flows: &mut ServiceFlows) {
        let fluid = &mut self.fluid.services[service];
        flows.refused = flows.arrived;
        flows.killed = fluid.queue + fluid.work;
        (
            fluid.queue,
            fluid.work,
            fluid.busy,
            fluid.refused,
            fluid.variance,
        ) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &call in self.mesh.calls_of(service) {
            for leg in [Some(call), self.mesh.fallback_of(call)]
                .into_iter()
                .flatten()
            {
                flows.killed += self.fluid.legs[leg].total(u32::MAX);
                self.fluid.legs[leg] = Pools::default();
                self.scratch.flows[leg] = Flows::default();
                self.fluid.reached_rps[leg] = 0.0;
            }
        }
    }

    /// Moves what runs on, and returns how much of it still holds a worker.
    fn carry_on(&mut self, service: usize, flows: &mut ServiceFlows) -> f64 {
        let stays = self.work_stays(service);
        let fluid = &mut self.fluid.services[service];
        let mut running = fluid.work * (1.0 - stays);
        fluid.work *= stays;
        let mut held = fluid.work;
        for &call in self.mesh.calls_of(service) {
            let entering = running * self.scratch.shares[call];
            if self.mesh.calls()[call].asynchronous {
                self.scratch.flows[call] = Flows::default();
                running -= self.send_messages(call, entering, flows);
                continue;
            }
            let failed = self.advance_leg(call, entering);
            let retries = self.settings.legs[call].retries;
            held += self.fluid.legs[call].total(retries);
            running = running - entering + self.scratch.flows[call].succeeded();
            let mut lost = failed;
            if let Some(fallback) = self.mesh.fallback_of(call) {
                lost = self.advance_leg(fallback, failed);
                held += self.fluid.legs[fallback].total(retries);
                running += self.scratch.flows[fallback].succeeded();
            }
            if self.mesh.calls()[call].optional {
                running += lost;
            } else {
                flows.call_failed += lost;
            }
        }
        flows.succeeded = running;
        held
    }

    fn advance_leg(&mut self, leg: usize, entering: f64) -> f64 {
        let outlook = &self.scratch.outlooks[leg];
        self.scratch.flows[leg] = self.fluid.legs[leg].advance(outlook, entering);
        self.scratch.flows[leg].failed
    }

    fn work_stays(&self, service: usize) -> f64 {
        let settings = &self.settings.services[service];
        let work_s = settings.work_s + settings.added_s;
        work_s / (work_s + self.step_s)
    }

    /// Finds what becomes within the sub-step of a request that starts.
    fn unit(&mut self, service: usize) -> Unit {
        let work_stays = self.work_stays(service);
        let mut unit = Unit {
            stays: work_stays,
            worked: 1.0 - work_stays,
        };
        let mut running = unit.worked;
        for &call in self.mesh.calls_of(service) {
            let entering = running * self.scratch.shares[call];
            if self.mesh.calls()[call].asynchronous {
                running -= self.lost_with_messages(call, entering);
                continue;
            }
            let retries = self.settings.legs[call].retries;
            let mut lost = 0.0;
            running -= entering;
            let mut next = entering;
            for leg in [Some(call), self.mesh.fallback_of(call)]
                .into_iter()
                .flatten()
            {
                let mut pools = Pools::default();
                let flows = pools.advance(&self.scratch.outlooks[leg], 1.0);
                if leg != call {
                    next = lost;
                    lost = 0.0;
                }
                unit.stays += next * pools.total(retries);
                running += next * flows.succeeded();
                lost += next * flows.failed;
                self.scratch.units[leg] = (pools, flows);
            }
            if self.mesh.calls()[call].optional {
                running += lost;
            }
        }
        unit
    }

    /// Offers requests to the queue, and returns how many get a worker.
    ///
    /// Of what starts, `stays` holds a worker after the sub-step, besides `held`; busy workers and queue then are a point of
    /// the service's curve.
    fn queue(
        &mut self,
        service: usize,
        flows: &mut ServiceFlows,
        offered: f64,
        held: f64,
        stays: f64,
    ) -> f64 {
        let settings = &self.settings.services[service];
        let fluid = &mut self.fluid.services[service];
        let is_limited = settings.room >= settings.queue_limit;
        let refusable = if is_limited { offered } else { 0.0 };
        let curve = &mut self.scratch.curves[service];
        curve.set(settings.workers, settings.room);
        let waiting = fluid.queue + offered;
        let load = Load {
            variability: fluid.sojourn.variability(),
            closed: fluid.closed,
            present: fluid.present,
        };
        let (point, is_beyond) = curve.find(
            &mut fluid.curve_at,
            held + stays * waiting,
            stays,
            refusable,
            &load,
        );
        let refused = (refusable * point.refused).min(offered);
        let mut queue = point.queue.min(waiting - refused);
        if is_beyond {
            // All workers are busy, and more waits than the callers alone explain.
            let free = (settings.workers - held).max(0.0);
            let started = if free <= 0.0 {
                0.0
            } else {
                (free / stays).min(waiting)
            };
            queue = waiting - started;
        }
        let over = (queue - settings.queue_limit).max(0.0).min(offered);
        let mut started = waiting - refused - queue;
        if is_beyond {
            flows.refused = over;
            queue -= over;
            started = waiting - over - queue;
        } else {
            flows.refused = refused;
        }
        let moved = offered + started;
        let before = fluid.variance;
        fluid.variance = point.variance.min(fluid.variance + moved);
        // What comes and goes changes the queue by its root, and where the queue decides who waits too long, that pulls it
        // back: by the normal density per standard deviation, 0.4, of the attempts that are undecided.
        let pull = 0.8 * std::mem::take(&mut fluid.undecided);
        if pull > 0.0 && moved > 0.0 && fluid.variance > 0.0 {
            let free = fluid.variance;
            let root = (pull * pull + 4.0 * moved * moved / free).sqrt();
            let deviation = free * (root - pull) / (2.0 * moved);
            fluid.variance = deviation * deviation;
        }
        flows.is_varying = (fluid.variance - before).abs() > 1e-4 * (1.0 + before);
        fluid.queue = queue;
        fluid.all_busy = point.all_busy;
        let refused = if offered > 0.0 {
            flows.refused / offered
        } else {
            0.0
        };
        flows.is_varying |= (refused - fluid.refused).abs() > 1e-6;
        fluid.refused = refused;
        fluid.busy = held + stays * started;
        started
    }

    /// Starts requests.
    fn start(&mut self, service: usize, flows: &mut ServiceFlows, started: f64, unit: &Unit) {
        self.fluid.services[service].work += started * (1.0 - unit.worked);
        let held = self.fluid.services[service].all_busy;
        let mut running = started * unit.worked;
        for &call in self.mesh.calls_of(service) {
            let entering = running * self.scratch.shares[call];
            if self.mesh.calls()[call].asynchronous {
                running -= self.send_messages(call, entering, flows);
                continue;
            }
            let retries = self.settings.legs[call].retries;
            let mut lost = 0.0;
            running -= entering;
            let mut next = entering;
            for leg in [Some(call), self.mesh.fallback_of(call)]
                .into_iter()
                .flatten()
            {
                if leg != call {
                    next = lost;
                    lost = 0.0;
                }
                let (pools, unit_flows) = &self.scratch.units[leg];
                self.fluid.legs[leg].add(pools, next, retries);
                self.scratch.flows[leg].add(unit_flows, next);
                running += next * unit_flows.succeeded();
                lost += next * unit_flows.failed;
                self.arrive(leg, held);
            }
            if self.mesh.calls()[call].optional {
                running += lost;
            } else {
                flows.call_failed += lost;
            }
        }
        flows.succeeded += running;
    }
}
