//! What can be typed behind `firewatch audit`.

use std::path::PathBuf;

use clap::{Args, value_parser};
use firewatch_action::Profile;
use firewatch_audit::{AuditCheck, DEFAULT_LIMIT, WON};
use textwrap::Options;

use crate::cli::{MAX_THREADS, PlainFormat, RootArgument, profile};

/// Columns of the help.
const WIDTH: usize = 100;

/// More would be an answer that nobody could give.
const MAX_ACTIONS: i64 = 12;
/// More random policies say nothing that these don't.
const MAX_RANDOM: u64 = 100_000;

/// The arguments of `audit`.
#[derive(Args, Debug)]
pub struct AuditArguments {
    /// Scenario files, folders to search for `*.ron`, or `-` for the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The form of the results; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// A runbook that should win, besides the scenario's own: the file of the same name in a folder
    /// `runbooks` beside the scenario or up to three levels above
    #[arg(long, value_name = "FILE")]
    pub runbook: Vec<PathBuf>,
    /// Play by these rules and numbers instead of the scenario's own
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Most actions of an answer that is searched for where no runbook wins; 0 for no search
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = value_parser!(u8).range(..=MAX_ACTIONS))]
    pub max_actions: u8,
    /// Number of random policies
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u64).range(..=MAX_RANDOM))]
    pub random: u64,
    /// Most work for each scenario in service ticks: ticks times the sum of services, calls and faults, of
    /// all policies together. What was not tried by then is left out; checks that can't be decided without it are marked `?`
    #[arg(long, value_name = "N", default_value_t = DEFAULT_LIMIT)]
    pub limit: u64,
    /// Play policies on so many threads; the output is the same with any number [default: as many as
    /// the machine runs at once]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// Print only the checks that failed, and a last line (text)
    #[arg(long, short)]
    pub quiet: bool,
    /// Where the files lie that a scenario names.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The checks and the forms of the results, for the long help.
pub fn details() -> String {
    let checks: String = { AuditCheck::ALL.iter() }
        .map(|check| entry(check.name(), check.definition()))
        .collect();
    let forms = include_str!("formats.txt");
    format!("Checks:\n{checks}\n{}\n{forms}", wrapped("", "", WON))
}

/// A name and its text beside it, in lines that fit.
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
