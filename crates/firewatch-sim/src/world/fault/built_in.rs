//! The built-in kinds of fault.

use super::descriptor::FaultKindDescriptor;
use super::{bad_deploy, config_drift, memory_leak, network_partition, oom};
use crate::world::fault_kind::FaultKind;

/// All of them. Their order is the order of their numbers in every world.
pub(super) static BUILT_IN: [FaultKindDescriptor; 5] = [
    oom::DESCRIPTOR,
    memory_leak::DESCRIPTOR,
    bad_deploy::DESCRIPTOR,
    config_drift::DESCRIPTOR,
    network_partition::DESCRIPTOR,
];

impl FaultKind {
    /// The built-in kinds.
    pub const BUILT_IN: [Self; 5] = {
        let mut kinds = [Self::UNREGISTERED; BUILT_IN.len()];
        let mut index = 0;
        while index < kinds.len() {
            kinds[index] = BUILT_IN[index].kind();
            index += 1;
        }
        kinds
    };
}
