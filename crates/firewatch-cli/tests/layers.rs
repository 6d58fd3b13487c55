//! The layers of the command: commands use `ui` and the shared modules, never each other; nothing below uses a
//! command.

#![expect(
    clippy::expect_used,
    reason = "a test that can't read the sources fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Returns all Rust files below a folder, with their paths in it.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("the file can be read");
                let path = path.strip_prefix(folder).expect("it is below").to_owned();
                found.push((path, text));
            }
        }
    }
    found
}

#[test]
fn nothing_below_the_commands_uses_them_and_they_do_not_use_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&src);
    assert!(files.len() > 60, "{}", files.len());
    for (path, text) in files {
        let name = path.display();
        if path != Path::new("main.rs") {
            assert!(!text.contains("commands::"), "{name} uses a command");
        }
        // In a command, `super` is its own folder.
        assert!(!text.contains("super::super"), "{name} leaves its folder");
        // In a single file, and at the top of a folder, it is the folder of all commands.
        let is_single_file = path.parent() == Some(Path::new("commands"));
        let is_top = path.starts_with("commands") && path.ends_with("mod.rs");
        if is_single_file || is_top {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            assert!(!code.contains("super::"), "{name} uses another command");
        }
    }
}
