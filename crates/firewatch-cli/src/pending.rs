//! Files that are written whole or not at all: under a temporary name until they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::paths::path_text;
use crate::signals;

/// Maximum links in a chain, as in the operating system.
const MAX_LINKS: usize = 40;

/// A file with a temporary name until it is complete.
pub struct PendingFile {
    /// The errors of this file name no path; [`PendingFile::with_path`] adds the target's.
    file: NamedTempFile<File>,
    target: PathBuf,
}

impl PendingFile {
    /// Creates the temporary file. `flag` is the argument that named the target.
    pub fn new(target: &Path, flag: &str) -> Result<Self, Failure> {
        let target = resolve_links(target, flag)?;
        let old = fs::metadata(&target).ok();
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            let message = format!("no such folder: `{}`", path_text(folder));
            let help = format!("create it, or give another `{flag}`");
            return Err(Failure::Usage(message, Some(help)));
        }
        if let Some(old) = &old {
            check_permission(&target, old).map_err(|error| unwritable(&target, &error))?;
        }
        let file = create(folder, old).map_err(|error| unwritable(&target, &error))?;
        Ok(Self { file, target })
    }

    /// Returns the final path.
    pub fn target(&self) -> &Path {
        &self.target
    }

    fn with_path(&self, error: &io::Error) -> io::Error {
        let message = format!("`{}`: {error}", path_text(&self.target));
        io::Error::new(error.kind(), message)
    }

    /// Gives the file its final name.
    pub fn commit(self) -> Result<(), Failure> {
        let Self { file, target } = self;
        file.persist(&target)
            .map(|_| ())
            .map_err(|error| unwritable(&target, &error.error))
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes);
        written.map_err(|error| self.with_path(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.as_file_mut().flush();
        flushed.map_err(|error| self.with_path(&error))
    }
}

/// Checks whether a file may be written: to replace it takes the permission of its folder alone.
fn check_permission(target: &Path, found: &fs::Metadata) -> io::Result<()> {
    // Root opens read-only files, too.
    if found.permissions().readonly() {
        let error = "it is read-only";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, error));
    }
    OpenOptions::new().write(true).open(target).map(|_| ())
}

/// Creates an empty file in the folder, with the permissions of the file it replaces. A signal that ends the
/// process removes it.
fn create(folder: &Path, old: Option<fs::Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".firewatch-").suffix(".part");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let file = signals::remove_on_signal(|| {
        // Default permissions of a new file: those of temporary files are private.
        let file = builder.make_in(folder, |path| options.open(path))?;
        let path = file.path().to_owned();
        Ok((file, path))
    })?;
    if let Some(old) = old {
        // Set after creation: the process's umask would remove some.
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// Resolves a link to its target, which need not exist yet.
fn resolve_links(target: &Path, flag: &str) -> Result<PathBuf, Failure> {
    let is_link = fs::symlink_metadata(target).is_ok_and(|found| found.is_symlink());
    match fs::metadata(target) {
        Ok(found) if !found.is_file() => Err(not_replaceable(target, flag)),
        // A path under `/dev/fd` can name a file that was deleted.
        Ok(_) if is_link => target
            .canonicalize()
            .map_err(|_| not_replaceable(target, flag)),
        Ok(_) => Ok(target.to_owned()),
        Err(_) => follow_dangling_links(target, flag),
    }
}

/// Follows links to a target that does not exist yet. Links to existing files are resolved by the system: the
/// text of those in `/proc` is not a path.
fn follow_dangling_links(target: &Path, flag: &str) -> Result<PathBuf, Failure> {
    let mut path = target.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // An absolute link replaces the whole path.
            Ok(next) => path = path.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(path),
        }
    }
    let message = format!("`{}` is a link that leads to no file", path_text(target));
    Err(Failure::Usage(message, Some(takes_a_file(flag))))
}

fn not_replaceable(target: &Path, flag: &str) -> Failure {
    let message = format!("`{}` is not a regular file", path_text(target));
    Failure::Usage(message, Some(takes_a_file(flag)))
}

fn takes_a_file(flag: &str) -> String {
    format!("`{flag}` takes the name of a file")
}

/// Writes a text to a file, whole or not at all. `flag` is the argument that named it.
///
/// # Errors
/// The file can't be written.
pub fn write_file(target: &Path, flag: &str, text: &str) -> Result<(), Failure> {
    let mut pending = PendingFile::new(target, flag)?;
    let written = pending.file.as_file_mut().write_all(text.as_bytes());
    written.map_err(|error| unwritable(&pending.target, &error))?;
    pending.commit()
}

/// Writes a text to a file that must not be there yet, whole or not at all. `flag` is the argument that named it.
///
/// # Errors
/// The file is there, or can't be written.
pub fn write_new_file(target: &Path, flag: &str, text: &str) -> Result<(), Failure> {
    let mut pending = new_file(target, flag)?;
    let written = pending.file.as_file_mut().write_all(text.as_bytes());
    written.map_err(|error| unwritable(&pending.target, &error))?;
    let PendingFile { file, target } = pending;
    match file.persist_noclobber(&target) {
        Ok(_) => Ok(()),
        // Somebody else has written it since.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(is_there(&target)),
        Err(error) => Err(unwritable(&target, &error.error)),
    }
}

/// Checks whether a new file can be written now. `flag` is the argument that named it.
///
/// # Errors
/// The file is there, or can't be written.
pub fn check_new(target: &Path, flag: &str) -> Result<(), Failure> {
    new_file(target, flag).map(|_| ())
}

fn new_file(target: &Path, flag: &str) -> Result<PendingFile, Failure> {
    if fs::symlink_metadata(target).is_ok() {
        return Err(is_there(target));
    }
    PendingFile::new(target, flag)
}

fn is_there(target: &Path) -> Failure {
    let message = format!("`{}` is there already", path_text(target));
    Failure::Usage(message, Some("give the name of a new file".to_owned()))
}

/// Checks whether a file can be written now. `flag` is the argument that named it.
///
/// # Errors
/// The file can't be written.
pub fn check_writable(target: &Path, flag: &str) -> Result<(), Failure> {
    PendingFile::new(target, flag).map(|_| ())
}

fn unwritable(target: &Path, error: &io::Error) -> Failure {
    Failure::Internal(format!("`{}` can't be written: {error}", path_text(target)))
}
