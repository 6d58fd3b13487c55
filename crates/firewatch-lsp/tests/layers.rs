//! What is said about a file knows nothing of the protocol that says it.

use std::fs;
use std::path::Path;

#[test]
fn only_the_server_knows_the_protocol() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut count = 0;
    for part in [
        "text.rs",
        "analysis.rs",
        "language.rs",
        "analysis",
        "language",
    ] {
        let part = src.join(part);
        let files = match part.is_dir() {
            true => { fs::read_dir(&part).expect("the folder can be read") }
                .map(|entry| entry.expect("an entry").path())
                .collect(),
            false => vec![part],
        };
        for file in files {
            let text = fs::read_to_string(&file).expect("the file can be read");
            for word in ["lsp_types", "lsp_server", "crate::server"] {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
            let is_of_language = file.to_string_lossy().contains("language");
            assert!(
                !(is_of_language && text.contains("crate::analysis")),
                "{} uses the analysis",
                file.display()
            );
            count += 1;
        }
    }
    assert!(count > 15, "{count}");
}
