//! Random numbers as CPython 3.11 draws them.

use firewatch_scenario::RandomStreams;
use firewatch_sim::SmolStr;
use rand_mt::Mt;

/// CPython's `random.Random(seed)`: the Mersenne Twister, and what Python makes of its words.
///
/// Each method consumes exactly the words that its namesake in Python does.
#[derive(Clone, Debug)]
pub struct PythonRandom(Mt);

impl PythonRandom {
    /// The generator that `random.Random(seed)` is.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the words of the seed, the low one first"
    )]
    pub fn new(seed: u64) -> Self {
        let words = [seed as u32, (seed >> 32) as u32];
        // Python leaves out leading zero words, but not the only one.
        let length = if words[1] == 0 { 1 } else { 2 };
        Self(Mt::new_with_key(words.into_iter().take(length)))
    }

    /// `getrandbits(bits)`, for up to 64 bits: whole words from the low one up, then the high bits
    /// of one more.
    fn bits(&mut self, bits: u32) -> u64 {
        match bits {
            0 => 0,
            1..=32 => u64::from(self.0.next_u32() >> (32 - bits)),
            _ => {
                let low = u64::from(self.0.next_u32());
                low | self.bits(bits.min(64) - 32) << 32
            }
        }
    }

    /// `sample(items, count)`: different items in the order drawn; all of them if there are fewer.
    pub fn sample<T: Copy>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let count = count.min(items.len());
        // Where a set of the drawn ones takes less space than a copy of all, Python draws again
        // what it drew before; elsewhere it takes out of the copy.
        let mut set_size = 21;
        if count > 5 {
            let mut table = 1;
            while table < count * 3 {
                table *= 4;
            }
            set_size += table;
        }
        if items.len() <= set_size {
            self.sample_of_pool(items, count)
        } else {
            self.sample_by_rejection(items, count)
        }
    }

    fn sample_of_pool<T: Copy>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut pool = items.to_vec();
        // `swap_remove` puts the last one into the gap, as Python does.
        (0..count)
            .map(|_| pool.swap_remove(self.below(pool.len())))
            .collect()
    }

    fn sample_by_rejection<T: Copy>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            let index = self.below(items.len());
            if !drawn.contains(&index) {
                drawn.push(index);
            }
        }
        drawn.into_iter().map(|index| items[index]).collect()
    }
}

impl RandomStreams for PythonRandom {
    /// `random()`
    fn unit(&mut self) -> f64 {
        let high = f64::from(self.0.next_u32() >> 5);
        let low = f64::from(self.0.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// `randrange(count)`, on which `randint` and `choice` are built
    fn below(&mut self, count: usize) -> usize {
        let count = count as u64;
        let bits = u64::BITS - count.leading_zeros();
        loop {
            let drawn = self.bits(bits);
            if drawn < count || count == 0 {
                // Below a usize.
                return usize::try_from(drawn).unwrap_or(0);
            }
        }
    }

    /// `"".join(choices(alphabet, k=length))`, which draws with `random()`
    fn text<const LENGTH: usize>(&mut self, alphabet: &[u8; 16]) -> SmolStr {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 up to but not including 16, rounded down"
        )]
        let mut index = || (self.unit() * alphabet.len() as f64) as usize;
        let letters: [u8; LENGTH] = std::array::from_fn(|_| alphabet[index()]);
        SmolStr::from_utf8(&letters).unwrap_or_default()
    }
}
