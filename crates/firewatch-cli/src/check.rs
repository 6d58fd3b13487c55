//! `firewatch check`: what is wrong with the files of scenarios and runbooks.

use std::fmt::Display;
use std::io::Write;

use firewatch_ron::LocatedProblem;
use firewatch_scenario::Diagnostics;

use crate::cli::{CheckArguments, PlainFormat};
use crate::failure::{Exit, Failure};
use crate::output::Console;
use crate::sources;
use crate::style::{BAD, GOOD};

/// Reads the files and prints every problem.
pub fn check(arguments: &CheckArguments, console: &Console) -> Result<Exit, Failure> {
    let found = sources::find_all(&arguments.files, &arguments.root);
    let files = found.len();
    let bad: Vec<Diagnostics> = found
        .into_iter()
        .filter_map(|source| source.and_then(|source| source.check()).err())
        .collect();
    let exit = if bad.is_empty() {
        Exit::Well
    } else {
        Exit::Bad
    };
    console.raise(exit);
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

/// `1 file`, `2 files`.
pub fn count<N: Display + From<u8> + PartialEq>(number: N, what: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {what}{plural}")
}
