//! Which items of open brackets share a line, and which are the rows of a table.

use super::tree::{Item, MAX_WIDTH};

/// Items that belong together on the page.
pub enum Block<'i, 'a> {
    /// Each has a line.
    Table(&'i [Item<'a>]),
    /// All share a line; one alone may take several.
    Line(&'i [Item<'a>]),
}

/// Returns the blocks of items at column `indent`. `is_new` is whether the author has written the first of them on the
/// line of the opening bracket.
pub fn blocks<'i, 'a>(
    items: &'i [Item<'a>],
    indent: usize,
    is_new: bool,
) -> impl Iterator<Item = Block<'i, 'a>> {
    let has_lines = !is_new || items.iter().skip(1).any(|item| item.newlines > 0);
    // Without a line to go by, each field gets one, and a series of points as few as it needs.
    let may_share = has_lines || items.iter().all(Item::is_point);
    let mut rest = items;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let shared = if may_share {
            on_one_line(rest, indent)
        } else {
            1
        };
        let rows = match shared {
            1 => rows(rest, indent, may_share),
            _ => 0,
        };
        let (block, after) = rest.split_at(rows.max(shared));
        rest = after;
        Some(match rows {
            0 => Block::Line(block),
            _ => Block::Table(block),
        })
    })
}

/// Returns how many of the items share the first line.
fn on_one_line(items: &[Item<'_>], indent: usize) -> usize {
    let mut end = indent;
    for (index, item) in items.iter().enumerate() {
        let Some(width) = item.width else {
            return index.max(1);
        };
        let space = usize::from(index > 0);
        let begins_line = item.newlines > 0 || !item.leading.is_empty();
        end += space + width + 1;
        if index > 0 && (begins_line || end > MAX_WIDTH) {
            return index;
        }
        if !item.trailing.is_empty() {
            return index + 1;
        }
    }
    items.len()
}

/// Returns how many of the items are rows of one table, from the first on.
fn rows(items: &[Item<'_>], indent: usize, may_share: bool) -> usize {
    let fits = |item: &Item| item.width.is_some_and(|width| indent + width < MAX_WIDTH);
    let is_row = |at: usize| {
        let shares = may_share && on_one_line(&items[at..], indent) > 1;
        fits(&items[at]) && !shares && (at == 0 || !items[at].follows_empty_line())
    };
    (0..items.len()).take_while(|at| is_row(*at)).count()
}
