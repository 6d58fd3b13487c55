//! What is said about a file knows nothing of the protocol that says it.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot read the sources fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

#[test]
fn only_the_server_knows_the_protocol() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut count = 0;
    for file in files(&src) {
        // Folders above the sources have names of their own.
        let place = file.strip_prefix(&src).expect("a file of the sources");
        let is_of =
            |part: &str| place.starts_with(part) || place == Path::new(part).with_extension("rs");
        if is_of("server") || is_of("lib") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("the file can be read");
        for word in ["lsp_types", "lsp_server", "crate::server"] {
            assert!(!text.contains(word), "{} uses {word}", place.display());
        }
        assert!(
            !(is_of("language") && text.contains("crate::analysis")),
            "{} uses the analysis",
            place.display()
        );
        count += 1;
    }
    assert!(count > 15, "{count}");
}
