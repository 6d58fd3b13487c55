//! Two planners that branch episodes, against the runbooks that were written for the incidents.
//!
//! `cargo run --release -p firewatch-episode --example look_ahead` plays all incidents of `scenarios/catalog`; after
//! `--`, the names of files pick some, and the answers that were found are printed too. For each incident it prints the
//! grades of its runbook, of a *look-ahead* and of a *beam search*, and the branches and the time that each planner took.
//!
//! A planner saves the episode, puts the state into all places of a batch, and does something else in each. A branch
//! that is after five ticks what it would be without an action is given up. The others wait to the end of the incident:
//! their grades are what it comes to if nothing else is done. To declare the incident resolved is worth the same.
//!
//! - The look-ahead does so whenever an alert begins or ends or a fault begins, and takes the best action, if that is
//!   better than waiting.
//! - The beam search extends answers by one action at any of these moments, and keeps the best three of each length. At
//!   last it moves the actions of the best answer to other ticks.
//!
//! Both branch the simulation itself: they know what an action comes to and when a fault begins, as no operator does.

mod beam;
mod moves;
mod planner;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};

use planner::{Answer, Planner};

/// Answers of each length that the beam search keeps.
const BEAM: usize = 3;

/// What a planner has found.
#[derive(Clone, Copy, Default)]
struct Plan {
    grade: f64,
    branches: f64,
    seconds: f64,
}

/// Grades of an incident.
struct Row {
    runbook: f64,
    look_ahead: Plan,
    beam: Plan,
}

fn main() -> Result<(), Box<dyn Error>> {
    let picked: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let started = Instant::now();
    println!(
        "{:40} {:>7} {:>10} {:>8} {:>6} {:>7} {:>8} {:>6}",
        "incident", "runbook", "look-ahead", "branches", "s", "beam", "branches", "s"
    );
    let mut rows = Vec::new();
    for file in incidents(&root)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if !picked.is_empty() && !picked.iter().any(|one| *one == name) {
            continue;
        }
        let scenario = Scenario::load(&file)?;
        let runbook = root
            .join("runbooks")
            .join(file.file_name().unwrap_or_default());
        let runbook = Runbook::load_for(&runbook, &scenario)?;
        let (row, answers) = play(scenario, runbook)?;
        print(&name, &row);
        if !picked.is_empty() {
            answers.iter().for_each(print_answer);
        }
        rows.push(row);
    }
    print("mean", &mean(&rows));
    let better = rows.iter().filter(|row| row.beam.grade > row.runbook);
    let worse = rows.iter().filter(|row| row.beam.grade < row.runbook);
    println!(
        "the beam search is better in {} of {}, worse in {}; {:.0} s in all",
        better.count(),
        rows.len(),
        worse.count(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The files of the catalogue, in order.
fn incidents(root: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut found = Vec::new();
    for folder in ["easy", "medium", "hard"] {
        for entry in std::fs::read_dir(root.join("catalog").join(folder))? {
            found.push(entry?.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Plays an incident by its runbook, by the look-ahead and by the beam search. Returns the answers of the planners too.
fn play(scenario: Scenario, runbook: Runbook) -> Result<(Row, [Answer; 2]), Box<dyn Error>> {
    let mut playback = Playback::answered(scenario.clone(), runbook)?;
    while playback.tick()? {}
    let grade = playback.score().and_then(|score| score.grade());
    let mut planner = Planner::new(scenario)?;
    let (look_ahead, first) = measured(&mut planner, beam::look_ahead)?;
    let (beam, second) = measured(&mut planner, |planner| beam::search(planner, BEAM))?;
    let row = Row {
        runbook: grade.map_or(0.0, |grade| grade.total),
        look_ahead,
        beam,
    };
    Ok((row, [first, second]))
}

fn measured(
    planner: &mut Planner,
    plan: impl FnOnce(&mut Planner) -> Result<Answer, Box<dyn Error>>,
) -> Result<(Plan, Answer), Box<dyn Error>> {
    let (before, start) = (planner.branches, Instant::now());
    let answer = plan(planner)?;
    let plan = Plan {
        grade: answer.outcome.grade,
        branches: (planner.branches - before) as f64,
        seconds: start.elapsed().as_secs_f64(),
    };
    Ok((plan, answer))
}

fn mean(rows: &[Row]) -> Row {
    let count = rows.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / count;
    let of_plan = |plan: fn(&Row) -> Plan| Plan {
        grade: mean(&|row| plan(row).grade),
        branches: mean(&|row| plan(row).branches),
        seconds: mean(&|row| plan(row).seconds),
    };
    Row {
        runbook: mean(&|row| row.runbook),
        look_ahead: of_plan(|row| row.look_ahead),
        beam: of_plan(|row| row.beam),
    }
}

fn print(name: &str, row: &Row) {
    let (one, two) = (row.look_ahead, row.beam);
    println!(
        "{name:40} {:7.3} {:10.3} {:8.0} {:6.2} {:7.3} {:8.0} {:6.2}",
        row.runbook, one.grade, one.branches, one.seconds, two.grade, two.branches, two.seconds
    );
}

fn print_answer(answer: &Answer) {
    let actions = answer.actions.iter();
    let actions: Vec<String> = actions
        .map(|(tick, request)| format!("after tick {tick} action({})", request.arguments()))
        .collect();
    println!("  {:.3}: {}", answer.outcome.grade, actions.join("; "));
}
