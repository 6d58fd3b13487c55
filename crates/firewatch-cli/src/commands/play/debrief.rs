//! The debrief: how the incident spread, what pointed to its cause, what would have been best, and what each
//! action did.

use std::io::Write;

use firewatch_sim::Status;

use super::best::KnownRunbook;
use super::replay::Replay;
use super::session::{PlaySession, StepRecord};
use super::{best, clues, costs, timeline};
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{BAD, BOLD, DIM, GOOD, PLAIN, Palette, status_style};
use crate::ui::table::Cell;
use crate::ui::text::{write_descriptions, write_paragraph, write_table};
use crate::ui::units::count;

/// Writes the debrief of an incident that is over.
///
/// # Errors
/// The output can't be written.
pub fn write(session: &PlaySession, known: &KnownRunbook, out: &mut Output) -> Result<(), Failure> {
    if !costs::can_replay(session) {
        let limit = costs::REPLAY_LIMIT;
        let message = format!("no debrief: it replays at most {limit} service ticks");
        writeln!(out)?;
        return write_paragraph(&message, DIM, out);
    }
    let replay = Replay::of(session, None)?;
    write_spread(session, &replay, out)?;
    write_timeline(session, out)?;
    write_clues(session, &replay, out)?;
    write_best(session, known, out)?;
    write_costs(session, &replay, out)
}

fn heading(text: &str, out: &mut Output) -> Result<(), Failure> {
    Ok(writeln!(out, "\n{}", out.palette.paint(BOLD, text))?)
}

/// Writes of each service that was not healthy when that began, how bad it got, and when it ended.
fn write_spread(session: &PlaySession, replay: &Replay, out: &mut Output) -> Result<(), Failure> {
    heading("What spread when", out)?;
    let services = session.now().services.iter().enumerate();
    let mut rows: Vec<(u64, Vec<Cell>)> = services
        .filter_map(|(index, service)| {
            let (since, cells) = spread_cells(replay, index, out.palette)?;
            let name = std::iter::once(Cell::plain(&service.name));
            Some((since, name.chain(cells).collect()))
        })
        .collect();
    if rows.is_empty() {
        return write_paragraph("every service stayed healthy", GOOD, out);
    }
    rows.sort_by_key(|(since, _)| *since);
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(|(_, cells)| cells).collect();
    write_table(&rows, out)
}

fn spread_cells(replay: &Replay, service: usize, palette: Palette) -> Option<(u64, [Cell; 3])> {
    let ticks = || {
        let ticks = replay.ticks.iter();
        ticks.filter_map(|tick| Some((tick.tick, *tick.statuses.get(service)?)))
    };
    let (since, _) = ticks().find(|(_, status)| *status != Status::Healthy)?;
    // The first tick of the worst status.
    let (worst_tick, worst) = ticks().fold((since, Status::Healthy), |worst, (tick, status)| {
        if status > worst.1 {
            (tick, status)
        } else {
            worst
        }
    });
    let last_ill = ticks().rfind(|(_, status)| *status != Status::Healthy);
    let end = ticks().find(|(tick, _)| last_ill.is_some_and(|(last, _)| *tick > last));
    let (style, end) = match end {
        Some((tick, _)) => (GOOD, format!("healthy again at tick {tick}")),
        None => (BAD, "never healthy again".to_owned()),
    };
    let cells = [
        Cell::plain(&format!("from tick {since}")),
        Cell::new(
            palette,
            status_style(worst),
            &format!("{worst} at tick {worst_tick}"),
        ),
        Cell::new(palette, style, &end),
    ];
    Some((since, cells))
}

fn write_timeline(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let events: Vec<(String, String)> = session
        .events()
        .map(|event| {
            let words = timeline::told_at_the_end(session, event);
            (format!("tick {}", event.tick), words)
        })
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    heading("What happened by itself", out)?;
    write_descriptions(&events, out)
}

fn write_clues(session: &PlaySession, replay: &Replay, out: &mut Output) -> Result<(), Failure> {
    let clues = clues::of(session, replay);
    if clues.is_empty() {
        return Ok(());
    }
    heading("What pointed to the cause, and when", out)?;
    for clue in clues {
        write_paragraph(&clue.service, PLAIN, out)?;
        if clue.lines.is_empty() {
            write_paragraph(
                "nothing: no alert, no metric and no log line departed",
                DIM,
                out,
            )?;
        }
        let lines: Vec<(String, String)> = { clue.lines.into_iter() }
            .map(|(tick, words)| (format!("tick {tick}"), words))
            .collect();
        write_descriptions(&lines, out)?;
    }
    Ok(())
}

fn write_best(
    session: &PlaySession,
    known: &KnownRunbook,
    out: &mut Output,
) -> Result<(), Failure> {
    heading("The best answer that is known", out)?;
    let best = match best::answer(session, known) {
        Ok(best) => best,
        Err(why) => return write_paragraph(&why, PLAIN, out),
    };
    let words = format!("{:.2} with {}", best.grade, best.origin);
    write_paragraph(&words, PLAIN, out)?;
    if best.actions.is_empty() {
        return write_paragraph("it does nothing", DIM, out);
    }
    let actions: Vec<(String, String)> = { best.actions.into_iter() }
        .map(|(tick, words)| (format!("tick {tick}"), words))
        .collect();
    write_descriptions(&actions, out)
}

fn write_costs(session: &PlaySession, replay: &Replay, out: &mut Output) -> Result<(), Failure> {
    heading("What your actions did", out)?;
    let costs = costs::of(session, replay)?;
    if costs.is_empty() {
        return write_paragraph("you did nothing", DIM, out);
    }
    let about = "The grade is that of your session less that of the same without the action.";
    write_paragraph(about, DIM, out)?;
    let left_out = costs.iter().filter(|cost| cost.is_none()).count();
    let rows = costs.iter().flatten().filter_map(|cost| {
        let step = session.steps().get(cost.step)?;
        Some((
            format!("tick {}", step.tick),
            cost_words(session, step, cost),
        ))
    });
    write_descriptions(&rows.collect::<Vec<_>>(), out)?;
    if left_out > 0 {
        let (left_out, limit) = (count(left_out, "more action"), costs::REPLAY_LIMIT);
        let message = format!("{left_out}: replays are limited to {limit} service ticks");
        write_paragraph(&message, DIM, out)?;
    }
    Ok(())
}

/// Says what an action earned in the grade, what it was, and what it did.
fn cost_words(session: &PlaySession, step: &StepRecord, cost: &costs::ActionCost) -> String {
    let target = step.request.target.iter().flat_map(|target| [" ", target]);
    let action: String = std::iter::once(&*step.request.name).chain(target).collect();
    let mut did = Vec::new();
    let faults = session.faults();
    let halted = step.halted.and_then(|index| faults.get(index));
    did.extend(halted.map(|(fault, _)| format!("right, halted {}", fault.kind)));
    if step.wrong {
        did.push("wrong, there was nothing to remedy".to_owned());
    }
    let worse = cost.worse.iter();
    did.extend(worse.map(|(service, ticks)| {
        let ticks = count(*ticks, "tick");
        format!("{service} was worse for {ticks}")
    }));
    let did = match did.is_empty() {
        true => String::new(),
        false => format!(": {}", did.join("; ")),
    };
    // Less than what is shown is nothing.
    let shown = cost.grade.abs() >= 0.0005;
    let grade = if shown { cost.grade } else { 0.0 };
    format!("{grade:+.3}  {action}{did}")
}
