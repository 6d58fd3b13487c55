//! The rows of a sweep that is not at its end: a file beside the one that is asked for, so that
//! a sweep that was stopped can go on.
//!
//! The first line says which sweep it is, by checksums of its inputs. Every other line is a run. Each line has a
//! checksum of its own.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checksum::{Lines, is_too_long, next_line, with_checksum, without_checksum};
use super::played::Played;
use super::values::Shard;
use crate::failure::Failure;
use crate::style::path_text;

/// The form of these files; another number where an old file would be misread.
const FORM: u32 = 4;
/// How each heading begins, whatever its form is.
const HEADING_START: &[u8] = b"{\"form\":";
const START_ANEW: &str = "remove that file to start anew";

/// Which sweep it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Heading {
    form: u32,
    firewatch: String,
    shard: [u64; 2],
    #[serde(flatten)]
    inputs: Inputs,
}

/// Checksums of what the rows of a sweep follow from, as it was read. The form of the results is none of
/// it: the rows are the same in each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inputs {
    /// Of the scenario with its grid.
    pub scenario: String,
    /// Of the built-in actions: two builds of one version may differ in them.
    pub built_in: String,
    /// Of the files of actions that it names.
    pub actions: String,
    /// Of the runbook.
    pub runbook: Option<String>,
}

/// Rows that are done.
pub struct Partial {
    path: PathBuf,
    file: File,
    runs: Range<u64>,
    /// The next run.
    next: u64,
    /// The first line.
    heading: Vec<u8>,
    lines: Lines,
}

/// The name of the file beside the one that is asked for.
pub fn path_beside(out: &Path) -> PathBuf {
    let mut name = OsString::from(out);
    name.push(".partial");
    name.into()
}

impl Partial {
    /// Begins a sweep, or goes on with one if it was begun and `resume` allows it.
    ///
    /// # Errors
    /// A sweep was begun and is not to go on, or is another one; the file can't be read or written.
    pub fn open(
        out: &Path,
        inputs: Inputs,
        shard: Shard,
        runs: Range<u64>,
        resume: bool,
    ) -> Result<Self, Failure> {
        let path = path_beside(out);
        let heading = Heading {
            form: FORM,
            firewatch: env!("CARGO_PKG_VERSION").to_owned(),
            shard: [shard.piece, shard.pieces],
            inputs,
        };
        let line = with_checksum(serde_json::to_vec(&heading)?, 0);
        let mut partial = Self {
            next: runs.start,
            file: open_file(&path, resume)?,
            path,
            runs,
            lines: Lines::below(&line),
            heading: line,
        };
        partial.read(&heading)?;
        Ok(partial)
    }

    /// The first run that is not done.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The name of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How its lines are written.
    pub fn lines(&self) -> Lines {
        self.lines
    }

    /// Adds lines, so that they are there whatever becomes of this process.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(lines);
        written.map_err(|error| self.failed("written", &error))
    }

    /// Hands all runs on in order, in groups of that many.
    pub fn each_group(
        &mut self,
        size: usize,
        mut hand_on: impl FnMut(u64, &[Played]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let unreadable = |error| unreadable(&self.path, &error);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.heading.len() as u64))
            .map_err(unreadable)?;
        let (mut reader, mut line) = (BufReader::new(file), Vec::new());
        let mut run = self.runs.start;
        while run < self.runs.end {
            let end = self.runs.end.min(run.saturating_add(size as u64));
            let mut group = Vec::new();
            for expected in run..end {
                next_line(&mut reader, &mut line).map_err(unreadable)?;
                let played = self.lines.read(&line, expected);
                group.push(played.ok_or_else(|| damaged(&self.path, expected))?);
            }
            hand_on(run, &group)?;
            run = end;
        }
        Ok(())
    }

    /// Removes the file: what was in it is elsewhere now.
    pub fn remove(self) -> Result<(), Failure> {
        let removed = match std::fs::remove_file(&self.path) {
            // The rows are written: somebody else's tidying up does no harm.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        removed.map_err(|error| self.failed("removed", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        let path = path_text(&self.path);
        Failure::Internal(format!("`{path}` can't be {what}: {error}"))
    }

    /// Reads what is done, and drops a line that was not written to its end.
    fn read(&mut self, heading: &Heading) -> Result<(), Failure> {
        let path = self.path.clone();
        let unreadable = |error| unreadable(&path, &error);
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        next_line(&mut reader, &mut line).map_err(unreadable)?;
        if line != self.heading {
            if line.ends_with(b"\n") || !self.heading.starts_with(&line) {
                return Err(another(&self.path, &line, heading));
            }
            self.file.set_len(0).map_err(unreadable)?;
            self.file.rewind().map_err(unreadable)?;
            return self.append(&self.heading.clone());
        }
        let mut end = self.heading.len() as u64;
        loop {
            next_line(&mut reader, &mut line).map_err(unreadable)?;
            if !line.ends_with(b"\n") && !is_too_long(&line) {
                break;
            }
            if self.next >= self.runs.end || self.lines.read(&line, self.next).is_none() {
                return Err(damaged(&self.path, self.next));
            }
            self.next += 1;
            end += line.len() as u64;
        }
        self.file.set_len(end).map_err(unreadable)?;
        self.file.seek(SeekFrom::Start(end)).map_err(unreadable)?;
        Ok(())
    }
}

/// Opens the file for this process alone.
fn open_file(path: &Path, resume: bool) -> Result<File, Failure> {
    // What is no file is not even opened: a pipe would be waited for.
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(no_file(path));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let failed =
        |error| Failure::Internal(format!("`{}` can't be written: {error}", path_text(path)));
    let opened = options.clone().create_new(true).open(path);
    let (file, is_old) = match opened {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            (options.open(path).map_err(failed)?, true)
        }
        opened => (opened.map_err(failed)?, false),
    };
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(no_file(path));
    }
    // Where files can't be locked, nothing is won and nothing lost.
    let is_locked = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    // A sweep that has ended in between has removed the file, and another may have begun.
    if is_locked || !is_at(&file, path) {
        let message = format!("another sweep is writing to `{}`", path_text(path));
        let help = "wait for it, or give another `--out`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    // A full disk leaves an empty file.
    let is_empty = file.metadata().map_err(failed)?.len() == 0;
    if is_old && !is_empty && !resume {
        let path = path_text(path);
        let message = format!("`{path}` holds rows of a sweep that was stopped");
        let help = "`--resume` goes on with it; to start anew, remove that file".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(file)
}

/// Whether the path still names the file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let [file, named] =
        [file.metadata(), fs::symlink_metadata(path)].map(|metadata| metadata.ok().map(identity));
    file.is_some() && file == named
}

/// The standard library does not tell there which file a name is of: that a sweep has ended between opening and
/// locking goes unnoticed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

fn no_file(path: &Path) -> Failure {
    let message = format!("`{}` is not a regular file", path_text(path));
    let help = "the rows that are done go there: give another `--out`, or remove it";
    Failure::Usage(message, Some(help.to_owned()))
}

/// What a first line is.
enum Read {
    Whole(Heading),
    /// A heading that was changed after it was written.
    Damaged,
    /// No heading.
    Foreign,
}

fn read_heading(line: &[u8]) -> Read {
    let heading = |text| serde_json::from_slice::<Heading>(text).ok();
    // Forms before 4 have no checksum.
    let is_older = |heading: &Heading| heading.form < 4;
    match without_checksum(line, 0).map(heading) {
        Some(read) => read.map_or(Read::Foreign, Read::Whole),
        None => match heading(line).filter(is_older) {
            Some(older) => Read::Whole(older),
            None if line.starts_with(HEADING_START) && !is_too_long(line) => Read::Damaged,
            None => Read::Foreign,
        },
    }
}

fn damaged_heading(path: &Path) -> Failure {
    let message = format!("`{}` is damaged in its first line", path_text(path));
    Failure::Usage(message, Some(START_ANEW.to_owned()))
}

fn another(path: &Path, line: &[u8], heading: &Heading) -> Failure {
    let what = match read_heading(line) {
        Read::Foreign => "is not what a stopped sweep left behind",
        Read::Damaged => return damaged_heading(path),
        Read::Whole(other)
            if other.form != heading.form || other.firewatch != heading.firewatch =>
        {
            "is from another version of firewatch"
        }
        Read::Whole(other) if other.inputs.built_in != heading.inputs.built_in => {
            "is from a build of firewatch with other built-in actions"
        }
        Read::Whole(other) if other.shard != heading.shard => "is from another shard",
        Read::Whole(other) if other.inputs.runbook != heading.inputs.runbook => {
            "is from a sweep with another runbook"
        }
        Read::Whole(other) if other.inputs.scenario != heading.inputs.scenario => {
            "is from a sweep of another scenario or grid"
        }
        Read::Whole(_) => "is from a sweep with other files of actions",
    };
    let message = format!("`{}` {what}", path_text(path));
    let help = "finish that sweep with its own files and arguments, give another `--out`, or remove that file";
    Failure::Usage(message, Some(help.to_owned()))
}

fn damaged(path: &Path, run: u64) -> Failure {
    let message = format!("`{}` is damaged where run {run} should be", path_text(path));
    Failure::Usage(message, Some(START_ANEW.to_owned()))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Internal(format!("`{}` can't be read: {error}", path_text(path)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, File};

    use super::is_at;

    /// As when a sweep ends between the opening of its file and the lock on it.
    #[test]
    fn a_file_that_was_removed_and_made_anew_is_another() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("rows.partial");
        let file = File::create(&path)?;
        assert!(is_at(&file, &path));
        fs::remove_file(&path)?;
        assert!(!is_at(&file, &path));
        let _next = File::create(&path)?;
        assert!(!is_at(&file, &path));
        Ok(())
    }
}
