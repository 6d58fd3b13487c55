//! The scenario language of Firewatch: incidents as RON files, loaded, checked, written and generated.
//!
//! A [`Scenario`] is read with [`Scenario::load`] or [`Scenario::parse`], which tell every problem of a
//! file at once ([`Diagnostics`]), each with a stable code ([`codes`]). `Playback` of `firewatch-response` plays one, `FleetPlayback` many at
//! once. [`generate`] draws one from a difficulty and a seed, [`ScenarioGenerator`] draws many for a
//! fleet. A scenario's `Display` is the text of a file that reads back as the same.
//!
//! # The file
//!
//! A file holds one `Scenario(...)`. A field that has its default is left out; `Some(...)` is never
//! needed. Text stands in quotes, words such as `oom` or `easy` do not.
//!
//! A file whose name ends in `.json` says the same in JSON: fields and maps are objects, words are texts, and a
//! call is an object with one key, the values of a call with several in an array:
//! `{"at_tick": [8, {"status": ["a", {"ge": "degraded"}]}]}`. All types of the model are `Serialize` and
//! `Deserialize` in these forms; with the feature `schema`, `FileKind::schema` describes them.
//!
//! | field | value | default |
//! | --- | --- | --- |
//! | `name` | text | required |
//! | `description` | text | empty |
//! | `difficulty` | `easy`, `medium` or `hard` | none; then the next three are required |
//! | `ticks` | 1 to 10,000,000; times services at most 1,000,000,000 | 20, 30 or 40 by difficulty |
//! | `slo_budget` | number from 0 | 30, 60 or 120 |
//! | `slo_burn_per_tick` | number from 0; the burn while every service is unhealthy | 1.5, 2 or 3 |
//! | `seed` | whole number from 0; draws the services' healthy baselines | 0 |
//! | `generator` | 1 to 3: the version of the generator that draws a scenario without `services` ([`GeneratorVersion`]); 2 and 3 draw the goals too | 1 |
//! | `users` | list of groups of users: who sends requests to which service, in the physics of traffic | none |
//! | `services` | `["name", ...]` out of the catalogue, or `{"name": (...), ...}` | drawn, with all below, from difficulty and seed |
//! | `faults` | list of faults | none |
//! | `red_herrings` | list of services with static, harmless errors | none |
//! | `absent_services` | list of services that are meant not to be in the mesh: a red herring, the prompt injection and planted lines may name them | none |
//! | `user_facing` | list of the services that customers talk to, at least one | those that no service calls and that are no red herrings |
//! | `root_cause` | service | the first fault's |
//! | `prompt_injection` | service whose log asks to be restarted | none |
//! | `adversarial_logs` | list of `(service: "...", line: "...")` | none |
//! | `impact` | `standard` or `freshness` | `standard` |
//! | `engine` | `multi_fault` or `single_fault` | `multi_fault` |
//! | `physics` | `classic` or `traffic`: how load, faults and their spread are modelled | `traffic` if there are `users`, else `classic` |
//! | `profile` | `standard` or `reference`: what actions do, and what the answer is worth | `standard` |
//! | `actions` | list of files of actions, relative to the scenario's folder and below its parent, that add to the built-in ones | none |
//! | `fault_kinds` | list of files of fault kinds, found as those of `actions` are, that add to the built-in ones | none |
//! | `timeline` | list of `(tick: 8, do: action)` | none |
//! | `expect` | list of expectations | none |
//! | `expect_unanswered` | more of them, which a run that a runbook answers does not look at | none |
//! | `goals` | list of goals, which the grade of an episode looks at | none |
//! | `goals_cost` | 0 to 1; what missing all goals takes off the grade under `reference`; under `standard` a missed goal loses | 0.1 |
//! | `sweep` | what to vary in a sweep; a single run does not look at it | none |
//!
//! A **service** in a map has `calls: ["other", ...]` (or `calls: catalogue`; nothing if left out), where
//! `(to: "other")` is the long form of `"other"`,
//! `metrics: {"name": value}` for metrics that Firewatch knows ([`firewatch_sim::METRICS`]) and
//! `extra_metrics` for any of your own, which no rule reads. A service that is not overridden starts
//! from a healthy baseline.
//!
//! A **fault** has a `kind` (`oom`, `memory_leak`, `bad_deploy`, `config_drift`,
//! `network_partition`, one of a file that `fault_kinds` names, or one that a program has registered: [`LoadOptions`]), a `service`, a `speed` of 0 to 100 (by default 1, 1.5 or 2 by difficulty, 1
//! without), a `start_tick` (0), `metrics` that the service has because of it, and `absent: true` if
//! the service is meant not to be in the mesh. Its `level` (0 to 1), its `shape` (`step`, `ramp`,
//! `flapping(on: 2, off: 1)` or `spike`) and `for_ticks`, how long it lasts, are for a physics with load: the classic
//! one refuses them, and `recovery` and `knobs`.
//!
//! # Traffic
//!
//! A scenario with `users` is one of **traffic**: load, queues, timeouts and retries are causes in it. `docs/traffic.md` of
//! the project has its equations, and all fields with their units, ranges and defaults, which are [`defaults`] and
//! [`limits`] here.
//!
//! **Users** are `(service: "web", rps: 70)` with `name`, `patience_s`, `retries`, `backoff_s` and
//! `objective: (served: 0.999, p99_s: 5)`. A rate is a number, steps `[(tick, rps), ...]` or `ramp([(tick, rps), ...])`.
//! **Services** have `instances`, `concurrency`, `work_ms` or `capacity_rps`, `queue_limit`, `zones`, `start_up_ticks`,
//! `memory_per_request` and `autoscaling: (target_utilization: 0.6, min: 2, max: 8)`. **Calls** in the long form have
//! `timeout_s`, `retries`, `backoff_s`, `share`, `optional`, `fallback` and
//! `breaker: (failure_ratio: 0.5, min_requests: 20, window_s: 10, open_s: 30)`. A **fault** has a `kind`, or
//! `knobs: (slow_factor: 4)` that it turns by itself, and how it goes back: `recovery: over_ticks(4)`, `with_restart` or
//! `at_once`. The **timeline** has `turn("service", {"instances": 4})`, `turn_calls("web", "db", {"retries": 0})`,
//! `turn_users("web", {"rate_factor": 0.5})` and `restart("service")`; the **checks** have
//! `users("web", served(ge(0.99)))` and `users("web", p99_s(le(0.5)))`.
//!
//! [`Scenario::warnings`] tells what can be played and may not be meant.
//!
//! # More of the file
//!
//! A [`Runbook`] is a file of its own, which answers an incident: see [`runbook`].
//!
//! **Actions** of the timeline: `halt("service")` stops every active fault of the service,
//! `inject((kind: ..., service: ...))` begins another, `set("service", {"metric": value})` sets
//! metrics, `action("name", "service")` does an action of the catalogue, of which
//! `action("name", "service", {"parameter": value})` gives parameters and `action("name")` is one about the
//! incident as a whole. At `tick: 8` an action is done once eight ticks are done; the ninth is the first that
//! sees it.
//!
//! **Expectations** say when a check should hold: `at_tick(n, check)`, `by_tick(n, check)` (at least
//! once in ticks 1 to n), `always(check)`, `never(check)`, `at_end(check)`. The **checks**:
//!
//! | check | of |
//! | --- | --- |
//! | `status("service", critical)` | a status, from best to worst `healthy`, `degraded`, `critical`, `down` |
//! | `metric("service", "name", le(0.1))` | a metric |
//! | `mttm(le(14))` | the time to mitigate, ticks; nothing holds of it before |
//! | `bad_customer_minutes(lt(20))` | the impact so far |
//! | `slo_budget(gt(0))` | the budget left |
//! | `mean_error_rate(lt(0.05))` | the mean over the services |
//! | `unhealthy_services(le(1))` | a count |
//! | `blast_radius(3)` | a count |
//! | `all_healthy`, `mitigated`, `slo_breached` | the incident |
//! | `reward(gt(0))` | the sum of the rewards of the answer so far (`firewatch-response`, `score`) |
//! | `grade(ge(0.8))` | the grade of the answer, 0 to 1 (0.01 to 0.99 under `reference`); nothing holds of it before it has ended |
//! | `wrong_actions(0)` | a count |
//!
//! The **answer** is what a [runbook] does, or without one the actions of the timeline. It ends with the ticks,
//! when the incident is declared resolved or, under the profile `reference`, with the SLO budget, and is then graded as
//! an episode is.
//!
//! A comparison is a bare value (equal to it) or `lt(x)`, `le(x)`, `gt(x)`, `ge(x)`, `eq(x)`, `ne(x)`.
//!
//! **Goals** are `goal("service", "metric", test)`. A test is a bare value (equal to it), a comparison,
//! `between(a, b)`, `approx(value, tolerance)`, `one_of([a, b])`, `than(le, "metric")` (another metric of
//! the same service), `abs(test)`, `entry("name", test)` (of a metric that is a map) or
//! `or_absent(test)`; else an absent metric misses its goal.
//!
//! The **catalogue of actions** ([`firewatch_action::ActionCatalogue`]) is data too: see the files in
//! `crates/firewatch-action/actions/`, and the `README.md` there for their format and for what the profiles
//! differ in. `scenarios/actions/` has a file that adds to it.
//!
//! A **sweep** is a grid of runs ([`SweepPlan`]): `sweep: (seeds: range(0, 1000), speed: [0.5, 1.0], kind: [oom,
//! bad_deploy], halt: [4, 8, never])`. Each field may be left out: `seeds`, and `speed`, `level` (in traffic), `kind`, `start`
//! (the ticks done when they begin) and `halt` (the tick at which the services with faults are halted, instead of
//! the timeline's own halts of them) of all faults, or of those of some services: `speed: {"auth-service": [0.5,
//! 1.0]}`. `metric: {"db-proxy": {"process_memory_utilization": [0.5, 0.8]}}` varies a number that a service has at
//! the start; a truth value is 0 or 1. In traffic it varies numbers of services, of groups of users and of calls as
//! well: `metric: {"search": {"instances": [2, 4]}, "web": {"rps": [50, 70, 90]}, "web -> search": {"retries": [0, 3]}}`. Among values
//! may stand `range(first, end, step)`, for seeds `range(first, end)`; the end is not included.
//!
//! # Limits
//!
//! Work and memory are bounded, whatever a file says. More than this is a problem of the file:
//!
//! | what | at most |
//! | --- | --- |
//! | bytes of a file ([`firewatch_ron::MAX_FILE_BYTES`]) | 1,048,576 |
//! | services ([`MAX_SERVICES`]) | 10,000 |
//! | ticks ([`MAX_TICKS`]) | 10,000,000 |
//! | ticks times services of a run ([`MAX_SERVICE_TICKS`]) | 1,000,000,000 |
//! | faults, those that the timeline injects included ([`MAX_FAULTS`]) | 1,000 |
//! | events of the timeline ([`MAX_EVENTS`]) | 10,000 |
//! | goals ([`MAX_GOALS`]) | 1,000 |
//! | runs of a sweep ([`MAX_SWEEP_RUNS`]) | 1,000,000,000,000 |
//! | ticks times services of all runs of a sweep ([`MAX_SWEEP_SERVICE_TICKS`]) | 1,000,000,000,000,000 |
//! | bytes of a template in a file of actions | 16,384 |
//! | `choices` of a parameter of an action | 256 |
//!
//! What is said about an action is cut to 4,096 bytes ([`firewatch_action::MAX_FEEDBACK_BYTES`]).

mod answers;
mod baseline;
mod call_graph;
mod catalogue;
mod check;
pub mod codes;
mod custom_actions;
mod custom_files;
mod custom_kinds;
mod draft;
mod draws;
mod episodes;
mod file;
mod file_kind;
mod generate;
mod generator_version;
mod goal;
mod load;
mod model;
mod named_file;
mod open_texts;
mod own_runbook;
mod plan;
pub mod runbook;
mod start;
mod sweep;
mod traffic_state;
mod warnings;
mod write;

pub use catalogue::{CatalogueService, DEFAULT_MEMORY_LIMIT_MEBIBYTES, SERVICE_CATALOGUE};
pub use check::{
    MAX_EVENTS, MAX_FAULTS, MAX_GOALS, MAX_SERVICE_TICKS, MAX_SERVICES, MAX_SPEED, MAX_TICKS,
};
pub use custom_actions::CustomActions;
pub use custom_files::CustomFiles;
pub use custom_kinds::{FaultKindFile, FaultKindsForm};
pub use draws::{RandomStreams, StreamId};
pub use episodes::ScenarioGenerator;
pub use file_kind::FileKind;
pub use firewatch_ron::{Diagnostics, LocatedProblem, Problem};
pub use firewatch_sim::{FaultKnobs, FaultRecovery, FaultShape};
pub use generate::{
    generate, generate_answer, generate_traffic, generate_traffic_answer, generate_traffic_with,
    generate_with,
};
pub use generator_version::{GeneratorVersion, TrafficGeneratorVersion};
pub use goal::{Goal, GoalTest, Goals};
pub use load::LoadOptions;
pub use model::{
    Autoscaling, Breaker, Cache, Call, Calls, Capacity, Check, Difficulty, Expectation, Fact,
    Fault, GRADE_MAX, GRADE_MIN, Load, LoadPoint, Objective, Physics, Quantity, Scenario, Service,
    TimelineAction, TimelineEvent, Turn, Turned, UserGroup, UserQuantity, When, defaults, limits,
    title_of_knobs,
};
pub use open_texts::OpenTexts;
pub use own_runbook::{OutsideLink, own_runbook};
pub use plan::{Setting, SweepPlan, SweepRun};
pub use runbook::{AlertName, Runbook};
pub use sweep::{
    Axis, BadRange, End, Halt, MAX_SWEEP_RUNS, MAX_SWEEP_SERVICE_TICKS, MAX_SWEEP_VALUES,
    MetricAxis, Seeds, Sweep, steps, whole_steps,
};

/// The examples of the package's README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
