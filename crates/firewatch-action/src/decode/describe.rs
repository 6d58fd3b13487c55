//! What stands in the text, in words, and what would have to stand there.

use firewatch_ron::{Expr, Group, Kind, Number, shown};

pub(super) fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

/// The noun without its article.
pub(super) fn without_article(noun: &str) -> &str {
    let bare = noun.strip_prefix("a ").or_else(|| noun.strip_prefix("an "));
    bare.unwrap_or(noun)
}

/// The plural of a noun. What ends as `physics` does is its own.
pub(super) fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if noun.ends_with("ics") => noun.to_owned(),
        None if noun.ends_with('s') => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// The number, if it is one, else what to do about it.
pub(super) fn number<'a>(expr: &Expr<'a>) -> Result<Number<'a>, Option<String>> {
    match expr.kind {
        Kind::Number(number) => Ok(number),
        _ => Err(without_quotes(expr, |text| Number::read(text).is_some())),
    }
}

/// The advice to put a word in quotes. A call is meant as one: quotes around its name would not help.
pub(super) fn in_quotes(expr: &Expr) -> Option<String> {
    let Kind::Word(word) = expr.kind else {
        return None;
    };
    Some(format!("put it in quotes: `\"{}\"`", shown(word)))
}

/// The advice to leave out quotes around what is no text.
pub(super) fn without_quotes(expr: &Expr, is_meant: impl Fn(&str) -> bool) -> Option<String> {
    match &expr.kind {
        Kind::Text(text) if is_meant(text) => {
            Some(format!("leave out the quotes: `{}`", shown(text)))
        }
        _ => None,
    }
}

/// What stands in the text, in words.
pub(super) fn describe(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Broken => "what can't be read".to_owned(),
        Kind::Bool(b) => format!("`{b}`"),
        Kind::Number(number) => format!("the number `{}`", shown(number.raw)),
        Kind::Text(_) => "text".to_owned(),
        Kind::Nothing => "`None`".to_owned(),
        Kind::Some(_) => "`Some(...)`".to_owned(),
        Kind::List(_) => "a list `[...]`".to_owned(),
        Kind::Map(_) => "a map `{...}`".to_owned(),
        Kind::Word(word) => format!("the word `{}`", shown(word)),
        Kind::Group(Group {
            name: Some(name), ..
        }) => format!("`{}(...)`", shown(name.text)),
        Kind::Group(Group { items, .. }) if items.is_empty() => "`()`".to_owned(),
        Kind::Group(_) => "values in parentheses `(...)`".to_owned(),
    }
}

/// `what: `example`` apart. A name stands for the example that is missing.
pub(super) fn with_example<'a>(said: &'a str, name: &'a str) -> (&'a str, &'a str) {
    let parts = said.split_once(": `");
    parts.map_or((said, name), |(what, example)| {
        (what, example.trim_end_matches('`'))
    })
}

/// An example without its name: only the file itself is written with one.
pub(super) fn example_of<'a>(example: &'a str, path: &str) -> &'a str {
    let start = if path.is_empty() {
        0
    } else {
        example.find('(').unwrap_or(0)
    };
    &example[start..]
}
