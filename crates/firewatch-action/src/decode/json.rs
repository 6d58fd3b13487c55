//! How RON is written in JSON: for what a message shows.

use firewatch_ron::{Expr, Group, Item, Kind};

/// What stands for parts of an example that are left open, where it is parsed.
const OPEN: &str = "OPEN";

/// Words that stand for a value within an example. One that is the whole example is a word to be written: the shape
/// `step` is no step of a range.
const VALUES: [&str; 7] = [
    "first",
    "end",
    "step",
    "value",
    "check",
    "condition",
    "steps",
];

/// A sentence with each piece of RON between backticks in it as it is written in JSON.
pub(crate) fn in_json(said: &str) -> String {
    let mut pieces = said.split('`');
    let mut written = pieces.next().unwrap_or_default().to_owned();
    while let Some(example) = pieces.next() {
        written += &format!("`{}`", example_in_json(example));
        written += pieces.next().unwrap_or_default();
    }
    written
}

/// The example, or itself if it is no RON.
fn example_in_json(example: &str) -> String {
    let closed = example
        .replace("\"...\"", "\"OPEN\"")
        .replace("{...}", "{\"OPEN\": OPEN}")
        .replace("...", OPEN);
    let parsed = firewatch_ron::parse(&closed);
    match parsed.value {
        Some(value) if parsed.problems.is_empty() => match value.kind {
            Kind::Word(word) if word != OPEN => format!("{word:?}"),
            _ => {
                let mut json = String::new();
                write(&value, &mut json);
                json
            }
        },
        _ => example.to_owned(),
    }
}

fn write(expr: &Expr, out: &mut String) {
    match &expr.kind {
        Kind::Broken => {}
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(number.raw),
        Kind::Word(OPEN) => out.push_str("..."),
        Kind::Text(text) if text == OPEN => out.push_str("\"...\""),
        Kind::Text(text) => *out += &format!("{text:?}"),
        Kind::Word(word) if VALUES.contains(word) => out.push_str(word),
        Kind::Word(word) => *out += &format!("{word:?}"),
        Kind::Nothing => out.push_str("null"),
        Kind::Some(inner) => write(inner, out),
        Kind::List(items) => enclosed(['[', ']'], items, out, write),
        Kind::Map(entries) => enclosed(['{', '}'], entries, out, |(key, value), out| {
            write(key, out);
            out.push_str(": ");
            write(value, out);
        }),
        Kind::Group(group) => group_in_json(group, out),
    }
}

/// A struct is an object; a call is one whose key is its name.
fn group_in_json(group: &Group, out: &mut String) {
    let is_call = |name: &str| name.starts_with(char::is_lowercase);
    let call = group.name.as_ref().filter(|name| is_call(name.text));
    if let Some(name) = call {
        *out += &format!("{{{:?}: ", name.text);
    }
    let has_fields = group.items.iter().any(|item| item.name.is_some());
    match &group.items[..] {
        [only] if call.is_some() && !has_fields => write(&only.value, out),
        items if call.is_some() && !has_fields => {
            enclosed(['[', ']'], items, out, |item, out| write(&item.value, out));
        }
        items => enclosed(['{', '}'], items, out, |Item { name, value }, out| {
            if let Some(name) = name {
                *out += &format!("{:?}: ", name.text);
            }
            write(value, out);
        }),
    }
    if call.is_some() {
        out.push('}');
    }
}

fn enclosed<T>(
    [open, close]: [char; 2],
    items: &[T],
    out: &mut String,
    write: impl Fn(&T, &mut String),
) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::in_json;

    #[test]
    fn examples_are_written_in_json() {
        for (said, expected) in [
            (
                "a fault: `Fault(kind: ..., service: \"...\")`",
                "a fault: `{\"kind\": ..., \"service\": \"...\"}`",
            ),
            (
                "a tick, `never` or `range(1, 9, 2)`",
                "a tick, `\"never\"` or `{\"range\": [1, 9, 2]}`",
            ),
            (
                "a tick, `never` or `range(first, end, step)`",
                "a tick, `\"never\"` or `{\"range\": [first, end, step]}`",
            ),
            ("`step`, `ramp`", "`\"step\"`, `\"ramp\"`"),
            ("such as `fault([oom])`", "such as `{\"fault\": [\"oom\"]}`"),
            (
                "`flapping(on: 2, off: 1)`",
                "`{\"flapping\": {\"on\": 2, \"off\": 1}}`",
            ),
            ("a list `[...]`", "a list `[...]`"),
            ("a map `{\"name\": value}`", "a map `{\"name\": value}`"),
            ("true or false", "true or false"),
        ] {
            assert_eq!(in_json(said), expected);
        }
    }
}
