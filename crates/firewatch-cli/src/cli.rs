//! What can be typed.

use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;
use firewatch_action::Profile;
use firewatch_scenario::{Difficulty, MAX_TICKS};

use crate::audit::{self, AuditArguments};
use crate::sweep::{SeedList, Shard, Vary};

const EXIT_CODES: &str = "\
Exit codes (of several that apply, the highest):
  0  all well
  1  an expectation of a scenario or a runbook failed, or a check of an audit did or is undecided
  2  bad usage, or a scenario that is not in order
  3  anything else: output that can't be written, a bug
Where the reader of the output goes away, the command stops: the highest that applied by then.

Results go to the standard output, diagnostics and progress to the standard error.
The same scenario and seed give the same output, byte for byte.";

/// More threads than any machine runs at once are a slip.
pub const MAX_THREADS: i64 = 1024;

const FORMATS: &str = include_str!("run/formats.txt");
const ROWS: &str = include_str!("sweep/formats.txt");

/// Plays production incidents written down as scenarios: services fail, failures spread, somebody
/// fixes them; every run of a scenario is the same to the last bit.
#[derive(Debug, Parser)]
#[command(name = "firewatch", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Whether to use colours; `auto` is on a terminal and without `NO_COLOR`
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play scenarios and hold them against their expectations
    #[command(after_help = EXIT_CODES, after_long_help = format!("{FORMATS}\n{EXIT_CODES}"))]
    Run(RunArguments),
    /// Be on call: answer an incident in the terminal, step by step, and be graded
    #[command(after_long_help = crate::play::help())]
    Play(PlayArguments),
    /// Play a grid of runs of one scenario, and write a row for each
    #[command(after_help = EXIT_CODES, after_long_help = format!("{ROWS}\n{EXIT_CODES}"))]
    Sweep(SweepArguments),
    /// Say everything that is wrong with scenarios, runbooks and files of actions, and run nothing
    ///
    /// Whether an incident has what a runbook speaks of is only known with the incident:
    /// `firewatch run INCIDENT --runbook FILE` says so.
    #[command(after_help = EXIT_CODES)]
    Check(CheckArguments),
    /// Say whether scenarios are good incidents: play policies on them, and hold what comes of it
    /// against checks
    #[command(after_help = EXIT_CODES, after_long_help = format!("{}\n{EXIT_CODES}", audit::details()))]
    Audit(AuditArguments),
    /// List scenarios and what each is about
    List(ListArguments),
    /// List the actions that can answer an incident
    Actions(ActionsArguments),
    /// Draw who calls whom as Graphviz DOT, with faults and blast radius marked
    ///
    /// An arrow from a to b says that a calls b. To see it:
    /// `firewatch graph FILE | dot -Tsvg > mesh.svg`.
    Graph(GraphArguments),
    /// Draw an incident by difficulty and seed, and print it as a scenario file
    Generate(GenerateArguments),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Whether to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of a run's results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A story and a summary, to be read
    #[default]
    Text,
    /// One document: an array with an object a run
    Json,
    /// One line a tick, with every metric of every service
    Jsonl,
    /// One row a tick and service, with the same columns always
    Csv,
}

/// The form of a sweep's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// A heading, then a row a run
    #[default]
    Csv,
    /// One line a run
    Jsonl,
    /// A Parquet file with typed columns
    Parquet,
}

/// The form of other results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// To be read
    #[default]
    Text,
    /// One array
    Json,
}

/// Where the files lie that a scenario names.
#[derive(Args, Debug)]
pub struct RootArgument {
    /// Scenarios name only files below this folder [default: the parent of each scenario's own folder]
    #[arg(long, value_name = "DIR", value_parser = existing_folder)]
    pub root: Option<PathBuf>,
}

/// Reads the path of a folder that is there.
fn existing_folder(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if path.is_dir() {
        Ok(path)
    } else {
        Err("there is no such folder".to_owned())
    }
}

/// The arguments of `run`.
#[derive(Args, Debug)]
pub struct RunArguments {
    /// Scenario files, folders to search for `*.ron`, or `-` for the standard input
    #[arg(required_unless_present = "task", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Run a task of the reference, such as `task_easy_oom_baseline`, instead of files
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    pub task: Option<String>,
    /// The form of the results; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Answer each incident with this runbook, and grade the answer
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
    /// Play by these rules and numbers instead of the scenario's own
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Run for so many ticks, whatever the scenario says; steps behind the end don't happen
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..=MAX_TICKS))]
    pub ticks: Option<u64>,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    pub seed: Option<u64>,
    /// Run with each seed from A up to but not including B, and show the distribution
    #[arg(long, value_name = "A..B", conflicts_with = "logs")]
    pub seeds: Option<Seeds>,
    /// Play the seeds on so many threads; the output is the same with any number [default: as many as
    /// the machine runs at once]
    #[arg(long, value_name = "N", requires = "seeds", value_parser = value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// Print only what failed, and a last line (text)
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the log of this service at the end, in the scenarios that have it (text and json)
    #[arg(long, value_name = "SERVICE")]
    pub logs: Option<String>,
    /// How many status changes a story tells before it leaves them out: a number or `all`
    #[arg(long, value_name = "N", default_value = "50")]
    pub events: EventLimit,
    /// Write the results to this file, whole or not at all
    ///
    /// The file gets its name only when it is whole: after an exit code of 2 or 3, or a signal that ends
    /// the command, a file of that name is as it was before. A link means what it leads to.
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `play`.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("incident").required(true)))]
pub struct PlayArguments {
    /// A scenario file
    #[arg(value_name = "FILE", group = "incident")]
    pub file: Option<PathBuf>,
    /// A task of the reference, such as `task_easy_oom_baseline`
    #[arg(long, value_name = "ID", group = "incident")]
    pub task: Option<String>,
    /// An incident that is drawn by difficulty and seed
    #[arg(long, short, value_name = "DIFFICULTY", group = "incident", value_parser = difficulty())]
    pub difficulty: Option<Difficulty>,
    /// Use this seed instead of the incident's own; an incident that is drawn has 0
    #[arg(long, short, value_name = "N")]
    pub seed: Option<u64>,
    /// Whose rules hold, `standard` as they are meant or `reference` with its defects [default: the
    /// scenario's]
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Write what was done to this file, as a runbook, whole or not at all
    ///
    /// `firewatch run FILE --runbook RUNBOOK`, with `--task ID` instead of FILE for a task, does the same
    /// again, with the same grade. Under the profile `reference`, a task and what is drawn begin a little
    /// different from what `run` can play. The file is
    /// written when the session ends, whether the incident is over or not, unless nothing was done.
    /// A signal that ends the command, such as SIGTERM or the closing of the terminal, leaves no file.
    #[arg(long, value_name = "RUNBOOK")]
    pub save: Option<PathBuf>,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `sweep`.
#[derive(Args, Debug)]
pub struct SweepArguments {
    /// A scenario file, or `-` for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Seeds and ranges of them, such as `0..1000` or `1,2,10..=20`
    #[arg(long, value_name = "SEEDS")]
    pub seeds: Option<SeedList>,
    /// Vary `speed`, `kind` or `halt`: of all faults, or `speed:SERVICE` of those of one service
    #[arg(long, value_name = "NAME=VALUES")]
    pub vary: Vec<Vary>,
    /// Answer each run with this runbook; its rows say what the answer was worth
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
    /// The form of the rows; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: RowFormat,
    /// Play only piece K of N, counted from 1: the rows of all pieces together are those of the whole
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Play on so many threads; the rows are the same with any number [default: as many as the machine
    /// runs at once]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// Write the rows to this file, whole or not at all; until then they are in FILE.partial
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Go on where a sweep with the same files and arguments was stopped; begin if there was none
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Files, folders to search for `*.ron`, or `-` for the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The form of the problems
    ///
    /// `json` is an array with an object a problem: `file`, `line`, `column`,
    /// `end_line`, `end_column` (from 1, columns in characters, the end is just behind the place; all 0
    /// where there is no place in the text), `path` (where in the scenario, like `faults[1].speed`),
    /// `message`, `label` (a few words on the place, may be empty) and `help` (what would be right, or
    /// null).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `list`.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Folders to search for `*.ron`, or files
    #[arg(value_name = "FOLDER", default_value = "scenarios")]
    pub folders: Vec<PathBuf>,
    /// The form of the list
    ///
    /// `json` is an array with an object a scenario: `file`, `name`,
    /// `description`, `seed`, `difficulty` (or null), `ticks`, `services` (names), `fault_kinds` and
    /// `mechanics` (names) and `expectations` (their number).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `actions`.
#[derive(Args, Debug)]
pub struct ActionsArguments {
    /// A scenario, or a file of actions: those of its own are listed among the built-in ones
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Whose actions: what the reference does, or what it was meant to do. If it is left out, the
    /// scenario's, which is `standard` unless it says otherwise
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// The form of the list
    ///
    /// `json` is an array with an object an action: `name`, `category`, `about`, `needs_target`,
    /// `guarded` (whether it is wrong on a service that there is nothing to remedy about),
    /// `ends_episode`, `own` (whether it is not the built-in one of that name), `halts` (kinds of
    /// fault) and `parameters`, each with `name`, `about`, `expected` (in words), `default`, `min` and
    /// `max` (or null) and `choices`.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `graph`.
#[derive(Args, Debug)]
pub struct GraphArguments {
    /// A scenario file, or `-` for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The arguments of `generate`.
#[derive(Args, Debug)]
pub struct GenerateArguments {
    /// How hard it is
    #[arg(long, short, value_name = "DIFFICULTY", value_parser = difficulty())]
    pub difficulty: Difficulty,
    /// What to draw from: the same seed gives the same incident
    #[arg(long, short, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Write the scenario to this file
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Reads the name of a difficulty.
fn difficulty() -> impl TypedValueParser<Value = Difficulty> {
    let names = Difficulty::ALL.iter().map(|difficulty| difficulty.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Difficulty>())
}

/// Reads the name of a profile.
pub fn profile() -> impl TypedValueParser<Value = Profile> {
    let names = Profile::ALL.iter().map(|profile| profile.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Profile>())
}

/// Seeds from the first up to but not including the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// The first seed.
    pub first: u64,
    /// The one behind the last.
    pub end: u64,
}

impl Seeds {
    /// The seeds.
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
                    "an end that is included can't be given: write `A..B`, without B".to_owned(),
                );
            }
            return Err("two whole numbers are wanted, like `0..1000`".to_owned());
        };
        if first >= end {
            let example = format!("`{first}..{}`", first.saturating_add(1));
            return Err(format!(
                "no seed lies in it: the end is not included, so that {example} is one seed"
            ));
        }
        Ok(Self { first, end })
    }
}

/// How many status changes a story tells.
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
                .map_err(|_| "a whole number or `all` is wanted".to_owned()),
        }
    }
}
