//! From a grid to its runs.

mod fields;
mod settings;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::codes;
use crate::model::Scenario;
use crate::sweep::{Axis, MetricAxis, Seeds, Sweep};
use firewatch_ron::{Problem, shown};
use settings::Settings;

pub(crate) use fields::{Field, FieldOwner, call_field_names, find_field, names_calls};
pub use settings::Setting;
pub(crate) use settings::metric_value;

/// The runs of a scenario's grid, in order: as in a nested loop over seeds, then speeds, levels, kinds, starts, metrics,
/// halting ticks and runbooks, of which the last varies fastest.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_scenario::{SweepPlan, Scenario};
///
/// let scenario = Scenario::parse("inline", r#"Scenario(
///     name: "How soon is soon enough?",
///     difficulty: easy,
///     services: ["api-gateway", "auth-service", "db-proxy"],
///     faults: [(kind: bad_deploy, service: "auth-service")],
///     sweep: (seeds: range(0, 3), halt: [4, 8, never]),
/// )"#)?;
/// let plan = SweepPlan::new(&scenario);
/// assert_eq!((plan.runs(), plan.columns()), (9, vec!["halt".to_owned()]));
/// let run = plan.scenario(4);
/// assert_eq!((run.seed, run.timeline[0].tick), (1, 8));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SweepPlan {
    /// What is the same in each run.
    base: Scenario,
    /// Ranges of seeds, none of them empty.
    seeds: Vec<Seeds>,
    columns: Vec<Column>,
    /// Runs with the same seed.
    settings: u64,
    runs: u64,
    /// The names of the runbooks that answer, if they vary.
    runbooks: Vec<String>,
}

/// What tells a run from the others.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRun {
    /// Its seed.
    pub seed: u64,
    /// What varies, in the order of [`SweepPlan::columns`].
    pub settings: Vec<Setting>,
}

/// Something that varies.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    service: Option<String>,
    metric: Option<String>,
    settings: Vec<Setting>,
}

impl Column {
    /// Whether it varies faults.
    fn is_about_faults(&self) -> bool {
        let first = self.settings.first();
        !matches!(first, Some(Setting::Metric(_) | Setting::Runbook(_)))
    }
}

impl SweepPlan {
    /// The runs of the scenario's [`Scenario::sweep`]. Expectations have no place in them: with another
    /// fault than the one that they were written for they say nothing.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let sweep = &scenario.sweep;
        let mut columns = Vec::new();
        columns.extend(
            sweep
                .speed
                .iter()
                .map(|axis| column("speed", axis, Setting::Speed)),
        );
        columns.extend({ sweep.level.iter() }.map(|axis| column("level", axis, Setting::Level)));
        columns.extend(
            sweep
                .kind
                .iter()
                .map(|axis| column("kind", axis, Setting::Kind)),
        );
        columns.extend({ sweep.start.iter() }.map(|axis| column("start", axis, Setting::Start)));
        columns.extend(sweep.metric.iter().map(metric_column));
        columns.extend(
            sweep
                .halt
                .iter()
                .map(|axis| column("halt", axis, Setting::Halt)),
        );
        let seeds = match sweep.seeds.as_slice() {
            [] => vec![Seeds::one(scenario.seed)],
            seeds => seeds.to_vec(),
        };
        Self {
            seeds,
            columns,
            settings: sweep.settings(),
            runs: sweep.runs(),
            runbooks: Vec::new(),
            base: Scenario {
                description: String::new(),
                expect: Vec::new(),
                expect_unanswered: Vec::new(),
                sweep: Sweep::default(),
                ..scenario.clone()
            },
        }
    }

    /// The plan with each run once for each of these runbooks, which vary fastest; unchanged without any.
    #[must_use]
    pub fn answered_by(mut self, runbooks: Vec<String>) -> Self {
        if runbooks.is_empty() {
            return self;
        }
        let count = runbooks.len();
        self.columns.push(Column {
            name: "runbook".to_owned(),
            service: None,
            metric: None,
            settings: (0..count).map(Setting::Runbook).collect(),
        });
        self.settings = self.settings.saturating_mul(count as u64);
        self.runs = self.runs.saturating_mul(count as u64);
        self.runbooks = runbooks;
        self
    }

    /// The names of the runbooks that answer, if they vary.
    #[must_use]
    pub fn runbooks(&self) -> &[String] {
        &self.runbooks
    }

    /// The number of the runbook that answers that run: 0 if they don't vary.
    #[must_use]
    pub fn runbook(&self, run: u64) -> usize {
        let count = self.runbooks.len().max(1) as u64;
        usize::try_from(run % count).unwrap_or(0)
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Number of runs with the same seed, which follow each other.
    #[must_use]
    pub fn runs_per_seed(&self) -> u64 {
        self.settings
    }

    /// The names of what varies besides the seed: `speed`, `level`, `kind`, `start`, `halt`, each followed by `:service`
    /// where it varies one service only; `metric:service:metric`; and `runbook`.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    }

    /// The first value of each column.
    #[must_use]
    pub fn first_settings(&self) -> Vec<Setting> {
        let firsts = self.columns.iter().map(|c| c.settings.first().copied());
        firsts.flatten().collect()
    }

    /// The scenario without what varies, as it is common to all runs.
    #[must_use]
    pub fn base(&self) -> &Scenario {
        &self.base
    }

    /// Returns one of the contiguous `pieces` of the plan, of as equal a size as possible; `piece` counts
    /// from 1. All pieces together are the plan, in order.
    #[must_use]
    pub fn piece(&self, piece: u64, pieces: u64) -> Range<u64> {
        let border = |piece: u64| {
            let runs = u128::from(self.runs) * u128::from(piece) / u128::from(pieces.max(1));
            u64::try_from(runs).unwrap_or(self.runs)
        };
        border(piece.saturating_sub(1))..border(piece)
    }

    /// What tells that run from the others. Runs count from 0; after the last they begin anew.
    #[must_use]
    pub fn run(&self, run: u64) -> SweepRun {
        let mut rest = run % self.settings.max(1);
        let mut settings = Vec::with_capacity(self.columns.len());
        for column in self.columns.iter().rev() {
            let count = column.settings.len().max(1) as u64;
            let index = usize::try_from(rest % count).unwrap_or(0);
            settings.extend(column.settings.get(index));
            rest /= count;
        }
        settings.reverse();
        SweepRun {
            seed: self.seed(run / self.settings.max(1)),
            settings,
        }
    }

    fn seed(&self, index: u64) -> u64 {
        let mut rest = index;
        for seeds in &self.seeds {
            if rest < seeds.count {
                return seeds.first + rest;
            }
            rest -= seeds.count;
        }
        self.base.seed
    }

    /// The scenario of that run.
    #[must_use]
    pub fn scenario(&self, run: u64) -> Scenario {
        let SweepRun { seed, settings } = self.run(run);
        let mut scenario = self.base.clone().with_seed(seed);
        let mut changes = Settings::default();
        for (column, setting) in self.columns.iter().zip(settings) {
            let (service, metric) = (column.service.as_deref(), column.metric.as_deref());
            changes.add(service, metric, setting);
        }
        changes.apply(&mut scenario);
        scenario
    }

    /// Everything that is wrong with the scenario of that run. The same settings are right or wrong with
    /// each seed, unless services are drawn by it.
    #[must_use]
    pub fn problems(&self, run: u64) -> Vec<Problem> {
        let scenario = self.scenario(run);
        let mut problems = scenario.problems();
        let afflicted: BTreeSet<&str> =
            scenario.all_faults().map(|fault| &*fault.service).collect();
        let of_faults = self
            .columns
            .iter()
            .filter(|column| column.is_about_faults());
        let without_fault = of_faults.filter(|column| match &column.service {
            Some(service) => !afflicted.contains(&**service),
            None => afflicted.is_empty(),
        });
        problems.extend(without_fault.map(|column| Problem {
            code: codes::NO_FAULT,
            path: String::new(),
            message: match &column.service {
                Some(service) => format!("there is no fault on `{}` to vary", shown(service)),
                None => "there is no fault to vary".to_owned(),
            },
            span: None,
            label: String::new(),
            help: None,
        }));
        let of_metrics = { self.columns.iter() }.filter(|column| column.metric.is_some());
        let elsewhere = of_metrics.filter(|column| {
            let owner = column.service.as_deref().unwrap_or_default();
            let field = column.metric.as_deref();
            match field.and_then(|name| find_field(&scenario, owner, name)) {
                Some(field) => !field.has_owner(&scenario, owner),
                None => !scenario.has_service(owner),
            }
        });
        problems.extend(elsewhere.map(|column| Problem {
            code: codes::UNKNOWN_SERVICE,
            path: String::new(),
            message: format!("there is nothing to vary `{}` of", shown(&column.name)),
            span: None,
            label: String::new(),
            help: None,
        }));
        problems
    }
}

fn metric_column(axis: &MetricAxis) -> Column {
    Column {
        name: format!("metric:{}:{}", axis.service, axis.metric),
        service: Some(axis.service.clone()),
        metric: Some(axis.metric.clone()),
        settings: axis.values.iter().copied().map(Setting::Metric).collect(),
    }
}

fn column<T: Copy>(name: &str, axis: &Axis<T>, setting: impl Fn(T) -> Setting) -> Column {
    Column {
        name: match &axis.service {
            Some(service) => format!("{name}:{service}"),
            None => name.to_owned(),
        },
        service: axis.service.clone(),
        metric: None,
        settings: axis.values.iter().map(|value| setting(*value)).collect(),
    }
}

#[cfg(test)]
mod tests;
