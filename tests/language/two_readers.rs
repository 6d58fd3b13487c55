//! The `ron` crate with serde and the reader that explains refusals read one language: what one accepts, the other
//! does, with the same value.
//!
//! `FIREWATCH_MUTATIONS=N` compares them on the first N mutations of the workspace's files.

use std::fs;

use firewatch_action::form::{self, FileForm};
use firewatch_action::{ActionCatalogue, Profile, codes};
use firewatch_scenario::{FaultKindFile, FileKind, Runbook, Scenario};
use firewatch_sim::FaultKinds;
use firewatch_tests::{files, property, workspace};
use proptest::prelude::*;
use proptest::sample::select;

use crate::mutations::{Corpus, mutations};
use crate::places::{ACTION_PLACES, PLACES, RUNBOOK_PLACES, VALUES};
use crate::scenarios::scenarios;

/// What the `ron` crate makes of the text.
fn by_ron<T: FileForm>(text: &str) -> Result<T, String> {
    form::read(text, &FaultKinds::default())
}

/// What the other reader makes of it.
fn by_tree<T: FileForm>(text: &str) -> Result<T, String> {
    let (value, notes) = form::explained::<T>(text, &FaultKinds::default());
    let problems = notes.finish();
    // What a type refuses on its own has no place: the tree never hands on what one would refuse.
    let refused = { problems.iter() }.find(|problem| problem.code == codes::WRONG_FORM);
    assert_eq!(refused, None, "{text}");
    let problems: Vec<String> = { problems.iter() }
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect();
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(problems.join("\n")),
    }
}

/// Whether both accept the text.
fn both_accept<T: FileForm + PartialEq + std::fmt::Debug>(text: &str) -> Result<bool, String> {
    match (by_ron::<T>(text), by_tree::<T>(text)) {
        (Ok(one), Ok(other)) if one == other => Ok(true),
        (Ok(one), Ok(other)) => Err(format!("{one:?}\nis not\n{other:?}\nin {text}")),
        (Err(_), Err(_)) => Ok(false),
        (Err(why), Ok(_)) => Err(format!("only `ron` refuses: {why}\n{text}")),
        (Ok(_), Err(why)) => Err(format!("only `ron` accepts, not: {why}\n{text}")),
    }
}

/// As [`both_accept`], of fault kinds, which are equal only to themselves.
fn both_accept_kinds(text: &str) -> Result<bool, String> {
    let by_ron = by_ron::<FaultKindFile>(text);
    let (value, notes) = form::explained::<FaultKindFile>(text, &FaultKinds::default());
    let by_tree = value.is_some() && !notes.has_problems();
    match by_ron {
        Ok(_) if by_tree => Ok(true),
        Err(_) if !by_tree => Ok(false),
        Ok(_) => Err(format!("only `ron` accepts: {:?}\n{text}", notes.finish())),
        Err(why) => Err(format!("only `ron` refuses: {why}\n{text}")),
    }
}

/// As [`both_accept`], of any kind of file.
fn accept(text: &str) -> Result<bool, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match FileKind::of(text) {
        FileKind::Scenario => both_accept::<Scenario>(text),
        FileKind::Runbook => both_accept::<Runbook>(text),
        FileKind::FaultKinds => both_accept_kinds(text),
        FileKind::Actions => both_accept::<firewatch_action::form::ActionFile>(text),
    }
}

#[test]
fn every_file_is_the_same_to_both() {
    let mut accepted = 0;
    for folder in [
        "scenarios",
        "crates/firewatch-action/actions",
        "tests/fixtures",
    ] {
        for file in files(&workspace().join(folder), "ron") {
            let Ok(text) = String::from_utf8(fs::read(&file).unwrap()) else {
                continue;
            };
            match accept(&text) {
                Ok(is_accepted) => accepted += u32::from(is_accepted),
                Err(why) => panic!("{}: {why}", file.display()),
            }
        }
    }
    assert!(accepted > 150, "{accepted}");
    assert!(
        !ActionCatalogue::built_in(Profile::Standard)
            .actions()
            .is_empty()
    );
}

#[test]
fn mutated_files_are_the_same_to_both() {
    let corpus = Corpus::read();
    let mut accepted = 0;
    let count = mutations();
    let mut wrong = Vec::new();
    for number in 0..count {
        let (file, bytes) = corpus.mutation(number);
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        match accept(&text) {
            Ok(is_accepted) => accepted += u64::from(is_accepted),
            Err(why) => wrong.push(format!("mutation {number}, of {}: {why}", file.display())),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n\n")
    );
    assert!(accepted > count / 50);
}

/// Pieces of files: what stands where it should not is refused by both.
const WORDS: &str = "Scenario ( ) [ ] { } : , name: difficulty: easy hard \"x\" \"a\" ticks: 5 5. .5 -1 +3 0x1F 1e3 1_0 inf \
     NaN -0 18446744073709551616 9223372036854775808 true false None Some( Some None) () services: faults: kind: oom \
     external service: speed: timeline: tick: do: halt( inject( set( action( expect: at_end( at_tick( status( \
     metric( critical lt( lt le(0.1) mttm( all_healthy mitigated goals: goal( one_of( between( than(le, abs( \
     entry( or_absent( sweep: seeds: range( range never catalogue calls: metrics: extra_metrics: seed: engine: \
     single_fault users: rps: ramp( (0, 5) instances: work_ms: timeout_s: breaker: knobs: turn( users( served( 'a' 5u8 r\"x\" r#\"y\"# \"\\x41\" \"\\q\" // /**/ # .. b\"x\" Fault( Service( \"k\": a-b";

/// A scenario with one field in which something else stands.
fn soups() -> impl Strategy<Value = String> {
    let fields = [
        "name: ",
        "difficulty: ",
        "ticks: ",
        "seed: ",
        "slo_budget: ",
        "services: ",
        "users: ",
        "faults: ",
        "timeline: ",
        "expect: ",
        "goals: ",
        "sweep: ",
        "root_cause: ",
        "actions: ",
        "adversarial_logs: ",
        "red_herrings: ",
        "",
    ];
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let soup = proptest::collection::vec(select(words), 0..7);
    (select(fields.to_vec()), soup).prop_map(|(field, soup)| {
        let soup = soup.join(" ");
        let rest = if field == "difficulty: " {
            ""
        } else {
            "difficulty: easy, "
        };
        let name = if field == "name: " {
            ""
        } else {
            "name: \"x\", "
        };
        format!("Scenario({name}{rest}{field}{soup})")
    })
}

/// Which of the values in which of the places are accepted by both, or what is wrong.
fn in_places(places: &[&str], file: impl Fn(&str) -> String) -> u32 {
    let (mut accepted, mut wrong) = (0, Vec::new());
    for (index, place) in places.iter().enumerate() {
        for (number, value) in VALUES.iter().enumerate() {
            // The second of two values is another one at each place.
            let other = VALUES[(number * 7 + index) % VALUES.len()];
            for other in [value, "1", "\"a\"", other] {
                let field = place.replacen('#', value, 1).replace('#', other);
                match accept(&file(&field)) {
                    Ok(is_accepted) => accepted += u32::from(is_accepted),
                    Err(why) => wrong.push(why),
                }
                if place.matches('#').count() == 1 {
                    break;
                }
            }
        }
    }
    let first = wrong[..wrong.len().min(40)].join("\n\n");
    assert!(wrong.is_empty(), "{} differ:\n{first}", wrong.len());
    accepted
}

#[test]
fn every_value_in_every_place_is_the_same_to_both() {
    let scenario = |field: &str| format!("Scenario(name: \"x\", difficulty: easy, {field})");
    let accepted = in_places(PLACES, scenario);
    assert!(accepted > 300, "{accepted}");
    let accepted = in_places(RUNBOOK_PLACES, |field| format!("Runbook({field})"));
    assert!(accepted > 100, "{accepted}");
    let accepted = in_places(ACTION_PLACES, |field| format!("Actions({field})"));
    assert!(accepted > 300, "{accepted}");
}

#[test]
fn some_without_parentheses_is_refused_by_both() {
    for value in [
        "Some r\"x\"",
        "Some \"x\"",
        "Some",
        "Some Some(\"x\")",
        "Some /* ( */ \"x\"",
    ] {
        let text = format!("Scenario(name: \"x\", difficulty: easy, root_cause: {value})");
        assert_eq!(accept(&text), Ok(false), "{value}");
    }
    let text = "Scenario(name: \"x\", difficulty: easy, description: Some // (\n (\"x\"))";
    assert_eq!(accept(text), Ok(true));
}

proptest! {
    #![proptest_config(property(3000))]

    #[test]
    fn soups_are_the_same_to_both(text in soups()) {
        if let Err(why) = accept(&text) {
            prop_assert!(false, "{}", why);
        }
    }
}

proptest! {
    #![proptest_config(property(300))]

    #[test]
    fn scenarios_are_the_same_to_both(scenario in scenarios()) {
        prop_assert_eq!(accept(&scenario.to_string()), Ok(true));
    }
}
