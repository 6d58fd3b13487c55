//! `firewatch kinds`: lists the kinds of fault that can happen.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use firewatch_scenario::{Difficulty, Physics, Scenario};
use firewatch_sim::{FaultKind, FaultKindDescriptor, FaultRecovery, FaultShape};
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
    /// `json` is an array with an object per kind: `kind`, `about`, `built_in`, `fills_memory` and `ended_by` (names of the
    /// actions that can end it). In classic it has `cascades` (whether errors spread from it) and `recovers` (whether services
    /// heal once it is halted), in traffic the `shape` and the `recovery` of a fault that states none.
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
    #[serde(flatten)]
    rules: KindRules,
    fills_memory: bool,
    ended_by: Vec<&'a str>,
}

/// What a physics says of a kind.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum KindRules {
    Classic {
        cascades: bool,
        recovers: bool,
    },
    Traffic {
        shape: FaultShape,
        recovery: FaultRecovery,
    },
}

impl<'a> KindEntry<'a> {
    /// Makes the entry of a kind in the physics of a scenario; `None` if it means nothing there.
    fn new(kind: &'a FaultKindDescriptor, scenario: &'a Scenario) -> Option<Self> {
        let name = kind.kind();
        let (about, fills_memory, rules) = match scenario.physics {
            Physics::Traffic => {
                let (shape, recovery) = (name.shape_in_traffic()?, name.recovery_in_traffic()?);
                let rules = KindRules::Traffic { shape, recovery };
                let fills_memory = name.fills_memory_in_traffic();
                (name.about_in_traffic()?, fills_memory, rules)
            }
            _ => {
                let (cascades, recovers) = (kind.cascades(), kind.recovers());
                let rules = KindRules::Classic { cascades, recovers };
                (kind.about(), kind.fills_memory(), rules)
            }
        };
        let actions = scenario.actions().actions().iter();
        let ending = actions.filter(|action| action.halts().contains(&name));
        Some(Self {
            kind: name,
            about,
            built_in: FaultKind::BUILT_IN.contains(&name),
            rules,
            fills_memory,
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
    let rows: Vec<(String, String)> = { kinds.iter() }.map(row).collect();
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

fn row(kind: &KindEntry) -> (String, String) {
    let mut about = kind.about.to_owned();
    if let KindRules::Classic { cascades, recovers } = kind.rules {
        if !cascades {
            about.push_str(" Errors do not spread from it.");
        }
        if !recovers {
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
