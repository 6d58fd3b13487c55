//! Paths: display and identity.

use std::path::Path;

use firewatch_ron::visible;

/// Formats a path for a terminal.
pub fn path_text(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// Returns whether two paths name the same existing file.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let [a, b] = [a, b].map(|path| path.canonicalize().ok());
    a.is_some() && a == b
}

/// Returns whether a path leads to a file below a folder. The folder must be canonical.
pub fn is_below(path: &Path, home: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path.starts_with(home))
}
