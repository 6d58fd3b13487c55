//! How old requests are, and so how long users have waited when they are answered.

use crate::attempt::Outlook;
use crate::gamma::Gamma;
use crate::leg::Record;
use crate::level::LEVELS;
use crate::times::Times;

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
        return mean;
    }
    (mean + (other - mean) * added / (amount + added)).max(0.0)
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
    fn sent(&mut self, level: usize, sent: [f64; 2], in_time: [f64; 2], outlook: &Outlook) {
        let age = if level == 0 {
            Gamma::NONE
        } else {
            self.next[level - 1].time()
        };
        let ([sent, flying], [in_time, good]) = (sent, in_time);
        self.sent[level].mix(flying, age, sent);
        let (ok, slow_share) = (outlook.ok, self.slow_share);
        let usual = 1.0 - slow_share;
        self.usual
            .mix(usual * good, ok.usual, (1.0 - ok.share) * in_time);
        self.slow
            .mix(slow_share * good, ok.slow, ok.share * in_time);
        self.slow_share = mixed(slow_share, good, ok.share, in_time);
    }

    fn failed(&mut self, level: usize, failed: f64, after_s: f64, waiting: f64, outlook: &Outlook) {
        let attempt = Gamma::new(after_s + outlook.backoff_s, outlook.failure.variance);
        let next = self.sent[level].time().plus(attempt);
        self.next[level].mix(waiting, next, failed);
    }
}
