//! Whatever is typed so far, each request has an answer: no prefix of a shipped file makes the analysis panic.

use std::fs;
use std::path::{Path, PathBuf};

use firewatch_lsp::analysis::check::check;
use firewatch_lsp::analysis::complete::complete;
use firewatch_lsp::analysis::file::SourceFile;
use firewatch_lsp::analysis::hover::hover;
use firewatch_lsp::analysis::layout::layout;
use firewatch_lsp::analysis::names::Pair;
use firewatch_lsp::analysis::outcome::hints;
use firewatch_lsp::analysis::vocabulary::Vocabulary;
use firewatch_lsp::text::Text;
use firewatch_scenario::OpenTexts;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// A prefix of a file as it is being typed, and what is asked where it ends.
fn ask(path: &Path, text: &str) -> usize {
    let open = OpenTexts::default();
    let file = SourceFile::new(Some(path.to_owned()), "", Text::new(text.to_owned()));
    let checked = check(&file, None, &open);
    let shown = hints(&file, checked.scenario.as_ref(), checked.runbook.as_ref());
    for span in checked
        .problems
        .iter()
        .filter_map(|problem| problem.span.clone())
    {
        assert!(
            text.get(span.clone()).is_some(),
            "{span:?} is no part of the text"
        );
    }
    assert!(shown.iter().all(|hint| text.is_char_boundary(hint.offset)));
    let _ = layout(&file);
    checked.problems.len() + at(&file, text.len())
}

/// Asks all that is asked of a place.
fn at(file: &SourceFile, offset: usize) -> usize {
    let vocabulary = Vocabulary::of(file, None, None);
    let offers = complete(file, offset, &vocabulary);
    for offer in &offers {
        assert!(
            file.text().get(offer.edit.span.clone()).is_some(),
            "{offer:?}"
        );
        let place = |offset| file.text.place(offset).line;
        assert_eq!(
            place(offer.edit.span.start),
            place(offer.edit.span.end),
            "{offer:?}"
        );
    }
    let _ = hover(file, offset, &vocabulary);
    let pair = Pair {
        file,
        partner: None,
    };
    let _ = pair.definition(offset);
    let _ = pair.references(offset, true);
    let _ = pair.rename(offset, "a new name", &OpenTexts::default());
    offers.len()
}

#[test]
fn each_prefix_of_some_files_is_answered() {
    for name in [
        "traffic/incidents/one-in-ten-for-half-a-minute.ron",
        "mechanisms/sweep-of-reaction-times.ron",
        "runbooks/two-halves-of-a-session-cache.ron",
        "fault-kinds/disks.ron",
    ] {
        let path = shipped().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let ends = text.char_indices().map(|(at, _)| at);
        let answers: usize = ends.map(|end| ask(&path, &text[..end])).sum();
        assert!(answers > 1000, "{name}: {answers}");
    }
}

/// The rest of the file stands behind the place, as it does where somebody changes a file.
#[test]
fn each_place_of_a_file_with_a_gap_is_answered() {
    let path = shipped().join("incidents/botched-failover.ron");
    let text = fs::read_to_string(&path).unwrap();
    let mut answers = 0;
    for (start, _) in text.char_indices().step_by(3) {
        let end = text[start..]
            .char_indices()
            .nth(5)
            .map_or(text.len(), |(at, _)| start + at);
        let gap = format!("{}{}", &text[..start], &text[end..]);
        let file = SourceFile::new(None, "x.ron", Text::new(gap));
        answers += at(&file, start);
    }
    assert!(answers > 1000, "{answers}");
}

#[test]
fn each_line_of_all_files_is_answered() {
    let mut folders = vec![shipped()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let file = SourceFile::new(Some(path), "", Text::new(text.clone()));
            count += 1;
            for (end, _) in text.match_indices('\n').step_by(5) {
                at(&file, end);
            }
        }
    }
    assert!(count > 90, "{count}");
}

#[test]
fn hostile_texts_are_answered() {
    let deep = format!("Scenario(expect: {}", "[(".repeat(500));
    let wide = format!("Scenario(services: [{}", "\"a\", ".repeat(3000));
    let quotes = "Scenario(name: \"a\nb: r#\"\n/*\n".repeat(200);
    let closing = format!("Scenario(services: {{{}", ")]}".repeat(2000));
    for text in [
        &*deep,
        &wide,
        &quotes,
        &closing,
        "",
        "\u{feff}",
        "\u{feff}Scenario(",
        "\"",
        "r#\"",
        "/*",
        "'",
        "#![",
        "Scenario(\r\r\n🔥\"🔥",
        "{\"services\": {\"a\": ",
        "Scenario(name: \"\\u{110000}\", services: [\"\\q\"])",
    ] {
        let file = SourceFile::new(None, "x.ron", Text::new(text.to_owned()));
        let _ = check(&file, None, &OpenTexts::default());
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for &end in ends.iter().step_by(ends.len().div_ceil(40).max(1)) {
            at(&file, end);
        }
        at(&file, text.len());
    }
}
