//! A sub-step: what is to be expected up the calls, then load down them.

use crate::fluid::{Fluid, Scratch, ServiceFlows};
use crate::gamma::Gamma;
use crate::leg::{Flows, Outlook, Pools};
use crate::mesh::Mesh;
use crate::outlook::{Outcome, Sojourn};
use crate::pace::Change;
use crate::settings::Settings;
use crate::times::Times;
use crate::waiting::Load;

/// Longer waits than any patience.
const FOREVER_S: f64 = 1e12;

/// A mesh in a sub-step.
pub(crate) struct Step<'a> {
    pub(crate) mesh: &'a Mesh,
    pub(crate) settings: &'a Settings,
    pub(crate) fluid: &'a mut Fluid,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) step_s: f64,
}

/// What starting a request adds, per request.
struct Unit {
    /// Share of it that is still there after the sub-step.
    stays: f64,
    /// Share of it that has left its own work.
    worked: f64,
}

impl Step<'_> {
    /// Lets the sub-step pass.
    pub(crate) fn run(&mut self) -> Change {
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
    }

    /// Finds which services have a fixed number of requests on their way to them: those behind a service, a gate, whose
    /// workers are all busy.
    fn find_gates(&mut self) {
        for fluid in &mut self.fluid.services {
            (fluid.closed, fluid.present) = (0.0, 0.0);
        }
        for &gate in self.mesh.order() {
            let workers = self.settings.services[gate].workers;
            let busy = self.fluid.services[gate].all_busy;
            if busy < 0.5 || workers <= 0.0 || self.settings.services[gate].is_down {
                continue;
            }
            self.trace(gate);
            for service in 0..self.fluid.services.len() {
                let [all, through] = self.scratch.arrivals[service];
                if service == gate || through <= 0.0 {
                    continue;
                }
                let share = through / all;
                let fluid = &mut self.fluid.services[service];
                // Behind two gates the smaller one counts; beside each other they add up.
                if share > 0.9 && fluid.closed > 0.9 {
                    fluid.present = fluid.present.min(workers);
                } else if share > 0.9 {
                    (fluid.closed, fluid.present) = (share * busy, workers);
                } else if fluid.closed <= 0.9 {
                    fluid.closed = (fluid.closed + share * busy).min(1.0);
                    fluid.present += workers;
                }
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
            for &call in self.mesh.calls_of(service) {
                for leg in [Some(call), self.mesh.fallback_of(call)]
                    .into_iter()
                    .flatten()
                {
                    let reached = reached_rps[leg];
                    let to = self.mesh.legs()[leg].to;
                    scratch.arrivals[to][0] += reached;
                    scratch.arrivals[to][1] += reached * share;
                }
            }
        }
    }

    /// Finds what is to be expected, callees before callers.
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
            for &call in self.mesh.calls_of(service) {
                let outcome = self.look_at_call(call);
                let share = self.settings.legs[call].share;
                job = job.then(&outcome, share, self.mesh.calls()[call].optional);
            }
            let fluid = &self.fluid.services[service];
            let mut sojourn = Sojourn {
                fast: 1.0 - (1.0 - settings.error_ratio) * (1.0 - fluid.refused),
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
            self.fluid.services[service].sojourn = sojourn;
        }
        for user in 0..self.mesh.users().len() {
            self.look_at_leg(self.mesh.calls().len() + user);
        }
    }

    fn look_at_leg(&mut self, leg: usize) {
        let target = self.mesh.legs()[leg];
        self.scratch.outlooks[leg] = Outlook::new(
            &self.fluid.services[target.to].sojourn,
            &self.settings.services[target.to],
            &self.settings.legs[target.settings],
            self.fluid.legs[leg].expected_share(),
            self.step_s,
        );
    }

    /// Returns how a call ends.
    fn look_at_call(&mut self, call: usize) -> Outcome {
        self.look_at_leg(call);
        let open = self.open_share(call);
        self.scratch.open[call] = open;
        self.scratch.outlooks[call].open = open;
        let mut outcome = self.scratch.outlooks[call].call();
        if open > 0.0 {
            outcome = outcome.or(&Outcome::CUT, open);
        }
        if let Some(fallback) = self.mesh.fallback_of(call) {
            self.look_at_leg(fallback);
            outcome = outcome.or_else(&self.scratch.outlooks[fallback].call());
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
    fn wait(&self, service: usize, holding_s: f64) -> Gamma {
        let fluid = &self.fluid.services[service];
        let workers = self.settings.services[service].workers;
        if fluid.queue <= 0.0 {
            return Gamma::default();
        }
        let busy = fluid.busy.min(workers);
        if busy * FOREVER_S <= fluid.queue * holding_s {
            return Gamma::new(FOREVER_S, 0.0);
        }
        let pace_s = holding_s / busy;
        let busy_share = fluid.all_busy;
        let spread = fluid.variance + 3.0 * fluid.queue + 2.0 * busy_share
            - 2.0 * busy_share * fluid.queue
            - busy_share * busy_share;
        let between_s = holding_s / workers;
        Gamma::new(
            fluid.queue * pace_s,
            (between_s * between_s * spread).max(0.0),
        )
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
            self.arrive(leg);
        }
    }

    /// Brings what a leg has sent to its service.
    fn arrive(&mut self, leg: usize) {
        let flows = &self.scratch.flows[leg];
        let outlook = &self.scratch.outlooks[leg];
        self.fluid.reached_rps[leg] = flows.reached / self.step_s;
        let service = &mut self.fluid.services[self.mesh.legs()[leg].to];
        service.arriving += flows.reached;
        let undecided = 4.0 * outlook.late * (1.0 - outlook.late);
        service.undecided += (flows.reached - flows.fast) * undecided;
    }

    /// Lets a service work: first what it has, then what it can start besides.
    fn serve(&mut self, service: usize) {
        let settings = self.settings.services[service];
        let arrived = std::mem::take(&mut self.fluid.services[service].arriving);
        let mut flows = ServiceFlows {
            arrived,
            ..ServiceFlows::default()
        };
        if settings.is_down {
            self.kill(service, &mut flows);
            self.scratch.service_flows[service] = flows;
            return;
        }
        let held = self.carry_on(service, &mut flows);
        let unit = self.unit(service);
        flows.errors = arrived * settings.error_ratio;
        let offered = arrived - flows.errors;
        let started = self.queue(service, &mut flows, offered, held, unit.stays);
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
            let entering = running * self.settings.legs[call].share;
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
            let entering = running * self.settings.legs[call].share;
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
        let (point, is_beyond) = curve.find(held + stays * waiting, stays, refusable, &load);
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
        let undecided = std::mem::take(&mut fluid.undecided);
        let pulled = 0.8 * undecided;
        if pulled * fluid.variance.sqrt() > moved {
            fluid.variance = (moved / pulled) * (moved / pulled);
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
        let mut running = started * unit.worked;
        for &call in self.mesh.calls_of(service) {
            let entering = running * self.settings.legs[call].share;
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
                self.arrive(leg);
            }
            if self.mesh.calls()[call].optional {
                running += lost;
            } else {
                flows.call_failed += lost;
            }
        }
        flows.succeeded += running;
    }

    fn turn_breakers(&mut self, change: &mut Change) {
        for (call, spec) in self.mesh.calls().iter().enumerate() {
            let Some(breaker) = &spec.breaker else {
                continue;
            };
            let flows = &self.scratch.flows[call];
            let failed = flows.fast + flows.errors + flows.timed_out;
            let ended = failed + flows.succeeded();
            let state = &mut self.fluid.breakers[call];
            state.advance(breaker, ended, failed, self.step_s);
            let stays = state.stays_closed(breaker, ended / self.step_s, failed / self.step_s);
            change.is_still &= stays;
            change.is_timed |= failed > 0.0 && !stays;
        }
    }
}
