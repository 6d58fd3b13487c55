//! Checks whether an incident gives its answer away.

mod evidence;
mod phrases;
mod scan;

use firewatch_action::ActionCatalogue;
use firewatch_scenario::Scenario;

use crate::finding::{AuditCheck, AuditFinding};
use crate::text::counted;
pub(crate) use evidence::Evidence;
use scan::Meaning;
pub(crate) use scan::Scan;

/// Most names of each meaning that are listed.
const MAX_LISTED: usize = 3;
/// Most characters of a line that are shown.
const MAX_SHOWN: usize = 120;

/// Looks at the texts that say what the incident is: its name, its description, the name of its file.
pub(crate) fn scan_texts(
    scenario: &Scenario,
    catalogue: &ActionCatalogue,
    file: Option<&str>,
) -> Scan {
    let mut scan = Scan::new(scenario, catalogue);
    scan.text(&scenario.name, "the name", scenario);
    scan.text(&scenario.description, "the description", scenario);
    for service in &scenario.services {
        scan.service(&service.name);
    }
    if let Some(file) = file {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        scan.text(stem, "the name of the file", scenario);
    }
    scan
}

/// The services with a fault.
pub(crate) fn faulty(scenario: &Scenario) -> Vec<&str> {
    let mut faulty: Vec<&str> = scenario.all_faults().map(|fault| &*fault.service).collect();
    faulty.sort_unstable();
    faulty.dedup();
    faulty
}

/// Checks what was found.
pub(crate) fn check(scenario: &Scenario, evidence: &Evidence) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for meaning in [
        Meaning::Kind,
        Meaning::Remedy,
        Meaning::Advice,
        Meaning::Cause,
    ] {
        findings.extend(named(meaning, evidence));
    }
    findings.extend(error_log(scenario, evidence));
    if findings.is_empty() {
        let reports = counted(evidence.reports, "report");
        let facts = format!(
            "name, description, file name, all logs at all ticks and {reports} (each investigation on each service, at all ticks) tell nothing"
        );
        let finding = AuditFinding::new(AuditCheck::Leaks, "", true, facts);
        findings.push(finding.undecided_if(evidence.is_cut()));
    }
    findings
}

/// The names of one meaning that were found, if any.
fn named(meaning: Meaning, evidence: &Evidence) -> Option<AuditFinding> {
    let found = evidence
        .scan
        .hits
        .iter()
        .filter(|((of, _), _)| *of == meaning);
    let count = found.clone().count();
    let listed: Vec<String> = { found.take(MAX_LISTED) }
        .map(|((_, name), hit)| {
            let line: String = hit.line.chars().take(MAX_SHOWN).collect();
            format!("`{name}` in {} ({} times): {line:?}", hit.place, hit.count)
        })
        .collect();
    if listed.is_empty() {
        return None;
    }
    let more = match count - listed.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let evidence = format!("{}{more}", listed.join("; "));
    let advice = match meaning {
        Meaning::Cause => "say what customers notice, not where it comes from",
        _ => "say what can be seen, and leave the conclusion to the reader",
    };
    let finding = AuditFinding::new(AuditCheck::Leaks, meaning.describe(), false, evidence);
    Some(finding.part(meaning.part()).advise(advice))
}

/// Whether only one service has error lines in its log, and it is one with a fault, while others suffer, too.
fn error_log(scenario: &Scenario, evidence: &Evidence) -> Option<AuditFinding> {
    let faulty = faulty(scenario);
    let (only, tick) = evidence.errors.first_key_value()?;
    let is_only = evidence.errors.len() == 1 && faulty.contains(&&**only);
    let others = { evidence.unhealthy.keys() }
        .filter(|name| *name != only)
        .count();
    if !is_only || others == 0 {
        return None;
    }
    let facts = format!(
        "only the log of {only} has an error line (first at tick {tick}), while {} more not healthy: whoever reads for levels has it",
        match others {
            1 => "1 service is".to_owned(),
            _ => format!("{others} services are"),
        }
    );
    let finding = AuditFinding::new(AuditCheck::Leaks, "a single error log", false, facts);
    Some(finding.part("error_log").advise(
        "plant an error line in another log (`adversarial_logs`), or let more than one service fail",
    ))
}
