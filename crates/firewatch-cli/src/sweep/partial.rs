//! The rows of a sweep that is not at its end: a file beside the one that is asked for, so that
//! a sweep that was stopped can go on.
//!
//! The first line says which sweep it is, every other one is a run: `[number, {...}]`.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::played::Played;
use super::values::Shard;
use crate::failure::Failure;

/// The form of these files; another number where an old file would be misread.
const FORM: u32 = 2;

/// Which sweep it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Heading {
    form: u32,
    firewatch: String,
    shard: [u64; 2],
    /// The scenario as text, with its grid.
    scenario: String,
    /// The runbook as text.
    runbook: Option<String>,
}

/// What the rows of a sweep follow from, as text.
pub struct Identity {
    pub scenario: String,
    pub runbook: Option<String>,
}

/// Rows that are done.
pub struct Partial {
    path: PathBuf,
    file: File,
    runs: Range<u64>,
    /// The next run.
    next: u64,
    /// Bytes of the first line.
    heading: u64,
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
        Identity { scenario, runbook }: &Identity,
        shard: Shard,
        runs: Range<u64>,
        resume: bool,
    ) -> Result<Self, Failure> {
        let path = path_beside(out);
        let heading = Heading {
            form: FORM,
            firewatch: env!("CARGO_PKG_VERSION").to_owned(),
            shard: [shard.piece, shard.pieces],
            scenario: scenario.clone(),
            runbook: runbook.clone(),
        };
        let file = open_file(&path, resume)?;
        let mut partial = Self {
            next: runs.start,
            path,
            file,
            runs,
            heading: 0,
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

    /// The runs as lines of the file.
    pub fn lines(first: u64, played: &[Played]) -> Result<Vec<u8>, Failure> {
        let mut lines = Vec::new();
        for run in (first..).zip(played) {
            serde_json::to_writer(&mut lines, &run)?;
            lines.push(b'\n');
        }
        Ok(lines)
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
        file.seek(SeekFrom::Start(self.heading))
            .map_err(unreadable)?;
        let mut lines = BufReader::new(file).lines();
        let mut run = self.runs.start;
        while run < self.runs.end {
            let mut group = Vec::new();
            for line in lines.by_ref().take(size) {
                let line = line.map_err(unreadable)?;
                let expected = run + group.len() as u64;
                let played = read_line(line.as_bytes(), expected);
                group.push(played.ok_or_else(|| damaged(&self.path, expected))?);
            }
            if group.is_empty() {
                return Err(damaged(&self.path, run));
            }
            hand_on(run, &group)?;
            run += group.len() as u64;
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
        Failure::Internal(format!(
            "`{}` can't be {what}: {error}",
            self.path.display()
        ))
    }

    /// Reads what is done, and drops a line that was not written to its end.
    fn read(&mut self, heading: &Heading) -> Result<(), Failure> {
        let mut expected = serde_json::to_vec(heading)?;
        expected.push(b'\n');
        let path = self.path.clone();
        let unreadable = |error| unreadable(&path, &error);
        let mut reader = BufReader::new(&self.file);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).map_err(unreadable)?;
        if line != expected {
            if line.ends_with(b"\n") || !expected.starts_with(&line) {
                return Err(another(&self.path, &line, heading));
            }
            self.file.set_len(0).map_err(unreadable)?;
            self.file.rewind().map_err(unreadable)?;
            self.append(&expected)?;
            self.heading = expected.len() as u64;
            return Ok(());
        }
        self.heading = expected.len() as u64;
        let mut end = self.heading;
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line).map_err(unreadable)?;
            if !line.ends_with(b"\n") {
                break;
            }
            if self.next >= self.runs.end || read_line(&line, self.next).is_none() {
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

fn open_file(path: &Path, resume: bool) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let failed =
        |error| Failure::Internal(format!("`{}` can't be written: {error}", path.display()));
    let opened = options.clone().create_new(true).open(path);
    let (file, is_old) = match opened {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            (options.open(path).map_err(failed)?, true)
        }
        opened => (opened.map_err(failed)?, false),
    };
    // Where files can't be locked, nothing is won and nothing lost.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        let message = format!("another sweep is writing to `{}`", path.display());
        let help = "wait for it, or give another `--out`".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    if is_old && !resume {
        let message = format!(
            "`{}` holds rows of a sweep that was stopped",
            path.display()
        );
        let help = "`--resume` goes on with it; to start anew, remove that file".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    Ok(file)
}

fn read_line(line: &[u8], expected: u64) -> Option<Played> {
    let (run, played): (u64, Played) = serde_json::from_slice(line).ok()?;
    (run == expected).then_some(played)
}

fn another(path: &Path, line: &[u8], heading: &Heading) -> Failure {
    let what = match serde_json::from_slice::<Heading>(line) {
        Err(_) => "is not what a stopped sweep left behind",
        Ok(other) if other.form != heading.form || other.firewatch != heading.firewatch => {
            "is from another version of firewatch"
        }
        Ok(other) if other.shard != heading.shard => "is from another shard",
        Ok(other) if other.runbook != heading.runbook => "is from a sweep with another runbook",
        Ok(_) => "is from a sweep of another scenario or grid",
    };
    let message = format!("`{}` {what}", path.display());
    let help =
        "finish that sweep with its own arguments, give another `--out`, or remove that file";
    Failure::Usage(message, Some(help.to_owned()))
}

fn damaged(path: &Path, run: u64) -> Failure {
    let message = format!("`{}` is damaged where run {run} should be", path.display());
    let help = "remove that file to start anew".to_owned();
    Failure::Usage(message, Some(help))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Internal(format!("`{}` can't be read: {error}", path.display()))
}
