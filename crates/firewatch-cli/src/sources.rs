//! From the arguments of a command line to scenarios.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_reference::{Task, tasks};
use firewatch_response::{FailedAction, Script};
use firewatch_ron::{MAX_FILE_BYTES, instead_of};
use firewatch_scenario::{Diagnostics, FileKind, Problem, Runbook, Scenario};

use crate::cli::RootArgument;
use crate::failure::Failure;
use crate::style::path_text;

const EXTENSION: &str = "ron";

/// Where a scenario is read from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The standard input, given as `-`.
    Stdin,
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// The folder below which the files lie that it names; `None` for the parent of its own.
        root: Option<PathBuf>,
    },
    /// A task of the reference, which is part of the program.
    Task(&'static Task),
}

impl Source {
    /// A file that names no others.
    pub fn alone(path: PathBuf) -> Self {
        Self::File { path, root: None }
    }

    /// The name that it is shown under.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "<stdin>".to_owned(),
            Self::File { path, .. } => path.display().to_string(),
            Self::Task(task) => task.id.to_owned(),
        }
    }

    /// The scenario in it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self) -> Result<Scenario, Diagnostics> {
        match self {
            Self::File { path, root } => {
                load_file(path, root.as_deref()).map_err(|problems| match self.kind() {
                    FileKind::Scenario => problems,
                    other => self.no_scenario(other),
                })
            }
            Self::Task(task) => Ok(task.scenario.clone()),
            Self::Stdin => {
                let mut bytes = Vec::new();
                // One byte more than allowed tells a large scenario from one that just fits.
                io::stdin()
                    .take(MAX_FILE_BYTES as u64 + 1)
                    .read_to_end(&mut bytes)
                    .map_err(|error| unreadable(&self.name(), &error))?;
                Scenario::parse_bytes(&self.name(), bytes)
            }
        }
    }

    /// The scenario in it under a profile, its own if none is given.
    ///
    /// # Errors
    /// Everything that is wrong with it, as it stands or under the profile.
    pub fn load_under(&self, profile: Option<Profile>) -> Result<Scenario, Diagnostics> {
        let mut scenario = self.load()?;
        if let Some(profile) = profile {
            scenario.profile = profile;
            let change = format!("with the profile {profile}");
            refuse(scenario.problems(), &self.name(), &change)?;
        }
        Ok(scenario)
    }

    /// The files of actions that the scenario in it names, if it is one.
    fn named(&self) -> Vec<PathBuf> {
        let Self::File { path, root } = self else {
            return Vec::new();
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        // What is wrong with it is told where it is played.
        let scenario = load_file(path, root.as_deref()).ok();
        let files = scenario
            .iter()
            .flat_map(|scenario| scenario.actions.files());
        files.map(|file| folder.join(file)).collect()
    }

    /// What sort of file it is, as far as can be seen.
    pub fn kind(&self) -> FileKind {
        let Self::File { path, .. } = self else {
            return FileKind::Scenario;
        };
        // What a pipe holds can be read only once.
        if !path.is_file() {
            return FileKind::Scenario;
        }
        let mut head = Vec::new();
        let read = fs::File::open(path)
            .and_then(|file| file.take(MAX_FILE_BYTES as u64).read_to_end(&mut head));
        // What can't be read is a problem where it is loaded.
        read.map_or(FileKind::Scenario, |_| {
            FileKind::of(&String::from_utf8_lossy(&head))
        })
    }

    fn no_scenario(&self, kind: FileKind) -> Diagnostics {
        let name = self.name();
        match kind {
            FileKind::Actions => {
                let help = "name it in a scenario: `actions: [\"FILE\"]`, relative to its folder";
                wrong(&name, "this is a file of actions, not a scenario", help)
            }
            FileKind::Runbook | FileKind::Scenario => {
                let help = format!(
                    "answer an incident with it: `firewatch run INCIDENT --runbook {name}`"
                );
                wrong(&name, "this is a runbook, not a scenario", &help)
            }
        }
    }

    /// Everything that is wrong with the scenario, the runbook or the actions in it.
    ///
    /// # Errors
    /// There is something.
    pub fn check(&self) -> Result<(), Diagnostics> {
        match (self, self.kind()) {
            (Self::File { path, .. }, FileKind::Runbook) => Runbook::load(path).map(|_| ()),
            (Self::File { path, .. }, FileKind::Actions) => {
                let catalogue = ActionCatalogue::built_in(Profile::default());
                catalogue.extended_by_file(path).map(|_| ())
            }
            _ => self.load().map(|_| ()),
        }
    }
}

/// Refuses a scenario or its runbook that was in order before a change. Such problems are not in the text.
///
/// # Errors
/// There are problems.
pub fn refuse(problems: Vec<Problem>, file: &str, change: &str) -> Result<(), Diagnostics> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Diagnostics {
        file: format!("{file} {change}"),
        text: String::new(),
        problems,
    })
}

/// What to do about an action that can't be carried out.
pub const FIT_ACTION: &str = "change what the action sets, in its file or by its parameters";

/// That an action of a run could not be carried out, if one could not: the actions don't fit the scenario in
/// a way that only the run shows.
///
/// # Errors
/// There is such an action.
pub fn check_actions(script: &Script, file: &str, seed: u64) -> Result<(), Diagnostics> {
    let Some(FailedAction { tick, error }) = script.failed_action() else {
        return Ok(());
    };
    let message = format!("at tick {tick} of seed {seed} an action failed: {error}");
    Err(wrong(file, &message, FIT_ACTION))
}

/// Refuses to write results over a file that they come from, those that a scenario names included.
///
/// # Errors
/// [`Failure::Usage`] if the file is one of the sources, by whatever path.
pub fn spare<'a>(out: &Path, sources: impl IntoIterator<Item = &'a Source>) -> Result<(), Failure> {
    // What does not exist yet is none of them, and they need not be read for it.
    if !out.exists() {
        return Ok(());
    }
    let is_target = |source: &&Source| match source {
        Source::File { path, .. } => {
            is_same(path, out) || source.named().iter().any(|path| is_same(path, out))
        }
        Source::Stdin | Source::Task(_) => false,
    };
    match sources.into_iter().find(is_target) {
        None => Ok(()),
        Some(_) => {
            let message = format!("`{}` is a file of this run", path_text(out));
            let help = "write to another file".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
    }
}

/// Whether both name the same file, by whatever path; one that does not exist is none.
pub fn is_same(a: &Path, b: &Path) -> bool {
    let [a, b] = [a, b].map(|path| path.canonicalize().ok());
    a.is_some() && a == b
}

/// The scenario in a file.
fn load_file(path: &Path, root: Option<&Path>) -> Result<Scenario, Diagnostics> {
    match root {
        Some(root) => Scenario::load_below(path, root),
        None => Scenario::load(path),
    }
}

/// The task of the reference with that id.
///
/// # Errors
/// There is none.
pub fn task(id: &str) -> Result<&'static Task, Failure> {
    firewatch_reference::find(id).map_err(|_| {
        let ids = tasks().iter().map(|task| task.id);
        let help = instead_of(id, ids).unwrap_or_else(|| {
            let some: Vec<String> = { tasks().iter().take(3) }
                .map(|task| format!("`{}`", task.id))
                .collect();
            format!("tasks are {} and others", some.join(", "))
        });
        Failure::Usage(format!("there is no task {id:?}"), Some(help))
    })
}

/// The sources that the arguments name, in order: files, `-`, and folders searched through. An
/// argument that names nothing is a problem in its place. Of a folder, only the scenarios.
pub fn find(arguments: &[PathBuf], root: &RootArgument) -> Vec<Result<Source, Diagnostics>> {
    let find = |path: &PathBuf| find_one(path, root);
    arguments.iter().flat_map(find).collect()
}

/// As [`find`], with the runbooks and files of actions.
pub fn find_all(arguments: &[PathBuf], root: &RootArgument) -> Vec<Result<Source, Diagnostics>> {
    let find = |path: &PathBuf| find_those(path, root, |_| true);
    arguments.iter().flat_map(find).collect()
}

/// What one argument names.
pub fn find_one(path: &Path, root: &RootArgument) -> Vec<Result<Source, Diagnostics>> {
    find_those(path, root, |source| source.kind() == FileKind::Scenario)
}

/// What one argument names; of a folder, those that are wanted.
fn find_those(
    path: &Path,
    root: &RootArgument,
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
            return vec![Err(wrong(&name, "there is no such file or folder", help))];
        }
        Err(error) => return vec![Err(unreadable(&name, &error))],
    };
    if metadata.is_dir() {
        return in_folder(path, root, wanted);
    }
    if path
        .extension()
        .is_none_or(|extension| extension != EXTENSION)
    {
        let help = "the name of a scenario file ends in `.ron`; `-` reads the standard input";
        return vec![Err(wrong(&name, "not a scenario file", help))];
    }
    vec![Ok(file(path.to_owned(), root))]
}

fn file(path: PathBuf, root: &RootArgument) -> Source {
    let root = root.root.clone();
    Source::File { path, root }
}

fn in_folder(
    folder: &Path,
    root: &RootArgument,
    wanted: fn(&Source) -> bool,
) -> Vec<Result<Source, Diagnostics>> {
    let name = folder.display().to_string();
    let mut search = match Search::new(folder) {
        Ok(search) => search,
        Err(error) => return vec![Err(unreadable(&name, &error))],
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
        let help = "scenario files end in `.ron`; runbooks and files of actions are none; folders below this one were searched too";
        problems.push(wrong(&name, "no scenario in this folder", help));
    }
    let files = files.into_iter().map(Ok);
    files.chain(problems.into_iter().map(Err)).collect()
}

/// What is found in a folder and in those below it.
struct Search {
    /// The folder without links.
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
            self.problems.push(unreadable(&name, &error));
        }
    }

    /// Links to folders are not followed: they could lead in a circle. Nobody asked for the pipes and devices
    /// in a folder.
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
                // Not a scenario.
            } else if file_type.is_symlink() && !is_below(&path, &self.home) {
                let name = path.display().to_string();
                self.problems.push(leads_out(&name));
            } else if !is_special(&path) {
                self.files.push(path);
            }
        }
        Ok(())
    }
}

/// Whether a path leads to something below a folder, which is given without links.
pub fn is_below(path: &Path, home: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path.starts_with(home))
}

/// That a link was found by searching which may lead to what the author of the folder must not read: what is
/// wrong with a file is shown with its text. The same where it leads to nothing, so that an answer does not
/// tell what is there.
pub fn leads_out(name: &str) -> Diagnostics {
    let help = "put the file itself there, or name the link on the command line to read it";
    wrong(
        name,
        "this link leads to no file in the folder that is searched",
        help,
    )
}

/// Whether there is something other than a file or a folder.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// A problem that is not at a place of the file.
pub fn wrong(name: &str, message: &str, help: &str) -> Diagnostics {
    Diagnostics::without_text(name, message.to_owned(), Some(help.to_owned()))
}

fn unreadable(name: &str, error: &io::Error) -> Diagnostics {
    Diagnostics::without_text(name, format!("can't be read: {error}"), None)
}
