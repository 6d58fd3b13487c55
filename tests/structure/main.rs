//! The structure of the sources: no circle of modules in a crate, and no long file.
//!
//! `docs/architecture.md` has the rule. What counts as a use is what the text of a module names: a macro's
//! expansion and the methods of a type are not looked into.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't read the sources fails"
)]

mod circles;
mod crate_tree;
mod names;
mod uses;

use std::fs;
use std::path::PathBuf;

use crate_tree::CrateTree;
use firewatch_tests::{files, workspace};

/// Maximum lines of a source file.
const MAX_LINES: usize = 400;

/// Returns the folders of the crates.
fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join("crates")).expect("the folder can be read");
    let folders = entries.map(|entry| entry.expect("the entry can be read").path());
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    assert!(folders.len() > 8, "{folders:?}");
    folders
}

#[test]
fn no_crate_has_a_circle_of_modules() {
    let mut found = String::new();
    for folder in crates() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        for circle in circles::find(&CrateTree::read(&folder.join("src"))) {
            found.push_str(&format!("\nin {name}, {circle}"));
        }
    }
    assert!(found.is_empty(), "there are circles of modules:{found}");
}

#[test]
fn circles_are_found_however_a_module_is_named() {
    for text in [
        "mod a { use crate::b::Y; struct X; } mod b { use crate::a::X; struct Y; }",
        "mod a { use super::b::{Y as Z}; struct X; } mod b { fn y(_: crate::a::X) {} struct Y; }",
        // Through a third, and through a module that is imported.
        "mod a { use crate::b; struct X; fn f() { b::y() } } mod b { use crate::c::Z; fn y() {} } \
         mod c { use crate::a::X; struct Z; }",
        // Through a re-export, under another name, and through all of a module's.
        "pub use a::X as W; mod a { pub struct X; fn f() { crate::b::y() } } mod b { use crate::W; fn y() {} }",
        "mod a { use crate::b::*; struct X; fn f() { y(&[]) } } mod b { use crate::a::X; fn y() {} }",
        // In a function, a macro's input and an attribute.
        "mod a { fn f() { use crate::b::y; } struct X; } mod b { use crate::a::X; fn y() {} }",
        "mod a { fn f() { println!(\"{}\", crate::b::y()) } struct X; } mod b { use crate::a::X; fn y() {} }",
        "mod a { #[serde(with = \"crate::b::y\")] struct X; } mod b { use crate::a::X; fn y() {} }",
        // What a macro declares.
        "mod a { names! { X {} } fn f() { crate::b::y() } } mod b { use crate::a::X; fn y() {} }",
        // A file and its child; the root is one, too.
        "mod a { mod c { use super::X; pub fn z() {} } struct X; fn f() { c::z() } }",
        "mod c { use crate::X; pub fn z() {} } struct X; fn f() { c::z() }",
        // Two folders of which no two files use each other.
        "mod a { mod p { use crate::b::Y; } pub mod q { pub struct X; } } \
         mod b { mod r { use crate::a::q::X; } pub struct Y; }",
    ] {
        assert_eq!(circles::find(&CrateTree::parse(text)).len(), 1, "{text}");
    }
}

#[test]
fn what_is_no_circle_is_not_found() {
    for text in [
        "mod a { use crate::b::Y; } mod b { use std::a::X; struct Y; }",
        "mod a { use crate::b::Y; pub struct X; } mod b { #[cfg(test)] mod tests { use crate::a::X; } struct Y; }",
        "mod a { use crate::b::Y; pub struct X; } mod b { #[cfg(test)] fn f(_: crate::a::X) {} struct Y; }",
        // A re-export is no use, and neither is a local variable.
        "mod a { pub use c::z; mod c { use super::X; pub fn z() {} } struct X; fn f(c: u8) { c + self.z.c }  }",
        // A folder uses its children, and these what is beside the folder.
        "mod a { mod c { use crate::b::Y; pub fn z() {} } fn f() { c::z() } } mod b { struct Y; }",
        "/// [`a`](crate::a::X)\nmod b { /** [`crate::a::X`] */ pub struct Y; } mod a { use crate::b::Y; struct X; }",
    ] {
        let found = circles::find(&CrateTree::parse(text));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn files_are_short() {
    let root = workspace();
    let mut long = Vec::new();
    let parts = { crates().into_iter() }
        .flat_map(|folder| ["src", "tests", "benches"].map(|part| folder.join(part)));
    let parts = parts.filter(|part| part.exists());
    for file in parts.flat_map(|part| files(&part, "rs")) {
        let text = fs::read_to_string(&file).expect("the file can be read");
        let path = file.strip_prefix(root).expect("it is in the workspace");
        if text.lines().count() > MAX_LINES {
            long.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    assert!(long.is_empty(), "more than {MAX_LINES} lines: {long:?}");
}
