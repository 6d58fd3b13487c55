//! Codes of problems with the values of a file and with actions, and those of any text.

pub use firewatch_ron::codes::*;
use firewatch_ron::{Code, codes};

codes! {
    NO_CONTENT = "no-content": "The file or folder holds nothing of what is looked for.";
    WRONG_FORM = "wrong-form": "The text does not have the form of its kind of file.";
    WRONG_TYPE = "wrong-type": "A value is of another type than its place takes.";
    WRONG_NAME = "wrong-name": "A struct has the name of another type.";
    WRONG_ARGUMENTS = "wrong-arguments": "A call has other values than it takes.";
    MISSING_FIELD = "missing-field": "A field that is required is not given.";
    UNKNOWN_FIELD = "unknown-field": "A struct has no field of that name.";
    UNNAMED_FIELD = "unnamed-field": "A value in a struct has no name.";
    DUPLICATE = "duplicate": "A field, key, name or value is given twice.";
    EMPTY_NAME = "empty-name": "A name is empty.";
    UNTYPABLE_NAME = "untypable-name": "An action, a parameter or a metric of its file has a name with a character that can't be seen.";
    EMPTY_LIST = "empty-list": "A list that needs an element has none.";
    EMPTY_RANGE = "empty-range": "A range has no value in it, or one that can't be written.";
    TOO_LONG = "too-long": "A text is longer than it may be.";
    TOO_MANY = "too-many": "A file has more elements, runs or work than its limit.";
    OUT_OF_RANGE = "out-of-range": "A number is out of range, or not finite.";
    UNKNOWN_WORD = "unknown-word": "A word is none of those that its place takes.";
    UNKNOWN_METRIC = "unknown-metric": "There is no metric of that name.";
    UNKNOWN_ACTION = "unknown-action": "There is no action of that name.";
    UNKNOWN_PARAMETER = "unknown-parameter": "The action has no parameter of that name.";
    INVALID_PARAMETER = "invalid-parameter": "A parameter of an action has a value that it does not take.";
    UNKNOWN_FAULT_KIND = "unknown-fault-kind": "There is no fault kind of that name.";
    KNOWN_METRIC = "known-metric": "A built-in metric is declared as a custom one.";
    INVALID_TEMPLATE = "invalid-template": "A placeholder in braces is unknown, or not closed.";
    RESERVED = "reserved": "A name or field is reserved for built-in files.";
    CONFLICTING_FIELDS = "conflicting-fields": "Fields exclude each other, or one of them is needed.";
    UNREACHABLE_BRANCH = "unreachable-branch": "A branch always applies, so that those after it are never taken.";
    MISSING_BRANCH = "missing-branch": "The last branch of an action has conditions.";
    MISSING_CONDITION = "missing-condition": "A branch halts kinds of fault without a condition on them.";
    NEEDS_TARGET = "needs-target": "An action without a target has effects on one.";
    ACTION_FAILED = "action-failed": "An action of the timeline or of a runbook failed when it was performed.";
}

/// All codes: these and those of any text.
pub fn all() -> impl Iterator<Item = Code> {
    firewatch_ron::codes::ALL.iter().chain(ALL).copied()
}
