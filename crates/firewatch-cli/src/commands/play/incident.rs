//! The incident to play, and its rules.

use std::path::Path;
use std::sync::Arc;

use super::arguments::PlayArguments;
use crate::failure::Failure;
use crate::paths::{path_text, quoted};
use crate::sources::{self, Source};
use firewatch_action::Profile;
use firewatch_episode::{EpisodeError, EpisodeRequest};
use firewatch_scenario::{Diagnostics, Difficulty, Scenario};

/// Under this profile, the reference draws an initial state that no file can express.
const NO_FILE: &str = "under the profile `reference`, tasks and generated incidents start in a state that `run` cannot reproduce";

/// An incident to play.
pub struct PlayIncident {
    /// The profile of its rules.
    pub profile: Profile,
    origin: IncidentOrigin,
}

enum IncidentOrigin {
    File(Arc<Scenario>),
    Task { id: String, seed: Option<u64> },
    Drawn { difficulty: Difficulty, seed: u64 },
}

impl PlayIncident {
    /// Reads the incident that the arguments name. The inner error holds the problems of an invalid scenario.
    ///
    /// # Errors
    /// The arguments contradict each other.
    pub fn of(arguments: &PlayArguments) -> Result<Result<Self, Diagnostics>, Failure> {
        let (seed, profile) = (arguments.seed, arguments.profile);
        let origin = match (&arguments.file, &arguments.task, arguments.difficulty) {
            (Some(file), ..) => return of_file(file, arguments),
            (None, Some(id), _) => IncidentOrigin::Task {
                id: id.clone(),
                seed,
            },
            (None, None, difficulty) => IncidentOrigin::Drawn {
                // clap requires one of the three.
                difficulty: difficulty.unwrap_or(Difficulty::Easy),
                seed: seed.unwrap_or(0),
            },
        };
        let profile = profile.unwrap_or_default();
        Ok(Ok(Self { profile, origin }))
    }

    /// Returns whether the incident begins in the state that its scenario describes.
    pub fn begins_as_its_scenario(&self) -> bool {
        self.profile != Profile::Reference || matches!(self.origin, IncidentOrigin::File(_))
    }

    /// Returns the request to reset an episode to this incident.
    ///
    /// # Errors
    /// There is no such task.
    pub fn request(&self) -> Result<EpisodeRequest, Failure> {
        match &self.origin {
            IncidentOrigin::File(scenario) => Ok(EpisodeRequest::Scenario(Arc::clone(scenario))),
            IncidentOrigin::Drawn { difficulty, seed } => Ok(EpisodeRequest::Drawn {
                difficulty: *difficulty,
                seed: *seed,
            }),
            IncidentOrigin::Task { id, seed } => {
                let task = sources::task(id)?;
                Ok(EpisodeRequest::Task {
                    id: id.clone(),
                    difficulty: Some(task.difficulty()),
                    seed: Some(seed.unwrap_or(task.scenario.seed)),
                })
            }
        }
    }

    /// Returns the command that replays the session by its runbook, and the text before it.
    ///
    /// # Errors
    /// The reason why no command does.
    pub fn replay_command(
        &self,
        arguments: &PlayArguments,
        runbook: &Path,
    ) -> Result<(&'static str, String), &'static str> {
        let file = arguments.file.as_deref().unwrap_or(Path::new(""));
        let root = arguments.root.folder();
        let (source, file) = match &self.origin {
            IncidentOrigin::File(_) => (String::new(), quoted(file)?),
            _ if self.profile == Profile::Reference => return Err(NO_FILE),
            IncidentOrigin::Task { id, .. } => (String::new(), format!("--task {id}")),
            IncidentOrigin::Drawn { difficulty, seed } => (
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
        if let IncidentOrigin::File(_) = &self.origin {
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
            true => "to replay it",
            false => "to replay it from this folder",
        };
        Ok((heading, command))
    }
}

fn of_file(
    file: &Path,
    arguments: &PlayArguments,
) -> Result<Result<PlayIncident, Diagnostics>, Failure> {
    let usage = |message: String, help: &str| Failure::Usage(message, Some(help.to_owned()));
    if file.is_dir() {
        let message = format!("`{}` is a folder", path_text(file));
        return Err(usage(message, "`play` plays one scenario: give its file"));
    }
    let mut sources = sources::find_one(file, arguments.root.folder());
    let Some(source) = sources.pop() else {
        return Err(usage(
            format!("`{}` does not exist", path_text(file)),
            "give a scenario file",
        ));
    };
    if let Ok(Source::Stdin) = source {
        let message = "`play` can't read the scenario from the standard input".to_owned();
        return Err(usage(
            message,
            "the session is read from there: give a file",
        ));
    }
    if let (Some(save), Ok(source)) = (&arguments.save, &source) {
        sources::ensure_not_an_input(save, [source])?;
    }
    Ok(source.and_then(|source| of_source(&source, arguments)))
}

fn of_source(source: &Source, arguments: &PlayArguments) -> Result<PlayIncident, Diagnostics> {
    let read = source.load()?;
    // The timeline follows the same profile.
    let profile = arguments.profile.unwrap_or(read.profile);
    let mut scenario = Scenario { profile, ..read };
    let mut change = format!("with the profile {profile}");
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
        change = format!("with seed {seed} and the profile {profile}");
    }
    sources::reject(scenario.problems(), &source.name(), &change)?;
    Ok(PlayIncident {
        profile,
        origin: IncidentOrigin::File(Arc::new(scenario)),
    })
}

/// Converts the error of an episode.
pub fn failure(error: &EpisodeError) -> Failure {
    match error {
        EpisodeError::Unregistered { .. } => {
            let help = "play it with `--profile standard`".to_owned();
            Failure::Usage(error.to_string(), Some(help))
        }
        EpisodeError::Sim(error) => error.clone().into(),
        _ => Failure::Internal(format!("the episode failed: {error}")),
    }
}
