//! What the command shows of traffic.

use crate::support::{json, stderr, stdout};
use crate::tool::expect_snapshot;

const LOOP: &str = "../../scenarios/traffic/mechanisms/metastable-loop-broken-by-retries.ron";
const OVERLOAD: &str = "../../scenarios/traffic/mechanisms/overload.ron";
const FALLBACK: &str = "../../scenarios/traffic/mechanisms/fallback-with-capacity.ron";

#[test]
fn a_story_begins_with_its_users() {
    expect_snapshot("traffic.txt", &stdout(0, &["run", LOOP]));
    expect_snapshot("traffic.dot", &stdout(0, &["graph", FALLBACK]));
}

#[test]
fn a_report_in_json_has_users_and_loads() {
    let run = &json(0, &["run", LOOP])[0];
    assert_eq!(run["engine"], "traffic");
    let users = &run["users"][0];
    assert_eq!(
        (&users["name"], &users["service"]),
        (&"web".into(), &"web".into())
    );
    assert!(
        users["worst_served"]
            .as_f64()
            .is_some_and(|share| share < 0.05),
        "{users}"
    );
    assert!(
        users["served"]
            .as_f64()
            .is_some_and(|share| (0.4..0.9).contains(&share)),
        "{users}"
    );
    assert_eq!(users["cause"], "refused: queue of search full");
    let load = &run["services"][1]["load"];
    assert!(
        load["highest_utilization"]
            .as_f64()
            .is_some_and(|busy| busy > 0.9),
        "{load}"
    );
    let events = run["events"].as_array().expect("events");
    let of = |name: &str| events.iter().find(|event| event["event"] == name);
    assert_eq!(
        of("fault_active").expect("a fault")["turns"],
        "slow_factor 4"
    );
    let over = of("fault_over").expect("its end");
    assert_eq!(
        (&over["tick"], &over["turns"]),
        (&5.into(), &"slow_factor 4".into())
    );
    let turned = of("knob_turned").expect("a knob");
    assert_eq!(
        (&turned["service"], &turned["to"]),
        (&"web".into(), &"search".into())
    );
    assert_eq!(
        (&turned["knob"], &turned["value"]),
        (&"retries".into(), &0.0.into())
    );
    // A run of the classic physics says nothing of all that.
    let classic = &json(0, &["run", crate::tool::POOL])[0];
    assert!(classic.get("users").is_none() && classic["services"][0].get("load").is_none());
}

#[test]
fn check_warns_and_fails_nothing_for_it() {
    let told = stdout(0, &["check", OVERLOAD, LOOP]);
    assert!(
        told.starts_with("warning: `api` gets 130 requests a second from the start and can do 100"),
        "{told}"
    );
    let summary = "2 files, no problems, 1 warning\n`firewatch explain CODE` explains overloaded\n";
    assert!(told.ends_with(summary), "{told}");
    let problems = json(0, &["check", OVERLOAD]);
    assert_eq!(problems[0]["severity"], "warning");
    assert_eq!(problems[0]["code"], "overloaded");
    assert_eq!(problems[0]["path"], "services[\"api\"]");
    assert_ne!(problems[0]["line"], 0);
    // A run has its say without.
    assert_eq!(stderr(0, &["run", OVERLOAD]), "");
}

/// Of each incident that was reported in public: a group of users that it hit, and why most of them failed.
const WHY: [(&str, &str, &str); 6] = [
    ("backbone-withdrawn", "people", "name-servers unreachable"),
    ("backbone-withdrawn", "engineers", "routers unreachable"),
    ("bot-rules-file-doubles", "customers", "errors of proxy"),
    (
        "one-in-ten-for-half-a-minute",
        "shoppers",
        "errors of catalogue",
    ),
    ("search-after-a-burst", "web", "timeout of search"),
    (
        "transit-gateway-after-the-holidays",
        "engineers",
        "refused: queue of gateway full",
    ),
];

#[test]
fn public_incidents_pass_and_say_why_users_failed() {
    let folder = "../../scenarios/traffic/incidents";
    let told = stdout(0, &["run", "--quiet", folder]);
    assert!(told.contains(" passed; expectations: "), "{told}");
    let told = stdout(0, &["check", folder]);
    assert!(told.trim().ends_with("no problems"), "{told}");
    for (name, group, why) in WHY {
        let run = &json(0, &["run", &format!("{folder}/{name}.ron")])[0];
        let users = run["users"].as_array().expect("users");
        let users = users.iter().find(|users| users["name"] == group);
        assert_eq!(users.expect(group)["cause"], why, "{name}: {run}");
    }
}

/// What users got can be plotted tick by tick; a run of the classic physics has none of it.
#[test]
fn users_are_in_each_tick() {
    let lines = stdout(0, &["run", "--format", "jsonl", OVERLOAD]);
    let mut missed = 0;
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let users = line["users"].as_object().expect("users");
        let users = users.values().next().expect("there is a group");
        assert!(users["sent_rps"].as_f64() > Some(0.0), "{line}");
        let served = users["served"].as_f64().expect("some ended");
        assert!((0.0..=1.0).contains(&served), "{line}");
        missed += usize::from(users["missed"] == true);
    }
    assert!(missed > 0, "{lines}");
    let rows = crate::tool::csv_rows(&stdout(0, &["run", "--format", "csv", OVERLOAD]));
    let row = rows
        .iter()
        .find(|row| row["service"] == "api")
        .expect("it has a row");
    let users: serde_json::Value = serde_json::from_str(&row["users"]).expect("JSON");
    assert!(
        users.as_object().is_some_and(|users| !users.is_empty()),
        "{users}"
    );
    let classic = stdout(0, &["run", "--format", "jsonl", crate::tool::POOL]);
    assert!(!classic.contains("\"users\""), "{classic}");
}

/// Which users there are only an incident says.
#[test]
fn a_runbook_that_speaks_of_users_is_checked_alone() {
    let runbook = "../../scenarios/runbooks/search-after-a-burst.ron";
    assert!(
        stdout(0, &["check", runbook])
            .trim()
            .ends_with("no problems")
    );
}

#[test]
fn actions_and_kinds_of_a_scenario_are_those_of_traffic() {
    let actions = stdout(0, &["actions", LOOP]);
    assert!(!actions.contains("(custom)"), "{actions}");
    assert!(
        actions.contains("actions in the physics traffic"),
        "{actions}"
    );
    let list = json(0, &["actions", LOOP]);
    let list = list.as_array().expect("actions");
    assert!(list.iter().all(|action| action["own"] == false), "{list:?}");
    let kinds = stdout(0, &["kinds", LOOP]);
    assert!(kinds.contains("requests to the service"), "{kinds}");
    assert!(!kinds.contains("do not spread"), "{kinds}");
    let kinds = json(0, &["kinds", LOOP]);
    let kinds = kinds.as_array().expect("a list");
    assert_eq!(kinds.len(), 5);
    for kind in kinds {
        let name = kind["kind"].as_str().expect("a name");
        let is_of_memory = ["oom", "memory_leak"].contains(&name);
        let shape = if name == "bad_deploy" { "ramp" } else { "step" };
        let recovery = if is_of_memory {
            "with_restart"
        } else {
            "at_once"
        };
        assert_eq!(kind["shape"], shape, "{kind}");
        assert_eq!(kind["recovery"], recovery, "{kind}");
        assert_eq!(kind["fills_memory"], is_of_memory, "{kind}");
        // Those are rules of classic.
        assert!(kind.get("cascades").is_none() && kind.get("recovers").is_none());
    }
}
