//! The fields of a scenario, and the defaults that depend on each other.

use firewatch_sim::{Engine, FaultKinds, ImpactMode, SloBudget};
use serde::{Deserialize, Serialize};

use super::events::EventForm;
use super::fault::FaultForm;
use super::incident::{LineForm, ServicesForm, services, services_form};
use super::sweep::SweepForm;
use super::user_facing::user_facing;
#[cfg(feature = "schema")]
use crate::check::{MAX_BUDGET, MAX_EVENTS, MAX_FAULTS, MAX_GOALS, MAX_TICKS};
use crate::codes;
use crate::custom_actions::CustomActions;
use crate::custom_files::CustomFiles;
use crate::generator_version::GeneratorVersion;
use crate::goal::{Goal, Goals};
#[cfg(feature = "schema")]
use crate::model::limits;
use crate::model::{Difficulty, Expectation, Physics, Scenario, UserGroup};
use firewatch_action::Profile;
use firewatch_action::decode::Decoder;
use firewatch_action::form::{Finite, MapOr, Word, or_default};

/// An incident and what should happen in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Scenario",
    deny_unknown_fields,
    expecting = "a scenario: `Scenario(name: \"...\", ...)`"
)]
pub struct ScenarioForm {
    /// Where an editor finds the schema of the file; only in JSON.
    #[serde(rename = "$schema", default, skip_serializing)]
    schema: Option<String>,
    /// A short name.
    name: String,
    /// What it is about.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    /// How hard it is; gives defaults. Without one, `ticks`, `slo_budget` and `slo_burn_per_tick` are required.
    #[serde(skip_serializing_if = "Option::is_none")]
    difficulty: Option<Difficulty>,
    /// Seed of the services' healthy baselines; 0 by default.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = u64::MAX)))]
    seed: u64,
    /// Version of the generator that draws an incident without `services`, 1 to 3, in traffic 1; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3)))]
    generator: Option<u64>,
    /// Ticks that a run takes, from 1; 20, 30 or 40 by difficulty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_TICKS)))]
    ticks: Option<u64>,
    /// Budget of the service-level objective at the start; 30, 60 or 120 by difficulty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_BUDGET)))]
    slo_budget: Option<Finite>,
    /// Budget that a tick costs in which every service is unhealthy; 1.5, 2 or 3 by difficulty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = MAX_BUDGET)))]
    slo_burn_per_tick: Option<Finite>,
    /// Which rules order the tick.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "is_default")]
    engine: Word<Engine>,
    /// How load, faults and their spread are modelled; `traffic` where there are `users`, else `classic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    physics: Option<Physics>,
    /// Which rules and numbers the actions have.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "is_default")]
    profile: Profile,
    /// Files of actions beyond the built-in ones, relative to the scenario's folder.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<String>,
    /// Files of fault kinds beyond the built-in ones, relative to the scenario's folder.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fault_kinds: Vec<String>,
    /// What counts as impact on customers.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "is_default")]
    impact: Word<ImpactMode>,
    /// Who calls the services, in the physics of traffic.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = limits::USERS)))]
    users: Vec<UserGroup>,
    /// The services: names out of the catalogue, or a map of names. Without them the incident is drawn from
    /// difficulty and seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<ServicesForm>,
    /// The faults.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_FAULTS)))]
    faults: Vec<FaultForm>,
    /// Services that are meant not to be in the mesh: red herrings and planted lines may name them.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    absent_services: Vec<String>,
    /// Services with static, harmless errors.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    red_herrings: Vec<String>,
    /// The services that customers talk to; by default those that no service calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    user_facing: Option<Vec<String>>,
    /// The service that is the cause; the first fault's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    root_cause: Option<String>,
    /// The service whose log asks to be restarted.
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_injection: Option<String>,
    /// Lines planted in logs.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    adversarial_logs: Vec<LineForm>,
    /// What is done from outside, and when.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_EVENTS)))]
    timeline: Vec<EventForm>,
    /// What should happen.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expect: Vec<Expectation>,
    /// What should happen besides if no runbook answers.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expect_unanswered: Vec<Expectation>,
    /// What should hold at the end of an episode.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = MAX_GOALS)))]
    goals: Vec<Goal>,
    /// What missing all goals takes off the grade under `reference`, 0 to 1; 0.1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    goals_cost: Option<Finite>,
    /// What to vary in a sweep.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "is_default")]
    sweep: SweepForm,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Scenario {
    /// A scenario that says nothing but its difficulty, which gives defaults: neither a service nor anything that
    /// happens is in it.
    #[must_use]
    pub fn new(name: String, difficulty: Difficulty) -> Self {
        let form = ScenarioForm {
            name,
            difficulty: Some(difficulty),
            ..ScenarioForm::default()
        };
        Self {
            generated: false,
            ..form.scenario(&mut Decoder::default())
        }
    }
}

/// The first thing that does not go together is the error.
impl TryFrom<ScenarioForm> for Scenario {
    type Error = String;

    fn try_from(form: ScenarioForm) -> Result<Self, String> {
        let mut notes = Decoder::default();
        let scenario = form.scenario(&mut notes);
        notes.nothing_wrong().map(|()| scenario)
    }
}

impl ScenarioForm {
    /// The scenario; what does not go together is noted.
    pub(super) fn scenario(mut self, notes: &mut Decoder) -> Scenario {
        self.forget_broken(notes);
        let (ticks, slo_budget) = self.length(notes);
        let generator = self.generator(notes);
        // Users that could not be read are users.
        let has_users = !self.users.is_empty() || notes.is_broken("users");
        let user_facing = user_facing(self.user_facing.take(), notes);
        let form = self;
        let physics = form.physics.unwrap_or(Physics::implied(has_users));
        let speed = form.difficulty.map_or(1.0, Difficulty::fault_speed);
        // What seems to be unknown may be a service whose name could not be read.
        notes.lacks_names = match form.services {
            Some(MapOr::Other(_)) => notes.is_broken_within("services"),
            _ => notes.is_broken("services"),
        };
        Scenario {
            name: form.name,
            description: form.description,
            seed: form.seed,
            difficulty: form.difficulty,
            ticks,
            slo_budget,
            impact: form.impact.0,
            engine: form.engine.0,
            physics,
            users: form.users,
            profile: form.profile,
            fault_kinds: FaultKinds::default(),
            custom_fault_kinds: CustomFiles::named(form.fault_kinds),
            custom_actions: CustomActions::named(form.actions),
            generated: form.services.is_none(),
            generator,
            services: form.services.map(services).unwrap_or_default(),
            faults: { form.faults.into_iter().enumerate() }
                .map(|(index, fault)| fault.fault(speed, notes, || format!("faults[{index}]")))
                .collect(),
            absent_services: form.absent_services,
            red_herrings: form.red_herrings,
            user_facing,
            root_cause: form.root_cause,
            prompt_injection: form.prompt_injection,
            adversarial_logs: form.adversarial_logs.into_iter().map(Into::into).collect(),
            timeline: { form.timeline.into_iter().enumerate() }
                .map(|(index, event)| event.event(speed, notes, || format!("timeline[{index}]")))
                .collect(),
            expect: form.expect,
            expect_unanswered: form.expect_unanswered,
            goals: Goals {
                list: form.goals,
                cost: form.goals_cost.map_or(Goals::DEFAULT_COST, f64::from),
            },
            sweep: form.sweep.sweep(notes, "sweep"),
        }
    }

    /// What can't be read has its default: others depend on it.
    fn forget_broken(&mut self, notes: &Decoder) {
        fn forget<T: Default>(notes: &Decoder, field: &str, value: &mut T) {
            if notes.is_broken(field) {
                *value = T::default();
            }
        }
        forget(notes, "difficulty", &mut self.difficulty);
        forget(notes, "generator", &mut self.generator);
        forget(notes, "ticks", &mut self.ticks);
        forget(notes, "slo_budget", &mut self.slo_budget);
        forget(notes, "slo_burn_per_tick", &mut self.slo_burn_per_tick);
        forget(notes, "engine", &mut self.engine);
        forget(notes, "physics", &mut self.physics);
        forget(notes, "profile", &mut self.profile);
        forget(notes, "impact", &mut self.impact);
        forget(notes, "services", &mut self.services);
    }

    /// The version of the generator: given, or the first.
    fn generator(&self, notes: &mut Decoder) -> GeneratorVersion {
        let Some(number) = self.generator else {
            return GeneratorVersion::default();
        };
        if self.services.is_some() {
            let message = "`generator` is for a scenario without `services`".to_owned();
            let help = "leave out `services`, to have all drawn, or `generator`".to_owned();
            notes.report(
                codes::CONFLICTING_FIELDS,
                "generator",
                message,
                "",
                Some(help),
            );
        }
        GeneratorVersion::of_number(number).unwrap_or_else(|| {
            let message = format!("there is no version {number} of the generator");
            let newest = GeneratorVersion::ALL.len();
            let help = format!("the versions are 1 to {newest}");
            notes.report(codes::OUT_OF_RANGE, "generator", message, "", Some(help));
            notes.mark_broken("generator");
            GeneratorVersion::default()
        })
    }

    /// Ticks and budget: given, or the difficulty's.
    fn length(&self, notes: &mut Decoder) -> (u64, SloBudget) {
        let given = [
            ("ticks", self.ticks.is_some()),
            ("slo_budget", self.slo_budget.is_some()),
            ("slo_burn_per_tick", self.slo_burn_per_tick.is_some()),
        ];
        let missing = given.iter().filter(|(_, is_given)| !is_given);
        let missing: Vec<&str> = missing.map(|(field, _)| *field).collect();
        if notes.is_broken("difficulty") {
            missing.iter().for_each(|field| notes.mark_broken(field));
        } else if self.difficulty.is_none() {
            let instead = ", or a `difficulty`, which gives defaults";
            notes.missing("a scenario", &missing, instead);
        }
        let ticks = self.difficulty.map_or(1, Difficulty::ticks);
        let default = self.difficulty.map(Difficulty::slo_budget);
        let number = |given: Option<Finite>, default: Option<f64>| {
            given.map(f64::from).or(default).unwrap_or(0.0)
        };
        let budget = SloBudget {
            remaining: number(self.slo_budget, default.map(|budget| budget.remaining)),
            burn_per_tick: number(
                self.slo_burn_per_tick,
                default.map(|budget| budget.burn_per_tick),
            ),
        };
        (self.ticks.unwrap_or(ticks), budget)
    }
}

impl From<Scenario> for ScenarioForm {
    fn from(scenario: Scenario) -> Self {
        let difficulty = scenario.difficulty;
        let speed = Some(difficulty.map_or(1.0, Difficulty::fault_speed));
        let default = difficulty.map(Difficulty::slo_budget);
        let number =
            |number: f64, default: Option<f64>| (default != Some(number)).then_some(Finite(number));
        let budget = scenario.slo_budget;
        let ticks = Some(scenario.ticks);
        // What is drawn is not written.
        let draws_goals = scenario.generated && scenario.draws_goals();
        let mesh = (!scenario.generated).then_some(&scenario);
        Self {
            schema: None,
            difficulty,
            ticks: ticks.filter(|_| ticks != difficulty.map(Difficulty::ticks)),
            slo_budget: number(budget.remaining, default.map(|b| b.remaining)),
            slo_burn_per_tick: number(budget.burn_per_tick, default.map(|b| b.burn_per_tick)),
            seed: scenario.seed,
            generator: { scenario.generated.then_some(scenario.generator) }
                .filter(|&version| version != GeneratorVersion::default())
                .map(GeneratorVersion::number),
            engine: Word(scenario.engine),
            physics: Some(scenario.physics).filter(|&physics| {
                let states_users = !scenario.generated && !scenario.users.is_empty();
                physics != Physics::implied(states_users)
            }),
            users: mesh.map(|mesh| mesh.users.clone()).unwrap_or_default(),
            profile: scenario.profile,
            actions: scenario.custom_actions.files().names().to_vec(),
            fault_kinds: scenario.custom_fault_kinds.names().to_vec(),
            impact: Word(scenario.impact),
            services: mesh.map(|scenario| services_form(&scenario.services)),
            faults: { mesh.iter() }
                .flat_map(|scenario| &scenario.faults)
                .map(|fault| FaultForm::of(fault, speed))
                .collect(),
            absent_services: mesh
                .map(|mesh| mesh.absent_services.clone())
                .unwrap_or_default(),
            red_herrings: mesh
                .map(|mesh| mesh.red_herrings.clone())
                .unwrap_or_default(),
            user_facing: mesh
                .map(|mesh| mesh.user_facing.clone())
                .filter(|named| !named.is_empty()),
            root_cause: mesh.and_then(|mesh| mesh.root_cause.clone()),
            prompt_injection: mesh.and_then(|mesh| mesh.prompt_injection.clone()),
            timeline: { scenario.timeline.iter() }
                .map(|event| EventForm::of(event, speed))
                .collect(),
            goals_cost: number(scenario.goals.cost, Some(Goals::DEFAULT_COST)),
            name: scenario.name,
            description: scenario.description,
            adversarial_logs: { scenario.adversarial_logs.into_iter() }
                .map(LineForm::from)
                .collect(),
            expect: scenario.expect,
            expect_unanswered: scenario.expect_unanswered,
            goals: if draws_goals {
                Vec::new()
            } else {
                scenario.goals.list
            },
            sweep: scenario.sweep.into(),
        }
    }
}
