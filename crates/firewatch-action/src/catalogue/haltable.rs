//! The kinds of fault that the actions of a catalogue halt.

use firewatch_sim::FaultKind;

use crate::model::{ActionSpec, Rules};

/// The kinds of fault that some action halts, found once: a score asks for them at every step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HaltableKinds {
    anywhere: Vec<FaultKind>,
    on_red_herrings: Vec<FaultKind>,
}

impl HaltableKinds {
    /// Finds them. On a red herring, an action that the rules refuse there halts nothing; one that is aimed at another
    /// service can.
    pub(super) fn find(rules: &Rules, actions: &[ActionSpec]) -> Self {
        let refuses = rules.spare_red_herrings && !rules.conceals;
        let mut found = Self::default();
        for action in actions {
            for branch in &action.branches {
                let is_refused = refuses && action.guarded && branch.halts_where.is_empty();
                add(&mut found.anywhere, &branch.halts);
                if !is_refused {
                    add(&mut found.on_red_herrings, &branch.halts);
                }
            }
        }
        found
    }

    pub(super) fn contain(&self, kind: FaultKind, on_red_herring: bool) -> bool {
        let kinds = match on_red_herring {
            true => &self.on_red_herrings,
            false => &self.anywhere,
        };
        kinds.contains(&kind)
    }
}

/// Adds those that are not there yet.
fn add(found: &mut Vec<FaultKind>, kinds: &[FaultKind]) {
    for kind in kinds {
        if !found.contains(kind) {
            found.push(*kind);
        }
    }
}
