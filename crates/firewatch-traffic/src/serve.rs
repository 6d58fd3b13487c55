//! What a service does in a sub-step: what it has goes on, and what comes waits or starts.

use crate::attempt::{Flows, Response};
use crate::fluid::ServiceFlows;
use crate::leg::Pools;
use crate::level::LEAST;
use crate::pace::STILL;
use crate::settings::MOST;
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
        let arriving = std::mem::take(&mut self.fluid.services[service].arriving);
        // Where a service calls itself, what fails at once would be retried by more with each round.
        let arrived = arriving.min(MOST);
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
        let (held, unit) = self.carry_on(service, &mut flows);
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
                self.scratch.legs[leg].flows = Flows::NONE;
                self.fluid.reached_rps[leg] = 0.0;
            }
        }
    }

    /// Moves what runs on, and returns how much of it still holds a worker; and finds what becomes within the sub-step of a
    /// request that starts.
    fn carry_on(&mut self, service: usize, flows: &mut ServiceFlows) -> (f64, Unit) {
        let work_stays = self.work_stays(service);
        let worked = 1.0 - work_stays;
        let fluid = &mut self.fluid.services[service];
        let running = fluid.work * worked;
        fluid.work *= work_stays;
        let (mut held, mut stays) = (fluid.work, work_stays);
        let [went, _] = self.go_through(
            service,
            [running, worked],
            |step, leg, entering, message| {
                let [entering, of_one] = entering;
                if message {
                    step.scratch.legs[leg].flows = Flows::NONE;
                    return [step.send_messages(leg, entering), step.sending(leg, of_one)];
                }
                let room = &mut step.scratch.legs[leg];
                step.fluid.legs[leg].carry_on(&room.outlook, &mut room.carried, &mut ());
                room.first = entering;
                let response = room.outlook.respond(entering, &room.carried);
                held += response.held;
                let one = room.outlook.one.times(of_one);
                stays += one.held;
                [response, one]
            },
        );
        flows.succeeded = went.ok;
        flows.call_failed = went.failed;
        (held, Unit { stays, worked })
    }

    fn work_stays(&self, service: usize) -> f64 {
        let settings = &self.settings.services[service];
        let work_s = settings.work_s + settings.added_s;
        work_s / (work_s + self.step_s)
    }

    /// Passes `N` amounts of requests through the calls of a service, side by side, and returns how many of each succeeded
    /// and failed. `call` returns the response of a leg to the amounts that enter it; its last argument says whether they
    /// are messages.
    fn go_through<const N: usize>(
        &mut self,
        service: usize,
        mut running: [f64; N],
        mut call: impl FnMut(&mut Self, usize, [f64; N], bool) -> [Response; N],
    ) -> [Response; N] {
        let mesh = self.mesh;
        let mut lost = [0.0; N];
        for hop in mesh.hops_of(service) {
            let share = self.scratch.shares[hop.call];
            let mut entering = running;
            entering.iter_mut().for_each(|entering| *entering *= share);
            let mut went = call(self, hop.call, entering, hop.is_message);
            for index in 0..N {
                running[index] += went[index].ok - entering[index];
            }
            if let Some(fallback) = hop.fallback {
                for (entering, went) in entering.iter_mut().zip(&went) {
                    *entering = went.failed;
                }
                went = call(self, fallback, entering, false);
                for index in 0..N {
                    running[index] += went[index].ok;
                }
            }
            let failed = if hop.is_optional {
                &mut running
            } else {
                &mut lost
            };
            for index in 0..N {
                failed[index] += went[index].failed;
            }
        }
        let mut all = [Response::default(); N];
        for index in 0..N {
            (all[index].ok, all[index].failed) = (running[index], lost[index]);
        }
        all
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
        if pull > 0.0 && moved >= LEAST {
            let free = fluid.variance.sqrt();
            let pulled = pull * free;
            let both = (pulled * pulled + 4.0 * moved * moved).sqrt();
            let deviation = 2.0 * moved * free / (both + pulled);
            fluid.variance = deviation * deviation;
        }
        flows.is_varying = (fluid.variance - before).abs() > 1e-3 * (1.0 + before);
        fluid.queue = queue;
        fluid.all_busy = point.all_busy;
        let refused = if offered > 0.0 {
            flows.refused / offered
        } else {
            0.0
        };
        flows.is_varying |= (refused - fluid.refused).abs() > STILL;
        fluid.refused = refused;
        fluid.busy = held + stays * started;
        started
    }

    /// Starts requests, and sends what they and those before them send.
    fn start(&mut self, service: usize, flows: &mut ServiceFlows, started: f64, unit: &Unit) {
        self.fluid.services[service].work += started * (1.0 - unit.worked);
        let held = self.fluid.services[service].all_busy;
        let running = started * unit.worked;
        let [went] = self.go_through(service, [running], |step, leg, [entering], message| {
            if message {
                return [step.send_messages(leg, entering)];
            }
            let room = &mut step.scratch.legs[leg];
            step.fluid.legs[leg].send(room, room.first + entering, &mut ());
            let response = room.outlook.one.times(entering);
            step.arrive(leg, held);
            [response]
        });
        flows.succeeded += went.ok;
        flows.call_failed += went.failed;
    }
}
