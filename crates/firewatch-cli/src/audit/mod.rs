//! `firewatch audit`: whether scenarios are good incidents.

mod arguments;
mod case;
mod report;
mod table;

use std::io::Write;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_action::ActionError;
use firewatch_audit::{Audit, AuditOptions, audit_watched, least_work};
use firewatch_episode::EpisodeError;
use firewatch_scenario::Diagnostics;

use crate::batch::number_of_threads;
use crate::cli::PlainFormat;
use crate::failure::{Exit, Failure};
use crate::output::{Console, Output};
use crate::run::separate;
use crate::sources;
pub use arguments::{AuditArguments, details};
use case::Case;
use report::Tally;

/// Audits the scenarios that the arguments name.
pub fn audit(arguments: &AuditArguments, console: &Console) -> Result<Exit, Failure> {
    let cases: Vec<Result<Case, Diagnostics>> = sources::find(&arguments.files, &arguments.root)
        .into_iter()
        .map(|source| Case::load(&source?, arguments))
        .collect();
    if cases.iter().any(Result::is_err) {
        console.raise(Exit::Bad);
    }
    let mut out = console.results(None, arguments.format)?;
    check_limit(&cases, arguments)?;
    let work = |case: &Case| estimate(case, arguments);
    let total = { cases.iter().flatten() }
        .map(work)
        .fold(0, u64::saturating_add);
    let bar = console.progress(total, false);
    let audited = audit_all(cases, arguments, console, &mut out, &bar);
    bar.finish_and_clear();
    let tally = audited?;
    out.finish()?;
    Ok(tally.exit())
}

/// A limit below what every audit does would be none.
fn check_limit(
    cases: &[Result<Case, Diagnostics>],
    arguments: &AuditArguments,
) -> Result<(), Failure> {
    for case in cases.iter().flatten() {
        let least = least_work(&case.scenario, &options(case, arguments));
        if least > arguments.limit {
            let (file, limit) = (&case.file, arguments.limit);
            let message =
                format!("an audit of `{file}` needs {least} service ticks; the limit is {limit}");
            let help = "give a greater `--limit`, or audit fewer ticks, services, calls or faults"
                .to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
    }
    Ok(())
}

/// About so much work, in service ticks: each of about fifty remedies on each service.
fn estimate(case: &Case, arguments: &AuditArguments) -> u64 {
    const REMEDIES: u64 = 50;
    let services = case.scenario.services.len() as u64;
    let policies = services
        .saturating_mul(REMEDIES)
        .saturating_add(arguments.random);
    let ticks = case.scenario.ticks.saturating_mul(services);
    ticks.saturating_mul(policies).min(arguments.limit)
}

fn audit_all(
    cases: Vec<Result<Case, Diagnostics>>,
    arguments: &AuditArguments,
    console: &Console,
    out: &mut Output,
    bar: &indicatif::ProgressBar,
) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    let mut entries = 0;
    let mut before = 0_u64;
    let is_json = arguments.format == PlainFormat::Json;
    if is_json {
        write!(out, "[")?;
    }
    for case in cases {
        match case {
            Ok(case) => {
                let after = before.saturating_add(estimate(&case, arguments));
                let part = std::mem::replace(&mut before, after)..after;
                let audit = match examine_case(&case, arguments, bar, part) {
                    Ok(audit) => audit,
                    // The remaining scenarios can still be audited.
                    Err(EpisodeError::Action(error @ ActionError::Unfit { .. })) => {
                        out.flush()?;
                        let message = format!("an action of the timeline failed: {error}");
                        let help = Some(sources::FIT_ACTION.to_owned());
                        let problems = Diagnostics::without_text(&case.file, message, help);
                        console.diagnostics(&problems);
                        tally.bad += 1;
                        console.raise(tally.exit());
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                };
                tally.count(&audit);
                console.raise(tally.exit());
                if is_json {
                    separate(&mut entries, out)?;
                    report::write_json(&case, &audit, out)?;
                } else {
                    report::write_text(&case, &audit, arguments.quiet, out)?;
                }
                out.flush()?;
                bar.set_position(before);
            }
            Err(problems) => {
                out.flush()?;
                console.diagnostics(&problems);
                tally.bad += 1;
            }
        }
    }
    if is_json {
        writeln!(out, "\n]")?;
    } else {
        tally.write(out)?;
    }
    Ok(tally)
}

/// Audits a case, and moves the bar within that part of it.
fn examine_case(
    case: &Case,
    arguments: &AuditArguments,
    bar: &indicatif::ProgressBar,
    part: Range<u64>,
) -> Result<Audit, EpisodeError> {
    let done = AtomicU64::new(part.start);
    let progress = |work: u64| {
        let done = done.fetch_add(work, Ordering::Relaxed).saturating_add(work);
        // How much a search takes is not known before.
        bar.set_position(done.min(part.end));
    };
    let options = options(case, arguments);
    audit_watched(&case.scenario, &options, &progress)
}

fn options(case: &Case, arguments: &AuditArguments) -> AuditOptions {
    AuditOptions {
        runbooks: case.runbooks.clone(),
        max_actions: usize::from(arguments.max_actions),
        random: arguments.random,
        limit: arguments.limit,
        threads: number_of_threads(arguments.threads),
        ..AuditOptions::default()
    }
}

/// A checked scenario gives none of these but an action of its timeline that can't be carried out, which
/// [`audit_all`] tells.
impl From<EpisodeError> for Failure {
    fn from(error: EpisodeError) -> Self {
        match error {
            EpisodeError::Sim(error) => error.into(),
            _ => Self::Internal(format!("an episode of the scenario failed: {error}")),
        }
    }
}
