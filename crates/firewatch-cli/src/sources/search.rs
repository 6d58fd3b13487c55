//! Finds the sources that arguments name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use firewatch_action::form::is_json;
use firewatch_scenario::{Diagnostics, FileKind, codes};

use super::problems::{cannot_read, file_problem, link_leaves_folder};
use super::source::Source;
use crate::paths::is_below;

const EXTENSION: &str = "ron";

/// Sources that arguments name, in order. One that names nothing yields a problem in its place.
#[derive(Default)]
pub struct FoundSources {
    pub sources: Vec<Result<Source, Diagnostics>>,
    /// Number of files in RON in the folders that were left out.
    pub left_out: usize,
}

/// The files to take from a folder.
#[derive(Clone, Copy)]
enum Wanted {
    Scenarios,
    /// Those of each kind that Firewatch has.
    Known,
    All,
}

/// Finds the sources that arguments name, in order: files, `-`, and the scenarios in folders. An argument
/// that names nothing yields a problem in its place.
pub fn find(arguments: &[PathBuf], root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    find_each(arguments, root, Wanted::Scenarios).sources
}

/// Finds sources like [`find`], including runbooks and action files in folders.
pub fn find_all(arguments: &[PathBuf], root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    find_each(arguments, root, Wanted::All).sources
}

/// Finds sources like [`find_all`], without the files of other programs in folders.
pub fn find_known(arguments: &[PathBuf]) -> FoundSources {
    find_each(arguments, None, Wanted::Known)
}

/// Finds the sources that one argument names.
pub fn find_one(path: &Path, root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    find_those(path, root, Wanted::Scenarios).sources
}

fn find_each(arguments: &[PathBuf], root: Option<&Path>, wanted: Wanted) -> FoundSources {
    let mut all = FoundSources::default();
    for path in arguments {
        let found = find_those(path, root, wanted);
        all.sources.extend(found.sources);
        all.left_out += found.left_out;
    }
    all
}

/// Finds the sources that one argument names, and filters those in folders.
fn find_those(path: &Path, root: Option<&Path>, wanted: Wanted) -> FoundSources {
    let source = match named(path, root) {
        Named::Folder => return in_folder(path, root, wanted),
        Named::Source(source) => Ok(source),
        Named::Nothing(problems) => Err(problems),
    };
    FoundSources {
        sources: vec![source],
        left_out: 0,
    }
}

/// What one argument names.
enum Named {
    Folder,
    Source(Source),
    Nothing(Diagnostics),
}

fn named(path: &Path, root: Option<&Path>) -> Named {
    if path == Path::new("-") {
        return Named::Source(Source::Stdin);
    }
    let name = path.display().to_string();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = "give a scenario file, a folder of them, or `-` for the standard input";
            let missing = "no such file or folder";
            return Named::Nothing(file_problem(&name, codes::UNREADABLE, missing, help));
        }
        Err(error) => return Named::Nothing(cannot_read(&name, &error)),
    };
    if metadata.is_dir() {
        return Named::Folder;
    }
    let extension = path.extension();
    if extension.is_none_or(|extension| extension != EXTENSION) && !is_json(&name) {
        let help = "scenario files end in `.ron` or `.json`; `-` reads the standard input";
        let code = codes::WRONG_FILE_KIND;
        return Named::Nothing(file_problem(&name, code, "not a scenario file", help));
    }
    Named::Source(file(path.to_owned(), root))
}

fn file(path: PathBuf, root: Option<&Path>) -> Source {
    let root = root.map(Path::to_owned);
    Source::File { path, root }
}

fn in_folder(folder: &Path, root: Option<&Path>, wanted: Wanted) -> FoundSources {
    let name = folder.display().to_string();
    let mut search = match Search::new(folder) {
        Ok(search) => search,
        Err(error) => {
            return FoundSources {
                sources: vec![Err(cannot_read(&name, &error))],
                left_out: 0,
            };
        }
    };
    search.enter(folder);
    let Search {
        mut files,
        mut problems,
        ..
    } = search;
    files.sort();
    let files = files.into_iter().map(|path| file(path, root));
    let (files, others): (Vec<Source>, Vec<Source>) =
        files.partition(|source| wanted.includes(source));
    if files.is_empty() && problems.is_empty() {
        problems.push(wanted.missing(&name));
    }
    let files = files.into_iter().map(Ok);
    FoundSources {
        sources: files.chain(problems.into_iter().map(Err)).collect(),
        left_out: others.len(),
    }
}

impl Wanted {
    fn includes(self, source: &Source) -> bool {
        match self {
            Self::Scenarios => source.kind() == FileKind::Scenario,
            Self::Known => source.known_kind().is_some(),
            Self::All => true,
        }
    }

    /// The problem of a folder in which nothing is to take.
    fn missing(self, folder: &str) -> Diagnostics {
        let (message, help) = match self {
            Self::Scenarios => (
                "no scenario in this folder",
                "scenario files end in `.ron`; runbooks and action files do not count; subfolders were searched too",
            ),
            Self::Known => (
                "no file of Firewatch in this folder",
                "files to find end in `.ron`; subfolders were searched too",
            ),
            Self::All => (
                "no file in RON in this folder",
                "files to find end in `.ron`; subfolders were searched too",
            ),
        };
        file_problem(folder, codes::NO_CONTENT, message, help)
    }
}

/// Files found in a folder and its subfolders.
struct Search {
    /// The canonical path of the folder.
    home: PathBuf,
    files: Vec<PathBuf>,
    problems: Vec<Diagnostics>,
}

impl Search {
    fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            home: folder.canonicalize()?,
            files: Vec::new(),
            problems: Vec::new(),
        })
    }

    fn enter(&mut self, folder: &Path) {
        if let Err(error) = self.try_enter(folder) {
            let name = folder.display().to_string();
            self.problems.push(cannot_read(&name, &error));
        }
    }

    /// Searches a folder. Skips links to folders, which could form a cycle, pipes and devices, and what is hidden: it is of
    /// version control, or an editor's.
    fn try_enter(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, file_type) = (entry.path(), entry.file_type()?);
            if file_type.is_dir() {
                self.enter(&path);
            } else if path
                .extension()
                .is_none_or(|extension| extension != EXTENSION)
            {
                // Not a RON file.
            } else if file_type.is_symlink() && !is_below(&path, &self.home) {
                let name = path.display().to_string();
                self.problems.push(link_leaves_folder(&name));
            } else if !is_special(&path) {
                self.files.push(path);
            }
        }
        Ok(())
    }
}

/// Returns whether the path exists and is neither a file nor a folder.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
