//! Help about commands, actions and metrics.

use std::io::Write;

use firewatch_action::{ActionSpec, Category, Parameter, WAIT};

use super::command::HelpTopic;
use super::vocabulary::{COMMANDS, CommandSpec, Vocabulary};
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::parameter::parameter_row;
use crate::ui::style::{BOLD, DIM, PLAIN};
use crate::ui::text::{description_lines, write_descriptions, write_paragraph};

/// Writes the actions by category; with a pattern, those with the pattern in name, category or description.
pub fn actions(pattern: Option<&str>, words: &Vocabulary, out: &mut Output) -> Result<(), Failure> {
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
            write_paragraph(&names.join(", "), PLAIN, out)?;
        } else {
            write_descriptions(&names, out)?;
        }
    }
    let hint = match &*pattern {
        "" => "`actions WORD` describes the actions about WORD, `help ACTION` a single one."
            .to_owned(),
        _ if any => return Ok(()),
        pattern => format!("No action has `{pattern}` in its name, category or description."),
    };
    write_paragraph(&hint, DIM, out)
}

/// Writes help about a topic.
pub fn about(topic: &HelpTopic, words: &Vocabulary, out: &mut Output) -> Result<(), Failure> {
    match topic {
        HelpTopic::All => all(out),
        HelpTopic::PromptCommand(index) => {
            let commands = COMMANDS.iter().skip(*index).take(1);
            write_descriptions(&commands.map(command_row).collect::<Vec<_>>(), out)
        }
        HelpTopic::Action(name) => match words.catalogue.find(name) {
            Some(spec) => action(spec, out),
            None => Ok(()),
        },
        HelpTopic::Metric(name) => match firewatch_sim::find_metric(name) {
            Some(metric) => {
                let unit = match metric.unit {
                    "" | "1" => String::new(),
                    unit => format!(" ({unit})"),
                };
                write_paragraph(&format!("{name}{unit}: {}", metric.about), PLAIN, out)
            }
            None => Ok(()),
        },
    }
}

fn command_row(command: &CommandSpec) -> (String, String) {
    let usage = format!("{} {}", command.name, command.arguments);
    (usage.trim().to_owned(), command.about.to_owned())
}

/// Returns the text below the arguments in `firewatch play --help`.
pub fn of_the_command() -> String {
    include_str!("help.txt").replace("{commands}", &commands().join("\n"))
}

/// Formats the commands of the prompt as lines.
fn commands() -> Vec<String> {
    let action = (
        "ACTION [SERVICE] [NAME=VALUE]".to_owned(),
        "let a tick pass, then perform an action, with parameters if it has any".to_owned(),
    );
    let commands = COMMANDS.iter().map(command_row);
    let rows: Vec<_> = std::iter::once(action).chain(commands).collect();
    description_lines(&rows)
}

fn all(out: &mut Output) -> Result<(), Failure> {
    for line in commands() {
        writeln!(out, "{line}")?;
    }
    let more = "A tick is 30 simulated seconds. Tab completes. Put arguments with spaces in double quotes.";
    write_paragraph(more, PLAIN, out)
}

/// Writes the use of an action, its parameters, and the cost if it is wrong. Which faults it halts stays
/// hidden.
fn action(action: &ActionSpec, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    writeln!(
        out,
        "  {}  {}",
        palette.paint(BOLD, usage(action)),
        palette.paint(DIM, action.category())
    )?;
    write_paragraph(action.about(), PLAIN, out)?;
    let parameters = action.parameters().iter().map(parameter_row);
    write_descriptions(&parameters.collect::<Vec<_>>(), out)?;
    if action.is_guarded() {
        let guarded = "On a service that needs no remedy, it counts as a wrong action and costs \
                       reward and grade.";
        write_paragraph(guarded, PLAIN, out)
    } else if action.needs_target() {
        write_paragraph("It never counts as a wrong action.", PLAIN, out)
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
