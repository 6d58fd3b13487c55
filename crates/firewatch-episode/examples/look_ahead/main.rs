//! Two planners that branch episodes, against the runbooks that were written for the incidents.
//!
//! `cargo run --release -p firewatch-episode --example look_ahead` plays all incidents of `scenarios/catalog`; after
//! `--`, the names of files pick some. For each it prints the grades of its runbook, of a *look-ahead* and of a *beam
//! search*, and the time that each planner took.
//!
//! Whenever an alert begins or ends, a planner tries every legal action: it branches the episode, does the action, and
//! waits to the end of the incident. The look-ahead takes the action with the best grade, if that is better than
//! waiting's. The beam search does so with the best few answers so far.
//!
//! Both branch the simulation itself: they know what an action comes to, as no operator does.

mod arena;
mod beam;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};

use arena::Arena;

/// Answers that the beam search keeps.
const BEAM: usize = 3;

/// Grades of an incident, and seconds.
struct Row {
    runbook: f64,
    look_ahead: (f64, f64),
    beam: (f64, f64),
}

fn main() -> Result<(), Box<dyn Error>> {
    let picked: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let started = Instant::now();
    println!(
        "{:44} {:>7} {:>10} {:>6} {:>7} {:>6}",
        "incident", "runbook", "look-ahead", "s", "beam", "s"
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
        let row = play(&scenario, Runbook::load_for(&runbook, &scenario)?)?;
        print(&name, &row);
        rows.push(row);
    }
    let count = rows.len().max(1) as f64;
    let mean = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / count;
    let means = Row {
        runbook: mean(|row| row.runbook),
        look_ahead: (mean(|row| row.look_ahead.0), mean(|row| row.look_ahead.1)),
        beam: (mean(|row| row.beam.0), mean(|row| row.beam.1)),
    };
    print("mean", &means);
    let better = rows.iter().filter(|row| row.beam.0 > row.runbook).count();
    let worse = rows.iter().filter(|row| row.beam.0 < row.runbook).count();
    println!(
        "the beam search is better in {better} of {}, worse in {worse}; {:.0} s in all",
        rows.len(),
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

fn play(scenario: &Scenario, runbook: Runbook) -> Result<Row, Box<dyn Error>> {
    let mut playback = Playback::answered(scenario.clone(), runbook)?;
    while playback.tick()? {}
    let grade = playback.score().and_then(|score| score.grade());
    let mut arena = Arena::new(scenario)?;
    Ok(Row {
        runbook: grade.map_or(0.0, |grade| grade.total),
        look_ahead: timed(|| beam::search(&mut arena, 1))?,
        beam: timed(|| beam::search(&mut arena, BEAM))?,
    })
}

/// The grade that a planner gets, and the seconds that it takes.
fn timed(plan: impl FnOnce() -> Result<f64, Box<dyn Error>>) -> Result<(f64, f64), Box<dyn Error>> {
    let start = Instant::now();
    let grade = plan()?;
    Ok((grade, start.elapsed().as_secs_f64()))
}

fn print(name: &str, row: &Row) {
    let Row {
        runbook,
        look_ahead,
        beam,
    } = row;
    println!(
        "{name:44} {runbook:7.3} {:10.3} {:6.2} {:7.3} {:6.2}",
        look_ahead.0, look_ahead.1, beam.0, beam.1
    );
}
