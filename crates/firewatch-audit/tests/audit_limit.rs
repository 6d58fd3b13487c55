//! The limit of an audit: how much is simulated, and what is said of what was left out.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose incident can't be audited fails"
)]

use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_audit::{
    Audit, AuditCheck, AuditOptions, AuditVerdict, DEFAULT_LIMIT, audit, audit_watched, least_work,
};
use firewatch_scenario::Scenario;

fn scenario(difficulty: &str, fields: &str) -> Scenario {
    let text = format!("Scenario(name: \"x\", difficulty: {difficulty}, {fields})");
    Scenario::parse("x.ron", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

fn options(limit: u64) -> AuditOptions {
    AuditOptions {
        random: 8,
        singles: 300,
        limit,
        ..AuditOptions::default()
    }
}

fn audited(scenario: &Scenario, limit: u64) -> Audit {
    audit(scenario, &options(limit)).expect("it can be played")
}

/// Incidents that need different things to be tried: of each difficulty, with goals, without an answer.
fn incidents() -> Vec<Scenario> {
    const MESH: &str = r#"services: ["api-gateway", "auth-service", "db-proxy"], ticks: 16"#;
    const FAULT: &str = r#"faults: [(kind: bad_deploy, service: "auth-service")]"#;
    let later = r#"faults: [(kind: bad_deploy, service: "auth-service"), (kind: oom, service: "db-proxy", start_tick: 6)]"#;
    let goals = r#"goals: [goal("auth-service", "restart_count", ge(1)), goal("auth-service", "restart_count", ge(9))]"#;
    vec![
        scenario("easy", &format!("{MESH}, {FAULT}")),
        scenario("medium", &format!("{MESH}, {FAULT}")),
        scenario("hard", &format!("{MESH}, {FAULT}")),
        scenario("hard", &format!("{MESH}, {later}")),
        scenario("medium", &format!("{MESH}, {FAULT}, {goals}")),
        scenario("easy", &format!("{MESH}, {FAULT}, slo_budget: 0.5")),
    ]
}

/// Whatever the limit, no verdict is another one than without it, but for those that say so.
#[test]
fn what_was_left_out_is_said() {
    for scenario in incidents() {
        let whole = audited(&scenario, u64::MAX);
        assert_eq!(whole.stopped_at_limit, None);
        assert!(
            whole
                .findings
                .iter()
                .all(|finding| finding.verdict != AuditVerdict::Undecided)
        );
        let least = least_work(&scenario, &options(0));
        let mut undecided = 0;
        for part in 0..6 {
            let limit = least + whole.work.done.saturating_sub(least) * part / 6;
            let cut = audited(&scenario, limit);
            assert!(cut.work.done <= limit, "{} of {limit}", cut.work.done);
            if cut.stopped_at_limit.is_none() {
                let mut expected = whole.clone();
                expected.work = cut.work;
                assert_eq!(cut, expected);
                continue;
            }
            assert_eq!(cut.stopped_at_limit, Some(limit));
            assert!(
                cut.notes
                    .iter()
                    .any(|note| note.contains("search stopped at the limit of"))
            );
            let of = |audit: &Audit, check: AuditCheck| -> Vec<(String, AuditVerdict)> {
                let findings = audit
                    .findings
                    .iter()
                    .filter(|finding| finding.check == check);
                findings
                    .map(|finding| (finding.about.clone(), finding.verdict))
                    .collect()
            };
            // How answers compare follows from which was found: it may be another one.
            for &check in AuditCheck::ALL
                .iter()
                .filter(|check| **check != AuditCheck::Ordering)
            {
                for (found, expected) in of(&cut, check).iter().zip(of(&whole, check)) {
                    let is_said = found.1 == AuditVerdict::Undecided;
                    assert!(
                        is_said || *found == expected,
                        "{check}: {found:?}, {expected:?}"
                    );
                }
            }
            let is_undecided = |check| {
                of(&cut, check)
                    .iter()
                    .any(|of| of.1 == AuditVerdict::Undecided)
            };
            if AuditCheck::ALL.iter().any(|check| is_undecided(*check)) {
                undecided += 1;
                assert!(!cut.is_good());
            }
        }
        assert!(
            undecided > 0,
            "{}: no limit cut anything off",
            scenario.ticks
        );
    }
}

#[test]
fn the_same_is_left_out_with_any_number_of_threads() {
    for scenario in incidents() {
        let limit = least_work(&scenario, &options(0)) * 4;
        let one = audited(&scenario, limit);
        assert_eq!(one.stopped_at_limit, Some(limit));
        let threads = AuditOptions {
            threads: 3,
            ..options(limit)
        };
        assert_eq!(one, audit(&scenario, &threads).expect("it can be played"));
    }
}

/// The work that is told of piece by piece is all of it.
#[test]
fn progress_adds_up() {
    for (limit, threads) in [(u64::MAX, 1), (u64::MAX, 3), (100_000, 2)] {
        let scenario = &incidents()[0];
        let (told, pieces) = (AtomicU64::new(0), AtomicU64::new(0));
        let progress = |work| {
            told.fetch_add(work, Ordering::Relaxed);
            pieces.fetch_add(1, Ordering::Relaxed);
        };
        let options = AuditOptions {
            threads,
            ..options(limit)
        };
        let audit = audit_watched(scenario, &options, &progress).expect("it can be played");
        assert_eq!(told.into_inner(), audit.work.done);
        assert!(pieces.into_inner() > scenario.ticks);
        let counted: u64 = audit.policies.iter().map(|played| played.ticks * 3).sum();
        assert!(
            counted <= audit.work.done,
            "{counted} of {}",
            audit.work.done
        );
    }
}

/// Without a limit these would be 10^9 service ticks and more.
#[test]
fn large_incidents_have_an_end() {
    let services: String = (0..2000)
        .map(|service| format!("\"s{service}\": (), "))
        .collect();
    let wide =
        format!("services: {{{services}}}, ticks: 12, faults: [(kind: oom, service: \"s7\")]");
    let long = "services: { \"s\": () }, ticks: 10000, faults: [(kind: oom, service: \"s\")]";
    for fields in [&*wide, long] {
        let scenario = scenario("medium", fields);
        let limit = 2 * least_work(&scenario, &options(0));
        assert!(limit < 1_000_000);
        let audit = audited(&scenario, limit);
        assert!(audit.work.done <= limit);
        assert_eq!(audit.stopped_at_limit, Some(limit));
        assert!(!audit.is_good());
        let winnable = audit
            .findings
            .iter()
            .find(|finding| finding.check == AuditCheck::Winnable);
        let winnable = winnable.expect("it is reported");
        assert_eq!(winnable.verdict, AuditVerdict::Undecided);
        assert!(
            winnable.evidence.contains("stopped at the limit"),
            "{}",
            winnable.evidence
        );
    }
}

/// The limit that holds where none is given is far from what a plain incident takes.
#[test]
fn plain_incidents_are_far_from_the_limit() {
    for scenario in incidents() {
        let work = audited(&scenario, DEFAULT_LIMIT).work.done;
        assert!(work < DEFAULT_LIMIT / 20, "{work}");
    }
}
