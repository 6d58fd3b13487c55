//! Where drawn numbers come from.

use firewatch_sim::SmolStr;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What numbers are drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamId {
    /// The services of a generated episode.
    Mesh = 1,
    /// Its root cause and the kind of its fault.
    Cause = 2,
    /// Its red herrings.
    RedHerrings = 3,
    /// The service whose log lies.
    PromptInjection = 4,
    /// The healthy metrics of the services, in order.
    Baseline = 5,
    /// The error rates of the red herrings, in order.
    Degradation = 6,
    /// The deployment or change of configuration that the first fault came with.
    Change = 7,
    /// All that the second version of the generator decides; of the third, kinds of fault, times and first metrics.
    Incident = 8,
    /// The names of the services, in the third version of the generator.
    Names = 9,
    /// The mesh of an incident of traffic, and who is what in it.
    TrafficMesh = 20,
    /// Its load, capacities and the policies of its calls.
    TrafficLoad = 21,
    /// Its faults.
    TrafficFaults = 22,
}

/// A source of drawn numbers. The same calls in the same order give the same numbers.
pub trait RandomStreams {
    /// Says what the next numbers are for. A source with one stream for everything does nothing.
    fn select(&mut self, _purpose: StreamId) {}

    /// A number from 0 up to but not including 1, in steps of 2^-53.
    fn unit(&mut self) -> f64;

    /// A whole number below `count`, which is 1 or more.
    fn below(&mut self, count: usize) -> usize;

    /// A whole number from `min` to `max`, both included.
    fn whole(&mut self, min: i64, max: i64) -> i64 {
        let count = usize::try_from(max - min + 1).unwrap_or(1);
        min + i64::try_from(self.below(count)).unwrap_or(0)
    }

    /// One of the items; none out of none.
    fn choose<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            None
        } else {
            items.get(self.below(items.len())).copied()
        }
    }

    /// Puts the items into an order of which each is equally likely.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// So many letters of an ASCII alphabet, which may repeat.
    fn text<const LENGTH: usize>(&mut self, alphabet: &[u8; 16]) -> SmolStr {
        let letters: [u8; LENGTH] = std::array::from_fn(|_| alphabet[self.below(alphabet.len())]);
        SmolStr::from_utf8(&letters).unwrap_or_default()
    }
}

/// Each purpose has a ChaCha stream of its own, keyed by the seed, so that what one of them draws
/// never shifts what another one does: an explicit scenario with the services, fault and red herrings
/// of a generated one has the same baselines.
pub(crate) struct Streams {
    seed: u64,
    numbers: ChaCha8Rng,
}

impl Streams {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            numbers: keyed(seed),
        }
    }

    /// The stream of one purpose, at its start.
    pub(crate) fn of(seed: u64, purpose: StreamId) -> Self {
        let mut streams = Self::new(seed);
        streams.select(purpose);
        streams
    }
}

/// A generator that has drawn nothing yet, so that choosing its stream costs nothing: one that has would
/// make its next numbers anew at once.
fn keyed(seed: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

impl RandomStreams for Streams {
    /// Begins the purpose's stream, from its start.
    fn select(&mut self, purpose: StreamId) {
        self.numbers = keyed(self.seed);
        self.numbers.set_stream(purpose as u64);
    }

    fn unit(&mut self) -> f64 {
        (self.numbers.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `count` is far below 2^32: the bias is less than 2^-32.
    fn below(&mut self, count: usize) -> usize {
        let product = u128::from(self.numbers.next_u64()) * count as u128;
        // The high half is below `count`.
        usize::try_from(product >> 64).unwrap_or(0)
    }
}
