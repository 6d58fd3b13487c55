//! `firewatch play`: responds to an incident in the terminal.

mod arguments;
mod best;
mod clues;
mod command;
mod complete;
mod costs;
mod debrief;
mod ending;
mod freshness;
mod goals;
mod help;
mod incident;
mod input;
mod page;
mod parse;
mod replay;
mod runbook;
mod screen;
mod service_table;
mod session;
mod step;
mod timeline;
mod users;
mod vocabulary;

use std::io::Write;

use crate::failure::{Exit, Failure};
use crate::file_format::FileFormat;
use crate::paths::path_text;
use crate::pending;
use crate::sources::{Source, ensure_not_an_input};
use crate::ui::output::{Console, Form, Output};
use crate::ui::style::{DIM, visible};
pub use arguments::PlayArguments;
use best::KnownRunbook;
use command::PromptCommand;
pub use help::of_the_command as details;
use incident::PlayIncident;
use input::{InputLine, LineReader};
use session::{PlaySession, StepRecord};
use vocabulary::Vocabulary;

/// The flag that names the runbook to write.
const SAVE: &str = "--save";

/// Plays the incident that the arguments name.
pub fn play(arguments: &PlayArguments, console: &Console) -> Result<Exit, Failure> {
    let incident = match PlayIncident::of(arguments)? {
        Ok(incident) => incident,
        Err(problems) => {
            console.report_diagnostics(&problems);
            return Ok(Exit::Invalid);
        }
    };
    if let Some(file) = &arguments.save {
        let compared = arguments.runbook.iter().cloned().map(Source::without_root);
        ensure_not_an_input(file, &compared.collect::<Vec<_>>())?;
        // A file that can't be written must fail before the session, not after it.
        pending::check_writable(file, SAVE)?;
    }
    let mut session = PlaySession::begin(&incident)?;
    let known = match KnownRunbook::of(session.scenario(), arguments) {
        Ok(known) => known,
        Err(problems) => {
            console.report_diagnostics(&problems);
            return Ok(Exit::Invalid);
        }
    };
    let mut out = console.results(None, Form::Text)?;
    let played = run_session(&mut session, &known, console, &mut out).and_then(|()| out.finish());
    // The runbook is saved however the session ended.
    let saved = save(&session, &incident, arguments, console);
    match (played, saved) {
        (Ok(()) | Err(Failure::ClosedPipe), Err(unsaved)) => Err(unsaved),
        (Err(failure), saved) => {
            if let Err(unsaved) = saved {
                console.report_failure(&unsaved);
            }
            Err(failure)
        }
        (Ok(()), Ok(())) => Ok(Exit::Passed),
    }
}

/// Plays a session from the first screen to the last.
fn run_session(
    session: &mut PlaySession,
    known: &KnownRunbook,
    console: &Console,
    out: &mut Output,
) -> Result<(), Failure> {
    let words = Vocabulary::of(session);
    let mut input = LineReader::new(&words)?;
    page::write(session, out)?;
    screen::start(session, out)?;
    while !session.is_over() {
        writeln!(out)?;
        let prompt = screen::prompt(session);
        let Some(line) = input.next(&prompt, out)? else {
            return write_left(session, out);
        };
        let text = line.text.as_deref().ok_or_else(command::not_utf8);
        match text.and_then(|text| parse::parse(text, &words)) {
            Ok(PromptCommand::Quit) => return write_left(session, out),
            Ok(command) => execute(&command, session, &words, out)?,
            Err(line_error) => report_line_error(line_error, &line, console, out)?,
        }
    }
    ending::write(session, known, out)
}

/// Reports an error in a line. The line has no effect and takes no tick.
fn report_line_error(
    line_error: command::LineError,
    line: &InputLine,
    console: &Console,
    out: &mut Output,
) -> Result<(), Failure> {
    // Keeps the order where both streams go to the same place.
    out.flush()?;
    let mut message = visible(&line_error.message).into_owned();
    if let Some(number) = line.number {
        message = format!("line {number}: {message}");
    }
    let help = line_error.help.map(|help| visible(&help).into_owned());
    console.report_failure(&Failure::Usage(message, help));
    Ok(())
}

fn execute(
    command: &PromptCommand,
    session: &mut PlaySession,
    words: &Vocabulary,
    out: &mut Output,
) -> Result<(), Failure> {
    match command {
        PromptCommand::Act(request) => step::act(session, request, out),
        PromptCommand::Wait(ticks) => step::wait(session, *ticks, out),
        PromptCommand::Status(None) => screen::status(session, out),
        PromptCommand::Status(Some(service)) => screen::service(session, *service, out),
        PromptCommand::Services => screen::services(session, out),
        PromptCommand::Alerts => screen::alerts(session, out),
        PromptCommand::Logs(service) => screen::logs(session, *service, out),
        PromptCommand::History => screen::history(session, out),
        PromptCommand::Actions(pattern) => help::actions(pattern.as_deref(), words, out),
        PromptCommand::Help(topic) => help::about(topic, words, out),
        PromptCommand::Quit => Ok(()),
    }
}

/// Writes that the session was left before the end.
fn write_left(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let tick = session.now().tick;
    let message = format!("You left at tick {tick}. The incident continues, so there is no grade.");
    Ok(writeln!(out, "{}", out.palette.paint(DIM, message))?)
}

fn save(
    session: &PlaySession,
    incident: &PlayIncident,
    arguments: &PlayArguments,
    console: &Console,
) -> Result<(), Failure> {
    let Some(file) = &arguments.save else {
        return Ok(());
    };
    // A runbook that only waits would answer nothing, and may stand where a better one is.
    if session.steps().iter().all(StepRecord::is_wait) {
        console.report_note(format_args!(
            "`{}` was not written: no action was performed, and to wait is none",
            path_text(file)
        ));
        return Ok(());
    }
    let format = FileFormat::of_name(file).unwrap_or(FileFormat::Ron);
    let text = format.text(&runbook::of(session))?;
    pending::write_file(file, SAVE, &text)?;
    let message = format!("saved the session to `{}`", path_text(file));
    console.report_note(match incident.replay_command(arguments, file) {
        Ok((heading, command)) => format!("{message}; {heading}:\n  {command}"),
        Err(why) => format!("{message}; no command can replay it: {why}"),
    });
    Ok(())
}
