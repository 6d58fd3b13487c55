//! `firewatch graph`: draws the service topology as Graphviz DOT.

mod quoted;
mod traffic;

use clap::Args;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::io::Write;
use std::path::PathBuf;

use firewatch_scenario::{Fault, Scenario};
use firewatch_sim::{EnvironmentRef, Simulation};

use crate::arguments::RootArgument;
use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::sources;
use crate::ui::output::{Console, Form};
use quoted::Quoted;

/// The arguments of `graph`.
#[derive(Args, Debug)]
pub struct GraphArguments {
    /// A scenario file, or `-` for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// The role of a node, most important first. Each has a colour in the legend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeRole {
    RootCause,
    Fault,
    RedHerring,
    Reachable,
    Unaffected,
}

impl NodeRole {
    const ALL: [Self; 5] = [
        Self::RootCause,
        Self::Fault,
        Self::RedHerring,
        Self::Reachable,
        Self::Unaffected,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::RootCause => "root cause",
            Self::Fault => "fault",
            Self::RedHerring => "red herring",
            Self::Reachable => "in reach",
            Self::Unaffected => "out of reach",
        }
    }

    fn attributes(self) -> &'static str {
        match self {
            Self::RootCause => r##"fillcolor="#d7301f", fontcolor="white", penwidth=2"##,
            Self::Fault => r##"fillcolor="#fc8d59""##,
            Self::RedHerring => r##"fillcolor="#e5d8f0", style="rounded,filled,dashed""##,
            Self::Reachable => r##"fillcolor="#fdd49e""##,
            Self::Unaffected => r##"fillcolor="#f7f7f7""##,
        }
    }
}

/// Draws the topology of a scenario.
pub fn graph(arguments: &GraphArguments, console: &Console) -> Result<Exit, Failure> {
    if arguments.file.is_dir() {
        let message = format!("`{}` is a folder", path_text(&arguments.file));
        let help = "`graph` draws one scenario: give its file".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let mut exit = Exit::Passed;
    let mut out = console.results(None, Form::Data)?;
    for source in sources::find_one(&arguments.file, arguments.root.folder()) {
        match source.and_then(|source| source.load()) {
            Ok(scenario) => out.write_all(draw(&scenario)?.as_bytes())?,
            Err(problems) => {
                console.report_diagnostics(&problems);
                exit = Exit::Invalid;
                console.raise_exit(exit);
            }
        }
    }
    out.finish()?;
    Ok(exit)
}

fn draw(scenario: &Scenario) -> Result<String, Failure> {
    let mut simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
    // Faults that begin later reach somebody as well.
    let later = scenario.all_faults().skip(scenario.faults.len());
    let later = scenario
        .faults
        .iter()
        .filter(|f| f.start_tick > 0)
        .chain(later);
    for fault in later {
        simulation.inject_fault(&fault.state())?;
    }
    let mut dot = String::new();
    // Writing to a String can't fail.
    let _ = write_dot(&mut dot, scenario, &simulation.view());
    Ok(dot)
}

fn write_dot(dot: &mut String, scenario: &Scenario, view: &EnvironmentRef) -> fmt::Result {
    let zone: BTreeSet<&str> = view.blast_zone().into_iter().collect();
    writeln!(dot, "digraph {} {{", Quoted(&scenario.name))?;
    writeln!(dot, "  // An arrow from a to b means that a calls b.")?;
    let title = format!("{}\nreach {}", scenario.name, view.blast_radius());
    writeln!(dot, "  label={}; labelloc=t; rankdir=LR;", Quoted(&title))?;
    writeln!(dot, "  fontname=\"Helvetica\"; newrank=true;")?;
    writeln!(
        dot,
        "  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\"];"
    )?;
    writeln!(dot, "  edge [color=\"#888888\"];\n")?;
    for name in view.service_names() {
        node(dot, scenario, &zone, name, "")?;
    }
    let absent = zone.iter().filter(|name| view.service(name).is_none());
    for name in absent {
        node(
            dot,
            scenario,
            &zone,
            name,
            ", style=\"rounded,filled,dotted\"",
        )?;
    }
    dot.push('\n');
    for (caller, callees) in view.topology().dependencies() {
        for callee in callees {
            // Failures propagate against the arrow, from the callee to the caller.
            let carries = zone.contains(caller) && zone.contains(callee);
            let mut attributes = Vec::new();
            if carries {
                attributes.push("color=\"#d7301f\", penwidth=1.5".to_owned());
            }
            attributes.extend(traffic::call_attributes(scenario, view, caller, callee));
            let attributes = match attributes.as_slice() {
                [] => String::new(),
                given => format!(" [{}]", given.join(", ")),
            };
            let (caller, callee) = (Quoted(caller), Quoted(callee));
            writeln!(dot, "  {caller} -> {callee}{attributes};")?;
        }
    }
    traffic::write_users(dot, scenario)?;
    write_legend(dot)?;
    writeln!(dot, "}}")
}

fn node(
    dot: &mut String,
    scenario: &Scenario,
    zone: &BTreeSet<&str>,
    name: &str,
    extra: &str,
) -> fmt::Result {
    let faults: Vec<&Fault> = scenario
        .all_faults()
        .filter(|f| f.service == name)
        .collect();
    let is_red_herring = scenario.red_herrings.iter().any(|herring| herring == name);
    let role = if scenario.root_cause_name() == Some(name) {
        NodeRole::RootCause
    } else if !faults.is_empty() {
        NodeRole::Fault
    } else if is_red_herring {
        NodeRole::RedHerring
    } else if zone.contains(name) {
        NodeRole::Reachable
    } else {
        NodeRole::Unaffected
    };
    let mut label = name.to_owned();
    for fault in faults {
        match fault.knobs {
            Some(_) => write!(label, "\n{}", fault.title())?,
            None => write!(label, "\n{} at speed {}", fault.kind, fault.speed)?,
        }
    }
    match role {
        NodeRole::RootCause | NodeRole::RedHerring => write!(label, "\n{}", role.label())?,
        NodeRole::Fault | NodeRole::Reachable | NodeRole::Unaffected => {}
    }
    if !extra.is_empty() {
        label.push_str("\nnot in the topology");
    }
    let (name, label, attributes) = (Quoted(name), Quoted(&label), role.attributes());
    writeln!(dot, "  {name} [label={label}, {attributes}{extra}];")
}

fn write_legend(dot: &mut String) -> fmt::Result {
    writeln!(dot, "\n  subgraph cluster_legend {{")?;
    writeln!(
        dot,
        "    label=\"legend\"; style=\"dashed\"; color=\"#bbbbbb\"; fontsize=10;"
    )?;
    writeln!(dot, "    node [fontsize=10, height=0.3];")?;
    for role in NodeRole::ALL {
        let (label, attributes) = (role.label(), role.attributes());
        writeln!(
            dot,
            "    \"(legend) {label}\" [label=\"{label}\", {attributes}];"
        )?;
    }
    writeln!(dot, "  }}")
}
