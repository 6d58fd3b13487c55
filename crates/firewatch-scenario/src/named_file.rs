//! A file that another file names: a regular file of a bounded size, below a root folder.
//!
//! A scenario may come from anywhere. What it names is opened here and nowhere else, so that it can neither
//! read what is not the author's nor wait for a pipe that nobody writes to.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use crate::codes;
use crate::file_kind::FileKind;
use crate::open_texts::OpenTexts;
use firewatch_ron::{Diagnostics, MAX_FILE_BYTES, shown, utf8};

/// Files that a scenario and the files that it names may name together.
const MAX_FILES: usize = 100;

/// Links that are followed for one name; the system follows no more either.
const MAX_LINKS: usize = 40;

/// Where a file looks for those that it names.
#[derive(Clone, Copy, Default)]
pub(crate) struct Places<'a> {
    /// The file's own folder; nothing is read for a text that is no file.
    pub(crate) folder: Option<&'a Path>,
    /// The folder below which all files are; by default the parent of the file's own.
    pub(crate) root: Option<&'a Path>,
    /// Texts that stand instead of files.
    pub(crate) open: Option<&'a OpenTexts>,
}

/// Reads the files that one file names. What these name is read by others of [`NamedFiles::in_folder`], within the same
/// limits.
pub(crate) struct NamedFiles<'a> {
    /// The scenario's folder, as it was given.
    folder: PathBuf,
    /// The same without links.
    home: PathBuf,
    /// Without links, too.
    root: PathBuf,
    /// Texts that stand instead of files.
    open: Option<&'a OpenTexts>,
    /// The files that the one file names.
    seen: BTreeSet<PathBuf>,
    /// Files of the whole load.
    files: usize,
    /// Bytes that they have together.
    bytes: usize,
}

/// A file that was read.
pub(crate) struct NamedFile {
    /// Its name for messages.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Its own folder, to which what it names is relative.
    pub(crate) folder: PathBuf,
}

/// Why a file is not read.
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) label: &'static str,
    pub(crate) help: Option<String>,
}

impl Refusal {
    fn new(message: String, help: &str) -> Self {
        Self {
            message,
            label: "",
            help: (!help.is_empty()).then(|| help.to_owned()),
        }
    }

    /// Why nothing is read for a scenario that is no file.
    pub(crate) fn without_folder() -> Self {
        let message = "a scenario that is no file can't name others".to_owned();
        Self::new(
            message,
            "save it, and name its files relative to its folder",
        )
    }

    fn unreadable(name: &str, error: &io::Error) -> Self {
        Self::new(format!("`{}`: can't be read: {error}", shown(name)), "")
    }
}

impl<'a> NamedFiles<'a> {
    /// Names are relative to the folder; by default the root is the folder's parent.
    ///
    /// # Errors
    /// One of the two can't be found.
    fn new(folder: &Path, root: Option<&Path>, open: Option<&'a OpenTexts>) -> io::Result<Self> {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let home = here.canonicalize()?;
        let root = match root {
            Some(root) => root.canonicalize()?,
            None => home.parent().unwrap_or(&home).to_owned(),
        };
        Ok(Self {
            folder: folder.to_owned(),
            home,
            root,
            open,
            seen: BTreeSet::new(),
            files: 0,
            bytes: 0,
        })
    }

    /// Begins with the names of a file in another folder; what was read so far counts.
    ///
    /// # Errors
    /// The folder can't be found.
    pub(crate) fn in_folder(&self, folder: &Path) -> Result<Self, Diagnostics> {
        Ok(Self {
            files: self.files,
            bytes: self.bytes,
            ..named_files(folder, Some(&self.root), self.open)?
        })
    }

    /// Counts what was read by one of [`NamedFiles::in_folder`].
    pub(crate) fn count(&mut self, within: &NamedFiles) {
        (self.files, self.bytes) = (within.files, within.bytes);
    }

    /// Reads a file of that kind.
    ///
    /// # Errors
    /// It is not below the root, not a regular file, too large, named before, or of another kind; nothing of what it
    /// holds is in the message.
    pub(crate) fn read(&mut self, name: &str, kind: FileKind) -> Result<NamedFile, Refusal> {
        let path = self.find(name, kind)?;
        if !self.seen.insert(path.clone()) {
            let message = format!("`{}` is named twice", shown(name));
            return Err(Refusal {
                label: "named again",
                ..Refusal::new(message, "name each file once")
            });
        }
        self.files += 1;
        if self.files > MAX_FILES {
            let message = format!(
                "`{}` is one file too many: a scenario and the files that it names name at most {MAX_FILES}",
                shown(name)
            );
            return Err(Refusal::new(message, "put what they say into fewer files"));
        }
        let bytes = self.bytes_of(name, &path)?;
        if FileKind::of_file(name, &String::from_utf8_lossy(&bytes)) != kind {
            let message = format!("`{}` is not {}", shown(name), kind.a_file());
            let begins = format!("{} begins with `{}(`", kind.a_file(), kind.name());
            return Err(Refusal::new(message, &begins));
        }
        let path = self.folder.join(name);
        let file = path.display().to_string();
        match utf8(&file, bytes) {
            Ok(text) => Ok(NamedFile {
                file,
                text,
                folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            }),
            Err(problems) => {
                let why = problems.problems.into_iter().next();
                let (why, help) = why.map(|why| (why.message, why.help)).unwrap_or_default();
                let message = format!("`{}`: {why}", shown(name));
                Err(Refusal::new(message, help.as_deref().unwrap_or_default()))
            }
        }
    }

    /// Where the file is, without links. It is gone there part by part, and outside the root nothing is looked
    /// for, so that an answer does not tell what is there.
    fn find(&self, name: &str, kind: FileKind) -> Result<PathBuf, Refusal> {
        let unreadable = |error: io::Error| Refusal::unreadable(name, &error);
        let mut path = self.home.clone();
        let mut left = Vec::new();
        if !put_before(&mut left, Path::new(name)) {
            let message = format!("`{}` is an absolute path", shown(name));
            let help = format!(
                "name {} relative to the folder of this file, such as `ours.ron` or `../shared/ours.ron`",
                kind.a_file()
            );
            return Err(Refusal::new(message, &help));
        }
        let mut links = 0;
        while let Some(part) = left.pop() {
            let was_inside = path.starts_with(&self.root);
            let is_upward = part == "..";
            if is_upward {
                path.pop();
            } else {
                path.push(part);
            }
            if !path.starts_with(&self.root) {
                // The scenario itself may be outside, and the way from there leads up, and then down to the root.
                if was_inside || !is_upward && !self.root.starts_with(&path) {
                    return Err(outside(name));
                }
            } else if !is_upward
                && fs::symlink_metadata(&path)
                    .map_err(unreadable)?
                    .is_symlink()
            {
                links += 1;
                if links > MAX_LINKS {
                    let why = format!("`{}`: can't be read: it leads in a circle", shown(name));
                    return Err(Refusal::new(why, "name the file itself"));
                }
                let target = fs::read_link(&path).map_err(unreadable)?;
                path.pop();
                if let Ok(below) = target.strip_prefix(&self.root) {
                    path.clone_from(&self.root);
                    put_before(&mut left, below);
                } else if !put_before(&mut left, &target) {
                    return Err(outside(name));
                }
            }
        }
        if !path.starts_with(&self.root) {
            return Err(outside(name));
        }
        // Spelled as the file system does, so that a file named twice is noticed.
        let path = path.canonicalize().map_err(unreadable)?;
        if path.starts_with(&self.root) {
            Ok(path)
        } else {
            Err(outside(name))
        }
    }

    fn bytes_of(&mut self, name: &str, path: &Path) -> Result<Vec<u8>, Refusal> {
        let unreadable = |error: io::Error| Refusal::unreadable(name, &error);
        // To open some devices does something: it is looked at before.
        let seen = fs::symlink_metadata(path).map_err(unreadable)?;
        check_regular(name, &seen)?;
        let left = MAX_FILE_BYTES - self.bytes;
        let mut bytes = Vec::new();
        if let Some(text) = self.open.and_then(|open| open.get(path)) {
            bytes.extend_from_slice(text.as_bytes());
        } else {
            let file = open_seen(name, path, &seen)?;
            // One byte more than is left tells a file that is too large from one that just fits.
            file.take(left as u64 + 1)
                .read_to_end(&mut bytes)
                .map_err(unreadable)?;
        }
        if bytes.len() > left {
            let message = format!(
                "`{}` is too large: all files that are named have at most {MAX_FILE_BYTES} bytes together",
                shown(name)
            );
            return Err(Refusal::new(message, "take out what is not needed"));
        }
        self.bytes += bytes.len();
        Ok(bytes)
    }
}

impl<'a> Places<'a> {
    /// Returns what reads the files that are named; `None` for a text that is no file.
    ///
    /// # Errors
    /// The folder or the root can't be found.
    pub(crate) fn named_files(self) -> Result<Option<NamedFiles<'a>>, Diagnostics> {
        let named = { self.folder }.map(|folder| named_files(folder, self.root, self.open));
        named.transpose()
    }
}

/// Where files that are named in a folder are looked for.
///
/// # Errors
/// The folder or the root can't be found.
fn named_files<'a>(
    folder: &Path,
    root: Option<&Path>,
    open: Option<&'a OpenTexts>,
) -> Result<NamedFiles<'a>, Diagnostics> {
    NamedFiles::new(folder, root, open).map_err(|error| {
        let place = root.unwrap_or(folder).display().to_string();
        Diagnostics::without_text(
            &place,
            codes::UNREADABLE,
            format!("can't be used as a folder: {error}"),
            None,
        )
    })
}

/// Puts the parts of a path before those that are left, which are in reverse order. Nothing is put there for an
/// absolute path: whether it was a relative one.
fn put_before(left: &mut Vec<OsString>, path: &Path) -> bool {
    let length = left.len();
    for part in path.components().rev() {
        match part {
            Component::Normal(part) => left.push(part.to_owned()),
            Component::ParentDir => left.push("..".into()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => {
                left.truncate(length);
                return false;
            }
        }
    }
    true
}

fn outside(name: &str) -> Refusal {
    let message = format!("`{}` leads out of the root folder", shown(name));
    let help = "the root is the parent of the scenario's folder; `--root DIR` sets another";
    Refusal::new(message, help)
}

/// Opens the file that was seen there, and not another one that was put in its place since. A folder on the way
/// that was replaced by a link before it was seen is not noticed.
fn open_seen(name: &str, path: &Path, seen: &Metadata) -> Result<File, Refusal> {
    let unreadable = |error: io::Error| Refusal::unreadable(name, &error);
    let mut options = OpenOptions::new();
    options.read(true);
    // To open a pipe would otherwise take until somebody writes to it.
    #[cfg(unix)]
    options.custom_flags(libc::O_NONBLOCK);
    let file = options.open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    check_regular(name, &opened)?;
    if is_same(seen, &opened) {
        return Ok(file);
    }
    let message = format!("`{}` was replaced while it was read", shown(name));
    Err(Refusal::new(message, "try it again"))
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// The standard library does not tell elsewhere: there, another regular file is read as the first would be.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

fn check_regular(name: &str, metadata: &Metadata) -> Result<(), Refusal> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = match metadata.is_dir() {
        true => "a folder",
        false => "not a regular file",
    };
    let message = format!("`{}` is {what}", shown(name));
    Err(Refusal::new(message, "name a file"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::open_seen;

    /// As when somebody replaces a file between the two looks at it.
    #[test]
    fn what_was_put_in_its_place_is_not_read() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("actions.ron");
        // The first file stays, so that the second does not get its number.
        let write = |text: &str| fs::write(&path, text).and_then(|()| fs::symlink_metadata(&path));
        let move_away = |to: &str| fs::rename(&path, folder.path().join(to));
        let said = |path: &Path, seen| open_seen("actions.ron", path, seen).err();
        let said = |path: &Path, seen| said(path, seen).map(|refusal| refusal.message);

        let seen = write("first")?;
        assert_eq!(said(&path, &seen), None);
        move_away("first")?;
        write("second")?;
        let message = said(&path, &seen).unwrap_or_default();
        assert!(message.contains("was replaced"), "{message}");
        move_away("second")?;
        // Opening it without a writer would not end.
        assert!(Command::new("mkfifo").arg(&path).status()?.success());
        let message = said(&path, &seen).unwrap_or_default();
        assert!(message.contains("is not a regular file"), "{message}");
        Ok(())
    }
}
