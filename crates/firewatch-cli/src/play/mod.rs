//! `firewatch play`: a person is on call in the terminal.

mod command;
mod complete;
mod ending;
mod game;
mod help;
mod incident;
mod input;
mod runbook;
mod screen;
mod step;

mod vitals;
mod words;

use std::io::Write;

use crate::cli::PlayArguments;
use crate::failure::{Exit, Failure};
use crate::output::{Console, Form, Output};
use crate::pending;
use crate::style::{DIM, path_text, visible};
use command::Command;
use game::Game;
pub use help::of_the_command as help;
use incident::Incident;
use input::{Input, Line};
use words::Words;

/// The flag that takes the name of a runbook.
const SAVE: &str = "--save";

type Written = Result<(), Failure>;

/// Plays the incident that the arguments name.
pub fn play(arguments: &PlayArguments, console: &Console) -> Result<Exit, Failure> {
    let incident = match Incident::of(arguments)? {
        Ok(incident) => incident,
        Err(problems) => {
            console.diagnostics(&problems);
            return Ok(Exit::Bad);
        }
    };
    if let Some(file) = &arguments.save {
        // Better now than after an hour on call.
        pending::check_writable(file, SAVE)?;
    }
    let mut game = Game::begin(&incident)?;
    let mut out = console.results(None, Form::Text)?;
    let played = answer(&mut game, console, &mut out).and_then(|()| out.finish());
    // However it ended: what was done is done.
    let saved = save(&game, &incident, arguments, console);
    match (played, saved) {
        (Ok(()) | Err(Failure::ClosedPipe), Err(unsaved)) => Err(unsaved),
        (Err(failure), saved) => {
            if let Err(unsaved) = saved {
                console.error(&unsaved);
            }
            Err(failure)
        }
        (Ok(()), Ok(())) => Ok(Exit::Well),
    }
}

/// From the first screen to the last.
fn answer(game: &mut Game, console: &Console, out: &mut Output) -> Written {
    let words = Words::of(game);
    let mut input = Input::new(&words)?;
    screen::start(game, out)?;
    while !game.is_over() {
        writeln!(out)?;
        let prompt = screen::prompt(game);
        let Some(line) = input.next(&prompt, out)? else {
            return leave(game, out);
        };
        let text = line.text.as_deref().ok_or_else(command::not_utf8);
        match text.and_then(|text| command::parse(text, &words)) {
            Ok(Command::Quit) => return leave(game, out),
            Ok(command) => obey(&command, game, &words, out)?,
            Err(mistake) => complain(mistake, &line, console, out)?,
        }
    }
    ending::write(game, out)
}

/// Says what is wrong with a line. Nothing has happened, and no tick has passed.
fn complain(
    mistake: command::Mistake,
    line: &Line,
    console: &Console,
    out: &mut Output,
) -> Written {
    // What was written before it comes before it, where both go to the same place.
    out.flush()?;
    let mut message = visible(&mistake.message).into_owned();
    if let Some(number) = line.number {
        message = format!("line {number}: {message}");
    }
    let help = mistake.help.map(|help| visible(&help).into_owned());
    console.error(&Failure::Usage(message, help));
    Ok(())
}

fn obey(command: &Command, game: &mut Game, words: &Words, out: &mut Output) -> Written {
    match command {
        Command::Act(request) => step::act(game, request, out),
        Command::Wait(ticks) => step::wait(game, *ticks, out),
        Command::Status(None) => screen::status(game, out),
        Command::Status(Some(service)) => screen::service(game, *service, out),
        Command::Services => screen::services(game, out),
        Command::Alerts => screen::alerts(game, out),
        Command::Logs(service) => screen::logs(game, *service, out),
        Command::History => screen::history(game, out),
        Command::Actions(pattern) => help::actions(pattern.as_deref(), words, out),
        Command::Help(topic) => help::about(topic, words, out),
        Command::Quit => Ok(()),
    }
}

/// Ends a session whose incident goes on.
fn leave(game: &Game, out: &mut Output) -> Written {
    let tick = game.now().tick;
    let told = format!("You left at tick {tick}. The incident goes on, so there is no grade.");
    Ok(writeln!(out, "{}", out.palette.paint(DIM, told))?)
}

fn save(game: &Game, incident: &Incident, arguments: &PlayArguments, console: &Console) -> Written {
    let Some(file) = &arguments.save else {
        return Ok(());
    };
    if game.deeds().is_empty() {
        console.note(format_args!(
            "`{}` was not written: nothing was done",
            path_text(file)
        ));
        return Ok(());
    }
    pending::write_file(file, SAVE, &runbook::of(game).to_string())?;
    let told = format!("`{}` holds what was done", path_text(file));
    console.note(match incident.again(arguments, file) {
        Ok((heading, command)) => format!("{told}; {heading}:\n  {command}"),
        Err(why) => format!("{told}; no command does it again: {why}"),
    });
    Ok(())
}
