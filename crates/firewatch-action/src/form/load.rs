//! From the text of a file to what it says, or to everything that is wrong with it.

use std::path::Path;

use firewatch_ron::{Diagnostics, Problem, body, within_limits};
use firewatch_sim::FaultKinds;
use serde::de::DeserializeOwned;

use super::{json, ron_text};
use crate::codes;
use crate::decode::{self, Decode, Decoder};

/// A kind of file.
pub trait FileForm: Decode {
    /// It as it stands in a file.
    type Form: DeserializeOwned;

    /// What a file holds, with its article: `a scenario`.
    const A_FILE: &'static str;
    /// What a file holds: `scenario`.
    const WHAT: &'static str;
    /// How a file begins.
    const EXAMPLE: &'static str;

    /// What a file says. Faults in it are of the given kinds.
    ///
    /// # Errors
    /// Something in it does not go together, or is not known.
    fn of_form(form: Self::Form, fault_kinds: &FaultKinds) -> Result<Self, String>;
}

/// Whether a file of that name is in JSON; else it is in RON.
#[must_use]
pub fn is_json(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads a file: with the `ron` crate or, by its name, with `serde_json`. Faults in it are of the given kinds. `complete` fills in what the file leaves
/// out, and notes what makes no sense. A text in RON that is refused is read again by the reader that recovers from
/// each problem, which tells all of them.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load<T: FileForm>(
    file: &str,
    text: &str,
    fault_kinds: &FaultKinds,
    complete: impl Fn(T, &mut Decoder) -> Result<T, Diagnostics>,
) -> Result<T, Diagnostics> {
    let text = within_limits(file, text, T::A_FILE)?;
    let refused = |problems| Diagnostics {
        file: file.to_owned(),
        text: text.to_owned(),
        problems,
    };
    if is_json(file) {
        let read = json::read(text, T::A_FILE).and_then(|form| {
            let read = T::of_form(form, fault_kinds);
            read.map_err(|why| Box::new(problem(format!("not {}: {why}", T::A_FILE))))
        });
        let value = read.map_err(|problem| refused(vec![*problem]))?;
        let mut notes = Decoder::of_json(text);
        notes.fault_kinds.clone_from(fault_kinds);
        let value = complete(value, &mut notes)?;
        return match notes.has_problems() {
            true => Err(refused(notes.finish())),
            false => Ok(value),
        };
    }
    let why = match read(text, fault_kinds) {
        Ok(value) => {
            let mut notes = Decoder::default();
            notes.fault_kinds.clone_from(fault_kinds);
            let value = complete(value, &mut notes)?;
            if !notes.has_problems() {
                return Ok(value);
            }
            notes.finish()
        }
        Err(why) => vec![problem(format!("not valid RON: {why}"))],
    };
    let problems = explain(text, fault_kinds, complete)?;
    Err(refused(if problems.is_empty() { why } else { problems }))
}

/// Everything that is wrong with a text in RON.
fn explain<T: FileForm>(
    text: &str,
    fault_kinds: &FaultKinds,
    complete: impl Fn(T, &mut Decoder) -> Result<T, Diagnostics>,
) -> Result<Vec<Problem>, Diagnostics> {
    let (value, mut notes) = decode::read::<T>(text, T::WHAT, T::EXAMPLE, fault_kinds);
    // What could not be read may be what seems to be missing, or be referred to.
    if let Some(value) = value.filter(|_| !notes.partial && !notes.is_full()) {
        complete(value, &mut notes)?;
    }
    Ok(notes.finish())
}

/// Reads a text in RON with the `ron` crate.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read<T: FileForm>(text: &str, fault_kinds: &FaultKinds) -> Result<T, String> {
    let body = body(text).ok_or_else(|| "it has something that no file needs".to_owned())?;
    let form = ron_text::read(body).map_err(|error| error.to_string())?;
    T::of_form(form, fault_kinds)
}

/// A problem without a place, should nothing else be said.
fn problem(message: String) -> Problem {
    Problem {
        code: codes::WRONG_FORM,
        path: String::new(),
        message,
        span: None,
        label: String::new(),
        help: None,
    }
}
