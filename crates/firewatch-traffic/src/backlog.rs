//! Messages of asynchronous calls: they wait until the service that they are for has a free worker.

use crate::fluid::ServiceFlows;
use crate::knobs::either;
use crate::step::Step;

/// Batches that are told apart. Their ages are exact where messages came at so many different rates; more are put together.
const BATCHES: usize = 16;
/// Rates that differ by less are one.
const ALIKE: f64 = 0.01;
/// Fewer messages are none: numbers that are nearly 0 are slow to compute with.
const NONE: f64 = 1e-9;

/// Messages that came evenly between two times.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
struct Batch {
    count: f64,
    /// Seconds for which the oldest of them has waited.
    oldest_s: f64,
    /// Seconds for which the youngest has.
    youngest_s: f64,
}

impl Batch {
    fn rate_rps(&self) -> f64 {
        self.count / (self.oldest_s - self.youngest_s).max(NONE)
    }

    /// This one and the one after it as one.
    fn with(&self, younger: &Self) -> Self {
        Self {
            count: self.count + younger.count,
            oldest_s: self.oldest_s,
            youngest_s: younger.youngest_s,
        }
    }
}

/// Messages that wait, first come, first served.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Backlog {
    /// The oldest first; what is beyond the last is empty.
    batches: [Batch; BATCHES],
    used: u32,
    /// Messages that have been sent and have not come to the end of the line yet.
    arriving: f64,
}

impl Backlog {
    /// Returns how many messages wait.
    pub(crate) fn waiting(&self) -> f64 {
        { self.batches[..self.used()].iter() }
            .map(|batch| batch.count)
            .sum()
    }

    /// Returns for how long the oldest message has waited, with `added_s` that each takes on its way; 0 if none waits.
    pub(crate) fn oldest_s(&self, added_s: f64) -> f64 {
        match self.used() {
            0 => 0.0,
            _ => self.batches[0].oldest_s + added_s,
        }
    }

    fn used(&self) -> usize {
        (self.used as usize).min(BATCHES)
    }

    /// Lets `step_s` seconds pass, in which those came that were sent.
    fn age(&mut self, step_s: f64) {
        let used = self.used();
        for batch in &mut self.batches[..used] {
            batch.oldest_s += step_s;
            batch.youngest_s += step_s;
        }
        let come = std::mem::take(&mut self.arriving);
        self.add(come, step_s);
    }

    /// Adds messages that have come within the last `step_s` seconds.
    fn add(&mut self, count: f64, step_s: f64) {
        if count <= NONE {
            return;
        }
        let new = Batch {
            count,
            oldest_s: step_s,
            youngest_s: 0.0,
        };
        if let Some(last) = self
            .used()
            .checked_sub(1)
            .map(|last| &mut self.batches[last])
        {
            let is_next = last.youngest_s <= step_s * (1.0 + ALIKE);
            if is_next && (last.rate_rps() / new.rate_rps() - 1.0).abs() < ALIKE {
                *last = last.with(&new);
                return;
            }
        }
        if self.used() == BATCHES {
            self.put_two_together();
        }
        self.batches[self.used()] = new;
        self.used += 1;
    }

    /// Puts the two neighbours together that are fewest.
    fn put_two_together(&mut self) {
        let pairs = self
            .batches
            .windows(2)
            .map(|pair| pair[0].count + pair[1].count);
        let least = pairs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let first = least.map_or(0, |(first, _)| first);
        self.batches[first] = self.batches[first].with(&self.batches[first + 1]);
        self.batches[first + 1..].rotate_left(1);
        self.used -= 1;
        self.batches[self.used()] = Batch::default();
    }

    /// Takes the oldest messages.
    fn take(&mut self, count: f64) {
        let mut left = count;
        while left > 0.0 && self.used > 0 {
            let oldest = &mut self.batches[0];
            if oldest.count - left > NONE {
                let share = left / oldest.count;
                oldest.oldest_s -= share * (oldest.oldest_s - oldest.youngest_s);
                oldest.count -= left;
                return;
            }
            left -= oldest.count;
            *oldest = Batch::default();
            self.batches.rotate_left(1);
            self.used -= 1;
        }
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        see(self.arriving);
        for batch in &self.batches {
            see(batch.count);
            see(batch.oldest_s);
            see(batch.youngest_s);
        }
    }
}

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

    /// Returns how many of the requests fail that send a message each.
    pub(crate) fn lost_with_messages(&self, call: usize, entering: f64) -> f64 {
        if self.mesh.calls()[call].optional {
            0.0
        } else {
            entering * self.unsent_share(call)
        }
    }

    /// Sends a message for each of so many requests, and returns how many of these fail because they can't.
    pub(crate) fn send_messages(
        &mut self,
        call: usize,
        entering: f64,
        flows: &mut ServiceFlows,
    ) -> f64 {
        let unsent = self.unsent_share(call);
        // What does not arrive is lost, and nobody waits for it.
        let arriving = 1.0 - either(unsent, self.settings.legs[call].faults.unreachable_ratio);
        self.scratch.flows[call].failed += entering * unsent;
        self.scratch.flows[call].sent += entering * arriving;
        if let Some(backlog) = self.mesh.backlog_of(call) {
            self.fluid.backlogs[backlog].arriving += entering * arriving;
        }
        let lost = self.lost_with_messages(call, entering);
        flows.call_failed += lost;
        lost
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
