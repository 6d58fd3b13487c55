//! Plays policies, many side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use firewatch_action::{ActionCatalogue, ActionRequest, WAIT};
use firewatch_scenario::Scenario;
use firewatch_sim::EnvironmentRef;

use crate::policy::{Policy, PolicyKind, PolicyRunner};
use crate::result::{FinalState, PolicyAction, PolicyResult};
use crate::work::{self, Work};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_response::score::{Incident, Score};

/// An incident that policies are played on.
pub(crate) struct Arena<'a> {
    pub(crate) scenario: &'a Arc<Scenario>,
    pub(crate) catalogue: Arc<ActionCatalogue>,
    pub(crate) threads: usize,
    pub(crate) work: &'a Work<'a>,
}

impl Arena<'_> {
    pub(crate) fn incident(&self) -> Incident<'_> {
        Incident {
            profile: self.scenario.profile,
            scenario: self.scenario,
            catalogue: &self.catalogue,
        }
    }

    /// Plays only the first policies: as many as are certain to fit into the work left below the limit.
    pub(crate) fn play_within(
        &self,
        limit: u64,
        policies: &[Policy],
    ) -> Result<Vec<PolicyResult>, EpisodeError> {
        let most = self.fitting(limit).min(policies.len());
        self.play(&policies[..most])
    }

    /// Returns the number of policies that are certain to fit into the work left below the limit.
    pub(crate) fn fitting(&self, limit: u64) -> usize {
        let left = limit.saturating_sub(self.work.done());
        let most = left / work::of_episode(self.scenario).max(1);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// Plays the policies, each in an episode of its own. Returns the results in their order; they are the
    /// same with any number of threads.
    pub(crate) fn play(&self, policies: &[Policy]) -> Result<Vec<PolicyResult>, EpisodeError> {
        let threads = self.threads.max(1);
        let most = work::chunk(self.scenario);
        let length = policies.len().div_ceil(threads).clamp(1, most);
        let chunks: Vec<&[Policy]> = policies.chunks(length).collect();
        if threads == 1 || chunks.len() < 2 {
            let played = chunks.into_iter().map(|chunk| self.play_chunk(chunk));
            return Ok(played.collect::<Result<Vec<_>, _>>()?.concat());
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mut played = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(chunk) = chunks.get(index) else {
                    return played;
                };
                played.push((index, self.play_chunk(chunk)));
            }
        };
        let mut played = thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut played = work();
            for other in others {
                // A missing result would shift the ones after it.
                let joined = other.join();
                played.extend(joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            played
        });
        played.sort_by_key(|(index, _)| *index);
        let played = played.into_iter().map(|(_, played)| played);
        Ok(played.collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn play_chunk(&self, policies: &[Policy]) -> Result<Vec<PolicyResult>, EpisodeError> {
        let catalogue = Arc::clone(&self.catalogue);
        let request = EpisodeRequest::Scenario(Arc::clone(self.scenario));
        let count = policies.len();
        let mut batch =
            EpisodeBatch::repeated(self.scenario.profile, catalogue, &request, count, 1)?;
        let mut runs: Vec<PolicyRun> = { policies.iter() }
            .map(|policy| PolicyRun::new(policy, self.scenario.seed))
            .collect();
        let mut actions = vec![ActionRequest::wait(); policies.len()];
        let mut steps = vec![BatchStep::default(); policies.len()];
        let of_tick = work::of_tick(self.scenario);
        // The reset does the first tick.
        self.work.add(count, of_tick);
        let mut tick = 1;
        loop {
            let running = runs.iter().filter(|run| run.played.is_none()).count();
            if running == 0 {
                break;
            }
            self.work.add(running, of_tick);
            for (index, run) in runs.iter_mut().enumerate() {
                if run.played.is_none() {
                    let score = batch.score(index)?;
                    let next = |view: &EnvironmentRef| run.player.next(view, score);
                    actions[index] = batch.fleet().read(index, next)?;
                }
            }
            batch.step(&actions, &mut steps)?;
            tick += 1;
            for (index, run) in runs.iter_mut().enumerate() {
                if run.played.is_none() {
                    let (score, step) = (batch.score(index)?, &steps[index]);
                    check_timeline(step)?;
                    let verdict = batch.privileged_verdict(index)?;
                    let wrong = verdict.is_some_and(|verdict| verdict.wrong);
                    let note = |view: &EnvironmentRef| {
                        run.note(self, &actions[index], step, wrong, view, score);
                        // An incident that was declared over may have been played to its end.
                        view.clock().tick.saturating_sub(tick)
                    };
                    let more = batch.fleet().read(index, note)?;
                    self.work
                        .add(usize::from(more > 0), of_tick.saturating_mul(more));
                }
            }
        }
        Ok(runs.into_iter().filter_map(|run| run.played).collect())
    }
}

/// Checks that the timeline was carried out: else the audit would be of another incident.
pub(crate) fn check_timeline(step: &BatchStep) -> Result<(), EpisodeError> {
    match &step.failed_action {
        Some(failed) => Err(failed.error.clone().into()),
        None => Ok(()),
    }
}

/// A policy that is being played.
struct PolicyRun<'a> {
    policy: &'a Policy<'a>,
    player: PolicyRunner<'a>,
    taken: Vec<PolicyAction>,
    action_count: usize,
    wrong_actions: usize,
    /// Faults that were halted when it last acted.
    halted: usize,
    played: Option<PolicyResult>,
}

impl<'a> PolicyRun<'a> {
    fn new(policy: &'a Policy<'a>, seed: u64) -> Self {
        Self {
            policy,
            player: policy.player(seed),
            taken: Vec::new(),
            action_count: 0,
            wrong_actions: 0,
            halted: 0,
            played: None,
        }
    }

    /// Records the result of a step.
    fn note(
        &mut self,
        arena: &Arena,
        action: &ActionRequest,
        step: &BatchStep,
        wrong: bool,
        view: &EnvironmentRef,
        score: &Score,
    ) {
        if action.name != WAIT {
            self.action_count += 1;
            self.wrong_actions += usize::from(wrong);
        }
        if action.name != WAIT && self.policy.kind != PolicyKind::Random {
            let halted = view.faults().filter(|fault| fault.halted).count();
            let halts = std::mem::replace(&mut self.halted, halted) < halted;
            let tick = view.clock().tick;
            self.taken
                .push(PolicyAction::new(tick, action, step, wrong, halts));
        }
        if let (Some(end), Some(grade)) = (score.end(), score.grade()) {
            let standing = FinalState::read(&arena.incident(), score, view);
            self.played = Some(PolicyResult {
                kind: self.policy.kind,
                name: self.policy.name.clone(),
                actions: std::mem::take(&mut self.taken),
                action_count: self.action_count,
                wrong_actions: self.wrong_actions,
                ticks: view.clock().tick,
                end,
                mitigated_at: score.mttm_tick(),
                reward: score.total_reward(),
                grade,
                won: standing.shortfalls.is_empty(),
                shortfalls: standing.shortfalls,
                goals_met: standing.goals_met,
                faults_halted: standing.faults_halted,
                unhealthy: standing.unhealthy,
                state_hash: format!("{:016x}", view.state_hash()),
            });
        }
    }
}
