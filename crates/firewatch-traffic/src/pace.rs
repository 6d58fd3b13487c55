//! How long sub-steps are: short while rates change, longer while they do not, none while nothing moves.

/// The first sub-step after something was set, in seconds, and the shortest one where no breaker asks for shorter ones.
const SHORTEST_S: f64 = 0.25;
/// No sub-step is longer: timeouts and back-offs are a few seconds, and what is expected of waits and refusals lags what was
/// found the more the longer they are.
const LONGEST_S: f64 = 2.0;
/// No sub-step is longer while a breaker sees failures: so that one opens at the right time within its window.
pub(crate) const LONGEST_TIMED_S: f64 = 0.5;
/// Sub-steps of a tick at most.
const MOST_STEPS: f64 = 480.0;
/// Sub-steps in which nothing moves before nothing is taken to move: what is found in one is felt in the next.
const STILL_STEPS: u32 = 2;
/// Share of what comes that may stay, or be missing, where nothing is taken to move: it fills no queue within an incident.
pub(crate) const STILL: f64 = 1e-4;
/// What a sub-step may be wrong by, as a share of what is at a service.
const TOLERANCE: f64 = 0.02;
/// A sub-step that is wrong by more is taken again, as shorter ones.
const REFUSED: f64 = 2.0 * TOLERANCE;

/// How much a sub-step changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// The largest share of what is at a service that the sub-step may be wrong by.
    error: f64,
    /// Whether nothing moves: requests come and go and leave everything as it is.
    pub(crate) is_still: bool,
    /// The next sub-step should not be longer: an open breaker closes then, or one that sees failures may open.
    pub(crate) longest_s: f64,
    /// Whether a breaker opened.
    pub(crate) opens: bool,
}

impl Default for Change {
    fn default() -> Self {
        Self {
            error: 0.0,
            is_still: true,
            longest_s: LONGEST_S,
            opens: false,
        }
    }
}

impl Change {
    /// Takes note of what came to some place and what left it.
    pub(crate) fn add(&mut self, came: f64, left: f64, step_s: f64) {
        self.is_still &= (came - left).abs() <= STILL * came + 1e-9 * step_s;
    }

    /// Takes note of how a rate changed from the last sub-step, beside what is there. What implicit Euler leaves out is half
    /// of the change of the rate, for the length of the sub-step.
    pub(crate) fn add_error(&mut self, turned_rps: f64, there: f64, step_s: f64) {
        self.error = self
            .error
            .max(0.5 * step_s * turned_rps.abs() / (1.0 + there));
    }
}

/// What becomes of a sub-step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// It passed.
    Passes,
    /// It was too long: shorter ones are to be taken in its place.
    IsRefused,
    /// Nothing moved, nor will for so many seconds: they pass as it would, and what is there stays as it was before it.
    Holds(f64),
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
            step_s: SHORTEST_S,
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

    /// Something moves that no sub-step shows.
    pub(crate) fn stir(&mut self) {
        self.is_still = false;
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

    /// Returns whether a sub-step may have to be taken back.
    pub(crate) fn is_trial(&self, step_s: f64, has_breakers: bool) -> bool {
        self.still_steps >= STILL_STEPS
            || self.is_refusable(step_s)
            || has_breakers && self.is_untimely(step_s)
    }

    /// Returns whether a sub-step can be replaced by shorter ones.
    fn is_refusable(&self, step_s: f64) -> bool {
        step_s > 2.0 * SHORTEST_S.max(self.tick_s / MOST_STEPS)
    }

    /// Returns whether a sub-step in which a breaker opens is taken again as shorter ones. The hundredth on top covers the
    /// rounding of the shortest ones, which are not.
    fn is_untimely(&self, step_s: f64) -> bool {
        step_s > 1.01 * SHORTEST_S.max(self.tick_s / MOST_STEPS)
    }

    /// Decides what becomes of a sub-step, and how long the next one is to be.
    pub(crate) fn judge(&mut self, step_s: f64, change: &Change) -> Verdict {
        // The error goes with the square of the length.
        let factor = (TOLERANCE / change.error.max(1e-9)).sqrt();
        if change.error > REFUSED && self.is_refusable(step_s) {
            self.step_s = (step_s * factor.clamp(0.125, 0.5)).max(SHORTEST_S);
            return Verdict::IsRefused;
        }
        // A breaker that opens does so after each attempt, not at the end of a long sub-step.
        if change.opens && self.is_untimely(step_s) {
            self.step_s = SHORTEST_S;
            return Verdict::IsRefused;
        }
        self.still_steps = if change.is_still {
            self.still_steps.saturating_add(1)
        } else {
            0
        };
        if self.still_steps > STILL_STEPS {
            self.still_steps = STILL_STEPS;
            self.is_still = self.is_first;
            return Verdict::Holds(std::mem::take(&mut self.left_s));
        }
        self.is_first = false;
        self.left_s -= step_s;
        if self.left_s < 1e-9 * step_s {
            self.left_s = 0.0;
        }
        let next_s = (step_s * factor.clamp(0.5, 2.0)).max(SHORTEST_S);
        self.step_s = next_s.min(change.longest_s);
        Verdict::Passes
    }

    pub(crate) fn for_each_value(&self, see: &mut dyn FnMut(f64)) {
        see(self.step_s);
        see(f64::from(u8::from(self.is_still)));
        see(f64::from(self.still_steps));
    }
}
