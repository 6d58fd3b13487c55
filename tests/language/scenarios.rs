//! Any scenario.

use std::collections::BTreeSet;

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_scenario::{
    CustomActions, CustomFiles, Difficulty, Fault, Goals, Physics, Scenario, Sweep, TimelineAction,
    TimelineEvent,
};
use firewatch_sim::{AdversarialLine, Engine, FaultKinds, ImpactMode, SloBudget};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::grids::grids;
use crate::parts::{Plan, drafts, expectation, expectations, plans, request, services};
use crate::values::{below, numbers, texts};

/// Every scenario that a file can say, of small size.
pub fn scenarios() -> impl Strategy<Value = Scenario> {
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
            custom_actions: CustomActions::default(),
            custom_fault_kinds: CustomFiles::default(),
            fault_kinds: FaultKinds::default(),
            engine: if is_single {
                Engine::SingleFault
            } else {
                Engine::default()
            },
            physics: Physics::default(),
            users: Vec::new(),
            generated: false,
            generator: firewatch_scenario::GeneratorVersion::default(),
            services,
            faults,
            absent_services: Vec::new(),
            user_facing: Vec::new(),
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
                        faults => TimelineAction::Halt(index.get(faults).service.clone()),
                    }
                }
                Plan::Inject(_) if is_single => continue,
                Plan::Inject(draft) => TimelineAction::Inject(draft.fault(&names, tick)),
                Plan::Set(index, metrics) => {
                    TimelineAction::Set(index.get(&names).clone(), metrics)
                }
                Plan::Perform(action, at, choice) => {
                    let actions = ActionCatalogue::built_in(profile).actions();
                    TimelineAction::Perform(request(
                        action.get(actions),
                        &names[at.index(names.len())],
                        choice,
                    ))
                }
            };
            scenario.timeline.push(TimelineEvent { tick, action });
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
