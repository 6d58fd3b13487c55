//! The end of a session: the grade, and what the incident was.

use std::io::Write;

use firewatch_response::score::rules::GradeRules;
use firewatch_response::score::{EpisodeEnd, Grade, Incident, ScoreRules};
use firewatch_scenario::title_of_knobs;
use firewatch_sim::FaultState;

use super::best::KnownRunbook;
use super::debrief;
use super::freshness::stale_data;
use super::goals::{sentence, shown};
use super::page::tells_symptoms_only;
use super::session::PlaySession;
use crate::failure::Failure;
use crate::ui::output::Output;
use crate::ui::style::{ACTION, BAD, BOLD, DIM, GOOD, PLAIN, Palette, WARNING, visible};
use crate::ui::table::Cell;
use crate::ui::text::{write_descriptions, write_paragraph, write_table};
use crate::ui::units::{clock, count, percent};

/// Label of the time to mitigate.
const MITIGATION: &str = "time to mitigate";

/// Writes the grade, reveals the incident and debriefs. Writes nothing while the incident continues.
pub fn write(session: &PlaySession, known: &KnownRunbook, out: &mut Output) -> Result<(), Failure> {
    let Some((end, grade)) = session.result() else {
        return Ok(());
    };
    let tick = session.now().tick;
    let why = match end {
        EpisodeEnd::BudgetUsedUp => format!("The SLO budget was used up at tick {tick}."),
        EpisodeEnd::OutOfTicks => format!("The incident reached its last tick, {tick}."),
        EpisodeEnd::Declared => match session.declared_at().unwrap_or(tick) {
            declared if declared < tick => format!(
                "You declared the incident resolved at tick {declared}; it went on to its last tick, {tick}."
            ),
            _ => format!("You declared the incident resolved at tick {tick}."),
        },
    };
    writeln!(out, "{}", out.palette.paint(BOLD, why))?;
    write_grade(session, &grade, out)?;
    write_facts(session, out)?;
    write_goals(session, out)?;
    write_answer(session, out)?;
    debrief::write(session, known, out)
}

fn write_grade(session: &PlaySession, grade: &Grade, out: &mut Output) -> Result<(), Failure> {
    let rules = &ScoreRules::of(session.profile()).grade;
    let (_, wrong) = session.tally();
    let wrong = &count(wrong, "wrong action");
    let palette = out.palette;
    let style = match grade.total {
        total if total >= 0.8 => GOOD,
        total if total >= 0.5 => WARNING,
        _ => BAD,
    };
    let total = palette.paint(style.bold(), format!("{:.2}", grade.total));
    writeln!(out, "\n  grade {total}\n")?;
    if grade.won == Some(false) {
        write_paragraph(&format!("not won: {}", why_not_won(session)), BAD, out)?;
        writeln!(out)?;
    }
    if grade.early {
        let early = "no parts: the incident ended too early";
        return Ok(writeln!(out, "  {}", palette.paint(DIM, early))?);
    }
    let rows = GradeRows(palette);
    let parts = match grade.won {
        Some(won) => won_or_lost(rules, grade, won, wrong, &rows),
        None => sum_of_parts(rules, grade, wrong, &rows),
    };
    let mut table = vec![rows.heading()];
    table.extend(parts);
    write_table(&table, out)
}

/// Returns the reasons why the incident is not won.
fn why_not_won(session: &PlaySession) -> String {
    let incident = Incident {
        profile: session.profile(),
        scenario: session.scenario(),
        catalogue: session.actions(),
    };
    let outcome = session.view().map(|view| incident.outcome(&view));
    let outcome = outcome.unwrap_or_default();
    let missed = session.goals().iter().filter(|(_, met)| !met).count();
    let mut reasons = Vec::new();
    if outcome.open_faults > 0 {
        reasons.push(format!(
            "{} not halted",
            count(outcome.open_faults, "fault")
        ));
    }
    if outcome.others_hit {
        reasons.push("customers are affected".to_owned());
    }
    if missed > 0 {
        reasons.push(format!("{} missed", count(missed, "goal")));
    }
    reasons.join(", ")
}

/// Makes the rows of a grade: share, weight and points.
struct GradeRows(Palette);

impl GradeRows {
    fn dim(&self, text: &str) -> Cell {
        Cell::new(self.0, DIM, text)
    }

    fn heading(&self) -> Vec<Cell> {
        let names = ["share", "weight", "points"];
        let names = names.map(|name| self.dim(name).right());
        [self.dim("")].into_iter().chain(names).collect()
    }

    fn part(&self, name: &str, share: f64, weight: f64, about: &str) -> Vec<Cell> {
        let right = |text: String| Cell::plain(&text).right();
        vec![
            Cell::plain(name),
            right(percent(share)),
            right(format!("{weight:.2}")),
            right(format!("{:+.3}", share * weight)),
            self.dim(about),
        ]
    }

    fn points(&self, name: &str, points: f64, about: &str) -> Vec<Cell> {
        let points = Cell::plain(&format!("{points:+.3}")).right();
        let none = || self.dim("");
        vec![Cell::plain(name), none(), none(), points, self.dim(about)]
    }
}

/// The parts of a grade that winning decides.
fn won_or_lost(
    rules: &GradeRules,
    grade: &Grade,
    won: bool,
    wrong: &str,
    rows: &GradeRows,
) -> Vec<Vec<Cell>> {
    if !won {
        let most = rules.lost_most;
        let lost = grade.recovery * most - grade.total;
        return vec![
            rows.part("not won", grade.recovery, most, "faults that you ended"),
            rows.points("precision", 0.0 - lost, wrong),
        ];
    }
    let above = rules.most - rules.won_least;
    let parts = [
        (
            "time",
            grade.mttm_score,
            rules.mttm_weight,
            "time to mitigate",
        ),
        (
            "customers",
            grade.bcm_score,
            rules.bcm_weight,
            "bad customer minutes",
        ),
        ("SLO", grade.slo, rules.slo_weight, "SLO budget left"),
    ];
    let sum: f64 = parts
        .iter()
        .map(|(_, share, weight, _)| share * weight)
        .sum();
    let mut table = vec![rows.points("won", rules.won_least, "all is over that could be ended")];
    table.extend(
        parts.map(|(name, share, weight, about)| rows.part(name, share, weight * above, about)),
    );
    let lost = above * sum * (1.0 - grade.precision);
    table.push(rows.points("precision", 0.0 - lost, wrong));
    table
}

/// The parts of a grade that add up.
fn sum_of_parts(
    rules: &GradeRules,
    grade: &Grade,
    wrong: &str,
    rows: &GradeRows,
) -> Vec<Vec<Cell>> {
    // The reference gives no precision where nothing recovered, however few actions were wrong.
    let precision = match grade.recovery {
        0.0 => "0: no affected service recovered",
        _ => wrong,
    };
    let speed = format!(
        "time {}, customers {}",
        percent(grade.mttm_score),
        percent(grade.bcm_score)
    );
    let mut table = vec![
        rows.part(
            "recovery",
            grade.recovery,
            rules.recovery_weight,
            "affected services that recovered",
        ),
        rows.part("speed", grade.speed, rules.speed_weight, &speed),
        rows.part(
            "precision",
            grade.precision,
            rules.precision_weight,
            precision,
        ),
        rows.part("SLO", grade.slo, rules.slo_weight, "SLO budget left"),
    ];
    let mut off = |name: &str, amount: f64, about: &str| {
        if amount != 0.0 {
            table.push(rows.points(name, 0.0 - amount, about));
        }
    };
    off("spread", grade.blast_penalty, "affected services");
    off("goals", grade.goals_penalty, "missed goals");
    table
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
        (MITIGATION, mitigated),
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
        let why = why_not_mitigated(session).filter(|_| label == MITIGATION);
        if let Some(why) = why {
            write_descriptions(&[(" ".repeat(20), why)], out)?;
        }
    }
    Ok(())
}

/// Returns the reason why the incident does not count as mitigated, if it does not.
fn why_not_mitigated(session: &PlaySession) -> Option<String> {
    if session.now().mttm_achieved_tick.is_some() {
        return None;
    }
    if let Some(stale) = stale_data(session) {
        return Some(stale);
    }
    let faults = session.faults();
    let active = faults.iter().filter(|(fault, _)| !fault.halted).count();
    if session.now().user_impact_active {
        return Some("customers are affected".to_owned());
    }
    if session.now().bad_customer_minutes == 0.0 {
        return Some("no customer was ever affected".to_owned());
    }
    (active > 0).then(|| format!("{} not halted", count(active, "fault")))
}

fn write_goals(session: &PlaySession, out: &mut Output) -> Result<(), Failure> {
    let goals = session.goals();
    if goals.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for (goal, met) in goals {
        let (style, mark) = if met { (GOOD, "✓") } else { (BAD, "✗") };
        let text = sentence(goal);
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
            Some(value) => {
                let value = shown(&goal.metric, &value);
                writeln!(out, " It is {}.", visible(&value))?;
            }
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
    match tells_symptoms_only(scenario) {
        true => Ok(()),
        false => write_paragraph(&scenario.description, DIM, out),
    }
}

/// Returns whether a fault has lasted as long as it was meant to.
fn is_over(fault: &FaultState) -> bool {
    let lasts = fault.course.as_ref().and_then(|course| course.for_ticks);
    lasts.is_some_and(|ticks| fault.progression_tick >= ticks.get())
}

/// Returns what a fault is, in a few words: its kind, or what it turns.
fn title(fault: &FaultState) -> String {
    let knobs = fault
        .course
        .as_ref()
        .and_then(|course| course.knobs.as_ref());
    knobs.map_or_else(|| fault.kind.to_string(), title_of_knobs)
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
            None if is_over(fault) => (DIM, format!("over at tick {tick}: its time was up")),
            None => (DIM, format!("halted at tick {tick} by the timeline")),
        },
        None => (DIM, "halted before it began".to_owned()),
    };
    vec![
        Cell::plain(&fault.service),
        Cell::new(palette, BAD.bold(), &title(fault)),
        Cell::plain(&since),
        Cell::new(palette, style, &end),
    ]
}
