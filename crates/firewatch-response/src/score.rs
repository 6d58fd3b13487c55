//! Scores an answer to an incident, step by step and as a whole.

mod alert;
mod freshness;
pub mod grade;
mod mesh;
mod mitigation;
mod recovery;
pub mod reward;
pub mod rules;
mod service;
mod slo;
mod state;

use firewatch_sim::{EnvironmentRef, SloBudget, Status, round_decimal};
use serde::{Deserialize, Serialize};

use alert::{ALERTS_PER_SERVICE, Clock, FiringAlert};
pub use alert::{Alert, Severity};
use firewatch_action::{ActionOutcome, ActionSession, Category, Profile, StateError};
use firewatch_scenario::AlertName;
use firewatch_scenario::Goal;
use firewatch_scenario::{Difficulty, Scenario};
pub use grade::Grade;
pub use grade::GradeInput;
pub use reward::Reward;
pub use rules::ScoreRules;
use state::ScoreState;
pub use state::StepRecord;

/// Decimals of the bad customer minutes as they are shown.
pub const BCM_DECIMALS: u32 = 4;

/// Why the answer to an incident ended. Where several hold, the first in this order is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeEnd {
    /// The SLO budget is used up.
    BudgetUsedUp,
    /// The ticks of the incident are done.
    OutOfTicks,
    /// The incident was declared resolved.
    Declared,
}

/// The terms that an incident is scored by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ScoreTerms {
    /// Whose rules and numbers hold.
    pub profile: Profile,
    /// Ticks at which it ends.
    pub max_ticks: u64,
    /// Ticks that the speed is graded against.
    pub graded_ticks: u64,
    /// Bad customer minutes that leave nothing of that part of the speed.
    pub max_bad_customer_minutes: f64,
}

impl ScoreTerms {
    /// Those of a scenario; one without a difficulty has the limits of an easy one.
    #[must_use]
    pub fn of(profile: Profile, scenario: &Scenario) -> Self {
        let difficulty = scenario.difficulty.unwrap_or(Difficulty::Easy);
        let grade = &ScoreRules::of(profile).grade;
        Self {
            profile,
            max_ticks: scenario.ticks,
            graded_ticks: scenario.ticks,
            max_bad_customer_minutes: grade.max_bad_customer_minutes(difficulty),
        }
    }
}

/// The score of an answer to an incident. A step is a tick and the action after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    terms: ScoreTerms,
    state: ScoreState,
    total_reward: f64,
    end: Option<EpisodeEnd>,
    input: Option<GradeInput>,
    grade: Option<Grade>,
}

impl Score {
    /// Starts after the first tick, which has no action. `initial_budget` is the SLO budget before it.
    #[must_use]
    pub fn begin(terms: ScoreTerms, initial_budget: f64, view: &EnvironmentRef) -> Self {
        Self {
            terms,
            state: ScoreState::new(terms.profile, initial_budget, view),
            total_reward: 0.0,
            end: None,
            input: None,
            grade: None,
        }
    }

    /// Checks that a score which was read fits the environment.
    ///
    /// # Errors
    /// [`StateError`]: the first thing that does not.
    pub fn check(&self, view: &EnvironmentRef) -> Result<(), StateError> {
        let limits = self.terms.max_bad_customer_minutes;
        StateError::check_finite("terms", limits.is_finite())?;
        StateError::check_finite("total_reward", self.total_reward.is_finite())?;
        let input = self.input.as_ref().is_none_or(GradeInput::is_finite);
        let grade = self.grade.as_ref().is_none_or(Grade::is_finite);
        StateError::check_finite("grade", input && grade)?;
        if self.state.profile != self.terms.profile {
            return Err(StateError::Profile {
                expected: self.terms.profile.name(),
                found: self.state.profile.name(),
            });
        }
        self.state.check(view)
    }

    fn rules(&self) -> &'static ScoreRules {
        ScoreRules::of(self.terms.profile)
    }

    /// Whose rules and numbers hold.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.terms.profile
    }

    /// Observes the environment after the tick of a step, before the action.
    pub fn after_tick(&mut self, view: &EnvironmentRef) {
        self.state.after_tick(view);
    }

    /// Observes the environment after the action, and returns the reward of the step.
    pub fn after_action(
        &mut self,
        scenario: &Scenario,
        view: &EnvironmentRef,
        step_record: StepRecord,
    ) -> Reward {
        let reward = self.state.after_action(view, step_record);
        self.add(scenario, view, step_record, reward)
    }

    /// The same where nothing was changed since [`after_tick`](Self::after_tick) looked.
    pub fn after_no_change(
        &mut self,
        scenario: &Scenario,
        view: &EnvironmentRef,
        step_record: StepRecord,
    ) -> Reward {
        let reward = self.state.settle(view, step_record);
        self.add(scenario, view, step_record, reward)
    }

    fn add(
        &mut self,
        scenario: &Scenario,
        view: &EnvironmentRef,
        step_record: StepRecord,
        reward: Reward,
    ) -> Reward {
        let total = self.total_reward + reward.total;
        self.total_reward = round_decimal(total, reward::REWARD_DECIMALS);
        self.end = if self.state.slo.remaining <= 0.0 {
            Some(EpisodeEnd::BudgetUsedUp)
        } else if view.clock().tick >= self.terms.max_ticks {
            Some(EpisodeEnd::OutOfTicks)
        } else {
            step_record.declared.then_some(EpisodeEnd::Declared)
        };
        if self.end.is_some() {
            let input = self.grade_input(scenario, view);
            (self.input, self.grade) = (Some(input), Some(Grade::new(&self.rules().grade, &input)));
        }
        reward
    }

    /// Returns why the answer has ended; `None` until then.
    #[must_use]
    pub fn end(&self) -> Option<EpisodeEnd> {
        self.end
    }

    /// Returns the input of the grade; `None` until the end.
    #[must_use]
    pub fn final_grade_input(&self) -> Option<&GradeInput> {
        self.input.as_ref()
    }

    /// Returns the grade; `None` until the end.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        self.grade
    }

    /// The sum of all rewards so far, rounded to 6 decimals.
    #[must_use]
    pub fn total_reward(&self) -> f64 {
        self.total_reward
    }

    /// Actions so far that were wrong.
    #[must_use]
    pub fn wrong_actions(&self) -> u32 {
        self.state.wrong_actions
    }

    /// The tick at which the incident counted as mitigated.
    #[must_use]
    pub fn mttm_tick(&self) -> Option<u64> {
        self.state.mttm_tick
    }

    /// SLO budget left, unrounded.
    #[must_use]
    pub fn budget(&self) -> f64 {
        self.state.slo.remaining
    }

    /// SLO budget left, as it is shown: rounded to 2 decimals.
    #[must_use]
    pub fn shown_budget(&self) -> f64 {
        self.state.shown_budget()
    }

    /// SLO budget that the last step burned, before what a specialist spared.
    #[must_use]
    pub fn burned(&self) -> f64 {
        self.state.slo.burn_now
    }

    /// Whether customers were hit in the last tick.
    #[must_use]
    pub fn user_impact(&self) -> bool {
        self.state.slo.user_impact
    }

    /// Number of services.
    #[must_use]
    pub fn services(&self) -> usize {
        self.state.records.len()
    }

    /// Indices of the services that are not healthy, as the profile counts it.
    pub fn unhealthy(&self) -> impl Iterator<Item = usize> {
        let records = self.state.records.iter().enumerate();
        records
            .filter(|(_, record)| record.status != Status::Healthy)
            .map(|(index, _)| index)
    }

    /// Indices of the services whose error rate fell by more than 0.01 in the step.
    pub fn recovering(&self) -> impl Iterator<Item = usize> {
        self.state.recovering()
    }

    /// Error rate of each service, in order, before the last step and now. Under the reference profile
    /// both are the same: its observations share the services.
    pub fn error_rate_changes(&self) -> impl Iterator<Item = (f64, f64)> {
        self.state.error_rate_changes()
    }

    /// Overwrites what a failed reset overwrites in the reference, where the previous episode continues: the
    /// burn of a step, the ceiling of the budget, and the limits of the grade.
    pub fn overwrite(
        &mut self,
        budget: SloBudget,
        graded_ticks: u64,
        max_bad_customer_minutes: f64,
    ) {
        self.state.slo.overwrite(budget);
        self.terms.graded_ticks = graded_ticks;
        self.terms.max_bad_customer_minutes = max_bad_customer_minutes;
    }

    /// Returns the input of a grade for the current environment.
    #[must_use]
    pub fn grade_input(&self, scenario: &Scenario, view: &EnvironmentRef) -> GradeInput {
        let (affected, recovered) = self.state.recovery(view);
        let (goals, missed_goals) = self.goals(scenario, view);
        GradeInput {
            ticks: view.clock().tick,
            max_ticks: self.terms.graded_ticks,
            services: self.services(),
            affected,
            recovered,
            mttm_tick: self.state.mttm_tick,
            bad_customer_minutes: round_decimal(view.impact().bad_customer_minutes, BCM_DECIMALS),
            max_bad_customer_minutes: self.terms.max_bad_customer_minutes,
            wrong_actions: self.state.wrong_actions,
            initial_budget: self.state.slo.initial(),
            final_budget: self.state.shown_budget(),
            goals,
            missed_goals,
            goals_cost: scenario.goals.cost,
        }
    }

    /// The goals of the scenario that count. One about a service that is not in the mesh can't be met:
    /// only the reference counts it.
    pub fn counted_goals<'a>(
        &self,
        scenario: &'a Scenario,
        view: &EnvironmentRef,
    ) -> impl Iterator<Item = &'a Goal> {
        let counts_all = self.rules().counts_goals_outside_mesh;
        let counts = move |service: &str| counts_all || view.topology().service(service).is_some();
        let goals = scenario.goals.list.iter();
        goals.filter(move |goal| counts(&goal.service))
    }

    /// How many goals count, and how many of them are missed.
    fn goals(&self, scenario: &Scenario, view: &EnvironmentRef) -> (usize, usize) {
        self.counted_goals(scenario, view)
            .fold((0, 0), |(goals, missed), goal| {
                (goals + 1, missed + usize::from(!goal.is_met(view)))
            })
    }

    /// Whether an alert of that name, or any alert, fires about a service.
    #[must_use]
    pub fn fires(&self, view: &EnvironmentRef, service: usize, name: Option<AlertName>) -> bool {
        let mut firing = self.firing(view, service).into_iter().flatten();
        firing.any(|firing| name.is_none_or(|name| firing.name == name))
    }

    fn firing(
        &self,
        view: &EnvironmentRef,
        service: usize,
    ) -> [Option<FiringAlert>; ALERTS_PER_SERVICE] {
        let record = self.state.records.get(service);
        match record.zip(view.vitals_at(service)) {
            Some((record, vitals)) => alert::firing(&self.rules().alerts, vitals, record.status),
            None => [const { None }; ALERTS_PER_SERVICE],
        }
    }

    /// The alerts that fire, in order; their ids come from the seed.
    #[must_use]
    pub fn alerts(&self, view: &EnvironmentRef, seed: u64) -> Vec<Alert> {
        let clock = Clock {
            seed,
            tick: view.clock().tick,
        };
        let remembers = self.rules().alerts_remember_start;
        let mut alerts = Vec::new();
        for (index, name) in view.service_names().enumerate() {
            for (number, firing) in self.firing(view, index).into_iter().enumerate() {
                let since = self.state.firing_since(index, number);
                let since = since.filter(|_| remembers);
                let alert = firing.map(|f| f.alert(&clock, (index, name), number, since));
                alerts.extend(alert);
            }
        }
        alerts
    }
}

impl StepRecord {
    /// Adds the outcome of an action. A specialist helps with an investigation; whether even with one that
    /// could not be done, the rules say.
    pub fn add(
        &mut self,
        rules: &ScoreRules,
        outcome: &ActionOutcome,
        actions: &mut ActionSession,
    ) {
        let investigates = outcome.category == Category::Investigation
            && (outcome.valid || rules.slo.specialist_helps_invalid);
        self.wrong_actions = self.wrong_actions.saturating_add(u32::from(outcome.wrong));
        self.declared |= outcome.ends_episode;
        self.with_specialist |= investigates && actions.use_specialist();
    }
}
