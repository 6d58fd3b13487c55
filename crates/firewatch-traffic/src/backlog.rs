//! Messages that wait, and for how long.

use crate::settings::MOST;

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
    pub(crate) arriving: f64,
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
    pub(crate) fn age(&mut self, step_s: f64) {
        let used = self.used();
        for batch in &mut self.batches[..used] {
            batch.oldest_s += step_s;
            batch.youngest_s += step_s;
        }
        let come = std::mem::take(&mut self.arriving);
        // More messages don't come at once: those of a circle would be more with each round.
        self.add(come.min(MOST), step_s);
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

    /// Forgets all that waits.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            arriving: self.arriving,
            ..Self::default()
        };
    }

    /// Takes the oldest messages.
    pub(crate) fn take(&mut self, count: f64) {
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
