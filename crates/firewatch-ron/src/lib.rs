//! RON with every problem at once: a text becomes a tree in which each value has its place, and what is
//! wrong is shown at the places.
//!
//! [`parse`] recovers from slips: one hides nothing else. [`Diagnostics`] are the problems of one text as
//! a person reads them ([`Diagnostics::render`]) or a machine ([`Diagnostics::located`]). Each has a
//! stable [`Code`], which [`codes!`] declares. [`visible`] makes
//! text from outside fit for a terminal.
//!
//! Time, stack and memory are bounded whatever a text holds: brackets nest at most 64 deep, and of more
//! than [`MAX_PROBLEMS`] problems only the number is told.

mod code;
pub mod codes;
mod format;
mod lines;
mod problem;
mod render;
mod source;
mod suggestion;
mod syntax;
mod visible;
pub mod work;

pub use code::{Code, Severity};
pub use format::{format, format_json};
pub use lines::position;
pub use problem::{
    Diagnostics, LocatedProblem, MAX_PROBLEMS, Problem, choices, closest, instead_of, listed,
    meant, shown, suggest, told_if_hidden,
};
pub use source::{MAX_FILE_BYTES, bytes, text, utf8, within_limits, without_mark};
pub use suggestion::Suggestion;
pub use syntax::{
    Expr, Group, Item, Kind, Name, Number, NumberValue, Parsed, Token, TokenKind, body, each_token,
    parse, too_deep,
};
pub use visible::{steers_terminal, visible, visible_lines};

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
