//! How the calls of scenarios and runbooks are written, and what the paths of their values are called.

use firewatch_action::decode::{Language, Misplaced, Signature};
use firewatch_ron::listed;

use crate::codes;
use crate::model::Check;

/// What scenarios and runbooks add to what their types say of themselves.
pub(super) const LANGUAGE: Language = Language {
    signatures: SIGNATURES,
    misplaced,
    // It is no part of what an operator can see, which is told where one is used.
    unmentioned: &[("Condition", "blast_radius")],
};

const FIELDS: &[&str] = &[];
const REQUEST: &[&str] = &["action", "service", "parameters"];
// Conditions of runbooks include checks.
const CHECK: &[&str] = &["Check", "Condition"];
const CONDITION: &[&str] = &["Condition"];
const EXPECTATION: &[&str] = &["Expectation"];
const RANGE: &[&str] = &["first", "end", "step"];
const STEP: &[&str] = &["Step"];
const TEST: &[&str] = &["GoalTest"];
const SAME: &str = Signature::SAME;
// What is expected stands directly below the expectation: `expect[0].service`.
const WITHIN: &str = Signature::WITHIN;

const SIGNATURES: &[Signature] = &[
    Signature::new(&["FaultShape"], "flapping(on: 2, off: 1)", FIELDS),
    Signature::new(&["Action"], "halt(\"service\")", &["service"]),
    Signature::new(
        &["Action"],
        "inject((kind: oom, service: \"service\"))",
        &["fault"],
    ),
    Signature::new(
        &["Action"],
        "set(\"service\", {\"metric\": value})",
        &["service", "metrics"],
    ),
    Signature::new(
        &["Action", "Step"],
        "action(\"name\", \"service\")",
        REQUEST,
    )
    .requiring(1),
    Signature::new(EXPECTATION, "at_tick(3, check)", &["tick", WITHIN]),
    Signature::new(EXPECTATION, "by_tick(3, check)", &["tick", WITHIN]),
    Signature::new(EXPECTATION, "always(check)", &[WITHIN]),
    Signature::new(EXPECTATION, "never(check)", &[WITHIN]),
    Signature::new(EXPECTATION, "at_end(check)", &[WITHIN]),
    Signature::new(
        CHECK,
        "status(\"service\", critical)",
        &["service", "value"],
    ),
    Signature::new(
        CHECK,
        "metric(\"service\", \"metric\", le(0.1))",
        &["service", "metric", "value"],
    ),
    Signature::new(CHECK, "bad_customer_minutes(le(10))", &["value"]),
    Signature::new(CHECK, "mttm(le(10))", &["value"]),
    Signature::new(CHECK, "slo_budget(le(10))", &["value"]),
    Signature::new(CHECK, "mean_error_rate(le(10))", &["value"]),
    Signature::new(CHECK, "unhealthy_services(le(10))", &["value"]),
    Signature::new(CHECK, "blast_radius(le(10))", &["value"]),
    Signature::new(CHECK, "reward(le(10))", &["value"]),
    Signature::new(CHECK, "grade(le(10))", &["value"]),
    Signature::new(CHECK, "wrong_actions(le(10))", &["value"]),
    Signature::new(
        &["Goal"],
        "goal(\"service\", \"metric\", lt(0.05))",
        &["service", "metric", "value"],
    ),
    Signature::new(TEST, "one_of([0, 100])", &[SAME]),
    Signature::new(TEST, "between(0, 100)", &[SAME, SAME]),
    Signature::new(TEST, "approx(1.0, 0.3)", &[SAME, SAME]),
    Signature::new(TEST, "than(le, \"metric\")", &[SAME, SAME]),
    Signature::new(TEST, "abs(lt(1))", &[SAME]),
    Signature::new(TEST, "entry(\"name\", 0)", &[SAME, SAME]),
    Signature::new(TEST, "or_absent(\"\")", &[SAME]),
    Signature::new(&["SeedRange"], "range(first, end)", RANGE).requiring(2),
    Signature::new(
        &["SpeedRange", "TickRange", "Halt"],
        "range(first, end, step)",
        RANGE,
    ),
    Signature::new(STEP, "wait(3)", &["ticks"]),
    Signature::new(STEP, "wait_until(condition, 10)", &["condition", "at_most"]).requiring(1),
    Signature::new(
        STEP,
        "when(condition, [steps])",
        &["condition", "then", "others"],
    )
    .requiring(2),
    Signature::new(CONDITION, "alert(\"service\")", &["service", "alert"]).requiring(1),
    Signature::new(CONDITION, "tick(ge(6))", &["value"]),
    Signature::new(CONDITION, "not(condition)", &["not"]),
    Signature::new(CONDITION, "all([condition, ...])", &["all"]),
    Signature::new(CONDITION, "any([condition, ...])", &["any"]),
];

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
