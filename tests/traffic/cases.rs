//! Cases that a request-level simulation computed: reading them, and running the model on them.

use std::collections::BTreeMap;
use std::path::Path;

use firewatch_traffic::{
    Breaker, CallSpec, Knobs, Mesh, ServiceSpec, ServiceTraffic, State, UserSpec, UserTraffic,
};
use serde::Deserialize;

/// A mean over seeds, and the standard deviation.
pub type Measured = [f64; 2];

#[derive(Deserialize)]
pub struct Case {
    pub case: String,
    ticks: usize,
    tick_s: f64,
    pub services: Vec<Service>,
    pub users: Vec<Users>,
    pub events: Vec<Event>,
    pub trace: Vec<Tick>,
}

#[derive(Deserialize)]
pub struct Service {
    pub name: String,
    pub instances: u32,
    pub concurrency: u32,
    work_s: f64,
    queue_limit: f64,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    to: String,
    timeout_s: f64,
    retries: u32,
    backoff_s: f64,
    optional: bool,
    share: f64,
    fallback: Option<String>,
    breaker: Option<CallBreaker>,
}

#[derive(Deserialize)]
struct CallBreaker {
    failure_ratio: f64,
    min_requests: f64,
    window_s: f64,
    open_s: f64,
}

#[derive(Deserialize)]
pub struct Users {
    service: String,
    rps: f64,
    timeout_s: f64,
    retries: u32,
    backoff_s: f64,
}

#[derive(Deserialize)]
pub struct Event {
    /// It happens just before this tick, counted from 1.
    pub before_tick: usize,
    pub service: String,
    pub set: String,
    pub to: f64,
}

#[derive(Deserialize)]
pub struct Tick {
    pub services: BTreeMap<String, ServiceTick>,
    pub users: Vec<UserTick>,
}

#[derive(Deserialize)]
pub struct ServiceTick {
    pub arrived_rps: Measured,
    pub ok_rps: Measured,
    pub busy_workers: Measured,
}

#[derive(Deserialize)]
pub struct UserTick {
    pub sent_rps: Measured,
    pub ok_rps: Measured,
    pub latency_p99_s: Measured,
}

/// What the model made of a tick.
pub struct Modelled {
    pub services: Vec<ServiceTraffic>,
    pub users: Vec<UserTraffic>,
}

impl Case {
    /// Reads the cases of a folder, by name.
    pub fn read_all(folder: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(folder).expect("the folder of cases can be read");
        let mut paths: Vec<_> = entries
            .map(|entry| entry.expect("it is there").path())
            .collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let text = std::fs::read_to_string(path).expect("a case can be read");
            serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        paths.iter().map(read).collect()
    }

    fn index(&self, name: &str) -> usize {
        let found = self
            .services
            .iter()
            .position(|service| service.name == name);
        found.unwrap_or_else(|| panic!("{}: there is no service {name}", self.case))
    }

    pub fn mesh(&self) -> Mesh {
        let services = self.services.iter().map(|service| ServiceSpec {
            instances: service.instances,
            concurrency: service.concurrency,
            work_s: service.work_s,
            queue_limit: service.queue_limit,
        });
        let calls = self
            .services
            .iter()
            .enumerate()
            .flat_map(|(from, service)| {
                service.calls.iter().map(move |call| CallSpec {
                    from,
                    to: self.index(&call.to),
                    timeout_s: call.timeout_s,
                    retries: call.retries,
                    backoff_s: call.backoff_s,
                    share: call.share,
                    optional: call.optional,
                    fallback: call.fallback.as_deref().map(|name| self.index(name)),
                    breaker: call.breaker.as_ref().map(|breaker| Breaker {
                        failure_ratio: breaker.failure_ratio,
                        min_requests: breaker.min_requests,
                        window_s: breaker.window_s,
                        open_s: breaker.open_s,
                    }),
                    cache: None,
                    asynchronous: false,
                })
            });
        let users = self.users.iter().map(|users| UserSpec {
            service: self.index(&users.service),
            rate_rps: users.rps,
            patience_s: users.timeout_s,
            retries: users.retries,
            backoff_s: users.backoff_s,
        });
        Mesh::new(services.collect(), calls.collect(), users.collect()).expect("a case is a mesh")
    }

    /// Runs the model: one tick of warm-up, which is thrown away, then the case's.
    pub fn run(&self) -> Vec<Modelled> {
        let mesh = self.mesh();
        let mut knobs = Knobs::new(&mesh);
        let mut state = State::new(&mesh);
        state.tick(&mesh, &knobs, self.tick_s);
        let tick = |tick| {
            for event in self.events.iter().filter(|event| event.before_tick == tick) {
                self.turn(&mesh, &mut knobs, event);
            }
            state.tick(&mesh, &knobs, self.tick_s);
            Modelled {
                services: (0..mesh.services().len())
                    .map(|index| state.service(index))
                    .collect(),
                users: (0..mesh.users().len())
                    .map(|index| state.user(index))
                    .collect(),
            }
        };
        (1..=self.ticks).map(tick).collect()
    }

    fn turn(&self, mesh: &Mesh, knobs: &mut Knobs, event: &Event) {
        let index = self.index(&event.service);
        let service = &mut knobs.services[index];
        match event.set.as_str() {
            "error_ratio" => service.error_ratio = event.to,
            "added_latency_s" => service.added_latency_s = event.to,
            "slow_factor" => service.slow_factor = event.to,
            "instances" => service.instances = Some(event.to),
            "down" => service.down = event.to > 0.0,
            "unreachable" => service.unreachable_ratio = event.to,
            "queue_limit" => service.queue_limit = Some(event.to),
            "retries" => {
                for &call in mesh.calls_of(index) {
                    knobs.calls[call].retries = Some(event.to as u32);
                }
            }
            "rps" => {
                for (users, spec) in knobs.users.iter_mut().zip(mesh.users()) {
                    if spec.service == index {
                        users.rate_rps = event.to;
                    }
                }
            }
            other => panic!("{}: unknown event {other}", self.case),
        }
    }
}
