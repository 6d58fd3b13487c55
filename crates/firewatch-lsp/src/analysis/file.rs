//! A file as it is being edited, and the one that belongs to it.

use std::fs;
use std::path::{Path, PathBuf};

use firewatch_action::form::is_json;
use firewatch_ron::each_token;
use firewatch_scenario::{FileKind, OpenTexts, own_runbook};

use crate::text::Text;

/// A text, and the file that it is in.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is saved; `None` for a text that is no file.
    pub path: Option<PathBuf>,
    /// What messages call it.
    pub name: String,
    /// What it holds.
    pub text: Text,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Whether it is in JSON; else it is in RON.
    pub is_json: bool,
    /// Whether it seems to be a file of another program, of which nothing is said.
    pub is_foreign: bool,
}

/// Whether a text holds something, of which nothing is Firewatch's. The first word of a file may be being written.
fn is_foreign(name: &str, text: &str) -> bool {
    let is_begun = || {
        each_token(firewatch_ron::without_mark(text))
            .nth(1)
            .is_some()
    };
    FileKind::found_in(name, text).is_none() && (is_json(name) || is_begun())
}

impl SourceFile {
    /// A text with the name that tells its format.
    #[must_use]
    pub fn new(path: Option<PathBuf>, name: &str, text: Text) -> Self {
        let name = match &path {
            Some(path) => path.display().to_string(),
            None => name.to_owned(),
        };
        let is_json = is_json(&name);
        Self {
            is_foreign: is_foreign(&name, text.as_str()),
            kind: FileKind::of_file(&name, text.as_str()),
            is_json,
            path,
            name,
            text,
        }
    }

    /// Reads a file, of which a text may be open that stands instead.
    #[must_use]
    pub fn read(path: PathBuf, open: &OpenTexts) -> Option<Self> {
        let canonical = path.canonicalize().ok()?;
        let text = match open.get(&canonical) {
            Some(text) => text.to_owned(),
            None => firewatch_ron::text(&path).ok()?.1,
        };
        Some(Self::new(Some(path), "", Text::new(text)))
    }

    /// Returns its text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Returns its folder.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// Finds the file that belongs to it: of a scenario its runbook, of a runbook its scenario.
    #[must_use]
    pub fn find_partner(&self) -> Option<PathBuf> {
        let path = self.path.as_deref()?;
        match self.kind {
            FileKind::Scenario => own_runbook(path).ok()?,
            FileKind::Runbook => scenario_of(path),
            FileKind::Actions | FileKind::FaultKinds => None,
        }
    }
}

/// Folders below the one with the folder of runbooks that are searched, and entries of them.
const LEVELS: usize = 3;
const MAX_ENTRIES: usize = 5000;

/// Finds the scenario that has a runbook as its own: the first by name in the nearest folder.
fn scenario_of(runbook: &Path) -> Option<PathBuf> {
    let name = runbook.file_name()?;
    let mut folders = vec![runbook.parent()?.parent()?.to_owned()];
    let mut entries = 0;
    for _ in 0..=LEVELS {
        let found = folders.iter().map(|folder| folder.join(name)).find(|path| {
            let own = own_runbook(path).ok().flatten();
            let is_own = own.and_then(|own| own.canonicalize().ok()) == runbook.canonicalize().ok();
            path.is_file() && is_own
        });
        if found.is_some() {
            return found;
        }
        let below = folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        let mut next: Vec<PathBuf> = Vec::new();
        for entry in below.flatten().flatten() {
            entries += 1;
            if entries > MAX_ENTRIES {
                return None;
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_folder && !is_hidden {
                next.push(entry.path());
            }
        }
        next.sort();
        folders = next;
    }
    None
}
