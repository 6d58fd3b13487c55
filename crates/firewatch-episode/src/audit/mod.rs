//! Whether an incident is a good one: policies are played on it, and what came of them is held against
//! [checks](Check).
//!
//! ```
//! use firewatch_episode::audit::{AuditOptions, Check, audit};
//! use firewatch_scenario::Scenario;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse("rollback.ron", r#"Scenario(
//!     name: "A bad deployment of auth",
//!     difficulty: easy,
//!     services: ["api-gateway", "auth-service", "db-proxy"],
//!     faults: [(kind: bad_deploy, service: "auth-service")],
//! )"#)?;
//! let audit = audit(&scenario, &AuditOptions::default())?;
//! assert!(audit.is_good());
//! assert!(audit.winning.is_some_and(|best| audit.policies[best].actions.len() == 1));
//! # Ok(())
//! # }
//! ```

mod arena;
mod finding;
mod goals;
mod moves;
mod ordering;
mod played;
mod policy;
mod search;
mod world;

use std::sync::Arc;

use firewatch_scenario::{Action, ActionCatalogue, ActionRequest, Category, Profile, Scenario};
use serde::Serialize;

use crate::EpisodeError;
use arena::Arena;
pub use finding::{Check, Finding, Verdict};
pub use played::{Played, Taken};
pub use policy::PolicyKind;
use policy::{Plan, Policy};
use search::Search;
use world::World;

/// What it takes to win.
pub const WON: &str = finding::won!();

/// How an incident is audited.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// Whose rules and numbers hold; without one, the scenario's.
    pub profile: Option<Profile>,
    /// The actions that there are; without them, the built-in ones of the profile.
    pub actions: Option<Arc<ActionCatalogue>>,
    /// Most actions of an answer that the search looks for; 0 for no search.
    pub max_actions: usize,
    /// Number of random policies.
    pub random: u64,
    /// Threads that play policies, at least 1. The audit is the same with any number.
    pub threads: usize,
}

impl Default for AuditOptions {
    fn default() -> Self {
        Self {
            profile: None,
            actions: None,
            max_actions: 4,
            random: 64,
            threads: 1,
        }
    }
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Whose rules and numbers held.
    pub profile: &'static str,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
    /// What is worth knowing to read them.
    pub notes: Vec<String>,
    /// What came of each policy.
    pub policies: Vec<Played>,
    /// Index of the policy that wins with the best grade, if a runbook or one that was searched for
    /// wins.
    pub winning: Option<usize>,
}

impl Audit {
    /// Whether no check failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.verdict != Verdict::Failed)
    }
}

/// Audits an incident. The same scenario and options give the same audit.
///
/// # Errors
/// None for a scenario without [`Scenario::problems`]; else as [`crate::EpisodeBatch::new`].
pub fn audit(scenario: &Scenario, options: &AuditOptions) -> Result<Audit, EpisodeError> {
    let profile = options.profile.unwrap_or(scenario.profile);
    let built_in = || Arc::new(ActionCatalogue::built_in(profile).clone());
    let arena = Arena {
        scenario,
        profile,
        catalogue: options.actions.clone().unwrap_or_else(built_in),
        threads: options.threads,
    };
    let world = World::watch(scenario, profile, &arena.catalogue)?;
    let services = scenario.services.iter().map(|service| &*service.name);
    let remedies = moves::moves(&arena.catalogue, services.clone(), |spec| {
        spec.category() == Category::Remediation
    });
    let all = moves::moves(&arena.catalogue, services, |spec| !spec.ends_episode());
    let basic = basic_policies(&remedies, &all, options.random);
    let mut policies = arena.play(&basic)?;

    let found = Search::new(&arena, &world, &remedies).run(&policies[0], options.max_actions)?;
    let mut best = None;
    if let Some(answer) = found {
        let policy = search::policy(answer.actions);
        best = Some(policies.len());
        let wrong = { policies.iter() }
            .find(|played| played.kind == PolicyKind::Single && played.wrong_actions() > 0)
            .and_then(|played| Some(played.actions.first()?.request()));
        let worse = arena.play_worse(&policy, &answer.played, wrong)?;
        policies.push(answer.played);
        policies.extend(worse);
    }
    let mut findings = world.lands(scenario);
    findings.push(inaction(&policies[0]));
    findings.push(winnable(best.map(|best| &policies[best]), options));
    findings.extend(goals::check(scenario, &policies));
    findings.extend(world.herrings(scenario, |herring| not_wrong(&arena, herring, &policies)));
    findings.extend(ordering::check(best.map(|best| &policies[best]), &policies));
    Ok(Audit {
        profile: profile.name(),
        findings,
        notes: notes(scenario),
        policies,
        winning: best,
    })
}

/// Doing nothing first, then chance, then each remedy alone.
fn basic_policies<'a>(
    remedies: &[ActionRequest],
    all: &'a [ActionRequest],
    random: u64,
) -> Vec<Policy<'a>> {
    let waiting = Plan::Sequence(Vec::new());
    let nothing = Policy::new(PolicyKind::Nothing, "do nothing", waiting);
    let random = (0..random).map(|number| {
        let name = format!("random {number}");
        Policy::new(PolicyKind::Random, name, Plan::Random(number, all))
    });
    let single = remedies.iter().map(|remedy| {
        let plan = Plan::Sequence(vec![(0, remedy.clone())]);
        Policy::new(PolicyKind::Single, moves::text(remedy), plan)
    });
    std::iter::once(nothing)
        .chain(random)
        .chain(single)
        .collect()
}

fn inaction(nothing: &Played) -> Finding {
    let evidence = match nothing.shortfalls.first() {
        Some(shortfall) => format!("doing nothing, {shortfall} at the end"),
        None => "doing nothing wins".to_owned(),
    };
    Finding::new(Check::InactionLoses, "", !nothing.won, evidence)
}

fn winnable(best: Option<&Played>, options: &AuditOptions) -> Finding {
    let evidence = match best {
        Some(best) => format!("{} wins with {:.2}", best.name, best.grade.total),
        None if options.max_actions == 0 => "no search was made".to_owned(),
        None => format!(
            "no answer of at most {} was found to win",
            counted(options.max_actions, "action")
        ),
    };
    Finding::new(Check::Winnable, "", best.is_some(), evidence)
}

/// A remedy that counts as right though it was done to that red herring. The reference lets red herrings
/// be remedied.
fn not_wrong(arena: &Arena, herring: &str, policies: &[Played]) -> Option<String> {
    if arena.profile == Profile::Reference {
        return None;
    }
    let guarded = |name: &str| { arena.catalogue.find(name) }.is_some_and(|spec| spec.is_guarded());
    let singles = policies
        .iter()
        .filter(|played| played.kind == PolicyKind::Single);
    let mut taken = singles.filter_map(|played| played.actions.first());
    let right = taken.find(|taken| {
        taken.target.as_deref() == Some(herring)
            && taken.valid
            && !taken.wrong
            && guarded(&taken.action)
    })?;
    Some(right.action.clone())
}

/// What is worth knowing to read the findings.
fn notes(scenario: &Scenario) -> Vec<String> {
    let mut notes = Vec::new();
    let does = |action: &Action| matches!(action, Action::Halt(_) | Action::Perform(_));
    let own = { scenario.timeline.iter() }.filter(|event| does(&event.action));
    let own = own.count();
    if own > 0 {
        notes.push(format!(
            "the timeline itself halts faults or does actions ({}): every policy has their help, doing nothing too",
            counted(own, "event")
        ));
    }
    notes
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
