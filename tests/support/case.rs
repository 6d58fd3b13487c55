//! A conformance case: an incident and what the reference made of it, tick by tick.

use std::collections::BTreeMap;
use std::path::Path;

use firewatch_sim::{
    AdversarialLine, Engine, EnvironmentRef, EnvironmentState, FaultKind, FaultState, ImpactMode,
    LogScript, LogTexts, METRICS, ServiceState, SloBudget, Value,
};
use serde::Deserialize;

use crate::{Act, Incident};

/// A recorded run of the reference.
#[derive(Deserialize)]
pub struct Case {
    /// Its name.
    #[serde(rename = "case")]
    pub name: String,
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
    /// What the reference has after each tick.
    pub trace: Vec<Moment>,
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

#[derive(Clone, Deserialize)]
struct Set {
    service: String,
    metric: String,
    value: Value,
}

/// What the reference has after a tick.
#[derive(Deserialize)]
pub struct Moment {
    /// Ticks done.
    pub tick: u64,
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
pub type Difference = String;

/// Tells two things apart.
///
/// # Errors
/// The place and both values, if they differ.
pub fn expect_same<T: PartialEq + std::fmt::Debug>(
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
    /// Reads a case from its file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn read(file: &Path) -> Result<Self, Difference> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    /// The incident, without what the reference made of it.
    #[must_use]
    pub fn incident(&self) -> Incident {
        Incident {
            name: self.name.clone(),
            state: self.state(),
            timeline: self.timeline.iter().flat_map(Event::acts).collect(),
            ticks: self.trace.len() as u64,
        }
    }

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
                texts: LogTexts::Reference,
                seed: 0,
                prompt_injection_service: self.prompt_injection_service.clone(),
                adversarial: self.adversarial_logs.clone(),
            },
            ..EnvironmentState::new(SloBudget {
                remaining,
                burn_per_tick,
            })
        }
    }

    /// Compares an environment before its first tick with the reference.
    ///
    /// # Errors
    /// The first difference.
    pub fn compare_start(&self, view: EnvironmentRef) -> Result<(), Difference> {
        expect_same("blast_radius", &self.blast_radius, &view.blast_radius())?;
        self.compare_logs(0, view)
    }

    /// Compares an environment with the reference.
    ///
    /// # Errors
    /// The first difference.
    pub fn compare(
        &self,
        moment: &Moment,
        bcm_delta: f64,
        view: EnvironmentRef,
    ) -> Result<(), Difference> {
        let place = format!("tick {}, bcm_delta", moment.tick);
        expect_same(&place, &moment.bcm_delta, &bcm_delta)?;
        self.compare_services(moment, view)?;
        self.compare_totals(moment, view)?;
        self.compare_logs(moment.tick, view)
    }

    fn compare_totals(&self, moment: &Moment, view: EnvironmentRef) -> Result<(), Difference> {
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

    fn compare_services(&self, moment: &Moment, view: EnvironmentRef) -> Result<(), Difference> {
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

    fn compare_logs(&self, tick: u64, view: EnvironmentRef) -> Result<(), Difference> {
        for log in self.logs.iter().filter(|log| log.after_tick == tick) {
            let place = format!("tick {tick}, {}, logs", log.service);
            expect_same(&place, &log.lines, &view.logs(&log.service))?;
        }
        Ok(())
    }
}

impl Event {
    fn acts(&self) -> impl Iterator<Item = (u64, Act)> {
        let halt = self.halt_fault.map(Act::Halt);
        let set = self.set.clone().map(|set| Act::Set {
            service: set.service,
            metric: set.metric,
            value: set.value,
        });
        let before = self.before_tick;
        halt.into_iter().chain(set).map(move |act| (before, act))
    }
}
