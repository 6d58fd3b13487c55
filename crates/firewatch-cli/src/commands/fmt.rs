//! `firewatch fmt`: lays files out.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use firewatch_scenario::Diagnostics;

use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::pending::write_file;
use crate::sources::{Source, find_all};
use crate::ui::output::{Console, Form};

/// The arguments of `fmt`.
#[derive(Args, Debug)]
pub struct FmtArguments {
    /// Files in RON or JSON (`*.json`), folders to search for `*.ron`, or `-` to read the standard input and write to
    /// the standard output
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Change nothing: list the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// Lays the files out and prints the names of those that it changes.
pub fn fmt(arguments: &FmtArguments, console: &Console) -> Result<Exit, Failure> {
    let is_stdin = |path: &PathBuf| path.as_path() == Path::new("-");
    if arguments.paths.iter().any(is_stdin) && arguments.paths.len() > 1 {
        let message = "`-` stands alone: the standard output has room for one text".to_owned();
        return Err(Failure::Usage(message, None));
    }
    let to_stdout = arguments.paths.iter().any(is_stdin) && !arguments.check;
    let form = if to_stdout { Form::Data } else { Form::Text };
    let mut out = console.results(None, form)?;
    for found in find_all(&arguments.paths, None) {
        match found.and_then(with_layout) {
            Ok(file) if to_stdout => out.write_all(file.formatted.as_bytes())?,
            Ok(file) if file.text != file.formatted => {
                if arguments.check {
                    console.raise_exit(Exit::Failed);
                } else if let Source::File { path, .. } = &file.source {
                    write_file(path, "PATH", &file.formatted)?;
                }
                writeln!(out, "{}", path_text(Path::new(&file.source.name())))?;
            }
            Ok(_) => {}
            Err(problems) => {
                console.raise_exit(Exit::Invalid);
                console.report_diagnostics(&problems);
            }
        }
    }
    out.finish()?;
    Ok(console.exit_so_far())
}

/// A file and its canonical layout.
struct LaidOut {
    source: Source,
    text: String,
    formatted: String,
}

fn with_layout(source: Source) -> Result<LaidOut, Diagnostics> {
    let (text, formatted) = source.formatted()?;
    Ok(LaidOut {
        source,
        text,
        formatted,
    })
}
