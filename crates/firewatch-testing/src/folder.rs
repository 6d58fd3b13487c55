//! The scenario files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use firewatch_ron::Diagnostics;
use firewatch_scenario::codes;
use firewatch_scenario::{FaultKindFile, FileKind, Runbook, Scenario};

/// A scenario, and the file that it comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedScenario {
    /// The file as reports name it.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
}

/// Reads the scenarios below a folder, in the order of their paths. Runbooks and files of actions are read
/// too, and left out.
///
/// # Errors
/// All problems of all files, in that order; the folder can't be read.
pub fn load_folder(folder: &Path) -> Result<Vec<LoadedScenario>, Vec<Diagnostics>> {
    let names = names(folder).map_err(|error| {
        let message = format!("can't be read: {error}");
        vec![Diagnostics::without_text(
            &folder.display().to_string(),
            codes::UNREADABLE,
            message,
            None,
        )]
    })?;
    let (mut loaded, mut problems) = (Vec::new(), Vec::new());
    for path in names.into_iter().map(|name| folder.join(name)) {
        match load(&path, &path.display().to_string()) {
            Ok(scenario) => loaded.extend(scenario),
            Err(diagnostics) => problems.push(diagnostics),
        }
    }
    if problems.is_empty() {
        Ok(loaded)
    } else {
        Err(problems)
    }
}

/// The scenario in a file; nothing if the file is of another kind. `name` is what problems are reported
/// under.
pub(crate) fn load(path: &Path, name: &str) -> Result<Option<LoadedScenario>, Diagnostics> {
    let (_, text) = firewatch_ron::text(path)?;
    match FileKind::of(&text) {
        FileKind::Scenario => {
            let scenario = Scenario::parse_with(name, &text, path.parent())?;
            Ok(Some(LoadedScenario {
                file: name.to_owned(),
                text,
                scenario,
            }))
        }
        FileKind::Runbook => Runbook::parse(name, &text).map(|_| None),
        FileKind::FaultKinds => FaultKindFile::load(path).map(|_| None),
        // What a file of actions extends is known only with a scenario that names it.
        FileKind::Actions => Ok(None),
    }
}

/// Returns the paths of the `.ron` files below a folder, relative to it with `/` between the parts, sorted. A
/// link to a folder is not followed. `scenario_tests!` lists the same files when it is compiled.
pub(crate) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut folders: Vec<(PathBuf, String)> = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), path + "/"));
            } else if name.ends_with(".ron") {
                names.push(path);
            }
        }
    }
    names.sort();
    Ok(names)
}
