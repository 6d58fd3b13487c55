//! Metrics that actions may give to services that lack them.

use std::collections::BTreeSet;

use crate::model::{Calls, Scenario, Service, TimelineAction};
use firewatch_action::{ActionCatalogue, ActionRequest, Recipients};
use firewatch_ron::work;

/// Which metrics the actions of a timeline or a runbook may create, and on which services.
#[derive(Default)]
pub(super) struct Created<'a> {
    /// On any service.
    everywhere: BTreeSet<&'a str>,
    /// On a service: its name, and the metric's.
    on_service: BTreeSet<(&'a str, &'a str)>,
    /// On the services that call a target. Which ones is not looked up: a metric that is expected of a
    /// service that calls nothing is still a mistake.
    on_callers: BTreeSet<&'a str>,
    /// Actions and targets that were seen.
    seen: BTreeSet<(&'a str, Option<&'a str>)>,
}

impl<'a> Created<'a> {
    /// Adds what the requests may create; each pair of action and target is looked at once.
    pub(super) fn add(
        &mut self,
        catalogue: &'a ActionCatalogue,
        requests: impl IntoIterator<Item = &'a ActionRequest>,
    ) {
        for request in requests {
            let target = request.target.as_deref();
            let Some(action) = catalogue.find(&request.name) else {
                continue;
            };
            if !self.seen.insert((action.name(), target)) {
                continue;
            }
            for (recipients, metric) in action.creates() {
                work::count(1);
                match recipients {
                    Recipients::Target => {
                        self.on_service
                            .extend(target.map(|target| (target, metric)));
                    }
                    Recipients::Dependents => {
                        self.on_callers.insert(metric);
                    }
                    Recipients::All => {
                        self.everywhere.insert(metric);
                    }
                    Recipients::Service(name) => {
                        self.on_service.insert((name, metric));
                    }
                }
            }
        }
    }

    /// Whether one of the actions may give the metric to the service; effects on callers leave one out that
    /// is spared.
    pub(super) fn gives(&self, service: &Service, metric: &str, is_spared: bool) -> bool {
        let is_caller = || match &service.calls {
            Calls::Named(callees) => !callees.is_empty(),
            Calls::Catalogue => true,
        };
        self.everywhere.contains(metric)
            || self.on_service.contains(&(&*service.name, metric))
            || (self.on_callers.contains(metric) && is_caller() && !is_spared)
    }
}

/// Returns the actions that the timeline performs.
pub(super) fn timeline_requests(scenario: &Scenario) -> impl Iterator<Item = &ActionRequest> {
    let actions = scenario.timeline.iter().map(|event| &event.action);
    actions.filter_map(|action| match action {
        TimelineAction::Perform(request) => Some(request),
        TimelineAction::Halt(_)
        | TimelineAction::Inject(_)
        | TimelineAction::Set(..)
        | TimelineAction::Turn(_)
        | TimelineAction::Restart(_) => None,
    })
}
