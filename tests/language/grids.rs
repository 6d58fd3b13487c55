//! The grid of any scenario.

use std::collections::BTreeMap;

use firewatch_scenario::{Axis, Halt, MetricAxis, Scenario, Seeds, Sweep};
use firewatch_sim::FaultKind;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::values::{below, distinct, numbers};

/// A grid whose services are still to be chosen.
#[derive(Clone, Debug)]
pub struct Grid {
    /// How far each range of seeds is from the one before it, and how many seeds it has.
    pub seeds: Vec<(u64, u64)>,
    /// Whether each service with faults varies by itself, of each sort.
    pub apart: [bool; 4],
    pub speeds: Vec<f64>,
    pub kinds: Vec<FaultKind>,
    pub starts: Vec<Index>,
    /// Of the memory utilization of the first service.
    pub memory: Vec<f64>,
    pub halts: Vec<Index>,
    pub never: bool,
}

pub fn grids() -> impl Strategy<Value = Grid> {
    let gaps = prop_oneof![0..3_u64, 0..u64::MAX / 8];
    let counts = prop_oneof![Just(1), 1..100_u64];
    (
        vec((gaps, counts), 0..4),
        any::<[bool; 4]>(),
        vec(numbers(0.0, 100.0), 0..4),
        vec(select(FaultKind::BUILT_IN.to_vec()), 0..4),
        vec(any::<Index>(), 0..4),
        vec(numbers(0.0, 1.0), 0..4),
        vec(any::<Index>(), 0..4),
        any::<bool>(),
    )
        .prop_map(
            |(seeds, apart, speeds, kinds, starts, memory, halts, never)| Grid {
                seeds,
                apart,
                speeds,
                kinds,
                starts,
                memory,
                halts,
                never,
            },
        )
}

impl Grid {
    pub fn sweep(self, scenario: &Scenario) -> Sweep {
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
        let begins = self.starts.iter();
        let begins = begins.map(|tick| below(tick, scenario.ticks)).collect();
        let metric = self.memory.into_iter().map(f64::to_bits).collect();
        let metric = distinct(metric).into_iter().map(f64::from_bits);
        let metric = MetricAxis {
            service: scenario.services[0].name.clone(),
            metric: "process_memory_utilization".to_owned(),
            values: metric.collect(),
        };
        let services: Vec<String> = starts.into_keys().collect();
        let speeds = self.speeds.into_iter().map(f64::to_bits).collect();
        let speeds = distinct(speeds).into_iter().map(f64::from_bits).collect();
        Sweep {
            seeds: seeds.collect(),
            speed: axes(speeds, &services, self.apart[0]),
            level: Vec::new(),
            kind: axes(distinct(self.kinds), &services, self.apart[1]),
            start: axes(distinct(begins), &services, self.apart[3]),
            metric: { Some(metric).into_iter() }
                .filter(|axis| !axis.values.is_empty())
                .collect(),
            halt: axes(distinct(halts), &services, self.apart[2]),
        }
    }
}

pub fn axes<T: Clone>(values: Vec<T>, services: &[String], apart: bool) -> Vec<Axis<T>> {
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
