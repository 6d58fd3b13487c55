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
/// A signal that the process was started with as ignored, as by `nohup`, stays ignored.
///
/// # Errors
/// The system does not give a thread or a handler.
#[cfg(unix)]
pub fn watch() -> io::Result<()> {
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = Signals::new(wanted(ignored()))?;
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

/// The signals to handle: those that end the process and are not ignored, a bit each from signal 1 on. A handler
/// takes the place of "ignored": where the system does not say what is, only the one is handled that `nohup`
/// and shells do not have ignored, and the others leave unfinished files behind.
#[cfg(unix)]
fn wanted(ignored: Option<u64>) -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let Some(ignored) = ignored else {
        return vec![SIGTERM];
    };
    let mut wanted = vec![SIGHUP, SIGINT, SIGTERM];
    wanted.retain(|signal| ignored & (1 << (signal - 1)) == 0);
    wanted
}

/// The signals that the process ignores, as Linux says; `None` on other systems, and without `/proc`.
#[cfg(unix)]
fn ignored() -> Option<u64> {
    if !cfg!(any(target_os = "linux", target_os = "android")) {
        return None;
    }
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    use super::wanted;

    #[test]
    fn an_ignored_signal_is_not_handled_and_one_that_may_be_is_not_either() {
        assert_eq!(wanted(Some(0)), [SIGHUP, SIGINT, SIGTERM]);
        assert_eq!(wanted(Some(0b1)), [SIGINT, SIGTERM]);
        assert_eq!(wanted(Some(0b11)), [SIGTERM]);
        assert_eq!(wanted(None), [SIGTERM]);
    }
}
