//! Incidents and what an audit says of them.

#![allow(dead_code, reason = "each test binary uses a part")]

use firewatch_audit::{Audit, AuditCheck, AuditFinding, AuditOptions, AuditVerdict, audit};
use firewatch_scenario::{Runbook, Scenario};

pub const FAULT: &str = r#"faults: [(kind: bad_deploy, service: "auth-service")]"#;
pub const SERVICES: &str = r#"services: ["api-gateway", "auth-service", "db-proxy"]"#;

pub fn scenario(fields: &str) -> Scenario {
    let text = format!("Scenario(name: \"x\", difficulty: easy, {fields})");
    Scenario::parse("x.ron", &text).unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn runbook(scenario: &Scenario, steps: &str) -> Runbook {
    let text = format!("Runbook(name: \"ours\", steps: [{steps}])");
    let runbook = Runbook::parse_for("ours.ron", &text, scenario);
    runbook.unwrap_or_else(|problems| panic!("{problems}"))
}

/// A few policies are enough here.
pub fn options() -> AuditOptions {
    AuditOptions {
        random: 8,
        singles: 150,
        ..AuditOptions::default()
    }
}

pub fn audited(fields: &str) -> Audit {
    audit(&scenario(fields), &options()).expect("it can be played")
}

pub fn audited_with(steps: &str) -> Audit {
    let scenario = scenario(&format!("{SERVICES}, {FAULT}"));
    let options = AuditOptions {
        runbooks: vec![runbook(&scenario, steps).into()],
        ..options()
    };
    audit(&scenario, &options).expect("it can be played")
}

/// What became of a check: passed if all that it looked at did.
pub fn verdict(audit: &Audit, check: AuditCheck) -> AuditVerdict {
    let mut of = { audit.findings.iter() }.filter(|finding| finding.check == check);
    let failed = of.clone().find(|f| f.verdict == AuditVerdict::Failed);
    let first = failed.or_else(|| of.next());
    first.expect("each check is reported").verdict
}

/// The evidence of a check that failed.
pub fn failure(audit: &Audit, check: AuditCheck) -> &str {
    assert!(!audit.is_good());
    let mut failed = audit
        .findings
        .iter()
        .filter(|f| f.verdict == AuditVerdict::Failed);
    let failed = failed.find(|finding| finding.check == check);
    let failed = failed.expect("the check failed");
    assert!(failed.advice.is_some(), "{failed:?}");
    &failed.evidence
}

pub const FIVE: &str = r#"services: {
    "api-gateway": (calls: ["auth-service", "cart"]), "auth-service": (calls: ["db-proxy"]),
    "cart": (calls: ["db-proxy"]), "db-proxy": (), "mailer": (),
}"#;

pub fn as_hard_as(difficulty: &str, fields: &str) -> Audit {
    let text = format!(r#"Scenario(name: "x", {difficulty} {fields})"#);
    let scenario = Scenario::parse("x.ron", &text).unwrap_or_else(|problems| panic!("{problems}"));
    audit(&scenario, &options()).expect("it can be played")
}

/// The finding with that code.
pub fn coded<'a>(audit: &'a Audit, code: &str) -> &'a AuditFinding {
    let mut found = { audit.findings.iter() }.filter(|finding| finding.code == code);
    found.next().expect("the code is reported")
}
