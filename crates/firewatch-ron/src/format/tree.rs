//! A text as brackets within brackets, with its comments.

/// Maximum columns of a line, unless what can't be broken takes more.
pub const MAX_WIDTH: usize = 120;

/// A text: extensions and a value, each an item.
pub struct File<'a> {
    pub items: Vec<Item<'a>>,
    /// Comments after the last item.
    pub tail: Vec<Comment<'a>>,
    /// The end of its lines.
    pub newline: &'static str,
}

/// What stands between two commas.
pub struct Item<'a> {
    /// Comments on lines of their own before it.
    pub leading: Vec<Comment<'a>>,
    pub parts: Vec<Part<'a>>,
    /// Comments after its comma, on the same line.
    pub trailing: Vec<Comment<'a>>,
    /// Line ends before it, after the comments that lead it.
    pub newlines: usize,
    /// Columns of its parts on one line; `None` if they take several.
    pub width: Option<usize>,
}

/// A piece of an item.
pub enum Part<'a> {
    Colon,
    Atom(Atom<'a>),
    Comment(Comment<'a>),
    Brackets(Brackets<'a>),
}

/// A piece without parts: a word, a number or a text.
pub struct Atom<'a> {
    pub text: &'a str,
    pub is_word: bool,
    pub is_padded: bool,
}

/// A comment.
pub struct Comment<'a> {
    pub text: &'a str,
    /// Whether it goes to the end of its line.
    pub is_line: bool,
    /// Line ends before it.
    pub newlines: usize,
    pub is_padded: bool,
}

/// Brackets and the items in them.
pub struct Brackets<'a> {
    pub open: &'a str,
    pub close: &'a str,
    pub is_padded: bool,
    /// Comments after the opening bracket, on its line.
    pub head: Vec<Comment<'a>>,
    pub items: Vec<Item<'a>>,
    /// Comments before the closing bracket.
    pub tail: Vec<Comment<'a>>,
    /// Whether the first of what is in them stands on a line of its own.
    pub is_broken: bool,
    /// Columns on one line; `None` if they take several.
    pub width: Option<usize>,
}

impl File<'_> {
    /// Gives each field of the root a line of its own; each item of its only field, if the author has written that one
    /// on the first line: `Actions(actions: {`.
    pub fn open_root(&mut self) {
        let parts = self.items.last_mut().map(|item| &mut item.parts);
        for part in parts.into_iter().flatten() {
            if let Part::Brackets(root) = part {
                root.open_fields();
            }
        }
    }
}

impl Brackets<'_> {
    fn open_fields(&mut self) {
        self.width = None;
        let may_hug = self.open == "(" && !self.is_broken;
        match self.items.as_mut_slice() {
            [] => self.width = self.measured(),
            [only] if may_hug && only.is_bare() && only.last_brackets().is_some() => {
                only.width = None;
                if let Some(Part::Brackets(inner)) = only.parts.last_mut() {
                    inner.break_items();
                }
            }
            _ => self.break_items(),
        }
    }

    fn break_items(&mut self) {
        self.is_broken = true;
        self.width = None;
        for item in &mut self.items {
            item.newlines = item.newlines.max(1);
        }
    }
}

impl<'a> Item<'a> {
    /// Returns the columns that its parts take on one line.
    pub fn measured(&self) -> Option<usize> {
        width_of(&self.parts)
    }

    /// Returns the columns up to the opening bracket of those that it ends with.
    fn head_width(&self) -> Option<usize> {
        let open = self.last_brackets()?.open;
        let before = &self.parts[..self.parts.len() - 1];
        let space = { before.last().zip(self.parts.last()) }
            .is_some_and(|(before, brackets)| has_space(before, brackets));
        Some(width_of(before)? + usize::from(space) + open.len())
    }

    /// Returns whether no comment stands before or after it.
    pub fn is_bare(&self) -> bool {
        self.leading.is_empty() && self.trailing.is_empty()
    }

    /// Returns whether it is a field or an entry: `name: value`.
    pub fn is_named(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Colon))
    }

    /// Returns the brackets that it ends with, unless nothing is in them.
    pub fn last_brackets(&self) -> Option<&Brackets<'a>> {
        match self.parts.last() {
            Some(Part::Brackets(brackets)) if !brackets.items.is_empty() => Some(brackets),
            _ => None,
        }
    }

    /// Returns whether an empty line stands before it, or among the comments that lead it.
    pub fn follows_empty_line(&self) -> bool {
        let comments = self.leading.iter().map(|comment| comment.newlines);
        comments.chain([self.newlines]).any(|newlines| newlines > 1)
    }

    /// Returns whether it is a number, a text, a word, or some of them in brackets: `(0, 45)`.
    pub fn is_point(&self) -> bool {
        let is_atom = |item: &Item| matches!(item.parts.as_slice(), [Part::Atom(_)]);
        match self.parts.as_slice() {
            [Part::Brackets(brackets)] => brackets.items.iter().all(is_atom),
            _ => is_atom(self),
        }
    }
}

impl Part<'_> {
    fn width(&self) -> Option<usize> {
        match self {
            Part::Colon => Some(1),
            Part::Atom(atom) => one_line(atom.text),
            Part::Comment(comment) if comment.is_line => None,
            Part::Comment(comment) => one_line(comment.text),
            Part::Brackets(brackets) => brackets.width,
        }
    }
}

impl Brackets<'_> {
    /// Returns the columns that they take on one line.
    pub fn measured(&self) -> Option<usize> {
        let is_bare = self.head.is_empty() && self.items.iter().all(Item::is_bare);
        if self.is_broken || !is_bare || !(self.tail.is_empty() || self.items.is_empty()) {
            return None;
        }
        let mut width = self.open.len() + self.close.len();
        if self.open == "{" && !self.items.is_empty() {
            width += 2;
        }
        let items = self.items.iter().map(|item| item.width);
        let tail = self.tail.iter().map(|comment| one_line(comment.text));
        let separators = [2, 1][usize::from(self.items.is_empty())];
        for (index, part) in items.chain(tail).enumerate() {
            width += part? + if index > 0 { separators } else { 0 };
        }
        Some(width)
    }

    /// Returns the columns up to where its first item breaks, if its items stand on the line of the opening bracket and
    /// break at their ends: `when(all_healthy, [`.
    pub fn hug_width(&self) -> Option<usize> {
        let is_plain = self.tail.is_empty() && self.head.is_empty() && !self.is_broken;
        let may_hug = match self.items.as_slice() {
            [_] => self.open != "{",
            items => self.open == "(" && !items.iter().any(Item::is_named),
        };
        if !is_plain || !may_hug || !self.items.iter().all(Item::is_bare) {
            return None;
        }
        let mut width = self.open.len();
        let mut first = None;
        for (index, item) in self.items.iter().enumerate() {
            if self.is_hugged(index) {
                let head = item.head_width()?;
                first = first.or(Some(width + head));
            } else {
                width += item.width? + ", ".len();
            }
        }
        first
    }

    /// Returns whether an item of brackets that hug it breaks at its end: those that must, else the last.
    pub fn is_hugged(&self, index: usize) -> bool {
        let item = &self.items[index];
        if item.width.is_none() {
            return true;
        }
        let is_last = index + 1 == self.items.len();
        is_last
            && item.last_brackets().is_some()
            && self.items.iter().all(|item| item.width.is_some())
    }
}

/// Returns whether a space stands between two parts.
pub fn has_space(before: &Part, after: &Part) -> bool {
    match (before, after) {
        (_, Part::Colon) => false,
        (Part::Atom(atom), Part::Brackets(_)) => !atom.is_word,
        _ => true,
    }
}

fn width_of(parts: &[Part<'_>]) -> Option<usize> {
    let mut width = 0;
    for (index, part) in parts.iter().enumerate() {
        let space = index > 0 && has_space(&parts[index - 1], part);
        width += part.width()? + usize::from(space);
    }
    Some(width)
}

/// Returns the columns of a text that has no line end.
fn one_line(text: &str) -> Option<usize> {
    (!text.contains('\n')).then(|| text.chars().count())
}
