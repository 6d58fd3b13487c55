//! Attempts on their way to a service, by how many went before: in flight, given up, backing off.
//!
//! What becomes of an attempt is decided when it is sent, as its place in a first-come queue is: it will be answered in time
//! (`good`), or its caller will wait for the whole timeout (`doomed`).

use crate::attempt::{Carried, LegRoom, Outlook};
use crate::gamma::FOREVER_S;
use crate::level::{LEAST, LEVELS, Level, TIMEOUT_STAGES, kept, last_level, pass};

/// A longer wait means that there are no workers.
const ENDLESS_S: f64 = FOREVER_S / 1e3;

/// What is in flight.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Pools {
    pub(crate) levels: [Level; LEVELS],
    /// Mean seconds after which those in `good` were to be answered when they were sent.
    pub(crate) good_s: f64,
    /// Share of those in `doomed` that reached a queue: nothing else saves them than that it moves on faster.
    pub(crate) queued: f64,
    /// Mean seconds after which these were to be answered when they were sent.
    pub(crate) late_s: f64,
}

impl Pools {
    /// Returns how many requests it holds, of those that have so many retries.
    pub(crate) fn total(&self, retries: u32) -> f64 {
        let levels = &self.levels[..=last_level(retries)];
        levels.iter().map(Level::total).sum()
    }

    /// Returns how many attempts will time out.
    fn doomed(&self) -> f64 {
        self.levels.iter().map(Level::doomed_total).sum()
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        for level in &self.levels {
            see(level.good);
            level
                .doomed
                .into_iter()
                .chain(level.backoff)
                .for_each(&mut *see);
        }
        see(self.good_s);
        see(self.queued);
        see(self.late_s);
    }

    /// Saves doomed attempts in a queue that moves on faster: what is left of their wait, at most `wait_s`, shrinks by
    /// `factor`; the work after it does not. An attempt in some stage has waited for that part of the timeout; waits spread
    /// by `spread_s`. Nobody saves those that never came to the queue.
    pub(crate) fn rescue(&mut self, factor: f64, wait_s: f64, timeout_s: f64, spread_s: f64) {
        // Where nobody worked, all of what is left was the wait.
        let wait_s = if wait_s > ENDLESS_S {
            FOREVER_S
        } else {
            wait_s
        };
        let saved_after = |waited_s: f64, late_s: f64| {
            let left_s = (late_s - waited_s).max(0.0);
            waited_s + left_s - (1.0 - factor) * left_s.min(wait_s)
        };
        let per_s = 1.0 / (4.0 * spread_s).max(1e-9);
        let (doomed, mut all_saved) = (self.doomed(), 0.0);
        for stage in 0..TIMEOUT_STAGES {
            let waited_s = timeout_s * (stage as f64 + 0.5) / TIMEOUT_STAGES as f64;
            let early_s = timeout_s - saved_after(waited_s, self.late_s);
            let share = self.queued * (0.5 + early_s * per_s).clamp(0.0, 1.0);
            for level in &mut self.levels {
                let saved = share * level.doomed[stage];
                level.good += saved;
                level.doomed[stage] -= saved;
                all_saved += saved;
            }
        }
        self.queued = part_of(self.queued * doomed - all_saved, doomed - all_saved);
        let late_s = saved_after(timeout_s / 2.0, self.late_s).max(timeout_s);
        self.late_s = late_s.min(FOREVER_S);
    }

    /// Gives up attempts in a queue that moves on more slowly: what is left of their wait, half of it on average, grows by
    /// `factor`. They have waited for the other half.
    pub(crate) fn give_up(&mut self, factor: f64, wait_s: f64, timeout_s: f64, spread_s: f64) {
        let left_s = 0.5 * wait_s.min(self.good_s);
        self.good_s = (self.good_s + (factor - 1.0) * left_s).min(FOREVER_S);
        let over_s = self.good_s - timeout_s;
        let share = (0.5 + over_s / (4.0 * spread_s).max(1e-9)).clamp(0.0, 1.0);
        if share <= 0.0 {
            return;
        }
        let stage = (left_s / timeout_s.max(1e-9) * TIMEOUT_STAGES as f64) as usize;
        let (doomed, mut given_up) = (self.doomed(), 0.0);
        for level in &mut self.levels {
            let lost = share * level.good;
            level.doomed[stage.min(TIMEOUT_STAGES - 1)] += lost;
            level.good -= lost;
            given_up += lost;
        }
        self.queued = part_of(self.queued * doomed + given_up, doomed + given_up);
        self.late_s = self.late_s.max(self.good_s).min(FOREVER_S);
        self.good_s = self.good_s.min(timeout_s);
    }

    /// Puts what is beyond the last attempt, since retries were turned down, where it ends after one more.
    pub(crate) fn fold(&mut self, retries: u32) {
        let last = last_level(retries);
        for level in last + 1..LEVELS {
            let beyond = std::mem::take(&mut self.levels[level]);
            self.levels[last].add(&beyond, 1.0, 1.0);
        }
    }

    /// Lets time pass for what is there, and notes in `carried` what becomes of it. What makes another attempt now is not
    /// sent yet.
    pub(crate) fn carry_on(
        &mut self,
        outlook: &Outlook,
        carried: &mut Carried,
        record: &mut impl Record,
    ) {
        let last = last_level(outlook.retries);
        *carried = Carried::NONE;
        for level in 0..=last {
            let pool = &mut self.levels[level];
            if level > 0 && pool.total() <= 0.0 {
                continue;
            }
            let good = kept(pool.good, outlook.good_stays);
            let answered = pool.good - good;
            pool.good = good;
            let errors = answered * outlook.answered_badly;
            let timed_out = pass(&mut pool.doomed, 0.0, outlook.doomed_stays);
            let failed = errors + timed_out;
            if failed > 0.0 {
                let slow_s = timed_out * outlook.timeout_s + errors * outlook.answer_s;
                let waiting = pool.backing_off();
                record.failed(level, failed, slow_s / failed, waiting, outlook);
            }
            let flows = &mut carried.flows;
            flows.errors += errors;
            flows.timed_out += timed_out;
            flows.ok[level] = answered - errors;
            if level < last {
                carried.returning[level + 1] =
                    pass(&mut pool.backoff, failed, outlook.backoff_stays);
            } else {
                let again = failed * outlook.followed;
                carried.returning[level] += pass(&mut pool.backoff, again, outlook.backoff_stays);
                flows.failed = failed * outlook.ended;
            }
            let doomed = pool.doomed_total();
            carried.ok += answered - errors;
            carried.good += good;
            carried.doomed += doomed;
            carried.held += good + doomed + pool.backing_off();
        }
    }

    /// Sends first attempts, and those that are made again, and notes what happened.
    pub(crate) fn send(&mut self, room: &mut LegRoom, entering: f64, record: &mut impl Record) {
        let LegRoom {
            outlook,
            carried,
            flows,
            ..
        } = room;
        let attempt = &outlook.attempt;
        let last = last_level(outlook.retries);
        *flows = carried.flows;
        let (mut all, mut first, mut next) = (0.0, 0.0, entering);
        for level in 0..=last {
            let mut attempts = next + carried.returning[level];
            if level == last {
                attempts *= attempt.repeated;
            }
            if level > 0 && attempts < LEAST {
                // The last of it fails at once.
                flows.failed += next + carried.returning[level];
                next = 0.0;
                continue;
            }
            let pool = &mut self.levels[level];
            let flying = pool.good + pool.doomed_total();
            let in_time = attempts * attempt.in_time;
            let good = carried.good + all * attempt.in_time;
            record.sent(
                level,
                [attempts * attempt.sent, flying],
                [in_time, good],
                outlook,
            );
            if attempt.failed > 0.0 {
                let slow_s =
                    attempt.timed_out * outlook.timeout_s + attempt.errors * outlook.answer_s;
                let (failed, waiting) = (attempts * attempt.failed, pool.backing_off());
                record.failed(level, failed, slow_s / attempt.failed, waiting, outlook);
            }
            all += attempts;
            if level == 0 {
                first = attempts;
            }
            flows.ok[level] += attempts * attempt.ok;
            let mut followed = attempts;
            if level == last {
                followed *= outlook.followed;
                flows.failed += attempts * attempt.failed * outlook.ended;
            }
            pool.add(&attempt.stays, attempts, followed);
            next = followed * attempt.again;
        }
        self.expect(outlook, all, carried);
        flows.sent = all * attempt.sent;
        flows.retried = (all - first) * attempt.sent;
        flows.aborted = all * attempt.aborted;
        flows.reached = all * attempt.reached;
        flows.fast = all * attempt.fast;
        flows.errors += all * attempt.errors;
        flows.timed_out += all * attempt.timed_out;
        flows.failed += all * outlook.open;
    }

    /// Takes note of when attempts that are sent now are to be answered.
    fn expect(&mut self, outlook: &Outlook, attempts: f64, carried: &Carried) {
        let in_time = attempts * outlook.attempt.in_time;
        if in_time > 0.0 {
            let share = in_time / (carried.good + in_time);
            self.good_s = mixed(self.good_s, outlook.answer_s, share);
        }
        let late = attempts * outlook.attempt.late;
        if late > 0.0 {
            let share = late / (self.queued * carried.doomed + late);
            self.late_s = mixed(self.late_s, outlook.late_s, share);
        }
        let doomed = late + attempts * outlook.attempt.lost;
        if doomed > 0.0 {
            let share = doomed / (carried.doomed + doomed);
            self.queued = mixed(self.queued, late / doomed, share);
        }
    }
}

/// Which share of all a part is; rounding leaves it within 0 and 1.
fn part_of(part: f64, all: f64) -> f64 {
    if all > 0.0 {
        (part / all).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// The mean of something of which a share is added with another mean.
fn mixed(mean: f64, added: f64, share: f64) -> f64 {
    (mean + (added - mean) * share).max(0.0)
}

/// Who wants to know how old requests are.
pub(crate) trait Record {
    /// Attempts are sent, beside so many in flight at this level; some will be answered in time, beside so many at all.
    fn sent(&mut self, level: usize, sent: [f64; 2], in_time: [f64; 2], outlook: &Outlook);
    /// Attempts have failed after `after_s` seconds, beside so many that wait for the next one.
    fn failed(&mut self, level: usize, failed: f64, after_s: f64, waiting: f64, outlook: &Outlook);
}

impl Record for () {
    fn sent(&mut self, _: usize, _: [f64; 2], _: [f64; 2], _: &Outlook) {}
    fn failed(&mut self, _: usize, _: f64, _: f64, _: f64, _: &Outlook) {}
}
