//! The command as a process, and its formats.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::stdout;

pub const POOL: &str = "tests/fixtures/folder/pool.ron";
pub const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";
pub const FAILING: &str = "tests/fixtures/failing.ron";
pub const BROKEN: &str = "tests/fixtures/broken.ron";
pub const FOLDER: &str = "tests/fixtures/folder";

/// Parses CSV rows by column name.
pub fn csv_rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize();
    rows.collect::<Result<_, _>>().expect("the output is CSV")
}

pub fn hash(code: i32, arguments: &[&str]) -> String {
    let told = stdout(code, arguments);
    let line = told.lines().find(|line| line.contains("state_hash"));
    let hash = line.and_then(|line| line.split_whitespace().last());
    let hash = hash.expect("the hash is told").to_owned();
    assert!(
        hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
        "{hash}"
    );
    hash
}

/// Compares output with a file of `tests/fixtures`; with `FIREWATCH_BLESS` set, writes the file.
pub fn expect_snapshot(name: &str, actual: &str) {
    let version = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
    let actual = actual.replace(version, "firewatch VERSION");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let path = folder.join(name);
    if std::env::var_os("FIREWATCH_BLESS").is_some() {
        fs::write(&path, &actual).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} (FIREWATCH_BLESS=1 writes it anew)"
    );
}

pub fn names_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}
