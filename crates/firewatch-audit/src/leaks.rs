//! Checks whether an incident gives its answer away.

mod evidence;
mod phrases;
mod scan;

use firewatch_action::ActionCatalogue;
use firewatch_scenario::Scenario;

use crate::finding::{AuditCheck, AuditFinding};
use crate::text::counted;
pub(crate) use evidence::{Evidence, logs_again};
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
    let meanings = [
        Meaning::Kind,
        Meaning::Remedy,
        Meaning::Advice,
        Meaning::Cause,
    ];
    let named = meanings.into_iter().map(|meaning| named(meaning, evidence));
    named.chain([error_log(scenario, evidence)]).collect()
}

/// Whether names of one meaning were found.
fn named(meaning: Meaning, evidence: &Evidence) -> AuditFinding {
    let found = evidence
        .scan
        .hits
        .iter()
        .filter(|((of, _), _)| *of == meaning);
    let count = found.clone().count();
    let listed: Vec<String> = { found.take(MAX_LISTED) }
        .map(|((_, name), hit)| {
            let line: String = hit.line.chars().take(MAX_SHOWN).collect();
            let times = counted(hit.count, "time");
            format!("`{name}` in {} ({times}): {line:?}", hit.place)
        })
        .collect();
    // Reports name no service as the cause: they are about the one that was asked for.
    let is_cut = evidence.is_cut() && meaning != Meaning::Cause;
    let finding = match listed.as_slice() {
        [] => AuditFinding::new(AuditCheck::Leaks, meaning.describe(), true, read(evidence)),
        _ => {
            let more = match count - listed.len() {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let facts = format!("{}{more}", listed.join("; "));
            AuditFinding::new(AuditCheck::Leaks, meaning.describe(), false, facts)
        }
    };
    let advice = match meaning {
        Meaning::Cause => "say what customers notice, not where it comes from",
        _ => "say what can be seen, and leave the conclusion to the reader",
    };
    let is_found = !listed.is_empty();
    let finding = finding.part(meaning.part()).advise(advice);
    finding.undecided_if(is_cut && !is_found)
}

/// What was read without a find.
fn read(evidence: &Evidence) -> String {
    let reports = counted(evidence.reports, "investigation");
    format!("not in names, description, logs, and reports of {reports}, at all ticks")
}

/// Whether only one service has error lines in its log, and it is one with a fault, while others suffer, too.
fn error_log(scenario: &Scenario, evidence: &Evidence) -> AuditFinding {
    let faulty = faulty(scenario);
    let is_faulty = |name: &String| faulty.contains(&&**name);
    let others = evidence
        .unhealthy
        .keys()
        .filter(|name| !evidence.errors.contains_key(*name));
    let others = counted(others.count() as u64, "other service");
    let logs = evidence.errors.len();
    let (holds, facts) = match evidence.errors.first_key_value() {
        Some((only, tick)) if logs == 1 && is_faulty(only) && evidence.unhealthy.len() > 1 => (
            false,
            format!(
                "only the log of {only} has an error line (first at tick {tick}), and {others} not healthy: to filter logs by level finds the cause"
            ),
        ),
        _ => (
            true,
            format!("{} with error lines", counted(logs as u64, "log")),
        ),
    };
    let finding = AuditFinding::new(AuditCheck::Leaks, "a single error log", holds, facts);
    finding.part("error_log").advise(
        "plant an error line in another log (`adversarial_logs`), or let more than one service fail",
    )
}
