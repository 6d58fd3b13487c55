//! What a signal that ends the process removes first: files that are not whole.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files that are not whole, and those that have got their name since.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a file that is removed, if it is still there under that path, when a signal ends the process.
///
/// # Errors
/// What `make` returns.
pub fn removed_at_end<T>(make: impl FnOnce() -> io::Result<(T, PathBuf)>) -> io::Result<T> {
    // Made under the lock: the process does not end between a file and its entry.
    let mut unfinished = unfinished();
    let (made, path) = make()?;
    unfinished.push(path);
    Ok(made)
}

/// Removes unfinished files when the process is told to end, and then ends it as the signal would have.
/// A signal that whoever started the process has it ignore, as `nohup` does, stays ignored.
///
/// # Errors
/// The system does not give a thread or a handler.
#[cfg(unix)]
pub fn watch() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let ignored = ignored();
    let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter();
    let mut signals = Signals::new(wanted.filter(|signal| ignored & (1 << (signal - 1)) == 0))?;
    let end = move || {
        for signal in &mut signals {
            // Held to the end, so that no other file is made.
            let unfinished = unfinished();
            for path in unfinished.iter() {
                // Most are not there any more: they have got their name.
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().spawn(end).map(|_| ())
}

#[cfg(not(unix))]
pub fn watch() -> io::Result<()> {
    Ok(())
}

/// The signals that the process ignores, a bit each from signal 1 on. Other systems than Linux do not say:
/// there, none.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
