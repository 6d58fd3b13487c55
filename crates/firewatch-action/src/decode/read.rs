//! Reading a text as far as it can be read.

use std::marker::PhantomData;

use firewatch_sim::FaultKinds;
use serde::de::DeserializeOwned;

use super::refused::Refused;
use super::tree::Reading;
use super::{Decoder, Language};
use crate::codes;

/// The value that a text holds, as far as it could be read; `what` and `example` show an empty file what
/// it lacks. Faults in it are of the given kinds. A text in JSON has no problem of syntax: nearly all of JSON is RON,
/// too, and what is not is passed over.
pub fn read<T: DeserializeOwned>(
    text: &str,
    is_json: bool,
    [what, example]: [&str; 2],
    language: Language,
    fault_kinds: &FaultKinds,
) -> (Option<T>, Decoder) {
    let parsed = firewatch_ron::parse(text);
    let mut notes = match is_json {
        true => Decoder::of_json(),
        false => Decoder::after(parsed.problems, text),
    };
    notes.fault_kinds.clone_from(fault_kinds);
    let Some(expr) = &parsed.value else {
        if !notes.has_problems() {
            let message = format!("the file has no {what} in it");
            let help = Some(format!("begin with `{example}`"));
            notes.problem(codes::NO_CONTENT, "", 0..0, message, "", help);
        }
        return (None, notes);
    };
    let mut reading = Reading {
        notes: &mut notes,
        language,
        path: String::new(),
        failed: false,
        within_value: false,
    };
    let value = reading.value(expr, PhantomData);
    let (failed, path) = (reading.failed, reading.path);
    let value = match value {
        Ok(value) => Some(value).filter(|_| !failed),
        // Nothing that a tree answers with is refused, as far as is known.
        Err(Refused(why)) => {
            notes.report(codes::WRONG_FORM, &path, why, "", None);
            None
        }
    };
    (value, notes)
}
