//! The rules of the standard profile's score, asked of drawn incidents with an audit: each test names the rule and
//! the command that checks it in an incident of one's own. `docs/audit.md` has the table of them.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose incident can't be audited fails"
)]

use firewatch_audit::{Audit, AuditCheck, AuditOptions, AuditVerdict, PolicyKind, audit};
use firewatch_scenario::{Difficulty, Fault, Scenario, generate};
use firewatch_tests::property;
use proptest::prelude::*;

/// A drawn incident with a second fault at another tick, or without a fault.
fn incidents() -> impl Strategy<Value = Scenario> {
    let difficulty = prop::sample::select(Difficulty::ALL);
    (difficulty, 0..1_000_u64, 0..14_u64, any::<u8>()).prop_map(
        |(difficulty, seed, later, pick)| {
            let mut scenario = generate(difficulty, seed);
            scenario.ticks = scenario.ticks.min(12);
            let service = usize::from(pick) % scenario.services.len();
            let service = scenario.services[service].name.clone();
            let kinds = difficulty.fault_kinds();
            let kind = kinds[usize::from(pick) % kinds.len()];
            // A service that has both roles is no incident.
            if !scenario.red_herrings.contains(&service) && later < 12 {
                scenario.faults.push(Fault {
                    start_tick: later,
                    ..Fault::new(kind, service)
                });
            }
            scenario
        },
    )
}

/// Only what the rules need: few policies, and answers of at most 2 actions.
fn audited(scenario: &Scenario) -> Audit {
    let options = AuditOptions {
        random: 6,
        singles: 60,
        max_actions: 2,
        limit: 1_500_000,
        ..AuditOptions::default()
    };
    audit(scenario, &options).unwrap()
}

/// The findings with that code hold; they may be skipped or undecided where the incident has nothing to compare.
fn holds(audit: &Audit, code: &str) -> Result<(), TestCaseError> {
    let findings = audit.findings.iter().filter(|finding| finding.code == code);
    let findings: Vec<_> = findings.collect();
    prop_assert!(!findings.is_empty(), "nothing has the code {}", code);
    for finding in findings {
        prop_assert_ne!(finding.verdict, AuditVerdict::Failed, "{:?}", finding);
    }
    Ok(())
}

proptest! {
    #![proptest_config(property(6))]

    /// `firewatch audit FILE`, code `ordering.lost_above_won`.
    #[test]
    fn winning_is_the_best_thing_to_do(scenario in incidents()) {
        holds(&audited(&scenario), "ordering.lost_above_won")?;
    }

    /// `firewatch audit FILE`, codes `leaving.early` and `leaving.at_once`.
    #[test]
    fn leaving_early_changes_nothing(scenario in incidents()) {
        let audit = audited(&scenario);
        holds(&audit, "leaving.early")?;
        holds(&audit, "leaving.at_once")?;
        let of = |kind: PolicyKind| audit.policies.iter().find(|played| played.kind == kind);
        let (nothing, declared) = (of(PolicyKind::Nothing), of(PolicyKind::Declare));
        prop_assert_eq!(nothing.map(|p| p.grade.total), declared.map(|p| p.grade.total));
        prop_assert_eq!(nothing.map(|p| p.won), declared.map(|p| p.won));
    }

    /// `firewatch audit FILE`, code `rewards`.
    #[test]
    fn the_sum_of_rewards_is_the_grade(scenario in incidents()) {
        let audit = audited(&scenario);
        holds(&audit, "rewards")?;
        for played in &audit.policies {
            prop_assert!((played.reward - played.grade.total).abs() <= 1e-9, "{}", played.name);
        }
    }

    /// `firewatch audit FILE`, codes `floor` and `inaction_loses`: doing nothing is the floor wherever it loses.
    #[test]
    fn doing_nothing_is_the_floor(scenario in incidents()) {
        let audit = audited(&scenario);
        let nothing = &audit.policies[0];
        if !nothing.won {
            holds(&audit, "floor")?;
        }
        let loses = audit.findings.iter().find(|f| f.check == AuditCheck::InactionLoses).unwrap();
        prop_assert_eq!(loses.verdict == AuditVerdict::Failed, nothing.won && !audit.is_false_alarm);
    }

    /// `firewatch audit FILE`, codes `false_alarm.reward` and `false_alarm.cost`.
    #[test]
    fn in_a_false_alarm_doing_nothing_is_right(scenario in incidents()) {
        let mut scenario = scenario;
        scenario.faults.clear();
        let audit = audited(&scenario);
        prop_assert!(audit.is_false_alarm);
        holds(&audit, "false_alarm.reward")?;
        holds(&audit, "false_alarm.cost")?;
    }

    /// `firewatch audit FILE`, codes `blind.FAMILY`: a family above the limit of the difficulty fails, others pass.
    #[test]
    fn blind_families_are_held_against_the_difficulty(scenario in incidents()) {
        let audit = audited(&scenario);
        for family in audit.blind.iter().filter(|family| !family.is_cut) {
            let Some(limit) = family.max_mean_grade else { continue };
            let code = format!("blind.{}", family.family);
            let finding = audit.findings.iter().find(|finding| finding.code == code).unwrap();
            let fails = finding.verdict == AuditVerdict::Failed;
            prop_assert_eq!(fails, family.mean_grade > limit, "{:?}", finding);
        }
    }

    /// `firewatch audit FILE`, code `determinism`.
    #[test]
    fn an_audit_is_the_same_twice(scenario in incidents()) {
        let first = audited(&scenario);
        holds(&first, "determinism")?;
        prop_assert_eq!(first, audited(&scenario));
    }
}
