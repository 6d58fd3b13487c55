//! `firewatch audit`: judges whether scenarios make good incidents.

mod arguments;
mod case;
mod report;
mod table;

use std::io::Write;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use firewatch_action::ActionError;
use firewatch_audit::{Audit, AuditOptions, audit_watched, estimated_work, least_work};
use firewatch_episode::EpisodeError;
use firewatch_scenario::Diagnostics;
use firewatch_scenario::codes;

use crate::arguments::PlainFormat;
use crate::batch::number_of_threads;
use crate::failure::{Exit, Failure};
use crate::sources;
use crate::ui::json_array::separate;
use crate::ui::output::{Console, Output};
pub use arguments::{AuditArguments, details};
use case::AuditCase;
use report::AuditTally;

/// Audits the scenarios that the arguments name.
pub fn audit(arguments: &AuditArguments, console: &Console) -> Result<Exit, Failure> {
    let cases: Vec<Result<AuditCase, Diagnostics>> =
        sources::find(&arguments.files, arguments.root.folder())
            .into_iter()
            .map(|source| AuditCase::load(&source?, arguments))
            .collect();
    if cases.iter().any(Result::is_err) {
        console.raise_exit(Exit::Invalid);
    }
    let mut out = console.results(None, arguments.format)?;
    check_limit(&cases, arguments)?;
    let work = |case: &AuditCase| estimate(case, arguments);
    let valid = cases.iter().flatten();
    let total = valid.map(work).fold(0, u64::saturating_add);
    let bar = console.progress_bar(total, false);
    let audited = audit_all(cases, arguments, console, &mut out, &bar);
    bar.finish_and_clear();
    let tally = audited?;
    out.finish()?;
    Ok(tally.exit())
}

/// Rejects a limit below the minimum work of an audit.
fn check_limit(
    cases: &[Result<AuditCase, Diagnostics>],
    arguments: &AuditArguments,
) -> Result<(), Failure> {
    for case in cases.iter().flatten() {
        let least = least_work(&case.scenario, &options(case, arguments));
        if least > arguments.limit {
            let (file, limit) = (&case.file, arguments.limit);
            let message =
                format!("an audit of `{file}` needs {least} service ticks; the limit is {limit}");
            let help =
                "raise `--limit`, or audit fewer ticks, services, calls or faults".to_owned();
            return Err(Failure::Usage(message, Some(help)));
        }
    }
    Ok(())
}

/// Estimates the work in service ticks.
fn estimate(case: &AuditCase, arguments: &AuditArguments) -> u64 {
    estimated_work(&case.scenario, &options(case, arguments))
}

fn audit_all(
    cases: Vec<Result<AuditCase, Diagnostics>>,
    arguments: &AuditArguments,
    console: &Console,
    out: &mut Output,
    bar: &indicatif::ProgressBar,
) -> Result<AuditTally, Failure> {
    let mut tally = AuditTally::default();
    let mut entries = 0;
    let mut before = 0_u64;
    let is_json = arguments.format == PlainFormat::Json;
    if is_json {
        report::begin_json(out)?;
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
                        let help = Some(sources::FAILED_ACTION_HELP.to_owned());
                        let problems = Diagnostics::without_text(
                            &case.file,
                            codes::ACTION_FAILED,
                            message,
                            help,
                        );
                        console.report_diagnostics(&problems);
                        tally.invalid += 1;
                        console.raise_exit(tally.exit());
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                };
                tally.count(&case.scenario, &audit);
                console.raise_exit(tally.exit());
                if is_json {
                    separate(&mut entries, out)?;
                    report::write_json(&case, &audit, out)?;
                } else {
                    report::write_paragraph(&case, &audit, arguments.quiet, out)?;
                }
                out.flush()?;
                bar.set_position(before);
            }
            Err(problems) => {
                out.flush()?;
                console.report_diagnostics(&problems);
                tally.invalid += 1;
            }
        }
    }
    console.raise_exit(tally.exit());
    if is_json {
        tally.end_json(out)?;
    } else {
        tally.write(out)?;
    }
    Ok(tally)
}

/// Audits a scenario and moves the bar within its part.
fn examine_case(
    case: &AuditCase,
    arguments: &AuditArguments,
    bar: &indicatif::ProgressBar,
    part: Range<u64>,
) -> Result<Audit, EpisodeError> {
    let done = AtomicU64::new(part.start);
    let progress = |work: u64| {
        let done = done.fetch_add(work, Ordering::Relaxed).saturating_add(work);
        // The work of a search is not known in advance.
        bar.set_position(done.min(part.end));
    };
    let options = options(case, arguments);
    audit_watched(&case.scenario, &options, &progress)
}

fn options(case: &AuditCase, arguments: &AuditArguments) -> AuditOptions {
    AuditOptions {
        runbooks: case.runbooks.clone(),
        max_actions: usize::from(arguments.max_actions),
        random: arguments.random,
        singles: arguments.singles,
        file: file_name(&case.file),
        limit: arguments.limit,
        threads: number_of_threads(arguments.threads),
        ..AuditOptions::default()
    }
}

/// Returns the name of a file without its folders; `None` for the standard input.
fn file_name(file: &str) -> Option<String> {
    let name = std::path::Path::new(file).file_name()?;
    name.to_str().map(str::to_owned)
}

/// Converts an error that no checked scenario causes. The exception is a failed action of the timeline;
/// [`audit_all`] reports it.
impl From<EpisodeError> for Failure {
    fn from(error: EpisodeError) -> Self {
        match error {
            EpisodeError::Sim(error) => error.into(),
            _ => Self::Internal(format!("an episode of the scenario failed: {error}")),
        }
    }
}
