//! The kind of a fault of the traffic physics that says itself which knobs it turns.

use std::borrow::Cow;

use super::descriptor::FaultKindDescriptor;
use crate::world::fault_kind::FaultKind;

impl FaultKind {
    /// The kind of a fault that turns the [knobs](crate::FaultKnobs) that it states, in the traffic physics. Every
    /// world knows it. It is none of the [built-in](Self::BUILT_IN) kinds: by itself it does nothing.
    pub const KNOBS: Self = Self::literal("knobs");
}

pub(super) static DESCRIPTOR: FaultKindDescriptor = FaultKindDescriptor::of(
    FaultKind::KNOBS,
    Cow::Borrowed("Turns the knobs that the fault states."),
)
.without_cascade()
.without_recovery();
