//! What is not what it should be: notes of it, and what may be meant.

use std::collections::BTreeSet;
use std::ops::Range;

use firewatch_ron::{Code, Expr, Kind, choices, closest, shown, suggest};
use firewatch_sim::{FaultKind, FaultKindDescriptor};

use super::describe::{article, describe, in_quotes};
use super::fields::Call;
use super::{Decoder, Entry, MAX_KEY, key_path, touch};
use crate::codes;

impl Decoder {
    /// Notes that the value is not what it should be.
    pub(super) fn mismatch(&mut self, expr: &Expr, path: &str, expected: &str) {
        self.mismatch_with(expr, path, expected, None);
    }

    /// As [`Decoder::mismatch`], with what would be right.
    pub(super) fn mismatch_with(
        &mut self,
        expr: &Expr,
        path: &str,
        expected: &str,
        help: Option<String>,
    ) {
        // What the parser could not read was reported by it.
        let is_at_slip = self.slips.iter().any(|slip| touch(slip, &expr.span));
        if matches!(expr.kind, Kind::Broken) || is_at_slip {
            return self.mark_broken(path);
        }
        if self.is_full() {
            return self.omit();
        }
        let subject = if path.is_empty() {
            "a file must hold".to_owned()
        } else {
            format!("`{path}` must be")
        };
        let expected_here = self.written(expected);
        let found = match expr.kind {
            Kind::Word("null") if self.is_json => "`null`".to_owned(),
            _ => describe(expr),
        };
        let message = format!("{subject} {expected_here}, not {found}");
        let help = match expr.kind {
            Kind::Some(_) => Some("leave out `Some(...)`".to_owned()),
            _ => help,
        };
        // The label is for a glance: the details are in the message.
        let short = expected.split([':', ',', '`']).next().unwrap_or(expected);
        let label = format!("expected {}", short.trim_end());
        self.problem(
            codes::WRONG_TYPE,
            path,
            expr.span.clone(),
            message,
            &label,
            help,
        );
    }

    /// The entries of `{"a": 1, "b": 2}`; a key that comes twice is noted.
    pub(super) fn entries<'a>(
        &mut self,
        map: &'a [(Expr<'a>, Expr<'a>)],
        path: &str,
    ) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in map {
            let place = key.span.clone();
            let text: &str = match &key.kind {
                Kind::Text(text) => text,
                Kind::Broken => {
                    self.mark_broken(path);
                    continue;
                }
                _ if self.is_near_slip(&place) => {
                    self.mark_broken(path);
                    continue;
                }
                _ => {
                    let message = format!(
                        "a key in `{path}` must be text in quotes, not {}",
                        describe(key)
                    );
                    let help = in_quotes(key);
                    self.problem(
                        codes::WRONG_TYPE,
                        path,
                        place,
                        message,
                        "expected text in quotes",
                        help,
                    );
                    continue;
                }
            };
            if text.chars().nth(MAX_KEY).is_some() {
                let message = format!("a key in `{path}` has more than {MAX_KEY} characters");
                self.problem(codes::TOO_LONG, path, place, message, "too long", None);
            } else if seen.insert(text) {
                entries.push(Entry {
                    key: text,
                    place,
                    value,
                });
            } else {
                let message = format!("`{}` is given twice in `{path}`", shown(text));
                // The first entry was read: what it says is still checked.
                let path = key_path(path, text) + "@again";
                self.problem(codes::DUPLICATE, &path, place, message, "given again", None);
            }
        }
        entries
    }

    /// The word that stands there. In JSON it is a text.
    pub(super) fn word<'a>(&self, expr: &'a Expr<'a>) -> Option<&'a str> {
        match &expr.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(word) if self.is_json => Some(word),
            _ => None,
        }
    }

    /// The word, out of a list: `critical`. The names are those of one of them and of all: `status` and
    /// `statuses`.
    pub(super) fn word_of<'a>(
        &mut self,
        code: Code,
        expr: &'a Expr<'a>,
        path: &str,
        [one, all]: [&str; 2],
        words: &[&str],
    ) -> Option<&'a str> {
        let expected = format!("{} {one}", article(one));
        if self.is_full() && self.word(expr).is_none() {
            self.mismatch(expr, path, &expected);
            return None;
        }
        if let Some(word) = self.word(expr) {
            if words.contains(&word) {
                return Some(word);
            }
            self.unknown(code, expr.span.clone(), path, [one, all], word, words);
            return None;
        }
        let help = match &expr.kind {
            Kind::Text(text) => match closest(text, words.iter().copied()) {
                _ if words.contains(&&**text) => Some(format!("leave out the quotes: `{text}`")),
                Some(close) => Some(format!("did you mean `{close}`, without quotes?")),
                None => choices(all, words.iter().copied())
                    .map(|choices| format!("{choices}, without quotes")),
            },
            _ => choices(all, words.iter().copied()),
        };
        self.mismatch_with(expr, path, &expected, help);
        None
    }

    /// The name of a kind of fault that a file can name.
    pub(super) fn fault_kind<'a>(
        &mut self,
        expr: &'a Expr<'a>,
        path: &str,
        names: [&str; 2],
    ) -> Option<&'a str> {
        let known =
            |word: &str| FaultKind::new(word).is_ok_and(|kind| self.fault_kinds.contains(kind));
        if let Some(word) = self.word(expr)
            && known(word)
        {
            return Some(word);
        }
        let kinds = self.known_kinds();
        let words: Vec<&str> = kinds.iter().map(FaultKind::name).collect();
        self.word_of(codes::UNKNOWN_FAULT_KIND, expr, path, names, &words)
    }

    /// Notes a kind of fault that a file can't name; nothing more is said about it.
    pub fn check_fault_kind(&mut self, kind: FaultKind, path: impl FnOnce() -> String) {
        if self.fault_kinds.contains(kind) {
            return;
        }
        let (path, kinds) = (path(), self.known_kinds());
        let message = format!("unknown fault kind `{}`", shown(kind.name()));
        let code = codes::UNKNOWN_FAULT_KIND;
        self.report_with(code, &path, message, "", || {
            let known = kinds.iter().map(FaultKind::name);
            suggest(kind.name(), "fault kinds", known)
        });
        self.mark_broken(&path);
    }

    /// The kinds for help, which is not given for problems that are not shown.
    fn known_kinds(&self) -> Vec<FaultKind> {
        { self.fault_kinds.iter() }
            .map(FaultKindDescriptor::kind)
            .take_while(|_| !self.is_full())
            .collect()
    }

    /// Notes that the name of a call is none of the known ones.
    pub(super) fn unknown_word(
        &mut self,
        call: &Call,
        path: &str,
        names: [&str; 2],
        known: &[&str],
    ) {
        let place = call.name_span.clone();
        self.unknown(codes::UNKNOWN_WORD, place, path, names, call.name, known);
    }

    /// Notes that a name is none of the known ones.
    pub(super) fn unknown(
        &mut self,
        code: Code,
        place: Range<usize>,
        path: &str,
        [one, all]: [&str; 2],
        name: &str,
        known: &[&str],
    ) {
        // What is not shown needs no suggestion: to look for one takes its time.
        if self.is_full() {
            return self.omit();
        }
        let message = format!("unknown {one} `{}`", shown(name));
        let help = suggest(name, all, known.iter().copied());
        self.problem(code, path, place, message, "", help);
    }
}
