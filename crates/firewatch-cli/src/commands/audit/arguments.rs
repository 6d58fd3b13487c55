//! The arguments of `firewatch audit`.

use std::path::PathBuf;

use clap::{Args, value_parser};
use firewatch_action::Profile;
use firewatch_audit::{AuditCheck, DEFAULT_LIMIT, DEFAULT_SINGLES, WON};
use textwrap::Options;

use crate::arguments::{EXIT_CODES, MAX_THREADS, PlainFormat, RootArgument, profile};

/// Width of the help in columns.
const WIDTH: usize = 100;

/// Maximum actions of a searched response.
const MAX_ACTIONS: i64 = 12;
/// Maximum random policies.
const MAX_RANDOM: u64 = 100_000;

/// The bound of the work, and what is done first.
const WORK: &str = "An audit has a bound: `--limit`. Cheap checks come first (names, logs, doing nothing, the runbooks), then the reports of investigations (at most an eighth of the limit), blind policies (until half of it is used), a search if no runbook wins, and the variants of the best answer. The report has the work that was estimated, and that was done; an incident of the catalogue takes 1 to 3 million service ticks, about a second.";

/// The arguments of `audit`.
#[derive(Args, Debug)]
pub struct AuditArguments {
    /// Scenario files in RON or JSON (`*.json`), folders to search for `*.ron`, or `-` for the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Format of the results; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// Add a runbook that should win, besides the scenario's own: the file of the same name in a folder
    /// `runbooks` beside the scenario or up to three levels above
    #[arg(long, value_name = "FILE")]
    pub runbook: Vec<PathBuf>,
    /// Use the rules of this profile instead of the scenario's: `standard`, or `reference` with its defects
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Maximum actions of the searched response.
    #[arg(
        long,
        value_name = "K",
        default_value_t = 4,
        value_parser = value_parser!(u8).range(..=MAX_ACTIONS),
        help = format!(
            "If no runbook wins, search for a response of at most K actions [0 to {MAX_ACTIONS}; 0: no search]"
        )
    )]
    pub max_actions: u8,
    /// Number of random policies.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 64,
        value_parser = value_parser!(u64).range(..=MAX_RANDOM),
        help = format!("Play N random policies [0 to {MAX_RANDOM}]")
    )]
    pub random: u64,
    /// Maximum policies of a single remedy.
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_SINGLES,
        value_parser = value_parser!(u64).range(..=MAX_RANDOM),
        help = format!(
            "Play at most N policies of a single remedy: each remedy at each tick, or at ticks drawn by the seed if these would be more [0 to {MAX_RANDOM}]"
        )
    )]
    pub singles: u64,
    /// Maximum work per scenario in service ticks.
    #[arg(
        long,
        value_name = "N",
        default_value_t = DEFAULT_LIMIT,
        help = format!(
            "Limit the work per scenario to N service ticks: ticks times the sum of services, calls and faults, over all policies. Policies beyond the limit are skipped; checks that need them are undecided, marked `?` [0 to {}]",
            u64::MAX
        )
    )]
    pub limit: u64,
    /// Number of threads.
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u16).range(1..=MAX_THREADS),
        help = format!(
            "Play policies on N threads; the output is the same for any N [1 to {MAX_THREADS}; default: as many as the machine runs at once]"
        )
    )]
    pub threads: Option<u16>,
    /// Print only failed checks and a summary (text)
    #[arg(long, short)]
    pub quiet: bool,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// Returns the checks, the formats and the exit codes, for the long help.
pub fn details() -> String {
    let checks = AuditCheck::ALL.iter();
    let checks: String = checks
        .map(|check| entry(check.name(), check.definition()))
        .collect();
    let forms = include_str!("formats.txt");
    format!(
        "Checks:\n{checks}\n{}\n{}\n{forms}\n{EXIT_CODES}",
        wrapped("", "", WON),
        wrapped("", "", WORK)
    )
}

/// Formats a name and its text as wrapped lines.
fn entry(name: &str, text: &str) -> String {
    let first = format!("  {name:<16}");
    wrapped(&first, &" ".repeat(first.len()), text)
}

fn wrapped(first: &str, others: &str, text: &str) -> String {
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(others);
    format!("{}\n", textwrap::fill(text, options))
}
