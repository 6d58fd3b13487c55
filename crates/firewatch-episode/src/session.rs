//! One episode, apart from the environment that it is about.

use std::sync::Arc;

use firewatch_scenario::{
    ActionCatalogue, ActionOutcome, ActionRequest, ActionSession, Category, FleetStage, Profile,
    Scenario, Stage,
};
use firewatch_sim::{EnvironmentRef, Intervention, SimError, Simulation, round_decimal};
use serde::Serialize;

use crate::alert::{Clock, Since};
use crate::grade::{Grade, Outcome};
use crate::incident::{EpisodeError, Incident};
use crate::ledger::{Deed, Ledger};
use crate::reward::Reward;

/// Decimals of the bad customer minutes as they are shown.
pub(crate) const BCM_DECIMALS: u32 = 4;

/// Why an episode ended. Where several hold, the first in this order is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The SLO budget is used up.
    BudgetUsedUp,
    /// The ticks of the incident are done.
    OutOfTicks,
    /// The incident was declared resolved.
    Declared,
}

/// Something that was done earlier in the episode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastAction {
    /// Name of the action.
    pub action_type: String,
    /// The service that it was done to; empty where there was none.
    pub target_service: String,
    /// What was said about it.
    pub feedback_string: String,
}

/// An environment whose SLO budget an episode keeps.
pub(crate) trait Place: Stage {
    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError>;
}

impl Place for Simulation {
    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        self.intervene(&Intervention::SetSloBudget(remaining))
    }
}

impl Place for FleetStage<'_> {
    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        let budget = Intervention::SetSloBudget(remaining);
        self.fleet.intervene(self.environment, &budget)
    }
}

/// What a step came to.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) outcome: ActionOutcome,
    pub(crate) reward: Reward,
}

/// Whether somebody reads along: without, no texts are made and no history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Person,
    Nobody,
}

/// An episode, apart from its environment.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    profile: Profile,
    reader: Reader,
    pub(crate) scenario: Arc<Scenario>,
    max_ticks: u64,
    graded_ticks: u64,
    max_bad_customer_minutes: f64,
    has_goals: bool,
    pub(crate) ledger: Ledger,
    pub(crate) actions: ActionSession,
    pub(crate) history: Vec<PastAction>,
    /// Since when alerts fire, where the profile says so.
    since: Since,
    pub(crate) steps: u64,
    pub(crate) end: Option<End>,
    pub(crate) grade: Option<Grade>,
}

impl Session {
    /// After the tick that a reset does.
    pub(crate) fn begin(
        profile: Profile,
        reader: Reader,
        incident: &Incident,
        actions: ActionSession,
        view: &EnvironmentRef,
    ) -> Self {
        let initial_budget = incident.blueprint.slo_budget.remaining;
        let mut session = Self {
            profile,
            reader,
            scenario: Arc::clone(&incident.scenario),
            max_ticks: incident.max_ticks,
            graded_ticks: incident.graded_ticks,
            max_bad_customer_minutes: incident.max_bad_customer_minutes,
            has_goals: incident.has_goals,
            ledger: Ledger::new(profile, initial_budget, view),
            actions,
            history: Vec::new(),
            since: Since::default(),
            steps: 0,
            end: None,
            grade: None,
        };
        session.since.reset(session.ledger.vitals.len());
        session.note_alerts(view);
        session
    }

    /// Refuses an action that the catalogue does not have, before the tick of its step.
    pub(crate) fn check(
        &mut self,
        catalogue: &ActionCatalogue,
        place: &mut impl Place,
        request: &ActionRequest,
    ) -> Result<(), EpisodeError> {
        if catalogue.find(&request.name).is_none() {
            // It fails before it changes anything, and says what may be meant.
            catalogue.apply(place, &mut self.actions, request)?;
        }
        Ok(())
    }

    /// What the scenario itself does before the tick of a step.
    pub(crate) fn before_tick(&mut self, place: &mut impl Place) -> Result<(), SimError> {
        if self.end.is_some() || !self.scenario.acts_later() {
            return Ok(());
        }
        let tick = place.read(|view| view.clock().tick)?;
        self.scenario.act_at(tick, place, &mut self.actions)
    }

    /// What a step does once its tick is done.
    pub(crate) fn step(
        &mut self,
        catalogue: &ActionCatalogue,
        place: &mut impl Place,
        request: &ActionRequest,
    ) -> Result<Done, EpisodeError> {
        self.steps += 1;
        place.read(|view| self.ledger.after_tick(view))?;
        // Should the action fail, the step's burn is charged all the same.
        place.set_slo_budget(self.ledger.slo.remaining)?;
        self.actions.begin_step(catalogue, place)?;
        // The reference fails at some of its reports, which is a part of what happens.
        let is_quiet = self.reader == Reader::Nobody && self.profile == Profile::Standard;
        let outcome = if is_quiet {
            catalogue.apply_quietly(place, &mut self.actions, request)?
        } else {
            catalogue.apply(place, &mut self.actions, request)?
        };
        self.remember(request, &outcome);
        let deed = self.deed(&outcome);
        let reward = place.read(|view| self.close_step(view, deed))?;
        place.set_slo_budget(self.ledger.slo.remaining)?;
        Ok(Done { outcome, reward })
    }

    fn remember(&mut self, request: &ActionRequest, outcome: &ActionOutcome) {
        if self.reader == Reader::Person {
            self.history.push(PastAction {
                action_type: request.name.clone(),
                target_service: request.target.clone().unwrap_or_default(),
                feedback_string: outcome.feedback.clone(),
            });
        }
    }

    /// What the action was worth something for. A specialist helps with an investigation: in the
    /// reference even with one that is not valid.
    fn deed(&mut self, outcome: &ActionOutcome) -> Deed {
        let investigates = outcome.category == Category::Investigation
            && (outcome.valid || self.profile == Profile::Reference);
        Deed {
            wrong: outcome.wrong,
            declared: outcome.ends_episode,
            with_specialist: investigates && self.actions.use_specialist(),
        }
    }

    fn close_step(&mut self, view: &EnvironmentRef, deed: Deed) -> Reward {
        let reward = self.ledger.after_action(view, deed);
        self.note_alerts(view);
        self.end = if self.ledger.slo.remaining <= 0.0 {
            Some(End::BudgetUsedUp)
        } else if view.clock().tick >= self.max_ticks {
            Some(End::OutOfTicks)
        } else {
            deed.declared.then_some(End::Declared)
        };
        if self.end.is_some() {
            self.grade = Some(Grade::new(&self.outcome(view)));
        }
        reward
    }

    fn note_alerts(&mut self, view: &EnvironmentRef) {
        if self.profile == Profile::Standard {
            let (ledger, tick) = (&self.ledger, view.clock().tick);
            self.since.observe(tick, &ledger.vitals, ledger.status());
        }
    }

    /// What there is to grade, as the environment stands.
    fn outcome(&self, view: &EnvironmentRef) -> Outcome {
        let (affected, recovered) = self.ledger.recovery(view);
        let (goals, missed_goals) = self.goals(view);
        Outcome {
            ticks: view.clock().tick,
            max_ticks: self.graded_ticks,
            services: self.ledger.vitals.len(),
            affected,
            recovered,
            mttm_tick: self.ledger.mttm_tick,
            bad_customer_minutes: round_decimal(view.impact().bad_customer_minutes, BCM_DECIMALS),
            max_bad_customer_minutes: self.max_bad_customer_minutes,
            wrong_actions: self.ledger.wrong_actions,
            initial_budget: self.ledger.slo.initial(),
            final_budget: self.ledger.shown_budget(),
            goals,
            missed_goals,
            goals_cost: self.scenario.goals.cost,
        }
    }

    /// How many goals count, and how many of them are missed. One about a service that is not in the
    /// mesh can't be met: only the reference counts it.
    fn goals(&self, view: &EnvironmentRef) -> (usize, usize) {
        let counts = |service: &str| {
            self.profile == Profile::Reference || view.topology().service(service).is_some()
        };
        let goals = self.scenario.goals.list.iter();
        let counted = goals.filter(|goal| self.has_goals && counts(&goal.service));
        counted.fold((0, 0), |(goals, missed), goal| {
            (goals + 1, missed + usize::from(!goal.is_met(view)))
        })
    }

    /// The alerts that fire, in order.
    pub(crate) fn alerts(&self, view: &EnvironmentRef) -> Vec<crate::alert::Alert> {
        let clock = Clock {
            seed: self.scenario.seed,
            tick: view.clock().tick,
        };
        let mended = self.profile == Profile::Standard;
        let status = self.ledger.status();
        let mut alerts = Vec::new();
        let services = view.service_names().zip(&self.ledger.vitals).enumerate();
        for (index, (name, vitals)) in services {
            let firing = crate::alert::firing(vitals, status(vitals), mended);
            for (number, firing) in firing.into_iter().enumerate() {
                let since = mended.then(|| self.since.tick(index, number)).flatten();
                let alert = firing.map(|f| f.alert(&clock, (index, name), number, since));
                alerts.extend(alert);
            }
        }
        alerts
    }
}
