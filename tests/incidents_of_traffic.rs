//! The incidents of traffic: each has a runbook that wins, and is a good incident.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't play its files fails"
)]

use std::fmt::Write;
use std::path::PathBuf;

use firewatch_action::{ActionRequest, Profile};
use firewatch_audit::{AuditOptions, AuditVerdict, audit};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_response::score::{ChangedServices, Incident, Severity, StepRecord};
use firewatch_scenario::{AlertName, Runbook, Scenario};
use firewatch_tests::{files, workspace};

/// Single remedies and random policies of each audit: so many that a test takes seconds. `firewatch audit` tries more.
const SINGLES: u64 = 64;
const RANDOM: u64 = 4;

/// The name of each file, with its scenario and its runbook.
fn incidents() -> impl Iterator<Item = (String, Scenario, Runbook)> {
    let files = files(&workspace().join("scenarios/traffic/incidents"), "ron");
    files.into_iter().map(|file: PathBuf| {
        let scenario = Scenario::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        let name = file.file_name().expect("a file has a name");
        let runbook = workspace().join("scenarios/runbooks").join(name);
        let runbook = Runbook::load_for(&runbook, &scenario);
        let runbook = runbook.unwrap_or_else(|problems| panic!("{problems}"));
        (name.to_string_lossy().into_owned(), scenario, runbook)
    })
}

/// Doing nothing loses and is graded 0.05 at most, and the runbook 0.9 at least, with all else that an audit asks.
#[test]
fn each_incident_of_traffic_is_a_good_one() {
    let mut failed = String::new();
    for (file, scenario, runbook) in incidents() {
        let options = AuditOptions {
            runbooks: vec![runbook.into()],
            singles: SINGLES,
            random: RANDOM,
            threads: 2,
            file: Some(file.clone()),
            ..AuditOptions::default()
        };
        let audit = audit(&scenario, &options).expect("it can be played");
        let bad = |verdict| matches!(verdict, AuditVerdict::Failed | AuditVerdict::Undecided);
        for finding in audit.findings.iter().filter(|finding| bad(finding.verdict)) {
            writeln!(failed, "{file}: {}: {}", finding.code, finding.evidence).expect("a text");
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// What is expected of each holds, with and without its runbook.
#[test]
fn what_is_expected_of_each_holds() {
    for (file, scenario, runbook) in incidents() {
        let unanswered = Playback::new(scenario.clone());
        let answered = Playback::answered(scenario, runbook);
        for playback in [unanswered, answered] {
            let mut playback = playback.expect("it fits");
            while playback.tick().expect("it can be played") {}
            for verdict in playback.verdicts() {
                assert!(verdict.passed(), "{file}: {}", verdict.expectation);
            }
        }
    }
}

const TEN_PERCENT: &str = r#"Scenario(
    name: "Some fail",
    ticks: 12,
    slo_budget: 30,
    slo_burn_per_tick: 1.5,
    users: [(name: "all", service: "web", rps: 20)],
    services: { "web": (), "other": () },
    faults: [(knobs: (error_ratio: 0.02), service: "web", start_tick: 3, ended_by: ["disable_feature"])],
)"#;

fn ten_percent() -> EpisodeRequest {
    let scenario = Scenario::parse("x.ron", TEN_PERCENT).unwrap_or_else(|e| panic!("{e}"));
    EpisodeRequest::Scenario(scenario.into())
}

fn wait(episode: &mut Episode, times: usize) {
    for _ in 0..times {
        episode.step(&ActionRequest::wait()).expect("it goes on");
    }
}

/// Two requests in a hundred fail: no service alarms by its own thresholds, and users are not served as promised.
#[test]
fn a_missed_objective_raises_an_alert_that_is_saved() {
    let mut episode = Episode::new(Profile::Standard);
    episode.reset(&ten_percent()).expect("it can begin");
    let alerts = |episode: &Episode| {
        let view = episode.view().expect("it runs");
        let score = episode.score().expect("it runs");
        score.alerts(&view, 0)
    };
    wait(&mut episode, 2);
    assert!(alerts(&episode).is_empty());
    wait(&mut episode, 3);
    let firing = alerts(&episode);
    let [alert] = &firing[..] else {
        panic!("{firing:?}")
    };
    assert_eq!(
        (alert.name, &*alert.service, alert.severity),
        (AlertName::MissedObjective, "web", Severity::Page)
    );
    assert_eq!((alert.fired_at_tick, alert.threshold), (4, 0.999));
    assert!((alert.value - 0.98).abs() < 1e-3, "{alert:?}");
    let saved = serde_json::to_string(&episode.save().expect("it runs")).expect("it is plain");
    let state = serde_json::from_str(&saved).expect("it was one");
    let EpisodeRequest::Scenario(scenario) = ten_percent() else {
        panic!("it is one of a scenario")
    };
    let mut restored = Episode::new(Profile::Standard);
    restored.restore(scenario, &state).expect("it fits");
    assert_eq!(alerts(&restored), firing);
}

/// What users get does not change between a tick and the action after it: the alert on them outlasts a second look at
/// their service.
#[test]
fn a_service_that_is_looked_at_again_keeps_the_alert_on_its_users() {
    let mut episode = Episode::new(Profile::Standard);
    episode.reset(&ten_percent()).expect("it can begin");
    wait(&mut episode, 5);
    let view = episode.view().expect("it runs");
    let score = episode.score().expect("it runs");
    let EpisodeRequest::Scenario(scenario) = ten_percent() else {
        panic!("it is one of a scenario")
    };
    let incident = Incident::of(&scenario);
    let flags: Vec<_> = score.alert_flags().collect();
    assert!(flags[0].contains(&true));
    let mut changed = ChangedServices::NONE;
    changed.add(0);
    changed.add(1);
    let record = StepRecord::default();
    let (mut before, mut after) = (score.clone(), score.clone());
    before.before_changes(&incident, &view, record, changed, |service| {
        view.vitals_at(service).copied()
    });
    after.after_action(&incident, &view, record, changed);
    for again in [before, after] {
        assert!(again.alert_flags().eq(flags.iter().copied()));
    }
}

/// A fault that says what ends it is ended by that and by nothing else, and only that is no wrong action.
#[test]
fn a_fault_with_knobs_is_ended_by_what_it_says() {
    let play = |action: &str| {
        let mut episode = Episode::new(Profile::Standard);
        episode.reset(&ten_percent()).expect("it can begin");
        wait(&mut episode, 4);
        let action = ActionRequest::new(action, "web");
        episode.step(&action).expect("it can be done");
        wait(&mut episode, 6);
        let verdicts = episode.privileged_verdicts();
        let verdict = verdicts.get(4).expect("it was judged");
        let won = episode.grade().and_then(|grade| grade.won) == Some(true);
        (verdict.halted.is_some(), verdict.wrong, won)
    };
    assert_eq!(play("disable_feature"), (true, false, true));
    for other in ["rollback_deploy", "revert_config", "replace_nodes"] {
        assert_eq!(play(other), (false, true, false), "{other}");
    }
}

/// An action that only the other physics has is an error of its own environment; one that nobody has is the host's.
#[test]
fn an_action_of_the_other_physics_fails_in_its_environment_only() {
    let classic = EpisodeRequest::Drawn {
        difficulty: firewatch_scenario::Difficulty::Easy,
        seed: 1,
    };
    let requests = [ten_percent(), classic];
    let mut batch = EpisodeBatch::new(Profile::Standard, requests, 1).expect("they can begin");
    let mut steps = vec![BatchStep::default(); 2];
    for action in ["shed_load", "circuit_break"] {
        let actions = vec![ActionRequest::new(action, "api-gateway"); 2];
        let of_traffic = action == "shed_load";
        batch.step(&actions, &mut steps).expect("the others go on");
        let foreign = &steps[usize::from(of_traffic)];
        assert!(
            matches!(foreign.error, Some(EpisodeError::Action(_))),
            "{foreign:?}"
        );
        assert!(steps[usize::from(!of_traffic)].error.is_none(), "{steps:?}");
    }
    let tick = |index| {
        batch
            .fleet()
            .read(index, |view| view.clock().tick)
            .expect("it is there")
    };
    assert_eq!([tick(0), tick(1)], [3, 3], "their ticks are played");
    let unknown = vec![ActionRequest::new("think", "web"); 2];
    assert!(batch.step(&unknown, &mut steps).is_err());
}
