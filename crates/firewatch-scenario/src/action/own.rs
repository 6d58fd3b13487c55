//! Actions of a scenario's own: files that add to the built-in catalogues.

use std::path::Path;
use std::sync::Arc;

use super::catalogue::ActionCatalogue;
use super::model::Profile;
use crate::decode::{Decode, Decoder};
use crate::load;
use crate::problem::{Diagnostics, shown};
use crate::syntax::Expr;

/// The files of actions that a scenario names, and the catalogues with them. Where two files have an
/// action of the same name, the later counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnActions {
    files: Vec<String>,
    /// Of each profile; `None` without files, or while they have not been read.
    catalogues: Option<Arc<ByProfile>>,
}

#[derive(Debug, PartialEq)]
struct ByProfile {
    standard: ActionCatalogue,
    reference: ActionCatalogue,
}

impl OwnActions {
    /// Reads files of actions; their names are relative to the folder.
    ///
    /// # Errors
    /// As [`ActionCatalogue::extended_by_file`], for the first file with problems.
    pub fn load(files: Vec<String>, folder: &Path) -> Result<Self, Diagnostics> {
        let mut own = Self {
            files,
            catalogues: None,
        };
        own.read(|_, name| Ok(Some(load::text(&folder.join(name))?)))?;
        Ok(own)
    }

    /// Names of the files, as the scenario gives them: relative to its folder.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The catalogue of a profile with these actions; `None` if there are none.
    #[must_use]
    pub fn catalogue(&self, profile: Profile) -> Option<&ActionCatalogue> {
        let catalogues = self.catalogues.as_deref()?;
        Some(match profile {
            Profile::Standard => &catalogues.standard,
            Profile::Reference => &catalogues.reference,
        })
    }

    /// Reads the files that a scenario names. What can't be read is noted at its place in the scenario;
    /// without a folder that is every file.
    ///
    /// # Errors
    /// What is wrong within the first file that has problems.
    pub(crate) fn resolve(
        &mut self,
        folder: Option<&Path>,
        notes: &mut Decoder,
    ) -> Result<(), Diagnostics> {
        self.read(|index, name| {
            let place = format!("actions[{index}]");
            // What is not read would seem not to exist.
            let mut fail = |message, help| {
                notes.report(&place, message, "", help);
                notes.mark_broken("actions");
            };
            let Some(folder) = folder else {
                let message = "a scenario that is no file can't name others".to_owned();
                let help = "save it, and name its files of actions relative to its folder";
                fail(message, Some(help.to_owned()));
                return Ok(None);
            };
            let read = load::text(&folder.join(name));
            let unreadable = read.as_ref().err().map(|unreadable| &unreadable.problems);
            for problem in unreadable.into_iter().flatten() {
                let message = format!("`{}`: {}", shown(name), problem.message);
                fail(message, problem.help.clone());
            }
            Ok(read.ok())
        })
    }

    /// Builds the catalogues out of the texts that a function gives for the files; `None` passes one over.
    fn read(
        &mut self,
        mut text: impl FnMut(usize, &str) -> Result<Option<(String, String)>, Diagnostics>,
    ) -> Result<(), Diagnostics> {
        if self.files.is_empty() {
            return Ok(());
        }
        let [mut standard, mut reference] = [Profile::Standard, Profile::Reference]
            .map(|profile| ActionCatalogue::built_in(profile).clone());
        for (index, name) in self.files.iter().enumerate() {
            if let Some((file, text)) = text(index, name)? {
                standard = standard.extended_by(&file, &text)?;
                reference = reference.extended_by(&file, &text)?;
            }
        }
        self.catalogues = Some(Arc::new(ByProfile {
            standard,
            reference,
        }));
        Ok(())
    }
}

impl Decode for OwnActions {
    fn decode(decoder: &mut Decoder, expr: &Expr, path: &str) -> Option<Self> {
        let files = decoder.value(expr, path)?;
        Some(Self {
            files,
            catalogues: None,
        })
    }
}
