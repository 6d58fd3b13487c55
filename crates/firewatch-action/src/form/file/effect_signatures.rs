//! How effects are written in a file, for what is said of one that is written otherwise.

use crate::decode::Signature;

/// How effects are written.
pub(super) const SIGNATURES: &[Signature] = {
    const EFFECT: &[&str] = &["Effect"];
    const FIELDS: &[&str] = &[];
    const SAME: &[&str] = &[Signature::SAME];
    &[
        Signature::new(
            EFFECT,
            "scale(metric: \"...\", by: 0.5, floor: 0.01)",
            FIELDS,
        ),
        Signature::new(EFFECT, "add(metric: \"...\", amount: 1)", FIELDS),
        Signature::new(EFFECT, "set(metric: \"...\", to: 0)", FIELDS),
        Signature::new(EFFECT, "clamp(metric: \"...\", cap: 0.3)", FIELDS),
        Signature::new(EFFECT, "int_div(metric: \"...\", by: 2, floor: 30)", FIELDS),
        Signature::new(
            EFFECT,
            "int_scale(metric: \"...\", by: 0.7, floor: 30)",
            FIELDS,
        ),
        Signature::new(EFFECT, "shift_sha(metric: \"...\")", FIELDS),
        Signature::new(EFFECT, "set_memory_limit(\"parameter\")", &["parameter"]),
        Signature::new(
            EFFECT,
            "set_counter(circuit_breaker_ticks, 3)",
            &["counter", "to"],
        ),
        Signature::new(EFFECT, "interrupt(0.2)", &["errors"]),
        Signature::new(EFFECT, "turn(knob: queue_limit, to: 100)", FIELDS),
        Signature::new(
            EFFECT,
            "turn_calls(calls: made, knob: retries, to: 0)",
            FIELDS,
        ),
        Signature::new(
            EFFECT,
            "add_instances(by: \"parameter\", most_times: 4)",
            FIELDS,
        ),
        Signature::new(EFFECT, "add_memory(times: 2)", FIELDS),
        Signature::new(&["Factor"], "one_minus(\"parameter\")", SAME),
        Signature::new(&["Operand"], "parameter(\"name\")", SAME),
        Signature::new(&["Operand"], "metric(\"name\")", SAME),
    ]
};
