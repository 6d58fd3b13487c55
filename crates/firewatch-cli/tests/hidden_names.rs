//! Names with characters that nobody sees, in each kind of file, as `firewatch check` tells them.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

mod support;

use support::{Folder, assert_contains, stdout};

/// A control character, one without width, one that turns the direction of writing, a space that is none, a line end.
const HIDDEN: [(&str, &str); 5] = [
    ("\u{1b}", "U+001B"),
    ("\u{200b}", "U+200B"),
    ("\u{202e}", "U+202E"),
    ("\u{a0}", "U+00A0"),
    ("\n", "U+000A"),
];

/// Files with a place for such a name, and the exit code and the code of what `check` says.
const FILES: [(&str, i32, &str); 4] = [
    (
        "Scenario(name: \"x\", difficulty: easy, services: {\"web\": (calls: [NAME]), NAME: ()})",
        1,
        "hidden-character",
    ),
    ("Runbook(name: NAME, steps: [])", 1, "hidden-character"),
    (
        "Actions(actions: {NAME: (about: \"\", category: remediation, guarded: false, branches: [(feedback: \"\")])})",
        2,
        "untypable-name",
    ),
    (
        "FaultKinds(kinds: [(kind: NAME, about: \"x\")])",
        2,
        "wrong-form",
    ),
];

#[test]
fn check_tells_of_hidden_characters_in_every_kind_of_file() {
    let folder = Folder::new();
    for (template, code, name) in FILES {
        for (hidden, shown) in HIDDEN {
            // Written with an escape, and as it is.
            let escape = format!(
                "\"a\\u{{{:x}}}b\"",
                hidden.chars().next().map_or(0, u32::from)
            );
            for text in [escape, format!("\"a{hidden}b\"")] {
                let file = folder.write("x.ron", template.replace("NAME", &text));
                let told = stdout(
                    code,
                    &["check", "--deny", "warnings", "--format", "json", &file],
                );
                assert_contains(&told, &[name]);
                if name != "wrong-form" {
                    assert_contains(&told, &[shown]);
                    assert!(!told.contains("\"line\": 0"), "it has a place: {told}");
                    assert_eq!(told.matches("\"code\"").count(), 1, "{told}");
                }
                assert!(
                    !told.contains(hidden) || ["\n", "\u{a0}"].contains(&hidden),
                    "{told:?}"
                );
            }
        }
        let file = folder.write("x.ron", template.replace("NAME", "\"größe\""));
        let plain = stdout(
            i32::from(name == "wrong-form") * 2,
            &["check", "--deny", "warnings", &file],
        );
        assert_contains(&plain, &["1 file"]);
    }
}
