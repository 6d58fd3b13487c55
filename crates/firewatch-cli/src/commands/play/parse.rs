//! Parses the lines typed at the prompt.

use firewatch_action::{ActionRequest, ActionSpec, Parameter, ParameterKind, WAIT};
use firewatch_ron::instead_of;
use firewatch_sim::Value;

use super::command::{HelpTopic, LineError, PromptCommand, line_error};
use super::vocabulary::{COMMANDS, CommandSpec, DO, Vocabulary};

/// Splits a line into words. Double quotes keep spaces within a word.
pub fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None, false);
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
            word.get_or_insert_with(String::new);
        } else if c.is_whitespace() && !quoted {
            words.extend(word.take());
        } else {
            word.get_or_insert_with(String::new).push(c);
        }
    }
    words.extend(word);
    words
}

/// Parses a line that is not empty.
///
/// # Errors
/// The error in the line.
pub fn parse(line: &str, words: &Vocabulary) -> Result<PromptCommand, LineError> {
    let split = split(line);
    let all: Vec<&str> = split.iter().map(String::as_str).collect();
    let (&first, rest) = all.split_first().unwrap_or((&"", &[]));
    let first = match first {
        "?" => "help",
        "exit" => "quit",
        first => first,
    };
    match (first, rest) {
        (WAIT, _) => wait(rest),
        ("status", []) => Ok(PromptCommand::Status(None)),
        ("status", [name]) => service(name, words).map(|index| PromptCommand::Status(Some(index))),
        ("services", []) => Ok(PromptCommand::Services),
        ("alerts", []) => Ok(PromptCommand::Alerts),
        ("logs", []) => Ok(PromptCommand::Logs(None)),
        ("logs", [name]) => service(name, words).map(|index| PromptCommand::Logs(Some(index))),
        ("history", []) => Ok(PromptCommand::History),
        ("actions", []) => Ok(PromptCommand::Actions(None)),
        ("actions", [pattern]) => Ok(PromptCommand::Actions(Some((*pattern).to_owned()))),
        ("help", []) => Ok(PromptCommand::Help(HelpTopic::All)),
        ("help", [name]) => topic(name, words).map(PromptCommand::Help),
        ("quit", []) => Ok(PromptCommand::Quit),
        (DO, _) => do_action(rest, words).map(PromptCommand::Act),
        _ => match COMMANDS.iter().find(|command| command.name == first) {
            Some(command) => Err(too_much(command)),
            None => action(first, rest, words).map(PromptCommand::Act),
        },
    }
}

fn too_much(command: &CommandSpec) -> LineError {
    let CommandSpec {
        name, arguments, ..
    } = command;
    let usage = format!("{name} {arguments}");
    line_error(
        format!("too many arguments after `{name}`"),
        format!("write `{}`", usage.trim()),
    )
}

fn wait(rest: &[&str]) -> Result<PromptCommand, LineError> {
    match rest {
        [] => Ok(PromptCommand::Wait(1)),
        [number] => match number.parse() {
            Ok(ticks) if ticks > 0 => Ok(PromptCommand::Wait(ticks)),
            _ => Err(line_error(
                format!("`wait` takes a number of ticks, at least 1, not `{number}`"),
                "write `wait 3`",
            )),
        },
        _ => Err(line_error(
            "too many arguments after `wait`",
            "write `wait 3`",
        )),
    }
}

fn service(name: &str, words: &Vocabulary) -> Result<usize, LineError> {
    let found = words.services().position(|service| service == name);
    found.ok_or_else(|| LineError {
        message: format!("unknown service `{name}`"),
        help: instead_of(name, words.services()),
    })
}

fn topic(name: &str, words: &Vocabulary) -> Result<HelpTopic, LineError> {
    if let Some(index) = COMMANDS.iter().position(|command| command.name == name) {
        Ok(HelpTopic::PromptCommand(index))
    } else if words.catalogue.find(name).is_some() {
        Ok(HelpTopic::Action(name.to_owned()))
    } else if firewatch_sim::find_metric(name).is_some() {
        Ok(HelpTopic::Metric(name.to_owned()))
    } else {
        let metrics = firewatch_sim::METRICS.iter().map(|metric| metric.name);
        let names = words.first().chain(metrics);
        Err(LineError {
            message: format!("unknown action, command or metric `{name}`"),
            help: { words.catalogue.replacement(name) }.or_else(|| instead_of(name, names)),
        })
    }
}

/// Parses the action after `do`, which may have the name of a command.
fn do_action(rest: &[&str], words: &Vocabulary) -> Result<ActionRequest, LineError> {
    match rest {
        [name, rest @ ..] if words.catalogue.find(name).is_some() => action(name, rest, words),
        [name, ..] => Err(LineError {
            message: format!("unknown action `{name}`"),
            help: { words.catalogue.replacement(name) }
                .or_else(|| instead_of(name, words.actions())),
        }),
        [] => Err(line_error(
            "`do` needs an action",
            "write `do ACTION`; `actions` lists them",
        )),
    }
}

/// Parses an action with its target and parameters.
fn action(name: &str, rest: &[&str], words: &Vocabulary) -> Result<ActionRequest, LineError> {
    let Some(action) = words.catalogue.find(name) else {
        let help =
            { words.catalogue.replacement(name) }.or_else(|| instead_of(name, words.first()));
        return Err(line_error(
            format!("unknown command or action `{name}`"),
            help.unwrap_or_else(|| "`help` lists the commands".to_owned()),
        ));
    };
    let mut request = ActionRequest::untargeted(name);
    let mut rest = rest;
    if action.needs_target() {
        let Some((target, parameters)) = rest.split_first() else {
            let names: Vec<&str> = words.services().collect();
            return Err(line_error(
                format!("`{name}` needs a service"),
                format!("write `{name} SERVICE` with one of {}", names.join(", ")),
            ));
        };
        service(target, words)?;
        request.target = Some((*target).to_owned());
        rest = parameters;
    }
    for word in rest {
        let (parameter, value) = parameter(action, word)?;
        if request
            .parameters
            .insert(parameter.to_owned(), value)
            .is_some()
        {
            return Err(line_error(
                format!("duplicate parameter `{parameter}`"),
                "give it once",
            ));
        }
    }
    Ok(request)
}

/// Parses `name=value`.
fn parameter<'a>(action: &'a ActionSpec, word: &str) -> Result<(&'a str, Value), LineError> {
    let names = action.parameters().iter().map(Parameter::name);
    let Some((name, text)) = word.split_once('=') else {
        let help = match action.parameters().first() {
            None => format!("`{}` has no parameters", action.name()),
            Some(first) => format!("write parameters as `{}=...`", first.name()),
        };
        return Err(line_error(format!("unexpected argument `{word}`"), help));
    };
    let mut known = action.parameters().iter();
    let Some(parameter) = known.find(|known| known.name() == name) else {
        let help = instead_of(name, names).filter(|_| !action.parameters().is_empty());
        return Err(line_error(
            format!("`{}` has no parameter `{name}`", action.name()),
            help.unwrap_or_else(|| "it takes no parameters".to_owned()),
        ));
    };
    let value = value(parameter.kind(), text);
    if parameter.accepts(&value) {
        Ok((parameter.name(), value))
    } else {
        Err(line_error(
            format!("invalid value `{text}` for `{name}`"),
            format!("it must be {}", parameter.expected()),
        ))
    }
}

/// Converts a text to a value of a kind. An invalid number stays text, which no numeric parameter accepts.
fn value(kind: ParameterKind, text: &str) -> Value {
    let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
    let number = match kind {
        ParameterKind::Text => None,
        ParameterKind::Integer => text.parse::<i64>().ok().map(Value::Int),
        ParameterKind::Number => number().map(Value::Float),
    };
    number.unwrap_or_else(|| Value::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use firewatch_action::{ActionCatalogue, Profile};

    use super::*;

    fn words() -> Vocabulary {
        Vocabulary {
            catalogue: std::sync::Arc::new(ActionCatalogue::built_in(Profile::Standard).clone()),
            services: ["auth-service", "db-proxy", "two words"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    #[test]
    fn every_command_is_understood() {
        for command in COMMANDS.iter().filter(|command| command.name != DO) {
            assert!(parse(command.name, &words()).is_ok(), "{}", command.name);
        }
        for (line, expected) in [
            ("wait", PromptCommand::Wait(1)),
            ("wait 3", PromptCommand::Wait(3)),
            ("status db-proxy", PromptCommand::Status(Some(1))),
            ("logs \"two words\"", PromptCommand::Logs(Some(2))),
            (
                "actions pool",
                PromptCommand::Actions(Some("pool".to_owned())),
            ),
            ("?", PromptCommand::Help(HelpTopic::All)),
            (
                "help quit",
                PromptCommand::Help(HelpTopic::PromptCommand(8)),
            ),
            (
                "help restart_count",
                PromptCommand::Help(HelpTopic::Metric("restart_count".to_owned())),
            ),
            ("exit", PromptCommand::Quit),
        ] {
            assert_eq!(parse(line, &words()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn an_action_has_its_target_and_parameters_of_its_types() {
        let cases = [
            ("escalate", ActionRequest::untargeted("escalate")),
            (
                "add_memory  auth-service memory_limit_mb=1024",
                ActionRequest::new("add_memory", "auth-service").with("memory_limit_mb", 1024),
            ),
            (
                "traffic_shift db-proxy drain_percentage=0.5",
                ActionRequest::new("traffic_shift", "db-proxy").with("drain_percentage", 0.5),
            ),
            (
                "do restart_service db-proxy",
                ActionRequest::new("restart_service", "db-proxy"),
            ),
            (
                "set_log_level \"two words\" level=WARN",
                ActionRequest::new("set_log_level", "two words").with("level", "WARN"),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(
                parse(line, &words()),
                Ok(PromptCommand::Act(expected)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        let cases = [
            ("statuss", "did you mean `status`?"),
            (
                "restart_servise db-proxy",
                "did you mean `restart_service`?",
            ),
            ("xyz", "`help` lists"),
            ("do", "`do ACTION`"),
            (
                "do restart_servise db-proxy",
                "did you mean `restart_service`?",
            ),
            (
                "do restart_service",
                "one of auth-service, db-proxy, two words",
            ),
            ("wait 0", "write `wait 3`"),
            ("wait -1", "write `wait 3`"),
            ("wait 1 2", "write `wait 3`"),
            ("status db-prox", "did you mean `db-proxy`?"),
            ("alerts now", "write `alerts`"),
            ("logs a b", "write `logs [SERVICE]`"),
            ("help restart_cout", "did you mean `restart_count`?"),
            (
                "restart_service",
                "one of auth-service, db-proxy, two words",
            ),
            ("restart_service db-prox", "did you mean `db-proxy`?"),
            ("restart_service db-proxy now", "has no parameters"),
            ("restart_service db-proxy now=1", "takes no parameters"),
            ("add_memory db-proxy 4", "`memory_limit_mb=...`"),
            (
                "add_memory db-proxy memory_limit=4",
                "did you mean `memory_limit_mb`?",
            ),
            ("add_memory db-proxy memory_limit_mb=0", "from 1 to 1048576"),
            ("add_memory db-proxy memory_limit_mb=4.5", "a whole number"),
            (
                "add_memory db-proxy memory_limit_mb=4 memory_limit_mb=4",
                "once",
            ),
            (
                "set_log_level db-proxy level=LOUD",
                "one of \"DEBUG\", \"INFO\"",
            ),
            (
                "traffic_shift db-proxy drain_percentage=NaN",
                "from 0.05 to 0.95",
            ),
        ];
        for (line, help) in cases {
            let Err(line_error) = parse(line, &words()) else {
                panic!("{line} was accepted");
            };
            let shown = line_error.help.unwrap_or_default();
            assert!(
                shown.contains(help),
                "{line}: {} {shown}",
                line_error.message
            );
        }
    }
}
