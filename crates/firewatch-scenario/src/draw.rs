//! Random draws: their streams, and the shape of an episode.
//!
//! Each purpose has a ChaCha stream of its own, keyed by the seed, so that what one of them draws
//! never shifts what another one does: an explicit scenario with the services, fault and red herrings
//! of a generated one has the same baselines.

use firewatch_sim::{FaultKind, SmolStr};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::catalogue::{CATALOGUE, CatalogueService, Members, NEIGHBOURHOODS, Neighbourhood};
use crate::model::Difficulty;

/// What is drawn from a stream; its number selects the stream.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Mesh = 1,
    Cause = 2,
    RedHerrings = 3,
    PromptInjection = 4,
    Baseline = 5,
    Degradation = 6,
    Change = 7,
}

pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(purpose as u64);
        Self(rng)
    }

    /// A number from 0 up to but not including 1, in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `count`, which is far below 2^32: the bias is less than 2^-32.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * count as u128;
        // The high half is below `count`.
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A whole number from `min` to `max`, both included.
    pub(crate) fn whole(&mut self, min: i64, max: i64) -> i64 {
        let count = usize::try_from(max - min + 1).unwrap_or(1);
        min + i64::try_from(self.below(count)).unwrap_or(0)
    }

    pub(crate) fn choose<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            None
        } else {
            items.get(self.below(items.len())).copied()
        }
    }

    /// So many letters of the alphabet, which is ASCII.
    pub(crate) fn text<const LENGTH: usize>(&mut self, alphabet: &[u8; 16]) -> SmolStr {
        let letters: [u8; LENGTH] = std::array::from_fn(|_| alphabet[self.below(alphabet.len())]);
        SmolStr::from_utf8(&letters).unwrap_or_default()
    }
}

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
            kind: FaultKind::Oom,
            red_herrings: Vec::new(),
            prompt_injection: None,
            others: Vec::new(),
        }
    }

    /// Draws an episode: services of the catalogue that form one connected mesh, a root cause that
    /// somebody calls, its fault, red herrings, and on hard a lying log.
    pub(crate) fn draw(&mut self, difficulty: Difficulty, seed: u64) {
        self.draw_mesh(
            difficulty.service_count(),
            &mut Stream::new(seed, Purpose::Mesh),
        );
        self.draw_cause(difficulty, &mut Stream::new(seed, Purpose::Cause));
        self.draw_red_herrings(
            difficulty.red_herring_count(),
            &mut Stream::new(seed, Purpose::RedHerrings),
        );
        self.prompt_injection = match difficulty {
            Difficulty::Hard => {
                Stream::new(seed, Purpose::PromptInjection).choose(&self.red_herrings)
            }
            Difficulty::Easy | Difficulty::Medium => None,
        };
    }

    /// The services of the mesh.
    pub(crate) fn services(&self) -> impl ExactSizeIterator<Item = &'static CatalogueService> {
        self.mesh.iter().map(|&service| &CATALOGUE[service])
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
    fn draw_mesh(&mut self, count: usize, stream: &mut Stream) {
        // Every service with a link is in one connected part large enough, or in a small one that is
        // skipped: growth from there would stop short.
        loop {
            self.mesh.clear();
            let mut next = Some(stream.below(CATALOGUE.len()));
            let mut linked = 0;
            while let Some(service) = next {
                self.mesh.push(service);
                if self.mesh.len() == count {
                    return;
                }
                linked |= NEIGHBOURHOODS[service].linked;
                next = choose_member(linked & !self.members(), stream);
            }
        }
    }

    /// The root cause, among the services that another one of the mesh calls, and its fault.
    fn draw_cause(&mut self, difficulty: Difficulty, stream: &mut Stream) {
        let members = self.members();
        let mut called = 0;
        for (index, service) in self.neighbourhoods().enumerate() {
            called |= u64::from(service.callers & members != 0) << index;
        }
        // A connected mesh of two or more has a called service, and no list of kinds is empty.
        self.root_cause = choose_member(called, stream).unwrap_or(0);
        self.kind = stream
            .choose(difficulty.fault_kinds())
            .unwrap_or(FaultKind::Oom);
    }

    fn draw_red_herrings(&mut self, count: usize, stream: &mut Stream) {
        self.others.clear();
        self.others
            .extend((0..self.mesh.len()).filter(|&index| index != self.root_cause));
        self.red_herrings.clear();
        for _ in 0..count.min(self.others.len()) {
            let drawn = self.others.remove(stream.below(self.others.len()));
            self.red_herrings.push(drawn);
        }
    }
}

/// One of the set's members, which are counted from the lowest.
fn choose_member(mut members: u64, stream: &mut Stream) -> Option<usize> {
    if members == 0 {
        return None;
    }
    for _ in 0..stream.below(members.count_ones() as usize) {
        // Takes the lowest away.
        members &= members - 1;
    }
    Some(members.trailing_zeros() as usize)
}
