//! Texts that were agreed on, in files.

use std::fs;
use std::path::Path;

/// How the text differs from what the file holds, if it does. With `FIREWATCH_BLESS=1` the file is
/// written anew instead: read what changed before it is kept.
#[must_use]
pub fn difference(file: &Path, text: &str) -> Option<String> {
    if std::env::var_os("FIREWATCH_BLESS").is_some() {
        fs::write(file, text).expect("the snapshot can be written");
        return None;
    }
    let agreed = fs::read_to_string(file).unwrap_or_default();
    let name = file.display();
    (agreed != text).then(|| format!("{name}\n--- agreed\n{agreed}--- now\n{text}"))
}
