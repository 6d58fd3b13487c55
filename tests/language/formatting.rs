//! The canonical layout loses nothing, whatever layout a text has.

use std::fs;

use firewatch_ron::{TokenKind, each_token, format};
use firewatch_scenario::Scenario;
use firewatch_tests::{files, property, workspace};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::edits::{edited, edits, good_texts};

/// What a text says: its tokens without commas before closing brackets, and its comments without spaces.
fn content(text: &str) -> (Vec<&str>, String) {
    let (mut tokens, mut comments, mut end) = (Vec::new(), String::new(), 0);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut gap = |gap: &str| comments.extend(gap.chars().filter(|c| !c.is_whitespace()));
    for token in each_token(text) {
        gap(&text[end..token.span.start]);
        end = token.span.end;
        if matches!(token.kind, TokenKind::Mark(b')' | b']' | b'}')) {
            tokens.pop_if(|last| *last == ",");
        }
        tokens.push(&text[token.span]);
    }
    gap(&text[end..]);
    (tokens, comments)
}

/// Formats a text; it says what it said, and is the same if it is formatted again.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap();
    assert_eq!(content(&once), content(text), "{text}\n-->\n{once}");
    assert_eq!(format(&once).unwrap(), once, "not the same twice: {text}");
    once
}

#[test]
fn every_file_says_the_same_in_canonical_layout() {
    let folders = ["scenarios", "tests/fixtures", "crates"];
    let files = folders.map(|folder| files(&workspace().join(folder), "ron"));
    let (mut read, mut values) = (0, 0);
    for file in files.iter().flatten() {
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        if format(&text).is_err() {
            continue;
        }
        read += 1;
        let after = formatted(&text);
        let name = file.display().to_string();
        if let (Ok(before), Ok(after)) = (
            Scenario::parse(&name, &text),
            Scenario::parse(&name, &after),
        ) {
            assert!(before == after, "{name}");
            values += 1;
        }
    }
    assert!(
        read > 250 && values > 100,
        "{read} read, {values} scenarios"
    );
}

#[test]
fn every_shipped_file_is_in_canonical_layout() {
    for file in files(&workspace().join("scenarios"), "ron") {
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(formatted(&text), text, "{}", file.display());
    }
}

/// What can stand between two tokens.
fn gap() -> impl Strategy<Value = &'static str> {
    select(vec![
        " ",
        " ",
        " ",
        "",
        "\n",
        "\n",
        "\r\n",
        "\t",
        "   ",
        "\n\n\n\n",
        "\n    ",
        "// c\n",
        "  // c  \r\n",
        "\n// d\n",
        "\n\n// d\n\n\n",
        "/* e */",
        " /* e */ ",
        "\n/* f */\n",
        "/* g\n /* g */\n*/",
        "// h\n// h\n",
        "/**/ // i\n",
        "\u{85}",
        "\u{2028}",
    ])
}

/// The text with other gaps between its tokens, in turn.
fn with_gaps(text: &str, gaps: &[&str], commas: &[bool]) -> String {
    let mut mutated = String::new();
    let mut last = None;
    let (mut gaps, mut commas) = (gaps.iter().cycle(), commas.iter().cycle());
    for token in each_token(text) {
        let is_closing = matches!(token.kind, TokenKind::Mark(b')' | b']' | b'}'));
        if last == Some(TokenKind::Mark(b',')) && is_closing && !commas.next().unwrap() {
            mutated.truncate(mutated.rfind(',').unwrap());
        }
        let gap = gaps.next().unwrap();
        let is_mark = |kind| matches!(kind, TokenKind::Mark(_) | TokenKind::Stray);
        let may_touch = is_mark(token.kind) || last.is_none_or(is_mark);
        mutated.push_str(match gap.is_empty() && !may_touch {
            true => " ",
            false => gap,
        });
        mutated.push_str(&text[token.span.clone()]);
        last = Some(token.kind);
    }
    mutated.push_str(gaps.next().unwrap());
    mutated
}

#[test]
fn lines_end_as_the_first_does_outside_comments_and_texts() {
    let text = "\r\nActions/* a\n b */(\n actions: {})";
    let once = "Actions /* a\n b */ (\r\n    actions: {},\r\n)\r\n";
    assert_eq!(formatted(text), once);
}

proptest! {
    #![proptest_config(property(200))]

    #[test]
    fn any_layout_says_the_same_in_canonical_layout(
        at in any::<Index>(),
        gaps in vec(gap(), 1..40),
        commas in vec(any::<bool>(), 1..9),
    ) {
        let texts = good_texts();
        let text: &String = at.get(&texts);
        formatted(&with_gaps(text, &gaps, &commas));
    }

    #[test]
    fn an_edited_text_is_told_or_says_the_same(at in any::<Index>(), edits in vec(edits(), 1..6)) {
        let texts = good_texts();
        let text: &String = at.get(&texts);
        let text = edited(text, &edits);
        if format(&text).is_ok() {
            formatted(&text);
        }
    }
}
