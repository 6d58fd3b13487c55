//! Actions of a scenario's own: files that add to the built-in catalogues.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::codes;
use crate::custom_files::CustomFiles;
use crate::custom_kinds;
use crate::file_kind::FileKind;
use crate::named_file::{NamedFile, NamedFiles, Refusal, named_files};
use firewatch_action::decode::Decoder;
use firewatch_action::{ActionCatalogue, Profile};
use firewatch_ron::Diagnostics;
use firewatch_sim::FaultKinds;

/// The files of actions that a scenario names, and the catalogues with them. Where two files have an
/// action of the same name, the later counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomActions {
    files: CustomFiles,
    /// Files of fault kinds that these files name, relative to the scenario's folder.
    fault_kind_files: Vec<PathBuf>,
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
        let mut own = Self::named(files);
        let named = Some(named_files(folder, root)?);
        own.read(&FaultKinds::default(), named, |_, name, refusal| {
            let file = folder.join(name).display().to_string();
            let (message, help) = (refusal.message, refusal.help);
            let code = codes::UNUSABLE_FILE;
            Err(Diagnostics::without_text(&file, code, message, help))
        })?;
        Ok(own)
    }

    /// Reads one file of actions without a scenario: what it adds to the built-in actions of the default profile. The
    /// files of fault kinds that it names have to be below the root, which by default is the parent of its own folder.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load_alone(path: &Path, root: Option<&Path>) -> Result<ActionCatalogue, Diagnostics> {
        let (file, text) = firewatch_ron::text(path)?;
        let places = [path.parent(), root];
        let known = FaultKinds::default();
        let (kinds, _) = custom_kinds::for_actions(&file, &text, places, &mut None, &known)?;
        let built_in = ActionCatalogue::built_in(Profile::default());
        built_in.extended_with(&file, &text, &kinds)
    }

    /// Names files that are not read yet.
    pub(crate) fn named(files: Vec<String>) -> Self {
        Self {
            files: CustomFiles::named(files),
            ..Self::default()
        }
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &CustomFiles {
        &self.files
    }

    /// The files of fault kinds that these files name, relative to the scenario's folder.
    #[must_use]
    pub fn fault_kind_files(&self) -> &[PathBuf] {
        &self.fault_kind_files
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
        named: Option<NamedFiles>,
        notes: &mut Decoder,
    ) -> Result<(), Diagnostics> {
        let fault_kinds = notes.fault_kinds.clone();
        self.read(&fault_kinds, named, |index, _, refusal| {
            notes.report(
                codes::UNUSABLE_FILE,
                &format!("actions[{index}]"),
                refusal.message,
                refusal.label,
                refusal.help,
            );
            // What is not read would seem not to exist.
            notes.mark_broken("actions");
            Ok(())
        })
    }

    /// Builds the catalogues out of the files, which can name these kinds of fault and those of files below the root. A
    /// file that is refused is passed over, unless `refused` says that this is an error.
    fn read(
        &mut self,
        fault_kinds: &FaultKinds,
        mut named: Option<NamedFiles>,
        mut refused: impl FnMut(usize, &str, Refusal) -> Result<(), Diagnostics>,
    ) -> Result<(), Diagnostics> {
        if self.files.names().is_empty() {
            return Ok(());
        }
        let [mut standard, mut reference] = [Profile::Standard, Profile::Reference]
            .map(|profile| ActionCatalogue::built_in(profile).clone());
        let mut texts = Vec::new();
        for (index, name) in self.files.names().iter().enumerate() {
            let read = match &mut named {
                Some(named) => named.read(name, FileKind::Actions),
                None => Err(Refusal::without_folder()),
            };
            let NamedFile { file, text, folder } = match read {
                Ok(read) => read,
                Err(refusal) => {
                    refused(index, name, refusal)?;
                    continue;
                }
            };
            let within = named.as_ref().map(|named| named.in_folder(&folder));
            let mut within = within.transpose()?;
            let places = [Some(&*folder), None];
            let own = custom_kinds::for_actions(&file, &text, places, &mut within, fault_kinds)?;
            let (kinds, kind_files) = own;
            if let (Some(named), Some(within)) = (&mut named, &within) {
                named.count(within);
            }
            standard = standard.extended_with(&file, &text, &kinds)?;
            reference = reference.extended_with(&file, &text, &kinds)?;
            texts.push(text);
            let beside = Path::new(name).parent().unwrap_or(Path::new(""));
            let kind_files = kind_files.names().iter().map(|file| beside.join(file));
            self.fault_kind_files.extend(kind_files);
        }
        self.files = std::mem::take(&mut self.files).with_texts(texts);
        self.catalogues = Some(Arc::new(ByProfile {
            standard,
            reference,
        }));
        Ok(())
    }
}
