//! Who calls whom in a scenario, by index.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::catalogue;
use crate::model::{Call, Calls, Scenario};

/// A call that is made.
pub(crate) struct GraphCall<'a> {
    /// Index of the service that makes it.
    pub(crate) from: usize,
    /// Index of the service that is called.
    pub(crate) to: usize,
    /// What is called instead.
    pub(crate) fallback: Option<usize>,
    /// Where it stands in the list of its caller's calls.
    pub(crate) index: usize,
    /// What is said about it.
    pub(crate) call: Cow<'a, Call>,
}

/// The calls of a scenario: by caller, then in the order in which they are made. Calls of what is not in the mesh are
/// left out.
pub(crate) struct CallGraph<'a> {
    /// The calls.
    pub(crate) calls: Vec<GraphCall<'a>>,
    /// Services by name.
    pub(crate) indices: BTreeMap<&'a str, usize>,
    /// Where the calls of each service begin; one more than there are services.
    first: Vec<usize>,
}

impl<'a> CallGraph<'a> {
    pub(crate) fn of(scenario: &'a Scenario) -> Self {
        let names = scenario.services.iter().map(|service| &*service.name);
        let indices: BTreeMap<&str, usize> = names.zip(0..).collect();
        let mut graph = Self {
            calls: Vec::new(),
            indices,
            first: vec![0],
        };
        for (from, service) in scenario.services.iter().enumerate() {
            match &service.calls {
                Calls::Named(calls) => {
                    for (index, call) in calls.iter().enumerate() {
                        graph.add(from, index, Cow::Borrowed(call));
                    }
                }
                Calls::Catalogue => {
                    let names = catalogue::find(&service.name).map_or(&[][..], |entry| entry.calls);
                    for (index, name) in names.iter().enumerate() {
                        graph.add(from, index, Cow::Owned(Call::new(*name)));
                    }
                }
            }
            graph.first.push(graph.calls.len());
        }
        graph
    }

    fn add(&mut self, from: usize, index: usize, call: Cow<'a, Call>) {
        let Some(to) = self.indices.get(&*call.to).copied() else {
            return;
        };
        let fallback = call.fallback.as_deref();
        let fallback = fallback.and_then(|name| self.indices.get(name).copied());
        self.calls.push(GraphCall {
            from,
            to,
            fallback,
            index,
            call,
        });
    }

    /// The calls that a service makes, in order.
    pub(crate) fn calls_of(&self, service: usize) -> &[GraphCall<'a>] {
        let (first, end) = (self.first.get(service), self.first.get(service + 1));
        match (first, end) {
            (Some(&first), Some(&end)) => &self.calls[first..end],
            _ => &[],
        }
    }

    /// The services, callers before callees, without those that are in a cycle of calls or called from one.
    pub(crate) fn callers_first(&self) -> Vec<usize> {
        let mut callers = vec![0_usize; self.first.len().saturating_sub(1)];
        for call in &self.calls {
            callers[call.to] += 1;
        }
        let mut order: Vec<usize> = (0..callers.len())
            .filter(|&service| callers[service] == 0)
            .collect();
        let mut next = 0;
        while let Some(&service) = order.get(next) {
            next += 1;
            for call in self.calls_of(service) {
                callers[call.to] -= 1;
                if callers[call.to] == 0 {
                    order.push(call.to);
                }
            }
        }
        order
    }
}
