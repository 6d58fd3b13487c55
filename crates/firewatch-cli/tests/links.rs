//! `--out` and `--save` on links: a link stands for its target.

#![cfg(unix)]
#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

use support::{run, text};

const POOL: &str = "tests/fixtures/folder/pool.ron";

/// Returns two folders: one with links, one for their targets.
fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
    let folder = || tempfile::tempdir().expect("a folder");
    (folder(), folder())
}

fn write_to(code: i32, out: &Path) -> String {
    let out = out.to_str().expect("a plain path");
    text(&run(code, &["run", POOL, "-o", out]).stderr)
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

#[test]
fn the_target_of_a_dangling_link_is_made() {
    let (links, targets) = folders();
    let target = targets.path().join("results");
    // An absolute link, a relative one, and a link to a link.
    let absolute = links.path().join("absolute");
    symlink(&target, &absolute).expect("it can be made");
    let relative = targets.path().join("relative");
    symlink("results", &relative).expect("it can be made");
    let second = links.path().join("second");
    symlink("absolute", &second).expect("it can be made");
    for link in [absolute, relative, second] {
        assert_eq!(write_to(0, &link), "");
        assert!(is_link(&link), "{}", link.display());
        let written = fs::read_to_string(&target).expect("it was made");
        assert!(written.contains("state_hash"), "{written}");
        fs::remove_file(&target).expect("it was there");
    }
}

#[test]
fn the_target_of_a_link_is_written_and_keeps_its_permissions() {
    let (links, targets) = folders();
    let (link, target) = (links.path().join("link"), targets.path().join("results"));
    symlink(&target, &link).expect("it can be made");
    for mode in [0o600, 0o666, 0o640, 0o755] {
        fs::write(&target, "old").expect("it can be written");
        fs::set_permissions(&target, fs::Permissions::from_mode(mode)).expect("they can be set");
        write_to(0, &link);
        assert!(is_link(&link));
        let found = fs::metadata(&target).expect("it is there").permissions();
        assert_eq!(found.mode() & 0o777, mode, "{mode:o}");
        assert_ne!(fs::read_to_string(&target).expect("it can be read"), "old");
    }
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let (links, targets) = folders();
    let (link, target) = (links.path().join("link"), targets.path().join("results"));
    fs::write(&target, "old").expect("it can be written");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o444)).expect("they can be set");
    symlink(&target, &link).expect("it can be made");
    for out in [&target, &link] {
        assert!(write_to(3, out).contains("it is read-only"));
    }
    assert_eq!(fs::read_to_string(&target).expect("it is there"), "old");
    let left = fs::read_dir(targets.path()).expect("a folder").count();
    assert_eq!(left, 1, "nothing else is left there");
}

#[test]
fn a_link_to_what_is_no_file_is_refused() {
    let (links, targets) = folders();
    let link = |name: &str, to: &Path| {
        let path = links.path().join(name);
        symlink(to, &path).expect("it can be made");
        path
    };
    let folder = link("folder", targets.path());
    assert!(write_to(2, &folder).contains("is not a regular file"));
    let device = link("device", Path::new("/dev/null"));
    assert!(write_to(2, &device).contains("is not a regular file"));
    let nowhere = link("nowhere", &targets.path().join("missing/results"));
    assert!(write_to(2, &nowhere).contains("no such folder:"));
    let circle = link("circle", Path::new("circle"));
    assert!(write_to(2, &circle).contains("leads to no file"));
    for link in [folder, device, nowhere, circle] {
        assert!(is_link(&link));
    }
}

/// The text of a link in `/proc` to a pipe is not a path: `pipe:[1234]`.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_is_refused_by_the_name_it_was_given_under() {
    let firewatch = env!("CARGO_BIN_EXE_firewatch");
    for (out, shown) in [
        ("/dev/stdout", "`/dev/stdout`"),
        (">(cat)", "`/dev/fd/"),
        ("/proc/self/fd/1", "`/proc/self/fd/1`"),
    ] {
        let script = format!("'{firewatch}' run {POOL} --out {out} | cat; exit ${{PIPESTATUS[0]}}");
        let mut shell = Command::new("bash");
        shell
            .args(["-c", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = shell.output().expect("the shell starts");
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{out}: {errors}");
        assert!(errors.contains(shown), "{out}: {errors}");
        assert!(errors.contains("is not a regular file"), "{out}: {errors}");
        assert_eq!(text(&output.stdout), "", "{out}");
    }
}
