//! The arguments of `firewatch sweep`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::values::{SeedRanges, Shard, Vary};
use crate::arguments::{EXIT_CODES, MAX_THREADS, RootArgument};
use crate::ui::output::Form;

/// The arguments of `sweep`.
#[derive(Args, Debug)]
pub struct SweepArguments {
    /// A scenario file, or `-` for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Seeds and ranges of seeds.
    #[arg(
        long,
        value_name = "SEEDS",
        help = format!(
            "Vary the seed over single values and ranges, such as `0..1000` or `1,2,10..=20` [0 to {}]",
            u64::MAX
        )
    )]
    pub seeds: Option<SeedRanges>,
    /// Vary `speed`, `level`, `kind`, `start` or `halt` of all faults, or `NAME:SERVICE` of the faults of one service
    ///
    /// `start` is the tick at which faults begin. `metric:SERVICE:METRIC=0.5..0.9/0.1` varies a metric at the
    /// start; a truth value is 0 or 1. In traffic it also varies numbers of services, of groups of users and of calls:
    /// `metric:web:rps=50,100`, `metric:web -> search:retries=0,1,3`. `runbook=a.ron,b.ron` responds to each run with each
    /// of these files.
    #[arg(long, value_name = "NAME=VALUES")]
    pub vary: Vec<Vary>,
    /// Respond to each run with this runbook; the rows contain the score of the response
    #[arg(long, value_name = "FILE")]
    pub runbook: Option<PathBuf>,
    /// Format of the rows; `--help` describes each
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: RowFormat,
    /// Play only shard K of N, with K from 1 to N: all shards together have the rows of the whole sweep
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Number of threads.
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u16).range(1..=MAX_THREADS),
        help = format!(
            "Play on N threads; the rows are the same for any N [1 to {MAX_THREADS}; default: as many as the machine runs at once]"
        )
    )]
    pub threads: Option<u16>,
    /// Write the rows to this file, whole or not at all; until then they are saved in FILE.partial
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Resume a stopped sweep with the same files and arguments, or start if there is none
    #[arg(long, requires = "out")]
    pub resume: bool,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The format of the rows of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// A heading, then one row per run
    #[default]
    Csv,
    /// One JSON line per run
    Jsonl,
    /// A Parquet file with typed columns
    Parquet,
}

impl From<RowFormat> for Form {
    fn from(_: RowFormat) -> Self {
        Self::Data
    }
}

/// Returns the formats and the exit codes, for the long help.
pub fn details() -> String {
    format!("{}\n{EXIT_CODES}", include_str!("formats.txt"))
}
