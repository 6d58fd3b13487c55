//! What can be typed, and what can be done.

use std::io::Write;

use firewatch_action::{ActionSpec, Category, Parameter, WAIT};

use super::Written;
use super::command::Topic;
use super::words::{COMMANDS, CommandSpec, Words};
use crate::actions::parameter_row;
use crate::output::Output;
use crate::style::{BOLD, DIM, PLAIN};
use crate::text::{names_in_lines, write_names, write_text};

/// The names of the actions by category; with a pattern what those do that have it in their name,
/// category or description.
pub fn actions(pattern: Option<&str>, words: &Words, out: &mut Output) -> Written {
    let pattern = pattern.unwrap_or_default().to_lowercase();
    let fits = |action: &&ActionSpec| {
        [action.name(), action.about(), action.category().name()]
            .iter()
            .any(|text| text.to_lowercase().contains(&pattern))
    };
    let mut any = false;
    for &category in Category::ALL {
        let fitting = words.catalogue.actions().iter();
        let fitting = fitting
            .filter(|action| action.category() == category)
            .filter(fits);
        let names: Vec<(String, String)> = fitting
            .map(|action| (action.name().to_owned(), action.about().to_owned()))
            .collect();
        if names.is_empty() {
            continue;
        }
        any = true;
        writeln!(out, "{}", out.palette.paint(BOLD, category))?;
        if pattern.is_empty() {
            let names: Vec<&str> = names.iter().map(|(name, _)| &**name).collect();
            write_text(&names.join(", "), PLAIN, out)?;
        } else {
            write_names(&names, out)?;
        }
    }
    let hint = match &*pattern {
        "" => "`actions WORD` tells what those about WORD do, `help ACTION` tells more.".to_owned(),
        _ if any => return Ok(()),
        pattern => format!("No action has `{pattern}` in its name, category or description."),
    };
    write_text(&hint, DIM, out)
}

/// Help about something.
pub fn about(topic: &Topic, words: &Words, out: &mut Output) -> Written {
    match topic {
        Topic::All => all(out),
        Topic::Command(index) => {
            let commands = COMMANDS.iter().skip(*index).take(1);
            write_names(&commands.map(command_row).collect::<Vec<_>>(), out)
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
                write_text(&format!("{name}{unit}: {}", metric.about), PLAIN, out)
            }
            None => Ok(()),
        },
    }
}

fn command_row(command: &CommandSpec) -> (String, String) {
    let usage = format!("{} {}", command.name, command.arguments);
    (usage.trim().to_owned(), command.about.to_owned())
}

/// What `firewatch play --help` says below its arguments.
pub fn of_the_command() -> String {
    include_str!("help.txt").replace("{commands}", &commands().join("\n"))
}

/// What can be typed, in lines.
fn commands() -> Vec<String> {
    let action = (
        "ACTION [SERVICE] [NAME=VALUE]".to_owned(),
        "let a tick pass, then do an action; with parameters, if it has any".to_owned(),
    );
    let commands = COMMANDS.iter().map(command_row);
    names_in_lines(&{ [action].into_iter() }.chain(commands).collect::<Vec<_>>())
}

fn all(out: &mut Output) -> Written {
    for line in commands() {
        writeln!(out, "{line}")?;
    }
    let more = "A tick is 30 simulated seconds. Tab completes; what has space in it goes in double \
                quotes.";
    write_text(more, PLAIN, out)
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
    write_text(action.about(), PLAIN, out)?;
    let parameters = action.parameters().iter().map(parameter_row);
    write_names(&parameters.collect::<Vec<_>>(), out)?;
    if action.is_guarded() {
        let guarded = "On a service that there is nothing to remedy about it is a wrong action, \
                       which costs reward and grade.";
        write_text(guarded, PLAIN, out)
    } else if action.needs_target() {
        write_text("It is never a wrong action.", PLAIN, out)
    } else {
        Ok(())
    }
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
