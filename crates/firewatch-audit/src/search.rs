//! A search for a short answer that wins.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use firewatch_action::ActionRequest;
use firewatch_scenario::runbook::RunbookStep;
use firewatch_scenario::{Runbook, Scenario};

use crate::arena::Arena;
use crate::moves;
use crate::policy::{Policy, PolicyKind, PolicyPlan, step_of_tick};
use crate::result::PolicyResult;
use crate::unanswered::UnansweredRun;
use firewatch_episode::EpisodeError;

/// Partial answers that are extended at each length.
const BEAM: usize = 6;
/// Most steps at which an action is tried besides the first possible one.
const MAX_MOMENTS: usize = 6;

type Actions = Vec<(u64, ActionRequest)>;

/// An answer and its result.
#[derive(Clone)]
pub(crate) struct Candidate {
    /// Steps, counted from 0, and the action at each.
    pub(crate) actions: Actions,
    pub(crate) played: PolicyResult,
}

/// A search over remedies and the steps at which they are tried.
pub(crate) struct Search<'a> {
    arena: &'a Arena<'a>,
    remedies: Vec<ActionRequest>,
    /// Steps at which something has just happened.
    moments: BTreeSet<u64>,
    world: &'a UnansweredRun,
    /// Work at which the search stops.
    limit: u64,
    /// Whether it has stopped there.
    pub(crate) is_cut: bool,
}

impl<'a> Search<'a> {
    /// `remedies` are all that there are; the search leaves out those on services about which there is
    /// never anything to be done.
    pub(crate) fn new(
        arena: &'a Arena,
        world: &'a UnansweredRun,
        remedies: &[ActionRequest],
        limit: u64,
    ) -> Self {
        let scenario = arena.scenario;
        let concerned: BTreeSet<&str> = concerned(scenario, world).collect();
        let on_concerned = |request: &&ActionRequest| {
            let target = request.target.as_deref();
            target.is_none_or(|target| concerned.contains(target))
        };
        Self {
            arena,
            remedies: remedies.iter().filter(on_concerned).cloned().collect(),
            moments: moments(scenario),
            world,
            limit,
            is_cut: false,
        }
    }

    /// Returns the best of the shortest answers that win, of at most `most` actions. It tries each action at
    /// the first step and after each event, then the same after each of the best partial answers. If none
    /// wins, it returns the one that got farthest, which may be doing nothing.
    pub(crate) fn run(
        &mut self,
        nothing: &PolicyResult,
        most: usize,
    ) -> Result<Candidate, EpisodeError> {
        let mut farthest = Candidate {
            actions: Vec::new(),
            played: nothing.clone(),
        };
        let mut beam = vec![farthest.clone()];
        for _ in 0..most {
            let mut longer = Vec::new();
            for partial in &beam {
                let better = { self.extend(&partial.actions)?.into_iter() }
                    .filter(|answer| order(&answer.played, &partial.played).is_gt());
                longer.extend(better);
            }
            // The best first; of equals the first found.
            longer.sort_by(|a, b| order(&b.played, &a.played));
            let Some(best) = longer.first() else { break };
            if best.played.won {
                return Ok(best.clone());
            }
            if rank(&best.played) > rank(&farthest.played) {
                farthest = best.clone();
            }
            if self.is_cut {
                break;
            }
            let mut seen = BTreeSet::new();
            longer.retain(|answer| seen.insert(state(&answer.played)));
            longer.truncate(BEAM);
            beam = longer;
        }
        Ok(farthest)
    }

    fn extend(&mut self, actions: &Actions) -> Result<Vec<Candidate>, EpisodeError> {
        let soonest = actions.last().map_or(0, |(step, _)| step + 1);
        let most = self.arena.fitting(self.limit);
        let mut longer: Vec<Actions> = Vec::new();
        'remedies: for remedy in &self.remedies {
            for step in self.steps(soonest, remedy) {
                if longer.len() == most {
                    self.is_cut = true;
                    break 'remedies;
                }
                let next = std::iter::once((step, remedy.clone()));
                longer.push(actions.iter().cloned().chain(next).collect());
            }
        }
        let policies: Vec<Policy> = { longer.iter() }
            .map(|actions| policy(actions.clone()))
            .collect();
        let played = self.arena.play(&policies)?;
        let answers = longer.into_iter().zip(played);
        Ok(answers
            .map(|(actions, played)| Candidate { actions, played })
            .collect())
    }

    /// As soon as possible, whenever something has happened later, and once the target is not healthy.
    fn steps(&self, soonest: u64, remedy: &ActionRequest) -> BTreeSet<u64> {
        let services = &self.arena.scenario.services;
        let target = services
            .iter()
            .position(|s| Some(&s.name) == remedy.target.as_ref());
        let since = target.and_then(|target| self.world.unhealthy_since[target]);
        let later = self.moments.range(soonest..).copied();
        let sick = since.map(step_of_tick).filter(|step| *step >= soonest);
        later.chain(sick).chain([soonest]).collect()
    }
}

/// Returns the policy of a found answer.
pub(crate) fn policy<'a>(actions: Actions) -> Policy<'a> {
    let names: Vec<String> = actions.iter().map(|(_, a)| moves::name(a)).collect();
    let name = names.join(", then ");
    Policy::new(PolicyKind::Found, name, PolicyPlan::Sequence(actions))
}

/// Returns a found answer as a runbook.
pub(crate) fn as_runbook(actions: &Actions) -> Runbook {
    let mut steps = Vec::new();
    let mut next = 0;
    for (step, request) in actions {
        if *step > next {
            steps.push(RunbookStep::Wait(step - next));
        }
        steps.push(RunbookStep::Act(request.clone()));
        next = step + 1;
    }
    Runbook {
        name: "Found by an audit".to_owned(),
        steps,
        ..Runbook::default()
    }
}

/// Returns the steps whose tick is the first after the start of a later fault, or after an event of the
/// timeline.
fn moments(scenario: &Scenario) -> BTreeSet<u64> {
    let faults = scenario.faults.iter().map(|fault| fault.start_tick);
    let events = scenario.timeline.iter().map(|event| event.tick);
    let ticks = faults.chain(events).filter(|&tick| tick < scenario.ticks);
    let steps: BTreeSet<u64> = ticks.map(|tick| step_of_tick(tick + 1)).collect();
    steps.into_iter().take(MAX_MOMENTS).collect()
}

/// Services with a fault or a goal, and those that are not healthy at some time while nobody acts.
fn concerned<'a>(
    scenario: &'a Scenario,
    world: &'a UnansweredRun,
) -> impl Iterator<Item = &'a str> {
    let faults = scenario.all_faults().map(|fault| &*fault.service);
    let goals = scenario.goals.list.iter().map(|goal| &*goal.service);
    let services = scenario.services.iter().zip(&world.unhealthy_since);
    let sick = services.filter(|(_, since)| since.is_some());
    faults
        .chain(goals)
        .chain(sick.map(|(service, _)| &*service.name))
}

/// How far an answer got: wins, faults halted, goals met, services healthy.
fn rank(played: &PolicyResult) -> (bool, usize, usize, usize) {
    let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
    let (halted, goals) = (count(&played.faults_halted), count(&played.goals_met));
    let healthy = usize::MAX - played.unhealthy.len();
    (played.won, halted, goals, healthy)
}

/// Compares how far two results got; of equals the grade, then the reward.
fn order(a: &PolicyResult, b: &PolicyResult) -> Ordering {
    let grades = a.grade.total.total_cmp(&b.grade.total);
    let rewards = a.reward.total_cmp(&b.reward);
    rank(a).cmp(&rank(b)).then(grades).then(rewards)
}

/// Returns the state that a partial answer reached: of equal ones, one is enough.
fn state(played: &PolicyResult) -> (Vec<bool>, Vec<bool>, Vec<String>) {
    let PolicyResult {
        faults_halted,
        goals_met,
        unhealthy,
        ..
    } = played;
    (faults_halted.clone(), goals_met.clone(), unhealthy.clone())
}
