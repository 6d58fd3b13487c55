//! The engine does what the reference does, bit for bit.
//!
//! `FIREWATCH_CASES=DIR` runs every `*.json` of another folder instead of the fixtures; a relative
//! `DIR` counts from the root of the workspace.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't read its fixtures fails"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use firewatch_sim::{
    AdversarialLine, Engine, EnvironmentState, FaultKind, FaultState, ImpactMode, LogScript,
    METRICS, ServiceState, Simulation, SloBudget, Value,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    case: String,
    engine: Engine,
    difficulty: String,
    impact_mode: ImpactMode,
    root_cause_service: Option<String>,
    red_herrings: Vec<String>,
    prompt_injection_service: Option<String>,
    adversarial_logs: Vec<AdversarialLine>,
    services: Vec<ServiceState>,
    dependencies: Vec<(String, Vec<String>)>,
    faults: Vec<CaseFault>,
    timeline: Vec<Event>,
    trace: Vec<Moment>,
    logs: Vec<Log>,
    blast_radius: usize,
}

#[derive(Deserialize)]
struct CaseFault {
    kind: FaultKind,
    service: String,
    speed: f64,
}

#[derive(Deserialize)]
struct Event {
    before_tick: u64,
    halt_fault: Option<usize>,
    set: Option<Set>,
}

#[derive(Deserialize)]
struct Set {
    service: String,
    metric: String,
    value: Value,
}

#[derive(Deserialize)]
struct Moment {
    tick: u64,
    sim_time_seconds: i64,
    bcm_delta: f64,
    bad_customer_minutes: f64,
    mttm_achieved_tick: Option<u64>,
    slo_budget: f64,
    slo_breached: bool,
    all_healthy: bool,
    mean_error_rate: f64,
    faults: Vec<FaultMoment>,
    services: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct FaultMoment {
    halted: bool,
    halted_at_tick: Option<u64>,
    progression_tick: u64,
}

#[derive(Deserialize)]
struct Log {
    after_tick: u64,
    service: String,
    lines: Vec<String>,
}

/// Where a run first left the trace: tick, service, metric, expected, got.
type Difference = String;

fn expect_same<T: PartialEq + std::fmt::Debug>(
    place: &str,
    expected: &T,
    got: &T,
) -> Result<(), Difference> {
    if expected == got {
        Ok(())
    } else {
        Err(format!("{place}: expected {expected:?}, got {got:?}"))
    }
}

impl Case {
    fn state(&self) -> EnvironmentState {
        let (remaining, burn_per_tick) = match self.difficulty.as_str() {
            "easy" => (30.0, 1.5),
            "medium" => (60.0, 2.0),
            _ => (120.0, 3.0),
        };
        EnvironmentState {
            engine: self.engine,
            impact_mode: self.impact_mode,
            services: self.services.clone(),
            dependencies: self.dependencies.clone(),
            red_herrings: self.red_herrings.clone(),
            root_cause: self.root_cause_service.clone(),
            faults: self
                .faults
                .iter()
                .map(|fault| FaultState::new(fault.kind, &fault.service, fault.speed))
                .collect(),
            log_script: LogScript {
                prompt_injection_service: self.prompt_injection_service.clone(),
                adversarial: self.adversarial_logs.clone(),
            },
            ..EnvironmentState::new(SloBudget {
                remaining,
                burn_per_tick,
            })
        }
    }

    fn run(&self) -> Result<(), Difference> {
        let mut simulation = Simulation::new(&self.state()).map_err(|error| error.to_string())?;
        expect_same(
            "blast_radius",
            &self.blast_radius,
            &simulation.view().blast_radius(),
        )?;
        self.compare_logs(0, &simulation)?;
        for moment in &self.trace {
            self.intervene(moment.tick, &mut simulation)?;
            let bcm_delta = simulation.tick();
            let at = |what: &str| format!("tick {}, {what}", moment.tick);
            expect_same(&at("bcm_delta"), &moment.bcm_delta, &bcm_delta)?;
            self.compare_services(moment, &simulation)?;
            self.compare_totals(moment, &simulation)?;
            self.compare_logs(moment.tick, &simulation)?;
        }
        Ok(())
    }

    fn intervene(&self, tick: u64, simulation: &mut Simulation) -> Result<(), Difference> {
        for event in self
            .timeline
            .iter()
            .filter(|event| event.before_tick == tick)
        {
            if let Some(index) = event.halt_fault {
                simulation
                    .halt_fault(index)
                    .map_err(|error| error.to_string())?;
            }
            if let Some(Set {
                service,
                metric,
                value,
            }) = &event.set
            {
                let set = simulation.set_metric(service, metric, value.clone());
                set.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    fn compare_totals(&self, moment: &Moment, simulation: &Simulation) -> Result<(), Difference> {
        let view = simulation.view();
        let at = |what: &str| format!("tick {}, {what}", moment.tick);
        let (clock, impact, budget) = (view.clock(), view.impact(), view.slo_budget());
        expect_same(&at("tick"), &moment.tick, &clock.tick)?;
        expect_same(
            &at("sim_time_seconds"),
            &moment.sim_time_seconds,
            &clock.sim_time_seconds,
        )?;
        let total = impact.bad_customer_minutes;
        expect_same(
            &at("bad_customer_minutes"),
            &moment.bad_customer_minutes,
            &total,
        )?;
        let mitigated = impact.mttm_achieved_tick;
        expect_same(
            &at("mttm_achieved_tick"),
            &moment.mttm_achieved_tick,
            &mitigated,
        )?;
        expect_same(&at("slo_budget"), &moment.slo_budget, &budget.remaining)?;
        expect_same(
            &at("slo_breached"),
            &moment.slo_breached,
            &budget.is_breached(),
        )?;
        expect_same(&at("all_healthy"), &moment.all_healthy, &view.all_healthy())?;
        expect_same(
            &at("mean_error_rate"),
            &moment.mean_error_rate,
            &view.mean_error_rate(),
        )?;
        if self.engine == Engine::SingleFault {
            // Its one fault is implied: the reference lists none.
            return expect_same(&at("faults"), &moment.faults, &Vec::new());
        }
        let faults: Vec<_> = view
            .faults()
            .map(|fault| FaultMoment {
                halted: fault.halted,
                halted_at_tick: fault.halted_at_tick,
                progression_tick: fault.progression_tick,
            })
            .collect();
        expect_same(&at("faults"), &moment.faults, &faults)
    }

    fn compare_services(&self, moment: &Moment, simulation: &Simulation) -> Result<(), Difference> {
        let view = simulation.view();
        let listed = moment.services.len();
        expect_same("number of services", &listed, &view.service_names().len())?;
        for (name, metrics) in &moment.services {
            let service = view
                .service(name)
                .ok_or_else(|| format!("no service {name}"))?;
            for (metric, expected) in metrics {
                let place = format!("tick {}, {name}, {metric}", moment.tick);
                let got = firewatch_sim::read_metric(service, metric);
                expect_same(&place, &Some(expected.clone()), &got)?;
            }
            for (metric, got) in firewatch_sim::read_metrics(service) {
                let always = METRICS
                    .iter()
                    .any(|known| known.always && known.name == metric);
                if !always && !metrics.contains_key(metric) {
                    return Err(format!(
                        "tick {}, {name}, {metric}: expected absent, got {got}",
                        moment.tick
                    ));
                }
            }
        }
        Ok(())
    }

    fn compare_logs(&self, tick: u64, simulation: &Simulation) -> Result<(), Difference> {
        for log in self.logs.iter().filter(|log| log.after_tick == tick) {
            let place = format!("tick {tick}, {}, logs", log.service);
            expect_same(&place, &log.lines, &simulation.logs(&log.service))?;
        }
        Ok(())
    }
}

/// Runs every case of the folder; prints what differs and how much was compared.
fn run_folder(folder: &Path) -> (usize, usize) {
    let (mut ticks, mut differ) = (0, 0);
    let files = firewatch_tests::files(folder, "json");
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let outcome = serde_json::from_str::<Case>(&text)
            .map_err(|error| (file.display().to_string(), error.to_string()))
            .and_then(|case| {
                ticks += case.trace.len();
                case.run()
                    .map_err(|difference| (case.case.clone(), difference))
            });
        if let Err((case, difference)) = outcome {
            differ += 1;
            println!("{case}: {difference}");
        }
    }
    println!("{} cases, {ticks} ticks, {differ} differ", files.len());
    (files.len(), differ)
}

#[test]
fn every_case_is_reproduced_bit_for_bit() {
    let folder = std::env::var_os("FIREWATCH_CASES").map_or_else(
        || PathBuf::from("tests/fixtures/conformance"),
        PathBuf::from,
    );
    let folder = firewatch_tests::workspace().join(folder);
    let (cases, differ) = run_folder(&folder);
    assert!(cases > 0, "no cases in {}", folder.display());
    assert_eq!(differ, 0, "{differ} of {cases} cases differ");
}
