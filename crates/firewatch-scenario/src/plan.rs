//! From a grid to its runs.

mod settings;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::codes;
use crate::model::Scenario;
use crate::sweep::{Axis, MetricAxis, Seeds, Sweep};
use firewatch_ron::{Problem, shown};
use settings::Settings;

pub use settings::Setting;
pub(crate) use settings::metric_value;

/// The runs of a scenario's grid, in order: as in a nested loop over seeds, then speeds, kinds, starts, metrics,
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

    /// Number of runs with the same seed, which stand one behind the other.
    #[must_use]
    pub fn runs_per_seed(&self) -> u64 {
        self.settings
    }

    /// The names of what varies besides the seed: `speed`, `kind`, `start`, `halt`, each with `:service` behind it
    /// where it is about one service only; `metric:service:metric`; and `runbook`.
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

    /// One of so many contiguous pieces of the plan, of as equal a size as possible; `piece` counts
    /// from 1. All pieces together are the plan, in order.
    #[must_use]
    pub fn piece(&self, piece: u64, pieces: u64) -> Range<u64> {
        let border = |piece: u64| {
            let runs = u128::from(self.runs) * u128::from(piece) / u128::from(pieces.max(1));
            u64::try_from(runs).unwrap_or(self.runs)
        };
        border(piece.saturating_sub(1))..border(piece)
    }

    /// What tells that run from the others. Runs count from 0; behind the last they begin anew.
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
            let service = column.service.as_deref().unwrap_or_default();
            !scenario.has_service(service)
        });
        problems.extend(elsewhere.map(|column| Problem {
            code: codes::UNKNOWN_SERVICE,
            path: String::new(),
            message: format!("there is no service to vary `{}` of", shown(&column.name)),
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
mod tests {
    use firewatch_sim::FaultKind;

    use super::*;
    use crate::model::TimelineAction;
    use crate::sweep::Halt;

    const HALTED: &str = r#"Scenario(
        name: "x", difficulty: easy,
        services: ["api-gateway", "auth-service", "db-proxy"],
        faults: [(kind: oom, service: "auth-service"), (kind: oom, service: "db-proxy", start_tick: 1)],
        timeline: [
            (tick: 2, do: halt("auth-service")),
            (tick: 3, do: inject((kind: oom, service: "auth-service"))),
            (tick: 4, do: halt("db-proxy")),
            (tick: 5, do: halt("auth-service")),
        ],
        expect: [at_end(all_healthy)],
        sweep: SWEEP,
    )"#;

    fn plan(sweep: &str) -> SweepPlan {
        let text = HALTED.replace("SWEEP", sweep);
        SweepPlan::new(&Scenario::parse("x.ron", &text).unwrap())
    }

    fn halts(scenario: &Scenario) -> Vec<(u64, &str)> {
        let halts = scenario
            .timeline
            .iter()
            .filter_map(|event| match &event.action {
                TimelineAction::Halt(service) => Some((event.tick, &**service)),
                _ => None,
            });
        halts.collect()
    }

    #[test]
    fn a_plan_without_a_grid_is_the_scenario() {
        let plan = plan("()");
        let scenario = Scenario::parse("x.ron", &HALTED.replace("SWEEP", "()")).unwrap();
        let without_expectations = Scenario {
            expect: Vec::new(),
            expect_unanswered: Vec::new(),
            ..scenario
        };
        assert_eq!(plan.runs(), 1);
        assert_eq!(plan.scenario(0), without_expectations);
    }

    #[test]
    fn halts_take_the_place_of_those_of_the_timeline() {
        let all = plan("(halt: [7, never])");
        let expected = [(7, "auth-service"), (7, "db-proxy")];
        assert_eq!(halts(&all.scenario(0)), expected);
        assert_eq!(halts(&all.scenario(1)), []);
        let one = plan(r#"(halt: {"auth-service": [7, never]})"#);
        assert_eq!(
            halts(&one.scenario(0)),
            [(4, "db-proxy"), (7, "auth-service")]
        );
        assert_eq!(halts(&one.scenario(1)), [(4, "db-proxy")]);
    }

    #[test]
    fn faults_that_are_injected_vary_too() {
        let plan = plan(r#"(speed: {"auth-service": [3.0]}, kind: [bad_deploy])"#);
        let scenario = plan.scenario(0);
        let faults = scenario.all_faults();
        let faults: Vec<_> = faults.map(|f| (f.kind, &*f.service, f.speed)).collect();
        let kind = FaultKind::BAD_DEPLOY;
        let expected = [
            (kind, "auth-service", 3.0),
            (kind, "db-proxy", 1.0),
            (kind, "auth-service", 3.0),
        ];
        assert_eq!(faults, expected);
        assert_eq!(plan.columns(), ["speed:auth-service", "kind"]);
    }

    #[test]
    fn runs_are_in_the_order_of_a_nested_loop() {
        let plan =
            plan("(seeds: [9, range(2, 4)], speed: [1, 2], kind: [oom, memory_leak], halt: [9])");
        let mut runs = 0..plan.runs();
        for seed in [9, 2, 3] {
            for speed in [1.0, 2.0] {
                for kind in [FaultKind::OOM, FaultKind::MEMORY_LEAK] {
                    let settings = vec![
                        Setting::Speed(speed),
                        Setting::Kind(kind),
                        Setting::Halt(Halt::At(9)),
                    ];
                    let run = runs.next().unwrap();
                    assert_eq!(plan.run(run), SweepRun { seed, settings });
                    let scenario = plan.scenario(run);
                    assert_eq!(scenario.seed, seed);
                    assert!(
                        scenario
                            .faults
                            .iter()
                            .all(|f| f.speed == speed && f.kind == kind)
                    );
                }
            }
        }
        assert_eq!(runs.next(), None);
    }

    #[test]
    fn runbooks_vary_fastest() {
        let plan = plan("(seeds: [1, 2], start: {\"db-proxy\": [1, 3]})");
        let plan = plan.answered_by(vec!["a.ron".to_owned(), "b.ron".to_owned()]);
        assert_eq!((plan.runs(), plan.runs_per_seed()), (8, 4));
        assert_eq!(plan.columns(), ["start:db-proxy", "runbook"]);
        for (run, expected) in (0..8).zip([(1, 1), (1, 1), (1, 3), (1, 3), (2, 1), (2, 1)]) {
            let scenario = plan.scenario(run);
            assert_eq!((scenario.seed, scenario.faults[1].start_tick), expected);
            assert_eq!(scenario.faults[0].start_tick, 0);
            assert_eq!(plan.runbook(run) as u64, run % 2);
            let settings = plan.run(run).settings;
            assert_eq!(settings[1], Setting::Runbook(plan.runbook(run)));
        }
    }

    #[test]
    fn pieces_are_the_plan_and_of_about_the_same_size() {
        let mut scenario = Scenario::parse("x.ron", &HALTED.replace("SWEEP", "()")).unwrap();
        for count in [1, 2, 7, 1_000_000_000_000] {
            let seeds = vec![Seeds { first: 5, count }];
            scenario.sweep = Sweep {
                seeds,
                ..Sweep::default()
            };
            let plan = SweepPlan::new(&scenario);
            for pieces in [1, 2, 3, 5, 16, 1000] {
                let mut end = 0;
                for piece in 1..=pieces {
                    let runs = plan.piece(piece, pieces);
                    assert_eq!(runs.start, end);
                    assert!((runs.end - runs.start).abs_diff(count / pieces) <= 1);
                    end = runs.end;
                }
                assert_eq!(end, count);
            }
        }
    }

    #[test]
    fn a_run_without_the_fault_that_varies_has_a_problem() {
        let text = "Scenario(name: \"x\", difficulty: hard, sweep: (\
                    seeds: range(0, 50), speed: {\"auth-service\": [1]}))";
        let plan = SweepPlan::new(&Scenario::parse("x.ron", text).unwrap());
        let is_bad = |run: &u64| !plan.problems(*run).is_empty();
        let has_other = |run: &u64| plan.scenario(*run).faults[0].service != "auth-service";
        let bad: Vec<u64> = (0..plan.runs()).filter(is_bad).collect();
        let expected: Vec<u64> = (0..plan.runs()).filter(has_other).collect();
        assert!(!bad.is_empty() && bad.len() < 50);
        assert_eq!(bad, expected);
    }
}
