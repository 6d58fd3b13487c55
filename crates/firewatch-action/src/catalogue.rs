//! The built-in catalogues of actions, and files that extend them.

mod haltable;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::LazyLock;

use firewatch_sim::{FaultKind, FaultKinds};

use crate::action_error::ActionError;
use crate::action_file::{ActionFile, Renamed};
use crate::check::{self, Author, Base};
use crate::customers::CustomerRules;
use crate::form;
use crate::model::{ActionSpec, Profile, Rules};
use firewatch_ron::{Diagnostics, suggest};
use haltable::HaltableKinds;

/// A set of actions, and the rules of all of them.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Profile};
/// use firewatch_sim::{EnvironmentState, FaultKind, FaultState, ServiceState, Simulation, SloBudget};
///
/// let service = |name: &str| ServiceState { name: name.into(), ..Default::default() };
/// let mut simulation = Simulation::new(&EnvironmentState {
///     services: vec![service("checkout"), service("database")],
///     faults: vec![FaultState::new(FaultKind::BAD_DEPLOY, "database", 1.0)],
///     ..EnvironmentState::new(SloBudget { remaining: 30.0, burn_per_tick: 1.5 })
/// })?;
/// simulation.run(6);
/// let catalogue = ActionCatalogue::built_in(Profile::Standard);
/// let mut session = ActionSession::new();
/// let fix = ActionRequest::new("rollback_deploy", "database");
/// let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, &fix)?;
/// assert_eq!(outcome.halted.map(|fault| fault.kind), Some(FaultKind::BAD_DEPLOY));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ActionCatalogue {
    rules: Rules,
    actions: Vec<ActionSpec>,
    by_name: BTreeMap<String, ActionId>,
    renamed: Renamed,
    /// Whether they are those of the physics of traffic.
    is_of_traffic: bool,
    haltable: HaltableKinds,
}

/// The number of an action in its catalogue, and in those that extend it: its index in
/// [`ActionCatalogue::actions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(u32);

impl ActionId {
    /// Its place in [`ActionCatalogue::actions`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.0)
    }
}

/// The files of both profiles, in order.
const SHARED: [(&str, &str); 3] = [
    (
        "investigation.ron",
        include_str!("../actions/investigation.ron"),
    ),
    (
        "remediation.ron",
        include_str!("../actions/remediation.ron"),
    ),
    ("meta.ron", include_str!("../actions/meta.ron")),
];
const REFERENCE: (&str, &str) = ("reference.ron", include_str!("../actions/reference.ron"));
const STANDARD: (&str, &str) = ("standard.ron", include_str!("../actions/standard.ron"));
const TRAFFIC: (&str, &str) = ("traffic.ron", include_str!("../actions/traffic.ron"));

static BUILT_IN_STANDARD: LazyLock<ActionCatalogue> =
    LazyLock::new(|| built_in(Profile::Standard, STANDARD));
static BUILT_IN_REFERENCE: LazyLock<ActionCatalogue> =
    LazyLock::new(|| built_in(Profile::Reference, REFERENCE));

static BUILT_IN_TRAFFIC: LazyLock<ActionCatalogue> = LazyLock::new(of_traffic);

/// The actions of traffic: its own, and those of the standard profile that it keeps.
#[expect(
    clippy::expect_used,
    reason = "the files are part of the program, and a test reads them"
)]
fn of_traffic() -> ActionCatalogue {
    let kinds = FaultKinds::default();
    let read = parse(TRAFFIC.0, TRAFFIC.1, None, Author::Firewatch, &kinds)
        .expect("a built-in file has no problems");
    let standard = &*BUILT_IN_STANDARD;
    let mut catalogue = ActionCatalogue {
        rules: read.rules.expect("it has rules"),
        actions: Vec::new(),
        by_name: BTreeMap::new(),
        renamed: Renamed {
            profile: Profile::Standard,
            names: read.renamed.into_iter().collect(),
        },
        is_of_traffic: true,
        haltable: HaltableKinds::default(),
    };
    let kept = read.keeps.iter().filter_map(|name| standard.find(name));
    kept.cloned()
        .chain(read.actions)
        .for_each(|action| catalogue.add(action));
    catalogue.haltable = HaltableKinds::find(&catalogue.rules, &catalogue.actions);
    catalogue
}

#[expect(
    clippy::expect_used,
    reason = "the files are part of the program, and a test reads them"
)]
fn built_in(profile: Profile, own: (&str, &str)) -> ActionCatalogue {
    // The rules are needed first. What the profile amends is added before it is read again.
    let kinds = FaultKinds::default();
    let rules = parse(own.0, own.1, None, Author::Firewatch, &kinds)
        .expect("a built-in file has no problems");
    let empty = ActionCatalogue {
        rules: rules.rules.expect("a profile has rules"),
        actions: Vec::new(),
        by_name: BTreeMap::new(),
        renamed: Renamed {
            profile,
            names: BTreeMap::new(),
        },
        is_of_traffic: false,
        haltable: HaltableKinds::default(),
    };
    let shared = SHARED.into_iter().fold(empty, |catalogue, (name, text)| {
        catalogue
            .extended(name, text, Author::Firewatch, &kinds)
            .expect("a built-in file has no problems")
    });
    let extended = shared.extended(own.0, own.1, Author::Firewatch, &kinds);
    extended.expect("a built-in file has no problems")
}

impl ActionCatalogue {
    /// Returns the texts of the files of all profiles. A host compares them to see whether two builds have the
    /// same actions.
    pub fn built_in_texts() -> impl Iterator<Item = &'static str> {
        let files = SHARED.into_iter().chain([REFERENCE, STANDARD, TRAFFIC]);
        files.map(|(_, text)| text)
    }

    /// Returns the catalogue of a profile.
    #[must_use]
    pub fn built_in(profile: Profile) -> &'static Self {
        match profile {
            Profile::Standard => &BUILT_IN_STANDARD,
            Profile::Reference => &BUILT_IN_REFERENCE,
        }
    }

    /// Returns the catalogue of the physics of traffic, under the standard profile.
    #[must_use]
    pub fn of_traffic() -> &'static Self {
        &BUILT_IN_TRAFFIC
    }

    /// Returns the catalogue with the additions and overrides of a file. `file` is its name in problems. The
    /// built-in meta actions and the rules do not change.
    ///
    /// # Errors
    /// Every problem of the file at once.
    pub fn extended_by(&self, file: &str, text: &str) -> Result<Self, Diagnostics> {
        self.extended_with(file, text, &FaultKinds::default())
    }

    /// Extends the catalogue by a file that can name these kinds of fault. The files that it names in `fault_kinds` are
    /// not read here: `firewatch_scenario::CustomActions` does that.
    ///
    /// # Errors
    /// As [`extended_by`](Self::extended_by).
    pub fn extended_with(
        &self,
        file: &str,
        text: &str,
        fault_kinds: &FaultKinds,
    ) -> Result<Self, Diagnostics> {
        let built_in = Self::built_in(Profile::default()).actions();
        self.extended(file, text, Author::User { built_in }, fault_kinds)
    }

    fn extended(
        &self,
        file: &str,
        text: &str,
        author: Author,
        fault_kinds: &FaultKinds,
    ) -> Result<Self, Diagnostics> {
        let read = parse(file, text, Some(self), author, fault_kinds)?;
        let mut catalogue = self.clone();
        catalogue.rules = read.rules.unwrap_or(catalogue.rules);
        for (old, new) in read.renamed {
            catalogue.rename(old, new);
        }
        for action in read.actions {
            match catalogue.find_mut(&action.name) {
                Some(known) => *known = action,
                None => catalogue.add(action),
            }
        }
        for amendment in read.amend {
            if let Some(action) = catalogue.find_mut(&amendment.name) {
                amendment.amend(action);
            }
        }
        catalogue.haltable = HaltableKinds::find(&catalogue.rules, &catalogue.actions);
        Ok(catalogue)
    }

    /// Extends the catalogue by a file on disk.
    ///
    /// # Errors
    /// As [`extended_by`](Self::extended_by); the file can't be read, is too large or is not UTF-8.
    pub fn extended_by_file(&self, path: &Path) -> Result<Self, Diagnostics> {
        let (name, text) = firewatch_ron::text(path)?;
        self.extended_by(&name, &text)
    }

    /// Returns the action of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&ActionSpec> {
        self.get(self.id(name)?)
    }

    /// Returns the number of the action of that name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<ActionId> {
        self.by_name.get(name).copied()
    }

    /// Returns the action of that number.
    #[must_use]
    pub fn get(&self, ActionId(index): ActionId) -> Option<&ActionSpec> {
        self.actions.get(index as usize)
    }

    /// Returns the error for an unknown action, with a suggestion.
    pub(super) fn unknown(&self, name: &str) -> ActionError {
        ActionError::Unknown {
            name: name.to_owned(),
            help: self.suggestion(name),
        }
    }

    /// Returns what may be meant by an unknown name: the new name of an action, or similar names.
    #[must_use]
    pub fn suggestion(&self, name: &str) -> Option<String> {
        let names = self.actions.iter().map(ActionSpec::name);
        { self.replacement(name) }.or_else(|| suggest(name, "actions", names))
    }

    /// Returns what is said of an action that only the other physics has.
    fn of_other_physics(&self, name: &str) -> Option<String> {
        if self.is_of_traffic {
            { BUILT_IN_STANDARD.find(name) }.or_else(|| BUILT_IN_REFERENCE.find(name))?;
            let about_load = self.actions.iter().filter(|action| action.is_about_load());
            let about_load = firewatch_ron::listed(about_load.map(ActionSpec::name), "and");
            return Some(format!(
                "`{name}` means nothing in the physics `traffic`; those about load are {about_load}"
            ));
        }
        BUILT_IN_TRAFFIC.find(name)?;
        Some(format!(
            "`{name}` is an action of the physics `traffic`, which a scenario with `users` has"
        ))
    }

    /// Returns a sentence with the new name of an action that this profile renamed, or about one that only the other
    /// physics has.
    #[must_use]
    pub fn replacement(&self, name: &str) -> Option<String> {
        { self.renamed.replacement(name) }.or_else(|| self.of_other_physics(name))
    }

    /// Renames an action.
    fn rename(&mut self, old: String, new: String) {
        if let Some(id) = self.by_name.remove(&old) {
            if let Some(action) = self.actions.get_mut(id.0 as usize) {
                action.name.clone_from(&new);
            }
            self.by_name.insert(new.clone(), id);
        }
        self.renamed.names.insert(old, new);
    }

    fn find_mut(&mut self, name: &str) -> Option<&mut ActionSpec> {
        let ActionId(index) = self.id(name)?;
        self.actions.get_mut(index as usize)
    }

    fn add(&mut self, action: ActionSpec) {
        // Files are too small for 2^32 actions.
        let id = ActionId(u32::try_from(self.actions.len()).unwrap_or(u32::MAX));
        self.by_name.insert(action.name.clone(), id);
        self.actions.push(action);
    }

    /// Returns all actions, in the order of the files.
    #[must_use]
    pub fn actions(&self) -> &[ActionSpec] {
        &self.actions
    }

    /// Returns whether some action halts faults of this kind. On a red herring, an action that the rules refuse
    /// there does not; one that is aimed at another service can.
    #[must_use]
    pub fn can_halt(&self, kind: FaultKind, on_red_herring: bool) -> bool {
        self.haltable.contain(kind, on_red_herring)
    }

    /// Returns whether effects on the callers of a target skip red herrings.
    #[must_use]
    pub fn spares_red_herrings(&self) -> bool {
        self.rules.spare_red_herrings
    }

    /// Returns whether wrong actions are told only after the incident.
    #[must_use]
    pub fn conceals_wrong_actions(&self) -> bool {
        self.rules.conceals
    }

    /// Returns the rules about customers of the profile.
    pub(super) fn customers(&self) -> &'static CustomerRules {
        CustomerRules::of(self.renamed.profile)
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// Reads a file. With the catalogue that it extends, what it amends must exist.
fn parse(
    file: &str,
    text: &str,
    base: Option<&ActionCatalogue>,
    author: Author,
    fault_kinds: &FaultKinds,
) -> Result<ActionFile, Diagnostics> {
    form::load(file, text, fault_kinds, |read, notes| {
        let known = base.map(|catalogue| Base {
            actions: &catalogue.actions,
            renamed: &catalogue.renamed,
        });
        check::check(&read, known, author, notes);
        Ok(read)
    })
}

#[cfg(test)]
mod tests {
    use firewatch_sim::FaultKinds;

    use super::{ActionCatalogue, Author, REFERENCE, SHARED, STANDARD, TRAFFIC, parse};
    use crate::{Category, Profile};

    #[test]
    fn the_built_in_files_have_no_problems() {
        for (name, text) in SHARED.into_iter().chain([REFERENCE, STANDARD, TRAFFIC]) {
            if let Err(diagnostics) =
                parse(name, text, None, Author::Firewatch, &FaultKinds::default())
            {
                panic!("{diagnostics}");
            }
        }
        for profile in Profile::ALL {
            let actions = ActionCatalogue::built_in(*profile).actions();
            let count = |category| actions.iter().filter(|a| a.category() == category).count();
            let counts = [
                Category::Investigation,
                Category::Remediation,
                Category::Meta,
            ]
            .map(count);
            // The reference's, and `wait`; `standard` has `fail_over` besides.
            let of_standard = usize::from(*profile == Profile::Standard);
            assert_eq!(counts, [16, 54 + of_standard, 2 + 1]);
        }
    }
}
