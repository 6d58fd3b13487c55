//! What stands in the text, in words, and what would have to stand there.

use firewatch_ron::shown;
use firewatch_ron::{Expr, Group, Kind};

pub(super) fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
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
