//! Random numbers of an audit: streams of its own, keyed by the scenario's seed.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// The stream of that number. Each random policy has one, counted from 0.
pub(crate) fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    // Apart from the streams that the scenario itself draws from.
    key[8..13].copy_from_slice(b"audit");
    let mut random = ChaCha8Rng::from_seed(key);
    random.set_stream(number);
    random
}

/// Draws an index below `count`; 0 if there is none.
pub(crate) fn index(random: &mut ChaCha8Rng, count: usize) -> usize {
    let product = u128::from(random.next_u64()) * count as u128;
    // The high half is below the count.
    usize::try_from(product >> 64).unwrap_or(0)
}

/// Draws `count` different indices below `of`, in ascending order; all of them if there are no more.
pub(crate) fn sample(random: &mut ChaCha8Rng, count: usize, of: usize) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..of).collect();
    for place in 0..count.min(of) {
        indices.swap(place, place + index(random, of - place));
    }
    indices.truncate(count);
    indices.sort_unstable();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_different_indices_in_order_and_follows_from_the_seed() {
        let drawn = |seed| sample(&mut stream(seed, 7), 5, 20);
        assert!(drawn(1).is_sorted_by(|a, b| a < b) && drawn(1).len() == 5);
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert_eq!(sample(&mut stream(1, 7), 9, 3), [0, 1, 2]);
    }
}
