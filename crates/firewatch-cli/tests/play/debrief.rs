//! The page before an incident, and the debrief after it.

use std::fs;
use std::path::Path;

use crate::tool::told;

const HARD: &str = "../../scenarios/catalog/hard/the-rollback-was-not-the-end.ron";
const FRESHNESS: &str = "../../scenarios/catalog/hard/fraud-scores-from-half-an-hour-ago.ron";

fn grade(told: &str) -> f64 {
    let line = told.lines().find_map(|line| line.strip_prefix("  grade "));
    line.and_then(|grade| grade.parse().ok()).expect("a grade")
}

/// Returns the debrief with single spaces.
fn debrief(told: &str) -> String {
    let (_, debrief) = told.split_once("\nWhat spread when\n").expect("a debrief");
    debrief.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_an_action_did_is_the_grade_less_that_without_it() {
    let with = "wait 2\nrestart_service claims-desk\nrollback_deploy quote-service\nwait 4\n\
                stagger_connection_pool_reconnect policy-pool\ndeclare_resolved\n";
    let told_with = told(&[HARD], with);
    let without = with.replace("restart_service claims-desk", "wait");
    let wrong = grade(&told_with) - grade(&told(&[HARD], &without));
    assert!(wrong < -0.1, "{wrong}");
    let debrief = debrief(&told_with);
    let costs = [
        "restart_service claims-desk: wrong, there was nothing to remedy".to_owned(),
        "rollback_deploy quote-service: right, halted bad_deploy".to_owned(),
        "stagger_connection_pool_reconnect policy-pool: right, halted config_drift".to_owned(),
    ];
    let costs = costs.map(|action| {
        let (before, _) = debrief.split_once(&action).expect("the action");
        let cost = before.split(' ').rev().nth(1).expect("a cost");
        cost.parse::<f64>().expect("a number")
    });
    // One is rounded to 3 decimals, two to 2.
    assert!((costs[0] - wrong).abs() < 0.011, "{costs:?} {wrong}");
    assert!(costs[1] > 0.5 && costs[2] > 0.5, "{costs:?}");
    // It goes on to its last tick after the declaration, and the debrief with it.
    assert!(debrief.contains("policy-pool from tick 8 "), "{debrief}");
    assert!(!debrief.contains("never healthy again"), "{debrief}");
}

#[test]
fn the_debrief_tells_the_evidence_in_order_and_the_runbook_beside() {
    let debrief = debrief(&told(&[HARD], "wait 99\n"));
    let places = [
        "quote-service from tick 1 ",
        "What pointed to the cause, and when quote-service tick 1 first alert: warning, high error rate",
        "last_deployment_age_seconds 150, not ",
        "policy-pool tick 8 first alert: ",
        "last_config_age_seconds 60, not ",
        "with the runbook \"One release back, one storm calmed\"",
        "rollback_deploy quote-service",
        "stagger_connection_pool_reconnect policy-pool",
        "you did nothing",
    ];
    let mut rest = &*debrief;
    for place in places {
        let (_, after) = rest
            .split_once(place)
            .unwrap_or_else(|| panic!("{place}: {rest}"));
        rest = after;
    }
}

#[test]
fn a_runbook_can_be_given_and_without_one_a_search_finds_its_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("it is written");
        file.to_str().expect("a plain path").to_owned()
    };
    let scenario = write(
        "x.ron",
        r#"Scenario(name: "x", difficulty: easy, services: {"a": ()}, faults: [(kind: oom, service: "a")])"#,
    );
    let runbook = write(
        "mine.ron",
        r#"Runbook(name: "mine", steps: [wait(9), action("add_memory", "a")])"#,
    );
    let given = debrief(&told(&[&scenario, "--runbook", &runbook], "wait 99\n"));
    assert!(given.contains("with the runbook \"mine\""), "{given}");
    assert!(given.contains("tick 11 add_memory a"), "{given}");
    let searched = debrief(&told(&[&scenario], "wait 99\n"));
    let bound = "with a search of answers of up to 3 actions and 1000000 service ticks tick 2 ";
    assert!(searched.contains(bound), "{searched}");
}

#[test]
fn stale_data_says_why_it_is_not_mitigated() {
    let told = told(&[FRESHNESS], "wait 99\n");
    let (_, facts) = told.split_once("  time to mitigate ").expect("facts");
    let why = "not mitigated\n                        the data of feature-pipeline is ";
    assert!(facts.trim_start().starts_with(why), "{facts}");
    assert!(facts.contains("\n  ✗ The data age of feature-pipeline is below 300s. It is "));
    assert!(
        told.contains("\n  not won: 2 faults not halted, 4 goals missed\n"),
        "{told}"
    );
}

#[test]
fn no_page_of_the_catalogue_gives_the_cause_away() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/catalog");
    let mut pages = 0;
    for difficulty in ["easy", "medium", "hard"] {
        for entry in fs::read_dir(catalogue.join(difficulty)).expect("incidents") {
            let file = entry.expect("an incident").path();
            let incident = firewatch_scenario::Scenario::load(&file).expect("in order");
            let told = told(&[file.to_str().expect("a plain path")], "quit\n");
            let (page, _) = told.split_once("You are on call").expect("a page");
            let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(&incident.description), "{words}");
            for fault in incident.all_faults() {
                let is_kind = |word: &str| word == fault.kind.name();
                let mut words = page.split(|c: char| !c.is_alphanumeric() && c != '_');
                assert!(!words.any(is_kind), "{page}");
            }
            let is_wide = |line: &str| line.chars().count() > 80;
            assert!(!page.lines().any(is_wide), "{page}");
            pages += 1;
        }
    }
    assert_eq!(pages, 45);
}
