//! Reports of an audit, as text and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use firewatch_audit::{Audit, AuditCheck, AuditFinding, AuditVerdict, GuessResult, IncidentSet};
use firewatch_scenario::Scenario;
use serde::Serialize;

use super::case::AuditCase;
use super::table::{blind, policies};
use crate::failure::{Exit, Failure};
use crate::ui::output::Output;
use crate::ui::style::{BAD, BOLD, DIM, GOOD, WARNING, visible, visible_lines};
use crate::ui::units::count;

/// Counts over all audited scenarios.
#[derive(Clone, Debug, Default)]
pub struct AuditTally {
    good: usize,
    not_good: usize,
    /// Number of scenarios that failed each check.
    failed: BTreeMap<AuditCheck, usize>,
    /// Number of scenarios for which each check is undecided.
    undecided: BTreeMap<AuditCheck, usize>,
    /// What all of them together give away.
    set: IncidentSet,
    /// Number of invalid scenarios.
    pub invalid: usize,
}

impl AuditTally {
    /// Counts an audit.
    pub fn count(&mut self, scenario: &Scenario, audit: &Audit) {
        self.set.add(scenario);
        if audit.is_good() {
            self.good += 1;
        } else {
            self.not_good += 1;
        }
        count_checks(audit, AuditVerdict::Failed, &mut self.failed);
        count_checks(audit, AuditVerdict::Undecided, &mut self.undecided);
    }

    /// Returns the exit code.
    pub fn exit(&self) -> Exit {
        if self.invalid > 0 {
            Exit::Invalid
        } else if self.not_good > 0 || !self.set.is_good() {
            Exit::Failed
        } else {
            Exit::Passed
        }
    }

    /// Writes the counts, and the failed checks of several scenarios.
    pub fn write(&self, out: &mut Output) -> Result<(), Failure> {
        let palette = out.palette;
        self.write_set(out)?;
        let &Self {
            good,
            not_good,
            invalid,
            ..
        } = self;
        let others = [(not_good, "not good"), (invalid, "invalid")];
        let others = others.iter().filter(|(number, _)| *number > 0);
        let others: String = others
            .map(|(number, what)| format!(", {number} {what}"))
            .collect();
        let line = format!(
            "{}: {good} good{others}",
            count(good + not_good + invalid, "incident")
        );
        let style = if self.exit() == Exit::Passed {
            GOOD
        } else {
            BAD
        };
        writeln!(out, "{}", palette.paint(style, line))?;
        // The section of a single scenario shows its checks.
        if not_good > 0 && good + not_good > 1 {
            for (label, checks) in [("failed", &self.failed), ("undecided", &self.undecided)] {
                let checks = checks.iter();
                let listed: Vec<String> = checks
                    .map(|(check, incidents)| format!("{check} in {incidents}"))
                    .collect();
                if !listed.is_empty() {
                    writeln!(out, "{label} checks: {}", listed.join(", "))?;
                }
            }
        }
        Ok(())
    }
}

impl AuditTally {
    /// Writes the guesses that name the root cause too often.
    fn write_set(&self, out: &mut Output) -> Result<(), Failure> {
        let palette = out.palette;
        let guesses = self.set.guesses();
        for guess in guesses.iter().filter(|guess| guess.gives_away) {
            let mark = palette.paint(BAD, "✗");
            let code = palette.paint(BOLD, IncidentSet::CODE);
            writeln!(
                out,
                "{mark} {code}  over all incidents, {}",
                guess.describe()
            )?;
            let arrow = palette.paint(WARNING, "→");
            writeln!(
                out,
                "    {arrow} let it be elsewhere in some, or give others the same"
            )?;
        }
        Ok(())
    }

    /// Ends the JSON report.
    pub fn end_json(&self, out: &mut Output) -> Result<(), Failure> {
        let end = EndOfReport {
            set: SetEntry {
                judged: self.set.is_judged(),
                good: self.set.is_good(),
                code: IncidentSet::CODE,
                guesses: self.set.guesses(),
            },
            good: self.good,
            not_good: self.not_good,
            invalid: self.invalid,
        };
        let end = serde_json::to_string(&end)?;
        // The first brace was written before the incidents.
        Ok(writeln!(out, "\n],\n{}", &end[1..])?)
    }
}

/// Begins the JSON report.
pub fn begin_json(out: &mut Output) -> Result<(), Failure> {
    Ok(write!(
        out,
        "{{\"version\":{REPORT_VERSION},\"incidents\":["
    )?)
}

/// The version of the JSON report. Additions do not change it.
const REPORT_VERSION: u32 = 1;

#[derive(Serialize)]
struct EndOfReport {
    set: SetEntry,
    good: usize,
    not_good: usize,
    invalid: usize,
}

#[derive(Serialize)]
struct SetEntry {
    judged: bool,
    good: bool,
    code: &'static str,
    guesses: Vec<GuessResult>,
}

/// Counts the checks with a verdict, each once per audit.
fn count_checks(audit: &Audit, verdict: AuditVerdict, incidents: &mut BTreeMap<AuditCheck, usize>) {
    let findings = audit.findings.iter();
    let wanted = findings.filter(|finding| finding.verdict == verdict);
    for check in wanted.map(|finding| finding.check).collect::<BTreeSet<_>>() {
        *incidents.entry(check).or_default() += 1;
    }
}

#[derive(Serialize)]
struct AuditEntry<'a> {
    file: &'a str,
    name: &'a str,
    seed: u64,
    ticks: u64,
    good: bool,
    #[serde(flatten)]
    audit: &'a Audit,
}

/// Writes an audit as a JSON object.
pub fn write_json(case: &AuditCase, audit: &Audit, out: &mut Output) -> Result<(), Failure> {
    let entry = AuditEntry {
        file: &case.file,
        name: &case.scenario.name,
        seed: case.scenario.seed,
        ticks: case.scenario.ticks,
        good: audit.is_good(),
        audit,
    };
    Ok(serde_json::to_writer(out, &entry)?)
}

/// Writes an audit as a section; with `quiet`, only the failed checks.
pub fn write_paragraph(
    case: &AuditCase,
    audit: &Audit,
    quiet: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    let scenario = &case.scenario;
    if quiet {
        if !audit.is_good() {
            let head = format!("{}: {}", visible(&case.file), visible(&scenario.name));
            writeln!(out, "{}", palette.paint(BOLD, head))?;
            write_findings(audit, true, out)?;
        }
        return Ok(());
    }
    writeln!(out, "{}", palette.paint(BOLD, visible(&scenario.name)))?;
    writeln!(out, "{}", palette.paint(DIM, visible(&case.file)))?;
    let difficulty = scenario
        .difficulty
        .map(|difficulty| format!(" · {difficulty}"));
    let setting = format!(
        "seed {}{} · {} · {} profile",
        scenario.seed,
        difficulty.unwrap_or_default(),
        count(scenario.ticks, "tick"),
        audit.profile
    );
    writeln!(out, "{}\n", palette.paint(DIM, setting))?;
    write_findings(audit, false, out)?;
    for note in &audit.notes {
        writeln!(out, "  {} {}", palette.paint(BOLD, "note:"), visible(note))?;
    }
    writeln!(out, "  {}", palette.paint(DIM, measures(audit)))?;
    writeln!(out)?;
    for line in blind(audit, palette) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    for line in policies(audit, palette) {
        writeln!(out, "  {line}")?;
    }
    if let Some(found) = &audit.found {
        writeln!(
            out,
            "\n{}\n",
            palette.paint(DIM, "Runbook found by the search:")
        )?;
        write!(out, "{}", visible_lines(found))?;
    }
    Ok(writeln!(out)?)
}

/// Formats the measures of an audit, in a line.
fn measures(audit: &Audit) -> String {
    let ceiling = audit.ceiling.map_or(String::new(), |ceiling| {
        let gap = ceiling - audit.floor;
        format!(" to {ceiling:.2} for the best answer (gap {gap:.2})")
    });
    let [least, most] = audit.reward_range;
    let difficulty = &audit.difficulty;
    let claimed = difficulty.claimed.unwrap_or("none");
    let work = &audit.work;
    format!(
        "grade {:.2} for doing nothing{ceiling} · sums of rewards {least:.2} to {most:.2} · difficulty claimed {claimed}, measured {} · work {} service ticks (estimated {}, at most {})",
        audit.floor, difficulty.measured, work.done, work.estimated, work.limit
    )
}

fn write_findings(audit: &Audit, failed_only: bool, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let is_bad = |verdict| matches!(verdict, AuditVerdict::Failed | AuditVerdict::Undecided);
    let shown = |finding: &&AuditFinding| !failed_only || is_bad(finding.verdict);
    let mut before = None;
    for finding in audit.findings.iter().filter(shown) {
        let (mark, style) = match finding.verdict {
            AuditVerdict::Passed => ("✓", GOOD),
            AuditVerdict::Failed => ("✗", BAD),
            AuditVerdict::Skipped => ("–", DIM),
            AuditVerdict::Undecided => ("?", WARNING),
        };
        // Only the first line of a check shows its name.
        let is_first = before.replace(finding.check) != Some(finding.check);
        let name = if is_first { finding.check.name() } else { "" };
        let name = format!("{name:<14}");
        let about = match finding.about.as_str() {
            "" => String::new(),
            about => format!("{}: ", visible(about)),
        };
        let evidence = visible(&finding.evidence);
        let mark = palette.paint(style, mark);
        writeln!(
            out,
            "  {mark} {}  {about}{evidence}",
            palette.paint(BOLD, name)
        )?;
        if let Some(advice) = &finding.advice {
            let arrow = palette.paint(WARNING, "→");
            writeln!(out, "    {:<14}  {arrow} {}", "", visible(advice))?;
        }
    }
    Ok(())
}
