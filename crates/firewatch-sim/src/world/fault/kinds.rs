//! Registries of fault kinds: one for readers of files, one for each world.

use std::fmt;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::built_in::BUILT_IN;
use super::context::FaultContext;
use super::descriptor::{FaultKindDescriptor, FaultPhysics};
use super::growth::Growth;
use super::turned_knobs;
use crate::world::error::SimError;
use crate::world::fault_kind::{FaultKind, FaultKindError};

/// Most kinds in a world, but for [`FaultKind::KNOBS`]: the numbers of all fit a byte.
const MAX_KINDS: usize = 255;
/// The number of [`FaultKind::KNOBS`] in every world, after those of all others.
const KNOBS: u8 = u8::MAX;

/// Known kinds of fault: the built-in ones, and those that a host registers.
///
/// A clone shares its descriptors with the original, so it is cheap.
#[derive(Clone, Default)]
pub struct FaultKinds {
    /// Those that were registered, in that order; `None` where there are none, so that this costs nothing.
    custom: Option<Arc<Vec<Arc<FaultKindDescriptor>>>>,
}

impl FaultKinds {
    /// Adds a kind. A descriptor that several lists share (as an [`Arc`]) is one kind, also where a world gets
    /// all of these lists; and so are descriptors that say the same as data, like those of a file that was read twice.
    ///
    /// # Errors
    /// [`FaultKindError::BuiltIn`] and [`FaultKindError::Duplicate`] for a name that is taken,
    /// [`FaultKindError::Ages`], [`FaultKindError::TooMany`]. Nothing is added then.
    pub fn register(
        &mut self,
        descriptor: impl Into<Arc<FaultKindDescriptor>>,
    ) -> Result<FaultKind, FaultKindError> {
        let descriptor = descriptor.into();
        self.add(&descriptor)?;
        Ok(descriptor.kind())
    }

    fn add(&mut self, descriptor: &Arc<FaultKindDescriptor>) -> Result<(), FaultKindError> {
        let kind = descriptor.kind();
        if kind == FaultKind::KNOBS || FaultKind::BUILT_IN.contains(&kind) {
            return Err(FaultKindError::BuiltIn(kind));
        }
        if self.get(kind).is_some() {
            return Err(FaultKindError::Duplicate(kind));
        }
        if self.iter().count() == MAX_KINDS {
            return Err(FaultKindError::TooMany { limit: MAX_KINDS });
        }
        descriptor.check()?;
        Arc::make_mut(self.custom.get_or_insert_default()).push(Arc::clone(descriptor));
        Ok(())
    }

    /// These kinds and those of the others. A kind that both have is one kind; two kinds of the same name are
    /// an error.
    fn with(&self, others: &Self) -> Result<Self, FaultKindError> {
        let mut all = self.clone();
        for descriptor in others.custom() {
            let is_same = |known: &Arc<FaultKindDescriptor>| are_same(known, descriptor);
            if !self.custom().iter().any(is_same) {
                all.add(descriptor)?;
            }
        }
        Ok(all)
    }

    fn custom(&self) -> &[Arc<FaultKindDescriptor>] {
        self.custom.as_deref().map_or(&[], Vec::as_slice)
    }

    /// All kinds with a physics of their own: the built-in ones, then the others in the order in which they were
    /// registered.
    pub fn iter(&self) -> impl Iterator<Item = &FaultKindDescriptor> {
        BUILT_IN.iter().chain(self.custom().iter().map(Arc::as_ref))
    }

    /// The kind of that name.
    #[must_use]
    pub fn get(&self, kind: FaultKind) -> Option<&FaultKindDescriptor> {
        if kind == FaultKind::KNOBS {
            return Some(&turned_knobs::DESCRIPTOR);
        }
        self.iter().find(|descriptor| descriptor.kind() == kind)
    }

    /// Whether a kind is known.
    #[must_use]
    pub fn contains(&self, kind: FaultKind) -> bool {
        self.get(kind).is_some()
    }

    fn id(&self, kind: FaultKind) -> Option<FaultKindId> {
        if kind == FaultKind::KNOBS {
            return Some(FaultKindId::of(KNOBS, &turned_knobs::DESCRIPTOR));
        }
        let mut numbered = self.iter().enumerate();
        let (index, descriptor) = numbered.find(|(_, descriptor)| descriptor.kind() == kind)?;
        Some(FaultKindId::of(u8::try_from(index).ok()?, descriptor))
    }

    fn by_id(&self, id: FaultKindId) -> Option<&FaultKindDescriptor> {
        if id.number == KNOBS {
            return Some(&turned_knobs::DESCRIPTOR);
        }
        let index = usize::from(id.number);
        match BUILT_IN.get(index) {
            Some(descriptor) => Some(descriptor),
            None => self.custom().get(index - BUILT_IN.len()).map(Arc::as_ref),
        }
    }

    fn is_same_list(&self, other: &Self) -> bool {
        match (&self.custom, &other.custom) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            _ => false,
        }
    }
}

/// Whether two descriptors are of one kind.
fn are_same(one: &Arc<FaultKindDescriptor>, other: &Arc<FaultKindDescriptor>) -> bool {
    Arc::ptr_eq(one, other) || one.says_the_same(other)
}

/// Equal if the same kinds are known, registered in the same order.
impl PartialEq for FaultKinds {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(a, b): (&Arc<_>, &Arc<_>)| are_same(a, b);
        self.custom().len() == other.custom().len()
            && self.custom().iter().zip(other.custom()).all(is_same)
    }
}

/// The names.
impl fmt::Debug for FaultKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.iter().map(FaultKindDescriptor::kind);
        f.debug_set().entries(kinds).finish()
    }
}

/// The number of a kind in one world. Built-in kinds have the same in every world; that of another depends on
/// what was registered before, so it decides nothing but which descriptor is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FaultKindId {
    number: u8,
    // A tick reads these of every fault: with the number, they need no look-up.
    pub(crate) cascades: bool,
    pub(crate) recovers: bool,
    pub(crate) fills_memory: bool,
}

impl FaultKindId {
    fn of(number: u8, descriptor: &FaultKindDescriptor) -> Self {
        Self {
            number,
            cascades: descriptor.cascades(),
            recovers: descriptor.recovers(),
            fills_memory: descriptor.fills_memory(),
        }
    }
}

/// What a kind does in a tick.
#[derive(Clone, Debug)]
pub(crate) struct KindRules {
    physics: Option<FaultPhysics>,
    growths: Vec<Growth>,
}

impl KindRules {
    /// Of a kind that the world does not have.
    const INERT: Self = Self {
        physics: None,
        growths: Vec::new(),
    };

    /// What the kind does in a tick.
    #[inline]
    pub(crate) fn act(&self, fault: &mut FaultContext) {
        if let Some(physics) = self.physics {
            physics(fault);
        }
        for growth in &self.growths {
            growth.act(fault);
        }
    }

    fn of(descriptor: &FaultKindDescriptor) -> Self {
        Self {
            physics: descriptor.physics(),
            growths: descriptor.growths.clone(),
        }
    }
}

/// The kinds of fault of a world. Kinds are only added, so that numbers stay valid: the type is private, and a
/// host can't replace the resource.
#[derive(Resource)]
pub(crate) struct FaultKindRegistry {
    kinds: FaultKinds,
    /// By number.
    rules: Vec<KindRules>,
    /// The list that was added last: most environments of a world bring the same.
    last_added: FaultKinds,
}

impl Default for FaultKindRegistry {
    fn default() -> Self {
        Self::of(FaultKinds::default(), &FaultKinds::default())
    }
}

impl FaultKindRegistry {
    fn of(kinds: FaultKinds, added: &FaultKinds) -> Self {
        Self {
            rules: kinds.iter().map(KindRules::of).collect(),
            kinds,
            last_added: added.clone(),
        }
    }

    /// What a kind does in a tick.
    #[inline]
    pub(crate) fn rules(&self, kind: FaultKindId) -> &KindRules {
        static INERT: KindRules = KindRules::INERT;
        let rules = self.rules.get(usize::from(kind.number));
        rules.unwrap_or(&INERT)
    }

    /// The number of the kind in this world.
    pub(crate) fn id(&self, kind: FaultKind) -> Option<FaultKindId> {
        self.kinds.id(kind)
    }

    /// The kinds with those that are added; `None` if these are known.
    fn kinds_with(&self, added: &FaultKinds) -> Result<Option<FaultKinds>, FaultKindError> {
        if added.custom.is_none() || added.is_same_list(&self.last_added) {
            return Ok(None);
        }
        self.kinds.with(added).map(Some)
    }
}

/// Makes kinds of fault known in a world, as the built-in ones are in each. Kinds that it knows already and
/// its environments are not changed.
///
/// Environments, injections and snapshots that are put into the world can name the kinds then.
///
/// # Errors
/// [`FaultKindError::Duplicate`] if the world has another kind of the same name, [`FaultKindError::TooMany`].
/// Nothing is changed then.
pub fn register_fault_kinds(world: &mut World, kinds: &FaultKinds) -> Result<(), FaultKindError> {
    let mut registry = world.get_resource_or_init::<FaultKindRegistry>();
    if let Some(all) = registry.kinds_with(kinds)? {
        *registry = FaultKindRegistry::of(all, kinds);
    }
    Ok(())
}

/// The same before faults of the named kinds are placed.
///
/// # Errors
/// As [`register_fault_kinds`]; [`SimError::UnknownFaultKind`]. Nothing is changed then.
pub(crate) fn admit(
    world: &mut World,
    kinds: &FaultKinds,
    named: impl IntoIterator<Item = FaultKind>,
) -> Result<(), SimError> {
    let mut registry = world.get_resource_or_init::<FaultKindRegistry>();
    let all = registry.kinds_with(kinds)?;
    let known = all.as_ref().unwrap_or(&registry.kinds);
    if let Some(unknown) = named.into_iter().find(|&kind| !known.contains(kind)) {
        return Err(SimError::UnknownFaultKind(unknown));
    }
    if let Some(all) = all {
        *registry = FaultKindRegistry::of(all, kinds);
    }
    Ok(())
}

/// The number of a kind in a world that has had an environment, or whose kinds were registered.
pub(crate) fn kind_id(world: &World, kind: FaultKind) -> Result<FaultKindId, SimError> {
    let registry = world.get_resource::<FaultKindRegistry>();
    { registry.and_then(|registry| registry.kinds.id(kind)) }
        .ok_or(SimError::UnknownFaultKind(kind))
}

/// The kinds of fault that a world knows.
#[must_use]
pub fn fault_kinds(world: &World) -> FaultKinds {
    let registry = world.get_resource::<FaultKindRegistry>();
    registry
        .map(|registry| registry.kinds.clone())
        .unwrap_or_default()
}

/// The descriptor of a number in the world.
pub(crate) fn descriptor(world: &World, id: FaultKindId) -> Option<&FaultKindDescriptor> {
    match BUILT_IN.get(usize::from(id.number)) {
        Some(descriptor) => Some(descriptor),
        None => world.get_resource::<FaultKindRegistry>()?.kinds.by_id(id),
    }
}

/// Looks up the numbers of fault kinds, for a host's systems.
///
/// ```
/// use firewatch_sim::{Fault, FaultKind, FaultKindLookup, bevy_ecs::prelude::*};
///
/// fn count_ooms(faults: Query<&Fault>, kinds: FaultKindLookup) {
///     let oom = kinds.id(FaultKind::OOM);
///     let ooms = faults.iter().filter(|fault| Some(fault.kind()) == oom);
///     println!("{}", ooms.count());
/// }
/// ```
#[derive(SystemParam)]
pub struct FaultKindLookup<'w> {
    registry: Option<Res<'w, FaultKindRegistry>>,
}

impl FaultKindLookup<'_> {
    /// The number of a kind in this world; `None` if the world does not know the kind, or is still empty.
    #[must_use]
    pub fn id(&self, kind: FaultKind) -> Option<FaultKindId> {
        self.registry.as_ref()?.id(kind)
    }
}
