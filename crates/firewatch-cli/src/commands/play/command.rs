//! Commands of the prompt, and errors in its lines.

use firewatch_action::ActionRequest;

/// A command of the prompt.
#[derive(Debug, PartialEq)]
pub enum PromptCommand {
    /// Let a tick pass, then perform an action.
    Act(ActionRequest),
    /// Let a number of ticks pass.
    Wait(u64),
    /// Show the incident, or the metrics of the service with this index.
    Status(Option<usize>),
    /// Show the services.
    Services,
    /// Show the alerts.
    Alerts,
    /// Show the collected logs of all services, or of the one with this index.
    Logs(Option<usize>),
    /// Show the actions performed so far.
    History,
    /// List the actions, or those that match a pattern.
    Actions(Option<String>),
    /// Show help.
    Help(HelpTopic),
    /// Leave the session.
    Quit,
}

/// The topic of a help request.
#[derive(Debug, PartialEq)]
pub enum HelpTopic {
    /// All commands.
    All,
    /// A command, by its index in the list of commands.
    PromptCommand(usize),
    /// An action.
    Action(String),
    /// A metric.
    Metric(String),
}

/// An error in a line.
#[derive(Debug, PartialEq)]
pub struct LineError {
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

/// Returns an error with help.
pub fn line_error(message: impl Into<String>, help: impl Into<String>) -> LineError {
    LineError {
        message: message.into(),
        help: Some(help.into()),
    }
}

/// Returns the error of a line that is not UTF-8.
pub fn not_utf8() -> LineError {
    line_error(
        "the line is not UTF-8",
        "type it again, in a terminal that sends UTF-8",
    )
}
