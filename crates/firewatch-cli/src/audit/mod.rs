//! `firewatch audit`: whether scenarios are good incidents.

mod arguments;
mod case;
mod report;
mod table;

use std::io::Write;

use firewatch_episode::EpisodeError;
use firewatch_episode::audit::{Audit, AuditOptions, audit as examine};
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
    let mut out = console.results(None)?;
    let total = cases
        .iter()
        .flatten()
        .map(work)
        .fold(0, u64::saturating_add);
    let bar = console.progress(total, true);
    let audited = audit_all(cases, arguments, console, &mut out, &bar);
    bar.finish_and_clear();
    let tally = audited?;
    out.finish()?;
    Ok(tally.exit())
}

/// About so many ticks: each of about fifty remedies on each service.
fn work(case: &Case) -> u64 {
    const REMEDIES: u64 = 50;
    let services = case.scenario.services.len() as u64;
    case.scenario.ticks.saturating_mul(services * REMEDIES)
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
    let is_json = arguments.format == PlainFormat::Json;
    if is_json {
        write!(out, "[")?;
    }
    for case in cases {
        match case {
            Ok(case) => {
                let audit = match examine_case(&case, arguments) {
                    Ok(audit) => audit,
                    // The others can be audited all the same.
                    Err(Failure::Usage(message, help)) => {
                        out.flush()?;
                        let problems = Diagnostics::without_text(&case.file, message, help);
                        console.diagnostics(&problems);
                        tally.bad += 1;
                        continue;
                    }
                    Err(failure) => return Err(failure),
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
                bar.inc(work(&case));
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

fn examine_case(case: &Case, arguments: &AuditArguments) -> Result<Audit, Failure> {
    let options = AuditOptions {
        runbooks: case.runbooks.clone(),
        max_actions: usize::from(arguments.max_actions),
        random: arguments.random,
        threads: number_of_threads(arguments.threads),
        ..AuditOptions::default()
    };
    Ok(examine(&case.scenario, &options)?)
}

/// A checked scenario gives none of these.
impl From<EpisodeError> for Failure {
    fn from(error: EpisodeError) -> Self {
        match error {
            EpisodeError::Sim(error) => error.into(),
            _ => Self::Internal(format!("an episode of the scenario failed: {error}")),
        }
    }
}
