//! The meaning of a scenario: names that exist, numbers in range, expectations that can be evaluated.

mod calls;
mod created;
mod expectations;
mod faults;
mod goals;
mod knobs;
mod metrics;
mod runbook;
mod scaling;
mod sweep;
mod timeline;
mod traffic;
mod turn;

use std::collections::{BTreeMap, BTreeSet};

use created::{Created, timeline_requests};

use crate::catalogue::{self, SERVICE_CATALOGUE};
use crate::codes;
use crate::model::{Calls, Fault, Scenario, Service, TimelineAction, limits};
use firewatch_action::decode::{Decoder, key_path};
use firewatch_ron::{shown, suggest};
use firewatch_sim::num::exact_text;

/// Largest number of ticks that a run may take.
pub const MAX_TICKS: u64 = limits::TICKS;
/// Largest number of ticks times services of a run.
pub const MAX_SERVICE_TICKS: u64 = 1_000_000_000;
/// Largest speed of a fault.
pub const MAX_SPEED: f64 = 100.0;
/// Largest SLO budget and burn.
pub(crate) const MAX_BUDGET: f64 = 1e15;
/// Largest number of services of a scenario.
pub const MAX_SERVICES: usize = 10_000;
/// Largest number of faults of a scenario, those that its timeline injects included.
pub const MAX_FAULTS: usize = 1000;
/// Largest number of events of a timeline.
pub const MAX_EVENTS: usize = 10_000;
/// Largest number of goals of a scenario.
pub const MAX_GOALS: usize = 1000;

pub(crate) use runbook::{check_runbook, check_runbook_alone, concealed};

impl Scenario {
    /// Largest number of ticks that a run of as many services may take.
    #[must_use]
    pub fn max_ticks(&self) -> u64 {
        let services = self.services.len().max(1) as u64;
        MAX_TICKS.min(MAX_SERVICE_TICKS / services)
    }
}

/// Notes everything that is wrong with what the scenario says.
pub(crate) fn check(scenario: &Scenario, notes: &mut Decoder) {
    let mut checker = Checker::new(scenario, notes);
    checker.numbers();
    checker.services();
    checker.physics();
    checker.faults();
    checker.roles();
    checker.timeline();
    checker.expectations("expect", &scenario.expect);
    checker.expectations("expect_unanswered", &scenario.expect_unanswered);
    checker.goals();
    checker.sweep();
}

struct Checker<'a> {
    scenario: &'a Scenario,
    services: BTreeMap<&'a str, &'a Service>,
    red_herrings: BTreeSet<&'a str>,
    /// The services with faults, and when the first of each starts.
    first_starts: BTreeMap<&'a str, u64>,
    /// Services that are meant not to be in the mesh.
    absent_services: BTreeSet<&'a str>,
    /// Services and metrics that the scenario itself gives them.
    given_metrics: BTreeSet<(&'a str, &'a str)>,
    /// What actions may give them besides.
    created: Created<'a>,
    /// A fault could not be read, or is on a service that there is not: it may be the one that something
    /// else is about.
    hides_faults: bool,
    notes: &'a mut Decoder,
}

impl<'a> Checker<'a> {
    fn new(scenario: &'a Scenario, notes: &'a mut Decoder) -> Self {
        let mut services = BTreeMap::new();
        for service in &scenario.services {
            services.entry(&*service.name).or_insert(service);
        }
        let mut first_starts = BTreeMap::new();
        for fault in scenario.all_faults() {
            let first = first_starts
                .entry(&*fault.service)
                .or_insert(fault.start_tick);
            *first = fault.start_tick.min(*first);
        }
        let of_services = scenario.services.iter().map(|s| (&*s.name, &s.metrics));
        let of_faults = scenario.all_faults().map(|f| (&*f.service, &f.metrics));
        let set = scenario
            .timeline
            .iter()
            .filter_map(|event| match &event.action {
                TimelineAction::Set(service, metrics) => Some((&**service, metrics)),
                TimelineAction::Halt(_)
                | TimelineAction::Inject(_)
                | TimelineAction::Perform(_)
                | TimelineAction::Turn(_)
                | TimelineAction::Restart(_) => None,
            });
        let given = of_services.chain(of_faults).chain(set);
        let given = given.flat_map(|(service, metrics)| {
            let names = metrics.keys();
            names.map(move |metric| (service, &**metric))
        });
        let mut created = Created::default();
        created.add(scenario.actions(), timeline_requests(scenario));
        let is_misplaced = |fault: &Fault| !fault.absent && !services.contains_key(&*fault.service);
        let hides_faults = notes.is_broken_within("faults")
            || notes.is_broken_within("timeline")
            || scenario.all_faults().any(is_misplaced);
        Self {
            scenario,
            red_herrings: scenario.red_herrings.iter().map(String::as_str).collect(),
            first_starts,
            absent_services: { scenario.absent_services.iter() }
                .map(String::as_str)
                .collect(),
            given_metrics: given.collect(),
            created,
            hides_faults,
            services,
            notes,
        }
    }

    fn numbers(&mut self) {
        let scenario = self.scenario;
        if scenario.ticks == 0 || scenario.ticks > MAX_TICKS {
            let message = format!("`ticks` must be 1 to {MAX_TICKS}, not {}", scenario.ticks);
            self.notes
                .report(codes::OUT_OF_RANGE, "ticks", message, "out of range", None);
        } else if scenario.ticks > scenario.max_ticks() {
            self.too_many_service_ticks();
        }
        let budget = scenario.slo_budget;
        self.in_range("slo_budget", budget.remaining, 0.0, MAX_BUDGET);
        self.in_range("slo_burn_per_tick", budget.burn_per_tick, 0.0, MAX_BUDGET);
    }

    fn too_many_service_ticks(&mut self) {
        let (ticks, services) = (self.scenario.ticks, self.scenario.services.len());
        let message = format!(
            "{ticks} ticks of {services} services are too many: a run has at most {MAX_SERVICE_TICKS} \
             ticks times services"
        );
        let most = self.scenario.max_ticks();
        let help = format!("with {services} services, `ticks` can be 1 to {most}");
        self.notes.report(
            codes::TOO_MANY,
            "ticks",
            message,
            "out of range",
            Some(help),
        );
    }

    /// Notes that the key of a map is empty.
    fn needs_name(&mut self, path: &str, what: &str) {
        let (path, message) = (format!("{path}@key"), format!("{what} needs a name"));
        self.notes
            .report(codes::EMPTY_NAME, &path, message, "empty", None);
    }

    /// Notes that there are too many of something.
    fn at_most(&mut self, path: &str, what: &str, count: usize, most: usize) {
        if count > most {
            let message = format!("{count} {what} are too many: {most} are possible");
            self.notes.report(codes::TOO_MANY, path, message, "", None);
        }
    }

    fn in_range(&mut self, path: &str, number: f64, min: f64, max: f64) {
        if !(min..=max).contains(&number) {
            let (max, number) = (exact_text(max), exact_text(number));
            let message = format!("`{path}` must be {min} to {max}, not {number}");
            self.notes
                .report(codes::OUT_OF_RANGE, path, message, "out of range", None);
        }
    }

    fn services(&mut self) {
        let scenario = self.scenario;
        if scenario.services.is_empty() {
            let message = "a scenario needs at least one service".to_owned();
            self.notes.report(
                codes::EMPTY_LIST,
                "services",
                message,
                "no service here",
                None,
            );
        }
        self.at_most(
            "services",
            "services",
            scenario.services.len(),
            MAX_SERVICES,
        );
        let mut seen = BTreeSet::new();
        for (index, service) in scenario.services.iter().enumerate() {
            let path = self.service_path(index, service);
            if !seen.insert(&service.name) {
                let message = format!("service `{}` is given twice", shown(&service.name));
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            } else if service.name.is_empty() {
                self.needs_name(&path, "a service");
            } else {
                self.calls(&path, service);
            }
            self.metrics(&format!("{path}.metrics"), &service.metrics, None);
            let path = format!("{path}.extra_metrics");
            self.extra_metrics(&path, &service.extra_metrics);
        }
    }

    /// How a service's place is called: by its name in a map, by its number in a list.
    fn service_path(&self, index: usize, service: &Service) -> String {
        let by_name = key_path("services", &service.name);
        if self.notes.has_place(&by_name) {
            by_name
        } else {
            format!("services[{index}]")
        }
    }

    fn calls(&mut self, path: &str, service: &Service) {
        match &service.calls {
            Calls::Named(calls) => {
                for (index, call) in calls.iter().enumerate() {
                    let path = format!("{path}.calls[{index}]");
                    let long = format!("{path}.to");
                    if self.notes.is_broken(&long) {
                        continue;
                    }
                    let is_long = self.notes.has_place(&long);
                    self.known_service(if is_long { &long } else { &path }, &call.to, "");
                }
            }
            Calls::Catalogue if catalogue::find(&service.name).is_none() => {
                let message = format!("`{}` is not in the catalogue", shown(&service.name));
                self.notes
                    .report_with(codes::NOT_IN_CATALOGUE, path, message, "", || {
                        let names = SERVICE_CATALOGUE.iter().map(|service| service.name);
                        suggest(&service.name, "services", names).or_else(|| {
                            let own = "a service of your own says what it calls: \
                                   `services: { \"name\": (calls: [...]) }`";
                            Some(own.to_owned())
                        })
                    });
            }
            Calls::Catalogue => {}
        }
    }

    /// Whether the service exists; notes it if not. `hint` is added to the help if no other service
    /// seems to be meant.
    fn known_service(&mut self, path: &str, name: &str, hint: &str) -> bool {
        let known = self.services.contains_key(name);
        if !known && !self.notes.lacks_names {
            let message = format!("unknown service `{}`", shown(name));
            let names = self.services.keys().copied();
            self.notes.report_with(
                codes::UNKNOWN_SERVICE,
                path,
                message,
                "not in `services`",
                || match suggest(name, "services", names) {
                    Some(help) if hint.is_empty() || help.ends_with('?') => Some(help),
                    Some(help) => Some(format!("{help}; {hint}")),
                    None => (!hint.is_empty()).then(|| hint.to_owned()),
                },
            );
        }
        known
    }

    fn roles(&mut self) {
        let scenario = self.scenario;
        self.absent_services();
        let mut seen = BTreeSet::new();
        for (index, name) in scenario.red_herrings.iter().enumerate() {
            let path = format!("red_herrings[{index}]");
            if self.known_role(&path, name) && !seen.insert(name) {
                let message = format!("`{}` is a red herring already", shown(name));
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            }
        }
        let mut seen = BTreeSet::new();
        for (index, name) in scenario.user_facing.iter().enumerate() {
            let path = format!("user_facing[{index}]");
            if self.known_service(&path, name, "") && !seen.insert(name) {
                let message = format!("`{}` is user-facing already", shown(name));
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            }
        }
        if let Some(name) = &scenario.root_cause {
            let mut faults = scenario.faults.iter();
            if !faults.any(|fault| fault.absent && fault.service == *name) {
                self.known_service("root_cause", name, "");
            }
        }
        if let Some(name) = &scenario.prompt_injection {
            self.known_role("prompt_injection", name);
        }
        for (index, planted) in scenario.adversarial_logs.iter().enumerate() {
            let path = format!("adversarial_logs[{index}].service");
            self.known_role(&path, &planted.service);
        }
    }

    fn absent_services(&mut self) {
        for (index, name) in self.scenario.absent_services.iter().enumerate() {
            if self.services.contains_key(&**name) {
                let message = format!("`{}` is in the mesh, so it is not absent", shown(name));
                let help = Some("take it out of one of the lists".to_owned());
                let path = format!("absent_services[{index}]");
                self.notes
                    .report(codes::PRESENT_SERVICE, &path, message, "", help);
            }
        }
    }

    /// Whether the service exists or is meant not to; notes it if neither.
    fn known_role(&mut self, path: &str, name: &str) -> bool {
        self.absent_services.contains(name)
            || self.known_service(
                path,
                name,
                "one outside the mesh stands in `absent_services` too",
            )
    }

    /// Notes a tick at which nothing can be done any more.
    fn before_the_end(&mut self, path: &str, tick: u64) {
        let ticks = self.scenario.ticks;
        if tick >= ticks && ticks > 0 && !self.notes.is_broken("ticks") {
            let message = format!(
                "tick {tick} is too late: the run takes {}",
                count_ticks(ticks)
            );
            let help = format!(
                "the last tick at which something can begin is {}",
                ticks - 1
            );
            self.notes
                .report(codes::UNREACHABLE_TICK, path, message, "", Some(help));
        }
    }
}

fn count_ticks(ticks: u64) -> String {
    if ticks == 1 {
        "1 tick".to_owned()
    } else {
        format!("{ticks} ticks")
    }
}
