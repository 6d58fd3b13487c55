//! The words that mean something at the prompt.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionSpec, WAIT};

use super::game::Game;

/// A command of the prompt; none of them but `wait` and `do` takes time.
pub struct CommandSpec {
    /// How it is called.
    pub name: &'static str,
    /// What comes behind it.
    pub arguments: &'static str,
    /// What it does.
    pub about: &'static str,
}

const fn spec(name: &'static str, arguments: &'static str, about: &'static str) -> CommandSpec {
    CommandSpec {
        name,
        arguments,
        about,
    }
}

/// All commands, in the order in which they are told.
pub const COMMANDS: [CommandSpec; 10] = [
    spec(WAIT, "[N]", "let N ticks pass, 1 if it is left out"),
    spec(
        "status",
        "[SERVICE]",
        "how things stand, or all metrics of a service",
    ),
    spec("services", "", "the services, and who calls whom"),
    spec("alerts", "", "the alerts that fire"),
    spec(
        "logs",
        "[SERVICE]",
        "the log lines that `fetch_logs` has collected",
    ),
    spec("history", "", "what was done so far"),
    spec(
        "actions",
        "[PATTERN]",
        "what can be done; those with the pattern in name or description",
    ),
    spec(
        "help",
        "[NAME]",
        "this, or what an action, a command or a metric is",
    ),
    spec("quit", "", "leave the incident as it is, without a grade"),
    spec(
        DO,
        "ACTION ...",
        "do an action that is called like one of these",
    ),
];

/// What stands before an action that is called like a command.
pub const DO: &str = "do";

/// The words that mean something in a game.
#[derive(Clone)]
pub struct Words {
    /// The actions.
    pub catalogue: Arc<ActionCatalogue>,
    /// Names of the services, in order.
    pub services: Vec<String>,
}

impl Words {
    /// Those of a game.
    pub fn of(game: &Game) -> Self {
        let services = game.now().services.iter();
        Self {
            catalogue: Arc::new(game.actions().clone()),
            services: services.map(|service| service.name.clone()).collect(),
        }
    }

    /// The names of the services.
    pub fn services(&self) -> impl Iterator<Item = &str> + Clone {
        self.services.iter().map(String::as_str)
    }

    /// The names of the actions, by category.
    pub fn actions(&self) -> impl Iterator<Item = &str> + Clone {
        self.catalogue.actions().iter().map(ActionSpec::name)
    }

    /// All first words of a line: the commands, then the actions by category.
    pub fn first(&self) -> impl Iterator<Item = &str> + Clone {
        let commands = COMMANDS.iter().map(|command| command.name);
        // `wait` is both, and an action of a scenario's own may be called like a command.
        let is_command = |name: &str| COMMANDS.iter().any(|command| command.name == name);
        let others = self.actions().filter(move |name| !is_command(name));
        commands.chain(others)
    }
}
