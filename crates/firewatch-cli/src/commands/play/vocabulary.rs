//! The words that the prompt understands.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionSpec, WAIT};

use super::session::PlaySession;

/// A command of the prompt. Only `wait` and `do` take time.
pub struct CommandSpec {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static str,
    /// Its effect.
    pub about: &'static str,
}

const fn spec(name: &'static str, arguments: &'static str, about: &'static str) -> CommandSpec {
    CommandSpec {
        name,
        arguments,
        about,
    }
}

/// All commands, in the order of the help.
pub const COMMANDS: [CommandSpec; 10] = [
    spec(WAIT, "[N]", "let N ticks pass [1 or more; default 1]"),
    spec(
        "status",
        "[SERVICE]",
        "show the incident, or all metrics of a service",
    ),
    spec(
        "services",
        "",
        "show the services and the calls between them",
    ),
    spec("alerts", "", "show the firing alerts"),
    spec(
        "logs",
        "[SERVICE]",
        "show the log lines collected by `fetch_logs`",
    ),
    spec("history", "", "show the actions so far"),
    spec(
        "actions",
        "[PATTERN]",
        "list the actions, or those with PATTERN in name, category or description",
    ),
    spec(
        "help",
        "[NAME]",
        "show this help, or describe an action, a command or a metric",
    ),
    spec("quit", "", "leave the session without a grade"),
    spec(
        DO,
        "ACTION ...",
        "perform an action with the name of a command",
    ),
];

/// The prefix of an action that has the name of a command.
pub const DO: &str = "do";

/// The names that are valid in a session.
#[derive(Clone)]
pub struct Vocabulary {
    /// The actions.
    pub catalogue: Arc<ActionCatalogue>,
    /// Names of the services, in order.
    pub services: Vec<String>,
}

impl Vocabulary {
    /// Returns the names of a session.
    pub fn of(session: &PlaySession) -> Self {
        let services = session.now().services.iter();
        Self {
            catalogue: Arc::new(session.actions().clone()),
            services: services.map(|service| service.name.clone()).collect(),
        }
    }

    /// Returns the names of the services.
    pub fn services(&self) -> impl Iterator<Item = &str> + Clone {
        self.services.iter().map(String::as_str)
    }

    /// Returns the names of the actions, by category.
    pub fn actions(&self) -> impl Iterator<Item = &str> + Clone {
        self.catalogue.actions().iter().map(ActionSpec::name)
    }

    /// Returns all first words of a line: the commands, then the actions by category.
    pub fn first(&self) -> impl Iterator<Item = &str> + Clone {
        let commands = COMMANDS.iter().map(|command| command.name);
        // `wait` is both, and a custom action may have the name of a command.
        let is_command = |name: &str| COMMANDS.iter().any(|command| command.name == name);
        let others = self.actions().filter(move |name| !is_command(name));
        commands.chain(others)
    }
}
