//! A scenario to be audited, with the runbooks that go with it.

use std::iter;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use firewatch_scenario::{Diagnostics, Runbook, Scenario};

use super::AuditArguments;
use crate::sources::{Source, is_below, is_same, leads_out};

/// Name of the folders in which runbooks are looked for.
const RUNBOOKS: &str = "runbooks";
/// Folders above a scenario's own in which there may be one.
const LEVELS: usize = 3;

/// A scenario that is audited.
pub struct Case {
    pub file: String,
    pub scenario: Scenario,
    pub runbooks: Vec<Arc<Runbook>>,
}

impl Case {
    /// Reads a scenario, the runbooks of the command line and the scenario's own.
    ///
    /// # Errors
    /// Everything that is wrong with the first of them that is not in order.
    pub fn load(source: &Source, arguments: &AuditArguments) -> Result<Self, Diagnostics> {
        let file = source.name();
        let scenario = source.load_under(arguments.profile)?;
        let mut paths = arguments.runbook.clone();
        if let Source::File { path, .. } = source {
            let own = own_runbook(path)?;
            let own = own.filter(|own| !paths.iter().any(|path| is_same(path, own)));
            paths.extend(own);
        }
        let load = |path: &PathBuf| Runbook::load_for(path, &scenario).map(Arc::new);
        let runbooks = paths.iter().map(load).collect::<Result<_, _>>()?;
        Ok(Self {
            file,
            scenario,
            runbooks,
        })
    }
}

/// The runbook of a scenario: the file of the same name in the nearest folder `runbooks` beside it or
/// above.
///
/// # Errors
/// It is a link that leads out of the folder that has the folder `runbooks`: nobody named it.
fn own_runbook(scenario: &Path) -> Result<Option<PathBuf>, Diagnostics> {
    let Some(name) = scenario.file_name() else {
        return Ok(None);
    };
    let own = scenario.parent().map(Path::to_owned);
    let folders = iter::successors(own, |folder| Some(above(folder)));
    for folder in folders.take(1 + LEVELS) {
        let path = folder.join(RUNBOOKS).join(name);
        if !path.is_file() || is_same(&path, scenario) {
            continue;
        }
        let home = folder.join(".").canonicalize();
        return match home {
            Ok(home) if is_below(&path, &home) => Ok(Some(path)),
            _ => Err(leads_out(&path.display().to_string())),
        };
    }
    Ok(None)
}

/// The folder above; also that of a relative path, where it is above the one that the command runs in.
fn above(folder: &Path) -> PathBuf {
    match (folder.components().next_back(), folder.parent()) {
        (Some(Component::Normal(_)), Some(parent)) => parent.to_owned(),
        _ => folder.join(".."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_above() {
        let of = |folder: &str| above(Path::new(folder));
        assert_eq!(of("a/b"), Path::new("a"));
        assert_eq!(of("a"), Path::new(""));
        assert_eq!(of(""), Path::new(".."));
        assert_eq!(of("."), Path::new("./.."));
        assert_eq!(of(".."), Path::new("../.."));
    }
}
