//! What an audit found, to be read by people and programs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use firewatch_audit::{Audit, AuditCheck, AuditFinding, AuditVerdict};
use firewatch_scenario::Difficulty;
use serde::Serialize;

use super::case::Case;
use super::table::policies;
use crate::check::count;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::style::{BAD, BOLD, DIM, FAIR, GOOD, visible, visible_lines};

/// What came of all scenarios.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    good: usize,
    not_good: usize,
    /// In how many of them each check failed.
    failed: BTreeMap<AuditCheck, usize>,
    /// In how many of them each check is undecided.
    undecided: BTreeMap<AuditCheck, usize>,
    /// Scenarios that are not in order.
    pub bad: usize,
}

impl Tally {
    /// Counts an audit.
    pub fn count(&mut self, audit: &Audit) {
        if audit.is_good() {
            self.good += 1;
        } else {
            self.not_good += 1;
        }
        count_checks(audit, AuditVerdict::Failed, &mut self.failed);
        count_checks(audit, AuditVerdict::Undecided, &mut self.undecided);
    }

    /// The exit code that follows.
    pub fn exit(&self) -> Exit {
        match (self.bad, self.not_good) {
            (0, 0) => Exit::Well,
            (0, _) => Exit::ExpectationFailed,
            _ => Exit::Bad,
        }
    }

    /// Writes all of it in a line, and what failed in another.
    pub fn write(&self, out: &mut Output) -> Result<(), Failure> {
        let palette = out.palette;
        let &Self {
            good,
            not_good,
            bad,
            ..
        } = self;
        let others = [(not_good, "not good"), (bad, "not in order")];
        let others = others.iter().filter(|(number, _)| *number > 0);
        let others: String = others
            .map(|(number, what)| format!(", {number} {what}"))
            .collect();
        let line = format!(
            "{}: {good} good{others}",
            count(good + not_good + bad, "incident")
        );
        let style = if self.exit() == Exit::Well { GOOD } else { BAD };
        writeln!(out, "{}", palette.paint(style, line))?;
        // Of one alone it stands above.
        if not_good > 0 && good + not_good > 1 {
            for (label, checks) in [("failed", &self.failed), ("are undecided", &self.undecided)] {
                let listed: Vec<String> = { checks.iter() }
                    .map(|(check, incidents)| format!("{check} in {incidents}"))
                    .collect();
                if !listed.is_empty() {
                    writeln!(out, "checks that {label}: {}", listed.join(", "))?;
                }
            }
        }
        Ok(())
    }
}

/// Counts the checks with that verdict, each once, however much it found.
fn count_checks(audit: &Audit, verdict: AuditVerdict, incidents: &mut BTreeMap<AuditCheck, usize>) {
    let findings = audit.findings.iter();
    let wanted = findings.filter(|finding| finding.verdict == verdict);
    for check in wanted.map(|finding| finding.check).collect::<BTreeSet<_>>() {
        *incidents.entry(check).or_default() += 1;
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    name: &'a str,
    seed: u64,
    difficulty: Option<&'static str>,
    ticks: u64,
    good: bool,
    #[serde(flatten)]
    audit: &'a Audit,
}

/// Writes an audit as an object.
pub fn write_json(case: &Case, audit: &Audit, out: &mut Output) -> Result<(), Failure> {
    let entry = Entry {
        file: &case.file,
        name: &case.scenario.name,
        seed: case.scenario.seed,
        difficulty: case.scenario.difficulty.map(Difficulty::name),
        ticks: case.scenario.ticks,
        good: audit.is_good(),
        audit,
    };
    Ok(serde_json::to_writer(out, &entry)?)
}

/// Writes an audit as a section, with `quiet` only what failed.
pub fn write_text(
    case: &Case,
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
    writeln!(out)?;
    for line in policies(audit, palette) {
        writeln!(out, "  {line}")?;
    }
    if let Some(found) = &audit.found {
        writeln!(
            out,
            "\n{}\n",
            palette.paint(DIM, "The answer that was found, as a runbook:")
        )?;
        write!(out, "{}", visible_lines(found))?;
    }
    Ok(writeln!(out)?)
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
            AuditVerdict::Undecided => ("?", FAIR),
        };
        // The name of a check stands in the first of its lines.
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
            let arrow = palette.paint(FAIR, "→");
            writeln!(out, "    {:<14}  {arrow} {}", "", visible(advice))?;
        }
    }
    Ok(())
}
