//! Text in JSON.

mod strict;

use std::ops::Range;

use firewatch_ron::{Code, Problem, each_token, too_deep};
use serde::de::DeserializeOwned;

use self::strict::Strict;
use crate::codes;

/// Reads a file; `what` names what it holds.
///
/// # Errors
/// The first problem of the text.
pub(super) fn read<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, Box<Problem>> {
    if let Some(place) = too_deep(text) {
        let message = "not valid JSON: too many brackets within each other".to_owned();
        return Err(problem(codes::SYNTAX, message, Some(place)));
    }
    from_str(text).map_err(|error| {
        let said = error.to_string();
        // The place is told apart.
        let said = said
            .rsplit_once(" at line ")
            .map_or(&*said, |(said, _)| said);
        let place = offset(text, error.line(), error.column());
        if error.is_data() {
            // The value is read by then, and maybe white space after it.
            let place = place.and_then(|place| token_before(text, place));
            problem(codes::WRONG_FORM, format!("not {what}: {said}"), place)
        } else if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            // serde_json says so of a call with too few or too many keys or values, too.
            let said = "a call here has too few or too many keys or values";
            let place = place.and_then(|place| token_before(text, place));
            problem(codes::WRONG_FORM, format!("not {what}: {said}"), place)
        } else {
            let place = place.map(|place| place..place);
            problem(codes::SYNTAX, format!("not valid JSON: {said}"), place)
        }
    })
}

/// As `serde_json::from_str`, but fields have names.
///
/// # Errors
/// As there.
pub fn from_str<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Strict(&mut json))?;
    json.end()?;
    Ok(value)
}

/// The last token that begins before a place.
fn token_before(text: &str, place: usize) -> Option<Range<usize>> {
    let before = each_token(text).take_while(|token| token.span.start < place);
    before.map(|token| token.span).last()
}

fn problem(code: Code, message: String, place: Option<Range<usize>>) -> Box<Problem> {
    Box::new(Problem {
        code,
        path: String::new(),
        message: firewatch_ron::visible(&message).into_owned(),
        span: place,
        label: String::new(),
        help: None,
    })
}

/// The byte at a line and a column, both from 1.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let before = text.split_inclusive('\n').take(line.checked_sub(1)?);
    let start: usize = before.map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(text.len());
    Some(text.floor_char_boundary(at))
}
