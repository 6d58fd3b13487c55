//! What stands on one line: pieces, each with the spaces before it.

use super::tree::{Atom, Brackets, Part, has_space};

/// A piece of a line.
pub struct Piece<'a> {
    pub text: &'a str,
    pub spaces: usize,
    /// Whether the author put more than one space before it.
    pub is_padded: bool,
    pub shape: Shape<'a>,
}

/// What a piece has in common with those above and below it in a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape<'a> {
    Mark(&'a str),
    /// The name of a field or of a call.
    Name(&'a str),
    /// A value, or a key of a map.
    Value,
}

/// Returns the pieces of an item's parts, which fit on one line.
pub fn pieces<'a>(parts: &[Part<'a>]) -> Vec<Piece<'a>> {
    let mut line = Line(Vec::new());
    line.parts(parts, 0);
    line.0
}

struct Line<'a>(Vec<Piece<'a>>);

impl<'a> Line<'a> {
    fn push(&mut self, text: &'a str, spaces: usize, is_padded: bool, shape: Shape<'a>) {
        self.0.push(Piece {
            text,
            spaces,
            is_padded,
            shape,
        });
    }

    fn parts(&mut self, parts: &[Part<'a>], spaces: usize) {
        for (index, part) in parts.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &parts[before]);
            let spaces = before.map_or(spaces, |before| usize::from(has_space(before, part)));
            match part {
                Part::Colon => self.push(":", spaces, false, Shape::Mark(":")),
                Part::Comment(comment) => {
                    self.push(comment.text, spaces, comment.is_padded, Shape::Value);
                }
                Part::Atom(atom) => {
                    let shape = shape(atom, parts.get(index + 1));
                    self.push(atom.text, spaces, atom.is_padded, shape);
                }
                Part::Brackets(brackets) => self.brackets(brackets, spaces),
            }
        }
    }

    fn brackets(&mut self, brackets: &Brackets<'a>, spaces: usize) {
        let Brackets { open, close, .. } = *brackets;
        self.push(open, spaces, brackets.is_padded, Shape::Mark(open));
        let inner = usize::from(open == "{" && !brackets.items.is_empty());
        for (index, item) in brackets.items.iter().enumerate() {
            if index > 0 {
                self.push(",", 0, false, Shape::Mark(","));
            }
            self.parts(&item.parts, if index > 0 { 1 } else { inner });
        }
        for (index, comment) in brackets.tail.iter().enumerate() {
            let spaces = usize::from(index > 0);
            self.push(comment.text, spaces, comment.is_padded, Shape::Value);
        }
        self.push(close, inner, false, Shape::Mark(close));
    }
}

fn shape<'a>(atom: &Atom<'a>, next: Option<&Part<'a>>) -> Shape<'a> {
    match next {
        Some(Part::Colon | Part::Brackets(_)) if atom.is_word => Shape::Name(atom.text),
        _ => Shape::Value,
    }
}
