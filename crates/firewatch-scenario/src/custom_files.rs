//! The files that a scenario names in one of its fields.

use std::sync::Arc;

/// Files that a scenario names, and what was read of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomFiles {
    names: Vec<String>,
    texts: Arc<[String]>,
}

impl CustomFiles {
    /// Files that are not read yet.
    pub(crate) fn named(names: Vec<String>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// The same files with the texts that were read of them, in their order.
    pub(crate) fn with_texts(mut self, texts: Vec<String>) -> Self {
        self.texts = texts.into();
        self
    }

    /// Their names, as the scenario gives them: relative to its folder, each once.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Their texts as they were read, in the order of [`CustomFiles::names`]; empty while they have not been read.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}
