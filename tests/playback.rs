//! Scenarios side by side in a fleet come to what each comes to alone: verdicts, histories,
//! occurrences and every bit of the last state, whatever the others do and however long they take.

#![expect(clippy::unwrap_used, reason = "a test whose scenario is refused fails")]

use firewatch_action::{ActionCatalogue, ActionRequest, Comparison, Metrics, Operator};
use firewatch_response::{
    ExpectationOutcome, ExpectationVerdict, FleetPlayback, Playback, PlaybackEvent, Script,
    ServiceHistory,
};
use firewatch_scenario::{
    Check, Difficulty, Expectation, Fact, Fault, Quantity, Scenario, TimelineAction, TimelineEvent,
    When, generate,
};
use firewatch_sim::{EnvironmentRef, FaultKind, Status, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// All that comes of a run.
#[derive(Debug, PartialEq)]
struct Ending {
    verdicts: Vec<ExpectationVerdict>,
    histories: Vec<ServiceHistory>,
    events: Vec<PlaybackEvent>,
    impact_after_mitigation: bool,
    ticks: u64,
    hash: u64,
}

impl Ending {
    fn alone(scenario: &Scenario) -> Self {
        let mut playback = Playback::new(scenario.clone()).unwrap();
        while playback.tick().unwrap() {}
        Self {
            verdicts: playback.verdicts(),
            histories: playback.histories().to_vec(),
            events: playback.events().to_vec(),
            impact_after_mitigation: playback.impact().relapsed,
            ticks: playback.tick_count(),
            hash: playback.simulation().state_hash(),
        }
    }

    fn of(script: &Script, view: &EnvironmentRef) -> Self {
        Self {
            verdicts: script.verdicts(),
            histories: script.histories().to_vec(),
            events: script.events().to_vec(),
            impact_after_mitigation: script.impact(view).relapsed,
            ticks: view.clock().tick,
            hash: view.state_hash(),
        }
    }

    /// Without what is not kept where only outcomes are wanted.
    fn outcome_only(mut self) -> Self {
        self.events.clear();
        for history in &mut self.histories {
            history.statuses.drain(..history.statuses.len() - 1);
        }
        self
    }
}

/// Plays to the end; each scenario's ending when it was told to have ended, in their order.
fn play(mut playback: FleetPlayback) -> Vec<Ending> {
    let mut endings: Vec<Option<Ending>> = playback.scripts().iter().map(|_| None).collect();
    loop {
        for &index in playback.ended() {
            let script = &playback.scripts()[index];
            let read = |view: &EnvironmentRef| Ending::of(script, view);
            let ending = playback.fleet().read(index, read).unwrap();
            assert!(
                endings[index].replace(ending).is_none(),
                "{index} ended twice"
            );
        }
        if !playback.tick().unwrap() {
            break;
        }
    }
    assert_eq!(playback.running(), 0);
    endings.into_iter().map(|ending| ending.unwrap()).collect()
}

fn expect_as_alone(scenarios: &[Scenario]) {
    let together = play(FleetPlayback::new(scenarios.to_vec()).unwrap());
    let outcomes = play(
        FleetPlayback::new(scenarios.to_vec())
            .unwrap()
            .outcomes_only(),
    );
    for ((scenario, ending), outcome) in scenarios.iter().zip(together).zip(outcomes) {
        let alone = Ending::alone(scenario);
        assert_eq!(ending, alone, "{scenario}");
        assert_eq!(outcome, alone.outcome_only(), "{scenario}");
    }
}

/// What can be done to a generated incident, in numbers that are drawn.
#[derive(Clone, Debug)]
enum Deed {
    Halt,
    Inject(FaultKind, usize, f64),
    Set(usize, f64),
    Perform(usize, usize),
}

fn deeds() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => Just(Deed::Halt),
        1 => (select(FaultKind::BUILT_IN.to_vec()), 0..20_usize, 0.0..3.0)
            .prop_map(|(kind, service, speed)| Deed::Inject(kind, service, speed)),
        1 => (0..20_usize, 0.0..=1.0).prop_map(|(service, rate)| Deed::Set(service, rate)),
        3 => (0..72_usize, 0..20_usize).prop_map(|(action, service)| Deed::Perform(action, service)),
    ]
}

fn event(scenario: &Scenario, tick: u64, deed: Deed) -> TimelineEvent {
    let service = |index: usize| {
        scenario.services[index % scenario.services.len()]
            .name
            .clone()
    };
    let action = match deed {
        Deed::Halt => TimelineAction::Halt(scenario.root_cause_name().unwrap().to_owned()),
        Deed::Inject(kind, at, speed) => TimelineAction::Inject(Fault {
            speed,
            start_tick: tick,
            ..Fault::new(kind, service(at))
        }),
        Deed::Set(at, rate) => {
            let rate = ("http_server_error_rate".to_owned(), Value::Float(rate));
            TimelineAction::Set(service(at), Metrics::from([rate]))
        }
        Deed::Perform(index, at) => {
            let action = &ActionCatalogue::built_in(scenario.profile).actions()[index];
            TimelineAction::Perform(if action.needs_target() {
                ActionRequest::new(action.name(), &service(at))
            } else {
                ActionRequest::untargeted(action.name())
            })
        }
    };
    TimelineEvent { tick, action }
}

/// Expectations of every sort, about ticks within and behind the run.
fn expectations(scenario: &Scenario) -> Vec<Expectation> {
    let number = |operator, with| Comparison { operator, with };
    let critical = Comparison {
        operator: Operator::Ge,
        with: Status::Critical,
    };
    let service = scenario.services[0].name.clone();
    let checks = [
        Check::Status(service, critical),
        Check::Quantity(Quantity::Mttm, number(Operator::Lt, 9.0)),
        Check::Quantity(Quantity::SloBudget, number(Operator::Gt, 20.0)),
        Check::Fact(Fact::Mitigated),
        Check::Fact(Fact::SloBreached),
    ];
    let whens = [When::AtTick(0), When::AtTick(7), When::ByTick(12)];
    let whens = whens
        .into_iter()
        .chain([When::Always, When::Never, When::AtEnd]);
    let all = whens.flat_map(|when| checks.iter().map(move |check| (when, check.clone())));
    all.map(|(when, check)| Expectation { when, check })
        .collect()
}

fn incidents() -> impl Strategy<Value = Scenario> {
    let difficulties = [Difficulty::Easy, Difficulty::Medium, Difficulty::Hard];
    let timeline = vec((0..50_u64, deeds()), 0..6);
    let start = prop_oneof![3 => Just(0), 1 => 1..10_u64];
    (
        select(difficulties.to_vec()),
        any::<u64>(),
        0..60_u64,
        start,
        timeline,
    )
        .prop_map(|(difficulty, seed, ticks, start, timeline)| {
            let mut scenario = generate(difficulty, seed);
            scenario.ticks = ticks;
            scenario.faults[0].start_tick = start;
            let deeds = timeline.into_iter();
            scenario.timeline = deeds
                .map(|(tick, deed)| event(&scenario, tick, deed))
                .collect();
            scenario.expect = expectations(&scenario);
            scenario
        })
}

proptest! {
    #![proptest_config(firewatch_tests::property(24))]

    #[test]
    fn generated_incidents_come_to_what_they_come_to_alone(scenarios in vec(incidents(), 0..24)) {
        expect_as_alone(&scenarios);
    }
}

/// Every file, with seeds and numbers of ticks that differ from one to the next.
#[test]
fn every_file_comes_to_what_it_comes_to_alone() {
    let files = firewatch_tests::scenarios().into_iter();
    let loaded: Vec<Scenario> = files.map(|(_, scenario)| scenario).collect();
    let shorter = loaded.iter().enumerate().map(|(index, scenario)| {
        let index = index as u64;
        let ticks = scenario.ticks * (index % 4) / 3;
        let scenario = scenario.clone().with_seed(index);
        Scenario { ticks, ..scenario }
    });
    let all: Vec<Scenario> = loaded.iter().cloned().chain(shorter).collect();
    expect_as_alone(&all);
    let outcomes = play(FleetPlayback::new(loaded.clone()).unwrap()).into_iter();
    let mut outcomes = outcomes.flat_map(|ending| ending.verdicts);
    assert!(outcomes.all(|verdict| verdict.outcome == ExpectationOutcome::Passed));
}

#[test]
fn no_scenario_is_no_tick() {
    let mut playback = FleetPlayback::new([] as [Scenario; 0]).unwrap();
    assert!(!playback.tick().unwrap());
    assert!(playback.ended().is_empty());
    assert!(playback.take_events(0).is_err());
}
