//! The end: what it was worth, and what it was.

use std::io::Write;

use firewatch_response::score::rules::GradeRules;
use firewatch_response::score::{EpisodeEnd, Grade, ScoreRules};
use firewatch_sim::FaultState;

use super::Written;
use super::game::Game;
use crate::check::count;
use crate::output::Output;
use crate::style::{BAD, BOLD, DEED, DIM, FAIR, GOOD, PLAIN, Palette, visible};
use crate::table::Cell;
use crate::text::{write_rows, write_text};
use crate::units::{clock, percent};

/// Grades, and tells the secrets. Nothing where the incident goes on.
pub fn write(game: &Game, out: &mut Output) -> Written {
    let Some((end, grade)) = game.result() else {
        return Ok(());
    };
    let tick = game.now().tick;
    let why = match end {
        EpisodeEnd::BudgetUsedUp => format!("The SLO budget was used up at tick {tick}."),
        EpisodeEnd::OutOfTicks => format!("All {tick} ticks are over."),
        EpisodeEnd::Declared => format!("You declared the incident over at tick {tick}."),
    };
    writeln!(out, "{}", out.palette.paint(BOLD, why))?;
    write_grade(&ScoreRules::of(game.profile()).grade, &grade, out)?;
    write_facts(game, out)?;
    write_goals(game, out)?;
    write_answer(game, out)
}

fn write_grade(rules: &GradeRules, grade: &Grade, out: &mut Output) -> Written {
    let palette = out.palette;
    let style = match grade.total {
        total if total >= 0.8 => GOOD,
        total if total >= 0.5 => FAIR,
        _ => BAD,
    };
    let total = palette.paint(style.bold(), format!("{:.2}", grade.total));
    writeln!(out, "\n  grade {total}\n")?;
    if grade.early {
        let early = "it ended too early to be graded";
        return Ok(writeln!(out, "  {}", palette.paint(DIM, early))?);
    }
    write_rows(&grade_rows(rules, grade, palette), out)
}

/// Each part with its share, its weight and what it makes of the grade.
fn grade_rows(rules: &GradeRules, grade: &Grade, palette: Palette) -> Vec<Vec<Cell>> {
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let right = |text: String| Cell::plain(&text).right();
    let part = |name: &str, share: f64, weight: f64, about: &str| {
        vec![
            Cell::plain(name),
            right(percent(share)),
            right(format!("{weight:.2}")),
            right(format!("{:+.3}", share * weight)),
            dim(about),
        ]
    };
    let off = |name: &str, amount: f64, about: &str| {
        let amount = right(format!("{:+.3}", 0.0 - amount));
        vec![Cell::plain(name), dim(""), dim(""), amount, dim(about)]
    };
    let speed = format!(
        "time to mitigate {}, customer minutes {}",
        percent(grade.mttm_score),
        percent(grade.bcm_score)
    );
    let mut rows = vec![
        vec![
            dim(""),
            dim("share").right(),
            dim("weight").right(),
            dim("points").right(),
        ],
        part(
            "recovery",
            grade.recovery,
            rules.recovery_weight,
            "affected services that recovered",
        ),
        part("speed", grade.speed, rules.speed_weight, &speed),
        part(
            "precision",
            grade.precision,
            rules.precision_weight,
            "few wrong actions",
        ),
        part("SLO", grade.slo, rules.slo_weight, "SLO budget left"),
    ];
    if grade.blast_penalty != 0.0 {
        rows.push(off(
            "spread",
            grade.blast_penalty,
            "services that were affected",
        ));
    }
    if grade.goals_penalty != 0.0 {
        rows.push(off("goals", grade.goals_penalty, "goals that were missed"));
    }
    rows
}

fn write_facts(game: &Game, out: &mut Output) -> Written {
    let (now, palette) = (game.now(), out.palette);
    let mitigated = match now.mttm_achieved_tick {
        Some(tick) => palette.paint(GOOD, format!("{} ({})", count(tick, "tick"), clock(tick))),
        None => palette.paint(BAD, "not mitigated"),
    };
    let (reward, wrong) = game.tally();
    let budget = game.scenario().slo_budget.remaining;
    let facts = [
        ("time to mitigate", mitigated),
        (
            "bad customer minutes",
            format!("{:.2}", now.bad_customer_minutes),
        ),
        (
            "SLO budget left",
            format!("{:.2} of {budget:?}", now.slo_budget_remaining),
        ),
        ("wrong actions", wrong.to_string()),
        ("reward", format!("{reward:+.3}")),
    ];
    writeln!(out)?;
    for (label, fact) in facts {
        writeln!(
            out,
            "  {}  {fact}",
            palette.paint(DIM, format!("{label:<20}"))
        )?;
    }
    Ok(())
}

fn write_goals(game: &Game, out: &mut Output) -> Written {
    let goals = game.goals();
    if goals.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for (goal, met) in goals {
        let (style, mark) = if met { (GOOD, "✓") } else { (BAD, "✗") };
        let text = goal.to_string();
        write!(
            out,
            "  {} {}",
            out.palette.paint(style, mark),
            visible(&text)
        )?;
        let value = game
            .view()
            .and_then(|view| view.metric(&goal.service, &goal.metric));
        match value.filter(|_| !met) {
            Some(value) => writeln!(out, ": it is {}", visible(&value.to_string()))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// What was wrong, and what was no more than it seemed.
fn write_answer(game: &Game, out: &mut Output) -> Written {
    let (scenario, palette) = (game.scenario(), out.palette);
    let title = format!("What it was: {}", visible(&scenario.name));
    writeln!(out, "\n{}", palette.paint(BOLD, title))?;
    let faults = game.faults();
    if faults.is_empty() {
        writeln!(out, "  no fault at all")?;
    }
    let rows: Vec<Vec<Cell>> = { faults.iter() }
        .map(|(fault, begun)| fault_row(game, fault, *begun, palette))
        .collect();
    write_rows(&rows, out)?;
    let herrings = scenario.red_herrings.join(", ");
    if !herrings.is_empty() {
        let about = "errors of their own that mean nothing";
        write_text(&format!("{about}: {herrings}"), PLAIN, out)?;
    }
    let planted = scenario.adversarial_logs.iter().map(|line| &*line.service);
    let mut liars: Vec<&str> = planted
        .chain(scenario.prompt_injection.as_deref())
        .collect();
    liars.sort_unstable();
    liars.dedup();
    if !liars.is_empty() {
        write_text(&format!("logs that lied: {}", liars.join(", ")), PLAIN, out)?;
    }
    write_text(&scenario.description, DIM, out)
}

fn fault_row(game: &Game, fault: &FaultState, begun: u64, palette: Palette) -> Vec<Cell> {
    let since = match begun {
        0 | 1 => "from the start".to_owned(),
        tick => format!("from tick {tick}"),
    };
    let is_by = |tick: u64| {
        let mut deeds = game.deeds().iter().filter(|deed| deed.halted);
        deeds.find(|deed| deed.tick == tick)
    };
    let (style, end) = match fault.halted_at_tick {
        _ if !fault.halted => (BAD, "never halted".to_owned()),
        Some(tick) => match is_by(tick) {
            Some(deed) => (
                DEED,
                format!("halted at tick {tick} by {}", deed.request.name),
            ),
            None => (DIM, format!("halted at tick {tick} by the scenario itself")),
        },
        None => (DIM, "halted before it began".to_owned()),
    };
    vec![
        Cell::plain(&fault.service),
        Cell::new(palette, BAD.bold(), &fault.kind.to_string()),
        Cell::plain(&since),
        Cell::new(palette, style, &end),
    ]
}
