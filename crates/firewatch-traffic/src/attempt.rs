//! What becomes of an attempt within a sub-step, and so of all that are sent: a sub-step is linear in them.

use crate::gamma::Gamma;
use crate::level::{BACKOFF_STAGES, LEAST, LEVELS, Level, TIMEOUT_STAGES, last_level, pass};
use crate::times::Times;

/// No more attempts than that are repeated at the last level: nobody waits for all of them.
const MOST_BEYOND: f64 = 1e6;

/// Seconds until a refusal or an immediate error is there.
pub(crate) const FAST_S: f64 = 0.001;

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

impl Flows {
    /// Nothing happened: a constant, as [`Carried::NONE`].
    pub(crate) const NONE: Self = Self {
        sent: 0.0,
        retried: 0.0,
        aborted: 0.0,
        reached: 0.0,
        fast: 0.0,
        timed_out: 0.0,
        errors: 0.0,
        ok: [0.0; LEVELS],
        failed: 0.0,
    };

    pub(crate) fn succeeded(&self) -> f64 {
        self.ok.iter().sum()
    }

    /// Lets as many requests end as begin, where it is nearly that.
    pub(crate) fn balance(&mut self, new: f64) {
        let left = self.succeeded() + self.failed;
        if left >= LEAST {
            let factor = new / left;
            self.ok.iter_mut().for_each(|ok| *ok *= factor);
            self.failed *= factor;
        }
    }
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
    pub(crate) sent: f64,
    pub(crate) aborted: f64,
    /// What never reaches the service, and is never answered.
    pub(crate) lost: f64,
    pub(crate) reached: f64,
    pub(crate) fast: f64,
    pub(crate) late: f64,
    pub(crate) in_time: f64,
    pub(crate) errors: f64,
    pub(crate) timed_out: f64,
    pub(crate) ok: f64,
    pub(crate) failed: f64,
    /// What is there after the sub-step, where another attempt follows, and how much of it is in flight and backs off.
    pub(crate) stays: Level,
    pub(crate) flying: f64,
    pub(crate) backing_off: f64,
    /// What makes the next attempt within the sub-step.
    pub(crate) again: f64,
    /// What comes to be made of an attempt at the last level, with those that follow it there within the sub-step.
    pub(crate) repeated: f64,
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
    /// Returns the response to `amount` requests.
    #[inline]
    pub(crate) fn times(&self, amount: f64) -> Self {
        Self {
            held: amount * self.held,
            ok: amount * self.ok,
            failed: amount * self.failed,
        }
    }
}

impl Outlook {
    /// Finds how much stays in the pools for a sub-step, by implicit Euler, and what becomes of an attempt within it.
    #[inline]
    pub(crate) fn set_step(&mut self, step_s: f64) {
        let stays = |mean_s: f64| mean_s / (mean_s + step_s);
        self.good_stays = stays(self.answer_s);
        self.doomed_stays = stays(self.timeout_s / TIMEOUT_STAGES as f64);
        self.backoff_stays = stays(self.backoff_s / BACKOFF_STAGES as f64);
        let beyond = (f64::from(self.retries) - last_level(self.retries) as f64).min(MOST_BEYOND);
        self.ended = 1.0 / (beyond + 1.0);
        self.followed = beyond * self.ended;
        self.set_attempt();
        self.one = self.respond(1.0, &Carried::NONE);
    }

    /// Returns the response to the attempts that are carried on and to `entering` first attempts.
    #[inline]
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
        let backing_off = (all + ending * self.followed) * attempt.backing_off;
        let blocked = (all + ending) * self.open;
        Response {
            held: carried.held + (all + ending) * attempt.flying + backing_off,
            ok: carried.ok + (all + ending) * attempt.ok,
            failed: carried.flows.failed + blocked + ending * attempt.failed * self.ended,
        }
    }

    /// Finds what becomes of an attempt within the sub-step.
    #[inline]
    fn set_attempt(&mut self) {
        let sent = 1.0 - self.open;
        let aborted = sent * self.aborted;
        let underway = sent - aborted;
        let reached = underway * (1.0 - self.unreachable);
        let lost = underway - reached;
        let fast = reached * self.fast;
        let late = (reached - fast) * self.late;
        let in_time = reached - fast - late;
        let good = in_time * self.good_stays;
        let errors = (in_time - good) * self.answered_badly;
        let attempt = &mut self.attempt;
        attempt.stays = Level {
            good,
            ..Level::default()
        };
        let timed_out = pass(&mut attempt.stays.doomed, late + lost, self.doomed_stays);
        let failed = aborted + fast + errors + timed_out;
        attempt.again = pass(&mut attempt.stays.backoff, failed, self.backoff_stays);
        attempt.repeated = 1.0 / (self.ended + self.followed * (1.0 - attempt.again));
        attempt.flying = good + attempt.stays.doomed_total();
        attempt.backing_off = attempt.stays.backing_off();
        attempt.sent = sent;
        attempt.aborted = aborted;
        attempt.lost = lost;
        attempt.reached = reached;
        attempt.fast = fast;
        attempt.late = late;
        attempt.in_time = in_time;
        attempt.errors = errors;
        attempt.timed_out = timed_out;
        attempt.ok = in_time - good - errors;
        attempt.failed = failed;
    }
}

/// What goes on of the attempts that are there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Carried {
    pub(crate) flows: Flows,
    /// What makes another attempt now, by the level that this is of.
    pub(crate) returning: [f64; LEVELS],
    /// What is there afterwards, without those that make another attempt.
    pub(crate) held: f64,
    pub(crate) ok: f64,
    /// Of these, what will be answered in time, and what will not.
    pub(crate) good: f64,
    pub(crate) doomed: f64,
}

impl Carried {
    /// Nothing is there. Each leg begins a sub-step with it, and a derived default makes a tick slower by a hundredth.
    pub(crate) const NONE: Self = Self {
        flows: Flows::NONE,
        returning: [0.0; LEVELS],
        held: 0.0,
        ok: 0.0,
        good: 0.0,
        doomed: 0.0,
    };
}

/// Room for what a leg does in a sub-step.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LegRoom {
    pub(crate) outlook: Outlook,
    /// What goes on of the attempts that are there, and how many requests make their first one beside it.
    pub(crate) carried: Carried,
    pub(crate) first: f64,
    pub(crate) flows: Flows,
}
