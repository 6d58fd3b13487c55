//! What there is to say: kinds, metrics and codes.

use serde_json::Value;

use crate::support::{json, stderr, stdout};

fn list(arguments: &[&str]) -> Vec<Value> {
    let list = json(0, arguments);
    list.as_array().expect("the output is an array").clone()
}

#[test]
fn kinds_are_the_built_in_ones_and_those_of_a_scenario() {
    let built_in = list(&["kinds"]);
    assert_eq!(built_in.len(), 5);
    assert!(built_in.iter().all(|kind| kind["built_in"] == true));
    let scenario = "../../scenarios/mechanisms/fault-kinds-of-our-own.ron";
    let all = list(&["kinds", scenario]);
    let custom: Vec<&Value> = all
        .iter()
        .filter(|kind| kind["built_in"] == false)
        .collect();
    assert!(!custom.is_empty());
    let text = stdout(0, &["kinds", scenario]);
    for kind in all {
        let name = kind["kind"].as_str().expect("a kind has a name");
        assert!(text.contains(name), "{name} is not in\n{text}");
    }
    assert!(text.contains("(custom)"), "{text}");
}

#[test]
fn every_metric_is_listed_with_its_unit_and_range() {
    let all = list(&["metrics"]);
    assert_eq!(all.len(), firewatch_sim::METRICS.len());
    let text = stdout(0, &["metrics", "error_rate"]);
    assert!(text.contains("http_server_error_rate"), "{text}");
    assert!(text.contains("0 to 1"), "{text}");
    assert!(!text.contains("restart_count"), "{text}");
    assert!(stderr(2, &["metrics", "nonsense"]).contains("firewatch metrics"));
    let meant = "did you mean `http_server_request_duration_p99`?";
    assert!(stderr(2, &["metrics", "latency"]).contains(meant));
    let rules = |name: &str| {
        let metric = all.iter().find(|metric| metric["name"] == name);
        metric.expect("it is listed")["rules"].clone()
    };
    assert_eq!(
        rules("http_server_error_rate"),
        serde_json::json!([
            "status: degraded from 0.1, critical from 0.5, down from 0.9",
            "alert `high_error_rate`: warning from 0.1, critical from 0.5",
            "changed by oom, memory_leak, bad_deploy, config_drift, network_partition",
        ])
    );
    assert_eq!(rules("service_instance_id"), serde_json::json!([]));
}

/// Each code that a problem can have is explained with its example, and a misspelt one is not.
#[test]
fn every_code_is_explained() {
    use firewatch_scenario::codes;

    let entry = |code: firewatch_ron::Code| format!("  {}  ", code.name());
    for code in codes::all() {
        let text = stdout(0, &["explain", code.name()]);
        assert!(text.starts_with(&entry(code)), "{text}");
        let mut others = codes::all().filter(|other| *other != code).map(entry);
        assert!(
            !others.any(|other| text.contains(&format!("\n{other}"))),
            "{text}"
        );
        let page = codes::page(code).expect("each code has a page");
        let last = page.lines().rfind(|line| !line.starts_with("```"));
        let last = last.and_then(|line| line.split_whitespace().last());
        assert!(last.is_some_and(|word| text.contains(word)), "{text}");
        assert!(!text.contains("```"), "{text}");
    }
    let all = stdout(0, &["explain"]);
    assert!(codes::all().all(|code| all.contains(&entry(code))), "{all}");
    let told = stderr(2, &["explain", "unknown-servce"]);
    assert!(told.contains("did you mean `unknown-service`?"), "{told}");
}
