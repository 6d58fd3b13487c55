//! Responding to an incident: playback, runbooks, expectations, alerts and score.
//!
//! A [`Playback`] plays a scenario: its timeline or a runbook ([`Responder`]) answers, expectations are
//! watched, and the answer is scored ([`score`]). [`FleetPlayback`] plays many at once.

mod expect;
mod play;
mod respond;
pub mod score;
mod serial;
mod shown;

pub use expect::{ExpectationOutcome, ExpectationVerdict};
pub use play::{
    EventKind, FailedAction, FleetPlayback, Playback, PlaybackEvent, Script, ServiceHistory,
    Timetable,
};
pub use respond::Responder;
pub use shown::shown_value;

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
