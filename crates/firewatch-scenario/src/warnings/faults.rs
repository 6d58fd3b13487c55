//! Faults that are listed twice, that can't be small or never show, and loops that end as they begin. The last two are tried: the rules of
//! the tick stand in the engine, and custom fault kinds have their own.

use std::collections::BTreeMap;

use firewatch_ron::shown;
use firewatch_sim::{FaultKind, SimError, Simulation, Status, Value};

use super::Reviewer;
use crate::codes;
use crate::model::{Fault, Scenario, TimelineAction};

/// Maximum work of a trial, ticks times services, faults and events; a longer scenario is not tried.
const MAX_TRIAL_WORK: u64 = 1_000_000;
/// Faults of which a trial is made.
const MAX_TRIALS: usize = 8;

/// Speed below which the errors of a partition grow by less than 0.02 a tick.
const SMALL_SPEED: f64 = 0.1;

/// A flag of a service in a loop of retries.
const LOOP: &str = "metastable_feedback_loop_active";
const RETRIES: &str = "effective_rps_multiplier";

impl Reviewer<'_> {
    /// Faults of a kind that their service has already, and that nothing has halted since.
    pub(super) fn repeated_faults(&mut self) {
        let mut last: BTreeMap<(&str, FaultKind), Beginning> = BTreeMap::new();
        for this in beginnings(self.scenario) {
            let fault = this.fault;
            let path = this.path.clone();
            let before = last.insert((&fault.service, fault.kind), this);
            let is_same = before.is_some_and(|before| {
                before.fault.knobs == fault.knobs
                    && before.fault.for_ticks.is_none()
                    && !self.may_end_between(&before, fault.start_tick)
            });
            if is_same {
                let service = shown(&fault.service);
                let message = format!("`{service}` has this fault already: {}", fault.title());
                let help = "a fault of a kind on a service is listed once: two of them grow twice as fast, which its \
                            `speed` says as well";
                self.warn(codes::REPEATED_FAULT, path, message, help);
            }
        }
    }

    /// Returns whether something may end a fault up to a tick.
    fn may_end_between(&self, first: &Beginning, tick: u64) -> bool {
        let mut events = self.scenario.timeline.iter();
        events.any(|event| {
            let is_between = event.tick >= first.tick && event.tick <= tick;
            let may_end = match &event.action {
                TimelineAction::Halt(service) => *service == first.fault.service,
                TimelineAction::Perform(_) => true,
                _ => false,
            };
            is_between && may_end
        })
    }

    /// Partitions whose errors grow so slowly that a small one seems to be meant.
    pub(super) fn sudden_partitions(&mut self) {
        let small = |one: &Beginning| {
            one.fault.kind == FaultKind::NETWORK_PARTITION && one.fault.speed < SMALL_SPEED
        };
        for small in all_beginnings(self.scenario).filter(small) {
            let service = shown(&small.fault.service);
            let message = format!(
                "`{service}` is critical at the first tick of this partition, however low its speed is"
            );
            let help = "its p99 is at least 5 s at once: in the classic physics no partition is small; `bad_deploy` of a low \
                        speed fails a few requests";
            self.warn(
                codes::SUDDEN_PARTITION,
                format!("{}.speed", small.path),
                message,
                help,
            );
        }
    }

    /// Faults that begin after one was halted elsewhere, and never show because that one heals the whole mesh.
    pub(super) fn masked_faults(&mut self) {
        let scenario = self.scenario;
        let late: Vec<Beginning> = { beginnings(scenario).into_iter() }
            .filter(|late| halted_before(scenario, late).is_some())
            .take(MAX_TRIALS)
            .collect();
        if late.is_empty() || is_long(scenario, scenario.ticks) {
            return;
        }
        let (Ok(with), Ok(without)) = (shown_faults(scenario, true), shown_faults(scenario, false))
        else {
            return;
        };
        for late in late {
            let is_masked = without.contains(&late.path) && !with.contains(&late.path);
            let Some(halted) = halted_before(scenario, &late).filter(|_| is_masked) else {
                continue;
            };
            let (service, halted) = (shown(&late.fault.service), shown(halted));
            let message = format!(
                "this fault never shows: `{service}` stays healthy, because the halted fault of `{halted}` heals it faster"
            );
            let help = "a halted fault heals every service for ever: give this one more `speed`, or another kind";
            self.warn(codes::MASKED_FAULT, late.path, message, help);
        }
    }

    /// Loops of retries that end at the first tick of their fault.
    pub(super) fn ended_loops(&mut self) {
        let scenario = self.scenario;
        let faults = scenario.faults.iter().enumerate();
        let loops = faults.filter(|(_, fault)| {
            let is_loop = fault.kind == FaultKind::CONFIG_DRIFT && has_loop(scenario, fault);
            is_loop && !is_long(scenario, fault.start_tick + 1)
        });
        for (index, fault) in loops.take(MAX_TRIALS) {
            let ended = loop_after_a_tick(scenario, fault) == Ok(Some(Value::Bool(false)));
            let Some((calm, retries)) = fewest_retries(scenario).filter(|_| ended) else {
                continue;
            };
            let service = shown(&fault.service);
            let reason = match retries {
                Some(retries) => format!("`{calm}` says `\"{RETRIES}\": {retries}`"),
                None => format!("`{calm}` says no `{RETRIES}`, which counts as 1"),
            };
            let message = format!(
                "the loop of `{service}` ends at its first tick: its queue is short and {reason}"
            );
            let help = "give every service `\"effective_rps_multiplier\": 1.2` or more, or the queue a depth of 300 or \
                        more";
            self.warn(codes::ENDED_LOOP, format!("faults[{index}]"), message, help);
        }
    }
}

/// A fault of the list or of the timeline, and when it begins.
pub(super) struct Beginning<'a> {
    tick: u64,
    /// Whether the incident is built with it; else it is injected.
    is_at_start: bool,
    /// The first event of the timeline that may be about it, if it is of the same tick.
    pub(super) first_event: usize,
    pub(super) path: String,
    pub(super) fault: &'a Fault,
}

/// Returns the faults of the list, and then those of the timeline.
pub(super) fn all_beginnings(scenario: &Scenario) -> impl Iterator<Item = Beginning<'_>> {
    let listed = scenario.faults.iter().enumerate();
    let listed = listed.map(|(index, fault)| Beginning {
        tick: fault.start_tick,
        is_at_start: fault.start_tick == 0,
        first_event: 0,
        path: format!("faults[{index}]"),
        fault,
    });
    let events = scenario.timeline.iter().enumerate();
    let injected = events.filter_map(|(index, event)| match &event.action {
        TimelineAction::Inject(fault) => Some(Beginning {
            tick: event.tick,
            is_at_start: false,
            first_event: index + 1,
            path: format!("timeline[{index}].do.fault"),
            fault,
        }),
        _ => None,
    });
    listed.chain(injected)
}

/// Returns the faults in the order in which they begin, without those of absent services.
fn beginnings(scenario: &Scenario) -> Vec<Beginning<'_>> {
    let mut all: Vec<Beginning> = all_beginnings(scenario)
        .filter(|one| !one.fault.absent)
        .collect();
    all.sort_by_key(|beginning| beginning.tick);
    all
}

/// Returns a service on which a fault was halted before this one began elsewhere.
fn halted_before<'a>(scenario: &'a Scenario, late: &Beginning) -> Option<&'a str> {
    let halts = scenario
        .timeline
        .iter()
        .filter(|event| event.tick <= late.tick);
    halts
        .filter_map(|event| match &event.action {
            TimelineAction::Halt(service) => Some(&**service),
            _ => None,
        })
        .find(|halted| late.tick > 0 && *halted != late.fault.service)
}

fn is_long(scenario: &Scenario, ticks: u64) -> bool {
    let parts = scenario.services.len() + scenario.faults.len() + scenario.timeline.len();
    ticks.saturating_mul(parts as u64) > MAX_TRIAL_WORK
}

/// Plays the faults, with what the timeline halts or without, and returns the paths of those whose service is ever
/// unwell while they are active.
fn shown_faults(scenario: &Scenario, with_halts: bool) -> Result<Vec<String>, SimError> {
    let mut simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
    let all = beginnings(scenario);
    let (mut active, mut shown): (Vec<usize>, Vec<String>) = (Vec::new(), Vec::new());
    for tick in 0..scenario.ticks {
        let begun = all.iter().enumerate().filter(|(_, one)| one.tick == tick);
        for (index, one) in begun {
            if !one.is_at_start {
                simulation.inject_fault(&one.fault.state())?;
            }
            active.push(index);
        }
        let halts = scenario
            .timeline
            .iter()
            .filter(|event| with_halts && event.tick == tick);
        for event in halts {
            if let TimelineAction::Halt(service) = &event.action {
                for &index in active
                    .iter()
                    .filter(|index| all[**index].fault.service == *service)
                {
                    simulation.halt_fault(index)?;
                }
                active.retain(|index| all[*index].fault.service != *service);
            }
        }
        simulation.tick();
        let view = simulation.view();
        for &index in &active {
            let status = view.status(&all[index].fault.service);
            if status != Some(Status::Healthy) && !shown.contains(&all[index].path) {
                shown.push(all[index].path.clone());
            }
        }
    }
    Ok(shown)
}

/// Returns whether the service of a fault begins in a loop of retries.
fn has_loop(scenario: &Scenario, fault: &Fault) -> bool {
    let mut services = scenario.services.iter();
    let service = services.find(|service| service.name == fault.service);
    let of_service = service.and_then(|service| service.metrics.get(LOOP));
    fault.metrics.get(LOOP).or(of_service) == Some(&Value::Bool(true))
}

/// Returns the flag of the loop after the first tick of a fault.
fn loop_after_a_tick(scenario: &Scenario, fault: &Fault) -> Result<Option<Value>, SimError> {
    let mut simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
    for tick in 0..=fault.start_tick {
        let begins = scenario
            .faults
            .iter()
            .filter(|other| other.start_tick == tick && tick > 0);
        for other in begins {
            simulation.inject_fault(&other.state())?;
        }
        simulation.tick();
    }
    Ok(simulation.view().metric(&fault.service, LOOP))
}

/// Returns the service that sends fewest requests for each that it gets, and how many it says.
fn fewest_retries(scenario: &Scenario) -> Option<(String, Option<f64>)> {
    let said = scenario.services.iter().map(|service| {
        let own = service.metrics.get(RETRIES);
        let faults = scenario
            .faults
            .iter()
            .filter(|fault| fault.service == service.name);
        let of_fault = faults
            .filter_map(|fault| fault.metrics.get(RETRIES))
            .next_back();
        let retries = of_fault.or(own).and_then(Value::as_f64);
        (shown(&service.name), retries)
    });
    said.min_by(|(_, a), (_, b)| a.unwrap_or(1.0).total_cmp(&b.unwrap_or(1.0)))
}
