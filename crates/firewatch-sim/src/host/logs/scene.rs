//! What the places of log lines are filled in from: one service at one moment.

use bevy_ecs::prelude::*;

use super::draw::Draw;
use crate::host::view::EnvironmentRef;
use crate::world::environment::{Clock, SECONDS_PER_TICK};
use crate::world::fault::EvidenceContext;
use crate::world::log_template::{LogTemplate, When};
use crate::world::metric;
use crate::world::process::Process;
use crate::world::service::{RequestQueue, Runtime, ServiceInfo, Uptime, Vitals};
use crate::world::value::Value;

const MEBIBYTE: i64 = 1 << 20;
/// Share of failed requests below which some are served.
const SERVES_NOBODY: f64 = 0.95;
/// Error rate that a kill leaves at least.
const ERRORS_OF_KILL: f64 = 0.9;
const MEDIAN: &str = "http_server_request_duration_median";
/// Connections of a pool that has none to spare, unless metrics tell.
const POOL: (i64, i64) = (2, 2);

/// A service of an environment.
pub(super) struct Scene<'a> {
    pub(super) service: &'a str,
    pub(super) vitals: &'a Vitals,
    pub(super) clock: Clock,
    entity: EntityRef<'a>,
    process: Process,
    runtime: &'a Runtime,
    uptime: &'a Uptime,
    info: &'a ServiceInfo,
    view: &'a EnvironmentRef<'a>,
    index: usize,
}

impl<'a> Scene<'a> {
    /// Returns the scene of the service; `None` if the mesh has none of that name, or a damaged one.
    pub(super) fn new(view: &'a EnvironmentRef<'a>, service: &'a str) -> Option<Self> {
        let entity = view.service(service)?;
        let (vitals, runtime, uptime, info) = entity
            .get_components::<(&Vitals, &Runtime, &Uptime, &ServiceInfo)>()
            .ok()?;
        Some(Self {
            service,
            vitals,
            clock: view.clock(),
            entity,
            process: Process::of(service),
            runtime,
            uptime,
            info,
            view,
            index: view.topology().service(service)?,
        })
    }

    /// Returns what the evidence of a host's kind of fault is made of.
    pub(super) fn evidence(&self) -> EvidenceContext<'_> {
        EvidenceContext {
            service: self.service,
            vitals: self.vitals,
            runtime: self.runtime,
            info: self.info,
            index: self.index,
            topology: self.view.topology(),
        }
    }

    /// Returns the services that this one calls, in or outside the mesh.
    pub(super) fn callees(&self) -> Vec<&'a str> {
        self.view.topology().callees(self.index)
    }

    /// Returns the text of the line, if the service writes it now.
    pub(super) fn write(&self, line: &LogTemplate, draw: &mut Draw) -> Option<String> {
        let is_written = line.is_of(self.process) && self.holds(line.when);
        is_written.then(|| self.fill(line.text, draw)).flatten()
    }

    fn holds(&self, when: When) -> bool {
        let vitals = self.vitals;
        match when {
            When::Always => true,
            When::Errors(min) => vitals.http_server_error_rate >= min,
            When::Serving => vitals.http_server_error_rate < SERVES_NOBODY,
            When::Latency(min) => vitals.http_server_request_duration_p99 >= min,
            When::Memory(min) => vitals.process_memory_utilization >= min,
            When::Descriptors(min) => self.runtime.process_open_file_descriptors >= min,
            When::Metric(name, min) => self.number(name).is_some_and(|number| number >= min),
            When::InLoop => self.is_in_loop(),
            When::OutsideLoop => !self.is_in_loop(),
            When::CallsNothing => self.callees().is_empty(),
            When::Started => self.has_just_started(),
            When::Killed(utilization) => self.was_just_killed(utilization),
        }
    }

    fn is_in_loop(&self) -> bool {
        let queue = self.entity.get::<RequestQueue>();
        queue.is_some_and(|queue| queue.metastable_feedback_loop_active == Some(true))
    }

    /// Whether the process started at the beginning of the last tick: one that starts after it, by an action, has
    /// its line in the next.
    fn has_just_started(&self) -> bool {
        self.clock.tick > 0 && self.uptime.runtime_uptime_seconds == SECONDS_PER_TICK
    }

    /// Whether all that a kill leaves is there, memory to the bit: an action that starts the process leaves other
    /// values.
    fn was_just_killed(&self, utilization: f64) -> bool {
        self.has_just_started()
            && self.runtime.restart_count > 0
            && self.vitals.process_memory_utilization == utilization
            && self.vitals.http_server_error_rate >= ERRORS_OF_KILL
    }

    fn number(&self, name: &str) -> Option<f64> {
        metric::read(self.entity, name)?.as_f64()
    }

    /// Fills in the places of a text; `None` if there is nothing for one of them.
    fn fill(&self, text: &str, draw: &mut Draw) -> Option<String> {
        let mut filled = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some((before, place)) = rest.split_once('{') {
            let (name, after) = place.split_once('}')?;
            filled.push_str(before);
            filled.push_str(&self.place(name, draw)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn place(&self, name: &str, draw: &mut Draw) -> Option<String> {
        let p99 = self.vitals.http_server_request_duration_p99;
        Some(match name {
            "errors" => percent(self.vitals.http_server_error_rate),
            "memory" => self.memory(),
            "limit" => (self.runtime.process_memory_limit_bytes / MEBIBYTE).to_string(),
            "p99_ms" => milliseconds(p99),
            "p99_s" => format!("{p99:.2}"),
            "descriptors" => self.runtime.process_open_file_descriptors.to_string(),
            "requests" => self.info.http_server_active_requests.to_string(),
            "sha" => self.info.last_deployment_sha.to_string(),
            "version" => self.info.service_version.to_string(),
            "status" => self.vitals.status.to_string(),
            "pool" => self.pool(),
            "peer" => (*self.callees().first()?).to_owned(),
            "peer_port" => Process::of(self.callees().first()?).port().to_string(),
            "gc_ms" => format!("{:.0}", self.number("runtime_gc_pause_duration_ms")?),
            // Drawn. One request in a hundred takes longer than the 99th percentile, and half of them than the median, which
            // only traffic tells.
            "ms" => milliseconds(match self.number(MEDIAN) {
                Some(median) => draw.between(0.5, 1.5) * median,
                None => draw.between(0.15, 0.85) * p99,
            }),
            "tail_ms" => milliseconds(draw.between(1.05, 1.5) * p99),
            "small" => (1 + draw.below(9)).to_string(),
            "octet" => (2 + draw.below(250)).to_string(),
            "hex" => format!("{:06x}", draw.below(1 << 24)),
            _ => return self.metric(name),
        })
    }

    /// Memory in use as a share of the limit, and in mebibytes if these metrics say the same.
    fn memory(&self) -> String {
        let share = percent(self.vitals.process_memory_utilization);
        let (used, limit) = (
            self.runtime.process_memory_usage_bytes,
            self.runtime.process_memory_limit_bytes,
        );
        let of_limit = used as f64 / limit as f64;
        // Also false for a limit of 0.
        if (of_limit - self.vitals.process_memory_utilization).abs() < 0.000_5 {
            format!("{share} ({}MB/{}MB)", used / MEBIBYTE, limit / MEBIBYTE)
        } else {
            share
        }
    }

    /// The connections of a pool that runs dry.
    fn pool(&self) -> String {
        let metric = |name| match metric::read(self.entity, name)? {
            Value::Int(count) => Some(count),
            _ => None,
        };
        let found = metric("db_max_connections").zip(metric("db_active_connections"));
        let (total, active) = found.unwrap_or(POOL);
        let idle = total.saturating_sub(active).max(0);
        format!("total={total}, active={active}, idle={idle}")
    }

    /// A metric by its name; one that is an empty text has nothing to tell.
    fn metric(&self, place: &str) -> Option<String> {
        if let Some(name) = place.strip_suffix(":percent") {
            return self.number(name).map(percent);
        }
        if let Some(name) = place.strip_suffix(":rate") {
            return self.number(name).map(|rate| format!("{rate:.1}"));
        }
        let value = metric::read(self.entity, place)?.to_string();
        let text = value.trim_matches('"');
        (!text.is_empty()).then(|| text.to_owned())
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.1}%", ratio * 100.0)
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.0}", seconds * 1000.0)
}
