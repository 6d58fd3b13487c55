//! Saves the rows of an unfinished sweep in a file beside the output, so that a stopped sweep can resume.
//! The first line identifies the sweep by checksums of its inputs. Every other line is a run. Each line has
//! its own checksum.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checksum::{ChecksummedLines, is_too_long, next_line, with_checksum, without_checksum};
use super::run_result::RunResult;
use super::values::Shard;
use crate::failure::Failure;
use crate::paths::path_text;

/// Version of the file format; changed if old files would be misread.
const FORMAT_VERSION: u32 = 4;
/// The start of every heading, in all versions.
const HEADING_START: &[u8] = b"{\"form\":";
const REMOVE_TO_RESTART: &str = "remove that file to start over";

/// The identity of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PartialHeading {
    form: u32,
    firewatch: String,
    shard: [u64; 2],
    #[serde(flatten)]
    inputs: SweepInputs,
}

/// Checksums of everything that determines the rows, as it was read. The output format does not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweepInputs {
    /// Checksum of the scenario with its grid.
    pub scenario: String,
    /// Checksum of the built-in actions: two builds of one version may differ in them.
    pub built_in: String,
    /// Checksum of the scenario's action files.
    pub actions: String,
    /// Checksum of the runbook.
    pub runbook: Option<String>,
}

/// The saved rows of an unfinished sweep.
pub struct Partial {
    path: PathBuf,
    file: File,
    runs: Range<u64>,
    /// The next run.
    next: u64,
    /// The first line.
    heading: Vec<u8>,
    lines: ChecksummedLines,
}

/// Returns the path of the saved rows for an output.
pub fn partial_path(out: &Path) -> PathBuf {
    let mut name = OsString::from(out);
    name.push(".partial");
    name.into()
}

impl Partial {
    /// Starts a sweep, or resumes one if `resume` is set.
    ///
    /// # Errors
    /// Saved rows exist and `resume` is not set, or they are from another sweep; or the file can't be read or
    /// written.
    pub fn open(
        out: &Path,
        inputs: SweepInputs,
        shard: Shard,
        runs: Range<u64>,
        resume: bool,
    ) -> Result<Self, Failure> {
        let path = partial_path(out);
        let heading = PartialHeading {
            form: FORMAT_VERSION,
            firewatch: env!("CARGO_PKG_VERSION").to_owned(),
            shard: [shard.index, shard.count],
            inputs,
        };
        let line = with_checksum(serde_json::to_vec(&heading)?, 0);
        let mut partial = Self {
            next: runs.start,
            file: open_file(&path, resume)?,
            path,
            runs,
            lines: ChecksummedLines::below(&line),
            heading: line,
        };
        partial.read(&heading)?;
        Ok(partial)
    }

    /// Returns the next run.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the format of the lines.
    pub fn lines(&self) -> ChecksummedLines {
        self.lines
    }

    /// Appends lines. They survive the end of this process.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(lines);
        written.map_err(|error| self.failed("written", &error))
    }

    /// Reads all runs in order, in groups of `size`.
    pub fn for_each_group(
        &mut self,
        size: usize,
        mut consume: impl FnMut(u64, &[RunResult]) -> Result<(), Failure>,
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
                let results = self.lines.read(&line, expected);
                group.push(results.ok_or_else(|| damaged(&self.path, expected))?);
            }
            consume(run, &group)?;
            run = end;
        }
        Ok(())
    }

    /// Removes the file: its rows are in the output now.
    pub fn remove(self) -> Result<(), Failure> {
        let removed = match std::fs::remove_file(&self.path) {
            // The rows are written: if another process removed the file, no harm is done.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        removed.map_err(|error| self.failed("removed", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        let path = path_text(&self.path);
        Failure::Internal(format!("`{path}` can't be {what}: {error}"))
    }

    /// Reads the saved rows and removes an incomplete last line.
    fn read(&mut self, heading: &PartialHeading) -> Result<(), Failure> {
        let path = self.path.clone();
        let unreadable = |error| unreadable(&path, &error);
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        next_line(&mut reader, &mut line).map_err(unreadable)?;
        if line != self.heading {
            if line.ends_with(b"\n") || !self.heading.starts_with(&line) {
                return Err(different_sweep(&self.path, &line, heading));
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

/// Opens the file exclusively.
fn open_file(path: &Path, resume: bool) -> Result<File, Failure> {
    // Anything but a regular file is not opened: opening a pipe would block.
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(not_a_regular_file(path));
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
        return Err(not_a_regular_file(path));
    }
    // A file system without locks offers no protection.
    let is_locked = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    // A finished sweep has removed the file, and another may have started.
    if is_locked || !is_still_at(&file, path) {
        let message = format!("another sweep is writing to `{}`", path_text(path));
        let help = "wait for it, or give another `--out`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    // A full disk leaves an empty file.
    let is_empty = file.metadata().map_err(failed)?.len() == 0;
    if is_old && !is_empty && !resume {
        let path = path_text(path);
        let message = format!("`{path}` holds the rows of a stopped sweep");
        let help = "`--resume` continues it; to start over, remove that file".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(file)
}

/// Returns whether the path still names the file.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let [file, named] =
        [file.metadata(), fs::symlink_metadata(path)].map(|metadata| metadata.ok().map(identity));
    file.is_some() && file == named
}

/// The standard library offers no file identity here: a sweep that ends between opening and locking goes
/// unnoticed.
#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

fn not_a_regular_file(path: &Path) -> Failure {
    let message = format!("`{}` is not a regular file", path_text(path));
    let help = "finished rows are saved there: give another `--out`, or remove it";
    Failure::Usage(message, Some(help.to_owned()))
}

/// A first line.
enum HeadingLine {
    Valid(PartialHeading),
    /// A heading that was changed.
    Damaged,
    /// Anything else.
    Foreign,
}

fn read_heading(line: &[u8]) -> HeadingLine {
    let heading = |text| serde_json::from_slice::<PartialHeading>(text).ok();
    // Versions before 4 have no checksum.
    let is_older = |heading: &PartialHeading| heading.form < 4;
    match without_checksum(line, 0).map(heading) {
        Some(read) => read.map_or(HeadingLine::Foreign, HeadingLine::Valid),
        None => match heading(line).filter(is_older) {
            Some(older) => HeadingLine::Valid(older),
            None if line.starts_with(HEADING_START) && !is_too_long(line) => HeadingLine::Damaged,
            None => HeadingLine::Foreign,
        },
    }
}

fn damaged_heading(path: &Path) -> Failure {
    let message = format!("`{}` is damaged in its first line", path_text(path));
    Failure::Usage(message, Some(REMOVE_TO_RESTART.to_owned()))
}

fn different_sweep(path: &Path, line: &[u8], heading: &PartialHeading) -> Failure {
    let what = match read_heading(line) {
        HeadingLine::Foreign => "is not a file of a stopped sweep",
        HeadingLine::Damaged => return damaged_heading(path),
        HeadingLine::Valid(other)
            if other.form != heading.form || other.firewatch != heading.firewatch =>
        {
            "is from another version of firewatch"
        }
        HeadingLine::Valid(other) if other.inputs.built_in != heading.inputs.built_in => {
            "is from a build of firewatch with other built-in actions"
        }
        HeadingLine::Valid(other) if other.shard != heading.shard => "is from another shard",
        HeadingLine::Valid(other) if other.inputs.runbook != heading.inputs.runbook => {
            "is from a sweep with another runbook"
        }
        HeadingLine::Valid(other) if other.inputs.scenario != heading.inputs.scenario => {
            "is from a sweep of another scenario or grid"
        }
        HeadingLine::Valid(_) => "is from a sweep with other action files",
    };
    let message = format!("`{}` {what}", path_text(path));
    let help = "finish that sweep with its own files and arguments, give another `--out`, or remove that file";
    Failure::Usage(message, Some(help.to_owned()))
}

fn damaged(path: &Path, run: u64) -> Failure {
    let message = format!("`{}` is damaged where run {run} should be", path_text(path));
    Failure::Usage(message, Some(REMOVE_TO_RESTART.to_owned()))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Internal(format!("`{}` can't be read: {error}", path_text(path)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, File};

    use super::is_still_at;

    /// This happens if a sweep ends after its file was opened and before it was locked.
    #[test]
    fn a_file_that_was_removed_and_made_anew_is_another() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("rows.partial");
        let file = File::create(&path)?;
        assert!(is_still_at(&file, &path));
        fs::remove_file(&path)?;
        assert!(!is_still_at(&file, &path));
        let _next = File::create(&path)?;
        assert!(!is_still_at(&file, &path));
        Ok(())
    }
}
