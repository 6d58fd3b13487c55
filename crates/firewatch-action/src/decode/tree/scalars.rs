//! Numbers, truth values, text and tuples of a tree.

use firewatch_ron::{Expr, Kind, NumberValue};

use super::node::{Node, Reading};
use crate::decode::asked::bounds;
use crate::decode::describe::{in_quotes, number, without_quotes};

impl<'n> Node<'n, '_> {
    /// Notes that the value is something else, and has a placeholder.
    pub(super) fn mismatch(&mut self, expected: &str, help: Option<String>) {
        self.mismatch_with(expected, false, || help);
    }

    pub(super) fn mismatch_with(
        &mut self,
        expected: &str,
        is_list: bool,
        help: impl FnOnce() -> Option<String>,
    ) {
        self.reading.failed = true;
        let Reading { notes, path, .. } = &mut *self.reading;
        if notes.is_full() {
            return notes.mismatch(self.expr, path, expected);
        }
        let (union, is_json) = (&self.union, notes.is_json);
        let all = if is_list {
            &union.list
        } else {
            &union.expected
        };
        let expected = if all.is_empty() { expected } else { all };
        let names = || union.names.iter().copied();
        let is_told = !(union.expected.is_empty() && union.list.is_empty());
        let help = match &self.expr.kind {
            Kind::Word(word) if !is_json && !union.names.is_empty() => {
                let names = firewatch_ron::suggest(word, "choices", names());
                match names {
                    // It is meant as one of them.
                    Some(ref close) if close.ends_with('?') => names,
                    _ if is_told => help().filter(|_| !is_list).or(names),
                    _ => help(),
                }
            }
            Kind::Text(text) if !is_json && names().any(|name| name == text) => {
                Some(format!("leave out the quotes: `{text}`"))
            }
            _ => help(),
        };
        let expected = format!("{}{expected}", union.before);
        notes.mismatch_with(self.expr, path, &expected, help);
    }

    pub(super) fn whole(&mut self, expected: &str) -> Option<u64> {
        let (first, last) = bounds(expected);
        let said = match (first, last) {
            (_, u64::MAX) => format!("a whole number from {first} up"),
            _ => format!("a whole number from {first} to {last}"),
        };
        let number = match number(self.expr) {
            Ok(number) => number,
            Err(help) => {
                self.mismatch(&said, help);
                return None;
            }
        };
        let NumberValue::Whole(whole) = number.value else {
            self.mismatch(&said, None);
            return None;
        };
        let found = u64::try_from(whole).ok();
        let found = found.filter(|whole| (first..=last).contains(whole));
        if found.is_none() && last == u64::MAX && whole > 0 {
            let help = format!("no whole number goes above {last}");
            self.mismatch("a smaller whole number", Some(help));
        } else if found.is_none() {
            self.mismatch(&said, None);
        }
        found
    }

    /// A whole number, positive or not.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let number = match number(self.expr) {
            Ok(number) => number,
            Err(help) => {
                self.mismatch("a whole number", help);
                return None;
            }
        };
        let Some(whole) = number.as_whole() else {
            self.mismatch("a whole number", None);
            return None;
        };
        let found = i64::try_from(whole).ok();
        if found.is_none() {
            let expected = format!("a whole number from {} to {}", i64::MIN, i64::MAX);
            self.mismatch(&expected, None);
        }
        found
    }

    pub(super) fn float(&mut self) -> Option<f64> {
        let number = number(self.expr).map(|number| (number.as_f64(), number.is_decimal()));
        match number {
            Ok((_, false)) => self.mismatch("a number in decimal digits", None),
            Ok((x, true)) if x.is_finite() => return Some(x),
            Ok((x, true)) if x.is_infinite() && !is_called_infinite(self.expr) => {
                self.mismatch("a number from -1.7e308 to 1.7e308", None);
            }
            Ok(_) => self.mismatch("a finite number", None),
            Err(help) => self.mismatch("a number", help),
        }
        None
    }

    pub(super) fn text(&mut self) -> Option<&'n str> {
        match &self.expr.kind {
            Kind::Text(text) => Some(text),
            _ => {
                self.mismatch("text in quotes", in_quotes(self.expr));
                None
            }
        }
    }

    /// The values of `(1, 2)`.
    pub(super) fn tuple(
        &mut self,
        name: &str,
        length: usize,
        expected: &str,
    ) -> Option<Vec<&'n Expr<'n>>> {
        // JSON has a list for it.
        if let Kind::List(items) = &self.expr.kind
            && self.reading.notes.is_json
            && items.len() == length
        {
            return Some(items.iter().collect());
        }
        if let Kind::Group(group) = &self.expr.kind
            && group.name.as_ref().is_none_or(|own| own.text == name)
            && group.items.len() == length
            && group.items.iter().all(|item| item.name.is_none())
        {
            return Some(group.items.iter().map(|item| &item.value).collect());
        }
        self.mismatch(expected, None);
        None
    }

    pub(super) fn bool(&mut self) -> Option<bool> {
        let Kind::Bool(value) = self.expr.kind else {
            let help = without_quotes(self.expr, |text| matches!(text, "true" | "false"));
            self.mismatch("true or false", help);
            return None;
        };
        Some(value)
    }
}

/// Whether a number is infinite by its name, `inf`, and not by its digits.
fn is_called_infinite(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Number(number) if number.raw.ends_with("inf"))
}
