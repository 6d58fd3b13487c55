//! The policies of an audit, and the order in which they are played: cheap ones first.

use std::collections::BTreeMap;
use std::sync::Arc;

use firewatch_action::{ActionRequest, Category};
use firewatch_episode::EpisodeError;

use crate::arena::Arena;
use crate::family::Planned;
use crate::options::AuditOptions;
use crate::panel::BlindGroup;
use crate::policy::{Policy, PolicyKind, PolicyPlan};
use crate::result::{PolicyAction, PolicyResult};
use crate::search::{self, Search};
use crate::unanswered::UnansweredRun;
use crate::work::{self, Cuts};
use crate::{leaving, moves, ordering, panel};

/// What policies choose from.
pub(crate) struct Choices {
    pub(crate) remedies: Vec<ActionRequest>,
    pub(crate) all: Vec<ActionRequest>,
}

impl Choices {
    pub(crate) fn of(arena: &Arena) -> Self {
        let services = { arena.scenario.services.iter() }.map(|service| &*service.name);
        let remedies = moves::moves(&arena.catalogue, services.clone(), |spec| {
            spec.category() == Category::Remediation
        });
        let all = moves::moves(&arena.catalogue, services, |spec| !spec.ends_episode());
        Self { remedies, all }
    }
}

/// Policies and their results, in the order in which they were played. Doing nothing is the first.
pub(crate) struct Field<'a> {
    arena: &'a Arena<'a>,
    options: &'a AuditOptions,
    pub(crate) policies: Vec<Policy<'a>>,
    pub(crate) played: Vec<PolicyResult>,
    planned: BTreeMap<PolicyKind, Planned>,
    pub(crate) cuts: Cuts,
}

impl<'a> Field<'a> {
    pub(crate) fn new(arena: &'a Arena<'a>, options: &'a AuditOptions) -> Self {
        Self {
            arena,
            options,
            policies: Vec::new(),
            played: Vec::new(),
            planned: BTreeMap::new(),
            cuts: Cuts::default(),
        }
    }

    /// How many policies of a kind there are and were to be played.
    pub(crate) fn planned(&self, kind: PolicyKind) -> Planned {
        let none = Planned { of: 0, policies: 0 };
        self.planned.get(&kind).copied().unwrap_or(none)
    }

    /// Most work of the audit.
    pub(crate) fn limit(&self) -> u64 {
        self.options.limit
    }

    fn play(&mut self, policies: Vec<Policy<'a>>) -> Result<(), EpisodeError> {
        self.play_group(BlindGroup::all(policies), u64::MAX)
            .map(drop)
    }

    /// Plays as many policies as fit into the work left below the limit. Returns whether some were left out.
    fn play_group(&mut self, group: BlindGroup<'a>, limit: u64) -> Result<bool, EpisodeError> {
        let BlindGroup { mut policies, of } = group;
        let is_sample = of > policies.len() as u64;
        for policy in &policies {
            let planned = self
                .planned
                .entry(policy.kind)
                .or_insert(Planned { of: 0, policies: 0 });
            planned.policies += 1;
            planned.of = if is_sample { of } else { planned.of + 1 };
        }
        let played = self.arena.play_within(limit, &policies)?;
        let is_cut = played.len() < policies.len();
        policies.truncate(played.len());
        self.policies.extend(policies);
        self.played.extend(played);
        Ok(is_cut)
    }

    /// Plays doing nothing, declaring at once, and the runbooks.
    pub(crate) fn play_basic(&mut self) -> Result<(), EpisodeError> {
        let waiting = PolicyPlan::Sequence(Vec::new());
        let mut basic = vec![Policy::new(PolicyKind::Nothing, "do nothing", waiting)];
        basic.extend(panel::declare(&self.arena.catalogue));
        basic.extend(self.options.runbooks.iter().map(|runbook| {
            let plan = PolicyPlan::Runbook(Arc::clone(runbook));
            Policy::new(PolicyKind::Runbook, &runbook.name, plan)
        }));
        self.play(basic)
    }

    /// Plays the blind policies that need no answer, within half of the limit: a few that act in turn, then the
    /// random ones, then the single remedies.
    pub(crate) fn play_blind(&mut self, choices: &'a Choices) -> Result<(), EpisodeError> {
        let limit = self.options.limit / 2;
        let (arena, scenario) = (self.arena, self.arena.scenario);
        let in_turn = panel::in_turn(&arena.catalogue, scenario);
        self.cuts.in_turn = self.play_group(in_turn, limit)?;
        let random = panel::random(self.options.random, &choices.all);
        self.cuts.random = self.play_group(random, limit)?;
        let most = usize::try_from(self.options.singles).unwrap_or(usize::MAX);
        let singles = panel::singles(&choices.remedies, scenario, most);
        self.cuts.singles = self.play_group(singles, limit)?;
        Ok(())
    }

    /// Searches for an answer. Returns it as a runbook's text; else the result that got farthest.
    pub(crate) fn search(
        &mut self,
        world: &UnansweredRun,
        choices: &Choices,
    ) -> Result<(Option<String>, Option<PolicyResult>), EpisodeError> {
        let limit = work::limit_of_search(self.arena.scenario, self.options.limit);
        let mut search = Search::new(self.arena, world, &choices.remedies, limit);
        let answer = search.run(&self.played[0], self.options.max_actions)?;
        self.cuts.search = search.is_cut;
        // Doing nothing is no answer, though it may win.
        if !answer.played.won || answer.actions.is_empty() {
            return Ok((None, Some(answer.played)));
        }
        let found = search::as_runbook(&answer.actions).to_string();
        self.policies.push(search::policy(answer.actions));
        self.played.push(answer.played);
        Ok((Some(found), None))
    }

    /// The runbook or the found answer that wins with the best grade; of equals the first.
    pub(crate) fn winning(&self) -> Option<usize> {
        let is_answer = |played: &PolicyResult| {
            played.won && matches!(played.kind, PolicyKind::Runbook | PolicyKind::Found)
        };
        let answers = { self.played.iter().enumerate() }.filter(|(_, played)| is_answer(played));
        let grade = |played: &PolicyResult| played.grade.total;
        let best = answers.reduce(|best, next| {
            if grade(next.1) > grade(best.1) {
                next
            } else {
                best
            }
        });
        best.map(|(index, _)| index)
    }

    /// Plays what is compared with the best answer.
    pub(crate) fn play_compared(&mut self, best: usize) -> Result<(), EpisodeError> {
        let arena = self.arena;
        let (policy, result) = (self.policies[best].clone(), self.played[best].clone());
        let worse = ordering::worse(arena, &policy, &result, self.wrong_action());
        self.play(worse)?;
        let first = panel::first_then_leave(&arena.catalogue, arena.scenario, &result);
        let is_cut = self.play_group(
            BlindGroup::all(first.into_iter().collect()),
            self.options.limit,
        )?;
        self.cuts.variants |= is_cut;
        self.play_left(best)?;
        let steps = || leaving::steps(arena.scenario);
        let remedies = leaving::remedies(&arena.catalogue, &result);
        let alone = { remedies.iter() }
            .flat_map(|remedy| steps().map(|step| panel::alone(PolicyKind::Alone, remedy, step)));
        let alone = BlindGroup::all(alone.collect());
        self.cuts.variants |= self.play_group(alone, self.options.limit)?;
        Ok(())
    }

    /// Plays an answer that is left at each step.
    pub(crate) fn play_left(&mut self, best: usize) -> Result<(), EpisodeError> {
        let policy = self.policies[best].clone();
        let left = leaving::variants(&self.arena.catalogue, self.arena.scenario, &policy);
        self.cuts.variants |= self.play_group(BlindGroup::all(left), self.options.limit)?;
        Ok(())
    }

    /// Plays these policies again, as many as fit into the limit.
    pub(crate) fn repeat(&mut self, picked: &[usize]) -> Result<Vec<PolicyResult>, EpisodeError> {
        let policies: Vec<Policy> = picked
            .iter()
            .map(|&index| self.policies[index].clone())
            .collect();
        let again = self.arena.play_within(self.options.limit, &policies)?;
        self.cuts.repeats = again.len() < policies.len();
        Ok(again)
    }

    /// Returns a remedy that is wrong when it is done alone: at the first step, if one was tried there.
    fn wrong_action(&self) -> Option<ActionRequest> {
        let singles = { self.played.iter() }.filter(|p| p.kind == PolicyKind::Single);
        let wrong = singles.filter(|p| p.wrong_actions > 0);
        let taken = wrong.filter_map(|p| p.actions.first());
        taken
            .min_by_key(|taken| taken.tick)
            .map(PolicyAction::request)
    }
}
