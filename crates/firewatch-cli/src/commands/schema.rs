//! `firewatch schema`: prints the JSON Schema of a kind of file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use firewatch_scenario::FileKind;

use crate::failure::{Exit, Failure};
use crate::ui::output::{Console, Form};

/// The arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Kind of file
    #[arg(value_enum, default_value_t, value_name = "KIND")]
    kind: Kind,
    /// Write the schema to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Scenario files
    #[default]
    Scenario,
    /// Runbooks
    Runbook,
    /// Action files
    Actions,
    /// Files of fault kinds
    FaultKinds,
}

/// Prints the JSON Schema.
pub fn schema(arguments: &SchemaArguments, console: &Console) -> Result<Exit, Failure> {
    let kind = match arguments.kind {
        Kind::Scenario => FileKind::Scenario,
        Kind::Runbook => FileKind::Runbook,
        Kind::Actions => FileKind::Actions,
        Kind::FaultKinds => FileKind::FaultKinds,
    };
    let mut out = console.results(arguments.out.as_deref(), Form::Data)?;
    out.write_json(&kind.schema())?;
    out.finish()?;
    Ok(Exit::Passed)
}
