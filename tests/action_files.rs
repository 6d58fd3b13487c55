//! Files of actions that are a scenario's own: what they may say, and what holds whatever they say.
//!
//! Each `*.ron` in `tests/fixtures/malformed-actions/` has beside it, as `*.txt`, what is said about it.
//! `FIREWATCH_BLESS=1` writes those anew: read what changed before it is kept.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't read its fixtures fails"
)]

use std::fs;

use firewatch_action::{ActionCatalogue, ActionError, ActionRequest, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_scenario::{Diagnostics, Scenario};
use firewatch_sim::Value;
use firewatch_tests::{difference, files, workspace};
use tempfile::TempDir;

/// A scenario with a file of actions beside it.
fn load(actions: &str, fields: &str) -> Result<Scenario, Diagnostics> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("own.ron"), actions).unwrap();
    let text = format!(
        "Scenario(name: \"x\", difficulty: easy, actions: [\"own.ron\"], services: {{\n\
         \"web\": (calls: [\"db\"]), \"db\": (), \"job\": () }}, {fields})"
    );
    Scenario::parse_with("file.ron", &text, Some(folder.path()))
}

fn file_with(branch: &str) -> String {
    format!(
        "Actions(extra_metrics: [\"mine\"], actions: {{\"act\": (about: \"Acts.\", category: remediation, \
         guarded: false, branches: [({branch}, feedback: \"done\")])}})"
    )
}

fn metric(playback: &Playback, service: &str, metric: &str) -> Option<Value> {
    playback.view().metric(service, metric)
}

#[test]
fn every_message_is_as_agreed() {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let mut different = Vec::new();
    for file in files(&workspace().join("tests/fixtures/malformed-actions"), "ron") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let said = match standard.extended_by(&name, &text) {
            Ok(_) => panic!("{name} is not malformed"),
            Err(problems) => problems.render(false),
        };
        different.extend(difference(&file.with_extension("txt"), &said));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_built_in_meta_action_is_reserved() {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let meta = standard
        .actions()
        .iter()
        .filter(|action| !action.needs_target());
    let names: Vec<&str> = meta.map(|action| action.name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let heal = "set(metric: \"http_server_error_rate\", to: 0.0, on: all)";
    for name in names {
        for text in [
            format!("Actions(amend: {{\"{name}\": (also: [{heal}])}})"),
            format!("Actions(amend: {{\"{name}\": (guarded: true)}})"),
            format!(
                "Actions(actions: {{\"{name}\": (about: \"\", category: remediation, branches: \
                 [(effects: [{heal}], feedback: \"\")])}})"
            ),
        ] {
            let said = standard.extended_by("own.ron", &text).unwrap_err();
            assert!(said.to_string().contains("reserved"), "{said}");
        }
    }
    // An action of another category can be amended and overridden.
    let text = format!("Actions(amend: {{\"restart_service\": (also: [{heal}])}})");
    assert!(standard.extended_by("own.ron", &text).is_ok());
    // The rules are the profile's.
    let rules = "Actions(rules: (matching: any, healthy: [], spare_red_herrings: false, \
                 floors_lift: false, raises: false))";
    let said = standard.extended_by("own.ron", rules).unwrap_err();
    assert!(said.to_string().contains("own.ron:1:16"), "{said}");
}

#[test]
fn what_an_action_creates_can_be_expected_and_aimed_at() {
    // Who gets the metric, whether the expectation is right for each service.
    for (on, [web, db, job]) in [
        ("all", [true, true, true]),
        ("target", [false, true, false]),
        ("dependents", [true, false, false]),
        ("\"job\"", [false, false, true]),
    ] {
        for name in ["image_pull_error", "mine"] {
            let branch =
                format!("effects: [set(metric: \"{name}\", to: \"gone\", on: {on}, create: true)]");
            for (service, right) in [("web", web), ("db", db), ("job", job)] {
                let loaded = load(
                    &file_with(&branch),
                    &format!(
                        "timeline: [(tick: 2, do: action(\"act\", \"db\"))], \
                         expect: [at_end(metric(\"{service}\", \"{name}\", \"gone\"))]"
                    ),
                );
                let case = format!("{name} on {on} of {service}");
                match loaded {
                    Err(said) => assert!(!right, "{case}: {said}"),
                    Ok(scenario) => {
                        assert!(right, "{case}");
                        let mut playback = Playback::new(scenario.clone()).unwrap();
                        while playback.tick().unwrap() {}
                        assert!(playback.verdicts()[0].passed(), "{case}");
                    }
                }
            }
            let goal = format!("goals: [goal(\"db\", \"{name}\", \"gone\")]");
            assert!(load(&file_with(&branch), &goal).is_ok());
        }
    }
    let logs = "effects: [store_logs]";
    let expected = "timeline: [(tick: 2, do: action(\"act\", \"db\"))], \
                    expect: [at_end(metric(\"db\", \"recent_logs\", ne([])))]";
    load(&file_with(logs), expected).unwrap();
}

#[test]
fn numbers_beyond_a_metric_become_its_largest() {
    let path = workspace().join("tests/fixtures/overflowing-actions/scenario.ron");
    let scenario = Scenario::load(&path).unwrap();
    for &profile in Profile::ALL {
        let scenario = Scenario {
            profile,
            ..scenario.clone()
        };
        let mut playback = Playback::new(scenario.clone()).unwrap();
        while playback.tick().unwrap() {}
        assert_eq!(playback.script().failed_action(), None);
        let count = metric(&playback, "a", "restart_count");
        assert_eq!(count, Some(Value::Int(i64::MAX)), "{profile}");
        let numbers = playback.view();
        let finite =
            ["a", "b"].map(|service| numbers.metric(service, "process_memory_utilization"));
        assert!(finite.iter().flatten().all(Value::is_finite));
    }
}

/// An action that only the run shows not to fit: what type a metric of a scenario's own has, its file does
/// not say.
const COPIES: &str = "effects: [set(metric: \"restart_count\", to: metric(\"mine\"))]";

fn misfit() -> Scenario {
    let text = "Scenario(name: \"x\", difficulty: easy, ticks: 6, actions: [\"own.ron\"], \
                services: {\"db\": (extra_metrics: {\"mine\": \"words\"}), \"web\": ()}, \
                timeline: [(tick: 2, do: action(\"act\", \"web\")), (tick: 3, do: action(\"act\", \"db\"))])";
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("own.ron"), file_with(COPIES)).unwrap();
    Scenario::parse_with("file.ron", text, Some(folder.path())).unwrap()
}

#[test]
fn an_action_that_does_not_fit_is_told_and_the_run_goes_on() {
    let scenario = misfit();
    let mut playback = Playback::new(scenario.clone()).unwrap();
    while playback.tick().unwrap() {}
    let failed = playback.script().failed_action().unwrap();
    assert_eq!(failed.tick, 3);
    assert!(matches!(&failed.error, ActionError::Unfit { action, .. } if action == "act"));
    let said = failed.error.to_string();
    assert!(said.contains("`act` can't be carried out"), "{said}");
    assert!(said.contains("restart_count"), "{said}");
}

#[test]
fn an_action_whose_effect_makes_a_later_one_impossible_changes_nothing() {
    let effects = "effects: [add(metric: \"http_server_active_requests\", amount: 7), \
                   set(metric: \"mine\", to: \"words\"), \
                   set(metric: \"restart_count\", to: metric(\"mine\"))]";
    let text = "Scenario(name: \"x\", difficulty: easy, ticks: 3, actions: [\"own.ron\"], \
                services: {\"db\": (extra_metrics: {\"mine\": 5})}, \
                timeline: [(tick: 2, do: action(\"act\", \"db\"))])";
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("own.ron"), file_with(effects)).unwrap();
    let scenario = Scenario::parse_with("file.ron", text, Some(folder.path())).unwrap();
    let mut playback = Playback::new(scenario).unwrap();
    let changed = ["mine", "http_server_active_requests", "restart_count"];
    let metrics = |playback: &Playback| changed.map(|name| metric(playback, "db", name));
    let before = metrics(&playback);
    while playback.tick().unwrap() {}
    let failed = playback.script().failed_action().unwrap();
    assert!(matches!(&failed.error, ActionError::Unfit { .. }));
    assert_eq!(metrics(&playback), before);
}

#[test]
fn an_episode_plays_its_timeline_by_its_own_profile() {
    // `circuit_break` halves the dependents' errors again at each step under `standard` only; a wrong
    // target is spared by `standard` and not by `reference`.
    let text = |profile: &str| {
        format!(
            "Scenario(name: \"x\", difficulty: easy, profile: {profile}, services: [\"api-gateway\", \
             \"auth-service\", \"db-proxy\"], faults: [(kind: bad_deploy, service: \"auth-service\")], \
             timeline: [(tick: 3, do: action(\"restart_service\", \"auth-service\")), \
             (tick: 4, do: action(\"circuit_break\", \"auth-service\")), \
             (tick: 5, do: action(\"drain_availability_zone\", \"db-proxy\"))])"
        )
    };
    let [standard, reference] = ["standard", "reference"]
        .map(|profile| Scenario::parse("file.ron", &text(profile)).unwrap());
    let hash = |profile: Profile, scenario: &Scenario| {
        let mut episode = Episode::new(profile);
        episode
            .reset(&EpisodeRequest::scenario(scenario.clone()))
            .unwrap();
        for _ in 0..6 {
            episode.step(&ActionRequest::wait()).unwrap();
        }
        episode.view().unwrap().state_hash()
    };
    for &profile in Profile::ALL {
        // The same incident, whatever profile its file says.
        assert_eq!(
            hash(profile, &standard),
            hash(profile, &reference),
            "{profile}"
        );
    }
    let both = Profile::ALL.iter().map(|&profile| hash(profile, &standard));
    let both: Vec<u64> = both.collect();
    assert_ne!(both[0], both[1], "the profiles play it differently");
}

#[test]
fn problems_are_as_clear_under_debug() {
    let refused = Scenario::parse("file.ron", "Scenario(name: 5, difficulty: easy)").unwrap_err();
    let shown = format!("{refused:?}");
    assert_eq!(shown, refused.render(false));
    assert!(shown.contains("--> file.ron:1:16"), "{shown}");
}
