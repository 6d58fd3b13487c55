//! One line a tick, with every metric of every service.

use std::io::Write;

use firewatch_sim::{EnvironmentRef, Value, read_metrics};
use serde::{Serialize, Serializer};

use super::case::Case;
use super::report::Report;
use crate::failure::Failure;
use crate::output::Output;

/// A line a tick.
pub struct JsonLines;

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    seed: u64,
    tick: u64,
    sim_time_seconds: i64,
    bcm_delta: f64,
    bad_customer_minutes: f64,
    slo_budget: f64,
    mttm: Option<u64>,
    services: Entries<'a, Entries<'a, Value>>,
}

/// An object whose entries keep their order.
struct Entries<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Entries<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Report for JsonLines {
    fn tick(
        &mut self,
        case: &Case,
        view: &EnvironmentRef,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let services = view
            .named_services()
            .map(|(name, service)| (name, Entries(read_metrics(service).collect())));
        let impact = view.impact();
        let line = Line {
            file: &case.file,
            seed: case.scenario.seed,
            tick: view.clock().tick,
            sim_time_seconds: view.clock().sim_time_seconds,
            bcm_delta: impact.bcm_delta,
            bad_customer_minutes: impact.bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            mttm: impact.mttm_achieved_tick,
            services: Entries(services.collect()),
        };
        serde_json::to_writer(&mut *out, &line)?;
        Ok(writeln!(out)?)
    }
}
