//! The blind policies: ways to answer that know nothing of the incident.

use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSpec, Category};
use firewatch_scenario::Scenario;

use crate::aim::Aim;
use crate::chance;
use crate::moves;
use crate::policy::{Policy, PolicyKind, PolicyPlan, step_of_tick};
use crate::result::{PolicyAction, PolicyResult};

/// What people on call try first, as far as the catalogue has it.
const COMMON: [&str; 7] = [
    "rollback_deploy",
    "revert_config",
    "restart_service",
    "scale_replicas",
    "add_memory",
    "scale_out",
    "shed_load",
];
/// The stream of random numbers that draws single actions; random policies count from 0.
const SINGLES: u64 = u64::MAX;

/// Policies of one family, and of how many they are a sample.
pub(crate) struct BlindGroup<'a> {
    pub(crate) policies: Vec<Policy<'a>>,
    pub(crate) of: u64,
}

impl BlindGroup<'_> {
    pub(crate) fn all(policies: Vec<Policy>) -> BlindGroup {
        let of = policies.len() as u64;
        BlindGroup { policies, of }
    }
}

/// Returns the action that declares an incident resolved, if the catalogue has one.
pub(crate) fn declaration(catalogue: &ActionCatalogue) -> Option<ActionRequest> {
    let mut specs = catalogue.actions().iter();
    let ends = |spec: &&ActionSpec| spec.ends_episode() && !spec.needs_target();
    let spec = specs.find(ends)?;
    Some(ActionRequest::untargeted(spec.name()))
}

/// Declares the incident resolved at the first step.
pub(crate) fn declare<'a>(catalogue: &ActionCatalogue) -> Option<Policy<'a>> {
    let declaration = declaration(catalogue)?;
    let plan = PolicyPlan::Sequence(vec![(0, declaration)]);
    Some(Policy::new(PolicyKind::Declare, "declare at once", plan))
}

/// The common remedies in turn, beginning with each of them, and all remedies in the order of the catalogue:
/// as many as there are ticks for a policy.
pub(crate) fn in_turn<'a>(catalogue: &ActionCatalogue, scenario: &Scenario) -> BlindGroup<'a> {
    let remedies: Vec<ActionRequest> = { catalogue.actions().iter() }
        .filter(|spec| spec.category() == Category::Remediation)
        .map(|spec| match spec.needs_target() {
            // The target is filled in when it is done.
            true => ActionRequest::new(spec.name(), ""),
            false => ActionRequest::untargeted(spec.name()),
        })
        .collect();
    let is_common = |remedy: &&ActionRequest| COMMON.contains(&&*remedy.name);
    let common: Vec<ActionRequest> = remedies.iter().filter(is_common).cloned().collect();
    let mut policies = Vec::new();
    for (kind, aim, on) in [
        (PolicyKind::CycleWorst, Aim::Worst, "the worst service"),
        (
            PolicyKind::CycleDeepest,
            Aim::Deepest,
            "the deepest unhealthy service",
        ),
    ] {
        for (number, first) in common.iter().enumerate() {
            let mut actions = common.clone();
            actions.rotate_left(number);
            let name = format!("common remedies on {on} in turn, from {}", first.name);
            policies.push(Policy::new(
                kind,
                name,
                PolicyPlan::InTurn(aim, actions.into()),
            ));
        }
    }
    let steps = usize::try_from(scenario.ticks.saturating_sub(1)).unwrap_or(usize::MAX);
    for part in remedies.chunks(steps.max(1)) {
        let first = part.first().map_or("", |first| &*first.name);
        let name = format!("all remedies on the worst service in order, from {first}");
        let plan = PolicyPlan::InTurn(Aim::Worst, Arc::from(part));
        policies.push(Policy::new(PolicyKind::CatalogueOrder, name, plan));
    }
    BlindGroup::all(policies)
}

/// Random policies.
pub(crate) fn random(count: u64, all: &[ActionRequest]) -> BlindGroup<'_> {
    let policy = |number| {
        let name = format!("random {number}");
        Policy::new(PolicyKind::Random, name, PolicyPlan::Random(number, all))
    };
    BlindGroup::all((0..count).map(policy).collect())
}

/// Each remedy alone at each step, at most `most` of them: then each at as many steps as fit, drawn by the seed;
/// with more remedies than that, some of these, each at one step.
pub(crate) fn singles<'a>(
    remedies: &[ActionRequest],
    scenario: &Scenario,
    most: usize,
) -> BlindGroup<'a> {
    let steps = usize::try_from(scenario.ticks.saturating_sub(1)).unwrap_or(usize::MAX);
    let of = (remedies.len() as u64).saturating_mul(steps as u64);
    let mut random = chance::stream(scenario.seed, SINGLES);
    let picked = chance::sample(&mut random, most, remedies.len());
    let each = (most / remedies.len().max(1)).clamp(1, steps.max(1));
    let mut policies = Vec::new();
    for remedy in picked {
        let at = chance::sample(&mut random, each, steps);
        let single = |step| alone(PolicyKind::Single, &remedies[remedy], step as u64);
        policies.extend(at.into_iter().map(single));
    }
    BlindGroup { policies, of }
}

/// One action at a step, and nothing else.
pub(crate) fn alone<'a>(kind: PolicyKind, action: &ActionRequest, step: u64) -> Policy<'a> {
    let name = format!("{} at tick {}", moves::name(action), step + 2);
    Policy::new(
        kind,
        name,
        PolicyPlan::Sequence(vec![(step, action.clone())]),
    )
}

/// The best answer up to its first remedy, then a declaration: at the tick before the next fault begins, or at
/// once if none does. `None` if the answer has no second action: then there is nothing to leave undone.
pub(crate) fn first_then_leave<'a>(
    catalogue: &ActionCatalogue,
    scenario: &Scenario,
    best: &PolicyResult,
) -> Option<Policy<'a>> {
    let is_remedy = |taken: &&PolicyAction| moves::is_remedy(catalogue, &taken.action);
    let mut remedies = best.actions.iter().filter(is_remedy);
    let first = remedies.next()?;
    remedies.next()?;
    let done = step_of_tick(first.tick);
    let begins = { scenario.all_faults() }.map(|fault| fault.start_tick);
    // A fault that begins at a tick is there from the next one on.
    let next = begins.filter(|tick| *tick >= first.tick).min();
    let leave = next.map_or(done + 1, step_of_tick).max(done + 1);
    let actions = vec![(done, first.request()), (leave, declaration(catalogue)?)];
    let name = format!("{} on its service, then declare", first.action);
    Some(Policy::new(
        PolicyKind::FirstThenLeave,
        name,
        PolicyPlan::Sequence(actions),
    ))
}
