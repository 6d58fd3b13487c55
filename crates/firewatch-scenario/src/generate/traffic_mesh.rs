//! The shape of a generated incident of traffic: services, calls, and who is what.

use crate::draws::{RandomStreams, Streams};
use crate::model::Difficulty;

/// Names of services. Which of them is what is drawn: no name says anything about a role.
const NAMES: [&str; 24] = [
    "accounts",
    "basket",
    "billing",
    "booking",
    "catalogue",
    "comments",
    "delivery",
    "discounts",
    "geocoder",
    "identity",
    "ledger",
    "mailer",
    "media",
    "orders",
    "payments",
    "pricing",
    "profiles",
    "quotes",
    "ratings",
    "search",
    "sessions",
    "stock",
    "tracking",
    "wallet",
];
/// Share of its caller's requests that make an optional call.
const OPTIONAL_SHARES: [f64; 3] = [0.3, 0.5, 0.8];

/// A call of a mesh. Services are indices of names.
#[derive(Clone, Copy, Debug)]
pub(super) struct DrawnCall {
    from: usize,
    pub(super) to: usize,
    pub(super) share: f64,
    pub(super) optional: bool,
}

/// A mesh without cycles. Services are indices of names, in an order that says nothing about who calls whom.
pub(super) struct DrawnMesh {
    pub(super) names: Vec<&'static str>,
    pub(super) callers_first: Vec<usize>,
    calls: Vec<DrawnCall>,
    /// The services that users call.
    pub(super) entries: Vec<usize>,
    /// The services of the faults that harm users, the first one first.
    pub(super) causes: Vec<usize>,
    /// Services that are only called optionally and look bad.
    pub(super) harmless: Vec<usize>,
}

/// How many services of each role a difficulty has.
struct Counts {
    entries: usize,
    /// Services that each request needs, or may need.
    needed: usize,
    harmless: usize,
    causes: usize,
    /// Calls beyond the one that makes a service part of the mesh.
    further_calls: usize,
}

impl Counts {
    fn of(difficulty: Difficulty) -> Self {
        match difficulty {
            Difficulty::Easy => Self {
                entries: 1,
                needed: 2,
                harmless: 0,
                causes: 1,
                further_calls: 0,
            },
            Difficulty::Medium => Self {
                entries: 1,
                needed: 4,
                harmless: 1,
                causes: 1,
                further_calls: 2,
            },
            Difficulty::Hard => Self {
                entries: 2,
                needed: 6,
                harmless: 2,
                causes: 2,
                further_calls: 4,
            },
        }
    }
}

impl DrawnMesh {
    /// Draws a mesh of a difficulty.
    pub(super) fn draw(difficulty: Difficulty, draws: &mut Streams) -> Self {
        let counts = Counts::of(difficulty);
        let total = counts.entries + counts.needed + counts.harmless;
        let callers_first = shuffled(total, draws);
        let names = shuffled(NAMES.len(), draws);
        let mut mesh = Self {
            names: names
                .into_iter()
                .take(total)
                .map(|name| NAMES[name])
                .collect(),
            entries: callers_first[..counts.entries].to_vec(),
            harmless: callers_first[total - counts.harmless..].to_vec(),
            callers_first,
            calls: Vec::new(),
            causes: Vec::new(),
        };
        mesh.draw_calls(&counts, draws);
        mesh.draw_causes(counts.causes, draws);
        mesh
    }

    /// Returns the calls of a service, in order.
    pub(super) fn calls_of(&self, service: usize) -> impl Iterator<Item = &DrawnCall> {
        self.calls.iter().filter(move |call| call.from == service)
    }

    /// Draws a required call of each needed service, an optional one of each that is harmless, and some further ones.
    fn draw_calls(&mut self, counts: &Counts, draws: &mut Streams) {
        let needed_end = counts.entries + counts.needed;
        for position in counts.entries..self.callers_first.len() {
            let is_needed = position < needed_end;
            // Each entry calls a service of its own; the others are called by any that stands before them.
            let from = match position - counts.entries {
                nth if nth < counts.entries => nth,
                _ => draws.below(position.min(needed_end)),
            };
            self.add_call(from, position, !is_needed, draws);
        }
        for _ in 0..counts.further_calls {
            let to = counts.entries + draws.below(counts.needed);
            let from = draws.below(to);
            let is_called = {
                let (from, to) = (self.callers_first[from], self.callers_first[to]);
                self.calls_of(from).any(|call| call.to == to)
            };
            if !is_called {
                let optional = draws.below(3) == 0;
                self.add_call(from, to, optional, draws);
            }
        }
    }

    /// Adds a call between the services at two positions of the order of callers.
    fn add_call(&mut self, from: usize, to: usize, optional: bool, draws: &mut Streams) {
        let share = match optional {
            true => OPTIONAL_SHARES[draws.below(OPTIONAL_SHARES.len())],
            false => 1.0,
        };
        self.calls.push(DrawnCall {
            from: self.callers_first[from],
            to: self.callers_first[to],
            share,
            optional,
        });
    }

    /// Draws the causes among the services that each request of some users needs, entries excluded. The second neither
    /// needs the first nor is needed by it, where there is such a service: else the first would mask it.
    fn draw_causes(&mut self, count: usize, draws: &mut Streams) {
        let mut candidates: Vec<usize> = { self.callers_first.iter().copied() }
            .filter(|service| !self.entries.contains(service) && !self.harmless.contains(service))
            .collect();
        while self.causes.len() < count {
            let Some(cause) = draws.choose(&candidates) else {
                return;
            };
            self.causes.push(cause);
            candidates.retain(|&other| other != cause);
            let apart: Vec<usize> = { candidates.iter().copied() }
                .filter(|&other| !self.needs(other, cause) && !self.needs(cause, other))
                .collect();
            if !apart.is_empty() {
                candidates = apart;
            }
        }
    }

    /// Whether a service calls another, directly or through others.
    fn needs(&self, service: usize, other: usize) -> bool {
        let mut calls = self.calls_of(service);
        calls.any(|call| call.to == other || self.needs(call.to, other))
    }
}

/// The numbers below a count in a drawn order.
fn shuffled(count: usize, draws: &mut Streams) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    draws.shuffle(&mut numbers);
    numbers
}
