//! How long sub-steps are: short while much changes, longer while little does, none while nothing does.

/// The first sub-step after something was set, in seconds.
const FIRST_S: f64 = 0.25;
const SHORTEST_S: f64 = 0.25;
/// No sub-step is longer: back-offs and windows of breakers are a few seconds.
const LONGEST_S: f64 = 1.0;
/// Sub-steps of a tick at most.
const MOST_STEPS: f64 = 480.0;
/// Sub-steps in which nothing moves before nothing is taken to move: what is found in one is felt in the next.
const STILL_STEPS: u32 = 3;
/// Changes, as shares of what there is, below which the next sub-step is longer, and above which it is shorter.
const LITTLE: f64 = 0.05;
const MUCH: f64 = 0.3;

/// How much a sub-step changed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Change {
    /// The largest change of what is at a service or in flight for users, as a share of it.
    pub(crate) share: f64,
    /// Whether nothing moves: requests come and go and leave everything as it is.
    pub(crate) is_still: bool,
    /// Whether a breaker is open or sees failures: what it does next depends on seconds.
    pub(crate) is_timed: bool,
}

impl Change {
    /// Takes note of what came to some place and what left it, beside what is there.
    pub(crate) fn add(&mut self, came: f64, left: f64, there: f64, step_s: f64) {
        let change = (came - left).abs();
        self.share = self.share.max(change / (1.0 + there));
        // A millionth of what comes fills no queue within an incident.
        self.is_still &= change <= 1e-6 * came + 1e-9 * step_s;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Pace {
    step_s: f64,
    /// Seconds of the tick that are left.
    left_s: f64,
    /// The tick, whose length bounds the number of sub-steps.
    tick_s: f64,
    /// Whether a whole tick passed in which nothing moved.
    is_still: bool,
    is_first: bool,
    /// Sub-steps in a row in which nothing moved.
    still_steps: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            step_s: FIRST_S,
            left_s: 0.0,
            tick_s: 0.0,
            is_still: false,
            is_first: false,
            still_steps: 0,
        }
    }
}

impl Pace {
    /// Something was set.
    pub(crate) fn wake(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_still(&self) -> bool {
        self.is_still
    }

    pub(crate) fn begin(&mut self, tick_s: f64) {
        (self.left_s, self.tick_s, self.is_first) = (tick_s, tick_s, true);
    }

    /// Returns how long the next sub-step is; `None` at the end of the tick.
    pub(crate) fn next(&self) -> Option<f64> {
        if self.left_s <= 0.0 {
            return None;
        }
        // What is left is split evenly, so that no tiny sub-step ends a tick.
        let step_s = self.step_s.max(self.tick_s / MOST_STEPS);
        let steps = (self.left_s / step_s).ceil().max(1.0);
        Some(self.left_s / steps)
    }

    /// Takes note of a sub-step, and returns for how many seconds it holds.
    pub(crate) fn passed(&mut self, step_s: f64, change: Change) -> f64 {
        self.still_steps = if change.is_still {
            self.still_steps + 1
        } else {
            0
        };
        if self.still_steps > STILL_STEPS {
            self.still_steps = STILL_STEPS;
            let seconds = self.left_s;
            self.is_still = self.is_first;
            self.left_s = 0.0;
            return seconds;
        }
        self.is_first = false;
        self.left_s -= step_s;
        if self.left_s < 1e-9 * step_s {
            self.left_s = 0.0;
        }
        if change.share > MUCH {
            self.step_s = (self.step_s / 2.0).max(SHORTEST_S);
        } else if change.share < LITTLE {
            let longest_s = if change.is_timed {
                2.0 * FIRST_S
            } else {
                LONGEST_S
            };
            self.step_s = (self.step_s * 2.0).min(longest_s);
        }
        step_s
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        see(self.step_s);
        see(f64::from(u8::from(self.is_still)));
        see(f64::from(self.still_steps));
    }
}
