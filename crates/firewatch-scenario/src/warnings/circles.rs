//! Circles of calls that every request makes, by itself or where calls fail.

use super::Reviewer;
use super::traffic::FEW;
use crate::call_graph::GraphCall;
use crate::codes;

/// Circles that are told of.
const MAX_CIRCLES: usize = 10;

/// How far a search has come with a service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

/// How a request comes from a service to the next.
#[derive(Clone, Copy)]
enum Way<'a> {
    Call(&'a GraphCall<'a>),
    Fallback(&'a GraphCall<'a>, usize),
}

impl Way<'_> {
    fn to(self) -> usize {
        match self {
            Self::Call(call) => call.to,
            Self::Fallback(_, to) => to,
        }
    }

    fn is_fallback(self) -> bool {
        matches!(self, Self::Fallback(..))
    }
}

/// A circle: the services in order, and how each comes to the next.
type Circle<'a> = Vec<(usize, Way<'a>)>;

impl Reviewer<'_> {
    pub(super) fn circles(&mut self) {
        let mut warnings = Vec::new();
        // Those without a fallback first: they need no failure.
        for with_fallbacks in [false, true] {
            for circle in self.circles_of(with_fallbacks) {
                let Some(&(_, last)) = circle.last() else {
                    continue;
                };
                let path = match last {
                    Way::Call(call) => self.path_of_call(call, "to"),
                    Way::Fallback(call, _) => self.path_of_call(call, "fallback"),
                };
                warnings.push((path, with_fallbacks, self.told(&circle)));
            }
        }
        for (path, is_of_failures, circle) in warnings {
            let when = if is_of_failures {
                "where calls fail, "
            } else {
                ""
            };
            let message = format!("{when}every request goes round in a circle: {circle}");
            let help =
                "only full queues and timeouts end it: give one of the calls a `share` below 1";
            self.warn(codes::GROWING_CYCLE, path, message, help);
        }
    }

    /// Finds circles of calls that all requests make, by a search in depth: those without a fallback, or those with one.
    fn circles_of(&self, with_fallbacks: bool) -> Vec<Circle<'_>> {
        let count = self.scenario.services.len();
        let mut state = vec![Visit::New; count];
        let mut found = Vec::new();
        for start in 0..count {
            if state[start] != Visit::New {
                continue;
            }
            state[start] = Visit::Open;
            // Each service with the ways that it has from there, and the one that was gone last.
            let mut open = vec![(start, self.ways_of(start, with_fallbacks), 0)];
            while let Some((service, ways, next)) = open.last_mut() {
                let Some(&way) = ways.get(*next) else {
                    state[*service] = Visit::Done;
                    open.pop();
                    continue;
                };
                *next += 1;
                let to = way.to();
                match state[to] {
                    Visit::New => {
                        state[to] = Visit::Open;
                        open.push((to, self.ways_of(to, with_fallbacks), 0));
                    }
                    Visit::Open if found.len() < MAX_CIRCLES => {
                        let path = { open.iter() }.skip_while(|(service, ..)| *service != to);
                        let gone = path.map(|(service, ways, next)| (*service, ways[*next - 1]));
                        let circle: Circle = gone.collect();
                        if circle.iter().any(|(_, way)| way.is_fallback()) == with_fallbacks {
                            found.push(circle);
                        }
                    }
                    Visit::Open | Visit::Done => {}
                }
            }
        }
        found
    }

    /// The ways that every request goes on from a service, or goes where calls fail.
    fn ways_of(&self, service: usize, with_fallbacks: bool) -> Vec<Way<'_>> {
        let calls = self.graph.calls_of(service).iter();
        let always = calls.filter(|call| call.call.usual_share() >= 1.0);
        let ways = always.flat_map(|call| {
            let fallback = call.fallback.filter(|_| with_fallbacks);
            let fallback = fallback.map(|to| Way::Fallback(call, to));
            std::iter::once(Way::Call(call)).chain(fallback)
        });
        ways.collect()
    }

    /// A circle in words.
    fn told(&self, circle: &Circle) -> String {
        let mut told = String::new();
        for (index, &(service, way)) in circle.iter().enumerate() {
            let verb = if way.is_fallback() {
                "falls back to"
            } else {
                "calls"
            };
            if index < FEW {
                told.push_str(&format!("`{}` {verb} ", self.name(service)));
            } else if index == FEW {
                let falls_back = circle[FEW..].iter().any(|(_, way)| way.is_fallback());
                let verb = if falls_back {
                    "call or fall back to"
                } else {
                    "call"
                };
                told.push_str(&format!("others {verb} "));
            }
        }
        let first = circle.first().map(|(service, _)| self.name(*service));
        told + &format!("`{}`", first.unwrap_or_default())
    }
}
