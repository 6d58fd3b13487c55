//! Branches of one incident, played side by side.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;

use firewatch_action::ActionRequest;
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeRequest, EpisodeState};
use firewatch_scenario::Scenario;

use crate::moves;

/// Branches that are played at a time.
const PLACES: usize = 256;
const THREADS: usize = 2;
/// Ticks after which a branch is given up that is as if nothing had been done.
const TRIAL: u64 = 5;

/// Ticks in ascending order, and what is done after each.
pub type Actions = Vec<(u64, ActionRequest)>;

/// What an answer comes to if nothing else is done.
#[derive(Clone, Copy)]
pub struct Outcome {
    pub grade: f64,
    /// The grade; where the incident is not won, and a little for progress that the grade does not show: goals that are met,
    /// services that recovered, customers who were spared.
    pub value: f64,
}

#[derive(Clone)]
pub struct Answer {
    pub actions: Actions,
    pub outcome: Outcome,
}

/// Where branches begin.
pub struct Moment {
    pub tick: u64,
    pub state: EpisodeState,
}

impl Moment {
    pub fn of(episode: &Episode) -> Result<Self, Box<dyn Error>> {
        let (Some(tick), Some(state)) = (Self::tick(episode), episode.save()) else {
            return Err("no incident has begun".into());
        };
        Ok(Self { tick, state })
    }

    pub fn tick(episode: &Episode) -> Option<u64> {
        Some(episode.view()?.clock().tick)
    }
}

/// Plays branches of one incident.
pub struct Planner {
    scenario: Arc<Scenario>,
    batch: EpisodeBatch,
    steps: Vec<BatchStep>,
    /// Everything that can be done.
    moves: Vec<ActionRequest>,
    /// Branches that were played so far.
    pub branches: usize,
}

impl Planner {
    pub fn new(scenario: Scenario) -> Result<Self, Box<dyn Error>> {
        let scenario = Arc::new(scenario);
        let catalogue = Arc::new(scenario.actions().clone());
        let request = EpisodeRequest::scenario(Arc::clone(&scenario));
        let batch = EpisodeBatch::repeated(scenario.profile, catalogue, &request, PLACES, THREADS)?;
        Ok(Self {
            moves: moves::all(&scenario, &batch)?,
            scenario,
            batch,
            steps: vec![BatchStep::default(); PLACES],
            branches: 0,
        })
    }

    /// The incident from its beginning.
    pub fn begin(&self) -> Result<Episode, Box<dyn Error>> {
        let mut episode = Episode::new(self.scenario.profile);
        episode.reset(&EpisodeRequest::scenario(Arc::clone(&self.scenario)))?;
        Ok(episode)
    }

    /// Tries everything at a moment, and returns what makes a difference to the incident, with what it comes to.
    pub fn try_all(&mut self, at: &Moment) -> Result<Vec<Answer>, Box<dyn Error>> {
        let moves = self.moves.iter().cloned();
        let moves = moves.map(|request| vec![(at.tick, request)]);
        let mut branches: Vec<Actions> = std::iter::once(Actions::new()).chain(moves).collect();
        let states = self.play(at, &branches, TRIAL, |batch, place| {
            let wrong_actions = batch.score(place)?.wrong_actions();
            Ok((batch.fleet().state_hash(place)?, wrong_actions))
        })?;
        // The first branch does nothing. Most moves change as little, and many have the same effect.
        let unchanged = states.first().map(|(hash, _)| *hash);
        let mut seen = BTreeSet::new();
        let mut states = states.iter();
        branches.retain(|_| {
            let state = states.next();
            state.is_some_and(|state| Some(state.0) != unchanged && seen.insert(*state))
        });
        self.answers(at, branches)
    }

    /// Plays answers from a moment on to the end of the incident.
    pub fn answers(
        &mut self,
        from: &Moment,
        all: Vec<Actions>,
    ) -> Result<Vec<Answer>, Box<dyn Error>> {
        let outcomes = self.play(from, &all, u64::MAX, outcome)?;
        let answers = all.into_iter().zip(outcomes);
        Ok(answers
            .map(|(actions, outcome)| Answer { actions, outcome })
            .collect())
    }

    /// Plays branches for that many ticks or to the end of the incident, and returns what `read` finds in the place of
    /// each.
    fn play<T>(
        &mut self,
        from: &Moment,
        branches: &[Actions],
        ticks: u64,
        read: impl Fn(&EpisodeBatch, usize) -> Result<T, Box<dyn Error>>,
    ) -> Result<Vec<T>, Box<dyn Error>> {
        self.branches += branches.len();
        let mut found = Vec::with_capacity(branches.len());
        let scenario = || Arc::clone(&self.scenario);
        for branches in branches.chunks(PLACES) {
            self.batch.restore(0, scenario(), &from.state)?;
            (1..branches.len()).try_for_each(|place| self.batch.fork(0, place))?;
            // The places after the last branch go on with what they have.
            let mut requests = vec![ActionRequest::wait(); PLACES];
            for tick in from.tick..from.tick.saturating_add(ticks) {
                for (request, actions) in requests.iter_mut().zip(branches) {
                    let due = actions.iter().find(|(at, _)| *at == tick);
                    *request = due.map_or_else(ActionRequest::wait, |(_, due)| due.clone());
                }
                self.batch.step(&requests, &mut self.steps)?;
                let steps = &self.steps[..branches.len()];
                if steps.iter().all(|step| step.end.is_some()) {
                    break;
                }
            }
            for place in 0..branches.len() {
                found.push(read(&self.batch, place)?);
            }
        }
        Ok(found)
    }
}

/// What an episode that has ended has come to.
fn outcome(batch: &EpisodeBatch, place: usize) -> Result<Outcome, Box<dyn Error>> {
    let score = batch.score(place)?;
    let (Some(grade), Some(input)) = (score.grade(), score.final_grade_input()) else {
        return Err("the episode has not ended".into());
    };
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let goals_met = 1.0 - share(input.outcome.missed_goals, input.goals);
    let recovered = share(input.recovered, input.affected);
    let spared = 1.0 / (1.0 + input.bad_customer_minutes / input.max_bad_customer_minutes);
    // Less than what lies between the best grade that loses and the least that wins.
    let progress = 0.03 * goals_met + 0.01 * recovered + 0.005 * spared;
    let is_won = grade.won == Some(true);
    Ok(Outcome {
        grade: grade.total,
        value: grade.total + if is_won { 0.0 } else { progress },
    })
}
