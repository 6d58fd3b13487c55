//! A file of actions as data: what it adds, and what it changes.

use crate::model::{ActionSpec, Branch, Condition, Effect, Rules};

/// What a file of actions says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionFile {
    pub(crate) rules: Option<Rules>,
    pub(crate) extra_metrics: Vec<String>,
    pub(crate) actions: Vec<ActionSpec>,
    pub(crate) amend: Vec<Amendment>,
    /// Old and new names of actions.
    pub(crate) renamed: Vec<(String, String)>,
}

/// What a file changes about an action that there is already.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Amendment {
    pub(crate) name: String,
    pub(crate) guarded: Option<bool>,
    /// Whether the effects of all branches are taken away.
    pub(crate) without_effects: bool,
    /// Further conditions of the first branch.
    pub(crate) when: Vec<Condition>,
    /// Added to the effects of the first branch.
    pub(crate) also: Vec<Effect>,
    /// Added to what every branch does.
    pub(crate) always: Vec<Effect>,
    /// What is done where no other branch fits: it takes the place of the branch that always fits.
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
