//! The texts that a client has open, and what was found in them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use firewatch_ron::MAX_FILE_BYTES;
use firewatch_scenario::{FileKind, OpenTexts, Runbook, Scenario};
use lsp_types::TextDocumentContentChangeEvent;

use super::convert::place;
use super::uri::path_of;
use crate::analysis::check::{Checked, check};
use crate::analysis::file::SourceFile;
use crate::analysis::names::Pair;
use crate::analysis::outcome::{Hint, hints};
use crate::analysis::vocabulary::Vocabulary;
use crate::text::Text;

/// A text that is open.
pub struct Document {
    /// The text and what it is.
    pub file: SourceFile,
    /// Its version, as the client counts.
    pub version: i32,
    /// Where the file is that belongs to it.
    partner: Option<PathBuf>,
    /// The scenario, as it was when it could be read last.
    last_scenario: Option<Arc<Scenario>>,
    /// What was found in this version.
    found: Option<Found>,
    /// Whether the client has not been told what was found.
    is_untold: bool,
}

/// What was found in a text.
pub struct Found {
    /// What is wrong with it, and what it says.
    pub checked: Checked,
    /// The file that belongs to it.
    pub partner: Option<SourceFile>,
    /// What is shown beside expectations.
    pub hints: Vec<Hint>,
}

/// All texts that are open, by their addresses.
#[derive(Default)]
pub struct Session {
    documents: BTreeMap<String, Document>,
}

impl Session {
    /// Opens a text.
    pub fn open(&mut self, uri: &str, version: i32, text: String) {
        let file = SourceFile::new(path_of(uri), uri, Text::new(text));
        let document = Document {
            partner: file.find_partner(),
            file,
            version,
            last_scenario: None,
            found: None,
            is_untold: true,
        };
        self.documents.insert(uri.to_owned(), document);
        self.forget_beside(uri);
    }

    /// Changes a text. A version that is not newer is passed over.
    pub fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let known = self.documents.get(uri);
        if known.is_none_or(|document| version <= document.version) {
            return;
        }
        // What depends on it may be another thing before than after: a text can become another kind of file.
        self.forget_beside(uri);
        if let Some(document) = self.documents.get_mut(uri) {
            document.change(version, changes);
        }
        self.forget_beside(uri);
    }

    /// Closes a text.
    pub fn close(&mut self, uri: &str) {
        self.forget_beside(uri);
        self.documents.remove(uri);
    }

    /// Looks again for what has changed on the disk.
    pub fn look_again(&mut self) {
        for document in self.documents.values_mut() {
            document.partner = document.file.find_partner();
            document.forget();
        }
    }

    /// Forgets what was found in a text and in all that may depend on it.
    fn forget_beside(&mut self, uri: &str) {
        let Some(changed) = self.documents.get(uri) else {
            return;
        };
        let (kind, path) = (changed.file.kind, changed.file.path.clone());
        let is_named = matches!(kind, FileKind::Actions | FileKind::FaultKinds);
        let name = path
            .as_ref()
            .and_then(|path| path.file_name())
            .map(|name| name.to_owned());
        for (other, document) in &mut self.documents {
            let own = document
                .file
                .path
                .as_ref()
                .and_then(|path| path.file_name());
            let is_partner = name.is_some() && own == name.as_deref();
            if other == uri || is_named || is_partner {
                document.forget();
            }
        }
    }

    /// Returns whether that text is open, one of Firewatch's, and not larger than a file may be.
    #[must_use]
    pub fn has(&self, uri: &str) -> bool {
        let document = self.documents.get(uri);
        document.is_some_and(|Document { file, .. }| {
            !file.is_foreign && file.text().len() <= MAX_FILE_BYTES
        })
    }

    /// Returns a text with what is found in it.
    pub fn found(&mut self, uri: &str) -> Option<(&Document, &Found)> {
        let open = self.open_texts();
        let document = self.documents.get_mut(uri)?;
        if document.found.is_none() {
            document.find(&open);
        }
        let document = &*document;
        Some((document, document.found.as_ref()?))
    }

    /// Returns the texts that were changed since this was asked last.
    pub fn take_untold(&mut self) -> Vec<String> {
        let untold = self
            .documents
            .iter_mut()
            .filter(|(_, document)| document.is_untold);
        untold
            .map(|(uri, document)| {
                document.is_untold = false;
                uri.clone()
            })
            .collect()
    }

    /// Returns the texts of files that are open.
    #[must_use]
    pub fn open_texts(&self) -> OpenTexts {
        let mut open = OpenTexts::default();
        for document in self.documents.values() {
            if let Some(path) = &document.file.path {
                open.insert(path, document.file.text().to_owned());
            }
        }
        open
    }
}

impl Document {
    fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        self.version = version;
        let mut text = std::mem::replace(&mut self.file.text, Text::new(String::new()));
        for change in changes {
            match change.range {
                Some(range) => text.replace([range.start, range.end].map(place), &change.text),
                None => text = Text::new(change.text),
            }
        }
        let kind = self.file.kind;
        self.file = SourceFile::new(self.file.path.take(), &self.file.name, text);
        if self.file.kind != kind {
            self.partner = self.file.find_partner();
        }
    }

    fn forget(&mut self) {
        self.found = None;
        self.is_untold = true;
    }

    fn find(&mut self, open: &OpenTexts) {
        if self.file.is_foreign {
            self.found = Some(Found {
                checked: Checked::default(),
                partner: None,
                hints: Vec::new(),
            });
            return;
        }
        let partner = self
            .partner
            .clone()
            .and_then(|path| SourceFile::read(path, open));
        let (checked, scenario, runbook) = self.check(partner.as_ref(), open);
        let hints = hints(&self.file, scenario.as_ref(), runbook.as_ref());
        self.last_scenario = scenario.or(self.last_scenario.take());
        self.found = Some(Found {
            checked,
            partner,
            hints,
        });
    }

    fn check(
        &self,
        partner: Option<&SourceFile>,
        open: &OpenTexts,
    ) -> (Checked, Option<Arc<Scenario>>, Option<Arc<Runbook>>) {
        if self.file.kind == FileKind::Runbook {
            let scenario = partner.and_then(|partner| check(partner, None, open).scenario);
            let checked = check(&self.file, scenario.as_deref(), open);
            let runbook = checked.runbook.clone();
            return (checked, scenario, runbook);
        }
        let checked = check(&self.file, None, open);
        let scenario = checked.scenario.clone();
        let own = scenario.as_deref();
        let runbook = partner
            .filter(|_| own.is_some())
            .and_then(|partner| check(partner, own, open).runbook);
        (checked, scenario, runbook)
    }

    /// Returns what is known where the text is written.
    #[must_use]
    pub fn vocabulary<'a>(&'a self, found: &Found) -> Vocabulary<'a> {
        Vocabulary::of(
            &self.file,
            found.partner.as_ref(),
            self.last_scenario.as_deref(),
        )
    }

    /// Returns the text and the file that belongs to it.
    #[must_use]
    pub fn pair<'a>(&'a self, found: &'a Found) -> Pair<'a> {
        Pair {
            file: &self.file,
            partner: found.partner.as_ref(),
        }
    }
}
