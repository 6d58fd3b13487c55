//! What is turned from outside: knobs that there are, and what they can be turned to.

use super::Checker;
use crate::codes;
use crate::model::{Calls, KnobRange, Physics, Turn, Turned};
use firewatch_action::decode::{join, key_path};
use firewatch_ron::{shown, suggest};
use firewatch_sim::num::exact_text;

impl Checker<'_> {
    /// Notes something that only the physics of traffic has.
    pub(super) fn needs_traffic(&mut self, path: &str, what: &str) {
        if self.scenario.physics == Physics::Classic && !self.notes.is_broken("physics") {
            let message = format!("`{what}` needs a physics with load, which `classic` is not");
            let help = "say who sends requests: `users: [(service: \"...\", rps: 50)]`".to_owned();
            self.notes
                .report(codes::WRONG_PHYSICS, path, message, "", Some(help));
        }
    }

    pub(super) fn turn(&mut self, path: &str, turn: &Turn) {
        match &turn.of {
            Turned::Service(service) => {
                self.needs_traffic(path, "turn");
                self.known_service(&join(path, "service"), service, "");
            }
            Turned::Calls(from, to) => {
                self.needs_traffic(path, "turn_calls");
                self.known_call([&join(path, "service"), &join(path, "to")], from, to);
            }
            Turned::Users(users) => {
                self.needs_traffic(path, "turn_users");
                if self.scenario.physics == Physics::Traffic {
                    self.known_users(&join(path, "users"), users);
                }
            }
        }
        let path = join(path, "knobs");
        if turn.knobs.is_empty() {
            let message = "nothing is turned".to_owned();
            self.notes
                .report(codes::EMPTY_LIST, &path, message, "no knob here", None);
        }
        let known = turn.of.knobs();
        for (name, value) in &turn.knobs {
            self.knob(&key_path(&path, name), &known, name, *value);
        }
    }

    fn knob(&mut self, path: &str, known: &[&str], name: &str, value: f64) {
        if !known.contains(&name) {
            let message = format!("there is no knob `{}` of this", shown(name));
            let path = format!("{path}@key");
            return self
                .notes
                .report_with(codes::UNKNOWN_KNOB, &path, message, "", || {
                    suggest(name, "knobs", known.iter().copied())
                });
        }
        self.value_of_knob(path, name, name, value);
    }

    /// Notes a value that the knob can't be turned to; `shown` is how the message calls the knob.
    pub(super) fn value_of_knob(&mut self, path: &str, shown: &str, name: &str, value: f64) {
        let range = KnobRange::of(name);
        if !range.contains(value) {
            let (min, max, value) = (range.min, exact_text(range.max), exact_text(value));
            let allowed = match (range.is_above, range.is_whole) {
                (true, _) => format!("above {min}, up to {max}"),
                (_, true) => format!("a whole number from {min} to {max}"),
                _ => format!("{min} to {max}"),
            };
            let message = format!("`{shown}` must be {allowed}, not {value}");
            self.notes
                .report(codes::OUT_OF_RANGE, path, message, "out of range", None);
        }
    }

    /// Whether there are both services and one calls the other, as far as that is known; notes it if not. The paths are those
    /// of both names.
    pub(super) fn known_call(&mut self, paths: [&str; 2], from: &str, to: &str) -> bool {
        self.known_service(paths[0], from, "")
            && self.known_service(paths[1], to, "")
            && self.is_called(paths[1], from, to)
    }

    /// Whether one service calls another, as far as that is known; notes it if not.
    pub(super) fn is_called(&mut self, path: &str, from: &str, to: &str) -> bool {
        let Some(service) = self.services.get(from).copied() else {
            return true;
        };
        let Calls::Named(calls) = &service.calls else {
            return true;
        };
        let is_called = calls.iter().any(|call| call.to == *to);
        if !is_called {
            let message = format!("`{}` does not call `{}`", shown(from), shown(to));
            let callees = calls.iter().map(|call| &*call.to);
            self.notes
                .report_with(codes::UNKNOWN_SERVICE, path, message, "not called", || {
                    suggest(to, "services that it calls", callees)
                });
        }
        is_called
    }
}
