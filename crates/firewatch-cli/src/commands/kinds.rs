//! `firewatch kinds`: lists the kinds of fault that can happen.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use firewatch_scenario::{Difficulty, Physics, Scenario};
use firewatch_sim::{FaultKind, FaultKindDescriptor};
use serde::Serialize;

use crate::arguments::{PlainFormat, RootArgument};
use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::sources;
use crate::ui::output::{Console, Output};
use crate::ui::style::DIM;
use crate::ui::text::{write_descriptions, write_paragraph};

/// The arguments of `kinds`.
#[derive(Args, Debug)]
pub struct KindsArguments {
    /// Include the kinds of the files that this scenario names
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Format of the list
    ///
    /// `json` is an array with an object per kind: `kind`, `about`, `built_in`, `cascades` (whether errors spread from
    /// it), `recovers` (whether services heal once it is halted), `fills_memory` and `ended_by` (names of the actions that can
    /// end it).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// A kind in the list.
#[derive(Serialize)]
struct KindEntry<'a> {
    kind: FaultKind,
    about: &'a str,
    built_in: bool,
    cascades: bool,
    recovers: bool,
    fills_memory: bool,
    ended_by: Vec<&'a str>,
}

impl<'a> KindEntry<'a> {
    /// Makes the entry of a kind in the physics of a scenario; `None` if it means nothing there.
    fn new(kind: &'a FaultKindDescriptor, scenario: &'a Scenario) -> Option<Self> {
        let about = match scenario.physics {
            Physics::Traffic => kind.kind().about_in_traffic()?,
            _ => kind.about(),
        };
        let actions = scenario.actions().actions().iter();
        let ending = actions.filter(|action| action.halts().contains(&kind.kind()));
        Some(Self {
            kind: kind.kind(),
            about,
            built_in: FaultKind::BUILT_IN.contains(&kind.kind()),
            cascades: kind.cascades(),
            recovers: kind.recovers(),
            fills_memory: kind.fills_memory(),
            ended_by: ending.map(|action| action.name()).collect(),
        })
    }
}

/// Lists the kinds.
pub fn kinds(arguments: &KindsArguments, console: &Console) -> Result<Exit, Failure> {
    let Some(scenario) = find(arguments, console)? else {
        return Ok(Exit::Invalid);
    };
    let kinds = scenario.fault_kinds.iter();
    let entries: Vec<KindEntry> = kinds
        .filter_map(|kind| KindEntry::new(kind, &scenario))
        .collect();
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            out.write_json(&entries)?;
        }
        PlainFormat::Text => write_list(&entries, scenario.physics, &mut out)?,
    }
    out.finish()?;
    Ok(Exit::Passed)
}

/// Returns the scenario whose kinds are listed, one with the built-in kinds if none is named, or `None` after reporting its
/// problems.
fn find(arguments: &KindsArguments, console: &Console) -> Result<Option<Scenario>, Failure> {
    let Some(file) = &arguments.file else {
        return Ok(Some(Scenario::new(String::new(), Difficulty::Easy)));
    };
    if file.is_dir() {
        let message = format!("`{}` is a folder", path_text(file));
        return Err(Failure::Usage(message, Some("give a scenario".to_owned())));
    }
    // A file is a single source.
    for source in sources::find_one(file, arguments.root.folder()) {
        match source.and_then(|source| source.load()) {
            Ok(scenario) => return Ok(Some(scenario)),
            Err(problems) => console.report_diagnostics(&problems),
        }
    }
    Ok(None)
}

fn write_list(kinds: &[KindEntry], physics: Physics, out: &mut Output) -> Result<(), Failure> {
    let rows: Vec<(String, String)> = { kinds.iter() }.map(|kind| row(kind, physics)).collect();
    write_descriptions(&rows, out)?;
    writeln!(out)?;
    if physics == Physics::Traffic {
        let end = "A scenario has one with `(kind: oom, service: \"NAME\")`. How severe each becomes is its `level`. A \
                   fault can also say what it turns: `(knobs: (slow_factor: 4), service: \"NAME\")`.";
        return write_paragraph(end, DIM, out);
    }
    let end = "A scenario has one with `(kind: oom, service: \"NAME\")`. How much each changes in a tick depends on its \
               `speed`. Kinds of your own are files, which a scenario names in `fault_kinds`.";
    write_paragraph(end, DIM, out)
}

fn row(kind: &KindEntry, physics: Physics) -> (String, String) {
    let mut about = kind.about.to_owned();
    if physics != Physics::Traffic {
        if !kind.cascades {
            about.push_str(" Errors do not spread from it.");
        }
        if !kind.recovers {
            about.push_str(" Services do not heal from it.");
        }
    }
    if !kind.ended_by.is_empty() {
        about.push_str(&format!(" Can be ended by {}.", kind.ended_by.join(", ")));
    }
    if !kind.built_in {
        about.push_str(" (custom)");
    }
    (kind.kind.to_string(), about)
}
