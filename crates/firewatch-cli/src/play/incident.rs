//! Which incident is played, and by which rules.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use firewatch_action::Profile;
use firewatch_episode::{EpisodeError, EpisodeRequest};
use firewatch_ron::steers_terminal;
use firewatch_scenario::{Diagnostics, Difficulty, Scenario};

use crate::cli::PlayArguments;
use crate::failure::Failure;
use crate::sources::{self, Source};
use crate::style::path_text;

/// The reference draws what no file holds.
const NO_FILE: &str = "under the profile `reference`, a task and what is drawn begin differently from what `run` plays";
const NOT_UTF8: &str = "the name of a file is not UTF-8";

/// An incident to be played.
pub struct Incident {
    /// Whose rules hold.
    pub profile: Profile,
    origin: Origin,
}

enum Origin {
    File(Arc<Scenario>),
    Task { id: String, seed: Option<u64> },
    Drawn { difficulty: Difficulty, seed: u64 },
}

impl Incident {
    /// What the arguments name; the inner error is a scenario that is not in order.
    ///
    /// # Errors
    /// Arguments that make no sense.
    pub fn of(arguments: &PlayArguments) -> Result<Result<Self, Diagnostics>, Failure> {
        let (seed, profile) = (arguments.seed, arguments.profile);
        let origin = match (&arguments.file, &arguments.task, arguments.difficulty) {
            (Some(file), ..) => return of_file(file, arguments),
            (None, Some(id), _) => Origin::Task {
                id: id.clone(),
                seed,
            },
            (None, None, difficulty) => Origin::Drawn {
                // One of the three is always given.
                difficulty: difficulty.unwrap_or(Difficulty::Easy),
                seed: seed.unwrap_or(0),
            },
        };
        let profile = profile.unwrap_or_default();
        Ok(Ok(Self { profile, origin }))
    }

    /// What a reset asks for.
    ///
    /// # Errors
    /// There is no such task.
    pub fn request(&self) -> Result<EpisodeRequest, Failure> {
        match &self.origin {
            Origin::File(scenario) => Ok(EpisodeRequest::Scenario(Arc::clone(scenario))),
            Origin::Drawn { difficulty, seed } => Ok(EpisodeRequest::Drawn {
                difficulty: *difficulty,
                seed: *seed,
            }),
            Origin::Task { id, seed } => {
                let task = sources::task(id)?;
                Ok(EpisodeRequest::Task {
                    id: id.clone(),
                    difficulty: Some(task.difficulty()),
                    seed: Some(seed.unwrap_or(task.scenario.seed)),
                })
            }
        }
    }

    /// Returns the command that answers the same incident with a runbook, and the line before it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn again(
        &self,
        arguments: &PlayArguments,
        runbook: &Path,
    ) -> Result<(&'static str, String), &'static str> {
        let file = arguments.file.as_deref().unwrap_or(Path::new(""));
        let root = arguments.root.root.as_deref();
        let (source, file) = match &self.origin {
            Origin::File(_) => (String::new(), quoted(file)?),
            _ if self.profile == Profile::Reference => return Err(NO_FILE),
            Origin::Task { id, .. } => (String::new(), format!("--task {id}")),
            Origin::Drawn { difficulty, seed } => (
                format!("firewatch generate --difficulty {difficulty} --seed {seed} | "),
                "-".to_owned(),
            ),
        };
        let mut command = format!(
            "{source}firewatch run {file} --runbook {}",
            quoted(runbook)?
        );
        let mut paths = vec![runbook];
        if let (Some(seed), true) = (arguments.seed, source.is_empty()) {
            command.push_str(&format!(" --seed {seed}"));
        }
        if let Origin::File(_) = &self.origin {
            paths.extend(arguments.file.as_deref());
            paths.extend(root);
            if let Some(root) = root {
                command.push_str(&format!(" --root {}", quoted(root)?));
            }
        }
        if let Some(profile) = arguments.profile {
            command.push_str(&format!(" --profile {profile}"));
        }
        let heading = match paths.iter().all(|path| path.is_absolute()) {
            true => "to do it again",
            false => "to do it again, from this folder",
        };
        Ok((heading, command))
    }
}

/// A path as a word of a shell, fit for a terminal; one that begins as a flag does gets a folder before it.
fn quoted(path: &Path) -> Result<String, &'static str> {
    let mut path = Cow::Borrowed(path.to_str().ok_or(NOT_UTF8)?);
    if path.starts_with('-') {
        path = Cow::Owned(format!("./{path}"));
    }
    if path.contains(steers_terminal) {
        return Ok(quoted_with_escapes(&path));
    }
    // Only a zero byte can't be quoted, and no path has one.
    Ok(shlex::try_quote(&path).map_or_else(|_| path.to_string(), Cow::into_owned))
}

/// A word in `$'...'`, in which the shells know escapes of bytes.
fn quoted_with_escapes(word: &str) -> String {
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if steers_terminal(c) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

fn of_file(
    file: &Path,
    arguments: &PlayArguments,
) -> Result<Result<Incident, Diagnostics>, Failure> {
    let usage = |message: String, help: &str| Failure::Usage(message, Some(help.to_owned()));
    if file.is_dir() {
        let message = format!("`{}` is a folder", path_text(file));
        return Err(usage(message, "`play` plays one scenario: give its file"));
    }
    let mut sources = sources::find_one(file, &arguments.root);
    let Some(source) = sources.pop() else {
        return Err(usage(
            format!("`{}` names nothing", path_text(file)),
            "give a scenario file",
        ));
    };
    if let Ok(Source::Stdin) = source {
        let message = "`play` can't read the scenario from the standard input".to_owned();
        return Err(usage(message, "what to do is read from there: give a file"));
    }
    if let (Some(save), Ok(source)) = (&arguments.save, &source) {
        sources::spare(save, [source])?;
    }
    Ok(source.and_then(|source| of_source(&source, arguments)))
}

fn of_source(source: &Source, arguments: &PlayArguments) -> Result<Incident, Diagnostics> {
    let read = source.load()?;
    // Its timeline goes by the same rules.
    let profile = arguments.profile.unwrap_or(read.profile);
    let mut scenario = Scenario { profile, ..read };
    let mut change = format!("with the profile {profile}");
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
        change = format!("with seed {seed} and the profile {profile}");
    }
    sources::refuse(scenario.problems(), &source.name(), &change)?;
    Ok(Incident {
        profile,
        origin: Origin::File(Arc::new(scenario)),
    })
}

/// Why an incident could not begin, or a step not be done.
pub fn failure(error: &EpisodeError) -> Failure {
    match error {
        EpisodeError::Unregistered { .. } => {
            let help = "play it with `--profile standard`".to_owned();
            Failure::Usage(error.to_string(), Some(help))
        }
        EpisodeError::Sim(error) => error.clone().into(),
        _ => Failure::Internal(format!("the episode can't go on: {error}")),
    }
}
