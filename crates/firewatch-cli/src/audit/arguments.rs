//! What can be typed behind `firewatch audit`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, value_parser};
use firewatch_episode::audit::{Check, WON};
use firewatch_scenario::Profile;

use crate::cli::{MAX_THREADS, PlainFormat};

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
    /// Whose rules and numbers hold, `standard` or `reference` [default: the scenario's]
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Most actions of an answer that is searched for; 0 for no search
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = value_parser!(u8).range(..=MAX_ACTIONS))]
    pub max_actions: u8,
    /// Number of random policies
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u64).range(..=MAX_RANDOM))]
    pub random: u64,
    /// Play policies on so many threads; the output is the same with any number [default: as many as
    /// the machine runs at once]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// Print only the checks that failed, and a last line
    #[arg(long, short)]
    pub quiet: bool,
}

/// Reads the name of a profile.
fn profile() -> impl TypedValueParser<Value = Profile> {
    let names = Profile::ALL.iter().map(|profile| profile.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Profile>())
}

/// The checks and the forms of the results, for the long help.
pub fn details() -> String {
    let checks: String = { Check::ALL.iter() }
        .map(|check| entry(check.name(), check.definition()))
        .collect();
    let forms = include_str!("formats.txt");
    format!("Checks:\n{checks}\n{}\n{forms}", wrapped("", WON))
}

/// A name and its text beside it, in lines that fit.
fn entry(name: &str, text: &str) -> String {
    const INDENT: usize = 18;
    let lines = wrapped(&" ".repeat(INDENT), text);
    format!("  {name:<16}{}", lines.trim_start())
}

fn wrapped(indent: &str, text: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent.len() + line.len() + 1 + word.len() > WIDTH {
            lines.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{lines}{indent}{line}\n")
}
