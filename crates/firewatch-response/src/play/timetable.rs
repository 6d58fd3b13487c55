//! The steps that a scenario takes by itself, in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use firewatch_sim::{EnvironmentRef, FaultKind};

use firewatch_action::{ActionRequest, Metrics};
use firewatch_ron::work;
use firewatch_scenario::{Fault, Scenario, TimelineAction, Turn};

/// Something that is done before a tick.
#[derive(Clone, Copy)]
pub(super) enum TimelineStep<'a> {
    Begin(&'a Fault),
    Halt(&'a str),
    Set(&'a str, &'a Metrics),
    Perform(&'a ActionRequest),
    Turn(&'a Turn),
    Restart(&'a str),
}

/// Where a step stands in its scenario.
#[derive(Clone, Copy, Debug)]
pub(super) enum TimetableEntry {
    /// A fault that begins.
    Fault(usize),
    /// An event of the timeline.
    Event(usize),
}

/// The faults of a scenario that begin later and the events of its timeline, sorted by their ticks. An
/// episode makes it once and asks it at each tick.
#[derive(Clone, Debug, Default)]
pub struct Timetable(Vec<(u64, TimetableEntry)>);

impl Timetable {
    /// Returns the steps that a scenario takes after its start.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let faults = scenario.faults.iter().enumerate();
        let begins = faults.filter(|(_, fault)| fault.start_tick > 0);
        let begins = begins.map(|(index, fault)| (fault.start_tick, TimetableEntry::Fault(index)));
        let events = scenario.timeline.iter().enumerate();
        let events = events.map(|(index, event)| (event.tick, TimetableEntry::Event(index)));
        let mut places: Vec<(u64, TimetableEntry)> = begins.chain(events).collect();
        // Stable: at the same tick faults begin before the timeline acts.
        places.sort_by_key(|(tick, _)| *tick);
        Self(places)
    }

    /// Returns the timetable of a scenario, to be shared; `None` where nothing is ever done.
    #[must_use]
    pub fn of_events(scenario: &Scenario) -> Option<Arc<Self>> {
        let timetable = Self::of(scenario);
        (!timetable.is_empty()).then(|| Arc::new(timetable))
    }

    /// Whether nothing is ever done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of entries whose ticks are before that one.
    pub(super) fn count_before(&self, tick: u64) -> usize {
        self.0.partition_point(|(at, _)| *at < tick)
    }

    /// Returns the entries due at these ticks that come after `from`, in order.
    pub(super) fn due(&self, from: usize, tick: u64) -> &[(u64, TimetableEntry)] {
        let rest = self.0.get(from..).unwrap_or_default();
        // At most ticks nothing is due: a look at the first entry is enough.
        let due = rest.iter().take_while(|(at, _)| *at <= tick);
        &rest[..due.count()]
    }
}

impl TimetableEntry {
    /// Returns the step that stands there; `None` in a scenario that is not the timetable's.
    pub(super) fn step(self, scenario: &Scenario) -> Option<TimelineStep<'_>> {
        match self {
            Self::Fault(index) => scenario.faults.get(index).map(TimelineStep::Begin),
            Self::Event(index) => scenario
                .timeline
                .get(index)
                .map(|event| match &event.action {
                    TimelineAction::Halt(service) => TimelineStep::Halt(service),
                    TimelineAction::Inject(fault) => TimelineStep::Begin(fault),
                    TimelineAction::Set(service, metrics) => TimelineStep::Set(service, metrics),
                    TimelineAction::Perform(request) => TimelineStep::Perform(request),
                    TimelineAction::Turn(turn) => TimelineStep::Turn(turn),
                    TimelineAction::Restart(service) => TimelineStep::Restart(service),
                }),
        }
    }
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
