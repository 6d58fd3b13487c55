//! What an audit finds: for each check an incident that passes it, and one that does not.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose incident can't be audited fails"
)]

mod support;

use std::sync::Arc;

use firewatch_action::Profile;
use firewatch_audit::{AuditCheck, AuditOptions, AuditVerdict, PolicyKind, PolicyResult, audit};
use firewatch_scenario::Runbook;
use support::{FAULT, SERVICES, audited, audited_with, failure, options, scenario, verdict};

#[test]
fn a_good_incident_passes_every_check_that_has_something_to_look_at() {
    let audit = audited(&format!(
        r#"services: {{
            "api-gateway": (calls: ["auth-service"]), "auth-service": (), "mailer": (),
        }}, {FAULT}, red_herrings: ["mailer"],
        goals: [goal("auth-service", "http_server_error_rate", lt(0.05))]"#
    ));
    assert!(audit.is_good(), "{:#?}", audit.findings);
    for check in AuditCheck::ALL {
        let expected = match check {
            AuditCheck::Runbooks | AuditCheck::Ceiling => AuditVerdict::Skipped,
            // It is easy, and something is wrong.
            AuditCheck::Blind | AuditCheck::FalseAlarm => AuditVerdict::Skipped,
            _ => AuditVerdict::Passed,
        };
        assert_eq!(verdict(&audit, *check), expected, "{check}");
    }
    // Of what chance did only the numbers are kept.
    let of = |kind| {
        audit
            .policies
            .iter()
            .filter(move |played| played.kind == kind)
    };
    let is_counted = |played: &PolicyResult| played.action_count == 19 && played.actions.is_empty();
    assert!(of(PolicyKind::Random).all(is_counted));
    let is_listed = |played: &PolicyResult| played.action_count == 1 && played.actions.len() == 1;
    assert!(of(PolicyKind::Single).all(is_listed));
    // What the search found is a runbook that wins.
    let found = audit.found.as_deref().expect("an answer was found");
    assert!(found.contains("auth-service"), "{found}");
    let best = &audit.policies[audit.winning.expect("an answer wins")];
    assert_eq!(best.kind, PolicyKind::Found);
}

#[test]
fn a_fault_has_to_land() {
    // It is lost among what the service has anyway.
    let lost = audited(
        r#"services: {"auth-service": (metrics: {"http_server_error_rate": 0.99})},
           faults: [(kind: oom, service: "auth-service")]"#,
    );
    assert!(failure(&lost, AuditCheck::TakesEffect).contains("would be so without it"));
    let slow = audited(&format!(
        r#"{SERVICES}, faults: [(kind: memory_leak, service: "auth-service", speed: 0.001)]"#
    ));
    assert!(failure(&slow, AuditCheck::TakesEffect).contains("stays healthy"));
}

/// Without a fault it is a false alarm, if anything alarms.
#[test]
fn a_false_alarm_is_an_incident() {
    let mailer = r#"services: {
        "api-gateway": (calls: ["auth-service"]), "auth-service": (),
        "mailer": (metrics: {"process_memory_utilization": 0.85}),
    }"#;
    let alarm = audited(&format!(r#"{mailer}, red_herrings: ["mailer"]"#));
    assert!(alarm.is_false_alarm);
    assert!(alarm.is_good(), "{:#?}", alarm.findings);
    for check in [AuditCheck::FalseAlarm, AuditCheck::Leaving] {
        assert_eq!(verdict(&alarm, check), AuditVerdict::Passed, "{check}");
    }
    for check in [
        AuditCheck::TakesEffect,
        AuditCheck::InactionLoses,
        AuditCheck::Floor,
    ] {
        assert_eq!(verdict(&alarm, check), AuditVerdict::Skipped, "{check}");
    }
    let silent = audited(SERVICES);
    let evidence = failure(&silent, AuditCheck::FalseAlarm);
    assert_eq!(evidence, "there is no fault, no alert and no red herring");
}

#[test]
fn a_fault_of_the_single_fault_engine_takes_effect() {
    // That engine can't be without a fault, beside which the others are held.
    let audit = audited(&format!("{SERVICES}, {FAULT}, engine: single_fault"));
    assert_eq!(
        verdict(&audit, AuditCheck::TakesEffect),
        AuditVerdict::Passed
    );
}

#[test]
fn doing_nothing_has_to_lose() {
    let halted = audited(&format!(
        r#"{SERVICES}, {FAULT}, timeline: [(tick: 4, do: halt("auth-service"))]"#
    ));
    assert_eq!(
        failure(&halted, AuditCheck::InactionLoses),
        "doing nothing wins: it heals itself, and is no false alarm"
    );
    assert!(halted.notes[0].contains("the timeline itself"));
    assert!(failure(&halted, AuditCheck::Floor).starts_with("doing nothing has a grade of"));
    // Where there is nothing to be done, no answer is missed.
    let idle = audited(SERVICES);
    assert_eq!(verdict(&idle, AuditCheck::Winnable), AuditVerdict::Skipped);
    assert_eq!(idle.found, None);
}

#[test]
fn there_has_to_be_an_answer_that_wins() {
    let never = r#"goals: [goal("auth-service", "restart_count", gt(1000))]"#;
    let hopeless = audited(&format!("{SERVICES}, {FAULT}, {never}"));
    assert!(failure(&hopeless, AuditCheck::Winnable).contains("at most 4 actions"));
    assert_eq!(
        verdict(&hopeless, AuditCheck::Ordering),
        AuditVerdict::Skipped
    );
    let unsearched = audit(
        &scenario(&format!("{SERVICES}, {FAULT}")),
        &AuditOptions {
            max_actions: 0,
            ..options()
        },
    );
    let unsearched = unsearched.expect("it can be played");
    assert_eq!(
        failure(&unsearched, AuditCheck::Winnable),
        "no search was made"
    );
}

#[test]
fn the_search_says_how_far_it_got() {
    let leak = r#"(kind: memory_leak, service: "db-proxy", speed: 2.0, start_tick: 9)"#;
    let two = scenario(&format!(
        r#"{SERVICES}, faults: [(kind: bad_deploy, service: "auth-service"), {leak}]"#
    ));
    let with = |max_actions| {
        let options = AuditOptions {
            max_actions,
            ..options()
        };
        audit(&two, &options).expect("it can be played")
    };
    let short = with(1);
    let evidence = failure(&short, AuditCheck::Winnable);
    let wanted = "at most 1 action was found to win; the one that got farthest: ";
    assert!(evidence.contains(wanted), "{evidence}");
    assert!(evidence.contains("goes on"), "{evidence}");
    let enough = with(2);
    assert_eq!(verdict(&enough, AuditCheck::Winnable), AuditVerdict::Passed);
    let best = &enough.policies[enough.winning.expect("an answer wins")];
    // The second remedy waits for what it remedies.
    assert!(
        best.actions.len() == 2 && best.actions[1].tick > 9,
        "{best:#?}"
    );
    // What was found wins as a runbook too.
    let found = enough.found.as_deref().expect("an answer was found");
    let found = Runbook::parse_for("found.ron", found, &two);
    let runbooks = vec![Arc::new(
        found.unwrap_or_else(|problems| panic!("{problems}")),
    )];
    let options = AuditOptions {
        runbooks,
        ..options()
    };
    let again = audit(&two, &options).expect("it can be played");
    assert_eq!(verdict(&again, AuditCheck::Runbooks), AuditVerdict::Passed);
}

#[test]
fn a_runbook_has_to_win_without_a_wrong_action() {
    let good = audited_with(r#"wait(2), action("rollback_deploy", "auth-service")"#);
    assert_eq!(verdict(&good, AuditCheck::Runbooks), AuditVerdict::Passed);
    assert!(good.is_good(), "{:#?}", good.findings);
    // No search is needed.
    assert_eq!(good.found, None);
    let slip = audited_with(
        r#"action("restart_service", "db-proxy"), action("rollback_deploy", "auth-service")"#,
    );
    assert!(failure(&slip, AuditCheck::Runbooks).contains("is wrong at tick 2"));
    let useless = audited_with(r#"action("fetch_logs", "auth-service")"#);
    assert!(failure(&useless, AuditCheck::Runbooks).contains("at the end"));
    // The incident is not to blame for that.
    assert_eq!(
        verdict(&useless, AuditCheck::Winnable),
        AuditVerdict::Passed
    );
    assert!(useless.found.is_some());
}

#[test]
fn a_goal_has_to_be_missed_and_met() {
    let with = |goal: &str| audited(&format!("{SERVICES}, {FAULT}, goals: [{goal}]"));
    let given = with(r#"goal("auth-service", "restart_count", ge(0))"#);
    assert_eq!(failure(&given, AuditCheck::Goals), "every policy meets it");
    let never = with(r#"goal("auth-service", "restart_count", gt(1000))"#);
    assert_eq!(failure(&never, AuditCheck::Goals), "no policy meets it");
    assert!(failure(&never, AuditCheck::Winnable).contains("is missed at the end"));
    let good = with(r#"goal("auth-service", "http_server_error_rate", lt(0.05))"#);
    assert_eq!(verdict(&good, AuditCheck::Goals), AuditVerdict::Passed);
}

#[test]
fn a_red_herring_has_to_mislead_and_not_to_harm() {
    let with = |metrics: &str| {
        audited(&format!(
            r#"services: {{
                "api-gateway": (calls: ["auth-service"]), "auth-service": (),
                "mailer": (metrics: {{{metrics}}}),
            }}, {FAULT}, red_herrings: ["mailer"]"#
        ))
    };
    let good = with(r#""process_memory_utilization": 0.85"#);
    assert_eq!(
        verdict(&good, AuditCheck::RedHerrings),
        AuditVerdict::Passed
    );
    let dull = with(r#""http_server_error_rate": 0.0, "process_memory_utilization": 0.3"#);
    assert!(failure(&dull, AuditCheck::RedHerrings).contains("it looks healthy"));
    let planted = audited(&format!(
        r#"services: {{
            "auth-service": (), "mailer": (metrics: {{"http_server_error_rate": 0.0}}),
        }}, {FAULT}, red_herrings: ["mailer"],
        adversarial_logs: [(service: "mailer", line: "ERROR it is me")]"#
    ));
    assert_eq!(
        verdict(&planted, AuditCheck::RedHerrings),
        AuditVerdict::Passed
    );
    let harmful = with(r#""http_server_error_rate": 0.6"#);
    assert!(failure(&harmful, AuditCheck::RedHerrings).contains("it harms"));
}

#[test]
fn trying_a_remedy_everywhere_must_not_be_better() {
    let audit = audited_with(
        r#"action("restart_service", "db-proxy"), action("restart_service", "db-proxy"),
        action("restart_service", "db-proxy"), action("rollback_deploy", "auth-service")"#,
    );
    let mut failed = { audit.findings.iter() }
        .filter(|f| f.check == AuditCheck::Ordering && f.verdict == AuditVerdict::Failed);
    let about = failed.next().map(|finding| finding.about.as_str());
    assert_eq!(about, Some("not below its remedy on every service"));
}

#[test]
fn an_audit_is_the_same_on_any_number_of_threads_and_under_its_profile() {
    let scenario = scenario(&format!("{SERVICES}, {FAULT}"));
    let on = |threads, profile| {
        let options = AuditOptions {
            threads,
            profile,
            ..options()
        };
        audit(&scenario, &options).expect("it can be played")
    };
    let one = on(1, None);
    assert_eq!(one, on(3, None));
    assert_eq!(one, on(1, Some(Profile::Standard)));
    let reference = on(2, Some(Profile::Reference));
    assert_eq!(reference.profile, "reference");
    assert_ne!(reference.policies, one.policies);
}
