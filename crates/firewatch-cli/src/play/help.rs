//! What can be typed, and what can be done.

use std::io::Write;

use firewatch_scenario::{ActionSpec, Category, Parameter};

use super::Written;
use super::command::Topic;
use super::screen::write_rows;
use super::words::{COMMANDS, CommandSpec, WAIT, Words};
use crate::output::Output;
use crate::style::{BOLD, DIM, Palette, visible};
use crate::table::{self, Cell};

/// The actions by category; with a pattern those that have it in their name or description.
pub fn actions(pattern: Option<&str>, words: &Words, out: &mut Output) -> Written {
    let pattern = pattern.unwrap_or_default().to_lowercase();
    let fits = |action: &&ActionSpec| {
        [action.name(), action.about()]
            .iter()
            .any(|text| text.to_lowercase().contains(&pattern))
    };
    let mut any = false;
    for &category in Category::ALL {
        let fitting = words.catalogue.actions().iter();
        let fitting = fitting
            .filter(|action| action.category() == category)
            .filter(fits);
        let rows: Vec<Vec<Cell>> = fitting
            .map(|action| vec![Cell::plain(action.name()), Cell::plain(action.about())])
            .collect();
        if !rows.is_empty() {
            any = true;
            writeln!(out, "{}", out.palette.paint(BOLD, category))?;
            write_rows(&rows, out)?;
        }
    }
    if !any {
        let none = format!(
            "no action has `{}` in its name or description",
            visible(&pattern)
        );
        writeln!(out, "  {}", out.palette.paint(DIM, none))?;
    }
    Ok(())
}

/// Help about something.
pub fn about(topic: &Topic, words: &Words, out: &mut Output) -> Written {
    match topic {
        Topic::All => all(out),
        Topic::Command(index) => {
            let commands = COMMANDS.iter().skip(*index).take(1);
            write_rows(&commands.map(command_row).collect::<Vec<_>>(), out)
        }
        Topic::Action(name) => match words.catalogue.find(name) {
            Some(spec) => action(spec, out),
            None => Ok(()),
        },
        Topic::Metric(name) => match firewatch_sim::find_metric(name) {
            Some(metric) => {
                let unit = match metric.unit {
                    "" | "1" => String::new(),
                    unit => format!(" ({unit})"),
                };
                Ok(writeln!(out, "  {name}{unit}: {}", metric.about)?)
            }
            None => Ok(()),
        },
    }
}

fn command_row(command: &CommandSpec) -> Vec<Cell> {
    let usage = format!("{} {}", command.name, command.arguments);
    vec![Cell::plain(usage.trim()), Cell::plain(command.about)]
}

/// What `firewatch play --help` says below its arguments.
pub fn of_the_command() -> String {
    include_str!("help.txt").replace("{commands}", &format!("  {}", commands().join("\n  ")))
}

/// What can be typed, in lines.
fn commands() -> Vec<String> {
    let action = vec![
        Cell::plain("ACTION [SERVICE] [NAME=VALUE]"),
        Cell::plain("let a tick pass, then do an action; with parameters, if it has any"),
    ];
    let rows: Vec<Vec<Cell>> = { [action].into_iter() }
        .chain(COMMANDS.iter().map(command_row))
        .collect();
    table::lines(&rows)
}

fn all(out: &mut Output) -> Written {
    for line in commands() {
        writeln!(out, "  {line}")?;
    }
    Ok(writeln!(
        out,
        "  A tick is 30 simulated seconds. Tab completes; what has space in it goes in double quotes."
    )?)
}

/// What an action does and takes, and what it costs where it is wrong. What it halts is for the player
/// to find out.
fn action(action: &ActionSpec, out: &mut Output) -> Written {
    let palette = out.palette;
    writeln!(
        out,
        "  {}  {}",
        palette.paint(BOLD, usage(action)),
        palette.paint(DIM, action.category())
    )?;
    writeln!(out, "  {}", action.about())?;
    let rows: Vec<Vec<Cell>> = { action.parameters().iter() }
        .map(|parameter| parameter_row(parameter, palette))
        .collect();
    write_rows(&rows, out)?;
    if action.is_guarded() {
        let guarded = "On a service that there is nothing to remedy about it is a wrong action, \
                       which costs reward and grade.";
        writeln!(out, "  {guarded}")?;
    } else if action.needs_target() {
        writeln!(out, "  It is never a wrong action.")?;
    }
    Ok(())
}

fn usage(action: &ActionSpec) -> String {
    let mut usage = action.name().to_owned();
    if action.needs_target() {
        usage.push_str(" SERVICE");
    }
    let names = action.parameters().iter().map(Parameter::name);
    usage.extend(names.map(|name| format!(" [{name}=...]")));
    if action.name() == WAIT {
        usage.push_str(" [N]");
    }
    usage
}

fn parameter_row(parameter: &Parameter, palette: Palette) -> Vec<Cell> {
    let default = parameter.default();
    let default = default.map(|default| format!(" [default: {default}]"));
    let expected = format!("{}{}", parameter.expected(), default.unwrap_or_default());
    vec![
        Cell::plain(parameter.name()),
        Cell::plain(parameter.about()),
        Cell::new(palette, DIM, &expected),
    ]
}
