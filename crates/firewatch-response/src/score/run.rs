//! What a run has come to for customers, whether anybody answers or not.

use firewatch_sim::EnvironmentRef;

use super::account::{self, ImpactTotals};
use super::outcome::Incident;
use super::rules::{ImpactRule, ScoreRules};
use super::state::ScoreState;

/// What a run has come to for customers, whether anybody answers or not.
#[derive(Clone, Debug)]
pub(crate) enum RunImpact {
    /// By the engine's rule.
    Engine {
        /// Whether it had counted as mitigated when customers were hit.
        relapsed: bool,
    },
    /// That of a score to which nobody adds an action; from the first tick on.
    Score(Option<Box<ScoreState>>),
}

impl RunImpact {
    pub(crate) fn new(incident: &Incident) -> Self {
        match ScoreRules::of(incident.profile).impact {
            ImpactRule::Engine => Self::Engine { relapsed: false },
            ImpactRule::Account { .. } => Self::Score(None),
        }
    }

    /// Observes a tick. `engine_mttm` is what the engine's rule says, where that holds.
    pub(crate) fn observe(
        &mut self,
        incident: &Incident,
        view: &EnvironmentRef,
        engine_mttm: Option<u64>,
    ) {
        match self {
            Self::Engine { relapsed } => {
                *relapsed |= engine_mttm.is_some() && view.impact().bcm_delta > 0.0;
            }
            Self::Score(Some(state)) => state.after_tick(incident, view),
            Self::Score(state) if view.clock().tick > 0 => {
                let budget = incident.scenario.slo_budget.remaining;
                let facing = &incident.scenario.user_facing;
                let begun = ScoreState::new(incident.profile, budget, facing, view);
                *state = Some(Box::new(begun));
            }
            Self::Score(_) => {}
        }
    }

    /// What it has come to by now.
    pub(crate) fn totals(&self, view: &EnvironmentRef, engine_mttm: Option<u64>) -> ImpactTotals {
        match self {
            Self::Engine { relapsed } => ImpactTotals {
                relapsed: *relapsed,
                ..account::of_engine(view, engine_mttm)
            },
            Self::Score(Some(state)) => account::of_account(&state.account),
            Self::Score(None) => ImpactTotals::default(),
        }
    }

    /// The names in the blast radius: of the services that were not healthy because of a fault; by the engine's
    /// rule of all that the faults can reach.
    pub(crate) fn blast_zone<'w>(&self, view: &EnvironmentRef<'w>) -> Vec<&'w str> {
        match self {
            Self::Engine { .. } => view.blast_zone(),
            Self::Score(state) => {
                let harmed = state.as_ref().map(|state| state.harmed(view));
                let harmed = harmed.unwrap_or_default();
                let named = view.service_names().enumerate();
                let named = named.filter(|(service, _)| harmed.contains(service));
                named.map(|(_, name)| name).collect()
            }
        }
    }

    /// How many they are; by the engine's rule at least 1.
    pub(crate) fn blast_radius(&self, view: &EnvironmentRef) -> usize {
        match self {
            Self::Engine { .. } => view.blast_radius(),
            Self::Score(_) => self.blast_zone(view).len(),
        }
    }
}
