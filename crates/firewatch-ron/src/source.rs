//! Texts of files: read within bounds.

use std::io::Read;
use std::path::Path;

use crate::codes;
use crate::problem::Diagnostics;

/// Largest file, bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// The name of a file and the text in it.
pub fn text(path: &Path) -> Result<(String, String), Diagnostics> {
    let name = path.display().to_string();
    let text = utf8(&name, bytes(path)?)?;
    Ok((name, text))
}

/// The bytes of a regular file, up to one more than are allowed. Others are not opened: a pipe would be waited for, and
/// to open some devices does something. Those that the process was started with are open already.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Diagnostics> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let message = format!("can't be read: {error}");
        Diagnostics::without_text(&name, codes::UNREADABLE, message, None)
    };
    let found = std::fs::metadata(path).map_err(unreadable)?;
    if !found.is_file() && !is_open(path) {
        let what = match found.is_dir() {
            true => "a folder",
            false => "not a regular file",
        };
        let message = format!("can't be read: it is {what}");
        let help = Some("name a file".to_owned());
        return Err(Diagnostics::without_text(
            &name,
            codes::UNREADABLE,
            message,
            help,
        ));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    // One byte more than allowed tells a large file from one that just fits.
    file.take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

/// Whether the path names what the process was given when it started, as a shell names the output of a command.
fn is_open(path: &Path) -> bool {
    let folders = ["/dev/fd", "/proc/self/fd"];
    path == Path::new("/dev/stdin") || folders.iter().any(|folder| path.starts_with(folder))
}

/// The text of a file.
pub fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let newlines = error.as_bytes()[..valid]
            .iter()
            .filter(|&&byte| byte == b'\n');
        let line = newlines.count() + 1;
        let message = format!(
            "not UTF-8: byte {} of the file, in line {line}, is no part of a character",
            valid + 1
        );
        let help = Some("save the file as UTF-8".to_owned());
        Diagnostics::without_text(file, codes::NOT_UTF_8, message, help)
    })
}

/// The text without what editors on some systems put before it; `what` names what a file holds.
pub fn within_limits<'t>(file: &str, text: &'t str, what: &str) -> Result<&'t str, Diagnostics> {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("too large: {what} has at most {MAX_FILE_BYTES} bytes");
        return Err(Diagnostics::without_text(
            file,
            codes::FILE_TOO_LARGE,
            message,
            None,
        ));
    }
    Ok(without_mark(text))
}

/// The text without a byte-order mark.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
