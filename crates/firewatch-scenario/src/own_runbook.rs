//! The runbook of a scenario, found by its name.

use std::iter;
use std::path::{Component, Path, PathBuf};

/// Name of the folders searched for runbooks.
const RUNBOOKS: &str = "runbooks";
/// Number of parent folders searched for such a folder.
const LEVELS: usize = 3;

/// A link in a folder of runbooks that leads out of the folder with it: nobody has named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideLink(pub PathBuf);

/// Finds the runbook of a scenario: the file of the same name in the nearest folder `runbooks`, beside the
/// scenario or above it.
///
/// # Errors
/// The file is a link that leads out of the folder with the `runbooks` folder.
pub fn own_runbook(scenario: &Path) -> Result<Option<PathBuf>, OutsideLink> {
    let Some(name) = scenario.file_name() else {
        return Ok(None);
    };
    let own = scenario.parent().map(Path::to_owned);
    let folders = iter::successors(own, |folder| Some(parent_folder(folder)));
    for folder in folders.take(1 + LEVELS) {
        let path = folder.join(RUNBOOKS).join(name);
        if !path.is_file() {
            continue;
        }
        let [found, home, own] =
            [&path, &folder.join("."), scenario].map(|path| path.canonicalize());
        let (Ok(found), Ok(home)) = (found, home) else {
            return Err(OutsideLink(path));
        };
        if own.is_ok_and(|own| own == found) {
            continue;
        }
        return match found.starts_with(home) {
            true => Ok(Some(path)),
            false => Err(OutsideLink(path)),
        };
    }
    Ok(None)
}

/// Returns the parent folder, also of a relative path whose parent is above the working directory.
fn parent_folder(folder: &Path) -> PathBuf {
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
        let of = |folder: &str| parent_folder(Path::new(folder));
        assert_eq!(of("a/b"), Path::new("a"));
        assert_eq!(of("a"), Path::new(""));
        assert_eq!(of(""), Path::new(".."));
        assert_eq!(of("."), Path::new("./.."));
        assert_eq!(of(".."), Path::new("../.."));
    }
}
