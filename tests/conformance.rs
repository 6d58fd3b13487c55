//! The engine does what the reference does, bit for bit, alone and among others.
//!
//! `FIREWATCH_CASES=DIR` runs every `*.json` of another folder instead of the fixtures; a relative
//! `DIR` counts from the root of the workspace.

use std::path::Path;

use bevy_ecs::prelude::*;
use firewatch_sim::{Impact, Simulation};
use firewatch_tests::{Case, Crowd, Difference, Incident, tell};

fn run_alone(case: &Case) -> Result<(), Difference> {
    let incident = case.incident();
    let mut simulation = Simulation::new(&incident.state).map_err(|error| error.to_string())?;
    case.compare_start(simulation.view())?;
    for moment in &case.trace {
        let bcm_delta = incident
            .step(moment.tick, &mut simulation)
            .map_err(|error| error.to_string())?;
        case.compare(moment, bcm_delta, simulation.view())?;
    }
    Ok(())
}

/// Whether a file has anything of a case: a folder may hold recordings of other things. One that can't be
/// read is left to whoever reads cases, who says why.
fn may_be_case(file: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(file) else {
        return true;
    };
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Object(fields)) => {
            let of_a_case = ["case", "engine", "services", "trace"];
            of_a_case.iter().any(|field| fields.contains_key(*field))
        }
        _ => true,
    }
}

/// Runs every case of the folder; prints what differs and how much was compared.
fn run_folder(folder: &Path) -> (usize, usize) {
    let (mut ticks, mut differ) = (0, 0);
    let files = firewatch_tests::files(folder, "json");
    let (files, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| may_be_case(file));
    for other in others {
        tell(&format!("{}: is no case, and is not run", other.display()));
    }
    for file in &files {
        let outcome = Case::read(file)
            .map_err(|error| (file.display().to_string(), error))
            .and_then(|case| {
                ticks += case.trace.len();
                run_alone(&case).map_err(|difference| (case.name.clone(), difference))
            });
        if let Err((case, difference)) = outcome {
            differ += 1;
            tell(&format!("{case}: {difference}"));
        }
    }
    tell(&format!(
        "{} cases, {ticks} ticks, {differ} differ",
        files.len()
    ));
    (files.len(), differ)
}

#[test]
fn every_case_is_reproduced_bit_for_bit() {
    let folder = firewatch_tests::case_folder();
    let (cases, differ) = run_folder(&folder);
    assert!(cases > 0, "no cases in {}", folder.display());
    assert_eq!(differ, 0, "{differ} of {cases} cases differ");
}

/// A case on its way, in a world that it shares.
struct Running {
    case: Case,
    incident: Incident,
    environment: Entity,
}

impl Running {
    fn spawn(case: Case, crowd: &mut Crowd) -> Self {
        let incident = case.incident();
        let environment = crowd.host.spawn(&incident.state);
        Self {
            case,
            incident,
            environment,
        }
    }

    fn intervene(&self, tick: u64, world: &mut World) -> Result<(), Difference> {
        self.incident
            .intervene(tick, world, self.environment)
            .map_err(|error| format!("{}: {error}", self.incident.name))
    }

    fn compare(&self, tick: usize, crowd: &Crowd) -> Result<(), Difference> {
        let Some(moment) = self.case.trace.get(tick - 1) else {
            return Ok(());
        };
        let impact = crowd.host.world.get::<Impact>(self.environment);
        let bcm_delta = impact.map_or(f64::NAN, |impact| impact.bcm_delta);
        self.case
            .compare(moment, bcm_delta, crowd.host.view(self.environment))
            .map_err(|difference| format!("{}: {difference}", self.case.name))
    }
}

#[test]
fn every_fixture_is_reproduced_in_a_crowded_world() {
    let mut crowd = Crowd::default();
    let mut running = Vec::new();
    for case in firewatch_tests::fixtures() {
        crowd.add_neighbours(3);
        running.push(Running::spawn(case, &mut crowd));
    }
    crowd.add_neighbours(10);
    assert!(running.len() > 30 && crowd.neighbours() > 100);
    let longest = running.iter().map(|r| r.case.trace.len()).max().unwrap();
    for tick in 1..=longest {
        for running in &running {
            running
                .intervene(tick as u64, &mut crowd.host.world)
                .unwrap();
        }
        crowd.host.tick();
        for running in &running {
            running.compare(tick, &crowd).unwrap();
        }
    }
}
