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

/// Finds the sources that arguments name, in order: files, `-`, and the scenarios in folders. An argument
/// that names nothing yields a problem in its place.
pub fn find(arguments: &[PathBuf], root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    let find = |path: &PathBuf| find_one(path, root);
    arguments.iter().flat_map(find).collect()
}

/// Finds sources like [`find`], including runbooks and action files in folders.
pub fn find_all(arguments: &[PathBuf], root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    let find = |path: &PathBuf| find_those(path, root, |_| true);
    arguments.iter().flat_map(find).collect()
}

/// Finds the sources that one argument names.
pub fn find_one(path: &Path, root: Option<&Path>) -> Vec<Result<Source, Diagnostics>> {
    find_those(path, root, |source| source.kind() == FileKind::Scenario)
}

/// Finds the sources that one argument names, and filters those in folders.
fn find_those(
    path: &Path,
    root: Option<&Path>,
    wanted: fn(&Source) -> bool,
) -> Vec<Result<Source, Diagnostics>> {
    if path == Path::new("-") {
        return vec![Ok(Source::Stdin)];
    }
    let name = path.display().to_string();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = "give a scenario file, a folder of them, or `-` for the standard input";
            return vec![Err(file_problem(
                &name,
                codes::UNREADABLE,
                "no such file or folder",
                help,
            ))];
        }
        Err(error) => return vec![Err(cannot_read(&name, &error))],
    };
    if metadata.is_dir() {
        return in_folder(path, root, wanted);
    }
    let extension = path.extension();
    if extension.is_none_or(|extension| extension != EXTENSION) && !is_json(&name) {
        let help = "scenario files end in `.ron` or `.json`; `-` reads the standard input";
        return vec![Err(file_problem(
            &name,
            codes::WRONG_FILE_KIND,
            "not a scenario file",
            help,
        ))];
    }
    vec![Ok(file(path.to_owned(), root))]
}

fn file(path: PathBuf, root: Option<&Path>) -> Source {
    let root = root.map(Path::to_owned);
    Source::File { path, root }
}

fn in_folder(
    folder: &Path,
    root: Option<&Path>,
    wanted: fn(&Source) -> bool,
) -> Vec<Result<Source, Diagnostics>> {
    let name = folder.display().to_string();
    let mut search = match Search::new(folder) {
        Ok(search) => search,
        Err(error) => return vec![Err(cannot_read(&name, &error))],
    };
    search.enter(folder);
    let Search {
        mut files,
        mut problems,
        ..
    } = search;
    files.sort();
    let files = files.into_iter().map(|path| file(path, root));
    let mut files: Vec<Source> = files.collect();
    files.retain(wanted);
    if files.is_empty() && problems.is_empty() {
        let help = "scenario files end in `.ron`; runbooks and action files do not count; subfolders were searched too";
        problems.push(file_problem(
            &name,
            codes::NO_CONTENT,
            "no scenario in this folder",
            help,
        ));
    }
    let files = files.into_iter().map(Ok);
    files.chain(problems.into_iter().map(Err)).collect()
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

    /// Searches a folder. Skips links to folders, which could form a cycle, and pipes and devices.
    fn try_enter(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
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
