//! Arguments that several commands share.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use firewatch_action::Profile;
use firewatch_scenario::{Difficulty, GeneratorVersion, Physics};
use firewatch_sim::FaultKind;

use crate::ui::output::Form;

pub const EXIT_CODES: &str = "\
Exit codes (if several apply, the highest):
  0  everything passed
  1  an expectation failed, or an audit check failed or is undecided
  2  invalid arguments or an invalid file
  3  any other failure: output that can't be written, or a bug
If the reader closes the output, the command stops with the exit code so far.

Results go to the standard output, diagnostics and progress to the standard error.
The same scenario and seed give the same output, byte for byte.";

/// Maximum threads: more is a typing error.
pub const MAX_THREADS: i64 = 1024;

/// The format of lists and reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// For people
    #[default]
    Text,
    /// One JSON array
    Json,
}

impl From<PlainFormat> for Form {
    fn from(format: PlainFormat) -> Self {
        match format {
            PlainFormat::Text => Self::Text,
            PlainFormat::Json => Self::Data,
        }
    }
}

/// The folder for the files that scenarios name.
#[derive(Args, Debug)]
pub struct RootArgument {
    /// Allow scenarios to name only files below this folder [default: the parent of each scenario's own folder]
    #[arg(long, value_name = "DIR", value_parser = existing_folder)]
    root: Option<PathBuf>,
}

impl RootArgument {
    /// Returns the folder, if one was given.
    pub fn folder(&self) -> Option<&Path> {
        self.root.as_deref()
    }
}

/// Parses the path of an existing folder.
fn existing_folder(path: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(path);
    if path.is_dir() {
        Ok(path)
    } else {
        Err("no such folder".to_owned())
    }
}

/// Parses the name of a difficulty.
pub fn difficulty() -> impl TypedValueParser<Value = Difficulty> {
    let names = Difficulty::ALL.iter().map(|difficulty| difficulty.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Difficulty>())
}

/// Parses the name of a built-in kind of fault.
pub fn fault_kind() -> impl TypedValueParser<Value = FaultKind> {
    // A static one, since clap keeps the names.
    static BUILT_IN: [FaultKind; 5] = FaultKind::BUILT_IN;
    let names = BUILT_IN.iter().map(FaultKind::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<FaultKind>())
}

/// Parses the number of a version of the generator.
pub fn generator() -> impl TypedValueParser<Value = GeneratorVersion> {
    let numbers = GeneratorVersion::ALL.iter().map(|version| version.number());
    let latest = numbers.max().unwrap_or(1);
    let parser = RangedU64ValueParser::<u64>::new().range(1..=latest);
    parser.try_map(|number| {
        let version = GeneratorVersion::of_number(number);
        version.ok_or("no version of the generator")
    })
}

/// Parses the name of a physics.
pub fn physics() -> impl TypedValueParser<Value = Physics> {
    let names = Physics::ALL.iter().map(|physics| physics.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Physics>())
}

/// Parses the name of a profile.
pub fn profile() -> impl TypedValueParser<Value = Profile> {
    let names = Profile::ALL.iter().map(|profile| profile.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Profile>())
}
