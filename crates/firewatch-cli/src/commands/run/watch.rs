//! `firewatch run --watch`: runs again whenever a file of the run is saved.

use std::collections::{BTreeMap, BTreeSet};
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

/// Time between two looks at the files: below what a person notices.
const INTERVAL: Duration = Duration::from_millis(150);

/// Runs, and runs again after each change. Returns only if the output can't be written; a signal ends the command.
pub fn watch(
    arguments: &RunArguments,
    console: &Console,
    run: impl Fn() -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    check_usage(arguments)?;
    let mut files = BTreeSet::new();
    loop {
        // Looked at before the run: a file that changes during it starts another one.
        // A scenario that is broken for now names no files: those that it named stay watched.
        files.extend(files_of(arguments));
        let before = FileStamps::of(&files);
        clear_terminal()?;
        match run() {
            Ok(_) => {}
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            Err(Failure::Invalid(problems)) => console.report_diagnostics(&problems),
            Err(failure) => console.report_failure(&failure),
        }
        let watched = count(files.len(), "file");
        console.report_note(format_args!("watching {watched}; Ctrl-C ends"));
        wait_for_change(&files, &before);
    }
}

fn check_usage(arguments: &RunArguments) -> Result<(), Failure> {
    let is_stdin = |path: &PathBuf| path.as_path() == Path::new("-");
    if arguments.task.is_some() {
        let message = "`--watch` needs files: a built-in task does not change";
        return Err(Failure::Usage(message.to_owned(), None));
    }
    if scenarios(arguments).any(is_stdin) {
        let message = "`--watch` needs files: the standard input can be read only once";
        let help = "save the scenario to a file and give its name";
        return Err(Failure::Usage(message.to_owned(), Some(help.to_owned())));
    }
    Ok(())
}

/// Returns the scenarios and folders that the arguments name.
fn scenarios(arguments: &RunArguments) -> impl Iterator<Item = &PathBuf> {
    arguments.files.iter().chain(&arguments.against)
}

/// Returns the files and folders whose change starts another run. Loads the scenarios to find what they name.
fn files_of(arguments: &RunArguments) -> BTreeSet<PathBuf> {
    let runbooks = arguments.runbook.iter().chain(&arguments.against_runbook);
    let mut files: BTreeSet<PathBuf> = scenarios(arguments).chain(runbooks).cloned().collect();
    for path in scenarios(arguments) {
        let found = sources::find_one(path, arguments.root.folder());
        for file in found.iter().flatten().flat_map(Source::files) {
            // A new file in a subfolder shows in the time of that one only.
            let folder = file.parent().filter(|_| path.is_dir());
            files.extend(folder.map(Path::to_owned));
            files.insert(file);
        }
    }
    files
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
fn wait_for_change(files: &BTreeSet<PathBuf>, before: &FileStamps) {
    let mut last = FileStamps::of(files);
    loop {
        sleep(INTERVAL);
        let now = FileStamps::of(files);
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
    fn of(files: &BTreeSet<PathBuf>) -> Self {
        let stamp = |path: &PathBuf| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        let stamps = files.iter().map(|path| (path.clone(), stamp(path)));
        Self(stamps.collect())
    }
}
