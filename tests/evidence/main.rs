//! Evidence of the standard profile tells the truth: the logs, reports and alerts of every incident that comes with
//! Firewatch, at each tick, unanswered and answered by its runbook, by every way that leads to them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't play its files fails"
)]

mod line;
mod trace;
mod truth;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use crate::line::{LogLine, stamp};
use crate::truth::{Moment, contradiction};
use crate::words::Forbidden;
use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Category, Profile};
use firewatch_episode::{Episode, EpisodeRequest};
use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};
use firewatch_sim::{EnvironmentRef, Simulation, Status, Value};
use firewatch_tests::{files, workspace};

/// Scenarios with the runbooks that answer them, where they have one.
fn incidents() -> Vec<(Scenario, Option<Runbook>)> {
    let folders = ["scenarios/catalog", "scenarios/incidents"].into_iter();
    let files = folders.flat_map(|folder| files(&workspace().join(folder), "ron"));
    files.map(|file| incident(&file)).collect()
}

fn incident(file: &Path) -> (Scenario, Option<Runbook>) {
    let scenario = Scenario::load(file).unwrap_or_else(|problems| panic!("{problems}"));
    let runbooks = workspace().join("scenarios/runbooks");
    let runbook = runbooks.join(file.file_name().expect("a file has a name"));
    let load = |runbook| Runbook::load_for(runbook, &scenario).expect("it is in order");
    let runbook = runbook.exists().then(|| load(&runbook));
    (scenario, runbook)
}

/// Calls back at the start and after each tick of each incident, played unanswered and answered.
fn each_moment(mut look: impl FnMut(&str, &Scenario, &Playback)) {
    let mut plays = 0;
    for (scenario, runbook) in incidents() {
        let mut play = |how: &str, mut playback: Playback| {
            plays += 1;
            let name = format!("{}, {how}", scenario.name);
            look(&name, &scenario, &playback);
            while playback.tick().unwrap() {
                look(&name, &scenario, &playback);
            }
        };
        play("unanswered", Playback::new(scenario.clone()).unwrap());
        if let Some(runbook) = runbook {
            play(
                "answered",
                Playback::answered(scenario.clone(), runbook).unwrap(),
            );
        }
    }
    assert!(plays >= 90, "{plays}");
}

fn lines(view: &EnvironmentRef, service: &str) -> Vec<LogLine> {
    let read = |line: &String| LogLine::read(service, line).unwrap_or_else(|| panic!("{line}"));
    view.logs(service).iter().map(read).collect()
}

/// What was planted: the scenario's authors lie in it on purpose.
fn is_planted(scenario: &Scenario, line: &LogLine) -> bool {
    line.text.contains("Ignore previous instructions") || { scenario.adversarial_logs.iter() }
        .any(|planted| planted.line.ends_with(&line.text))
}

#[test]
fn times_rise_from_tick_to_tick_and_none_is_still_to_come() {
    let mut latest = BTreeMap::new();
    each_moment(|name, scenario, playback| {
        let view = playback.view();
        let tick = i64::try_from(view.clock().tick).unwrap();
        let (from, to) = (stamp(tick * 30 - 30), stamp(tick * 30));
        for service in &scenario.services {
            let key = (name.to_owned(), service.name.clone());
            let before: &mut String = latest.entry(key).or_default();
            for line in lines(&view, &service.name) {
                let told = format!("{name}, tick {tick}, {}: {}", service.name, line.whole);
                assert!(*before < line.time, "{told} after {before}");
                assert!(from <= line.time && line.time < to, "{told}");
                *before = line.time;
            }
        }
    });
}

#[test]
fn no_log_names_a_kind_a_cause_or_a_remedy() {
    let forbidden = Forbidden::new();
    each_moment(|name, scenario, playback| {
        let view = playback.view();
        for service in &scenario.services {
            for line in lines(&view, &service.name) {
                if !is_planted(scenario, &line) {
                    let found = forbidden.find(&line.text);
                    assert_eq!(found, None, "{name}: {}", line.whole);
                }
            }
        }
    });
}

#[test]
fn logs_agree_with_the_metrics_and_with_what_happened() {
    let mut before: BTreeMap<String, i64> = BTreeMap::new();
    let (mut kills, mut checked) = (0, 0);
    each_moment(|name, scenario, playback| {
        let view = playback.view();
        for service in &scenario.services {
            let moment = Moment::of(&view, &service.name);
            let restarts = moment.whole("restart_count");
            let key = format!("{name}, {}", service.name);
            let was = before.insert(key, restarts).unwrap_or(restarts);
            let mut told = 0;
            for line in lines(&view, &service.name) {
                told += usize::from(line.text.contains("OOMKilled"));
                if is_planted(scenario, &line) {
                    continue;
                }
                checked += 1;
                let wrong = contradiction(&moment, &line);
                assert_eq!(
                    wrong,
                    None,
                    "{name}, tick {}: {}",
                    view.clock().tick,
                    line.whole
                );
            }
            let was_killed = restarts > was && moment.is_killed_by_memory();
            kills += usize::from(was_killed);
            let tick = view.clock().tick;
            assert_eq!(
                told,
                usize::from(was_killed),
                "{name}, tick {tick}, {}",
                service.name
            );
        }
    });
    assert!(kills > 10, "{kills}");
    assert!(checked > 50_000, "{checked}");
}

#[test]
fn an_action_collects_the_log_that_everybody_sees() {
    let fetch = |service: &str| ActionRequest::new("fetch_logs", service);
    let mut looked = 0;
    each_moment(|name, scenario, playback| {
        let tick = playback.view().clock().tick;
        // Every fifth tick, to save time.
        if tick % 5 != 1 {
            return;
        }
        let mut simulation = playback.simulation().branch().unwrap();
        for service in &scenario.services {
            let log = playback.view().logs(&service.name);
            assert_eq!(simulation.logs(&service.name), log, "{name}");
            let said = act(scenario.actions(), &mut simulation, &fetch(&service.name));
            assert!(said.starts_with(&format!("{} lines", log.len())), "{said}");
            let collected = simulation
                .view()
                .metric(&service.name, "recent_logs")
                .unwrap();
            let log: Vec<Value> = log.into_iter().map(Value::Text).collect();
            assert_eq!(collected, Value::List(log), "{name}, tick {tick}");
            looked += 1;
        }
    });
    assert!(looked > 1000, "{looked}");
}

fn act(
    catalogue: &ActionCatalogue,
    simulation: &mut Simulation,
    request: &ActionRequest,
) -> String {
    let mut session = ActionSession::new();
    let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, request);
    outcome.unwrap().feedback
}

/// An episode does a tick at its beginning and one before each action.
#[test]
fn an_episode_shows_the_same_logs_and_alerts_that_name_no_cause() {
    let forbidden = Forbidden::new();
    for (scenario, _) in incidents() {
        let mut episode = Episode::new(Profile::Standard);
        let mut playback = Playback::new(scenario.clone()).unwrap();
        episode
            .reset(&EpisodeRequest::scenario(scenario.clone()))
            .unwrap();
        playback.tick().unwrap();
        for service in scenario.services.iter().cycle().take(12) {
            let request = ActionRequest::new("fetch_logs", &service.name);
            playback.tick().unwrap();
            let Ok(step) = episode.step(&request) else {
                break;
            };
            let view = episode.view().expect("it goes on");
            assert_eq!(
                view.logs(&service.name),
                playback.view().logs(&service.name)
            );
            let alerts = format!("{:?}", step.observation.alerts);
            assert_eq!(forbidden.find(&alerts), None, "{alerts}");
        }
    }
}

#[test]
fn reports_of_investigations_name_no_cause_and_agree_with_the_metrics() {
    let forbidden = Forbidden::new();
    each_moment(|name, scenario, playback| {
        let tick = playback.view().clock().tick;
        if tick % 7 != 3 {
            return;
        }
        let catalogue = scenario.actions();
        let looks = { catalogue.actions().iter() }
            .filter(|action| action.category() == Category::Investigation);
        let mut simulation = playback.simulation().branch().unwrap();
        for action in looks.filter(|action| action.name() != "fetch_logs") {
            for service in &scenario.services {
                let request = ActionRequest::new(action.name(), &service.name);
                let hash = simulation.state_hash();
                let said = act(catalogue, &mut simulation, &request);
                assert_eq!(
                    simulation.state_hash(),
                    hash,
                    "{name}: {request:?} looks only"
                );
                assert_eq!(forbidden.find(&said), None, "{name}: {said}");
                let moment = Moment::of(&playback.view(), &service.name);
                let view = playback.view();
                let wrong = match action.name() {
                    "trace_distributed_request" => {
                        trace::contradiction(&view, &service.name, &said)
                    }
                    other => moment.report_contradiction(other, &said),
                };
                assert_eq!(wrong, None, "{name}, tick {tick}: {said}");
            }
        }
    });
}

#[test]
fn a_log_with_an_error_is_not_the_answer() {
    let (mut healthy, mut with_errors, mut distinct) = (0, 0, 0);
    let mut last: BTreeMap<String, Vec<String>> = BTreeMap::new();
    each_moment(|name, scenario, playback| {
        let view = playback.view();
        for service in &scenario.services {
            let is_healthy = view.status(&service.name) == Some(Status::Healthy);
            let lines = lines(&view, &service.name);
            assert!(!lines.is_empty(), "{name}: {} writes nothing", service.name);
            if is_healthy && !service.name.contains("gateway") {
                healthy += 1;
                with_errors += usize::from(lines.iter().any(|line| line.level == "ERROR"));
            }
            let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            let before = last.insert(format!("{name}, {}", service.name), texts.clone());
            distinct += usize::from(before != Some(texts));
        }
    });
    assert!(with_errors * 20 > healthy, "{with_errors} of {healthy}");
    assert!(distinct > healthy / 2, "{distinct}");
}

#[test]
fn ordinary_lines_follow_from_seed_service_and_tick() {
    let scenario = |seed: u64| Scenario {
        seed,
        ..incidents().swap_remove(0).0
    };
    let log = |seed| {
        let mut playback = Playback::new(scenario(seed)).unwrap();
        playback.tick().unwrap();
        let service = scenario(seed).services[0].name.clone();
        playback.view().logs(&service)
    };
    assert_eq!(log(1), log(1));
    assert_ne!(log(1), log(2));
}
