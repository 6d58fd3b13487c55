//! The baselines of a scenario's services: what a healthy one looks like, and what its role in the
//! incident changes about that. The order of the draws is part of what a seed means: it never changes.

use firewatch_sim::{
    PrecedingChange, Runtime, ServiceBlueprint, ServiceInfo, SmolStr, Status, Uptime, Vitals,
    round_decimal,
};

use crate::catalogue::{CatalogueService, DEFAULT_MEMORY_LIMIT_MEBIBYTES};
use crate::draws::{RandomStreams, StreamId};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Draws the services at the moment when the incident begins, status left out: each by its name and
/// its entry in the catalogue.
///
/// A red herring that is no service draws nothing. The change is the one that precedes the first fault, if
/// that begins at once, with the service that has it.
pub(crate) fn draw_services<'a>(
    draws: &mut impl RandomStreams,
    services: impl Iterator<Item = (&'a str, Option<&'a CatalogueService>)>,
    red_herrings: impl Iterator<Item = Option<usize>>,
    change: Option<(PrecedingChange, usize)>,
    drawn: &mut Vec<ServiceBlueprint>,
) {
    draws.select(StreamId::Baseline);
    drawn.clear();
    drawn.extend(services.map(|(name, entry)| healthy(name, entry, draws)));
    draws.select(StreamId::Degradation);
    for index in red_herrings.flatten() {
        let error_rate = round_decimal(0.05 + draws.unit() * (0.09 - 0.05), 4);
        if let Some(service) = drawn.get_mut(index) {
            service.vitals.http_server_error_rate = error_rate;
        }
    }
    if let Some((change, index)) = change
        && let Some(service) = drawn.get_mut(index)
    {
        draws.select(StreamId::Change);
        mark_recent_change(change, service, draws);
    }
}

/// A healthy service.
fn healthy(
    name: &str,
    entry: Option<&CatalogueService>,
    draws: &mut impl RandomStreams,
) -> ServiceBlueprint {
    let limit = entry.map_or(DEFAULT_MEMORY_LIMIT_MEBIBYTES, |service| {
        service.memory_limit_mebibytes
    }) << 20;
    let memory = 0.25 + draws.unit() * 0.15;
    let cpu = 0.10 + draws.unit() * 0.10;
    let latency = 0.05 + draws.unit() * 0.10;
    let active_requests = 30 + draws.whole(0, 80);
    let service_instance_id = instance_id(name, &draws.text::<6>(b"abcdef0123456789"));
    let service_version = version(draws);
    let error_rate = draws.unit() * 0.02;
    let descriptors = 80 + draws.whole(0, 80);
    let uptime = 3600 + draws.whole(0, 172_800);
    let sha = draws.text::<7>(DIGITS);
    let deployment_age = 3600 + draws.whole(0, 604_800);
    let config_revision = draws.whole(1, 20);
    let config_age = 3600 + draws.whole(0, 604_800);

    let mut vitals = Vitals::default();
    vitals.process_memory_utilization = round_decimal(memory, 4);
    vitals.http_server_request_duration_p99 = round_decimal(latency, 4);
    vitals.http_server_error_rate = round_decimal(error_rate, 4);
    let mut runtime = Runtime {
        process_memory_limit_bytes: limit,
        process_open_file_descriptors: descriptors,
        last_deployment_age_seconds: deployment_age,
        last_config_revision: config_revision,
        last_config_age_seconds: config_age,
        ..Runtime::default()
    };
    runtime.set_memory_usage(memory);
    ServiceBlueprint {
        vitals,
        runtime,
        uptime: Uptime {
            runtime_uptime_seconds: uptime,
        },
        info: ServiceInfo {
            service_version,
            service_instance_id,
            last_deployment_sha: sha,
            http_server_active_requests: active_requests,
            process_cpu_utilization: round_decimal(cpu, 4),
        },
        ..ServiceBlueprint::default()
    }
}

/// The start of the service's name and what was drawn for the instance, its end once more.
fn instance_id(name: &str, suffix: &SmolStr) -> SmolStr {
    let word = name.split('-').next().unwrap_or(name);
    let end = word.char_indices().nth(4).map_or(word.len(), |(at, _)| at);
    [&word[..end], "-", suffix, "-", &suffix[3..]]
        .into_iter()
        .collect()
}

fn version(draws: &mut impl RandomStreams) -> SmolStr {
    let mut digit = |first, count| DIGITS[first + draws.below(count)];
    let text = [b'v', digit(1, 3), b'.', digit(0, 10), b'.', digit(0, 10)];
    SmolStr::from_utf8(&text).unwrap_or_default()
}

/// Sets the status that follows from the vitals and the metrics that differ from them.
pub(crate) fn derive_status(service: &mut ServiceBlueprint) {
    let number = |name: &str, drawn: f64| match service.metrics.get(name) {
        // The blueprint is refused for a value that is no number.
        Some(value) => value.as_f64().unwrap_or(0.0),
        None => drawn,
    };
    let vitals = &service.vitals;
    let status = Status::derive(
        number("http_server_error_rate", vitals.http_server_error_rate),
        number(
            "http_server_request_duration_p99",
            vitals.http_server_request_duration_p99,
        ),
        number(
            "process_memory_utilization",
            vitals.process_memory_utilization,
        ),
    );
    service.vitals.status = status;
}

/// The change happened a short while ago.
fn mark_recent_change(
    change: PrecedingChange,
    service: &mut ServiceBlueprint,
    draws: &mut impl RandomStreams,
) {
    let runtime = &mut service.runtime;
    match change {
        PrecedingChange::Deployment { ages: [min, max] } => {
            runtime.last_deployment_age_seconds = draws.whole(min, max);
            service.info.last_deployment_sha = draws.text::<7>(DIGITS);
        }
        PrecedingChange::Configuration { ages: [min, max] } => {
            runtime.last_config_age_seconds = draws.whole(min, max);
            runtime.last_config_revision += 1;
        }
    }
}
