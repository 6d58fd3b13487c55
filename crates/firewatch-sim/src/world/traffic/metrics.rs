//! The metrics of services that follow from traffic.
//!
//! Those of a process (memory, CPU, threads, descriptors) are of the mean instance, those of requests of all instances
//! together.

use bevy_ecs::prelude::*;
use firewatch_traffic::either;

use super::component::MeshTraffic;
use crate::world::num;
use crate::world::service::{
    RequestQueue, RequestTraffic, Runtime, RuntimeDiagnostics, ServiceInfo, Vitals,
};

/// The largest amount that a metric shows.
const MOST: f64 = 1e15;

/// So few requests per second are none: one in thirty years.
const NONE_RPS: f64 = 1e-9;

/// An amount, whatever a host has done to the state.
fn amount(value: f64) -> f64 {
    num::min(MOST, num::max(0.0, value))
}

fn count(value: f64) -> i64 {
    num::trunc(amount(value))
}

fn share(value: f64) -> f64 {
    num::min(1.0, num::max(0.0, value))
}

impl MeshTraffic {
    /// Attaches the metrics that only services with traffic have.
    pub(crate) fn attach_metrics(service: &mut EntityWorldMut) {
        fn attach<C: Component + Default>(service: &mut EntityWorldMut) {
            if !service.contains::<C>() {
                service.insert(C::default());
            }
        }
        attach::<RequestTraffic>(service);
        attach::<RequestQueue>(service);
        attach::<RuntimeDiagnostics>(service);
    }

    /// Writes all metrics of a service.
    pub(crate) fn write_metrics(&self, index: usize, service: &mut EntityWorldMut) {
        if let Ok((mut vitals, mut runtime, mut info)) =
            service.get_components_mut::<(&mut Vitals, &mut Runtime, &mut ServiceInfo)>()
        {
            self.write_vitals(index, &mut vitals, &mut runtime);
            vitals.status = vitals.derived_status();
            self.write_info(index, &mut info);
        }
        if let Some(mut requests) = service.get_mut() {
            self.write_requests(index, &mut requests);
        }
        if let Some(mut queue) = service.get_mut() {
            self.write_queue(index, &mut queue);
        }
        if let Some(mut diagnostics) = service.get_mut() {
            self.write_diagnostics(index, &mut diagnostics);
        }
    }

    /// Errors, latency, memory and descriptors.
    pub(crate) fn write_vitals(&self, index: usize, vitals: &mut Vitals, runtime: &mut Runtime) {
        let idle = self.shape.services[index].idle;
        vitals.http_server_error_rate = share(self.error_rate(index));
        vitals.http_server_request_duration_p99 = amount(self.state.service(index).latency_p99_s);
        // What is full is killed before the next tick.
        vitals.process_memory_utilization = share(self.memory_utilization(index));
        runtime.set_memory_usage(vitals.process_memory_utilization);
        let in_flight = count(self.in_flight_of_instance(index));
        runtime.process_open_file_descriptors =
            idle.open_file_descriptors.saturating_add(in_flight);
    }

    /// The share of requests that fail; while none arrive, the share that its own knobs would fail.
    fn error_rate(&self, index: usize) -> f64 {
        let (traffic, knobs) = (self.state.service(index), &self.knobs.services[index]);
        let ended = traffic.succeeded_rps + traffic.failed_rps;
        if traffic.arrived_rps > NONE_RPS {
            // Nothing ends while all of them hang.
            return if ended > 0.0 {
                traffic.failed_rps / ended
            } else {
                0.0
            };
        }
        if knobs.down || self.available(index) == 0.0 {
            1.0
        } else {
            either(knobs.error_ratio, knobs.unreachable_ratio)
        }
    }

    /// Requests in flight and CPU in use.
    pub(crate) fn write_info(&self, index: usize, info: &mut ServiceInfo) {
        let (traffic, idle) = (self.state.service(index), self.shape.services[index].idle);
        info.http_server_active_requests = count(traffic.busy_workers + traffic.queued);
        // Own work takes the CPU of a worker, waiting for calls or for added latency does not.
        let work_s =
            self.shape.mesh.services()[index].work_s * self.knobs.services[index].slow_factor;
        let working = (traffic.succeeded_rps + traffic.call_failed_rps) * work_s;
        let busy = if traffic.workers > 0.0 {
            share(working / traffic.workers)
        } else {
            0.0
        };
        info.process_cpu_utilization =
            share(idle.cpu_utilization + (1.0 - idle.cpu_utilization) * busy);
    }

    /// What waits, and how fast it is worked off.
    pub(crate) fn write_queue(&self, index: usize, queue: &mut RequestQueue) {
        let traffic = self.state.service(index);
        let drained = traffic.succeeded_rps + traffic.call_failed_rps;
        queue.http_server_request_queue_depth = Some(count(traffic.queued));
        queue.http_server_queue_drain_rate = Some(amount(drained));
    }

    /// Threads, and what waits for one.
    pub(crate) fn write_diagnostics(&self, index: usize, diagnostics: &mut RuntimeDiagnostics) {
        let (traffic, idle) = (self.state.service(index), self.shape.services[index].idle);
        let instances = num::max(1.0, self.available(index));
        let busy = count(traffic.busy_workers / instances);
        let most = diagnostics.runtime_jvm_threads_max.max(idle.threads);
        diagnostics.runtime_jvm_threads_count = idle.threads.saturating_add(busy).min(most);
        diagnostics.runtime_thread_pool_queue_depth = count(traffic.queued / instances);
    }

    /// Messages that wait for a service, and for how many seconds the oldest has; `None` where nobody sends it any.
    fn messages(&self, index: usize) -> Option<[f64; 2]> {
        let sent = self.shape.mesh.message_calls_to(index);
        let of_call = |call: usize| {
            let call = self.state.call(call);
            [call.messages_waiting, call.oldest_message_s]
        };
        sent.map(of_call)
            .reduce(|[waiting, oldest_s], [more, other_s]| {
                [waiting + more, num::max(oldest_s, other_s)]
            })
    }

    /// What no other component has.
    pub(crate) fn write_requests(&self, index: usize, requests: &mut RequestTraffic) {
        let traffic = self.state.service(index);
        let mesh = &self.shape.mesh;
        let (mut retries, mut open, mut coldest) = (0.0, 0.0, None);
        for &call in mesh.calls_of(index) {
            let has_cache = mesh.calls()[call].cache.is_some();
            let call = self.state.call(call);
            retries += call.retries_rps;
            open = num::max(open, call.breaker_open);
            if has_cache {
                let hits = share(call.cache_hit_share);
                coldest = Some(coldest.map_or(hits, |coldest| num::min(coldest, hits)));
            }
        }
        let messages = self.messages(index);
        *requests = RequestTraffic {
            http_server_request_rate: Some(amount(traffic.arrived_rps)),
            http_server_5xx_rate: Some(amount(traffic.error_rps + traffic.call_failed_rps)),
            http_server_refused_rate: Some(amount(traffic.refused_rps)),
            http_server_timeout_rate: Some(amount(traffic.timed_out_rps)),
            http_server_request_duration_median: Some(amount(traffic.latency_p50_s)),
            http_server_worker_utilization: Some(share(traffic.utilization)),
            http_server_request_queue_limit: Some(count(traffic.queue_limit)),
            http_client_retry_rate: Some(amount(retries)),
            http_client_circuit_breaker_open_ratio: Some(share(open)),
            http_client_cache_hit_ratio: coldest,
            messaging_consumer_lag: messages.map(|[waiting, _]| count(waiting)),
            messaging_consumer_freshness_seconds: messages.map(|[_, oldest_s]| amount(oldest_s)),
            k8s_deployment_pod_desired: Some(count(self.desired(index))),
            k8s_deployment_pod_available: Some(count(self.running(index))),
        };
    }
}
