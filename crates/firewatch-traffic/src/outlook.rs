//! What a request has to expect, from the callees up: how long answers take, and how often they are failures.

use crate::attempt::{FAST_S, Outlook};
use crate::gamma::{FOREVER_S, Gamma, power};
use crate::knobs::either;
use crate::settings::{LegSettings, ServiceSettings};
use crate::times::Times;
use crate::waiting::cut_geometric;

/// Shares whose times are not worth looking at.
const NEGLIGIBLE: f64 = 1e-6;

/// What a request has to expect of a service.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Sojourn {
    /// Share of what reaches it that fails at once.
    pub(crate) fast: f64,
    /// Share of what it works on that fails.
    pub(crate) failing: f64,
    /// Seconds in the queue.
    pub(crate) wait: Gamma,
    /// Seconds that a worker is held by a request that succeeds.
    pub(crate) ok: Times,
    /// Seconds that a worker is held by a request that fails.
    pub(crate) failed: Times,
}

impl Sojourn {
    /// Half of one plus the squared coefficient of variation of how long a worker is held.
    ///
    /// Above five times the variance of an exponential time the approximation has no ground.
    pub(crate) fn variability(&self) -> f64 {
        let held = self.held();
        let square = held.mean * held.mean;
        if square <= 0.0 {
            1.0
        } else {
            (0.5 + 0.5 * held.variance / square).clamp(0.5, 3.0)
        }
    }

    /// Goes only the share of the way from what was expected before, if it is below 1.
    pub(crate) fn follow(&mut self, before: &Self, share: f64) {
        if share >= 1.0 {
            return;
        }
        let part = |from: f64, to: f64| from + share * (to - from);
        self.fast = part(before.fast, self.fast);
        self.wait.mean = part(before.wait.mean, self.wait.mean);
        self.wait.variance = part(before.wait.variance, self.wait.variance);
    }

    /// Seconds from the queue to the end, of each kind: those that succeed and those that fail, usual ones and slow ones,
    /// each with its share.
    pub(crate) fn latencies(&self) -> [(f64, Gamma); 4] {
        let of = |share: f64, times: &Times| {
            [
                (share * (1.0 - times.share), self.wait.plus(times.usual)),
                (share * times.share, self.wait.plus(times.slow)),
            ]
        };
        let ([ok, slow_ok], [failed, slow_failed]) = (
            of(1.0 - self.failing, &self.ok),
            of(self.failing, &self.failed),
        );
        [ok, slow_ok, failed, slow_failed]
    }

    /// Seconds that a worker is held.
    pub(crate) fn held(&self) -> Gamma {
        self.ok.all().or(self.failed.all(), self.failing)
    }

    /// Mean seconds that a worker is held.
    pub(crate) fn holding_s(&self) -> f64 {
        let (ok_s, failed_s) = (self.ok.mean(), self.failed.mean());
        ok_s + self.failing * (failed_s - ok_s)
    }
}

/// How something ends: with the share `success` well, after `ok`, otherwise after `failed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) success: f64,
    pub(crate) ok: Times,
    pub(crate) failed: Times,
}

impl Outlook {
    /// Looks at a service from a caller that waits for so long, in place: it is large, and there is one for each leg. `queued`
    /// is the share of those in flight who will time out that came to the service.
    pub(crate) fn look(
        &mut self,
        sojourn: &Sojourn,
        service: &ServiceSettings,
        leg: &LegSettings,
        open: f64,
        queued: f64,
        step_s: f64,
    ) {
        let (timeout_s, added_s) = (leg.timeout_s, leg.faults.added_s);
        // What the way takes is time that the service does not have.
        let left_s = (timeout_s - added_s).max(0.0);
        let way = Gamma::new(added_s, 0.0);
        let bad = sojourn.failing;
        let (wait, least_s) = (sojourn.wait, service.added_s.min(left_s));
        let (ok_in_time, ok) = sojourn.ok.after(wait).within_above(least_s, left_s);
        let ok = ok.after(way);
        let (bad_in_time, bad_times) = if bad > NEGLIGIBLE {
            let (share, times) = sojourn.failed.after(wait).within_above(least_s, left_s);
            (share, times.after(way).all())
        } else {
            (1.0, Gamma::NONE)
        };
        let ok_s = ok.mean();
        let good_answers = (1.0 - bad) * ok_in_time;
        let bad_answers = bad * bad_in_time;
        let answers = good_answers + bad_answers;
        let late = (1.0 - answers).max(0.0);
        // What was sent with better hopes still ends as well or badly as the rest.
        let answered_badly = if answers > 1e-9 {
            bad_answers / answers
        } else {
            bad
        };
        let unreachable = either(service.unreachable_ratio, leg.faults.unreachable_ratio);
        let fast = if service.is_down { 1.0 } else { sojourn.fast };
        let accepted = (1.0 - unreachable) * (1.0 - fast);
        let (aborted, underway) = (leg.faults.error_ratio, 1.0 - leg.faults.error_ratio);
        let success = underway * accepted * good_answers;
        let mut failure = Failure::default();
        let timed_out = underway * (unreachable + accepted * late);
        failure.add(timed_out, Gamma::new(timeout_s, 0.0));
        let at_once = aborted + underway * (1.0 - unreachable) * fast;
        failure.add(at_once, Gamma::new(FAST_S, 0.0));
        failure.add(underway * accepted * bad_answers, bad_times);
        self.aborted = aborted;
        self.unreachable = unreachable;
        self.fast = fast;
        self.late = late;
        self.answered_badly = answered_badly;
        self.answer_s = ok_s + answered_badly * (bad_times.mean - ok_s);
        self.timeout_s = timeout_s;
        self.backoff_s = leg.backoff_s;
        self.retries = leg.retries;
        self.open = open;
        self.ok = ok;
        self.failure = failure.time(timeout_s);
        self.success = success;
        let all_s = added_s + sojourn.wait.mean + sojourn.holding_s();
        let in_time_s = good_answers * ok_s + bad_answers * bad_times.mean;
        self.late_s = if late > NEGLIGIBLE {
            ((all_s - in_time_s) / late).max(timeout_s).min(FOREVER_S)
        } else {
            all_s.max(timeout_s)
        };
        if service.is_down {
            // What was killed is answered at once, and what never came to it is not.
            (self.answer_s, self.answered_badly) = (0.0, 1.0);
            self.timeout_s *= 1.0 - queued;
        }
        self.set_step(step_s);
    }

    /// Returns how a call ends that goes on until an attempt succeeds or there is none left.
    ///
    /// The number of failures before a success is geometric, cut off at the retries.
    pub(crate) fn call(&self) -> Outcome {
        let failing = (1.0 - self.success).max(0.0);
        let retries = f64::from(self.retries);
        let lost = power(failing, self.retries.saturating_add(1));
        let mut ok = self.ok;
        if self.retries > 0 && failing > 0.0 {
            // Those that fail once or more before they succeed are of another kind.
            let (before, spread) = failures_before_success(failing, self.retries);
            let some = 1.0 - (1.0 - failing) / (1.0 - lost).max(1e-300);
            let some = some.clamp(0.0, 1.0);
            if some > NEGLIGIBLE {
                let mean = before / some;
                let spread = ((spread + before * before) / some - mean * mean).max(0.0);
                let apart_s = self.failure.mean + self.backoff_s;
                let delay = Gamma::new(
                    mean * apart_s,
                    spread * apart_s * apart_s + mean * self.failure.variance,
                );
                ok = ok.or(&ok.after(delay), some);
            }
        }
        let failed = Gamma::new(
            (retries + 1.0) * self.failure.mean + retries * self.backoff_s,
            (retries + 1.0) * self.failure.variance,
        );
        Outcome {
            success: 1.0 - lost,
            ok,
            failed: Times::from(failed),
        }
    }
}

/// Mean and variance of the failures before a success among so many attempts.
fn failures_before_success(failing: f64, retries: u32) -> (f64, f64) {
    if retries > 8 {
        return cut_geometric(failing, f64::from(retries));
    }
    let (mut all, mut sum, mut squares, mut share, mut count) = (1.0, 0.0, 0.0, 1.0, 0.0);
    for _ in 0..retries {
        share *= failing;
        count += 1.0;
        all += share;
        sum += share * count;
        squares += share * count * count;
    }
    let mean = sum / all;
    (mean, squares / all - mean * mean)
}

/// When attempts have failed, by why.
#[derive(Default)]
struct Failure {
    share: f64,
    sum: f64,
    squares: f64,
}

impl Failure {
    fn add(&mut self, share: f64, time: Gamma) {
        self.share += share;
        self.sum += share * time.mean;
        self.squares += share * (time.variance + time.mean * time.mean);
    }

    fn time(&self, otherwise_s: f64) -> Gamma {
        if self.share <= 1e-12 {
            return Gamma::new(otherwise_s, 0.0);
        }
        let mean = self.sum / self.share;
        Gamma::new(mean, (self.squares / self.share - mean * mean).max(0.0))
    }
}

impl Outcome {
    /// What fails at once.
    pub(crate) const CUT: Self = Self {
        success: 0.0,
        ok: Times::NONE,
        failed: Times::NONE,
    };

    /// What succeeds at once with that share, and fails at once otherwise.
    pub(crate) fn at_once(success: f64) -> Self {
        Self {
            success,
            ..Self::CUT
        }
    }

    /// Followed by another one where this one fails.
    pub(crate) fn or_else(&self, other: &Self) -> Self {
        let success = self.success + (1.0 - self.success) * other.success;
        let share = if success > 0.0 {
            1.0 - self.success / success
        } else {
            0.0
        };
        Self {
            success,
            ok: self.ok.or(&self.failed.plus(&other.ok), share),
            failed: self.failed.plus(&other.failed),
        }
    }

    /// This one, or with the probability `share` the other.
    pub(crate) fn or(&self, other: &Self, share: f64) -> Self {
        let success = self.success + share * (other.success - self.success);
        let of = |whole: f64, part: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let failed = of(1.0 - success, share * (1.0 - other.success));
        Self {
            success,
            ok: self.ok.or(&other.ok, of(success, share * other.success)),
            failed: self.failed.or(&other.failed, failed),
        }
    }

    /// Followed by a call that a share of requests makes and that may be optional.
    pub(crate) fn then(&self, call: &Self, share: f64, is_optional: bool) -> Self {
        if is_optional {
            let call = call.failed.or(&call.ok, call.success);
            return Self {
                ok: self.ok.plus(&Times::NONE.or(&call, share)),
                ..*self
            };
        }
        let lost = share * (1.0 - call.success);
        let made = if lost < 1.0 {
            share * call.success / (1.0 - lost)
        } else {
            0.0
        };
        let failed_here = self.success * lost;
        let failed = (1.0 - self.success) + failed_here;
        let mut times = self.failed;
        if failed_here > NEGLIGIBLE {
            times = times.or(&self.ok.plus(&call.failed), failed_here / failed);
        }
        Self {
            success: self.success * (1.0 - lost),
            ok: self.ok.plus(&Times::NONE.or(&call.ok, made)),
            failed: times,
        }
    }
}
