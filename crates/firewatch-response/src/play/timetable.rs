//! What a scenario does by itself while it is played, in the order in which it does it.

use std::collections::BTreeMap;

use firewatch_sim::{EnvironmentMut, EnvironmentRef, FaultKind, SimError};

use super::script::{FailedAction, Script};
use firewatch_action::Metrics;
use firewatch_action::{ActionRequest, ActionSession};
use firewatch_ron::work;
use firewatch_scenario::{Action, Fault, Scenario};

/// Something that is done before a tick.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Begin(&'a Fault),
    Halt(&'a str),
    Set(&'a str, &'a Metrics),
    Perform(&'a ActionRequest),
}

/// Where a step stands in its scenario.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A fault that begins.
    Fault(usize),
    /// An event of the timeline.
    Event(usize),
}

/// The faults of a scenario that begin later and the events of its timeline, sorted by their ticks. An
/// episode makes it once and asks it at each tick.
#[derive(Clone, Debug, Default)]
pub struct Timetable(Vec<(u64, Place)>);

impl Timetable {
    /// What the scenario does by itself once it has started.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let faults = scenario.faults.iter().enumerate();
        let begins = faults.filter(|(_, fault)| fault.start_tick > 0);
        let begins = begins.map(|(index, fault)| (fault.start_tick, Place::Fault(index)));
        let events = scenario.timeline.iter().enumerate();
        let events = events.map(|(index, event)| (event.tick, Place::Event(index)));
        let mut places: Vec<(u64, Place)> = begins.chain(events).collect();
        // Stable: at the same tick faults begin before the timeline acts.
        places.sort_by_key(|(tick, _)| *tick);
        Self(places)
    }

    /// Whether nothing is ever done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The steps in reverse order, so that the next one is popped.
    pub(super) fn steps<'a>(&self, scenario: &'a Scenario) -> Vec<(u64, Step<'a>)> {
        resolved(&self.0, scenario)
    }

    /// Does what the scenario of this timetable does after `tick` ticks: the faults that begin
    /// then, then the events of the timeline, whose actions go into the session. A [`crate::Playback`]
    /// does so by itself.
    ///
    /// All that is due is done, whatever one part of it fails at: returns the first action that could not be
    /// carried out, as [`Script::failed_action`] tells it of a run. For a scenario without
    /// [`Scenario::problems`], on an environment of its own, that is an action of a file of its own that gives
    /// a metric a value which the metric can't have.
    ///
    /// # Errors
    /// [`SimError::NoEnvironment`]: nothing was done then.
    pub fn act_at(
        &self,
        scenario: &Scenario,
        tick: u64,
        environment: &mut EnvironmentMut,
        session: &mut ActionSession,
    ) -> Result<Option<FailedAction>, SimError> {
        let first = self.0.partition_point(|(at, _)| *at < tick);
        let end = self.0.partition_point(|(at, _)| *at <= tick);
        let due = resolved(&self.0[first..end], scenario);
        if due.is_empty() {
            return Ok(None);
        }
        Script::act_once(scenario, due, tick, environment, session)
    }
}

/// The steps at those places, in reverse. A scenario that has fewer than its timetable does fewer.
fn resolved<'a>(places: &[(u64, Place)], scenario: &'a Scenario) -> Vec<(u64, Step<'a>)> {
    work::count(places.len());
    let step = |place: Place| match place {
        Place::Fault(index) => scenario.faults.get(index).map(Step::Begin),
        Place::Event(index) => scenario
            .timeline
            .get(index)
            .map(|event| match &event.action {
                Action::Halt(service) => Step::Halt(service),
                Action::Inject(fault) => Step::Begin(fault),
                Action::Set(service, metrics) => Step::Set(service, metrics),
                Action::Perform(request) => Step::Perform(request),
            }),
    };
    let steps = places.iter().rev();
    steps
        .filter_map(|&(tick, place)| Some((tick, step(place)?)))
        .collect()
}

/// The faults that are not halted, by service. All halts of a tick share one look at them.
pub(super) struct ActiveFaults(BTreeMap<String, Vec<(usize, FaultKind)>>);

impl ActiveFaults {
    pub(super) fn of(view: &EnvironmentRef) -> Self {
        let mut by_service: BTreeMap<String, Vec<(usize, FaultKind)>> = BTreeMap::new();
        for (index, fault) in view.faults().enumerate() {
            work::count(1);
            if !fault.halted {
                let service = view.fault_service(fault).to_owned();
                by_service
                    .entry(service)
                    .or_default()
                    .push((index, view.fault_kind(fault)));
            }
        }
        Self(by_service)
    }

    /// Adds one that has just begun, as the last of the environment's list.
    pub(super) fn begin(&mut self, fault: &Fault, view: &EnvironmentRef) {
        let last = view.fault_entities().len().saturating_sub(1);
        let service = self.0.entry(fault.service.clone()).or_default();
        service.push((last, fault.kind));
    }

    /// Takes those of a service out, in the order of the list.
    pub(super) fn take(&mut self, service: &str) -> Vec<(usize, FaultKind)> {
        self.0.remove(service).unwrap_or_default()
    }
}
