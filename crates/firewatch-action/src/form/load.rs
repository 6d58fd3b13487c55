//! From the text of a file to what it says, or to everything that is wrong with it.

use std::path::Path;

use firewatch_ron::{Diagnostics, Problem, body, format, format_json, within_limits};
use firewatch_sim::FaultKinds;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{json, ron_text};
use crate::codes;
use crate::decode::{self, Decoder, Language};

/// A kind of file.
pub trait FileForm: Sized {
    /// It as it stands in a file.
    type Form: DeserializeOwned;

    /// What a file holds, with its article: `a scenario`.
    const A_FILE: &'static str;
    /// What a file holds: `scenario`.
    const WHAT: &'static str;
    /// How a file begins.
    const EXAMPLE: &'static str;
    /// What is said of its calls.
    const LANGUAGE: Language;

    /// What a file says. What does not go together, or is not known, is noted. Faults can be of the kinds of the
    /// notes.
    fn of_form(form: Self::Form, notes: &mut Decoder) -> Self;
}

/// Whether a file of that name is in JSON; else it is in RON.
#[must_use]
pub fn is_json(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads a file: with the `ron` crate or, by its name, with `serde_json`. Faults in it are of the given kinds.
/// `complete` fills in what the file leaves out, and notes what makes no sense. A text that is refused is read again
/// by the reader that recovers from each problem, which tells all of them; only what is wrong with the syntax of JSON
/// is told alone.
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
    let is_json = is_json(file);
    let form = match is_json {
        true => json::read(text, T::A_FILE).map_err(|why| *why),
        false => form_of::<T>(text).map_err(|why| problem(format!("not valid RON: {why}"))),
    };
    let why = match form {
        Ok(form) => {
            let mut notes = Decoder::default();
            notes.fault_kinds.clone_from(fault_kinds);
            let value = T::of_form(form, &mut notes);
            if let Some(value) = completed(value, &mut notes, &complete)? {
                return Ok(value);
            }
            notes.finish()
        }
        Err(why) if why.code == codes::SYNTAX => return Err(refused(vec![why])),
        Err(why) => vec![why],
    };
    let (value, mut notes) = read_again::<T>(text, is_json, fault_kinds);
    if let Some(value) = value {
        completed(value, &mut notes, complete)?;
    }
    let problems = notes.finish();
    Err(refused(if problems.is_empty() { why } else { problems }))
}

/// Returns the text of a file in canonical layout. Nothing but its syntax is checked.
///
/// # Errors
/// What is wrong with its syntax; or it is too large, as it is or in its layout.
pub fn formatted(file: &str, text: &str) -> Result<String, Diagnostics> {
    let text = within_limits(file, text, "a file")?;
    let formatted = match is_json(file) {
        true => { json::read::<IgnoredAny>(text, "a file") }
            .and_then(|_| format_json(text))
            .map_err(|problem| vec![*problem]),
        false => format(text),
    };
    formatted.map_err(|problems| Diagnostics {
        file: file.to_owned(),
        text: text.to_owned(),
        problems,
    })
}

/// A value with what its file leaves out, if nothing is wrong with it.
fn completed<T>(
    value: T,
    notes: &mut Decoder,
    complete: impl Fn(T, &mut Decoder) -> Result<T, Diagnostics>,
) -> Result<Option<T>, Diagnostics> {
    // What could not be read may be what seems to be missing, or be referred to.
    if notes.partial || notes.is_full() {
        return Ok(None);
    }
    let value = complete(value, notes)?;
    Ok(Some(value).filter(|_| !notes.has_problems()))
}

/// The notes of a text that can be read, to which a problem can be added at its place.
#[must_use]
pub fn noted<T: FileForm>(file: &str, text: &str, fault_kinds: &FaultKinds) -> Decoder {
    read_again::<T>(text, is_json(file), fault_kinds).1
}

/// What a text in RON says as far as it can be read, and everything that is wrong with it.
#[must_use]
pub fn explained<T: FileForm>(text: &str, fault_kinds: &FaultKinds) -> (Option<T>, Decoder) {
    read_again(text, false, fault_kinds)
}

fn read_again<T: FileForm>(
    text: &str,
    is_json: bool,
    fault_kinds: &FaultKinds,
) -> (Option<T>, Decoder) {
    let said = [T::WHAT, T::EXAMPLE];
    let (form, mut notes) = decode::read(text, is_json, said, T::LANGUAGE, fault_kinds);
    let value = form.map(|form| T::of_form(form, &mut notes));
    (value, notes)
}

/// Reads a text in RON with the `ron` crate.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read<T: FileForm>(text: &str, fault_kinds: &FaultKinds) -> Result<T, String> {
    let mut notes = Decoder::default();
    notes.fault_kinds.clone_from(fault_kinds);
    let value = T::of_form(form_of::<T>(text)?, &mut notes);
    notes.nothing_wrong().map(|()| value)
}

fn form_of<T: FileForm>(text: &str) -> Result<T::Form, String> {
    let body = body(text).ok_or_else(|| "it has something that no file needs".to_owned())?;
    ron_text::read(body).map_err(|error| error.to_string())
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
