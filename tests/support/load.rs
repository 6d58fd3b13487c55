//! What holds for every file that is loaded, whatever it contains: a test and the fuzz target ask the same.

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_response::Playback;
use firewatch_scenario::{
    Diagnostics, Difficulty, FaultKindFile, FileKind, Runbook, Scenario, generate,
};
use firewatch_sim::FaultKinds;

/// Ticks that are played, and services up to which they are.
const TICKS: u64 = 50;
const SERVICES: usize = 200;

/// Loads a file by its kind. It ends in something that can be used, or in problems that can be shown.
/// Says whether it was accepted.
///
/// # Panics
/// If neither is so.
pub fn load_any(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match FileKind::of(&text) {
        FileKind::Scenario => match load_scenario(bytes) {
            Some(scenario) => {
                check_round_trip(&scenario);
                play(&scenario);
                true
            }
            None => false,
        },
        FileKind::Runbook => load_runbook(&text),
        FileKind::Actions => load_actions(&text),
        FileKind::FaultKinds => accepted(FaultKindFile::parse(
            "any.ron",
            &text,
            &FaultKinds::default(),
        ))
        .is_some(),
    }
}

/// The scenario that the bytes are, or nothing if they have problems, which can be shown.
///
/// # Panics
/// If the problems can't be shown.
#[must_use]
pub fn load_scenario(bytes: &[u8]) -> Option<Scenario> {
    accepted(Scenario::parse_bytes("any.ron", bytes.to_vec()))
}

fn accepted<T>(loaded: Result<T, Diagnostics>) -> Option<T> {
    let diagnostics = match loaded {
        Ok(loaded) => return Some(loaded),
        Err(diagnostics) => diagnostics,
    };
    assert!(!diagnostics.problems.is_empty(), "refused without a reason");
    for problem in &diagnostics.problems {
        let span = problem.span.clone().unwrap_or_default();
        assert!(diagnostics.text.get(span).is_some(), "{problem:?}");
        assert!(!problem.message.is_empty(), "{problem:?}");
    }
    for color in [false, true] {
        assert!(!diagnostics.render(color).is_empty());
    }
    assert_eq!(diagnostics.located().count(), diagnostics.problems.len());
    None
}

/// What is written is read back as the same.
fn check_round_trip(scenario: &Scenario) {
    let text = scenario.to_string();
    let read = Scenario::parse("written.ron", &text);
    assert_eq!(read.as_ref(), Ok(scenario), "{text}");
    assert_eq!(scenario.problems(), []);
}

fn play(scenario: &Scenario) {
    if scenario.services.len() > SERVICES {
        return;
    }
    let mut playback = Playback::new(scenario.clone());
    let played = playback.as_mut().map(|playback| {
        for _ in 0..TICKS {
            if !matches!(playback.tick(), Ok(true)) {
                break;
            }
        }
        playback.tick_count() == TICKS.min(scenario.ticks)
    });
    assert_eq!(played.ok(), Some(true), "{scenario}");
}

/// With an incident too, because services, metrics and actions are only known with one.
fn load_runbook(text: &str) -> bool {
    let incident = generate(Difficulty::Hard, 0);
    let _ = accepted(Runbook::parse_for("any.ron", text, &incident));
    let Some(runbook) = accepted(Runbook::parse("any.ron", text)) else {
        return false;
    };
    let written = runbook.to_string();
    let read = Runbook::parse("written.ron", &written);
    assert_eq!(read.as_ref(), Ok(&runbook), "{written}");
    true
}

fn load_actions(text: &str) -> bool {
    let extend = |profile: &Profile| {
        let built_in = ActionCatalogue::built_in(*profile);
        accepted(built_in.extended_by("any.ron", text)).is_some()
    };
    // Every profile is asked, so that none is left out once one has accepted.
    Profile::ALL
        .iter()
        .filter(|profile| extend(profile))
        .count()
        > 0
}
