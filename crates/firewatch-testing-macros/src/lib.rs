//! The macro of `firewatch-testing`, which documents it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use proc_macro::{Literal, TokenStream, TokenTree};

/// Makes one `#[test]` for each `.ron` file of a folder: see `firewatch-testing`.
#[proc_macro]
pub fn scenario_tests(input: TokenStream) -> TokenStream {
    let expanded = folder(input).and_then(|folder| {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?;
        tests(&folder, &PathBuf::from(root).join(&folder))
    });
    let text = expanded.unwrap_or_else(|message| {
        let message = Literal::string(&message);
        format!("::core::compile_error!({message});")
    });
    // The text is put together below out of literals and names.
    text.parse().unwrap_or_default()
}

/// The one argument: a path in quotes.
fn folder(input: TokenStream) -> Result<String, String> {
    const USAGE: &str = "name the folder: scenario_tests!(\"tests/scenarios\")";
    let mut tokens = input.into_iter();
    let (Some(TokenTree::Literal(literal)), None) = (tokens.next(), tokens.next()) else {
        return Err(USAGE.to_owned());
    };
    let text = literal.to_string();
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(path) if !path.contains('\\') => Ok(path.to_owned()),
        Some(_) => Err("separate folders by `/`".to_owned()),
        None => Err(USAGE.to_owned()),
    }
}

/// A test for each file, and one that fails once the folder has other files than these.
fn tests(folder: &str, path: &Path) -> Result<String, String> {
    let files = files(path)?;
    if files.is_empty() {
        return Err(format!("`{folder}` has no `.ron` file in it"));
    }
    let mut names = BTreeSet::new();
    let (mut text, mut list) = (String::new(), String::new());
    for file in files {
        let name = test_name(&file);
        if !names.insert(name.clone()) {
            return Err(format!(
                "two files of `{folder}` give a test the name `{name}`"
            ));
        }
        let file = Literal::string(&format!("{folder}/{file}"));
        let _ = write!(list, "{file}, ");
        let _ = write!(
            text,
            "#[test] fn {name}() {{ \
             const _: &str = include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {file})); \
             ::firewatch_testing::assert_file(env!(\"CARGO_MANIFEST_DIR\"), {file}); }}"
        );
    }
    let folder = Literal::string(folder);
    let _ = write!(
        text,
        "#[test] fn every_file_has_a_test() {{ \
         ::firewatch_testing::assert_listed(env!(\"CARGO_MANIFEST_DIR\"), {folder}, &[{list}]); }}"
    );
    Ok(text)
}

/// Returns the paths of the files below a folder, relative to it, sorted. `firewatch-testing` has the same walk
/// for the tests: a crate of macros exports no function, and should not compile the engine for the sake of one.
fn files(folder: &Path) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let unreadable = |error| format!("`{}` can't be read: {error}", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push((entry.path(), path + "/"));
            } else if name.ends_with(".ron") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The path as the name of a function.
fn test_name(file: &str) -> String {
    let stem = file.strip_suffix(".ron").unwrap_or(file);
    let plain = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let name: String = stem.chars().map(plain).collect();
    // A name may not begin with a digit, or be a word of the language.
    format!("scenario_{name}")
}
