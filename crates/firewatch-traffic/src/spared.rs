//! Which calls are spared by caches in front of them, and how those fill.

use crate::pace::Change;
use crate::step::Step;

/// A hit share that moves by less in a sub-step is taken not to move. What stays of requests may be a hundred times as much
/// (see [`crate::pace`]): a cache fills over many minutes, and what it gains in each sub-step adds up.
const STILL_HIT_SHARE: f64 = 1e-6;

impl Step<'_> {
    /// Finds which share of its caller's requests makes each call: those that find no answer in a cache.
    pub(crate) fn find_shares(&mut self) {
        for (share, leg) in self.scratch.shares.iter_mut().zip(&self.settings.legs) {
            *share = leg.share;
        }
        for (cache, &call) in self.fluid.caches.iter().zip(self.mesh.cached_calls()) {
            if !self.settings.legs[call].faults.is_flushed {
                self.scratch.shares[call] *= 1.0 - cache.hit_share;
            }
        }
    }

    /// Lets what was answered fill the caches. One whose caller is down, or has no instance, is lost with it.
    pub(crate) fn fill_caches(&mut self, change: &mut Change) {
        for (index, &call) in self.mesh.cached_calls().iter().enumerate() {
            let spec = &self.mesh.calls()[call];
            let Some(cache) = &spec.cache else {
                continue;
            };
            let caller = &self.settings.services[spec.from];
            let is_lost = caller.is_down
                || caller.workers <= 0.0
                || self.settings.legs[call].faults.is_flushed;
            let answered = self.answered_share(call);
            let state = &mut self.fluid.caches[index];
            if is_lost {
                state.hit_share = 0.0;
            } else {
                change.is_still &= state.fill(cache, answered, self.step_s) <= STILL_HIT_SHARE;
            }
        }
    }

    /// Returns which share of the calls that ended in this sub-step was answered well; 0 if none ended.
    fn answered_share(&self, call: usize) -> f64 {
        let flows = &self.scratch.legs[call].flows;
        let (mut ok, mut failed) = (flows.succeeded(), flows.failed);
        if let Some(fallback) = self.mesh.fallback_of(call) {
            ok += self.scratch.legs[fallback].flows.succeeded();
            failed = self.scratch.legs[fallback].flows.failed;
        }
        if ok > 0.0 { ok / (ok + failed) } else { 0.0 }
    }
}
