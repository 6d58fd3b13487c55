//! Sources of scenarios: a file, the standard input, or a built-in task.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use firewatch_action::{Profile, form};
use firewatch_reference::{Task, tasks};
use firewatch_ron::{MAX_FILE_BYTES, instead_of, listed};
use firewatch_scenario::{
    CustomActions, Diagnostics, FaultKindFile, FileKind, LoadOptions, Runbook, Scenario, codes,
};

use super::problems::{cannot_read, file_problem, reject};
use crate::failure::Failure;
use crate::paths::{is_same, path_text};

/// The source of a scenario.
#[derive(Clone, Debug)]
pub enum Source {
    /// The standard input, given as `-`.
    Stdin,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// The folder that must contain all files it names; `None` for the parent of its own folder.
        root: Option<PathBuf>,
    },
    /// A built-in task of the reference.
    Task(&'static Task),
}

impl Source {
    /// Returns a file that names no other files.
    pub fn without_root(path: PathBuf) -> Self {
        Self::File { path, root: None }
    }

    /// Returns the name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File { path, .. } => path.display().to_string(),
            Self::Task(task) => task.id.to_owned(),
        }
    }

    /// Loads the scenario.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn load(&self) -> Result<Scenario, Diagnostics> {
        self.review().map(|(scenario, _)| scenario)
    }

    /// Loads the scenario, and what may not be meant in it.
    ///
    /// # Errors
    /// All problems of the file.
    fn review(&self) -> Result<(Scenario, Diagnostics), Diagnostics> {
        match self {
            Self::File { path, root } => {
                review_file(path, root.as_deref()).map_err(|problems| match self.kind() {
                    FileKind::Scenario => problems,
                    other => self.not_a_scenario(other),
                })
            }
            Self::Task(task) => {
                let nothing = Diagnostics {
                    file: self.name(),
                    text: String::new(),
                    problems: Vec::new(),
                };
                Ok((task.scenario.clone(), nothing))
            }
            Self::Stdin => {
                let (file, text) = self.stdin_text()?;
                let named = |problems| Diagnostics {
                    file: self.name(),
                    ..problems
                };
                let reviewed = LoadOptions::new().review_text(file, &text);
                reviewed
                    .map(|(scenario, warnings)| (scenario, named(warnings)))
                    .map_err(named)
            }
        }
    }

    /// Returns the text of the standard input, and a name that tells its format.
    fn stdin_text(&self) -> Result<(&'static str, String), Diagnostics> {
        let mut bytes = Vec::new();
        // One byte above the limit distinguishes too large from just fitting.
        io::stdin()
            .take(MAX_FILE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| cannot_read(&self.name(), &error))?;
        let text = firewatch_ron::utf8(&self.name(), bytes)?;
        // The name of a file tells its format; without one, RON never begins so and JSON always does.
        let is_json = text.trim_start().starts_with('{');
        let file = if is_json { "stdin.json" } else { "stdin.ron" };
        Ok((file, text))
    }

    /// Returns the text and the text in canonical layout.
    ///
    /// # Errors
    /// The text is none of Firewatch's, or what is wrong with the syntax.
    pub fn formatted(&self) -> Result<(String, String), Diagnostics> {
        let (file, text) = match self {
            Self::File { path, .. } => firewatch_ron::text(path)?,
            Self::Stdin | Self::Task(_) => {
                let (file, text) = self.stdin_text()?;
                (file.to_owned(), text)
            }
        };
        if firewatch_ron::each_token(&text).next().is_none() {
            return Ok((text.clone(), text));
        }
        if FileKind::found_in(&file, &text).is_none() {
            return Err(self.not_of_firewatch());
        }
        match form::formatted(&file, &text) {
            Ok(formatted) => Ok((text, formatted)),
            Err(problems) => Err(Diagnostics {
                file: self.name(),
                ..problems
            }),
        }
    }

    /// Loads the scenario and replaces its profile, if one is given.
    ///
    /// # Errors
    /// All problems of the file, with its own profile or the given one.
    pub fn load_with_profile(&self, profile: Option<Profile>) -> Result<Scenario, Diagnostics> {
        let mut scenario = self.load()?;
        if let Some(profile) = profile {
            scenario.profile = profile;
            let change = format!("with the profile {profile}");
            reject(scenario.problems(), &self.name(), &change)?;
        }
        Ok(scenario)
    }

    /// Returns the file and those that its scenario names.
    pub fn files(&self) -> Vec<PathBuf> {
        let Self::File { path, .. } = self else {
            return Vec::new();
        };
        let mut files = self.action_files();
        files.push(path.clone());
        files
    }

    /// Returns the files that the scenario names.
    fn action_files(&self) -> Vec<PathBuf> {
        let Self::File { path, root } = self else {
            return Vec::new();
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        // Problems are reported when the scenario is loaded to be played. They may be those of a file that it names.
        let (scenario, _) = match review_file(path, root.as_deref()) {
            Ok(reviewed) => reviewed,
            Err(problems) => return vec![PathBuf::from(problems.file)],
        };
        let actions = &scenario.custom_actions;
        let kinds = scenario.custom_fault_kinds.names();
        let names = actions.files().names().iter().chain(kinds);
        let files = { names.map(PathBuf::from) }.chain(actions.fault_kind_files().iter().cloned());
        files.map(|file| folder.join(file)).collect()
    }

    /// Returns the kind of file, guessed from its text.
    pub fn kind(&self) -> FileKind {
        self.known_kind().unwrap_or(FileKind::Scenario)
    }

    /// Returns the kind of file like [`Source::kind`]; `None` for a file of another program.
    pub fn known_kind(&self) -> Option<FileKind> {
        // A file that can't be read is reported when it is loaded.
        let unread = Some(FileKind::Scenario);
        let Self::File { path, .. } = self else {
            return unread;
        };
        match firewatch_ron::bytes(path) {
            Ok(bytes) => FileKind::found_in(&self.name(), &String::from_utf8_lossy(&bytes)),
            Err(_) => unread,
        }
    }

    fn not_of_firewatch(&self) -> Diagnostics {
        let names = FileKind::ALL.map(FileKind::name);
        let help = format!(
            "a file of Firewatch begins with {}; one in JSON has the fields of these",
            listed(names, "or")
        );
        let message = "this seems to be a file of another program";
        file_problem(&self.name(), codes::WRONG_FILE_KIND, message, &help)
    }

    fn not_a_scenario(&self, kind: FileKind) -> Diagnostics {
        let name = self.name();
        match kind {
            FileKind::Actions => {
                let help = "name it in a scenario: `actions: [\"FILE\"]`, relative to the scenario's folder";
                file_problem(
                    &name,
                    codes::WRONG_FILE_KIND,
                    "this is an action file, not a scenario",
                    help,
                )
            }
            FileKind::FaultKinds => {
                let help = "name it in a scenario: `fault_kinds: [\"FILE\"]`, relative to the scenario's folder";
                let problem = "this is a file of fault kinds, not a scenario";
                file_problem(&name, codes::WRONG_FILE_KIND, problem, help)
            }
            FileKind::Runbook | FileKind::Scenario => {
                let help = format!(
                    "respond to an incident with it: `firewatch run INCIDENT --runbook {name}`"
                );
                file_problem(
                    &name,
                    codes::WRONG_FILE_KIND,
                    "this is a runbook, not a scenario",
                    &help,
                )
            }
        }
    }

    /// Checks the scenario, runbook or action file; returns what may not be meant in a scenario or runbook.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn check(&self) -> Result<Option<Diagnostics>, Diagnostics> {
        match (self, self.kind()) {
            (Self::File { path, .. }, FileKind::Runbook) => {
                Runbook::review(path).map(|(_, warnings)| some_warnings(warnings))
            }
            (Self::File { path, root }, FileKind::Actions) => {
                CustomActions::load_alone(path, root.as_deref()).map(|_| None)
            }
            (Self::File { path, .. }, FileKind::FaultKinds) => {
                FaultKindFile::load(path).map(|_| None)
            }
            _ => self.review().map(|(_, warnings)| some_warnings(warnings)),
        }
    }
}

fn some_warnings(warnings: Diagnostics) -> Option<Diagnostics> {
    Some(warnings).filter(|found| !found.problems.is_empty())
}

/// Finds a task of the reference by its id.
///
/// # Errors
/// There is no such task.
pub fn task(id: &str) -> Result<&'static Task, Failure> {
    firewatch_reference::find(id).map_err(|_| {
        let ids = tasks().iter().map(|task| task.id);
        let help = instead_of(id, ids).unwrap_or_else(|| {
            let examples = tasks().iter().take(3);
            let some: Vec<String> = examples.map(|task| format!("`{}`", task.id)).collect();
            format!("for example, {}", some.join(", "))
        });
        Failure::Usage(format!("unknown task {id:?}"), Some(help))
    })
}

/// Loads a scenario from a file, and what may not be meant in it.
fn review_file(path: &Path, root: Option<&Path>) -> Result<(Scenario, Diagnostics), Diagnostics> {
    let options = LoadOptions::new();
    match root {
        Some(root) => options.root(root).review(path),
        None => options.review(path),
    }
}

/// Rejects an output file that is an input: a source, or an action file of its scenario.
///
/// # Errors
/// [`Failure::Usage`] if the output is an input, under any path.
pub fn ensure_not_an_input<'a>(
    out: &Path,
    sources: impl IntoIterator<Item = &'a Source>,
) -> Result<(), Failure> {
    // A file that does not exist is no input.
    if !out.exists() {
        return Ok(());
    }
    let is_target = |source: &&Source| match source {
        Source::File { .. } => source.files().iter().any(|path| is_same(path, out)),
        Source::Stdin | Source::Task(_) => false,
    };
    match sources.into_iter().find(is_target) {
        None => Ok(()),
        Some(_) => {
            let message = format!("`{}` is an input of this command", path_text(out));
            let help = "write to another file".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
    }
}
