//! `firewatch check`: checks scenarios, runbooks, and files of actions or fault kinds for errors.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use firewatch_ron::{LocatedProblem, Severity};
use firewatch_scenario::Diagnostics;

use crate::arguments::{PlainFormat, RootArgument};
use crate::failure::{Exit, Failure};
use crate::sources;
use crate::ui::output::{Console, Output};
use crate::ui::style::{BAD, DIM, GOOD};
use crate::ui::text::write_wrapped;
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
    /// `severity` (`error`, or `warning` for what can be played and may not be meant), `code` (a stable name for the
    /// kind of problem, such as `unknown-field`), `path` (the place in the
    /// file, such as `faults[1].speed`), `message`, `label` (a note for the place, may be empty) and
    /// `help` (what to do instead, or null).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// Exit with 1 if there are warnings
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Denied>,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// What fails a check that would pass otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    /// What can be played and may not be meant
    Warnings,
}

/// Checks the files and prints every problem and every warning. Warnings alone fail nothing unless they are denied.
pub fn check(arguments: &CheckArguments, console: &Console) -> Result<Exit, Failure> {
    let found = sources::find_all(&arguments.files, arguments.root.folder());
    let files = found.len();
    // In the order of the files: what is wrong, and what may not be meant.
    let (mut told, mut bad) = (Vec::new(), 0);
    for checked in found {
        match checked.and_then(|source| source.check()) {
            Ok(warnings) => told.extend(warnings),
            Err(problems) => {
                bad += 1;
                told.push(problems);
            }
        }
    }
    let exit = match (bad, arguments.deny) {
        (0, Some(Denied::Warnings)) if !told.is_empty() => Exit::Failed,
        (0, _) => Exit::Passed,
        _ => Exit::Invalid,
    };
    console.raise_exit(exit);
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            let problems: Vec<LocatedProblem> =
                told.iter().flat_map(Diagnostics::located).collect();
            out.write_json(&problems)?;
        }
        PlainFormat::Text => {
            for problems in &told {
                out.write_all(problems.render(out.palette.color).as_bytes())?;
            }
            write_summary(&told, bad, files, &mut out)?;
        }
    }
    out.finish()?;
    Ok(exit)
}

/// Writes how many problems and warnings there are, and the command that explains their codes.
fn write_summary(
    told: &[Diagnostics],
    bad: usize,
    files: usize,
    out: &mut Output,
) -> Result<(), Failure> {
    let all = || told.iter().flat_map(|told| &told.problems);
    let (warnings, problems): (Vec<_>, Vec<_>) =
        all().partition(|problem| problem.code.severity() == Severity::Warning);
    let warned = match warnings.len() {
        0 => String::new(),
        warnings => format!(", {}", count(warnings, "warning")),
    };
    let files = count(files, "file");
    let line = match problems.len() {
        0 => out
            .palette
            .paint(GOOD, format!("{files}, no problems{warned}")),
        problems => {
            let problems = count(problems, "problem");
            let line = format!("{problems} in {bad} of {files}{warned}");
            out.palette.paint(BAD, line)
        }
    };
    writeln!(out, "{line}")?;
    let codes: BTreeSet<&str> = all().map(|problem| problem.code.name()).collect();
    if codes.is_empty() {
        return Ok(());
    }
    let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
    let text = format!("`firewatch explain CODE` explains {codes}");
    write_wrapped("", 2, &out.palette.paint(DIM, text), out)
}
