//! `firewatch check`: checks scenarios, runbooks, and files of actions or fault kinds for errors.

use clap::Args;
use std::io::Write;
use std::path::PathBuf;

use firewatch_ron::LocatedProblem;
use firewatch_scenario::Diagnostics;

use crate::arguments::{PlainFormat, RootArgument};
use crate::failure::{Exit, Failure};
use crate::sources;
use crate::ui::output::Console;
use crate::ui::style::{BAD, GOOD};
use crate::ui::units::count;

/// The arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArguments {
    /// Files in RON or JSON (`*.json`), folders to search for `*.ron`, or `-` for a scenario on the standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Format of the problems
    ///
    /// `json` is an array with an object per problem: `file`, `line`, `column`, `end_line`, `end_column`
    /// (from 1, columns in characters, the end excluded; all 0 if the problem has no place in the text),
    /// `code` (a stable name for the kind of problem, such as `unknown-field`), `path` (the place in the
    /// file, such as `faults[1].speed`), `message`, `label` (a note for the place, may be empty) and
    /// `help` (what to do instead, or null).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// Checks the files and prints every problem.
pub fn check(arguments: &CheckArguments, console: &Console) -> Result<Exit, Failure> {
    let found = sources::find_all(&arguments.files, arguments.root.folder());
    let files = found.len();
    let bad: Vec<Diagnostics> = found
        .into_iter()
        .filter_map(|source| source.and_then(|source| source.check()).err())
        .collect();
    let exit = if bad.is_empty() {
        Exit::Passed
    } else {
        Exit::Invalid
    };
    console.raise_exit(exit);
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            let problems: Vec<LocatedProblem> = bad.iter().flat_map(Diagnostics::located).collect();
            serde_json::to_writer_pretty(&mut out, &problems)?;
            writeln!(out)?;
        }
        PlainFormat::Text => {
            let palette = out.palette;
            for problems in &bad {
                out.write_all(problems.render(palette.color).as_bytes())?;
            }
            let problems: usize = bad.iter().map(|bad| bad.problems.len()).sum();
            let line = match problems {
                0 => palette.paint(GOOD, format!("{}, no problems", count(files, "file"))),
                _ => {
                    let line = format!(
                        "{} in {} of {}",
                        count(problems, "problem"),
                        bad.len(),
                        count(files, "file")
                    );
                    palette.paint(BAD, line)
                }
            };
            writeln!(out, "{line}")?;
        }
    }
    out.finish()?;
    Ok(exit)
}
