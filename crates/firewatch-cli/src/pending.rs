//! Files that are written whole or not at all: they have another name until they are whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::signals;
use crate::style::path_text;

/// Links that are followed from one to the next; the system follows no more either.
const MAX_LINKS: usize = 40;

/// A file that has another name until it is whole.
pub struct Pending {
    /// Names the target in an error: those of the file itself name no path.
    file: NamedTempFile<File>,
    target: PathBuf,
}

impl Pending {
    /// A file that was given with `flag`.
    pub fn new(target: &Path, flag: &str) -> Result<Self, Failure> {
        let target = behind_links(target, flag)?;
        let old = fs::metadata(&target).ok();
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            let message = format!("there is no folder `{}` to write to", path_text(folder));
            let help = format!("make it first, or give another `{flag}`");
            return Err(Failure::Usage(message, Some(help)));
        }
        let file = create(folder, old).map_err(|error| unwritable(&target, &error))?;
        Ok(Self { file, target })
    }

    /// The file that it will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    fn named(&self, error: &io::Error) -> io::Error {
        let told = format!("`{}`: {error}", path_text(&self.target));
        io::Error::new(error.kind(), told)
    }

    /// Gives the file its name.
    pub fn keep(self) -> Result<(), Failure> {
        let Self { file, target } = self;
        file.persist(&target)
            .map(|_| ())
            .map_err(|error| unwritable(&target, &error.error))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes);
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.as_file_mut().flush();
        flushed.map_err(|error| self.named(&error))
    }
}

/// An empty file in the folder, which a signal that ends the process removes; with the permissions of the
/// file that it takes the place of, if there is one.
fn create(folder: &Path, old: Option<fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".firewatch-").suffix(".part");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let file = signals::removed_at_end(|| {
        // With the permissions of any new file: those of other temporary files are private.
        let file = builder.make_in(folder, |path| options.open(path))?;
        let path = file.path().to_owned();
        Ok((file, path))
    })?;
    if let Some(old) = old {
        // Not when it is made: the process's mask would take some away.
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// What a link leads to is what is meant, whether it is there yet or not.
fn behind_links(target: &Path, flag: &str) -> Result<PathBuf, Failure> {
    let is_link = fs::symlink_metadata(target).is_ok_and(|found| found.is_symlink());
    match fs::metadata(target) {
        Ok(found) if !found.is_file() => Err(irreplaceable(target, flag)),
        // What is open under `/dev/fd` can be a file that has no name any more.
        Ok(_) if is_link => { target.canonicalize() }.map_err(|_| irreplaceable(target, flag)),
        Ok(_) => Ok(target.to_owned()),
        Err(_) => end_of_links(target, flag),
    }
}

/// Where the links lead that lead to no file yet. Links to what is there are followed by the system alone: the
/// text of those in `/proc` is no path.
fn end_of_links(target: &Path, flag: &str) -> Result<PathBuf, Failure> {
    let mut path = target.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // What is given from the root on is all of the new path.
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    let message = format!("`{}` is a link that leads to no file", path_text(target));
    Err(Failure::Usage(message, Some(takes_a_file(flag))))
}

fn irreplaceable(target: &Path, flag: &str) -> Failure {
    let message = format!(
        "`{}` is not a file that could be replaced",
        path_text(target)
    );
    Failure::Usage(message, Some(takes_a_file(flag)))
}

fn takes_a_file(flag: &str) -> String {
    format!("`{flag}` takes the name of a file")
}

/// Writes a text to a file that was given with `flag`, whole or not at all.
///
/// # Errors
/// The file can't be written.
pub fn write_file(target: &Path, flag: &str, text: &str) -> Result<(), Failure> {
    let mut pending = Pending::new(target, flag)?;
    let written = pending.file.as_file_mut().write_all(text.as_bytes());
    written.map_err(|error| unwritable(&pending.target, &error))?;
    pending.keep()
}

/// Whether a file that was given with `flag` could be written as things stand.
///
/// # Errors
/// It couldn't.
pub fn check_writable(target: &Path, flag: &str) -> Result<(), Failure> {
    Pending::new(target, flag).map(|_| ())
}

fn unwritable(target: &Path, error: &io::Error) -> Failure {
    Failure::Internal(format!("`{}` can't be written: {error}", path_text(target)))
}
