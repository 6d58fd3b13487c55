//! Actions of a scenario's own: files that add to the built-in catalogues.

use std::path::Path;
use std::sync::Arc;

use crate::codes;
use crate::named_file::{NamedFiles, Refusal};
use firewatch_action::decode::Decoder;
use firewatch_action::{ActionCatalogue, Profile};
use firewatch_ron::Diagnostics;
use firewatch_sim::FaultKinds;

/// The files of actions that a scenario names, and the catalogues with them. Where two files have an
/// action of the same name, the later counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomActions {
    files: Vec<String>,
    /// What was read of each file, in their order.
    texts: Arc<[String]>,
    /// Of each profile; `None` without files, or while they have not been read.
    catalogues: Option<Arc<ByProfile>>,
}

#[derive(Debug, PartialEq)]
struct ByProfile {
    standard: ActionCatalogue,
    reference: ActionCatalogue,
}

impl CustomActions {
    /// Reads files of actions; their names are relative to the folder. All have to be regular files below
    /// the root, which by default is the folder's parent.
    ///
    /// # Errors
    /// What is wrong with the first file that has problems.
    pub fn load(
        files: Vec<String>,
        folder: &Path,
        root: Option<&Path>,
    ) -> Result<Self, Diagnostics> {
        let mut own = Self {
            files,
            ..Self::default()
        };
        let mut named = named_files(folder, root)?;
        own.read(&FaultKinds::default(), |_, name| {
            let read = named.actions(name);
            let refuse = |refusal: Refusal| {
                let file = folder.join(name).display().to_string();
                Diagnostics::without_text(
                    &file,
                    codes::UNUSABLE_FILE,
                    refusal.message,
                    refusal.help,
                )
            };
            read.map(Some).map_err(refuse)
        })?;
        Ok(own)
    }

    /// Names files that are not read yet.
    pub(crate) fn named(files: Vec<String>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// Names of the files, as the scenario gives them: relative to its folder, each once.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Texts of the files as they were read, in the order of [`CustomActions::files`].
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
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
    /// without a place to look in that is every file.
    ///
    /// # Errors
    /// What is wrong within the first file that has problems.
    pub(crate) fn resolve(
        &mut self,
        mut named: Option<NamedFiles>,
        notes: &mut Decoder,
    ) -> Result<(), Diagnostics> {
        let fault_kinds = notes.fault_kinds.clone();
        self.read(&fault_kinds, |index, name| {
            let read = match &mut named {
                Some(named) => named.actions(name),
                None => Err(Refusal {
                    message: "a scenario that is no file can't name others".to_owned(),
                    label: "",
                    help: Some(
                        "save it, and name its files of actions relative to its folder".to_owned(),
                    ),
                }),
            };
            let refuse = |refusal: Refusal| {
                let place = format!("actions[{index}]");
                notes.report(
                    codes::UNUSABLE_FILE,
                    &place,
                    refusal.message,
                    refusal.label,
                    refusal.help,
                );
                // What is not read would seem not to exist.
                notes.mark_broken("actions");
            };
            Ok(read.map_err(refuse).ok())
        })
    }

    /// Builds the catalogues out of the texts that a function gives for the files, which can name these kinds of
    /// fault; `None` passes one over.
    fn read(
        &mut self,
        fault_kinds: &FaultKinds,
        mut text: impl FnMut(usize, &str) -> Result<Option<(String, String)>, Diagnostics>,
    ) -> Result<(), Diagnostics> {
        if self.files.is_empty() {
            return Ok(());
        }
        let [mut standard, mut reference] = [Profile::Standard, Profile::Reference]
            .map(|profile| ActionCatalogue::built_in(profile).clone());
        let mut texts = Vec::new();
        for (index, name) in self.files.iter().enumerate() {
            if let Some((file, text)) = text(index, name)? {
                standard = standard.extended_with(&file, &text, fault_kinds)?;
                reference = reference.extended_with(&file, &text, fault_kinds)?;
                texts.push(text);
            }
        }
        self.texts = texts.into();
        self.catalogues = Some(Arc::new(ByProfile {
            standard,
            reference,
        }));
        Ok(())
    }
}

/// Where files that are named in a folder are looked for.
///
/// # Errors
/// The folder or the root can't be found.
pub(crate) fn named_files(folder: &Path, root: Option<&Path>) -> Result<NamedFiles, Diagnostics> {
    NamedFiles::new(folder, root).map_err(|error| {
        let place = root.unwrap_or(folder).display().to_string();
        Diagnostics::without_text(
            &place,
            codes::UNREADABLE,
            format!("can't be used as a folder: {error}"),
            None,
        )
    })
}
