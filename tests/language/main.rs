//! The language: what is written is read back, it is RON, and what is drawn stays the same.

#![expect(clippy::unwrap_used, reason = "a test whose scenario is refused fails")]

mod calls;
mod drawn;
mod edits;
mod faults;
mod formatting;
mod grids;
mod json;
mod meant;
mod mutations;
mod page;
mod parts;
mod physics;
mod places;
mod readers;
mod round_trip;
mod scenarios;
mod traffic;
mod traffic_actions;
mod two_readers;
mod values;
mod warnings;
