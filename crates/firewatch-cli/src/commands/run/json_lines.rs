//! The JSON Lines report: one line per tick, with every metric of every service.

use std::io::Write;

use firewatch_response::Playback;
use firewatch_sim::{Value, read_metrics};
use serde::{Serialize, Serializer};

use super::case::RunCase;
use super::report::Report;
use super::traffic::{UsersTick, users_of};
use crate::failure::Failure;
use crate::ui::output::Output;

/// One line per tick.
pub struct JsonLinesReport;

#[derive(Serialize)]
struct TickLine<'a> {
    file: &'a str,
    seed: u64,
    tick: u64,
    sim_time_seconds: i64,
    bcm_delta: f64,
    bad_customer_minutes: f64,
    slo_budget: f64,
    mttm: Option<u64>,
    services: OrderedObject<'a, OrderedObject<'a, Value>>,
    #[serde(skip_serializing_if = "OrderedObject::is_empty")]
    users: OrderedObject<'a, UsersTick<'a>>,
}

/// An object that keeps the order of its entries.
struct OrderedObject<'a, T>(Vec<(&'a str, T)>);

impl<T> OrderedObject<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for OrderedObject<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Report for JsonLinesReport {
    fn tick(
        &mut self,
        case: &RunCase,
        playback: &Playback,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let view = playback.view();
        let services = view
            .named_services()
            .map(|(name, service)| (name, OrderedObject(read_metrics(service).collect())));
        let users = users_of(&view).into_iter();
        let impact = playback.impact();
        let line = TickLine {
            file: &case.file,
            seed: case.scenario.seed,
            tick: view.clock().tick,
            sim_time_seconds: view.clock().sim_time_seconds,
            bcm_delta: impact.bad_customer_minutes_now,
            bad_customer_minutes: impact.bad_customer_minutes,
            slo_budget: view.slo_budget().remaining,
            mttm: impact.mttm_tick,
            services: OrderedObject(services.collect()),
            users: OrderedObject(users.map(|users| (users.name, users)).collect()),
        };
        serde_json::to_writer(&mut *out, &line)?;
        Ok(writeln!(out)?)
    }
}
