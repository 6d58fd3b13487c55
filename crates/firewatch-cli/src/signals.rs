//! Removes unfinished files when a signal ends the process.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Temporary files, including those that have their final name by now.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file that is removed if a signal ends the process while the file still has this path.
///
/// # Errors
/// The error of `make`.
pub fn remove_on_signal<T>(make: impl FnOnce() -> io::Result<(T, PathBuf)>) -> io::Result<T> {
    // The lock keeps the process from ending between the creation of a file and its registration.
    let mut unfinished = unfinished();
    let (made, path) = make()?;
    unfinished.push(path);
    Ok(made)
}

/// Starts a thread that waits for SIGHUP, SIGINT and SIGTERM, removes unfinished files and ends the process
/// as the signal would have. Signals ignored at the start, as under `nohup`, stay ignored.
///
/// # Errors
/// The system refuses the thread or the handler.
#[cfg(unix)]
pub fn handle() -> io::Result<()> {
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = Signals::new(signals_to_handle(ignored_signals()))?;
    let end = move || {
        for signal in &mut signals {
            // Held until the end, so that no other file is created.
            let unfinished = unfinished();
            for path in unfinished.iter() {
                // Most are gone: they have their final name.
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().spawn(end).map(|_| ())
}

#[cfg(not(unix))]
pub fn handle() -> io::Result<()> {
    Ok(())
}

/// Returns the signals to handle: those that are not ignored. Bit 0 of `ignored` is signal 1. A handler would
/// override "ignored", so if the mask is unknown, only SIGTERM is handled, which neither `nohup` nor shells
/// ignore; after other signals unfinished files remain.
#[cfg(unix)]
fn signals_to_handle(ignored: Option<u64>) -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let Some(ignored) = ignored else {
        return vec![SIGTERM];
    };
    let mut wanted = vec![SIGHUP, SIGINT, SIGTERM];
    wanted.retain(|signal| ignored & (1 << (signal - 1)) == 0);
    wanted
}

/// Returns the mask of ignored signals; `None` on systems other than Linux and without `/proc`.
#[cfg(unix)]
fn ignored_signals() -> Option<u64> {
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

    use super::signals_to_handle;

    #[test]
    fn an_ignored_signal_is_not_handled_and_one_that_may_be_is_not_either() {
        assert_eq!(signals_to_handle(Some(0)), [SIGHUP, SIGINT, SIGTERM]);
        assert_eq!(signals_to_handle(Some(0b1)), [SIGINT, SIGTERM]);
        assert_eq!(signals_to_handle(Some(0b11)), [SIGTERM]);
        assert_eq!(signals_to_handle(None), [SIGTERM]);
    }
}
