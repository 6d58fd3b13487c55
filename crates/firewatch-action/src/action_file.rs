//! The content of an action file, and changes of existing actions.

use std::collections::BTreeMap;

use crate::model::{ActionSpec, Branch, Condition, Effect, Profile, Rules};

/// The content of an action file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionFile {
    pub(crate) rules: Option<Rules>,
    pub(crate) extra_metrics: Vec<String>,
    pub(crate) actions: Vec<ActionSpec>,
    pub(crate) amend: Vec<Amendment>,
    /// Actions of the standard profile that are the same in traffic.
    pub(crate) keeps: Vec<String>,
    /// Old and new names of actions.
    pub(crate) renamed: Vec<(String, String)>,
}

/// The actions that a profile gave other names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Renamed {
    pub(crate) profile: Profile,
    /// New names by the old ones.
    pub(crate) names: BTreeMap<String, String>,
}

impl Renamed {
    /// Returns a sentence with the new name of an action.
    pub(crate) fn replacement(&self, name: &str) -> Option<String> {
        let (new, profile) = (self.names.get(name)?, self.profile);
        Some(format!("`{name}` is `{new}` in the {profile} profile"))
    }
}

/// A change of an existing action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Amendment {
    pub(crate) name: String,
    pub(crate) guarded: Option<bool>,
    /// Whether the effects of all branches are removed.
    pub(crate) without_effects: bool,
    /// Appended to the conditions of the first branch.
    pub(crate) when: Vec<Condition>,
    /// Appended to the effects of the first branch.
    pub(crate) also: Vec<Effect>,
    /// Appended to the effects of every branch.
    pub(crate) always: Vec<Effect>,
    /// The branch taken if no other applies: it replaces the branch without conditions.
    pub(crate) otherwise: Option<Branch>,
}

impl Amendment {
    /// Changes the action.
    pub(crate) fn amend(self, action: &mut ActionSpec) {
        action.guarded = self.guarded.unwrap_or(action.guarded);
        if self.without_effects {
            let branches = action.branches.iter_mut();
            branches.for_each(|branch| branch.effects.clear());
        }
        if let Some(first) = action.branches.first_mut() {
            first.when.extend(self.when);
            first.effects.extend(self.also);
        }
        if let Some(otherwise) = self.otherwise {
            if action
                .branches
                .last()
                .is_some_and(|last| last.when.is_empty())
            {
                action.branches.pop();
            }
            action.branches.push(otherwise);
        }
        action.always.extend(self.always);
    }
}
