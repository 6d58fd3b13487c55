//! Draws for the ordinary lines of a log.

/// A stream of draws of one service in one tick. What is drawn decides texts only.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64, service: &str, tick: u64) -> Self {
        // FNV-1a: names differ in few bytes, and each is to have a stream of its own.
        let name = service
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(mix(mix(seed ^ name) ^ tick))
    }

    /// Returns a number below `bound`, or 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0).checked_rem(bound).unwrap_or(0)
    }

    /// Returns an index into a list of that length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// Returns a number from `min` to `max`, in thousandths of their distance.
    pub(super) fn between(&mut self, min: f64, max: f64) -> f64 {
        let thousandths = u32::try_from(self.below(1001)).unwrap_or(0);
        min + (max - min) * f64::from(thousandths) / 1000.0
    }
}

/// `SplitMix64`'s finalizer: scatters neighbouring numbers.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
