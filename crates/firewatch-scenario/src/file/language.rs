//! What scenarios and runbooks add to what their types say of themselves.

use firewatch_action::decode::{Language, Misplaced};
use firewatch_ron::listed;

use super::{events, expectations, fault, goals, runbook, sweep, users};
use crate::codes;
use crate::model::Check;

pub(super) const LANGUAGE: Language = Language {
    signatures: &[
        events::SIGNATURES,
        expectations::SIGNATURES,
        goals::SIGNATURES,
        fault::SIGNATURES,
        runbook::SIGNATURES,
        sweep::SIGNATURES,
        users::SIGNATURES,
    ],
    misplaced,
    defaults: &[],
    // It is no part of what an operator can see, which is told where one is used.
    unmentioned: &[("Condition", "blast_radius")],
};

/// A check that stands where an expectation does.
fn misplaced(of: &str, name: &str) -> Option<Misplaced> {
    if of != "Expectation" || !Check::is_name(name) {
        return None;
    }
    let message = format!("`{name}` says what is expected, but not when");
    let others = listed(["at_tick", "by_tick", "always", "never"], "or");
    let help = format!("put it into `at_end(...)`, or {others}");
    Some((codes::MISSING_TIME, message, help))
}
