//! An audit counts what it goes through in its limit, and holds no more than a part of it at a time.

#![expect(clippy::unwrap_used, reason = "a test whose incident is refused fails")]

use firewatch_audit::{AuditOptions, audit, least_work};
use firewatch_scenario::Scenario;

const TICKS: u64 = 4;

fn scenario(fields: &str) -> Scenario {
    let text = format!("Scenario(name: \"x\", difficulty: easy, ticks: {TICKS}, {fields})");
    Scenario::parse("x.ron", &text).unwrap()
}

fn faults(count: usize) -> Scenario {
    let faults = "(kind: oom, service: \"s\"), ".repeat(count);
    scenario(&format!("services: {{\"s\": ()}}, faults: [{faults}]"))
}

fn injects(count: usize) -> Scenario {
    let inject = "(tick: 1, do: inject((kind: oom, service: \"s\"))), ".repeat(count);
    scenario(&format!("services: {{\"s\": ()}}, timeline: [{inject}]"))
}

/// Each service calls all others.
fn dense_mesh(count: usize) -> Scenario {
    let service = |this: usize| {
        let others = (0..count).filter(|other| *other != this);
        let calls: Vec<String> = others.map(|other| format!("\"s{other}\"")).collect();
        format!("\"s{this}\": (calls: [{}])", calls.join(", "))
    };
    let services: Vec<String> = (0..count).map(service).collect();
    let services = services.join(", ");
    scenario(&format!(
        "services: {{{services}}}, faults: [(kind: oom, service: \"s0\")]"
    ))
}

/// Only what every audit does.
fn least() -> AuditOptions {
    AuditOptions {
        max_actions: 0,
        random: 0,
        singles: 0,
        limit: 0,
        ..AuditOptions::default()
    }
}

/// Most bytes that an audit of the least work holds at a time.
fn most_bytes(scenario: &Scenario, options: &AuditOptions) -> u64 {
    let audited = allocation_counter::measure(|| {
        audit(scenario, options).unwrap();
    });
    audited.bytes_max
}

#[test]
fn memory_grows_with_the_faults_and_not_with_their_square() {
    for of in [faults, injects] {
        let [few, many] = [125, 500].map(|count| most_bytes(&of(count), &least()));
        println!("{few} bytes with few faults, {many} with many");
        assert!(many < 6 * few, "{few}, then {many}");
    }
}

#[test]
fn a_dense_mesh_is_played_by_few_episodes_at_a_time() {
    let mesh = Scenario {
        ticks: 2,
        ..dense_mesh(120)
    };
    // Enough for 24 policies.
    let limit = 700_000;
    let many = AuditOptions {
        random: 64,
        limit,
        ..least()
    };
    assert!(audit(&mesh, &many).unwrap().work.done <= limit);
    let [few, many] = [least(), many].map(|options| most_bytes(&mesh, &options));
    println!("{few} bytes with a policy, {many} with many");
    assert!(2 * many < 3 * few, "{few}, then {many}");
}

/// A tick goes through services, calls and faults.
#[test]
fn calls_and_faults_count_as_work() {
    let work = |scenario: &Scenario| audit(scenario, &least()).unwrap().work.done;
    let of_episode = |scenario: &Scenario| least_work(scenario, &least()) / TICKS;
    for (scenario, of_tick) in [
        (faults(300), 1 + 300),
        (injects(300), 1 + 300),
        (dense_mesh(40), 40 + 40 * 39 + 1),
    ] {
        assert_eq!(of_episode(&scenario) % of_tick, 0);
        let work = work(&scenario);
        // All episodes go through all ticks: three at least.
        assert!(work >= 3 * TICKS * of_tick && work % of_tick == 0, "{work}");
        assert!(work <= least_work(&scenario, &least()));
    }
}
