//! The paths that a piece of code names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::{ItemUse, LitStr, Meta, UseTree};

/// A path as it is written: `["crate", "model", "Fault"]`.
pub type NamePath = Vec<String>;

/// One path of a `use`.
pub struct Import {
    pub path: NamePath,
    /// The name that it has here; `None` for `*`.
    pub alias: Option<String>,
}

/// Returns the paths of a `use` one by one.
pub fn flatten(tree: UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    add_imports(tree, Vec::new(), &mut found);
    found
}

fn add_imports(tree: UseTree, mut prefix: NamePath, found: &mut Vec<Import>) {
    let (name, alias) = match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            return add_imports(*path.tree, prefix, found);
        }
        UseTree::Group(group) => {
            for tree in group.items {
                add_imports(tree, prefix.clone(), found);
            }
            return;
        }
        UseTree::Glob(_) => {
            found.push(Import {
                path: prefix,
                alias: None,
            });
            return;
        }
        UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
        UseTree::Rename(rename) => (rename.ident.to_string(), rename.rename.to_string()),
    };
    // `a::{self}` is `a`.
    let is_self = name == "self" && !prefix.is_empty();
    let alias = match prefix.last() {
        Some(last) if is_self && alias == "self" => last.clone(),
        _ => alias,
    };
    if !is_self {
        prefix.push(name);
    }
    found.push(Import {
        path: prefix,
        alias: Some(alias),
    });
}

/// Whether an attribute is `cfg(test)`, or a condition that has `test` among all of its parts.
pub fn is_test_condition(meta: &Meta) -> bool {
    let Meta::List(list) = meta else {
        return false;
    };
    if list.path.is_ident("cfg") || list.path.is_ident("all") {
        let parts = list.tokens.to_string();
        return parts.split([',', '(']).any(|part| part.trim() == "test");
    }
    false
}

/// What a piece of code names.
#[derive(Default)]
pub struct Names {
    pub paths: BTreeSet<NamePath>,
    /// Every identifier.
    pub words: BTreeSet<String>,
}

impl Names {
    /// Reads code. Items in it that are compiled for tests only are left out.
    pub fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.read_at(&tokens, at);
        }
    }

    /// Reads what begins at a token; returns where the next begins.
    fn read_at(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match &tokens[at] {
            TokenTree::Punct(mark) if mark.as_char() == '#' => self.read_attribute(tokens, at),
            // A lifetime, or a field or method: no name of an item.
            TokenTree::Punct(mark) if mark.as_char() == '\'' => at + 2,
            TokenTree::Punct(mark) if mark.as_char() == '.' && is_alone(tokens, at) => {
                at + 1 + usize::from(matches!(tokens.get(at + 1), Some(TokenTree::Ident(_))))
            }
            TokenTree::Ident(word) if word == "use" => self.read_use(tokens, at),
            TokenTree::Ident(_) => self.read_path(tokens, at),
            TokenTree::Group(group) => {
                self.read(group.stream());
                at + 1
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at + 1,
        }
    }

    fn read_path(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let is_of_another_crate = is_path_mark(tokens, at.wrapping_sub(2))
            && !matches!(at.checked_sub(3).map(|at| &tokens[at]), Some(TokenTree::Punct(mark)) if mark.as_char() == '>');
        let (mut path, mut at) = (NamePath::new(), at);
        while let Some(TokenTree::Ident(word)) = tokens.get(at) {
            path.push(word.to_string());
            at += 1;
            if !is_path_mark(tokens, at) || !matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)))
            {
                break;
            }
            at += 2;
        }
        self.words.extend(path.iter().cloned());
        if !is_of_another_crate {
            self.paths.insert(path);
        }
        at
    }

    /// A `use` in a function.
    fn read_use(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let rest = &tokens[at..];
        let is_end =
            |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
        let Some(length) = rest.iter().position(is_end) else {
            // `impl Trait + use<'a>`.
            return at + 1;
        };
        let statement: TokenStream = rest[..=length].iter().cloned().collect();
        match syn::parse2::<ItemUse>(statement) {
            Ok(import) => {
                let imports = flatten(import.tree).into_iter();
                self.paths.extend(imports.map(|import| import.path));
                at + length + 1
            }
            Err(_) => at + 1,
        }
    }

    /// An attribute: what it names, in text too (`with = "crate::serial"`); of one for tests, what follows
    /// is left out.
    fn read_attribute(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let Some(TokenTree::Group(group)) = tokens.get(at + 1) else {
            return at + 1;
        };
        if group.delimiter() != Delimiter::Bracket {
            return at + 1;
        }
        let meta = syn::parse2::<Meta>(group.stream());
        match meta {
            Ok(meta) if is_test_condition(&meta) => return end_of_item(tokens, at + 2),
            Ok(meta) if meta.path().is_ident("doc") => {}
            _ => {
                self.read(group.stream());
                self.read_texts(group.stream());
            }
        }
        at + 2
    }

    fn read_texts(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.read_texts(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = syn::parse_str::<LitStr>(&literal.to_string());
                    let path = text.and_then(|text| text.parse::<syn::Path>());
                    let segments = path.into_iter().flat_map(|path| path.segments);
                    let path: NamePath = segments.map(|s| s.ident.to_string()).collect();
                    if path.len() > 1 {
                        self.paths.insert(path);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// Where an item ends that begins at a token: after its block, `;` or `,`.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => matches!(mark.as_char(), ';' | ','),
        _ => false,
    };
    let length = tokens[at..].iter().position(is_end);
    length.map_or(tokens.len(), |length| at + length + 1)
}

/// Whether `::` begins at a token.
fn is_path_mark(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    let is_joint =
        matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.spacing() == Spacing::Joint);
    is_joint && is_colon(at) && is_colon(at.wrapping_add(1))
}

/// Whether the `.` is not one of a range.
fn is_alone(tokens: &[TokenTree], at: usize) -> bool {
    let is_dot =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '.');
    !is_dot(at.wrapping_sub(1)) && !is_dot(at + 1)
}
