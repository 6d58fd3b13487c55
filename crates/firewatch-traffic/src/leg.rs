//! Attempts on their way to a service, by how many went before: in flight, given up, backing off.
//!
//! What becomes of an attempt is decided when it is sent, as its place in a first-come queue is: it will be answered in time
//! (`good`), or its caller will wait for the whole timeout (`doomed`). Each pool empties at the rate of one over its mean
//! stay, by implicit Euler steps: stable for any step, and right in equilibrium by Little's law.

use crate::gamma::Gamma;
use crate::times::Times;

/// Attempts that are told apart; further ones count as the last of these.
pub(crate) const LEVELS: usize = 5;

/// No more attempts than that are repeated at the last level: nobody waits for all of them.
const MOST_BEYOND: f64 = 1e6;

/// Stages that a fixed time is made of: a sum of exponential times varies by one over the root of their number.
const TIMEOUT_STAGES: usize = 4;
const BACKOFF_STAGES: usize = 2;

/// Fewer requests than that are none, so that what heals becomes empty.
const LEAST: f64 = 1e-12;

/// No attempt is remembered for longer.
const MOST_S: f64 = 1e12;

/// Seconds until a refusal or an immediate error is there.
pub(crate) const FAST_S: f64 = 0.001;

/// What is in flight, of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Level {
    pub(crate) good: f64,
    pub(crate) doomed: [f64; TIMEOUT_STAGES],
    pub(crate) backoff: [f64; BACKOFF_STAGES],
}

/// What is in flight.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Pools {
    pub(crate) levels: [Level; LEVELS],
    /// Mean seconds after which those in `good` were to be answered when they were sent.
    pub(crate) good_s: f64,
    /// Mean seconds after which those in `doomed` were to be answered when they were sent, as far as they reached a queue.
    pub(crate) late_s: f64,
}

/// What happened in a sub-step, in requests.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Flows {
    pub(crate) sent: f64,
    pub(crate) retried: f64,
    pub(crate) reached: f64,
    pub(crate) fast: f64,
    pub(crate) timed_out: f64,
    pub(crate) errors: f64,
    /// Good answers, by attempt.
    pub(crate) ok: [f64; LEVELS],
    /// Requests without any attempt left.
    pub(crate) failed: f64,
}

/// What is to be expected of an attempt now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Outlook {
    pub(crate) unreachable: f64,
    /// Share of what reaches the service that fails at once.
    pub(crate) fast: f64,
    /// Share of what is accepted that is answered too late.
    pub(crate) late: f64,
    /// Share of the answers in time that are failures.
    pub(crate) answered_badly: f64,
    /// Mean seconds until an answer in time.
    pub(crate) answer_s: f64,
    pub(crate) timeout_s: f64,
    pub(crate) backoff_s: f64,
    pub(crate) retries: u32,
    /// Share of the sub-step in which attempts fail before they are sent.
    pub(crate) open: f64,
    /// Mean seconds until answers that are too late.
    pub(crate) late_s: f64,
    /// Shares of what is in each pool's stage that stay there for the sub-step.
    pub(crate) good_stays: f64,
    pub(crate) doomed_stays: f64,
    pub(crate) backoff_stays: f64,
    /// Share of the failures at the last level that are followed by another attempt, as it stands for all further ones, and
    /// of those that are not.
    pub(crate) followed: f64,
    pub(crate) ended: f64,
    pub(crate) attempt: Attempt,
    /// What comes of one request that makes its first attempt.
    pub(crate) one: Response,
    /// Seconds until a good answer in time.
    pub(crate) ok: Times,
    /// Seconds until an attempt has failed.
    pub(crate) failure: Gamma,
    /// Share of attempts that succeed.
    pub(crate) success: f64,
}

/// What becomes within a sub-step of an attempt, if it is not blocked: parts of one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Attempt {
    sent: f64,
    reached: f64,
    pub(crate) fast: f64,
    late: f64,
    in_time: f64,
    errors: f64,
    timed_out: f64,
    ok: f64,
    failed: f64,
    /// What is there after the sub-step, where another attempt follows.
    stays: Level,
    /// What makes the next attempt within the sub-step.
    again: f64,
    /// What comes to be made of an attempt at the last level, with those that follow it there within the sub-step.
    repeated: f64,
}

/// What a sub-step leaves and brings, in requests.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Response {
    /// What is there afterwards.
    pub(crate) held: f64,
    pub(crate) ok: f64,
    pub(crate) failed: f64,
}

impl Response {
    /// Returns what comes of it and of so much more.
    pub(crate) fn with(&self, one: &Self, amount: f64) -> Self {
        Self {
            held: self.held + amount * one.held,
            ok: self.ok + amount * one.ok,
            failed: self.failed + amount * one.failed,
        }
    }
}

impl Outlook {
    /// Finds how much stays in the pools for a sub-step, by implicit Euler, and what becomes of an attempt within it.
    pub(crate) fn set_step(&mut self, step_s: f64) {
        let stays = |mean_s: f64| mean_s / (mean_s + step_s);
        self.good_stays = stays(self.answer_s);
        self.doomed_stays = stays(self.timeout_s / TIMEOUT_STAGES as f64);
        self.backoff_stays = stays(self.backoff_s / BACKOFF_STAGES as f64);
        let beyond = (f64::from(self.retries) - last_level(self.retries) as f64).min(MOST_BEYOND);
        self.ended = 1.0 / (beyond + 1.0);
        self.followed = beyond * self.ended;
        self.attempt = Attempt::new(self);
        self.one = self.respond(1.0, &Carried::default());
    }

    /// Returns what comes of what is carried on, and of so many first attempts.
    pub(crate) fn respond(&self, entering: f64, carried: &Carried) -> Response {
        let attempt = &self.attempt;
        let last = last_level(self.retries);
        let (mut all, mut next) = (0.0, entering);
        for returning in &carried.returning[..last] {
            let attempts = next + returning;
            all += attempts;
            next = attempts * attempt.again;
        }
        let ending = (next + carried.returning[last]) * attempt.repeated;
        let flying = attempt.stays.good + attempt.stays.flying_in_vain();
        let backing_off = (all + ending * self.followed) * attempt.stays.backing_off();
        let blocked = (all + ending) * self.open;
        Response {
            held: carried.held + (all + ending) * flying + backing_off,
            ok: carried.ok + (all + ending) * attempt.ok,
            failed: carried.flows.failed + blocked + ending * attempt.failed * self.ended,
        }
    }
}

impl Attempt {
    fn new(outlook: &Outlook) -> Self {
        let sent = 1.0 - outlook.open;
        let reached = sent * (1.0 - outlook.unreachable);
        let fast = reached * outlook.fast;
        let late = (reached - fast) * outlook.late;
        let in_time = reached - fast - late;
        let good = in_time * outlook.good_stays;
        let errors = (in_time - good) * outlook.answered_badly;
        let mut stays = Level {
            good,
            ..Level::default()
        };
        let timed_out = pass(
            &mut stays.doomed,
            late + (sent - reached),
            outlook.doomed_stays,
        );
        let failed = fast + errors + timed_out;
        let again = pass(&mut stays.backoff, failed, outlook.backoff_stays);
        let repeated = 1.0 / (outlook.ended + outlook.followed * (1.0 - again));
        Self {
            sent,
            reached,
            fast,
            late,
            in_time,
            errors,
            timed_out,
            ok: in_time - good - errors,
            failed,
            stays,
            again,
            repeated,
        }
    }
}

/// What goes on of the attempts that are there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Carried {
    flows: Flows,
    /// What makes another attempt now, by the level that this is of.
    returning: [f64; LEVELS],
    /// What is there afterwards, without those that make another attempt.
    held: f64,
    ok: f64,
    /// Of these, what will be answered in time, and what will not.
    good: f64,
    doomed: f64,
}

impl Level {
    fn total(&self) -> f64 {
        self.good + self.flying_in_vain() + self.backing_off()
    }

    /// Returns the number of attempts that will time out.
    pub(crate) fn flying_in_vain(&self) -> f64 {
        self.doomed.iter().sum()
    }

    /// Returns the number of requests between two attempts.
    pub(crate) fn backing_off(&self) -> f64 {
        self.backoff.iter().sum()
    }

    /// Adds as many times what another one has in flight, and as many times what backs off.
    fn add(&mut self, other: &Self, flying: f64, backing_off: f64) {
        self.good += flying * other.good;
        for (stage, other) in self.doomed.iter_mut().zip(other.doomed) {
            *stage += flying * other;
        }
        for (stage, other) in self.backoff.iter_mut().zip(other.backoff) {
            *stage += backing_off * other;
        }
    }
}

impl Pools {
    /// Returns how many requests it holds, of those that have so many retries.
    pub(crate) fn total(&self, retries: u32) -> f64 {
        let levels = &self.levels[..=last_level(retries)];
        levels.iter().map(Level::total).sum()
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
        see(self.late_s);
    }

    /// Saves doomed attempts in a queue that moves on faster: what is left of their wait shrinks by `factor`. An attempt in
    /// some stage has waited for that part of the timeout; waits spread by `spread_s`.
    pub(crate) fn rescue(&mut self, factor: f64, timeout_s: f64, spread_s: f64) {
        let saved_after =
            |waited_s: f64, late_s: f64| waited_s + factor * (late_s - waited_s).max(0.0);
        let per_s = 1.0 / (4.0 * spread_s).max(1e-9);
        for stage in 0..TIMEOUT_STAGES {
            let waited_s = timeout_s * (stage as f64 + 0.5) / TIMEOUT_STAGES as f64;
            let early_s = timeout_s - saved_after(waited_s, self.late_s);
            let share = (0.5 + early_s * per_s).clamp(0.0, 1.0);
            for level in &mut self.levels {
                let saved = share * level.doomed[stage];
                level.good += saved;
                level.doomed[stage] -= saved;
            }
        }
        let late_s = saved_after(timeout_s / 2.0, self.late_s).max(timeout_s);
        self.late_s = late_s.min(MOST_S);
    }

    /// Gives up attempts in a queue that moves on more slowly: what is left of their wait, half of it on average, grows by
    /// `factor`. They have waited for the other half.
    pub(crate) fn give_up(&mut self, factor: f64, wait_s: f64, timeout_s: f64, spread_s: f64) {
        let left_s = 0.5 * wait_s.min(self.good_s);
        self.good_s = (self.good_s + (factor - 1.0) * left_s).min(MOST_S);
        let over_s = self.good_s - timeout_s;
        let share = (0.5 + over_s / (4.0 * spread_s).max(1e-9)).clamp(0.0, 1.0);
        if share <= 0.0 {
            return;
        }
        let stage = (left_s / timeout_s.max(1e-9) * TIMEOUT_STAGES as f64) as usize;
        for level in &mut self.levels {
            level.doomed[stage.min(TIMEOUT_STAGES - 1)] += share * level.good;
            level.good -= share * level.good;
        }
        self.late_s = self.late_s.max(self.good_s).min(MOST_S);
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

    /// Lets time pass for what is there. What makes another attempt now is not sent yet.
    pub(crate) fn carry_on(&mut self, outlook: &Outlook, record: &mut impl Record) -> Carried {
        let last = last_level(outlook.retries);
        let mut carried = Carried::default();
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
            let doomed = pool.flying_in_vain();
            carried.ok += answered - errors;
            carried.good += good;
            carried.doomed += doomed;
            carried.held += good + doomed + pool.backing_off();
        }
        carried
    }

    /// Sends first attempts, and those that are made again.
    pub(crate) fn send(
        &mut self,
        outlook: &Outlook,
        entering: f64,
        carried: &Carried,
        record: &mut impl Record,
    ) -> Flows {
        let attempt = &outlook.attempt;
        let last = last_level(outlook.retries);
        let mut flows = carried.flows;
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
            let flying = pool.good + pool.flying_in_vain();
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
        flows.reached = all * attempt.reached;
        flows.fast = all * attempt.fast;
        flows.errors += all * attempt.errors;
        flows.timed_out += all * attempt.timed_out;
        flows.failed += all * outlook.open;
        flows
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
            let share = late / (carried.doomed + late);
            self.late_s = mixed(self.late_s, outlook.late_s, share);
        }
    }
}

/// The mean of something of which a share is added with another mean.
fn mixed(mean: f64, added: f64, share: f64) -> f64 {
    (mean + (added - mean) * share).max(0.0)
}

/// What stays of something. The last of it goes at once.
fn kept(all: f64, stays: f64) -> f64 {
    if all < LEAST { 0.0 } else { all * stays }
}

/// Lets time pass in stages, of each of which the share `stays` remains, and returns what leaves the last.
fn pass<const N: usize>(stages: &mut [f64; N], entering: f64, stays: f64) -> f64 {
    if entering <= 0.0 && stages.iter().sum::<f64>() <= 0.0 {
        return 0.0;
    }
    let mut next = entering;
    for stage in stages {
        let all = *stage + next;
        *stage = kept(all, stays);
        next = all - *stage;
    }
    next
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

fn last_level(retries: u32) -> usize {
    (retries as usize).min(LEVELS - 1)
}

impl Flows {
    pub(crate) fn succeeded(&self) -> f64 {
        self.ok.iter().sum()
    }

    /// Lets as many requests end as begin, where it is nearly that.
    pub(crate) fn balance(&mut self, new: f64) {
        let left = self.succeeded() + self.failed;
        if left > 0.0 {
            let factor = new / left;
            self.ok.iter_mut().for_each(|ok| *ok *= factor);
            self.failed *= factor;
        }
    }
}
