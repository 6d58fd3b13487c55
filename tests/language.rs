//! The language: what is written is read back, it is RON, and what is drawn stays the same.

#![expect(clippy::unwrap_used, reason = "a test whose scenario is refused fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use firewatch_scenario::{
    Action, ActionCatalogue, ActionRequest, ActionSpec, Axis, CATALOGUE, Calls, Check, Comparison,
    Difficulty, Event, Expectation, Fact, Fault, Goals, Halt, Metrics, Operator, OwnActions,
    Parameter, ParameterKind, Playback, Profile, Quantity, Scenario, Seeds, Service, Sweep, When,
    generate,
};
use firewatch_sim::{
    AdversarialLine, Engine, FaultKind, ImpactMode, METRICS, Metric, MetricKind, SloBudget, Status,
    Value,
};
use firewatch_tests::{difference, files, workspace};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// At least so many cases; more with `PROPTEST_CASES`.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(cases),
        failure_persistence: None,
        ..default
    }
}

/// Reads the text as any program that reads RON does.
fn read_as_ron(text: &str) -> Result<IgnoredAny, ron::error::SpannedError> {
    let implicit_some = ron::extensions::Extensions::IMPLICIT_SOME;
    ron::Options::default()
        .with_default_extension(implicit_some)
        .from_str(text)
}

/// The name of a scenario, as any program that reads RON sees it.
#[derive(Deserialize)]
#[serde(rename = "Scenario")]
struct Named {
    name: String,
}

fn texts() -> impl Strategy<Value = String> {
    let any_letters = vec(any::<char>(), 0..12).prop_map(String::from_iter);
    prop_oneof![4 => "[a-zA-Z0-9 .,:-]{0,20}", 1 => any_letters, 1 => "[\"'\\\\\n\r\t#/*()]{0,6}"]
}

fn service_names() -> impl Strategy<Value = String> {
    let of_catalogue = select(CATALOGUE).prop_map(|service| service.name.to_owned());
    let any_letters = vec(any::<char>(), 1..8).prop_map(String::from_iter);
    prop_oneof![3 => of_catalogue, 2 => "[a-z][a-z0-9-]{0,10}", 1 => any_letters]
}

/// Numbers from `min` to `max`, with the ends and very small ones among them.
fn numbers(min: f64, max: f64) -> impl Strategy<Value = f64> {
    let clamp = move |x: f64| x.clamp(min, max);
    prop_oneof![
        4 => (0.0..=1.0_f64).prop_map(clamp),
        2 => (min..=max).prop_map(clamp),
        1 => any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(clamp),
        1 => select(vec![min, max]),
    ]
}

fn values_of(metric: &'static Metric) -> BoxedStrategy<Value> {
    match metric.kind {
        // A rate that no lag can be divided by is refused.
        _ if metric.name == "pipeline_processing_rate_events_per_second" => {
            select(vec![0.0, 1e-9, 0.5, 420.0, 1e15])
                .prop_map(Value::Float)
                .boxed()
        }
        MetricKind::Float => numbers(metric.min, metric.max)
            .prop_map(Value::Float)
            .boxed(),
        MetricKind::Int => numbers(metric.min, metric.max)
            .prop_map(|x| Value::Int(x as i64))
            .boxed(),
        MetricKind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        MetricKind::Text | MetricKind::Status => texts().prop_map(Value::Text).boxed(),
        MetricKind::Lines => vec(texts().prop_map(Value::Text), 0..3)
            .prop_map(Value::List)
            .boxed(),
    }
}

/// Known metrics that can be set.
fn metrics() -> impl Strategy<Value = Metrics> {
    let settable: Vec<&'static Metric> = METRICS
        .iter()
        .filter(|metric| metric.kind != MetricKind::Status)
        .collect();
    let metric =
        select(settable).prop_flat_map(|metric| (Just(metric.name.to_owned()), values_of(metric)));
    vec(metric, 0..3).prop_map(BTreeMap::from_iter)
}

fn any_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>()
            .prop_filter("finite", |x| x.is_finite())
            .prop_map(Value::Float),
        texts().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map(texts(), inner, 0..4).prop_map(Value::Map),
        ]
    })
}

fn extra_metrics() -> impl Strategy<Value = Metrics> {
    let names = texts().prop_filter("its own name", |name| {
        !name.is_empty() && METRICS.iter().all(|metric| metric.name != name)
    });
    btree_map(names, any_values(), 0..3)
}

/// A fault whose service is still to be chosen.
#[derive(Clone, Debug)]
struct Draft {
    kind: FaultKind,
    service: Index,
    speed: f64,
    start: Index,
    metrics: Metrics,
    absent: bool,
}

fn drafts() -> impl Strategy<Value = Draft> {
    let kinds = select(FaultKind::BUILT_IN.to_vec());
    let absent = proptest::bool::weighted(0.2);
    (
        kinds,
        any::<Index>(),
        numbers(0.0, 100.0),
        any::<Index>(),
        metrics(),
        absent,
    )
        .prop_map(|(kind, service, speed, start, metrics, absent)| Draft {
            kind,
            service,
            speed,
            start,
            metrics,
            absent,
        })
}

impl Draft {
    fn fault(self, names: &[String], start_tick: u64) -> Fault {
        let absent = format!("absent {}", self.service.index(3));
        let is_absent = self.absent && !names.contains(&absent);
        Fault {
            kind: self.kind,
            speed: self.speed,
            start_tick,
            absent: is_absent,
            service: if is_absent {
                absent
            } else {
                self.service.get(names).clone()
            },
            metrics: if is_absent {
                Metrics::new()
            } else {
                self.metrics
            },
        }
    }
}

/// An action whose service is still to be chosen.
#[derive(Clone, Debug)]
enum Plan {
    Halt(Index),
    Inject(Draft),
    Set(Index, Metrics),
    Perform(Index, Index, Index),
}

fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![
        any::<Index>().prop_map(Plan::Halt),
        drafts().prop_map(Plan::Inject),
        (any::<Index>(), metrics()).prop_map(|(service, metrics)| Plan::Set(service, metrics)),
        any::<[Index; 3]>().prop_map(|[action, at, choice]| Plan::Perform(action, at, choice)),
    ]
}

/// A request for the action, with each parameter given.
fn request(action: &ActionSpec, target: &str, choice: Index) -> ActionRequest {
    let value = |parameter: &Parameter| match parameter.kind() {
        ParameterKind::Text => choice.get(parameter.choices()).as_str().into(),
        ParameterKind::Integer => Value::from(1 + i64::try_from(choice.index(4096)).unwrap()),
        // A sum of the two would leave the bounds by a rounding.
        ParameterKind::Number => Value::from((5 + choice.index(91)) as f64 / 100.0),
    };
    let parameters = action.parameters().iter();
    ActionRequest {
        name: action.name().to_owned(),
        target: action.needs_target().then(|| target.to_owned()),
        parameters: parameters
            .map(|p| (p.name().to_owned(), value(p)))
            .collect(),
    }
}

/// An expectation that can hold or not, with what is still to be chosen.
fn expectations() -> impl Strategy<Value = (Index, Index, Index, f64)> {
    (
        any::<Index>(),
        any::<Index>(),
        any::<Index>(),
        0.01..0.99_f64,
    )
}

fn expectation(
    (when, check, choice, share): (Index, Index, Index, f64),
    scenario: &Scenario,
) -> Expectation {
    use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
    let operators = [Lt, Le, Gt, Ge, Eq, Ne];
    let service = choice.get(&scenario.services).name.clone();
    let ticks = scenario.ticks;
    let when = match when.index(5) {
        0 => When::AtTick(below(&choice, ticks)),
        1 => When::ByTick(1 + below(&choice, ticks)),
        2 => When::Always,
        3 => When::Never,
        _ => When::AtEnd,
    };
    let operator = operators[choice.index(operators.len())];
    let check = match check.index(6) {
        0 => {
            // Neither everything nor nothing is `lt(healthy)` and so on.
            let with = match operator {
                Lt | Ge => Status::ALL[1 + choice.index(3)],
                Le | Gt => Status::ALL[choice.index(3)],
                Eq | Ne => Status::ALL[choice.index(4)],
            };
            Check::Status(service, Comparison { operator, with })
        }
        1 => {
            let name = "http_server_error_rate".to_owned();
            let with = Value::Float(share);
            Check::Metric(service, name, Comparison { operator, with })
        }
        2 => {
            let name = "service_version".to_owned();
            let with = Value::Text("v2 \"beta\"".to_owned());
            let operator = if choice.index(2) == 0 { Eq } else { Ne };
            Check::Metric(service, name, Comparison { operator, with })
        }
        3 => {
            let with = share * scenario.slo_budget.remaining.min(1.0);
            let (quantity, with) = match choice.index(4) {
                0 if with > 0.0 => (Quantity::SloBudget, with),
                1 => (Quantity::MeanErrorRate, share),
                2 => (Quantity::Mttm, ticks as f64),
                _ => (Quantity::BadCustomerMinutes, share * 1000.0),
            };
            let operator = if quantity == Quantity::Mttm {
                Le
            } else {
                operator
            };
            Check::Quantity(quantity, Comparison { operator, with })
        }
        4 => {
            let operator = if choice.index(2) == 0 { Eq } else { Ne };
            let with = choice.index(scenario.services.len() + 1) as f64;
            let comparison = Comparison { operator, with };
            Check::Quantity(Quantity::UnhealthyServices, comparison)
        }
        _ => Check::Fact(Fact::ALL[choice.index(Fact::ALL.len())]),
    };
    Expectation { when, check }
}

/// A tick below that one.
fn below(index: &Index, ticks: u64) -> u64 {
    index.index(usize::try_from(ticks).unwrap()) as u64
}

fn services() -> impl Strategy<Value = Vec<Service>> {
    let parts = (
        service_names(),
        proptest::bool::weighted(0.5),
        vec(any::<Index>(), 0..4),
        metrics(),
        extra_metrics(),
    );
    vec(parts, 1..6).prop_map(|parts| {
        let mut seen = BTreeSet::new();
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(name, ..)| seen.insert(name.clone()))
            .collect();
        let names: Vec<String> = parts.iter().map(|(name, ..)| name.clone()).collect();
        let service =
            |(name, by_catalogue, calls, metrics, extra_metrics): (String, _, Vec<Index>, _, _)| {
                let is_known = CATALOGUE.iter().any(|service| service.name == name);
                let named = calls.iter().map(|call| call.get(&names).clone()).collect();
                Service {
                    calls: if by_catalogue && is_known {
                        Calls::Catalogue
                    } else {
                        Calls::Named(named)
                    },
                    name,
                    metrics,
                    extra_metrics,
                }
            };
        parts.into_iter().map(service).collect()
    })
}

/// Every scenario that a file can say, of small size.
fn scenarios() -> impl Strategy<Value = Scenario> {
    let words = (
        texts(),
        texts(),
        any::<u64>(),
        option::of(select(Difficulty::ALL)),
        select(ImpactMode::ALL.to_vec()),
        proptest::bool::weighted(0.2),
        select(Profile::ALL.to_vec()),
    );
    let figures = (
        1..60_u64,
        any::<bool>(),
        numbers(0.0, 1e15),
        numbers(0.0, 1e15),
    );
    let roles = (
        vec(any::<bool>(), 6),
        option::of(any::<Index>()),
        option::of(any::<Index>()),
        vec((any::<Index>(), texts()), 0..3),
    );
    let acts = (
        vec(drafts(), 1..4),
        vec((any::<Index>(), plans()), 0..4),
        vec(expectations(), 0..5),
    );
    let parts = (words, figures, services(), roles, acts, grids());
    parts.prop_map(|(words, figures, services, roles, acts, grid)| {
        let (name, description, seed, difficulty, impact, is_single, profile) = words;
        let (ticks, by_default, remaining, burn_per_tick) = figures;
        let (herrings, root_cause, prompt_injection, logs) = roles;
        let (drafts, plans, expectations) = acts;
        let given = SloBudget {
            remaining,
            burn_per_tick,
        };
        let default = difficulty.filter(|_| by_default);
        let ticks = default.map_or(ticks, Difficulty::ticks);
        let names: Vec<String> = services
            .iter()
            .map(|service| service.name.clone())
            .collect();
        let drafts = drafts.into_iter().take(if is_single { 1 } else { 3 });
        let mut faults: Vec<Fault> = drafts
            .map(|draft| {
                let start = below(&draft.start, ticks);
                draft.fault(&names, if is_single { 0 } else { start })
            })
            .collect();
        faults.sort_by_key(|fault| fault.start_tick);
        let mut scenario = Scenario {
            name,
            description,
            seed,
            difficulty,
            ticks,
            slo_budget: default.map_or(given, Difficulty::slo_budget),
            impact,
            profile,
            actions: OwnActions::default(),
            engine: if is_single {
                Engine::SingleFault
            } else {
                Engine::default()
            },
            generated: false,
            services,
            faults,
            absent_services: Vec::new(),
            red_herrings: Vec::new(),
            root_cause: root_cause.map(|index| index.get(&names).clone()),
            prompt_injection: prompt_injection.map(|index| index.get(&names).clone()),
            adversarial_logs: logs
                .into_iter()
                .map(|(index, line)| AdversarialLine {
                    service: index.get(&names).clone(),
                    line,
                })
                .collect(),
            timeline: Vec::new(),
            expect: Vec::new(),
            expect_unanswered: Vec::new(),
            goals: Goals::default(),
            sweep: Sweep::default(),
        };
        for (tick, plan) in plans {
            let tick = below(&tick, ticks);
            let action = match plan {
                Plan::Halt(index) => {
                    let all: Vec<&Fault> = scenario
                        .all_faults()
                        .filter(|fault| fault.start_tick <= tick)
                        .collect();
                    match all.as_slice() {
                        [] => continue,
                        faults => Action::Halt(index.get(faults).service.clone()),
                    }
                }
                Plan::Inject(_) if is_single => continue,
                Plan::Inject(draft) => Action::Inject(draft.fault(&names, tick)),
                Plan::Set(index, metrics) => Action::Set(index.get(&names).clone(), metrics),
                Plan::Perform(action, at, choice) => {
                    let actions = ActionCatalogue::built_in(profile).actions();
                    Action::Perform(request(
                        action.get(actions),
                        &names[at.index(names.len())],
                        choice,
                    ))
                }
            };
            scenario.timeline.push(Event { tick, action });
        }
        let faulty: BTreeSet<String> = scenario.all_faults().map(|f| f.service.clone()).collect();
        scenario.red_herrings = names
            .iter()
            .zip(herrings)
            .filter(|(name, is_herring)| *is_herring && !faulty.contains(*name))
            .map(|(name, _)| name.clone())
            .collect();
        scenario.expect = expectations
            .into_iter()
            .map(|parts| expectation(parts, &scenario))
            .collect();
        scenario.sweep = grid.sweep(&scenario);
        scenario
    })
}

/// A grid whose services are still to be chosen.
#[derive(Clone, Debug)]
struct Grid {
    /// How far each range of seeds is from the one before it, and how many seeds it has.
    seeds: Vec<(u64, u64)>,
    /// Whether each service with faults varies by itself, of each sort.
    apart: [bool; 3],
    speeds: Vec<f64>,
    kinds: Vec<FaultKind>,
    halts: Vec<Index>,
    never: bool,
}

fn grids() -> impl Strategy<Value = Grid> {
    let gaps = prop_oneof![0..3_u64, 0..u64::MAX / 8];
    let counts = prop_oneof![Just(1), 1..100_u64];
    (
        vec((gaps, counts), 0..4),
        any::<[bool; 3]>(),
        vec(numbers(0.0, 100.0), 0..4),
        vec(select(FaultKind::BUILT_IN.to_vec()), 0..4),
        vec(any::<Index>(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(seeds, apart, speeds, kinds, halts, never)| Grid {
            seeds,
            apart,
            speeds,
            kinds,
            halts,
            never,
        })
}

impl Grid {
    fn sweep(self, scenario: &Scenario) -> Sweep {
        let mut first = 0;
        let seeds = self.seeds.into_iter().map(|(gap, count)| {
            let seeds = Seeds {
                first: first + gap,
                count,
            };
            first = seeds.last() + 1;
            seeds
        });
        let mut starts: BTreeMap<String, u64> = BTreeMap::new();
        for fault in scenario.all_faults() {
            let start = starts.entry(fault.service.clone()).or_insert(u64::MAX);
            *start = fault.start_tick.min(*start);
        }
        let latest = starts.values().max().copied().unwrap_or_default();
        let halts = self.halts.iter();
        let halts = halts.map(|tick| Halt::At(latest + below(tick, scenario.ticks - latest)));
        let halts = halts.chain(self.never.then_some(Halt::Never)).collect();
        let services: Vec<String> = starts.into_keys().collect();
        let speeds = self.speeds.into_iter().map(f64::to_bits).collect();
        let speeds = distinct(speeds).into_iter().map(f64::from_bits).collect();
        Sweep {
            seeds: seeds.collect(),
            speed: axes(speeds, &services, self.apart[0]),
            kind: axes(distinct(self.kinds), &services, self.apart[1]),
            halt: axes(distinct(halts), &services, self.apart[2]),
        }
    }
}

/// The first of equal values.
fn distinct<T: PartialEq + Copy>(values: Vec<T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

fn axes<T: Clone>(values: Vec<T>, services: &[String], apart: bool) -> Vec<Axis<T>> {
    if values.is_empty() {
        return Vec::new();
    }
    let axis = |service: Option<String>| Axis {
        service,
        values: values.clone(),
    };
    match apart {
        true => services.iter().cloned().map(Some).map(axis).collect(),
        false => vec![axis(None)],
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn what_is_written_is_read_back(scenario in scenarios()) {
        prop_assert_eq!(scenario.problems(), []);
        let text = scenario.to_string();
        let read = Scenario::parse("written.ron", &text);
        prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        let windows = Scenario::parse("windows.ron", &text.replace('\n', "\r\n"));
        prop_assert_eq!(windows, Ok(scenario), "{}", text);
    }

    #[test]
    fn what_is_written_is_ron(scenario in scenarios()) {
        let text = scenario.to_string();
        prop_assert!(read_as_ron(&text).is_ok(), "{:?}\n{}", read_as_ron(&text), text);
    }
}

/// The texts of files that are known to be good.
fn good_texts() -> Vec<String> {
    let files = files(&workspace().join("scenarios"), "ron");
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// What happens to a text while it is being edited.
#[derive(Clone, Debug)]
enum Edit {
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, String),
    Move(Index, Index, usize),
}

fn edits() -> impl Strategy<Value = Edit> {
    let pieces = select(vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "//",
        "\n",
        "-",
        "=",
        "Some(",
        "None",
        "1e999",
        "NaN",
        "0x",
        "1_0",
        "r#\"",
        "\\u{",
        "\u{feff}",
        "é",
        "🔥",
        "5",
        "oom",
        "name:",
        "le(",
        "\"\"",
        "()",
        "#![enable(implicit_some)]",
        "true",
        "+.5",
        "\u{85}",
    ]);
    let pieces = prop_oneof![8 => pieces.prop_map(str::to_owned), 1 => texts()];
    prop_oneof![
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Edit::Remove(at, length)),
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Edit::Repeat(at, length)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (any::<Index>(), any::<Index>(), 1..60_usize)
            .prop_map(|(from, to, length)| Edit::Move(from, to, length)),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for edit in edits {
        let size = letters.len() + 1;
        let range = |at: &Index, length: usize| {
            let start = at.index(size);
            start..(start + length).min(size - 1)
        };
        match edit {
            Edit::Remove(at, length) => {
                letters.drain(range(at, *length));
            }
            Edit::Repeat(at, length) => {
                let range = range(at, *length);
                let copy = letters[range.clone()].to_vec();
                letters.splice(range.start..range.start, copy);
            }
            Edit::Insert(at, piece) => {
                let at = at.index(size);
                letters.splice(at..at, piece.chars());
            }
            Edit::Move(from, to, length) => {
                let moved: Vec<char> = letters.drain(range(from, *length)).collect();
                let at = to.index(letters.len() + 1);
                letters.splice(at..at, moved);
            }
        }
    }
    letters.into_iter().collect()
}

/// Whatever the bytes are, they are a scenario or have problems that can be shown.
fn load(bytes: Vec<u8>) -> Result<Option<Scenario>, TestCaseError> {
    let diagnostics = match Scenario::parse_bytes("file.ron", bytes) {
        Ok(scenario) => return Ok(Some(scenario)),
        Err(diagnostics) => diagnostics,
    };
    prop_assert!(!diagnostics.problems.is_empty());
    for problem in &diagnostics.problems {
        let span = problem.span.clone().unwrap_or_default();
        prop_assert!(diagnostics.text.get(span).is_some(), "{:?}", problem);
        prop_assert!(!problem.message.is_empty());
    }
    prop_assert!(!diagnostics.render(true).is_empty());
    prop_assert_eq!(diagnostics.located().count(), diagnostics.problems.len());
    Ok(None)
}

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn an_edited_file_is_a_scenario_or_has_problems(
        file in any::<Index>(),
        edits in vec(edits(), 1..5),
    ) {
        let texts = good_texts();
        let file: &String = file.get(&texts);
        let text = edited(file, &edits);
        if let Some(scenario) = load(text.clone().into())? {
            prop_assert!(read_as_ron(&text).is_ok(), "{:?}\n{}", read_as_ron(&text), text);
            let read = Scenario::parse("written.ron", &scenario.to_string());
            prop_assert_eq!(read, Ok(scenario));
        }
    }

    #[test]
    fn numbers_that_are_read_are_ron(number in "[-+]?(0[xob])?[0-9a-f_.]{1,6}([eE][-+]?[0-9_]{0,3})?") {
        let text = format!("Scenario(name: \"x\", difficulty: easy, slo_budget: {number})");
        if load(text.clone().into())?.is_some() {
            prop_assert!(read_as_ron(&text).is_ok(), "{:?}\n{}", read_as_ron(&text), text);
        }
    }

    #[test]
    fn texts_that_are_read_are_ron(inside in "(\\\\[nrt0'\"ux\\\\]|[{}0-9a-fA-F]|\\{[0-9a-f]{1,6}\\}){0,8}") {
        let text = format!("Scenario(name: \"{inside}\", difficulty: easy)");
        if let Some(scenario) = load(text.clone().into())? {
            let read = ron::from_str::<Named>(&text);
            prop_assert_eq!(read.map(|read| read.name), Ok(scenario.name), "{}", text);
        }
    }

    #[test]
    fn bytes_are_a_scenario_or_have_problems(bytes in vec(any::<u8>(), 0..200)) {
        load(bytes)?;
    }

    #[test]
    fn brackets_are_a_scenario_or_have_problems(text in "([(){}\\[\\],:]|a|Some|1|\"x\"|\"| |\n|=|-){0,60}") {
        let text = format!("Scenario(name: \"x\", difficulty: easy, {text}");
        load(text.into())?;
    }
}

/// Runs to the end; the hash of the last state.
fn hash_after_run(scenario: &Scenario) -> u64 {
    let mut playback = Playback::new(scenario).unwrap();
    while playback.tick().unwrap() {}
    playback.simulation().state_hash()
}

/// What is drawn, in words.
fn portrait(difficulty: Difficulty, seed: u64) -> String {
    let scenario = generate(difficulty, seed);
    let names = |names: Vec<&str>| names.join(", ");
    let mut text = format!("{difficulty} {seed}\n");
    let services = scenario.services.iter().map(|service| &*service.name);
    let _ = writeln!(text, "  services: {}", names(services.collect()));
    for fault in &scenario.faults {
        let _ = writeln!(
            text,
            "  fault: {} on {} at speed {}",
            fault.kind, fault.service, fault.speed
        );
    }
    let herrings = scenario.red_herrings.iter().map(String::as_str);
    let _ = writeln!(text, "  red herrings: {}", names(herrings.collect()));
    let _ = writeln!(
        text,
        "  prompt injection: {}",
        scenario.prompt_injection.as_deref().unwrap_or("")
    );
    for service in scenario.initial_state().unwrap().services {
        let _ = writeln!(text, "  {}", service.name);
        for (metric, value) in service.metrics {
            let _ = writeln!(text, "    {metric}: {value}");
        }
    }
    let _ = writeln!(
        text,
        "  state hash after the run: {:016x}",
        hash_after_run(&scenario)
    );
    text
}

#[test]
fn what_is_drawn_is_as_agreed() {
    let mut text = String::new();
    for &difficulty in Difficulty::ALL {
        for seed in [0, 7, 42, u64::MAX] {
            text += &portrait(difficulty, seed);
        }
    }
    let different = difference(&workspace().join("tests/fixtures/generated.txt"), &text);
    assert_eq!(different, None);
}

/// Who calls whom among the services of the catalogue.
fn is_call(from: &str, to: &str) -> bool {
    let from = CATALOGUE.iter().find(|service| service.name == from);
    from.is_some_and(|service| service.calls.contains(&to))
}

fn is_connected(names: &[&str]) -> bool {
    let mut reached = vec![names[0]];
    let mut at = 0;
    while let Some(from) = reached.get(at).copied() {
        at += 1;
        let linked = |to: &&&str| is_call(from, to) || is_call(to, from);
        let new: Vec<&str> = names.iter().filter(linked).copied().collect();
        reached.extend(
            new.into_iter()
                .filter(|name| !reached.contains(name))
                .collect::<Vec<_>>(),
        );
    }
    reached.len() == names.len()
}

#[test]
fn every_episode_that_is_drawn_is_one_as_its_difficulty_wants_it() {
    for &difficulty in Difficulty::ALL {
        let (mut causes, mut kinds, mut meshes) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for seed in 0..300 {
            let scenario = generate(difficulty, seed);
            let context = format!("{difficulty} {seed}");
            assert_eq!(scenario.problems(), [], "{context}");
            let names: Vec<&str> = scenario.services.iter().map(|s| &*s.name).collect();
            assert_eq!(names.len(), difficulty.service_count(), "{context}");
            assert!(is_connected(&names), "{context}: {names:?}");
            let [fault] = scenario.faults.as_slice() else {
                panic!("{context}: not one fault");
            };
            let cause = &*fault.service;
            assert!(
                names.iter().any(|name| is_call(name, cause)),
                "{context}: nobody calls {cause}"
            );
            assert!(difficulty.fault_kinds().contains(&fault.kind), "{context}");
            assert_eq!(fault.speed, difficulty.fault_speed(), "{context}");
            let herrings: BTreeSet<&str> =
                scenario.red_herrings.iter().map(String::as_str).collect();
            assert_eq!(herrings.len(), difficulty.red_herring_count(), "{context}");
            assert_eq!(herrings.len(), scenario.red_herrings.len(), "{context}");
            assert!(!herrings.contains(cause), "{context}");
            assert!(
                herrings.iter().all(|name| names.contains(name)),
                "{context}"
            );
            let injection = scenario.prompt_injection.as_deref();
            assert_eq!(
                injection.is_some(),
                difficulty == Difficulty::Hard,
                "{context}"
            );
            assert!(
                injection.is_none_or(|name| herrings.contains(name)),
                "{context}"
            );
            causes.insert(cause.to_owned());
            kinds.insert(fault.kind.name());
            meshes.insert(names.join(" "));
        }
        // The draws are spread: no kind is left out, and meshes differ.
        assert_eq!(kinds.len(), difficulty.fault_kinds().len());
        assert!(causes.len() > 5, "{difficulty}: only {causes:?}");
        assert!(
            meshes.len() > 30,
            "{difficulty}: only {} meshes",
            meshes.len()
        );
    }
}

#[test]
fn an_episode_that_is_printed_runs_to_the_same_hash() {
    for &difficulty in Difficulty::ALL {
        for seed in 0..60 {
            let drawn = generate(difficulty, seed);
            let printed = Scenario::parse("printed.ron", &drawn.to_string()).unwrap();
            assert_eq!(printed, drawn);
            let short =
                format!("Scenario(name: \"short\", difficulty: {difficulty}, seed: {seed})");
            let short = Scenario::parse("short.ron", &short).unwrap();
            let again = Scenario::parse("again.ron", &short.to_string()).unwrap();
            assert_eq!(again, short);
            let hash = hash_after_run(&drawn);
            assert_eq!(hash, hash_after_run(&printed), "{difficulty} {seed}");
            assert_eq!(hash, hash_after_run(&short), "{difficulty} {seed}");
        }
    }
}

#[test]
fn files_for_other_readers_of_ron_may_say_what_they_need() {
    for head in [
        "#![enable(implicit_some)]\n",
        "#![enable(unwrap_newtypes, implicit_some,)]",
    ] {
        let text = format!("{head}Scenario(name: \"x\", difficulty: easy)");
        let scenario = Scenario::parse("file.ron", &text);
        assert!(scenario.is_ok(), "{scenario:?}");
        assert!(read_as_ron(&text).is_ok());
    }
}

#[test]
fn numbers_and_texts_may_be_written_in_every_way_of_ron() {
    let text = r##"
/* A comment /* in a comment */ */
Scenario(
    name: r#"raw "text" \n"#,
    description: "\x41\u{1F525}\'\"\\\n\t",
    seed: 0xff_u, ticks: 0b1010, slo_budget: +1_000.5e-1, slo_burn_per_tick: .5,
    services: { "a": (calls: []), }, // a comment
    faults: [ (kind: oom, service: Some("a"), speed: 5., metrics: {},), ],
    root_cause: None,
)"##
    .replace("0xff_u", "0xff_");
    let scenario = Scenario::parse("file.ron", &text).unwrap();
    assert_eq!(scenario.name, "raw \"text\" \\n");
    assert_eq!(scenario.description, "A\u{1F525}'\"\\\n\t");
    assert_eq!((scenario.seed, scenario.ticks), (255, 10));
    assert_eq!(scenario.slo_budget.remaining, 100.05);
    assert_eq!(scenario.slo_budget.burn_per_tick, 0.5);
    assert_eq!(scenario.faults[0].speed, 5.0);
    assert!(read_as_ron(&text).is_ok(), "{:?}", read_as_ron(&text));
}
