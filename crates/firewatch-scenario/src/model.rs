//! A scenario as data: what a file says, after defaults.

mod call;
mod difficulty;
mod fault;
mod traffic;
mod turn;

use firewatch_sim::{AdversarialLine, Engine, FaultKinds, ImpactMode, SloBudget, Status, Value};

pub use call::{Breaker, Cache, Call};
pub use difficulty::Difficulty;
pub use fault::Fault;
pub use traffic::{Autoscaling, Capacity, Load, LoadPoint, Objective, UserGroup, defaults, limits};
pub(crate) use turn::range_of_knob;
pub use turn::{Turn, Turned};

use crate::custom_actions::CustomActions;
use crate::custom_files::CustomFiles;
use crate::generator_version::GeneratorVersion;
use crate::goal::Goals;
use crate::sweep::Sweep;
use firewatch_action::{ActionRequest, Comparison, Metrics, Profile, names};

/// An incident and what should happen in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// A short name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Seed of the services' baselines.
    pub seed: u64,
    /// The difficulty that defaults were taken from, if one was given.
    pub difficulty: Option<Difficulty>,
    /// Ticks that a run takes.
    pub ticks: u64,
    /// Budget at the start and burn per tick.
    pub slo_budget: SloBudget,
    /// What counts as impact on customers.
    pub impact: ImpactMode,
    /// Which rules order the tick.
    pub engine: Engine,
    /// How load, faults and their spread are modelled.
    pub physics: Physics,
    /// Which rules and numbers the actions of the timeline have.
    pub profile: Profile,
    /// Actions beyond the built-in ones.
    pub custom_actions: CustomActions,
    /// Files of fault kinds beyond the built-in ones.
    pub custom_fault_kinds: CustomFiles,
    /// The kinds of fault that can happen in it: the built-in ones, the program's and those of the files.
    pub fault_kinds: FaultKinds,
    /// Whether services, faults and red herrings are drawn from difficulty and seed.
    pub generated: bool,
    /// The version of the generator that draws them; only where they are drawn.
    pub generator: GeneratorVersion,
    /// Who calls the services, in the physics of traffic.
    pub users: Vec<UserGroup>,
    /// The services, in order.
    pub services: Vec<Service>,
    /// The faults, in order.
    pub faults: Vec<Fault>,
    /// Services that red herrings and planted lines may name though they are not in the mesh.
    pub absent_services: Vec<String>,
    /// Services with static, harmless degradation.
    pub red_herrings: Vec<String>,
    /// The services that customers talk to; where none is named, the entries of the mesh: those that no
    /// service calls.
    pub user_facing: Vec<String>,
    /// The service named as the cause, if not the first fault's.
    pub root_cause: Option<String>,
    /// The service whose log asks to be restarted.
    pub prompt_injection: Option<String>,
    /// Lines planted in logs.
    pub adversarial_logs: Vec<AdversarialLine>,
    /// What is done from outside, and when.
    pub timeline: Vec<TimelineEvent>,
    /// What should happen.
    pub expect: Vec<Expectation>,
    /// What should happen besides if no runbook answers.
    pub expect_unanswered: Vec<Expectation>,
    /// What should hold at the end of an episode.
    pub goals: Goals,
    /// What to vary when the scenario is swept; a single run does not look at it.
    pub sweep: Sweep,
}

impl Scenario {
    /// Whether its mesh has a service of that name.
    #[must_use]
    pub fn has_service(&self, name: &str) -> bool {
        self.services.iter().any(|service| service.name == name)
    }

    /// Whether its goals are drawn with its services, if these are.
    pub(crate) fn draws_goals(&self) -> bool {
        self.physics == Physics::Traffic || self.generator.draws_goals()
    }

    /// Which rules order the tick: of the classic physics the chosen ones, else those of its physics.
    #[must_use]
    pub fn engine_of_tick(&self) -> Engine {
        match self.physics {
            Physics::Classic => self.engine,
            Physics::Traffic => Engine::Traffic,
        }
    }

    /// Name of the root cause: the one that is given, else the first fault's service.
    #[must_use]
    pub fn root_cause_name(&self) -> Option<&str> {
        self.root_cause
            .as_deref()
            .or(self.faults.first().map(|fault| &*fault.service))
    }

    /// The faults of the list and those that the timeline injects.
    pub fn all_faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().chain(
            self.timeline
                .iter()
                .inspect(|_| firewatch_ron::work::count(1))
                .filter_map(|event| match &event.action {
                    TimelineAction::Inject(fault) => Some(fault),
                    TimelineAction::Halt(_)
                    | TimelineAction::Set(..)
                    | TimelineAction::Perform(_)
                    | TimelineAction::Turn(_)
                    | TimelineAction::Restart(_) => None,
                }),
        )
    }
}

/// A service of the mesh.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// How much it can do, in the physics of traffic.
    pub capacity: Capacity,
    /// What it calls.
    pub calls: Calls,
    /// Known metrics that differ from the baseline or are attached.
    pub metrics: Metrics,
    /// Metrics of the author's own, which no rule reads.
    pub extra_metrics: Metrics,
}

/// What a service calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Calls {
    /// These services, in order.
    Named(Vec<Call>),
    /// What the catalogue says, as far as it is in the mesh.
    Catalogue,
}

impl Default for Calls {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

/// Something that is done from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineEvent {
    /// Ticks done when it is done: the next tick is the first that sees it.
    pub tick: u64,
    /// What is done.
    pub action: TimelineAction,
}

/// What can be done from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineAction {
    /// Halts every active fault of the service.
    Halt(String),
    /// Begins another fault; its `start_tick` is the event's tick.
    Inject(Fault),
    /// Sets metrics of the service.
    Set(String, Metrics),
    /// Does an action of the catalogue.
    Perform(ActionRequest),
    /// Turns knobs of the traffic, which hold until they are turned again.
    Turn(Turn),
    /// Restarts the instances of the service, one after the other; in the physics of traffic.
    Restart(String),
}

/// Something that should hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// When it should.
    pub when: When,
    /// What should.
    pub check: Check,
}

/// When an expectation is looked at. Ticks count from 1, the state after the first tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After that many ticks; 0 is the state at the start.
    AtTick(u64),
    /// At least once up to that tick.
    ByTick(u64),
    /// After every tick.
    Always,
    /// After no tick.
    Never,
    /// After the last tick.
    AtEnd,
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// The status of a service; it compares from best (healthy) to worst (down).
    Status(String, Comparison<Status>),
    /// A metric of a service.
    Metric(String, String, Comparison<Value>),
    /// A number of the incident as a whole.
    Quantity(Quantity, Comparison<f64>),
    /// A truth of the incident as a whole.
    Fact(Fact),
    /// What a group of users had in the last tick: its name, and what of it.
    Users(String, UserQuantity, Comparison<f64>),
}

names! {
    /// What a group of users had in the last tick.
    UserQuantity {
        /// Share of its requests that were served, 0 to 1; of those that ended in the tick.
        Served = "served",
        /// 99th percentile of the latency of those, seconds, from the first attempt on.
        P99 = "p99_s",
    }
}

names! {
    /// A number of the incident as a whole.
    Quantity {
        /// Bad customer minutes so far.
        BadCustomerMinutes = "bad_customer_minutes",
        /// The tick at which the incident counts as mitigated; nothing holds of it before.
        Mttm = "mttm",
        /// SLO budget left.
        SloBudget = "slo_budget",
        /// Mean error rate over the services.
        MeanErrorRate = "mean_error_rate",
        /// Number of services that are not healthy.
        UnhealthyServices = "unhealthy_services",
        /// Number of services that were not healthy because of a fault; in the reference's account that the faults
        /// could reach.
        BlastRadius = "blast_radius",
        /// Sum of the rewards so far.
        Reward = "reward",
        /// Grade of the answer; nothing holds of it before it has ended.
        Grade = "grade",
        /// Actions so far that were wrong.
        WrongActions = "wrong_actions",
    }
}

/// Smallest grade that an answer can get under the reference profile.
pub const GRADE_MIN: f64 = 0.01;
/// Largest grade that an answer can get under the reference profile.
pub const GRADE_MAX: f64 = 0.99;

impl Quantity {
    /// Whether it is a number of the answer to the incident.
    #[must_use]
    pub fn is_of_answer(self) -> bool {
        matches!(self, Self::Reward | Self::Grade | Self::WrongActions)
    }
}

names! {
    /// A truth of the incident as a whole.
    Fact {
        /// Every service is healthy.
        AllHealthy = "all_healthy",
        /// The incident counts as mitigated.
        Mitigated = "mitigated",
        /// The SLO budget is used up.
        SloBreached = "slo_breached",
    }
}

names! {
    /// How load, faults and their spread are modelled.
    #[derive(Default)]
    #[non_exhaustive]
    Physics {
        /// A fault develops by its speed and adds fixed shares of errors to its callers, three hops deep; load
        /// causes nothing.
        #[default]
        Classic = "classic",
        /// Users send requests; load, queues, timeouts and retries are causes.
        Traffic = "traffic",
    }
}

impl Physics {
    /// The physics of a scenario that names none.
    pub(crate) fn implied(has_users: bool) -> Self {
        if has_users {
            Self::Traffic
        } else {
            Self::Classic
        }
    }
}
