//! Attempts on their way to a service, by how many went before: in flight, given up, backing off.
//!
//! What becomes of an attempt is decided when it is sent, as its place in a first-come queue is: it will be answered in time
//! (`good`), or its caller will wait for the whole timeout (`doomed`). Each pool empties at the rate of one over its mean
//! stay, by implicit Euler steps: stable for any step, and right in equilibrium by Little's law.

use crate::gamma::Gamma;
use crate::times::Times;

/// Attempts that are told apart; further ones count as the last of these.
pub(crate) const LEVELS: usize = 5;

/// Stages that a fixed time is made of: a sum of exponential times varies by one over the root of their number.
const TIMEOUT_STAGES: usize = 4;
const BACKOFF_STAGES: usize = 2;

/// No attempt is remembered for longer.
const LONGEST_S: f64 = 1e12;

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
    /// What failed at once on its way.
    pub(crate) aborted: f64,
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
    /// Share of attempts that fail at once on their way.
    pub(crate) aborted: f64,
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
    /// Seconds until a good answer in time.
    pub(crate) ok: Times,
    /// Seconds until an attempt has failed.
    pub(crate) failure: Gamma,
    /// Share of attempts that succeed.
    pub(crate) success: f64,
}

impl Outlook {
    /// Finds how much stays in the pools for a sub-step: by implicit Euler.
    pub(crate) fn set_step(&mut self, step_s: f64) {
        let stays = |mean_s: f64| mean_s / (mean_s + step_s);
        self.good_stays = stays(self.answer_s);
        self.doomed_stays = stays(self.timeout_s / TIMEOUT_STAGES as f64);
        self.backoff_stays = stays(self.backoff_s / BACKOFF_STAGES as f64);
    }
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

    fn add(&mut self, other: &Self, amount: f64) {
        self.good += amount * other.good;
        for (stage, other) in self.doomed.iter_mut().zip(other.doomed) {
            *stage += amount * other;
        }
        for (stage, other) in self.backoff.iter_mut().zip(other.backoff) {
            *stage += amount * other;
        }
    }
}

impl Pools {
    /// Returns how many requests it holds, of those that have so many retries.
    pub(crate) fn total(&self, retries: u32) -> f64 {
        let levels = &self.levels[..=last_level(retries)];
        levels.iter().map(Level::total).sum()
    }

    /// Returns the number of attempts that will be answered in time.
    pub(crate) fn good(&self) -> f64 {
        self.levels.iter().map(|level| level.good).sum()
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
        for level in &mut self.levels {
            for (stage, attempts) in level.doomed.iter_mut().enumerate() {
                let waited_s = timeout_s * (stage as f64 + 0.5) / TIMEOUT_STAGES as f64;
                let early_s = timeout_s - saved_after(waited_s, self.late_s);
                let share = (0.5 + early_s / (4.0 * spread_s).max(1e-9)).clamp(0.0, 1.0);
                level.good += share * *attempts;
                *attempts -= share * *attempts;
            }
        }
        let late_s = saved_after(timeout_s / 2.0, self.late_s).max(timeout_s);
        self.late_s = late_s.min(LONGEST_S);
    }

    /// Gives up attempts in a queue that moves on more slowly: what is left of their wait, half of it on average, grows by
    /// `factor`. They have waited for the other half.
    pub(crate) fn give_up(&mut self, factor: f64, wait_s: f64, timeout_s: f64, spread_s: f64) {
        let left_s = 0.5 * wait_s.min(self.good_s);
        self.good_s = (self.good_s + (factor - 1.0) * left_s).min(LONGEST_S);
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
        self.late_s = self.late_s.max(self.good_s).min(LONGEST_S);
        self.good_s = self.good_s.min(timeout_s);
    }

    /// Adds `amount` times what another one holds, of requests that have so many retries.
    pub(crate) fn add(&mut self, other: &Self, amount: f64, retries: u32) {
        let last = last_level(retries);
        if other.late_s > 0.0 {
            let doomed = |pools: &Self| -> f64 {
                pools.levels[..=last]
                    .iter()
                    .map(Level::flying_in_vain)
                    .sum()
            };
            let (old, new) = (doomed(self), amount * doomed(other));
            if new > 0.0 {
                self.late_s = mixed(self.late_s, other.late_s, new / (old + new));
            }
        }
        let good =
            |pools: &Self| -> f64 { pools.levels[..=last].iter().map(|level| level.good).sum() };
        let (old, new) = (good(self), amount * good(other));
        if new > 0.0 {
            self.good_s = mixed(self.good_s, other.good_s, new / (old + new));
        }
        for level in 0..=last {
            self.levels[level].add(&other.levels[level], amount);
        }
    }

    /// Puts what is beyond the last attempt, since retries were turned down, where it ends after one more.
    pub(crate) fn fold(&mut self, retries: u32) {
        let last = last_level(retries);
        for level in last + 1..LEVELS {
            let beyond = std::mem::take(&mut self.levels[level]);
            self.levels[last].add(&beyond, 1.0);
        }
    }

    /// Lets time pass, with requests that make their first attempt.
    pub(crate) fn advance(&mut self, outlook: &Outlook, entering: f64) -> Flows {
        self.advance_recorded(outlook, entering, &mut ())
    }

    /// Lets time pass, and shows somebody what happens at each level.
    pub(crate) fn advance_recorded(
        &mut self,
        outlook: &Outlook,
        entering: f64,
        record: &mut impl Record,
    ) -> Flows {
        let (good, doomed, backoff) = (
            outlook.good_stays,
            outlook.doomed_stays,
            outlook.backoff_stays,
        );
        let last = last_level(outlook.retries);
        // Attempts that the last level stands for: all but one of them are followed by another.
        let beyond = f64::from(outlook.retries) - last as f64;
        let mut flows = Flows::default();
        let mut next = entering;
        for level in 0..=last {
            let mut sent = next;
            if level == last {
                sent += pass(&mut self.levels[level].backoff, 0.0, backoff);
            }
            // An open breaker lets no attempt through, and there is none after it.
            let blocked = sent * outlook.open;
            flows.failed += blocked;
            sent -= blocked;
            flows.sent += sent;
            if level > 0 {
                flows.retried += sent;
            }
            let aborted = sent * outlook.aborted;
            let underway = sent - aborted;
            let reached = underway * (1.0 - outlook.unreachable);
            let fast = reached * outlook.fast;
            let late = (reached - fast) * outlook.late;
            let in_time = reached - fast - late;
            record.sent(level, sent, in_time, self, outlook);
            let all = self.levels[level].good + in_time;
            if all > 0.0 {
                self.good_s = mixed(self.good_s, outlook.answer_s, in_time / all);
            }
            self.levels[level].good = kept(all, good);
            let answered = all - self.levels[level].good;
            let errors = answered * outlook.answered_badly;
            let lost = late + (underway - reached);
            if late > 0.0 {
                let waiting = self.levels[level].flying_in_vain();
                self.late_s = mixed(self.late_s, outlook.late_s, late / (waiting + late));
            }
            let timed_out = pass(&mut self.levels[level].doomed, lost, doomed);
            flows.aborted += aborted;
            flows.reached += reached;
            flows.fast += fast;
            flows.errors += errors;
            flows.timed_out += timed_out;
            flows.ok[level] += answered - errors;
            let failed = aborted + fast + errors + timed_out;
            if failed > 0.0 {
                let slow_s = timed_out * outlook.timeout_s + errors * outlook.answer_s;
                record.failed(level, failed, slow_s / failed, self, outlook);
            }
            if level < last {
                next = pass(&mut self.levels[level].backoff, failed, backoff);
            } else {
                let again = failed * beyond / (beyond + 1.0);
                self.levels[level].backoff[0] += again;
                flows.failed += failed - again;
            }
        }
        flows
    }
}

/// The mean of something of which a share is added with another mean.
fn mixed(mean: f64, added: f64, share: f64) -> f64 {
    (mean + (added - mean) * share).max(0.0)
}

/// What stays of something. The last of it goes at once: numbers that are nearly 0 are slow to compute with.
pub(crate) fn kept(all: f64, stays: f64) -> f64 {
    if all < 1e-30 { 0.0 } else { all * stays }
}

/// Lets time pass in stages, of each of which the share `stays` remains, and returns what leaves the last.
fn pass<const N: usize>(stages: &mut [f64; N], entering: f64, stays: f64) -> f64 {
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
    /// Attempts are sent, some of which will be answered in time.
    fn sent(&mut self, level: usize, sent: f64, in_time: f64, pools: &Pools, outlook: &Outlook);
    /// Attempts have failed after `after_s` seconds.
    fn failed(&mut self, level: usize, failed: f64, after_s: f64, pools: &Pools, outlook: &Outlook);
}

impl Record for () {
    fn sent(&mut self, _: usize, _: f64, _: f64, _: &Pools, _: &Outlook) {}
    fn failed(&mut self, _: usize, _: f64, _: f64, _: &Pools, _: &Outlook) {}
}

fn last_level(retries: u32) -> usize {
    (retries as usize).min(LEVELS - 1)
}

impl Flows {
    pub(crate) fn succeeded(&self) -> f64 {
        self.ok.iter().sum()
    }

    pub(crate) fn add(&mut self, other: &Self, amount: f64) {
        self.sent += amount * other.sent;
        self.retried += amount * other.retried;
        self.aborted += amount * other.aborted;
        self.reached += amount * other.reached;
        self.fast += amount * other.fast;
        self.timed_out += amount * other.timed_out;
        self.errors += amount * other.errors;
        for (ok, other) in self.ok.iter_mut().zip(other.ok) {
            *ok += amount * other;
        }
        self.failed += amount * other.failed;
    }
}
