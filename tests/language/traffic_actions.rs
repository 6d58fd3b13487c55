//! Actions of a timeline in traffic: what each mends, and what it leaves alone.

use firewatch_response::{EventKind, Playback};
use firewatch_scenario::Scenario;

/// A run to its end of a scenario with these fields.
fn played(fields: &str) -> Playback {
    let text = format!("Scenario(name: \"x\", slo_budget: 30, slo_burn_per_tick: 1.5, {fields})");
    let scenario = Scenario::parse("x.ron", &text).unwrap();
    let mut playback = Playback::new(scenario).unwrap();
    while playback.tick().unwrap() {}
    playback
}

/// Whether each of the actions was wrong.
fn wrong(playback: &Playback) -> Vec<bool> {
    let wrong = playback
        .events()
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::ActionTaken { wrong, .. } => Some(wrong),
            _ => None,
        });
    wrong.collect()
}

/// The ticks in which instances were killed for their memory.
fn kills(playback: &Playback) -> Vec<u64> {
    let events = playback.events().iter();
    let kills = events.filter(|event| matches!(event.kind, EventKind::KilledForMemory { .. }));
    kills.map(|event| event.tick).collect()
}

fn metric(playback: &Playback, service: &str, name: &str) -> f64 {
    let value = playback.view().metric(service, name);
    value.and_then(|value| value.as_f64()).unwrap()
}

/// Requests fill the memory from tick 3 on, whatever is restarted.
const MEMORY: &str = "ticks: 24, users: [(service: \"w\", rps: [(0, 20), (3, 400)], patience_s: 5)], \
    services: {\"w\": (instances: 2, concurrency: 50, work_ms: 100, memory_per_request: 0.035)}";

#[test]
fn memory_that_requests_need_is_added() {
    let alone = played(MEMORY);
    assert!(kills(&alone).len() >= 8, "{:?}", kills(&alone));
    for at in [5, 6] {
        let doubled =
            format!("{MEMORY}, timeline: [(tick: {at}, do: action(\"add_memory\", \"w\"))]");
        let doubled = played(&doubled);
        assert_eq!(wrong(&doubled), [false]);
        assert!(
            kills(&doubled).iter().all(|&tick| tick <= at),
            "{:?}",
            kills(&doubled)
        );
        let [before, after] =
            [&alone, &doubled].map(|p| metric(p, "w", "process_memory_limit_bytes"));
        assert_eq!(after, 2.0 * before);
        assert!(metric(&doubled, "w", "http_server_error_rate") < 0.01);
    }
    // Where there is room, it is of no use.
    let idle = format!("{MEMORY}, timeline: [(tick: 2, do: action(\"add_memory\", \"w\"))]");
    assert_eq!(wrong(&played(&idle)), [true]);
}

/// A leak whose time is over, and what is done at tick 12.
fn leak(recovery: &str, action: &str) -> Playback {
    played(&format!(
        "ticks: 16, users: [(service: \"w\", rps: 100, patience_s: 5)], \
         services: {{\"w\": (concurrency: 10, work_ms: 100)}}, \
         faults: [(kind: memory_leak, service: \"w\", start_tick: 1, for_ticks: 4{recovery})], \
         timeline: [(tick: 12, do: action(\"{action}\", \"w\"))]"
    ))
}

#[test]
fn a_restart_is_right_while_leaked_memory_is_in_use() {
    let left = leak("", "restart_service");
    assert_eq!(wrong(&left), [false]);
    assert!(metric(&left, "w", "process_memory_utilization") < 0.45);
    assert_eq!(
        wrong(&leak(", recovery: at_once", "restart_service")),
        [true]
    );
    assert_eq!(
        wrong(&leak(", recovery: over_ticks(3)", "restart_service")),
        [true]
    );
    assert_eq!(
        wrong(&leak(", recovery: over_ticks(20)", "restart_service")),
        [false]
    );
}

#[test]
fn letting_all_requests_in_again_ends_no_error() {
    let shed = |share: &str| {
        played(&format!(
            "ticks: 10, users: [(service: \"w\", rps: 50)], services: {{\"w\": (calls: [\"db\"]), \"db\": ()}}, \
             timeline: [(tick: 2, do: turn(\"db\", {{\"error_ratio\": 0.5}})), \
             (tick: 5, do: action(\"shed_load\", \"db\", {{\"share\": {share}}}))]"
        ))
    };
    let all = shed("0");
    assert_eq!(wrong(&all), [true]);
    assert!((metric(&all, "db", "http_server_error_rate") - 0.5).abs() < 0.01);
    let half = shed("0.5");
    assert_eq!(wrong(&half), [false]);
    assert!((metric(&half, "db", "http_server_error_rate") - 0.75).abs() < 0.01);
}

#[test]
fn what_a_fault_turned_is_told_when_it_is_over() {
    let over = played(
        "ticks: 8, users: [(service: \"w\", rps: 50)], services: {\"w\": (zones: [\"a\", \"b\"])}, \
         faults: [(knobs: (down: true, zone: \"b\"), service: \"w\", for_ticks: 2), \
         (knobs: (slow_factor: 2), service: \"w\", start_tick: 1)], \
         timeline: [(tick: 5, do: halt(\"w\"))]",
    );
    let told = over.events().iter().filter_map(|event| match &event.kind {
        EventKind::FaultOver { turns, .. } | EventKind::FaultHalted { turns, .. } => {
            Some((event.tick, turns.as_deref()))
        }
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [(2, Some("down, in zone b")), (5, Some("slow_factor 2"))]
    );
}
