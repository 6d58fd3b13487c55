//! Paths: display, words of a shell, and identity.

use std::borrow::Cow;
use std::path::Path;

use firewatch_ron::{steers_terminal, visible};

const NOT_UTF8: &str = "a file name is not UTF-8";

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

/// Quotes a path for a shell and a terminal. A path that looks like a flag gets `./` before it.
///
/// # Errors
/// The reason why it can't be written.
pub fn quoted(path: &Path) -> Result<String, &'static str> {
    let mut path = Cow::Borrowed(path.to_str().ok_or(NOT_UTF8)?);
    if path.starts_with('-') {
        path = Cow::Owned(format!("./{path}"));
    }
    if path.contains(steers_terminal) {
        return Ok(quoted_with_escapes(&path));
    }
    // Quoting fails only for a zero byte, which no path contains.
    Ok(shlex::try_quote(&path).map_or_else(|_| path.to_string(), Cow::into_owned))
}

/// Quotes a word as `$'...'` with escaped bytes.
fn quoted_with_escapes(word: &str) -> String {
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if steers_terminal(c) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}
