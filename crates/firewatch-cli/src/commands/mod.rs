//! The command line: its commands, and the function that runs each of them.

mod actions;
mod audit;
mod check;
mod completions;
mod convert;
mod explain;
mod fmt;
mod generate;
mod graph;
mod kinds;
mod list;
mod lsp;
mod metrics;
mod new;
mod play;
mod run;
mod schema;
mod sweep;

use clap::{CommandFactory, Parser, Subcommand};

use crate::arguments::EXIT_CODES;
use crate::failure::{Exit, Failure};
use crate::ui::output::Console;
use crate::ui::style::Color;

/// Simulate production incidents from scenario files
///
/// Services fail, failures propagate, responders mitigate. Every run of a scenario with the same seed is
/// identical to the last bit.
#[derive(Debug, Parser)]
#[command(name = "firewatch", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    command: Command,
    /// When to use colours; `auto` means on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
}

/// The commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Play scenarios and check their expectations
    #[command(after_help = EXIT_CODES, after_long_help = run::details())]
    Run(run::RunArguments),
    /// Respond to an incident in the terminal and get a grade
    #[command(after_long_help = play::details())]
    Play(play::PlayArguments),
    /// Play a scenario over a grid of parameters and write one row per run
    #[command(after_help = EXIT_CODES, after_long_help = sweep::details())]
    Sweep(sweep::SweepArguments),
    /// Check scenarios, runbooks, and files of actions or fault kinds for errors
    ///
    /// What a file is, it says itself. A scenario is checked with the files that it names. A runbook is checked alone, with
    /// a warning for names that are not built in; to check it against an incident, run both: `firewatch run INCIDENT --runbook FILE`. A file of actions is checked
    /// alone, too; one that speaks of fault kinds beyond the built-in ones names their files as a scenario does:
    /// `fault_kinds: ["FILE"]`.
    #[command(after_help = EXIT_CODES)]
    Check(check::CheckArguments),
    /// Lay out scenarios, runbooks, and files of actions or fault kinds, with all their comments
    ///
    /// Brackets whose first item has a line of its own stay open; all others stay on one line if they fit. An open
    /// bracket has one field on each line, unless some share a line already. Columns that are padded stay aligned.
    /// A file with errors of syntax, a read-only one and one with other hard links is told and left alone; a link to a
    /// file stays one. In folders, files of other programs are left out. The name of each file that changes is printed.
    #[command(after_help = EXIT_CODES)]
    Fmt(fmt::FmtArguments),
    /// Judge whether scenarios make good incidents by playing policies against them
    #[command(after_help = EXIT_CODES, after_long_help = audit::details())]
    Audit(audit::AuditArguments),
    /// Print a scenario to begin with, or write it to a new file
    ///
    /// The services are a chain of calls, of which one has a fault. At a terminal, three questions stand for the
    /// arguments that are not given. Nothing that is there is replaced.
    #[command(after_help = EXIT_CODES)]
    New(new::NewArguments),
    /// List scenarios with their faults and mechanics
    List(list::ListArguments),
    /// List the actions available to responders
    Actions(actions::ActionsArguments),
    /// List the kinds of fault that can happen
    Kinds(kinds::KindsArguments),
    /// List the metrics of services with their units and ranges, and the rules that read or change them
    Metrics(metrics::MetricsArguments),
    /// Explain the code of a diagnostic, with an example that has it and how to mend it
    Explain(explain::ExplainArguments),
    /// Draw the service topology as Graphviz DOT, with faults and their reach
    ///
    /// An arrow from a to b means that a calls b. To view the graph:
    /// `firewatch graph FILE | dot -Tsvg > mesh.svg`.
    Graph(graph::GraphArguments),
    /// Generate an incident from a difficulty and a seed and print it as a scenario file
    Generate(generate::GenerateArguments),
    /// Convert a scenario, a runbook, or a file of actions or fault kinds from RON to JSON or back
    ///
    /// Comments are lost. The file is checked first. Every command reads a file as JSON if its name ends in `.json`.
    #[command(after_help = EXIT_CODES)]
    Convert(convert::ConvertArguments),
    /// Serve an editor over the language server protocol
    ///
    /// Problems as you type, completion, explanations, names, formatting, and the outcome beside each expectation.
    /// An editor starts it; `docs/editors.md` has settings.
    Lsp(lsp::LspArguments),
    /// Print the JSON Schema of a kind of file
    Schema(schema::SchemaArguments),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArguments),
}

/// Runs the given command.
///
/// # Errors
/// The reason why the command stopped early.
pub fn execute(cli: &Cli, console: &Console) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Run(arguments) => run::run(arguments, console),
        Command::Play(arguments) => play::play(arguments, console),
        Command::Sweep(arguments) => sweep::sweep(arguments, console),
        Command::Check(arguments) => check::check(arguments, console),
        Command::Fmt(arguments) => fmt::fmt(arguments, console),
        Command::Audit(arguments) => audit::audit(arguments, console),
        Command::New(arguments) => new::new(arguments, console),
        Command::List(arguments) => list::list(arguments, console),
        Command::Actions(arguments) => actions::actions(arguments, console),
        Command::Kinds(arguments) => kinds::kinds(arguments, console),
        Command::Metrics(arguments) => metrics::metrics(arguments, console),
        Command::Explain(arguments) => explain::explain(arguments, console),
        Command::Graph(arguments) => graph::graph(arguments, console),
        Command::Generate(arguments) => generate::generate(arguments, console),
        Command::Convert(arguments) => convert::convert(arguments, console),
        Command::Lsp(arguments) => lsp::lsp(arguments),
        Command::Schema(arguments) => schema::schema(arguments, console),
        Command::Completions(arguments) => {
            completions::completions(arguments, Cli::command(), console)
        }
    }
}
