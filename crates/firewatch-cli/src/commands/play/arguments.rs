//! The arguments of `firewatch play`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use firewatch_action::Profile;
use firewatch_scenario::Difficulty;

use crate::arguments::{RootArgument, difficulty, profile};

/// The arguments of `play`.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("incident").required(true)))]
pub struct PlayArguments {
    /// A scenario file in RON or JSON (`*.json`); the session takes the standard input
    #[arg(value_name = "FILE", group = "incident")]
    pub file: Option<PathBuf>,
    /// Play a built-in task of the reference, such as `task_easy_oom_baseline`
    #[arg(long, value_name = "ID", group = "incident")]
    pub task: Option<String>,
    /// Play an incident generated from this difficulty and a seed
    #[arg(long, short, value_name = "DIFFICULTY", group = "incident", value_parser = difficulty())]
    pub difficulty: Option<Difficulty>,
    /// Seed of the incident.
    #[arg(
        long,
        short,
        value_name = "N",
        help = format!(
            "Use this seed instead of the incident's own, which is 0 for a generated incident [0 to {}]",
            u64::MAX
        )
    )]
    pub seed: Option<u64>,
    /// Use the rules of this profile: `standard`, or `reference` with its defects [default: the
    /// scenario's]
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Write the actions to this file as a runbook, whole or not at all
    ///
    /// `firewatch run FILE --runbook RUNBOOK` replays the session with the same grade; for a task, give
    /// `--task ID` instead of FILE. Under the profile `reference`, tasks and generated incidents start in a
    /// state that `run` cannot reproduce. The file is written when the session ends, whether or not the
    /// incident is over, unless no action was performed: a session of waits alone is not saved. A signal that ends the command, such as SIGTERM or
    /// the closing of the terminal, leaves no file.
    #[arg(long, value_name = "RUNBOOK")]
    pub save: Option<PathBuf>,
    /// Compare with this runbook at the end, instead of the one of the scenario's name in a folder `runbooks`
    /// beside it or above
    ///
    /// It must fit the incident: the session does not begin otherwise.
    #[arg(long, value_name = "RUNBOOK")]
    pub runbook: Option<PathBuf>,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}
