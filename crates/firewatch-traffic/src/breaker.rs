//! Circuit breakers: what they saw within their window, and how long they stay open.

use crate::spec::Breaker;

/// Parts of a window: what leaves it leaves in tenths.
const PARTS: usize = 10;

/// How far above its mean the failed share of a window has to be expected at times: it is looked at after every attempt,
/// over some twenty windows' worth of nearly independent ones, and the largest of twenty normal deviates is 1.9 on average.
const DEVIATION: f64 = 1.9;

/// Parts of a window that differ by less have seen the same: what they are filled with is cut into sub-steps.
const ALIKE: f64 = 0.1;

/// How often the time until it opens is halved: to a hundredth.
const HALVINGS: u32 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct BreakerState {
    ended: [f64; PARTS],
    failed: [f64; PARTS],
    /// The part that is being filled, and the seconds since it began.
    part: u32,
    since_s: f64,
    pub(crate) open_left_s: f64,
}

impl BreakerState {
    /// Returns the share of the next `step_s` seconds in which it is open.
    pub(crate) fn open_share(&self, step_s: f64) -> f64 {
        if self.open_left_s > 0.0 {
            (self.open_left_s / step_s).min(1.0)
        } else {
            0.0
        }
    }

    /// Returns whether it stays closed for good when so many attempts per second end and so many of them fail.
    pub(crate) fn stays_closed(&self, breaker: &Breaker, ended_rps: f64, failed_rps: f64) -> bool {
        let ended = ended_rps * breaker.window_s;
        self.open_left_s <= 0.0 && !opens(breaker, ended, failed_rps * breaker.window_s)
    }

    /// Returns in how many seconds it opens, which is closed, if attempts go on to end and fail at these rates, and nothing leaves its window
    /// meanwhile; at most `most_s`.
    pub(crate) fn opens_in_s(
        &self,
        breaker: &Breaker,
        ended_rps: f64,
        failed_rps: f64,
        most_s: f64,
    ) -> f64 {
        let (ended, failed): (f64, f64) = (self.ended.iter().sum(), self.failed.iter().sum());
        let opens = |seconds: f64| {
            opens(
                breaker,
                ended + ended_rps * seconds,
                failed + failed_rps * seconds,
            )
        };
        if !opens(most_s) {
            return most_s;
        }
        let (mut closed_s, mut open_s) = (0.0, most_s);
        for _ in 0..HALVINGS {
            let middle_s = 0.5 * (closed_s + open_s);
            if opens(middle_s) {
                open_s = middle_s;
            } else {
                closed_s = middle_s;
            }
        }
        open_s
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        self.ended
            .into_iter()
            .chain(self.failed)
            .for_each(&mut *see);
        see(f64::from(self.part));
        see(self.since_s);
        see(self.open_left_s);
    }

    /// Lets time pass in which so many attempts ended and so many of them failed.
    pub(crate) fn advance(&mut self, breaker: &Breaker, ended: f64, failed: f64, step_s: f64) {
        self.open_left_s = (self.open_left_s - step_s).max(0.0);
        self.turn(breaker.window_s / PARTS as f64, step_s);
        let part = self.part as usize % PARTS;
        // Of a sub-step that is longer than the window, no more is within it.
        let within = (breaker.window_s / step_s).min(1.0);
        self.ended[part] += within * ended;
        self.failed[part] += within * failed;
        let (ended, failed): (f64, f64) = (self.ended.iter().sum(), self.failed.iter().sum());
        if opens(breaker, ended, failed) {
            *self = Self {
                open_left_s: breaker.open_s,
                ..Self::default()
            };
        }
    }

    /// Lets time pass in which attempts go on to end and fail at these rates, and in which it stays closed. Returns whether it
    /// has seen nothing else within its window.
    pub(crate) fn hold(
        &mut self,
        breaker: &Breaker,
        [ended_rps, failed_rps]: [f64; 2],
        seconds: f64,
    ) -> bool {
        let part_s = breaker.window_s / PARTS as f64;
        let of_part = [ended_rps * part_s, failed_rps * part_s];
        if seconds >= breaker.window_s {
            *self = Self {
                ended: [of_part[0]; PARTS],
                failed: [of_part[1]; PARTS],
                ..*self
            };
            return true;
        }
        let mut left_s = seconds;
        // Each turn empties the part that is filled next.
        while left_s > 0.0 {
            let step_s = left_s.min(part_s);
            left_s -= step_s;
            self.turn(part_s, step_s);
            let part = self.part as usize % PARTS;
            self.ended[part] += ended_rps * step_s;
            self.failed[part] += failed_rps * step_s;
        }
        let is_like = |seen: f64, wanted: f64| (seen - wanted).abs() <= ALIKE * wanted;
        self.ended.iter().all(|&seen| is_like(seen, of_part[0]))
            && self.failed.iter().all(|&seen| is_like(seen, of_part[1]))
    }

    /// Empties the parts that have left the window.
    fn turn(&mut self, part_s: f64, step_s: f64) {
        self.since_s += step_s;
        for _ in 0..PARTS {
            if self.since_s < part_s || part_s <= 0.0 {
                break;
            }
            self.since_s -= part_s;
            self.part = (self.part % PARTS as u32 + 1) % PARTS as u32;
            self.ended[self.part as usize] = 0.0;
            self.failed[self.part as usize] = 0.0;
        }
        self.since_s = self.since_s.min(part_s);
    }
}

/// Returns whether a breaker opens that sees so much within its window.
fn opens(breaker: &Breaker, ended: f64, failed: f64) -> bool {
    if ended < breaker.min_requests || failed <= 0.0 {
        return false;
    }
    let spread = (failed * (1.0 - failed / ended).max(0.0)).sqrt();
    failed + DEVIATION * spread >= breaker.failure_ratio * ended
}
