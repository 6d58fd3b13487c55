//! Seeds of the episodes of a batch.

use firewatch_sim::num::split_mix;

/// Returns the seed of an episode: of the environment with that index, the episode with that number, in a run with
/// that seed.
///
/// It is `mix(mix(mix(seed) + environment) + episode)`, sums modulo 2^64, where `mix` is the finalizer of SplitMix64 after
/// the step by its increment 0x9e3779b97f4a7c15. `mix` is a bijection: so in a run no environment has a seed twice in
/// 2^64 episodes, and the seeds of neighbouring runs and environments are as far apart as those of any two. Two
/// different places have the same seed with a probability of 2^-64.
///
/// ```
/// use firewatch_episode::episode_seed;
///
/// assert_ne!(episode_seed(1, 0, 0), episode_seed(0, 1, 0));
/// assert_ne!(episode_seed(0, 1, 0), episode_seed(0, 0, 1));
/// ```
#[must_use]
pub fn episode_seed(seed: u64, environment: u64, episode: u64) -> u64 {
    let of_environment = split_mix(split_mix(seed).wrapping_add(environment));
    split_mix(of_environment.wrapping_add(episode))
}
