//! `firewatch fmt`: lays files out.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use firewatch_scenario::Diagnostics;

use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::pending::write_file;
use crate::sources::{FoundSources, Source, find_known};
use crate::ui::output::{Console, Form};
use crate::ui::units::count;

/// The arguments of `fmt`.
#[derive(Args, Debug)]
pub struct FmtArguments {
    /// Files in RON or JSON (`*.json`), folders to search for `*.ron`, or `-` to read the standard input and write to
    /// the standard output. Files of other programs in folders are left alone
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
    let FoundSources { sources, left_out } = find_known(&arguments.paths);
    for found in sources {
        match found.and_then(with_layout) {
            Ok(file) if to_stdout => out.write_all(file.formatted.as_bytes())?,
            Ok(file) if file.text != file.formatted => {
                if arguments.check {
                    console.raise_exit(Exit::Failed);
                } else if let Err(failure) = file.write() {
                    // The other files do not wait for this one.
                    console.raise_exit(failure.exit());
                    console.report_failure(&failure);
                    continue;
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
    if left_out > 0 {
        let files = count(left_out, "file");
        console.report_note(format!("left {files} of other programs alone"));
    }
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

impl LaidOut {
    /// Writes the file in its layout, whole or not at all.
    fn write(&self) -> Result<(), Failure> {
        let Source::File { path, .. } = &self.source else {
            return Ok(());
        };
        if has_other_names(path) {
            let message = format!(
                "`{}` has other names (hard links), which would keep the old text",
                path_text(path)
            );
            let help = "make it a file of its own, or lay out a copy".to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
        // Somebody may have saved it meanwhile.
        if !firewatch_ron::text(path).is_ok_and(|(_, text)| text == self.text) {
            let message = format!("`{}` has changed since it was read", path_text(path));
            let help = "lay it out again".to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
        write_file(path, "PATH", &self.formatted)
    }
}

/// Whether the file has names besides this one. A file that is written whole or not at all loses them.
#[cfg(unix)]
fn has_other_names(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    std::fs::metadata(path).is_ok_and(|found| found.nlink() > 1)
}

/// The standard library does not tell elsewhere.
#[cfg(not(unix))]
fn has_other_names(_: &Path) -> bool {
    false
}
