//! Scores an answer to an incident, step by step and as a whole.

mod account;
mod alert;
mod changed;
mod clone;
mod columns;
mod episode_end;
mod firing;
pub mod grade;
mod mesh;
mod missed;
mod outcome;
mod recovery;
pub mod reward;
pub mod rules;
pub(crate) mod run;
mod service;
mod slo;
mod state;
mod step_record;
mod terms;

use firewatch_sim::{EnvironmentRef, SloBudget, Status, Vitals, round_decimal};
use serde::{Deserialize, Serialize};

pub use account::ImpactTotals;
pub use alert::{ALERT_NAMES, Alert, AlertThresholds, Severity, alert_thresholds};
pub use changed::ChangedServices;
use clone::clone_by_fields;
pub use episode_end::EpisodeEnd;
use firewatch_action::{Profile, StateError};
use firewatch_scenario::Goal;
use firewatch_scenario::Scenario;
pub use grade::Grade;
pub use grade::GradeInput;
pub use missed::MISSED_LATENCY;
pub use outcome::{Incident, Outcome};
pub use reward::Reward;
use rules::ImpactRule;
pub use rules::ScoreRules;
use state::ScoreState;
pub use step_record::StepRecord;
pub use terms::ScoreTerms;

/// Decimals of the bad customer minutes as they are shown.
pub const BCM_DECIMALS: u32 = 4;

/// The score of an answer to an incident. A step is a tick and the action after it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    terms: ScoreTerms,
    state: ScoreState,
    total_reward: f64,
    /// The tick at which it was declared resolved.
    declared_at: Option<u64>,
    end: Option<EpisodeEnd>,
    // Elsewhere: every step of many episodes reads the rest.
    input: Option<Box<GradeInput>>,
    grade: Option<Box<Grade>>,
}

clone_by_fields!(Score {
    terms,
    state,
    total_reward,
    declared_at,
    end,
    input,
    grade,
});

impl Score {
    /// Starts after the first tick, which has no action. `initial_budget` is the SLO budget before it. Where that
    /// tick counts, an incident of a single tick is over then, and its grade is its whole reward.
    #[must_use]
    pub fn begin(
        mut terms: ScoreTerms,
        initial_budget: f64,
        incident: &Incident,
        view: &EnvironmentRef,
    ) -> Self {
        let user_facing = &incident.scenario.user_facing;
        let state = ScoreState::new(terms.profile, initial_budget, user_facing, view);
        let facing = state.records.iter().filter(|record| record.user_facing);
        let grade = &ScoreRules::of(terms.profile).grade;
        // In traffic it is users who are counted, all of them together.
        let counted = match view.traffic() {
            Some(_) => 1,
            None => facing.count(),
        };
        terms.max_bad_customer_minutes *= grade.minutes_factor(counted);
        let mut score = Self {
            terms,
            state,
            total_reward: 0.0,
            declared_at: None,
            end: None,
            input: None,
            grade: None,
        };
        if score.rules().counts_reset_tick && view.clock().tick >= score.terms.max_ticks {
            score.add(incident, view, StepRecord::default(), Reward::default());
        }
        score
    }

    /// Checks that a score which was read fits the environment.
    ///
    /// # Errors
    /// [`StateError`]: the first thing that does not.
    pub fn check(&self, view: &EnvironmentRef) -> Result<(), StateError> {
        let limits = self.terms.max_bad_customer_minutes;
        StateError::check_finite("terms", limits.is_finite())?;
        StateError::check_finite("total_reward", self.total_reward.is_finite())?;
        let input = self.input.as_deref().is_none_or(GradeInput::is_finite);
        let grade = self.grade.as_deref().is_none_or(Grade::is_finite);
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
    pub fn after_tick(&mut self, incident: &Incident, view: &EnvironmentRef) {
        self.state.after_tick(incident, view);
    }

    /// Observes the environment after the action, and returns the reward of the step. `changed` are the services whose
    /// metrics have changed since [`after_tick`](Self::after_tick).
    pub fn after_action(
        &mut self,
        incident: &Incident,
        view: &EnvironmentRef,
        step_record: StepRecord,
        changed: ChangedServices,
    ) -> Reward {
        self.state.look_again(view, changed);
        let reward = self.state.finish_step(view, step_record);
        self.add(incident, view, step_record, reward)
    }

    /// The same before the changes are made in the environment, in a step that is not the
    /// [last](Self::is_last): `vitals` are those that the changed services will have.
    pub fn before_changes(
        &mut self,
        incident: &Incident,
        view: &EnvironmentRef,
        step_record: StepRecord,
        changed: ChangedServices,
        vitals: impl Fn(usize) -> Option<Vitals>,
    ) -> Reward {
        self.state.look_at(changed, vitals);
        let reward = self.state.finish_step(view, step_record);
        self.add(incident, view, step_record, reward)
    }

    /// Returns whether the incident ends at this tick, unless it ends before.
    #[must_use]
    pub fn is_last(&self, tick: u64) -> bool {
        tick >= self.terms.max_ticks
    }

    fn add(
        &mut self,
        incident: &Incident,
        view: &EnvironmentRef,
        step_record: StepRecord,
        mut reward: Reward,
    ) -> Reward {
        let rules = self.rules();
        self.end = self.end_at(view.clock().tick, step_record.declared);
        if self.end.is_some() {
            let input = self.grade_input(incident, view);
            let grade = Grade::new(&rules.grade, &input);
            (self.input, self.grade) = (Some(Box::new(input)), Some(Box::new(grade)));
            if rules.reward.settles {
                reward.settle(self.total_reward, grade.total);
            }
        }
        let total = self.total_reward + reward.total;
        self.total_reward = round_decimal(total, reward::REWARD_DECIMALS);
        reward
    }

    /// Why it ends at this tick, if it does. One that is declared resolved and played on ends at its last tick.
    fn end_at(&mut self, tick: u64, declares: bool) -> Option<EpisodeEnd> {
        let rules = self.rules();
        let is_last = self.is_last(tick);
        if rules.budget_ends && self.state.slo.remaining <= 0.0 {
            return Some(EpisodeEnd::BudgetUsedUp);
        }
        if self.plays_on() {
            return is_last.then_some(EpisodeEnd::Declared);
        }
        if declares {
            self.declared_at = Some(tick);
        }
        if is_last {
            return Some(EpisodeEnd::OutOfTicks);
        }
        (declares && !rules.plays_on).then_some(EpisodeEnd::Declared)
    }

    /// Whether it was declared resolved before its last tick: it has to be played on to that, without actions,
    /// for what customers suffer until then counts.
    #[must_use]
    pub fn plays_on(&self) -> bool {
        self.declared_at.is_some() && self.end.is_none()
    }

    /// The tick at which it was declared resolved.
    #[must_use]
    pub fn declared_at(&self) -> Option<u64> {
        self.declared_at
    }

    /// Returns why the answer has ended; `None` until then.
    #[must_use]
    pub fn end(&self) -> Option<EpisodeEnd> {
        self.end
    }

    /// Returns the input of the grade; `None` until the end.
    #[must_use]
    pub fn final_grade_input(&self) -> Option<&GradeInput> {
        self.input.as_deref()
    }

    /// Returns the grade; `None` until the end.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        self.grade.as_deref().copied()
    }

    /// The sum of all rewards so far, rounded to 6 decimals.
    #[must_use]
    pub fn total_reward(&self) -> f64 {
        self.total_reward
    }

    /// Actions so far that were wrong. A policy must not see them before the end.
    #[must_use]
    pub fn wrong_actions(&self) -> u32 {
        self.state.wrong_actions
    }

    /// The tick at which the incident counted as mitigated, for graders: under the standard profile it tells that the
    /// right faults were halted, so a policy must not see it before the end.
    #[must_use]
    pub fn mttm_tick(&self) -> Option<u64> {
        self.state.mttm_tick
    }

    /// The tick since which the incident is mitigated as far as it may be told now. Under the standard profile and before
    /// the end that is what an operator sees: customers were hit, and since this tick, two or more ago, are not.
    #[must_use]
    pub fn shown_mttm_tick(&self, view: &EnvironmentRef) -> Option<u64> {
        match self.end {
            None => self.state.seen_mttm_tick(view.clock().tick),
            Some(_) => self.state.mttm_tick,
        }
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
    pub fn grade_input(&self, incident: &Incident, view: &EnvironmentRef) -> GradeInput {
        let (affected, recovered) = self.state.recovery(view);
        let minutes = self.impact(view).bad_customer_minutes;
        GradeInput {
            ticks: view.clock().tick,
            max_ticks: self.terms.graded_ticks,
            services: self.services(),
            affected,
            recovered,
            mttm_tick: self.state.mttm_tick,
            open_ticks: self.state.account.open_ticks,
            outcome: incident.outcome(view),
            ended_faults: self.state.ended_faults,
            bad_customer_minutes: round_decimal(minutes, BCM_DECIMALS),
            max_bad_customer_minutes: self.terms.max_bad_customer_minutes,
            wrong_actions: self.state.wrong_actions,
            initial_budget: self.state.slo.initial(),
            final_budget: self.state.shown_budget(),
            goals: self.counted_goals(incident.scenario, view).count(),
            goals_cost: incident.scenario.goals.cost,
        }
    }

    /// What the incident has come to so far.
    #[must_use]
    pub fn impact(&self, view: &EnvironmentRef) -> ImpactTotals {
        match self.rules().impact {
            ImpactRule::Engine => account::of_engine(view, self.state.mttm_tick),
            ImpactRule::Account { .. } => account::of_account(&self.state.account),
        }
    }

    /// How many services were not healthy because of a fault; by the engine's rule all that the faults can
    /// reach.
    #[must_use]
    pub fn blast_radius(&self, view: &EnvironmentRef) -> usize {
        match self.rules().impact {
            ImpactRule::Engine => view.blast_radius(),
            ImpactRule::Account { .. } => self.state.harmed(view).len(),
        }
    }

    /// The goals of the scenario that count. One about a service that is not in the mesh can't be met:
    /// only the reference counts it.
    pub fn counted_goals<'a>(
        &self,
        scenario: &'a Scenario,
        view: &EnvironmentRef,
    ) -> impl Iterator<Item = &'a Goal> {
        self.rules().counted_goals(scenario, view)
    }
}
