//! A file that another file names: a regular file of a bounded size, below a root folder.
//!
//! A scenario may come from anywhere. What it names is opened here and nowhere else, so that it can neither
//! read what is not the author's nor wait for a pipe that nobody writes to.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::file_kind::FileKind;
use crate::load::{MAX_FILE_BYTES, utf8};
use crate::problem::shown;

/// Files that a scenario may name.
const MAX_FILES: usize = 100;

/// Reads the files that one scenario names.
pub(crate) struct NamedFiles {
    /// The scenario's folder, as it was given.
    folder: PathBuf,
    /// The same without links.
    home: PathBuf,
    /// Without links, too.
    root: PathBuf,
    /// The files that were read.
    read: BTreeSet<PathBuf>,
    /// Bytes that they have together.
    bytes: usize,
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

    fn unreadable(name: &str, error: &io::Error) -> Self {
        Self::new(format!("`{}`: can't be read: {error}", shown(name)), "")
    }
}

impl NamedFiles {
    /// Names are relative to the folder; by default the root is the folder's parent.
    ///
    /// # Errors
    /// One of the two can't be found.
    pub(crate) fn new(folder: &Path, root: Option<&Path>) -> io::Result<Self> {
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
            read: BTreeSet::new(),
            bytes: 0,
        })
    }

    /// Reads a file of actions: its name for messages, and its text.
    ///
    /// # Errors
    /// It is not below the root, not a regular file, too large, named before, or not a file of actions;
    /// nothing of what it holds is in the message.
    pub(crate) fn actions(&mut self, name: &str) -> Result<(String, String), Refusal> {
        let path = self.find(name)?;
        if !self.read.insert(path.clone()) {
            let message = format!("`{}` is named twice", shown(name));
            return Err(Refusal {
                label: "named again",
                ..Refusal::new(message, "name each file once")
            });
        }
        if self.read.len() > MAX_FILES {
            let message = format!("a scenario names at most {MAX_FILES} files of actions");
            return Err(Refusal::new(message, "put the actions into fewer files"));
        }
        let bytes = self.bytes_of(name, &path)?;
        if FileKind::of(&String::from_utf8_lossy(&bytes)) != FileKind::Actions {
            let message = format!("`{}` is not a file of actions", shown(name));
            return Err(Refusal::new(
                message,
                "a file of actions begins with `Actions(`",
            ));
        }
        let file = self.folder.join(name).display().to_string();
        match utf8(&file, bytes) {
            Ok(text) => Ok((file, text)),
            Err(problems) => {
                let why = problems.problems.into_iter().next();
                let (why, help) = why.map(|why| (why.message, why.help)).unwrap_or_default();
                let message = format!("`{}`: {why}", shown(name));
                Err(Refusal::new(message, help.as_deref().unwrap_or_default()))
            }
        }
    }

    /// Where the file is, without links. Outside the root nothing is looked for, so that an answer does not
    /// tell what is there.
    fn find(&self, name: &str) -> Result<PathBuf, Refusal> {
        let outside = || {
            let message = format!("`{}` leads out of the root folder", shown(name));
            let help = "the root is the parent of the scenario's folder; `--root DIR` sets another";
            Refusal::new(message, help)
        };
        let mut path = self.home.clone();
        for part in Path::new(name).components() {
            let was_inside = path.starts_with(&self.root);
            match part {
                Component::Normal(part) => path.push(part),
                Component::ParentDir => {
                    path.pop();
                }
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => {
                    let message = format!("`{}` is an absolute path", shown(name));
                    let help = "name the file relative to the scenario's folder: `../actions/FILE`";
                    return Err(Refusal::new(message, help));
                }
            }
            if was_inside && !path.starts_with(&self.root) {
                return Err(outside());
            }
        }
        if !path.starts_with(&self.root) {
            return Err(outside());
        }
        // Links are followed, and have to stay below the root as well.
        let path = { self.home.join(name).canonicalize() }
            .map_err(|error| Refusal::unreadable(name, &error))?;
        if path.starts_with(&self.root) {
            Ok(path)
        } else {
            Err(outside())
        }
    }

    fn bytes_of(&mut self, name: &str, path: &Path) -> Result<Vec<u8>, Refusal> {
        let unreadable = |error: io::Error| Refusal::unreadable(name, &error);
        // To open a pipe can take until somebody writes to it: it is looked at before. What was put in its
        // place in between is seen by the second look.
        check_regular(name, &fs::metadata(path).map_err(unreadable)?)?;
        let file = File::open(path).map_err(unreadable)?;
        check_regular(name, &file.metadata().map_err(unreadable)?)?;
        let left = MAX_FILE_BYTES - self.bytes;
        let mut bytes = Vec::new();
        // One byte more than is left tells a file that is too large from one that just fits.
        file.take(left as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() > left {
            let message = format!(
                "`{}` is too large: the files of actions of a scenario have at most {MAX_FILE_BYTES} bytes \
                 together",
                shown(name)
            );
            return Err(Refusal::new(
                message,
                "take out what the scenario does not need",
            ));
        }
        self.bytes += bytes.len();
        Ok(bytes)
    }
}

fn check_regular(name: &str, metadata: &Metadata) -> Result<(), Refusal> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() {
        "a folder"
    } else {
        "not a regular file"
    };
    let message = format!("`{}` is {what}", shown(name));
    Err(Refusal::new(message, "name a file of actions"))
}
