//! The canonical layout of a file, as an edit.

use super::file::SourceFile;
use crate::text::Edit;

/// Returns what gives a file its canonical layout: the lines that change, from the first to the last. Of a file that
/// has it, that is wrong, or that is in JSON, there is nothing to change.
#[must_use]
pub fn layout(file: &SourceFile) -> Option<Edit> {
    let text = firewatch_ron::without_mark(file.text());
    let mark = file.text().len() - text.len();
    let formatted = (!file.is_json).then(|| firewatch_ron::format(text))?.ok()?;
    if formatted == text {
        return None;
    }
    let lines = text
        .split_inclusive('\n')
        .zip(formatted.split_inclusive('\n'));
    let start: usize = { lines.take_while(|(old, new)| old == new) }
        .map(|(line, _)| line.len())
        .sum();
    let [old, new] = [&text[start..], &formatted[start..]];
    let lines = from_the_end(old).zip(from_the_end(new));
    let end: usize = { lines.take_while(|(old, new)| old == new) }
        .map(|(line, _)| line.len())
        .sum();
    Some(Edit {
        span: mark + start..mark + text.len() - end,
        text: new[..new.len() - end].to_owned(),
    })
}

/// The lines of a text with their ends, the last first.
fn from_the_end(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.into_iter().rev()
}
