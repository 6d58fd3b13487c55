//! A batch of branches of one incident.

use std::error::Error;
use std::sync::Arc;

use firewatch_episode::{ActionEncoding, BatchStep, EpisodeBatch, EpisodeRequest};
use firewatch_scenario::Scenario;

/// Places of the batch in which partial answers are kept.
pub const KEPT: usize = 16;
/// Places in which branches are played.
const BRANCHES: usize = 2_048;
const THREADS: usize = 2;

/// What an answer comes to if nothing else is done.
#[derive(Clone, Copy)]
pub struct Outcome {
    pub grade: f64,
    /// The grade, and a little for progress that it does not show: faults that were ended, services that recovered,
    /// customers who were spared.
    pub value: f64,
}

/// A batch of branches of one incident. The first place has its beginning.
pub struct Arena {
    batch: EpisodeBatch,
    pub encoding: ActionEncoding,
    /// The codes that are legal, waiting first.
    pub legal: Vec<u32>,
    codes: Vec<u32>,
    mask: Vec<bool>,
    pub steps: Vec<BatchStep>,
}

impl Arena {
    pub fn new(scenario: &Scenario) -> Result<Self, Box<dyn Error>> {
        let catalogue = Arc::new(scenario.actions().clone());
        let request = EpisodeRequest::scenario(scenario.clone());
        let places = KEPT + BRANCHES;
        let batch = EpisodeBatch::repeated(scenario.profile, catalogue, &request, places, THREADS)?;
        let encoding = batch.encoding(0)?;
        let mut mask = vec![false; places * encoding.len()];
        batch.legal_into(&encoding, &mut mask)?;
        // To declare it resolved is to wait to the end.
        let is_tried = |code: &u32| {
            let name = encoding.decode(*code).map(|action| action.name);
            mask[*code as usize] && name != Some("declare_resolved")
        };
        let last = u32::try_from(encoding.len())?;
        Ok(Self {
            legal: (0..last).filter(is_tried).collect(),
            batch,
            encoding,
            codes: vec![0; places],
            mask: vec![false; places],
            steps: vec![BatchStep::default(); places],
        })
    }

    /// Copies one place over another.
    pub fn copy(&mut self, from: usize, to: usize) -> Result<(), Box<dyn Error>> {
        Ok(self.batch.fork(from, to)?)
    }

    pub fn has_ended(&self, place: usize) -> Result<bool, Box<dyn Error>> {
        Ok(self.batch.score(place)?.end().is_some())
    }

    /// Which alerts fire.
    pub fn alerts(&self, place: usize) -> Result<Vec<[bool; 5]>, Box<dyn Error>> {
        Ok(self.batch.score(place)?.alert_flags().collect())
    }

    /// Steps the given places, each by its code.
    pub fn step(&mut self, places: &[(usize, u32)]) -> Result<(), Box<dyn Error>> {
        self.mask.fill(false);
        for &(place, code) in places {
            self.codes[place] = code;
            self.mask[place] = true;
        }
        let mask = Some(&*self.mask);
        self.batch
            .step_encoded(&self.encoding, &self.codes, mask, &mut self.steps)?;
        Ok(())
    }

    /// What an episode that has ended has come to.
    fn outcome(&self, place: usize) -> Result<Outcome, Box<dyn Error>> {
        let score = self.batch.score(place)?;
        let (Some(grade), Some(input)) = (score.grade(), score.final_grade_input()) else {
            return Err("the episode has not ended".into());
        };
        let progress = f64::from(input.ended_faults) + 0.1 * input.recovered as f64;
        let minutes = input.bad_customer_minutes;
        Ok(Outcome {
            grade: grade.total,
            value: grade.total + 1e-3 * (progress - minutes / (minutes + 100.0)),
        })
    }

    /// Branches a place once for each of the codes, does them, and waits to the end. Calls
    /// `done` for each with the code and its result.
    pub fn branch(
        &mut self,
        from: usize,
        codes: &[u32],
        mut done: impl FnMut(u32, Outcome),
    ) -> Result<(), Box<dyn Error>> {
        for codes in codes.chunks(BRANCHES) {
            let mut running: Vec<(usize, u32)> = (KEPT..).zip(codes.iter().copied()).collect();
            for &(place, _) in &running {
                self.copy(from, place)?;
            }
            while !running.is_empty() {
                self.step(&running)?;
                running.iter_mut().for_each(|(_, code)| *code = 0);
                running.retain(|&(place, _)| self.steps[place].end.is_none());
            }
            for (place, &code) in (KEPT..).zip(codes) {
                done(code, self.outcome(place)?);
            }
        }
        Ok(())
    }
}
