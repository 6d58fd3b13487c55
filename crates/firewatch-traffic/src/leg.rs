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
    /// The share that was expected to time out when those in `good` were sent, times their number.
    pub(crate) expected: f64,
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
    /// Share of the good pool that has turned bad since it was sent.
    pub(crate) turned: f64,
    /// Share of the sub-step in which attempts fail before they are sent.
    pub(crate) open: f64,
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

    fn flying_in_vain(&self) -> f64 {
        self.doomed.iter().sum()
    }

    fn backing_off(&self) -> f64 {
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

    fn good(&self) -> f64 {
        self.levels.iter().map(|level| level.good).sum()
    }

    /// Returns the share of `good` that was expected to time out when it was sent.
    pub(crate) fn expected_share(&self) -> f64 {
        if self.expected <= 0.0 {
            return 0.0;
        }
        let good = self.good();
        if good > 0.0 {
            (self.expected / good).min(1.0)
        } else {
            0.0
        }
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
        see(self.expected);
    }

    /// Adds `amount` times what another one holds, of requests that have so many retries.
    pub(crate) fn add(&mut self, other: &Self, amount: f64, retries: u32) {
        for level in 0..=last_level(retries) {
            self.levels[level].add(&other.levels[level], amount);
        }
        self.expected += amount * other.expected;
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
        let mut expected = 0.0;
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
            let reached = sent * (1.0 - outlook.unreachable);
            let fast = reached * outlook.fast;
            let late = (reached - fast) * outlook.late;
            let in_time = reached - fast - late;
            record.sent(level, sent, in_time, self, outlook);
            expected += in_time * outlook.late;
            let all = self.levels[level].good + in_time;
            self.levels[level].good = all * good;
            let answered = all - self.levels[level].good;
            let turned = answered * outlook.turned;
            let errors = (answered - turned) * outlook.answered_badly;
            let lost = late + (sent - reached);
            let given_up = pass(&mut self.levels[level].doomed, lost, doomed);
            let timed_out = given_up + turned;
            flows.reached += reached;
            flows.fast += fast;
            flows.errors += errors;
            flows.timed_out += timed_out;
            flows.ok[level] += answered - turned - errors;
            let failed = fast + errors + timed_out;
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
        self.expected = (self.expected + expected) * good;
        flows
    }
}

/// Lets time pass in stages, of each of which the share `stays` remains, and returns what leaves the last.
fn pass<const N: usize>(stages: &mut [f64; N], entering: f64, stays: f64) -> f64 {
    let mut next = entering;
    for stage in stages {
        let all = *stage + next;
        *stage = all * stays;
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

/// How old the requests of a leg are.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Ages {
    /// Seconds from the first attempt to the one in flight, by level.
    sent: [Moments; LEVELS],
    /// Seconds from the first attempt to the next one, of those that back off, by level.
    next: [Moments; LEVELS],
    /// What those in flight had to expect when they were sent.
    usual: Moments,
    slow: Moments,
    slow_share: f64,
}

/// Mean, and mean square.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
struct Moments {
    mean: f64,
    square: f64,
}

impl Moments {
    fn mix(&mut self, amount: f64, time: Gamma, added: f64) {
        self.mean = mixed(self.mean, amount, time.mean, added);
        let square = time.variance + time.mean * time.mean;
        self.square = mixed(self.square, amount, square, added);
    }

    fn time(self) -> Gamma {
        Gamma::new(self.mean, (self.square - self.mean * self.mean).max(0.0))
    }
}

/// The mean of a pool that something is added to.
fn mixed(mean: f64, amount: f64, other: f64, added: f64) -> f64 {
    if added <= 0.0 {
        mean
    } else {
        mean + (other - mean) * added / (amount + added)
    }
}

impl Ages {
    /// Returns the seconds from the first attempt to a good answer.
    pub(crate) fn answer(&self, level: usize) -> Times {
        let answer = Times {
            usual: self.usual.time(),
            slow: self.slow.time(),
            share: self.slow_share,
        };
        answer.after(self.sent[level].time())
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        let kinds = [self.usual, self.slow];
        for moments in self.sent.iter().chain(&self.next).chain(&kinds) {
            see(moments.mean);
            see(moments.square);
        }
        see(self.slow_share);
    }

    /// Returns more seconds than any good answer takes, from the first attempt on.
    pub(crate) fn most_s(&self, level: usize, timeout_s: f64) -> f64 {
        let sent = self.sent[level].time();
        sent.mean + 3.0 * sent.variance.sqrt() + timeout_s
    }
}

impl Record for Ages {
    fn sent(&mut self, level: usize, sent: f64, in_time: f64, pools: &Pools, outlook: &Outlook) {
        let age = if level == 0 {
            Gamma::NONE
        } else {
            self.next[level - 1].time()
        };
        let flying = pools.levels[level].good + pools.levels[level].flying_in_vain();
        self.sent[level].mix(flying, age, sent);
        let good = pools.good();
        let (ok, slow_share) = (outlook.ok, self.slow_share);
        let usual = 1.0 - slow_share;
        self.usual
            .mix(usual * good, ok.usual, (1.0 - ok.share) * in_time);
        self.slow
            .mix(slow_share * good, ok.slow, ok.share * in_time);
        self.slow_share = mixed(slow_share, good, ok.share, in_time);
    }

    fn failed(
        &mut self,
        level: usize,
        failed: f64,
        after_s: f64,
        pools: &Pools,
        outlook: &Outlook,
    ) {
        let attempt = Gamma::new(after_s + outlook.backoff_s, outlook.failure.variance);
        let next = self.sent[level].time().plus(attempt);
        self.next[level].mix(pools.levels[level].backing_off(), next, failed);
    }
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
