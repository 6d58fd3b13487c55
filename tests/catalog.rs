//! The catalogue of incidents, and the longer stories: each has a runbook that wins, each is a good incident, and
//! what the runbook is graded stays what it is. `FIREWATCH_BLESS=1` writes the grades anew: read what changed before it is
//! kept.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't play its files fails"
)]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use firewatch_action::Profile;
use firewatch_audit::{AuditOptions, AuditVerdict, IncidentSet, audit};
use firewatch_response::Playback;
use firewatch_scenario::{Difficulty, Runbook, Scenario};
use firewatch_tests::{difference, files, workspace};

struct Incident {
    /// As `easy/name-of-the-file`, or `incidents/name-of-the-file`.
    id: String,
    scenario: Scenario,
    runbook: Runbook,
}

fn catalog() -> Vec<Incident> {
    load_all("scenarios/catalog")
}

fn with_stories() -> impl Iterator<Item = Incident> {
    let stories = load_all("scenarios/incidents");
    catalog().into_iter().chain(stories)
}

fn load_all(below: &str) -> Vec<Incident> {
    let files = files(&workspace().join(below), "ron");
    let load = |file: PathBuf| {
        let scenario = Scenario::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        let runbook = runbook_of(&file);
        let runbook = Runbook::load_for(&runbook, &scenario);
        Incident {
            id: format!("{}/{}", folder(&file), stem(&file)),
            scenario,
            runbook: runbook.unwrap_or_else(|problems| panic!("{problems}")),
        }
    };
    files.into_iter().map(load).collect()
}

fn runbook_of(file: &Path) -> PathBuf {
    let name = file.file_name().expect("a file has a name");
    workspace().join("scenarios/runbooks").join(name)
}

fn stem(file: &Path) -> &str {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    stem.expect("a file has a name")
}

fn folder(file: &Path) -> &str {
    stem(file.parent().expect("a file is in a folder"))
}

#[test]
fn there_are_fifteen_of_each_difficulty_under_the_standard_profile() {
    let all = catalog();
    for difficulty in Difficulty::ALL {
        let of = |incident: &&Incident| incident.scenario.difficulty == Some(*difficulty);
        let folder = format!("{difficulty}/");
        let count = all.iter().filter(of).count();
        assert!(count >= 15, "{count} are {difficulty}");
        for incident in all.iter().filter(of) {
            assert!(incident.id.starts_with(&folder), "{}", incident.id);
        }
    }
    for incident in &all {
        assert_eq!(incident.scenario.profile, Profile::Standard);
        assert!(!incident.scenario.goals.list.is_empty(), "{}", incident.id);
    }
    let runbooks = files(&workspace().join("scenarios/runbooks"), "ron");
    // Those of traffic are held to theirs by a test of their own.
    let of_traffic = files(&workspace().join("scenarios/traffic/incidents"), "ron");
    let answered = with_stories().count() + of_traffic.len();
    assert_eq!(runbooks.len(), answered, "each runbook has its incident");
}

#[test]
fn each_is_a_good_incident() {
    let mut failed = String::new();
    for incident in with_stories() {
        let Incident {
            id,
            scenario,
            runbook,
        } = incident;
        let options = AuditOptions {
            runbooks: vec![runbook.into()],
            threads: 2,
            file: id.split('/').next_back().map(|stem| format!("{stem}.ron")),
            ..AuditOptions::default()
        };
        let audit = audit(&scenario, &options).expect("it can be played");
        let bad = |verdict| matches!(verdict, AuditVerdict::Failed | AuditVerdict::Undecided);
        let codes = audit.findings.iter().filter(|finding| bad(finding.verdict));
        let codes: BTreeSet<&str> = codes.map(|finding| &*finding.code).collect();
        if !codes.is_empty() {
            let codes: Vec<&str> = codes.into_iter().collect();
            writeln!(failed, "{id}: {}", codes.join(", ")).expect("a text grows");
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// Where the cause stands in a file, what it is called and which metrics it has tell nothing over all incidents.
#[test]
fn no_guess_names_the_cause_too_often() {
    for below in ["scenarios/catalog", "scenarios/incidents"] {
        let mut set = IncidentSet::new();
        for incident in load_all(below) {
            set.add(&incident.scenario);
        }
        assert!(set.is_judged());
        assert!(set.is_good(), "{below}: {:#?}", set.guesses());
    }
}

#[test]
fn each_answer_is_graded_as_it_was() {
    let mut grades = String::new();
    for incident in with_stories() {
        let answered = Playback::answered(incident.scenario.clone(), incident.runbook.clone());
        let mut playback = answered.expect("the runbook fits");
        while playback.tick().expect("it can be played") {}
        for verdict in playback.verdicts() {
            let Incident { id, .. } = &incident;
            assert!(verdict.passed(), "{id}: {}", verdict.expectation);
        }
        let score = playback.score().expect("it is answered");
        let grade = score.grade().expect("it has ended");
        writeln!(
            grades,
            "{}: grade {:.2} (recovery {:.2}, speed {:.2}, precision {:.2}, SLO {:.2}), reward {}, state {:016x}",
            incident.id,
            grade.total,
            grade.recovery,
            grade.speed,
            grade.precision,
            grade.slo,
            score.total_reward(),
            playback.view().state_hash(),
        )
        .expect("a text grows");
    }
    let agreed = workspace().join("tests/fixtures/catalog-grades.txt");
    if let Some(difference) = difference(&agreed, &grades) {
        panic!("{difference}");
    }
}
