//! `firewatch run --watch`: runs again whenever a file of the run is saved.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::arguments::RunArguments;
use crate::failure::{Exit, Failure};
use crate::sources::{self, Source};
use crate::ui::output::Console;
use crate::ui::units::count;

/// Time between two looks at the files: below what a person notices, and cheap for a few files.
const INTERVAL: Duration = Duration::from_millis(150);

/// Runs, and runs again after each change. Returns only if the output can't be written; a signal ends the command.
pub fn watch(
    arguments: &RunArguments,
    console: &Console,
    run: impl Fn() -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    loop {
        // Looked at before the run: a file that changes during it starts another one.
        let before = FileStamps::of(arguments);
        clear_terminal()?;
        match run() {
            Ok(_) => {}
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            Err(Failure::Invalid(problems)) => console.report_diagnostics(&problems),
            Err(failure) => console.report_failure(&failure),
        }
        let files = count(before.0.len(), "file");
        console.report_note(format_args!("watching {files}; Ctrl-C ends"));
        wait_for_change(arguments, &before);
    }
}

fn check_usage(arguments: &RunArguments) -> Result<(), Failure> {
    let is_stdin = |path: &PathBuf| path.as_path() == Path::new("-");
    let (message, help) = if arguments.task.is_some() {
        ("`--watch` needs files: a built-in task does not change", "")
    } else if arguments.files.iter().any(is_stdin) {
        let message = "`--watch` needs files: the standard input can be read only once";
        (message, "save the scenario to a file and give its name")
    } else {
        return Ok(());
    };
    let help = Some(help.to_owned()).filter(|help| !help.is_empty());
    Err(Failure::Usage(message.to_owned(), help))
}

/// Clears the terminal, so that the report of the last run is not taken for a part of this one.
fn clear_terminal() -> Result<(), Failure> {
    let mut stdout = io::stdout();
    if stdout.is_terminal() {
        stdout.write_all(b"\x1b[2J\x1b[H")?;
        stdout.flush()?;
    }
    Ok(())
}

/// Waits until files have changed, and then until they stay as they are: an editor may write a file in parts.
fn wait_for_change(arguments: &RunArguments, before: &FileStamps) {
    let mut last = FileStamps::of(arguments);
    loop {
        sleep(INTERVAL);
        let now = FileStamps::of(arguments);
        if now != *before && now == last {
            return;
        }
        last = now;
    }
}

/// The files of a run, with what tells whether they were changed; `None` for one that is not there.
#[derive(PartialEq, Eq)]
struct FileStamps(BTreeMap<PathBuf, Option<(u64, SystemTime)>>);

impl FileStamps {
    fn of(arguments: &RunArguments) -> Self {
        let named = arguments.files.iter().chain(&arguments.against);
        let mut files: Vec<PathBuf> = named.clone().cloned().collect();
        files.extend(
            arguments
                .runbook
                .iter()
                .chain(&arguments.against_runbook)
                .cloned(),
        );
        for path in named {
            let found = sources::find_one(path, arguments.root.folder());
            files.extend(found.iter().flatten().flat_map(Source::files));
        }
        let stamp = |path: &PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        let stamps = files.into_iter().map(|path| (path.clone(), stamp(&path)));
        Self(stamps.collect())
    }
}
