//! The syntax of scenario files: RON, read with recovery, so that one slip hides nothing else.
//!
//! The parser is our own because the text may be anything: time and stack are bounded whatever it
//! holds, every problem has an exact place, and what only follows from an earlier problem is left out.

mod body;
mod brackets;
mod groups;
mod number;
mod parse;
mod parser;
mod text;
mod token;

use std::ops::Range;

pub use body::{body, too_deep};
pub use number::{Number, NumberValue};
pub use parse::parse;
pub(crate) use token::comments;
pub use token::{Token, TokenKind, each_token};

use crate::codes;
use crate::problem::{MAX_PROBLEMS, Problem};

/// Brackets within brackets that a file may have.
const MAX_DEPTH: usize = 64;

/// A value of the text, and where it stands.
pub struct Expr<'a> {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a value is.
pub enum Kind<'a> {
    /// Not readable; a problem was noted.
    Broken,
    /// `true` or `false`.
    Bool(bool),
    /// `-1.5`.
    Number(Number<'a>),
    /// Text in quotes, without them, escapes resolved.
    Text(String),
    /// `None`.
    Nothing,
    /// `Some(value)`.
    Some(Box<Expr<'a>>),
    /// `[1, 2]`.
    List(Vec<Expr<'a>>),
    /// `{"a": 1}`.
    Map(Vec<(Expr<'a>, Expr<'a>)>),
    /// `word`.
    Word(&'a str),
    /// `name(1, 2)`, `Name(a: 1)`, `(a: 1)` or `()`.
    Group(Group<'a>),
}

/// Values in parentheses, each with or without a name.
pub struct Group<'a> {
    /// What stands before the parenthesis.
    pub name: Option<Name<'a>>,
    /// The values, in order.
    pub items: Vec<Item<'a>>,
}

/// A value in parentheses.
pub struct Item<'a> {
    /// What stands before the colon.
    pub name: Option<Name<'a>>,
    /// The value.
    pub value: Expr<'a>,
}

/// A word that names something.
#[derive(Clone)]
pub struct Name<'a> {
    /// The word.
    pub text: &'a str,
    /// Its bytes in the text.
    pub span: Range<usize>,
}

/// What a text holds.
pub struct Parsed<'a> {
    /// The value, if there is one.
    pub value: Option<Expr<'a>>,
    /// What is wrong with the syntax, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Notes what is wrong with the text.
#[derive(Default)]
struct SyntaxErrors(Vec<Problem>);

impl SyntaxErrors {
    fn note(&mut self, span: Range<usize>, message: String, label: &str, help: Option<String>) {
        self.0.push(Problem {
            code: codes::SYNTAX,
            path: String::new(),
            message: format!("not valid RON: {message}"),
            span: Some(span),
            label: label.to_owned(),
            help,
        });
    }

    fn are_many(&self) -> bool {
        self.0.len() > MAX_PROBLEMS
    }
}

/// The line of an offset, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
