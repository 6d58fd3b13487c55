//! Codes of what can be wrong with the meaning of a scenario or runbook, and those of all that files consist of.

pub use firewatch_action::codes::*;
use firewatch_ron::{Code, codes};

codes! {
    UNKNOWN_SERVICE = "unknown-service": "There is no service of that name in the mesh.";
    UNKNOWN_USERS = "unknown-users": "There is no group of users of that name.";
    UNKNOWN_KNOB = "unknown-knob": "What is turned has no knob of that name.";
    UNKNOWN_ZONE = "unknown-zone": "The service has no zone of that name.";
    NOT_IN_CATALOGUE = "not-in-catalogue": "A service that says nothing of itself is not in the catalogue.";
    NEEDS_SERVICES = "needs-services": "A field says something about services, but the scenario leaves them to be drawn.";
    UNREACHABLE_TICK = "unreachable-tick": "Nothing can happen at a tick, because of the length of the run.";
    MISPLACED_START = "misplaced-start": "A fault says when it begins, but something else decides that.";
    FAULT_ORDER = "fault-order": "The faults are not listed in the order in which they begin.";
    POINT_ORDER = "point-order": "The points of a rate do not begin at tick 0, or are not in the order of their ticks.";
    FAULT_COUNT = "fault-count": "The single-fault engine has more or fewer faults than one.";
    NO_FAULT = "no-fault": "What is halted or varied has no fault, or none yet.";
    WRONG_PHYSICS = "wrong-physics": "A field belongs to another physics than the scenario's.";
    CONFLICTING_ROLES = "conflicting-roles": "A service has two roles that exclude each other.";
    PRESENT_SERVICE = "present-service": "A service that is said to be absent is in the mesh.";
    ABSENT_SERVICE = "absent-service": "A service that is absent is given metrics.";
    ABSENT_METRIC = "absent-metric": "A service never has the metric.";
    DERIVED_METRIC = "derived-metric": "A metric is derived from others and can't be set.";
    NOT_COMPARABLE = "not-comparable": "Values of these types can't be compared like that.";
    CONSTANT_COMPARISON = "constant-comparison": "A comparison is always or never true.";
    NOT_OBSERVABLE = "not-observable": "A runbook asks for something that an operator does not see.";
    MISSING_TIME = "missing-time": "An expectation does not say when it should hold.";
    WRONG_TARGET = "wrong-target": "An action has a service though it takes none, or has none though it takes one.";
    WRONG_FILE_KIND = "wrong-file-kind": "The file is of another kind than the one that is asked for.";
    UNUSABLE_FILE = "unusable-file": "A file that the scenario names is missing, not allowed or has problems.";
}

codes! {
    WARNINGS:
    OVERLOADED = "overloaded": "A service gets more requests from the start than it can work on.";
    LONG_TIMEOUT = "long-timeout": "A call waits for its answer when nobody waits for its caller's any more.";
    SHORT_TIMEOUT = "short-timeout": "Callers or users give up before the usual answer is there.";
    MULTIPLIED_RETRIES = "multiplied-retries": "Three or more in a chain of calls try again, and that multiplies.";
    GROWING_CYCLE = "growing-cycle": "Every request goes round in a circle of calls.";
    NO_EFFECT = "no-effect": "What is said or turned changes nothing.";
    SELF_CALL = "self-call": "A service calls itself.";
    REPEATED_CALL = "repeated-call": "A service calls another one twice.";
    REPEATED_FAULT = "repeated-fault": "A service has a fault of that kind already.";
    DISTANT_FAULT = "distant-fault": "Every service that customers talk to is too far from a fault to notice it.";
    HIDDEN_FAULT = "hidden-fault": "A red herring stands on the only path from a fault to a service that customers talk to.";
    UNREACHED_SERVICE = "unreached-service": "An expectation wants a service to be unwell that no fault reaches.";
    MASKED_FAULT = "masked-fault": "A fault never shows because a halted one heals its service faster.";
    NOT_BUILT_IN = "not-built-in": "A runbook, checked alone, names an action, a parameter or a metric that is not built in.";
    CONCEALED_CONDITION = "concealed-condition": "A runbook, checked alone, asks for something that the profile `standard` tells only at the end.";
    HIDDEN_CHARACTER = "hidden-character": "A name has a character that can't be seen, or that a terminal obeys.";
    UNSPREAD_METRICS = "unspread-metrics": "The timeline sets metrics that make a service fail, and its callers never notice.";
    SUDDEN_PARTITION = "sudden-partition": "A partition with a low speed makes its service critical from the first tick on.";
    ENDED_LOOP = "ended-loop": "A loop of retries ends at the first tick of its fault.";
}

/// The pages of all codes, in Markdown, each under its code.
const PAGES: &str = include_str!("../codes.md");

/// Returns the page of a code, in Markdown: what it means, a file that has it (` ```ron wrong `), and that file mended
/// (` ```ron mended `); only the meaning of what no text of a file shows.
#[must_use]
pub fn page(code: Code) -> Option<&'static str> {
    let heading = format!("`{code}`\n");
    let mut pages = PAGES.split("## ");
    pages
        .find_map(|page| page.strip_prefix(&*heading))
        .map(str::trim)
}

/// All codes: these and those of all that files consist of.
pub fn all() -> impl Iterator<Item = Code> {
    firewatch_action::codes::all()
        .chain(ALL.iter().copied())
        .chain(WARNINGS.iter().copied())
}
