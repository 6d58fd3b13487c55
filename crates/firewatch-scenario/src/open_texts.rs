//! Texts that stand instead of the contents of files: what an editor has open and has not saved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Texts by the files that they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenTexts(BTreeMap<PathBuf, String>);

impl OpenTexts {
    /// Sets the text of a file. The file has to exist: one that does not is never read.
    pub fn insert(&mut self, path: &Path, text: String) {
        if let Ok(path) = path.canonicalize() {
            self.0.insert(path, text);
        }
    }

    /// Returns the text that stands for the file of that canonical path.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }
}
