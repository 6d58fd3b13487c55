//! What can be typed at the prompt.

use firewatch_action::{ActionRequest, ActionSpec, Parameter, ParameterKind, WAIT};
use firewatch_ron::instead_of;
use firewatch_sim::Value;

use super::words::{COMMANDS, CommandSpec, DO, Words};

/// Something that was asked for.
#[derive(Debug, PartialEq)]
pub enum Command {
    /// Do something, which takes a tick.
    Act(ActionRequest),
    /// Let so many ticks pass.
    Wait(u64),
    /// Show how things stand, or the service with that index.
    Status(Option<usize>),
    /// Show the services.
    Services,
    /// Show the alerts.
    Alerts,
    /// Show the logs that were collected, of all services or of one.
    Logs(Option<usize>),
    /// Show what was done.
    History,
    /// List the actions, or those that fit the pattern.
    Actions(Option<String>),
    /// Say what can be typed, or what something is.
    Help(Topic),
    /// Leave.
    Quit,
}

/// What help is asked about.
#[derive(Debug, PartialEq)]
pub enum Topic {
    /// Everything.
    All,
    /// A command, by its place in [`COMMANDS`].
    Command(usize),
    /// An action.
    Action(String),
    /// A metric.
    Metric(String),
}

/// What is wrong with a line.
#[derive(Debug, PartialEq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

fn mistake(message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake {
        message: message.into(),
        help: Some(help.into()),
    }
}

/// What is wrong with a line that is not UTF-8.
pub fn not_utf8() -> Mistake {
    mistake(
        "the line is not UTF-8",
        "type it again, in a terminal that sends UTF-8",
    )
}

/// The words of a line. Space separates them, but for what stands in double quotes.
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

/// Reads a line that is not empty.
///
/// # Errors
/// What is wrong with it.
pub fn parse(line: &str, words: &Words) -> Result<Command, Mistake> {
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
        ("status", []) => Ok(Command::Status(None)),
        ("status", [name]) => service(name, words).map(|index| Command::Status(Some(index))),
        ("services", []) => Ok(Command::Services),
        ("alerts", []) => Ok(Command::Alerts),
        ("logs", []) => Ok(Command::Logs(None)),
        ("logs", [name]) => service(name, words).map(|index| Command::Logs(Some(index))),
        ("history", []) => Ok(Command::History),
        ("actions", []) => Ok(Command::Actions(None)),
        ("actions", [pattern]) => Ok(Command::Actions(Some((*pattern).to_owned()))),
        ("help", []) => Ok(Command::Help(Topic::All)),
        ("help", [name]) => topic(name, words).map(Command::Help),
        ("quit", []) => Ok(Command::Quit),
        (DO, _) => do_action(rest, words).map(Command::Act),
        _ => match COMMANDS.iter().find(|command| command.name == first) {
            Some(command) => Err(too_much(command)),
            None => action(first, rest, words).map(Command::Act),
        },
    }
}

fn too_much(command: &CommandSpec) -> Mistake {
    let CommandSpec {
        name, arguments, ..
    } = command;
    let usage = format!("{name} {arguments}");
    mistake(
        format!("there is too much behind `{name}`"),
        format!("write `{}`", usage.trim()),
    )
}

fn wait(rest: &[&str]) -> Result<Command, Mistake> {
    match rest {
        [] => Ok(Command::Wait(1)),
        [number] => match number.parse() {
            Ok(ticks) if ticks > 0 => Ok(Command::Wait(ticks)),
            _ => Err(mistake(
                format!("`wait` takes a number of ticks from 1 up, not `{number}`"),
                "write `wait 3`",
            )),
        },
        _ => Err(mistake("there is too much behind `wait`", "write `wait 3`")),
    }
}

fn service(name: &str, words: &Words) -> Result<usize, Mistake> {
    let found = words.services().position(|service| service == name);
    found.ok_or_else(|| Mistake {
        message: format!("no service is named `{name}`"),
        help: instead_of(name, words.services()),
    })
}

fn topic(name: &str, words: &Words) -> Result<Topic, Mistake> {
    if let Some(index) = COMMANDS.iter().position(|command| command.name == name) {
        Ok(Topic::Command(index))
    } else if words.catalogue.find(name).is_some() {
        Ok(Topic::Action(name.to_owned()))
    } else if firewatch_sim::find_metric(name).is_some() {
        Ok(Topic::Metric(name.to_owned()))
    } else {
        let metrics = firewatch_sim::METRICS.iter().map(|metric| metric.name);
        let names = words.first().chain(metrics);
        Err(Mistake {
            message: format!("there is no action, command or metric `{name}`"),
            help: instead_of(name, names),
        })
    }
}

/// Reads what stands behind `do`: an action, whatever it is called.
fn do_action(rest: &[&str], words: &Words) -> Result<ActionRequest, Mistake> {
    match rest {
        [name, rest @ ..] if words.catalogue.find(name).is_some() => action(name, rest, words),
        [name, ..] => Err(Mistake {
            message: format!("there is no action `{name}`"),
            help: instead_of(name, words.actions()),
        }),
        [] => Err(mistake(
            "`do` needs an action",
            "write `do ACTION`; `actions` lists them",
        )),
    }
}

/// Reads an action with what comes behind its name.
fn action(name: &str, rest: &[&str], words: &Words) -> Result<ActionRequest, Mistake> {
    let Some(action) = words.catalogue.find(name) else {
        let help = instead_of(name, words.first());
        return Err(mistake(
            format!("there is no command or action `{name}`"),
            help.unwrap_or_else(|| "`help` says what can be typed".to_owned()),
        ));
    };
    let mut request = ActionRequest::untargeted(name);
    let mut rest = rest;
    if action.needs_target() {
        let Some((target, parameters)) = rest.split_first() else {
            let names: Vec<&str> = words.services().collect();
            return Err(mistake(
                format!("`{name}` needs a service"),
                format!("write `{name} SERVICE`, of {}", names.join(", ")),
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
            return Err(mistake(
                format!("`{parameter}` is given twice"),
                "give it once",
            ));
        }
    }
    Ok(request)
}

/// Reads `name=value`.
fn parameter<'a>(action: &'a ActionSpec, word: &str) -> Result<(&'a str, Value), Mistake> {
    let names = action.parameters().iter().map(Parameter::name);
    let Some((name, text)) = word.split_once('=') else {
        let help = match action.parameters().first() {
            None => format!("`{}` has no parameters", action.name()),
            Some(first) => format!("parameters are written as `{}=...`", first.name()),
        };
        return Err(mistake(format!("`{word}` is too much"), help));
    };
    let Some(parameter) = { action.parameters().iter() }.find(|known| known.name() == name) else {
        let help = instead_of(name, names).filter(|_| !action.parameters().is_empty());
        return Err(mistake(
            format!("`{}` has no parameter `{name}`", action.name()),
            help.unwrap_or_else(|| "it has none at all".to_owned()),
        ));
    };
    let value = value(parameter.kind(), text);
    if parameter.accepts(&value) {
        Ok((parameter.name(), value))
    } else {
        Err(mistake(
            format!("`{name}` can't be `{text}`"),
            format!("it must be {}", parameter.expected()),
        ))
    }
}

/// A text as the value that it stands for; a number that is none stays text, which no number can be.
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

    fn words() -> Words {
        Words {
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
            ("wait", Command::Wait(1)),
            ("wait 3", Command::Wait(3)),
            ("status db-proxy", Command::Status(Some(1))),
            ("logs \"two words\"", Command::Logs(Some(2))),
            ("actions pool", Command::Actions(Some("pool".to_owned()))),
            ("?", Command::Help(Topic::All)),
            ("help quit", Command::Help(Topic::Command(8))),
            (
                "help restart_count",
                Command::Help(Topic::Metric("restart_count".to_owned())),
            ),
            ("exit", Command::Quit),
        ] {
            assert_eq!(parse(line, &words()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn an_action_has_its_target_and_parameters_of_its_types() {
        let cases = [
            ("escalate", ActionRequest::untargeted("escalate")),
            (
                "scale_replicas  auth-service memory_limit_mb=1024",
                ActionRequest::new("scale_replicas", "auth-service").with("memory_limit_mb", 1024),
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
            assert_eq!(parse(line, &words()), Ok(Command::Act(expected)), "{line}");
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
            ("xyz", "`help` says"),
            ("do", "`do ACTION`"),
            (
                "do restart_servise db-proxy",
                "did you mean `restart_service`?",
            ),
            ("do restart_service", "of auth-service, db-proxy, two words"),
            ("wait 0", "write `wait 3`"),
            ("wait -1", "write `wait 3`"),
            ("wait 1 2", "write `wait 3`"),
            ("status db-prox", "did you mean `db-proxy`?"),
            ("alerts now", "write `alerts`"),
            ("logs a b", "write `logs [SERVICE]`"),
            ("help restart_cout", "did you mean `restart_count`?"),
            ("restart_service", "of auth-service, db-proxy, two words"),
            ("restart_service db-prox", "did you mean `db-proxy`?"),
            ("restart_service db-proxy now", "has no parameters"),
            ("restart_service db-proxy now=1", "none at all"),
            ("scale_replicas db-proxy 4", "`memory_limit_mb=...`"),
            (
                "scale_replicas db-proxy memory_limit=4",
                "did you mean `memory_limit_mb`?",
            ),
            (
                "scale_replicas db-proxy memory_limit_mb=0",
                "from 1 to 1048576",
            ),
            (
                "scale_replicas db-proxy memory_limit_mb=4.5",
                "a whole number",
            ),
            (
                "scale_replicas db-proxy memory_limit_mb=4 memory_limit_mb=4",
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
            let Err(mistake) = parse(line, &words()) else {
                panic!("{line} is no mistake");
            };
            let told = mistake.help.unwrap_or_default();
            assert!(told.contains(help), "{line}: {} {told}", mistake.message);
        }
    }
}
