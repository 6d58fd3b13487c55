//! What an audit finds in a score that can be fooled, and in an incident that gives itself away.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose incident can't be audited fails"
)]

mod support;

use firewatch_action::Profile;
use firewatch_audit::{Audit, AuditCheck, AuditOptions, AuditVerdict, PolicyKind, audit};
use firewatch_scenario::Scenario;
use support::{FAULT, FIVE, SERVICES, as_hard_as, coded, failure, options, scenario, verdict};

/// One remedy at the right tick wins, whenever that is: the first tick is too soon.
#[test]
fn a_hard_incident_is_not_won_by_one_remedy_at_any_tick() {
    for start in [0, 2, 6] {
        let fault =
            format!(r#"faults: [(kind: bad_deploy, service: "db-proxy", start_tick: {start})]"#);
        let audit = as_hard_as("difficulty: hard,", &format!("{FIVE}, {fault}"));
        let evidence = failure(&audit, AuditCheck::Difficulty);
        assert!(evidence.contains("claimed hard"), "{evidence}");
        assert!(evidence.contains("one remedy alone wins"), "{evidence}");
        assert!(audit.difficulty.one_remedy_wins);
        assert_ne!(audit.difficulty.measured, "hard");
    }
    let two = r#"faults: [
        (kind: bad_deploy, service: "auth-service"),
        (kind: memory_leak, service: "db-proxy", speed: 2.0, start_tick: 9),
    ]"#;
    let two = as_hard_as("difficulty: hard,", &format!("{FIVE}, {two}"));
    assert!(!two.difficulty.one_remedy_wins);
}

/// Where every service has the same fault, trying the common remedies is enough.
#[test]
fn trying_things_blindly_must_not_be_enough() {
    let easy_to_guess = |difficulty: &str| as_hard_as(difficulty, &format!("{FIVE}, {FAULT}"));
    let hard = easy_to_guess("difficulty: hard,");
    let cycle = coded(&hard, "blind.cycle_deepest");
    assert_eq!(cycle.verdict, AuditVerdict::Failed, "{cycle:?}");
    assert!(cycle.evidence.contains("all 4"), "{cycle:?}");
    assert_ne!(hard.difficulty.measured, "hard");
    assert!(failure(&hard, AuditCheck::Difficulty).contains("claimed hard, measured"));
    let declared = coded(&hard, "blind.declare");
    assert_eq!(declared.verdict, AuditVerdict::Passed, "{declared:?}");
    for difficulty in [
        "difficulty: easy,",
        "ticks: 20, slo_budget: 30.0, slo_burn_per_tick: 1.5,",
    ] {
        let easy = easy_to_guess(difficulty);
        assert_eq!(verdict(&easy, AuditCheck::Blind), AuditVerdict::Skipped);
    }
}

/// The families say how many of their policies were played, and which are a sample.
#[test]
fn a_sample_is_said_to_be_one_and_follows_from_the_seed() {
    let with = |singles| {
        let options = AuditOptions {
            singles,
            random: 3,
            ..options()
        };
        audit(&scenario(&format!("{SERVICES}, {FAULT}")), &options).expect("it can be played")
    };
    let single = |audit: &Audit| {
        let mut families = audit.blind.iter();
        families
            .find(|f| f.family == PolicyKind::Single)
            .expect("it is played")
            .clone()
    };
    let (few, many) = (single(&with(50)), single(&with(400)));
    assert_eq!((few.played, few.of), (50, many.of));
    assert!(many.played > 300 && many.played <= 400, "{many:?}");
    assert_eq!(few.sample(), format!("50 of {}, drawn by the seed", few.of));
    assert_eq!(single(&with(50)), few);
    let random = with(50)
        .blind
        .iter()
        .find(|f| f.family == PolicyKind::Random)
        .cloned();
    assert_eq!(random.expect("it is played").sample(), "all 3");
}

#[test]
fn every_code_is_one_of_those_that_are_documented() {
    let known: Vec<String> = { AuditCheck::ALL.iter() }
        .flat_map(|check| {
            let parts = { check.parts().iter() }.map(move |part| format!("{check}.{part}"));
            std::iter::once(check.name().to_owned()).chain(parts)
        })
        .collect();
    let two = r#"faults: [(kind: bad_deploy, service: "auth-service"), (kind: oom, service: "db-proxy", start_tick: 5)]"#;
    for fields in [FAULT, two, r#"red_herrings: ["cart"]"#] {
        for finding in as_hard_as("difficulty: hard,", &format!("{FIVE}, {fields}")).findings {
            assert!(known.contains(&finding.code), "{}", finding.code);
            assert!(
                finding.code.starts_with(finding.check.name()),
                "{}",
                finding.code
            );
        }
    }
}

/// Texts, logs and reports that tell what it is.
#[test]
fn an_incident_must_not_give_itself_away() {
    let leaks = |text: &str| {
        let scenario =
            Scenario::parse("x.ron", text).unwrap_or_else(|problems| panic!("{problems}"));
        audit(&scenario, &options()).expect("it can be played")
    };
    let named = |name: &str, description: &str| {
        leaks(&format!(
            r#"Scenario(name: "{name}", description: "{description}", difficulty: easy, {FIVE}, {FAULT})"#
        ))
    };
    let fine = named("Slow", "auth-service and cart are slow");
    assert_eq!(
        verdict(&fine, AuditCheck::Leaks),
        AuditVerdict::Passed,
        "{:#?}",
        fine.findings
    );
    let kind = named("A bad deploy", "");
    assert!(
        coded(&kind, "leaks.kind")
            .evidence
            .starts_with("`bad deploy` in the name")
    );
    let remedy = named("Slow", "Rollback deploy, somebody!");
    assert!(
        coded(&remedy, "leaks.remedy")
            .evidence
            .contains("in the description")
    );
    let cause = named("Slow", "customers of auth-service wait");
    assert!(
        coded(&cause, "leaks.cause")
            .evidence
            .contains("`auth service`")
    );
    // A planted line says what it likes.
    let planted = leaks(&format!(
        r#"Scenario(name: "x", difficulty: easy, {FIVE}, {FAULT},
            adversarial_logs: [(service: "cart", line: "ERROR memory_leak in cart, restart_service recommended")])"#
    ));
    assert_eq!(verdict(&planted, AuditCheck::Leaks), AuditVerdict::Passed);
}

/// The score of the standard profile keeps its promises in any incident; the audit notices if it does not.
#[test]
fn leaving_early_pays_nothing_and_no_answer_that_loses_is_above_one_that_wins() {
    let later = r#"faults: [
        (kind: bad_deploy, service: "auth-service"),
        (kind: memory_leak, service: "db-proxy", speed: 2.0, start_tick: 9),
    ]"#;
    let audit = as_hard_as("difficulty: hard,", &format!("{FIVE}, {later}"));
    for code in [
        "leaving.early",
        "leaving.at_once",
        "ordering.lost_above_won",
        "rewards",
    ] {
        let finding = coded(&audit, code);
        assert_eq!(finding.verdict, AuditVerdict::Passed, "{finding:?}");
    }
    let left = audit
        .blind
        .iter()
        .find(|f| f.family == PolicyKind::FirstThenLeave);
    let left = left.expect("the answer has two remedies");
    assert_eq!((left.played, left.won), (1, 0));
    // Under the reference's rules nothing of that is asked.
    let options = AuditOptions {
        profile: Some(Profile::Reference),
        ..options()
    };
    let scenario = scenario(&format!("{FIVE}, {later}"));
    let reference = firewatch_audit::audit(&scenario, &options).expect("it can be played");
    assert_eq!(coded(&reference, "leaving").verdict, AuditVerdict::Skipped);
}
