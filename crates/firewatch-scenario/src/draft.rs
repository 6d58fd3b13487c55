//! The shape of a generated episode.

use firewatch_sim::FaultKind;

use crate::catalogue::{
    CatalogueService, Members, NEIGHBOURHOODS, Neighbourhood, SERVICE_CATALOGUE,
};
use crate::draws::{RandomStreams, StreamId, Streams};
use crate::model::Difficulty;

/// What an episode is drawn as; all but the mesh are indices into that.
pub(crate) struct Draft {
    /// Indices into the catalogue.
    mesh: Vec<usize>,
    pub(crate) root_cause: usize,
    pub(crate) kind: FaultKind,
    pub(crate) red_herrings: Vec<usize>,
    /// The red herring whose log lies.
    pub(crate) prompt_injection: Option<usize>,
    /// What can still become a red herring.
    others: Vec<usize>,
}

impl Draft {
    /// Nothing drawn yet.
    pub(crate) const fn new() -> Self {
        Self {
            mesh: Vec::new(),
            root_cause: 0,
            kind: FaultKind::OOM,
            red_herrings: Vec::new(),
            prompt_injection: None,
            others: Vec::new(),
        }
    }

    /// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
    /// somebody calls, its fault, red herrings, and on hard a lying log.
    pub(crate) fn draw(&mut self, difficulty: Difficulty, seed: u64) {
        let draws = &mut Streams::new(seed);
        draws.select(StreamId::Mesh);
        self.draw_mesh(difficulty.service_count(), draws);
        draws.select(StreamId::Cause);
        self.draw_cause(difficulty, draws);
        draws.select(StreamId::RedHerrings);
        self.draw_red_herrings(difficulty.red_herring_count(), draws);
        self.prompt_injection = match difficulty {
            Difficulty::Hard => {
                draws.select(StreamId::PromptInjection);
                draws.choose(&self.red_herrings)
            }
            Difficulty::Easy | Difficulty::Medium => None,
        };
    }

    /// The services of the mesh.
    pub(crate) fn services(&self) -> impl ExactSizeIterator<Item = &'static CatalogueService> {
        self.mesh.iter().map(|&service| &SERVICE_CATALOGUE[service])
    }

    /// Who calls whom, as indices into the mesh: by caller, then in the order of the catalogue's lists.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (usize, usize)> {
        let position = |service: usize| self.mesh.iter().position(|&member| member == service);
        self.neighbourhoods()
            .enumerate()
            .flat_map(move |(caller, service)| {
                let callees = service.callees.iter();
                callees.filter_map(move |&callee| Some((caller, position(callee)?)))
            })
    }

    fn neighbourhoods(&self) -> impl Iterator<Item = &'static Neighbourhood> {
        let all = &**NEIGHBOURHOODS;
        self.mesh.iter().map(move |&service| &all[service])
    }

    fn members(&self) -> Members {
        self.mesh
            .iter()
            .fold(0, |bits, service| bits | 1 << service)
    }

    /// Grows a mesh from one linked service to the next.
    pub(crate) fn draw_mesh(&mut self, count: usize, draws: &mut Streams) {
        // Every service with a link is in one connected part large enough, or in a small one that is
        // skipped: growth from there would stop short.
        loop {
            self.mesh.clear();
            let mut next = Some(draws.below(SERVICE_CATALOGUE.len()));
            let mut linked = 0;
            while let Some(service) = next {
                self.mesh.push(service);
                if self.mesh.len() == count {
                    return;
                }
                linked |= NEIGHBOURHOODS[service].linked;
                next = choose_member(linked & !self.members(), draws);
            }
        }
    }

    /// Takes a mesh of services of the catalogue; others are left out.
    pub(crate) fn take_mesh(&mut self, names: &[&str]) {
        self.mesh.clear();
        let position = |name: &&str| {
            SERVICE_CATALOGUE
                .iter()
                .position(|entry| entry.name == *name)
        };
        self.mesh.extend(names.iter().filter_map(position));
    }

    /// The root cause, among the services that another one of the mesh calls, and its fault.
    fn draw_cause(&mut self, difficulty: Difficulty, draws: &mut Streams) {
        let members = self.members();
        let mut called = 0;
        for (index, service) in self.neighbourhoods().enumerate() {
            called |= u64::from(service.callers & members != 0) << index;
        }
        // A connected mesh of two or more has a called service, and no list of kinds is empty.
        self.root_cause = choose_member(called, draws).unwrap_or(0);
        self.kind = draws
            .choose(difficulty.fault_kinds())
            .unwrap_or(FaultKind::OOM);
    }

    fn draw_red_herrings(&mut self, count: usize, draws: &mut Streams) {
        self.others.clear();
        self.others
            .extend((0..self.mesh.len()).filter(|&index| index != self.root_cause));
        self.red_herrings.clear();
        for _ in 0..count.min(self.others.len()) {
            let drawn = self.others.remove(draws.below(self.others.len()));
            self.red_herrings.push(drawn);
        }
    }
}

/// One of the set's members, which are counted from the lowest.
fn choose_member(mut members: u64, draws: &mut Streams) -> Option<usize> {
    if members == 0 {
        return None;
    }
    for _ in 0..draws.below(members.count_ones() as usize) {
        // Takes the lowest away.
        members &= members - 1;
    }
    Some(members.trailing_zeros() as usize)
}
