//! Whatever is in a file, it is a scenario or has problems that can be shown.

use std::fs;

use firewatch_scenario::Scenario;
use firewatch_tests::{load_scenario, property, scenario_files};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::readers::read_as_ron;
use crate::values::texts;

/// The texts of files that are known to be good.
pub fn good_texts() -> Vec<String> {
    let files = scenario_files();
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// What happens to a text while it is being edited.
#[derive(Clone, Debug)]
pub enum Edit {
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, String),
    Move(Index, Index, usize),
}

pub fn edits() -> impl Strategy<Value = Edit> {
    let pieces = select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "//",
        "\n",
        "-",
        "=",
        "Some(",
        "None",
        "1e999",
        "NaN",
        "0x",
        "1_0",
        "r#\"",
        "\\u{",
        "\u{feff}",
        "é",
        "🔥",
        "5",
        "oom",
        "name:",
        "le(",
        "\"\"",
        "()",
        "#![enable(implicit_some)]",
        "true",
        "+.5",
        "\u{85}",
    ]);
    let pieces = prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => texts()];
    prop_oneof![
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (any::<Index>(), any::<Index>(), 1..60_usize)
            .prop_map(|(from, to, length)| Edit::Move(from, to, length)),
    ]
}

pub fn edited(text: &str, edits: &[Edit]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for edit in edits {
        let size = letters.len() + 1;
        let range = |at: &Index, length: usize| {
            let start = at.index(size);
            start..(start + length).min(size - 1)
        };
        match edit {
            Edit::Remove(at, length) => {
                letters.drain(range(at, *length));
            }
            Edit::Repeat(at, length) => {
                let range = range(at, *length);
                let copy = letters[range.clone()].to_vec();
                letters.splice(range.start..range.start, copy);
            }
            Edit::Insert(at, piece) => {
                let at = at.index(size);
                letters.splice(at..at, piece.chars());
            }
            Edit::Move(from, to, length) => {
                let moved: Vec<char> = letters.drain(range(from, *length)).collect();
                let at = to.index(letters.len() + 1);
                letters.splice(at..at, moved);
            }
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(property(1500))]

    #[test]
    fn an_edited_file_is_a_scenario_or_has_problems(
        file in any::<Index>(),
        edits in vec(edits(), 1..5),
    ) {
        let texts = good_texts();
        let file: &String = file.get(&texts);
        let text = edited(file, &edits);
        if let Some(scenario) = load_scenario(text.as_bytes()) {
            // A byte order mark is no RON.
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            prop_assert!(read_as_ron(text).is_ok(), "{:?}\n{}", read_as_ron(text), text);
            let read = Scenario::parse("written.ron", &scenario.to_string());
            prop_assert_eq!(read, Ok(scenario));
        }
    }

    #[test]
    fn bytes_are_a_scenario_or_have_problems(bytes in vec(any::<u8>(), 0..200)) {
        let _ = load_scenario(&bytes);
    }

    #[test]
    fn brackets_are_a_scenario_or_have_problems(text in "([(){}\\[\\],:]|a|Some|1|\"x\"|\"| |\n|=|-){0,60}") {
        let text = format!("Scenario(name: \"x\", difficulty: easy, {text}");
        let _ = load_scenario(text.as_bytes());
    }
}
