//! A trainer's side of a batch.

use std::sync::{Arc, LazyLock};

use firewatch_episode::{
    AutoReset, EpisodeBatch, EpisodeRequest, NewEpisode, ObservationLayout, StepBuffers, StepError,
    TrainingBatch,
};
use firewatch_reference::PythonRandom;
use firewatch_scenario::{Difficulty, Physics, RandomStreams, Scenario};
use firewatch_tests::workspace;

pub fn drawn(seed: u64) -> EpisodeRequest {
    EpisodeRequest::Drawn {
        difficulty: Difficulty::Easy,
        seed,
    }
}

/// Incidents of both physics, with meshes of several sizes, timelines, optional metrics and faults that begin later.
pub static INCIDENTS: LazyLock<Vec<Arc<Scenario>>> = LazyLock::new(|| {
    let load = |file: &str| {
        let scenario = Scenario::load(&workspace().join("scenarios").join(file));
        Arc::new(scenario.unwrap_or_else(|problems| panic!("{problems}")))
    };
    let files = [
        "traffic/mechanisms/metastable-loop-holds.ron",
        "mechanisms/data-freshness.ron",
        "traffic/incidents/search-after-a-burst.ron",
        "mechanisms/injected-fault.ron",
        "incidents/botched-failover.ron",
        "catalog/hard/two-teams-one-evening.ron",
    ];
    files.map(load).to_vec()
});

/// An incident of any size and physics.
pub fn any(number: u64) -> EpisodeRequest {
    let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
    let incidents = &*INCIDENTS;
    match number % 3 {
        0 => EpisodeRequest::scenario(Arc::clone(
            &incidents[(number / 3) as usize % incidents.len()],
        )),
        _ => EpisodeRequest::Drawn {
            difficulty: difficulties[(number / 3) as usize % 3],
            seed: number,
        },
    }
}

/// A batch of `any` incidents.
pub fn mixed(environments: usize, threads: usize, auto_reset: AutoReset) -> TrainingBatch<'static> {
    let request = |new: NewEpisode| any(new.environment as u64 * 7 + new.episode);
    let builder = TrainingBatch::builder(environments, request).threads(threads);
    let builder = builder.physics(Physics::ALL).services(12);
    builder.auto_reset(auto_reset).build().unwrap()
}

/// A batch with the memory that it writes to.
pub struct Run<'a> {
    pub batch: TrainingBatch<'a>,
    pub codes: Vec<u32>,
    pub observations: Vec<f32>,
    pub last: Vec<f32>,
    pub rewards: Vec<f32>,
    pub terminated: Vec<bool>,
    pub truncated: Vec<bool>,
    pub errors: Vec<Option<StepError>>,
}

impl<'a> Run<'a> {
    pub fn new(mut batch: TrainingBatch<'a>) -> Self {
        let count = batch.len();
        let mut observations = vec![f32::NAN; count * batch.layout().len()];
        batch.observe_into(&mut observations).unwrap();
        Self {
            codes: vec![0; count],
            last: vec![f32::NAN; observations.len()],
            observations,
            rewards: vec![0.0; count],
            terminated: vec![false; count],
            truncated: vec![false; count],
            errors: vec![None; count],
            batch,
        }
    }

    pub fn step(&mut self) {
        self.step_picked(None);
    }

    pub fn step_picked(&mut self, mask: Option<&[bool]>) {
        let is_same_step = self.batch.auto_reset() == AutoReset::SameStep;
        let buffers = StepBuffers {
            observations: &mut self.observations,
            final_observations: is_same_step.then_some(&mut self.last),
            rewards: &mut self.rewards,
            terminated: &mut self.terminated,
            truncated: &mut self.truncated,
            errors: &mut self.errors,
        };
        match mask {
            None => self.batch.step(&self.codes, buffers).unwrap(),
            Some(mask) => self.batch.step_masked(mask, &self.codes, buffers).unwrap(),
        }
    }

    /// A legal code for each environment; most wait.
    pub fn draw_codes(&mut self, random: &mut PythonRandom) {
        let codes = self.batch.encoding().len();
        let mut legal = vec![false; self.codes.len() * codes];
        self.batch.legal_into(&mut legal).unwrap();
        for (code, legal) in self.codes.iter_mut().zip(legal.chunks(codes)) {
            *code = match random.below(3) {
                0 => loop {
                    let drawn = random.below(codes);
                    if legal[drawn] {
                        break drawn as u32;
                    }
                },
                _ => 0,
            };
        }
    }

    pub fn is_done(&self, index: usize) -> bool {
        self.terminated[index] || self.truncated[index]
    }

    /// The observation of an environment, bit by bit.
    pub fn row(&self, index: usize) -> Vec<u32> {
        let columns = self.batch.layout().len();
        bits(&self.observations[index * columns..][..columns])
    }

    pub fn last_row(&self, index: usize) -> Vec<u32> {
        let columns = self.batch.layout().len();
        bits(&self.last[index * columns..][..columns])
    }
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// All that an episode of a batch is, exact in JSON.
pub fn everything(batch: &EpisodeBatch, index: usize) -> String {
    let hash = batch.fleet().state_hash(index).unwrap();
    let state = serde_json::to_string(&batch.save(index).unwrap()).unwrap();
    format!("{hash:016x} {state}")
}

/// The observation of each episode, a row each.
pub fn observed(batch: &mut EpisodeBatch, layout: &ObservationLayout) -> Vec<Vec<f32>> {
    // What was in the buffer does not matter.
    let mut values = vec![f32::NAN; batch.len() * layout.len()];
    batch.observe_columns_into(layout, &mut values).unwrap();
    values.chunks(layout.len()).map(<[f32]>::to_vec).collect()
}
