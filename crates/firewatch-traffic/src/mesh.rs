//! A mesh: its parts, and in which order and along which ways requests go through it.

use std::collections::BTreeSet;

use crate::dominators::immediate_dominators;
use crate::spec::{CallSpec, MeshError, ServiceSpec, UserSpec, check_indices, check_numbers};

/// Services, calls and users, checked and put in order. It never changes; [`Knobs`](crate::Knobs) turn what can be turned.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    services: Vec<ServiceSpec>,
    calls: Vec<CallSpec>,
    users: Vec<UserSpec>,
    /// Indices of calls, by caller, in the order in which they are made.
    calls_of: Vec<usize>,
    /// The same calls as a sub-step sees them.
    hops: Vec<Hop>,
    /// Where the calls of a service begin in `calls_of`; one more than there are services.
    first_call: Vec<usize>,
    /// Services, callers before callees as far as there is no cycle.
    order: Vec<usize>,
    /// Callers of each service, each once, in the order of the calls.
    callers_of: Vec<Vec<usize>>,
    /// Whether the service gets requests that hold no worker of a caller: those of users, and messages.
    is_entry: Vec<bool>,
    /// Pairs of a service and its immediate dominator, dominators first.
    immediate_dominators: Vec<(usize, usize)>,
    /// Where attempts go: of calls, of users, of fallbacks.
    legs: Vec<Leg>,
    /// The leg of a call's fallback.
    fallback_of: Vec<Option<usize>>,
    /// Calls with a cache in front of them.
    cached_calls: Vec<usize>,
    /// Calls that are asynchronous.
    message_calls: Vec<usize>,
    /// Of each service, where the calls that send it messages stand in `message_calls`.
    messages_to: Vec<Vec<usize>>,
}

/// Where attempts go, and which settings they follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Leg {
    /// Index of the service.
    pub(crate) to: usize,
    /// Index of the settings: the call's, or those of users after the calls'.
    pub(crate) settings: usize,
}

/// A call of a service, with what each sub-step asks of it: the leg of a call is its index.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hop {
    pub(crate) call: usize,
    /// The leg of its fallback. Nobody waits for a message, so that nothing takes the place of one.
    pub(crate) fallback: Option<usize>,
    pub(crate) is_message: bool,
    pub(crate) is_optional: bool,
}

impl Mesh {
    /// Checks the parts and puts them in order.
    ///
    /// # Errors
    ///
    /// A number that is no finite, non-negative number (or no share, where one is wanted), or an index of no service.
    pub fn new(
        services: Vec<ServiceSpec>,
        calls: Vec<CallSpec>,
        users: Vec<UserSpec>,
    ) -> Result<Self, MeshError> {
        check_numbers(&services, &calls, &users)?;
        check_indices(services.len(), &calls, &users)?;
        let mut calls_of: Vec<usize> = (0..calls.len()).collect();
        calls_of.sort_by_key(|&call| calls[call].from);
        let first_call = (0..=services.len())
            .map(|service| calls_of.partition_point(|&call| calls[call].from < service))
            .collect();
        let mut mesh = Self {
            services,
            calls,
            users,
            calls_of,
            hops: Vec::new(),
            first_call,
            order: Vec::new(),
            callers_of: Vec::new(),
            is_entry: Vec::new(),
            immediate_dominators: Vec::new(),
            legs: Vec::new(),
            fallback_of: Vec::new(),
            cached_calls: Vec::new(),
            message_calls: Vec::new(),
            messages_to: Vec::new(),
        };
        mesh.order = mesh.callers_first();
        mesh.add_legs();
        mesh.add_hops();
        mesh.add_callers();
        mesh.add_caches_and_messages();
        mesh.immediate_dominators = immediate_dominators(&mesh.callers_of, &mesh.is_entry);
        Ok(mesh)
    }

    /// Returns the services, by index.
    pub fn services(&self) -> &[ServiceSpec] {
        &self.services
    }

    /// Returns the calls, by index.
    #[inline]
    pub fn calls(&self) -> &[CallSpec] {
        &self.calls
    }

    /// Returns the groups of users, by index.
    pub fn users(&self) -> &[UserSpec] {
        &self.users
    }

    /// Returns the indices of a service's calls, in the order in which they are made; none for an index of no service.
    #[inline]
    pub fn calls_of(&self, service: usize) -> &[usize] {
        match (
            self.first_call.get(service),
            self.first_call.get(service + 1),
        ) {
            (Some(&first), Some(&end)) => &self.calls_of[first..end],
            _ => &[],
        }
    }

    /// Returns a service's calls as a sub-step sees them, in the order in which they are made.
    #[inline]
    pub(crate) fn hops_of(&self, service: usize) -> &[Hop] {
        &self.hops[self.first_call[service]..self.first_call[service + 1]]
    }

    /// Returns the services, callers before callees; a call that closes a cycle goes backwards.
    #[inline]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Returns the services that call a service or fall back to it.
    pub(crate) fn callers_of(&self, service: usize) -> &[usize] {
        &self.callers_of[service]
    }

    /// Returns whether a service gets requests that hold no worker of a caller.
    pub(crate) fn is_entry(&self, service: usize) -> bool {
        self.is_entry[service]
    }

    /// Returns pairs of a service and its immediate dominator, dominators first: the last service that every request to it
    /// has come through.
    pub(crate) fn immediate_dominators(&self) -> &[(usize, usize)] {
        &self.immediate_dominators
    }

    /// Returns where attempts go: first a leg for each call, then for each group of users, then for each fallback.
    #[inline]
    pub(crate) fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Returns the leg of a call's fallback.
    pub(crate) fn fallback_of(&self, call: usize) -> Option<usize> {
        self.fallback_of[call]
    }

    /// Returns the calls with a cache in front of them, by cache.
    pub(crate) fn cached_calls(&self) -> &[usize] {
        &self.cached_calls
    }

    /// Returns the asynchronous calls, by backlog.
    pub(crate) fn message_calls(&self) -> &[usize] {
        &self.message_calls
    }

    /// Returns the indices of the asynchronous calls to a service; none for an index of no service.
    pub fn message_calls_to(&self, service: usize) -> impl Iterator<Item = usize> {
        let backlogs = self.messages_to.get(service).into_iter().flatten();
        backlogs.map(|&backlog| self.message_calls[backlog])
    }

    /// Returns the backlogs of messages to a service.
    pub(crate) fn messages_to(&self, service: usize) -> &[usize] {
        &self.messages_to[service]
    }

    /// Returns the backlog of an asynchronous call.
    pub(crate) fn backlog_of(&self, call: usize) -> Option<usize> {
        self.message_calls.binary_search(&call).ok()
    }

    fn add_caches_and_messages(&mut self) {
        self.messages_to = vec![Vec::new(); self.services.len()];
        for (index, call) in self.calls.iter().enumerate() {
            if call.cache.is_some() {
                self.cached_calls.push(index);
            }
            if call.asynchronous {
                self.messages_to[call.to].push(self.message_calls.len());
                self.message_calls.push(index);
            }
        }
    }

    fn add_legs(&mut self) {
        let settings = 0..self.calls.len() + self.users.len();
        let called = self.calls.iter().map(|call| call.to);
        let targets = called.chain(self.users.iter().map(|user| user.service));
        self.legs = { targets.zip(settings) }
            .map(|(to, settings)| Leg { to, settings })
            .collect();
        for (settings, call) in self.calls.iter().enumerate() {
            self.fallback_of
                .push(call.fallback.map(|_| self.legs.len()));
            self.legs
                .extend(call.fallback.map(|to| Leg { to, settings }));
        }
    }

    fn add_hops(&mut self) {
        let hop = |&call: &usize| {
            let spec = &self.calls[call];
            Hop {
                call,
                fallback: self.fallback_of[call].filter(|_| !spec.asynchronous),
                is_message: spec.asynchronous,
                is_optional: spec.optional,
            }
        };
        self.hops = self.calls_of.iter().map(hop).collect();
    }

    fn add_callers(&mut self) {
        self.callers_of = vec![Vec::new(); self.services.len()];
        let mut seen = BTreeSet::new();
        for call in self.calls.iter().filter(|call| !call.asynchronous) {
            for to in [Some(call.to), call.fallback].into_iter().flatten() {
                if seen.insert((to, call.from)) {
                    self.callers_of[to].push(call.from);
                }
            }
        }
        self.is_entry = vec![false; self.services.len()];
        for user in &self.users {
            self.is_entry[user.service] = true;
        }
        for call in self.calls.iter().filter(|call| call.asynchronous) {
            self.is_entry[call.to] = true;
        }
    }

    /// Orders the services by a search in depth, without recursion: chains may be long.
    fn callers_first(&self) -> Vec<usize> {
        let mut is_seen = vec![false; self.services.len()];
        let mut callees_first = Vec::with_capacity(self.services.len());
        let mut open: Vec<(usize, usize)> = Vec::new();
        for start in 0..self.services.len() {
            if !std::mem::replace(&mut is_seen[start], true) {
                open.push((start, 0));
            }
            while let Some((service, next)) = open.last_mut() {
                let callees = self.calls_of(*service).len() * 2;
                if *next == callees {
                    callees_first.push(*service);
                    open.pop();
                    continue;
                }
                let call = self.calls[self.calls_of(*service)[*next / 2]];
                let callee = if *next % 2 == 0 {
                    Some(call.to)
                } else {
                    call.fallback
                };
                *next += 1;
                if let Some(callee) = callee
                    && !std::mem::replace(&mut is_seen[callee], true)
                {
                    open.push((callee, 0));
                }
            }
        }
        callees_first.reverse();
        callees_first
    }
}
