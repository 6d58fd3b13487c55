//! The end of a session: the grade, and what the incident was.

use std::io::Write;

use firewatch_response::score::rules::GradeRules;
use firewatch_response::score::{EpisodeEnd, Grade, ScoreRules};
use firewatch_sim::FaultState;

use super::session::PlaySession;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{ACTION, BAD, BOLD, DIM, GOOD, PLAIN, Palette, WARNING, visible};
use crate::ui::table::Cell;
use crate::ui::text::{write_paragraph, write_table};
use crate::ui::units::{clock, count, percent};

/// Writes the grade and reveals the incident. Writes nothing while the incident continues.
pub fn write(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let Some((end, grade)) = session.result() else {
        return Ok(());
    };
    let tick = session.now().tick;
    let why = match end {
        EpisodeEnd::BudgetUsedUp => format!("The SLO budget was used up at tick {tick}."),
        EpisodeEnd::OutOfTicks => format!("The incident reached its last tick, {tick}."),
        EpisodeEnd::Declared => format!("You declared the incident resolved at tick {tick}."),
    };
    writeln!(out, "{}", out.palette.paint(BOLD, why))?;
    write_grade(&ScoreRules::of(session.profile()).grade, &grade, out)?;
    write_facts(session, out)?;
    write_goals(session, out)?;
    write_answer(session, out)
}

fn write_grade(rules: &GradeRules, grade: &Grade, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let style = match grade.total {
        total if total >= 0.8 => GOOD,
        total if total >= 0.5 => WARNING,
        _ => BAD,
    };
    let total = palette.paint(style.bold(), format!("{:.2}", grade.total));
    writeln!(out, "\n  grade {total}\n")?;
    if grade.early {
        let early = "no parts: the incident ended too early";
        return Ok(writeln!(out, "  {}", palette.paint(DIM, early))?);
    }
    write_table(&grade_rows(rules, grade, palette), out)
}

/// Returns a row for each part of the grade: its share, its weight and its points.
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
        rows.push(off("spread", grade.blast_penalty, "affected services"));
    }
    if grade.goals_penalty != 0.0 {
        rows.push(off("goals", grade.goals_penalty, "missed goals"));
    }
    rows
}

fn write_facts(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let (now, palette) = (session.now(), out.palette);
    let mitigated = match now.mttm_achieved_tick {
        Some(tick) => palette.paint(GOOD, format!("{} ({})", count(tick, "tick"), clock(tick))),
        None => palette.paint(BAD, "not mitigated"),
    };
    let (reward, wrong) = session.tally();
    let budget = session.scenario().slo_budget.remaining;
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

fn write_goals(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let goals = session.goals();
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
        let value = session
            .view()
            .and_then(|view| view.metric(&goal.service, &goal.metric));
        match value.filter(|_| !met) {
            Some(value) => writeln!(out, ": actual {}", visible(&value.to_string()))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// Writes the faults, the red herrings and the misleading logs.
fn write_answer(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let (scenario, palette) = (session.scenario(), out.palette);
    let title = format!("Incident: {}", visible(&scenario.name));
    writeln!(out, "\n{}", palette.paint(BOLD, title))?;
    let faults = session.faults();
    if faults.is_empty() {
        writeln!(out, "  no fault")?;
    }
    let faults = faults.iter().enumerate();
    let rows: Vec<Vec<Cell>> = faults
        .map(|(index, (fault, first_tick))| fault_row(session, index, fault, *first_tick, palette))
        .collect();
    write_table(&rows, out)?;
    let red_herrings = scenario.red_herrings.join(", ");
    if !red_herrings.is_empty() {
        let about = "red herrings";
        write_paragraph(&format!("{about}: {red_herrings}"), PLAIN, out)?;
    }
    let planted = scenario.adversarial_logs.iter().map(|line| &*line.service);
    let mut deceptive: Vec<&str> = planted
        .chain(scenario.prompt_injection.as_deref())
        .collect();
    deceptive.sort_unstable();
    deceptive.dedup();
    if !deceptive.is_empty() {
        write_paragraph(
            &format!("misleading logs: {}", deceptive.join(", ")),
            PLAIN,
            out,
        )?;
    }
    write_paragraph(&scenario.description, DIM, out)
}

fn fault_row(
    session: &PlaySession,
    index: usize,
    fault: &FaultState,
    first_tick: u64,
    palette: Palette,
) -> Vec<Cell> {
    let since = match first_tick {
        0 | 1 => "from the start".to_owned(),
        tick => format!("from tick {tick}"),
    };
    let is_by = |tick: u64| {
        let mut steps = session.steps().iter();
        steps.find(|step| step.tick == tick && step.halted == Some(index))
    };
    let (style, end) = match fault.halted_at_tick {
        _ if !fault.halted => (BAD, "never halted".to_owned()),
        Some(tick) => match is_by(tick) {
            Some(step) => (
                ACTION,
                format!("halted at tick {tick} by {}", step.request.name),
            ),
            None => (DIM, format!("halted at tick {tick} by the timeline")),
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
