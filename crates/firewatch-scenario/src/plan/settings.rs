//! What the settings of a run change in its scenario.

use std::collections::{BTreeMap, BTreeSet};

use firewatch_sim::FaultKind;

use crate::model::{Scenario, TimelineAction, TimelineEvent};
use crate::sweep::Halt;
use firewatch_ron::work;

/// One value of what varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// A speed of faults.
    Speed(f64),
    /// A kind of faults.
    Kind(FaultKind),
    /// When faults are halted.
    Halt(Halt),
}

/// What a run's settings say about each service's faults; `None` is every service.
#[derive(Default)]
pub(super) struct Settings<'a> {
    speeds: BTreeMap<Option<&'a str>, f64>,
    kinds: BTreeMap<Option<&'a str>, FaultKind>,
    halts: BTreeMap<Option<&'a str>, Halt>,
    /// The services that are halted, in the order of the columns.
    halted: Vec<Option<&'a str>>,
}

/// What holds for a service.
fn of<T: Copy>(settings: &BTreeMap<Option<&str>, T>, service: &str) -> Option<T> {
    let own = settings.get(&Some(service));
    own.or_else(|| settings.get(&None)).copied()
}

impl<'a> Settings<'a> {
    pub(super) fn add(&mut self, service: Option<&'a str>, setting: Setting) {
        match setting {
            Setting::Speed(speed) => drop(self.speeds.insert(service, speed)),
            Setting::Kind(kind) => drop(self.kinds.insert(service, kind)),
            Setting::Halt(halt) => {
                self.halts.insert(service, halt);
                self.halted.push(service);
            }
        }
    }

    /// Goes through faults and timeline once, however many settings there are.
    pub(super) fn apply(&self, scenario: &mut Scenario) {
        let injected = scenario
            .timeline
            .iter_mut()
            .filter_map(|event| match &mut event.action {
                TimelineAction::Inject(fault) => Some(fault),
                TimelineAction::Halt(_) | TimelineAction::Set(..) | TimelineAction::Perform(_) => {
                    None
                }
            });
        for fault in scenario.faults.iter_mut().chain(injected) {
            work::count(1);
            fault.speed = of(&self.speeds, &fault.service).unwrap_or(fault.speed);
            fault.kind = of(&self.kinds, &fault.service).unwrap_or(fault.kind);
        }
        if !self.halted.is_empty() {
            self.set_halts(scenario);
        }
    }

    /// Halts come behind whatever else the timeline does at the same tick.
    fn set_halts(&self, scenario: &mut Scenario) {
        let mut seen = BTreeSet::new();
        let services = scenario.all_faults().map(|fault| &*fault.service);
        let afflicted: Vec<String> = { services.filter(|service| seen.insert(*service)) }
            .map(str::to_owned)
            .collect();
        let afflicted_set: BTreeSet<&str> = afflicted.iter().map(String::as_str).collect();
        let is_set =
            |service: &str| of(&self.halts, service).is_some() && afflicted_set.contains(service);
        scenario.timeline.retain(
            |event| !matches!(&event.action, TimelineAction::Halt(halted) if is_set(halted)),
        );
        for column in &self.halted {
            let Some(Halt::At(tick)) = self.halts.get(column).copied() else {
                continue;
            };
            let meant: &mut dyn Iterator<Item = &str> = match column {
                Some(service) => &mut afflicted_set.get(service).copied().into_iter(),
                None => &mut afflicted.iter().map(String::as_str),
            };
            scenario.timeline.extend(meant.map(|service| TimelineEvent {
                tick,
                action: TimelineAction::Halt(service.to_owned()),
            }));
        }
    }
}
