//! The arguments of `firewatch run`.

use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum, value_parser};
use firewatch_action::Profile;
use firewatch_scenario::MAX_TICKS;
use firewatch_sim::SECONDS_PER_TICK;

use super::view::ViewArguments;
use crate::arguments::{EXIT_CODES, MAX_THREADS, RootArgument, profile};
use crate::ui::output::Form;

/// The arguments of `run`.
#[derive(Args, Debug)]
pub struct RunArguments {
    /// Scenario files in RON or JSON (`*.json`), folders to search for `*.ron`, or `-` for the standard input
    #[arg(required_unless_present = "task", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Run a built-in task of the reference, such as `task_easy_oom_baseline`, instead of files
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    pub task: Option<String>,
    /// Format of the results; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Respond to each incident with this runbook and grade the response
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
    /// Use the rules of this profile instead of the scenario's: `standard`, or `reference` with its defects
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Number of ticks to run.
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u64).range(1..=MAX_TICKS),
        help = format!(
            "Run for N ticks of {SECONDS_PER_TICK} simulated seconds instead of the scenario's length; later timeline steps are skipped, and expectations at the end of a scenario that is cut short are left undecided [1 to {MAX_TICKS}]"
        )
    )]
    pub ticks: Option<u64>,
    /// Seed of the scenario.
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "seeds",
        help = format!("Use this seed instead of the scenario's [0 to {}]", u64::MAX)
    )]
    pub seed: Option<u64>,
    /// Range of seeds.
    #[arg(
        long,
        value_name = "A..B",
        conflicts_with = "logs",
        help = format!(
            "Run with each seed from A up to but not including B, and show the distribution [A and B: 0 to {}]",
            u64::MAX
        )
    )]
    pub seeds: Option<Seeds>,
    /// Number of threads for the seeds.
    #[arg(
        long,
        value_name = "N",
        requires = "seeds",
        value_parser = value_parser!(u16).range(1..=MAX_THREADS),
        help = format!(
            "Play the seeds on N threads; the output is the same for any N [1 to {MAX_THREADS}; default: as many as the machine runs at once]"
        )
    )]
    pub threads: Option<u16>,
    /// Print only failures and a summary (text)
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the log of this service at the end, for scenarios that have it (text and json)
    #[arg(long, value_name = "SERVICE")]
    pub logs: Option<String>,
    /// Show at most N status changes per scenario: a number from 0 up, or `all` (text)
    #[arg(long, value_name = "N", default_value = "50")]
    pub events: EventLimit,
    /// What the text shows.
    #[command(flatten)]
    pub view: ViewArguments,
    /// Play this scenario, too, and show both runs side by side: what differs, and from which tick on (text)
    ///
    /// With the same file, `--runbook` shows what the response changed: it applies to the first run only.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "logs", "quiet"])]
    pub against: Option<PathBuf>,
    /// Respond to the incident of `--against` with this runbook
    #[arg(long, value_name = "FILE", requires = "against")]
    pub against_runbook: Option<PathBuf>,
    /// Run again whenever a file of the run is saved, until the command is interrupted
    #[arg(long, conflicts_with = "out")]
    pub watch: bool,
    /// Write the results to this file, whole or not at all
    ///
    /// The file gets its name only when it is complete: after exit code 2 or 3, or a signal that ends the
    /// command, an existing file of that name is unchanged. A link stands for its target.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The format of the results of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Events and a summary, for people
    #[default]
    Text,
    /// One JSON array with an object per run
    Json,
    /// One JSON line per tick, with every metric of every service
    Jsonl,
    /// One row per tick and service, always with the same columns
    Csv,
}

impl From<Format> for Form {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json | Format::Jsonl | Format::Csv => Self::Data,
        }
    }
}

/// A range of seeds that excludes its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The first seed.
    pub first: u64,
    /// The seed after the last.
    pub end: u64,
}

impl Seeds {
    /// Returns the seeds.
    pub fn range(self) -> Range<u64> {
        self.first..self.end
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once("..");
        let number = |part: &str| part.parse::<u64>().ok();
        let range = parts.and_then(|(first, end)| Some((number(first)?, number(end)?)));
        let Some((first, end)) = range else {
            if text.contains("..=") {
                return Err(
                    "an inclusive end is not supported: write `A..B`, which excludes B".to_owned(),
                );
            }
            return Err("expected two whole numbers, such as `0..1000`".to_owned());
        };
        if first >= end {
            let example = format!("`{first}..{}`", first.saturating_add(1));
            return Err(format!(
                "the range is empty: its end is excluded, so {example} is one seed"
            ));
        }
        Ok(Self { first, end })
    }
}

/// The maximum number of status changes shown per scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimit(pub usize);

impl FromStr for EventLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self(usize::MAX)),
            _ => text
                .parse()
                .map(Self)
                .map_err(|_| "expected a whole number or `all`".to_owned()),
        }
    }
}

/// Returns the formats and the exit codes, for the long help.
pub fn details() -> String {
    format!("{}\n{EXIT_CODES}", include_str!("formats.txt"))
}
