//! What people do about an incident, and what it is worth: playing, expectations, alerts, score.
//!
//! A [`Playback`] plays a scenario: its timeline or a runbook ([`Responder`]) answers, expectations are
//! watched, and the answer is scored ([`score`]). [`FleetPlayback`] plays many at once.

mod expect;
mod play;
mod respond;
pub mod score;

pub use expect::{Outcome, Verdict};
pub use play::{
    FailedAction, FleetPlayback, Occurrence, Playback, Script, ServiceHistory, Timetable, What,
};
pub use respond::Responder;

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
