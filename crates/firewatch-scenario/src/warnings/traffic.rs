//! What a reviewer would ask about load: overloads and retries.

use firewatch_sim::num::text_with_decimals;

use super::Reviewer;
use crate::codes;

impl Reviewer<'_> {
    pub(super) fn traffic(&mut self) {
        self.order = self.graph.callers_first();
        self.overloads();
        self.long_timeouts();
        self.short_timeouts();
        self.retries();
        self.circles();
    }

    /// Indices of the services that groups of users call, with the groups.
    pub(super) fn entries(&self) -> Vec<(usize, usize)> {
        let users = self.scenario.users.iter().enumerate();
        let entry = |service: &str| self.graph.indices.get(service).copied();
        users
            .filter_map(|(index, users)| Some((entry(&users.service)?, index)))
            .collect()
    }

    /// Services that get more requests at the start than they can work on, even if all goes well.
    fn overloads(&mut self) {
        let mut arriving = vec![0.0; self.scenario.services.len()];
        for (service, users) in self.entries() {
            arriving[service] += self.scenario.users[users].rps.at(0);
        }
        for &service in &self.order {
            let rps = arriving[service];
            for call in self.graph.calls_of(service) {
                arriving[call.to] += rps * call.call.usual_share();
            }
        }
        let holding = self.holding_s();
        for service in self.order.clone() {
            let workers = self.scenario.services[service].capacity.workers() as f64;
            let most = workers / holding[service];
            // Sums that have no end say nothing.
            if arriving[service].is_nan() || arriving[service] <= most {
                continue;
            }
            let name = self.name(service);
            let (rps, most) = (requests(arriving[service]), requests(most));
            let message =
                format!("`{name}` gets {rps} requests a second from the start and can do {most}");
            let help = "if that is not what the scenario is about, give it more `instances`, or less `rps` to its users";
            self.warn(codes::OVERLOADED, self.path_of(service), message, help);
        }
    }

    /// Seconds that a request holds a worker of each service while nobody waits for one.
    pub(super) fn holding_s(&self) -> Vec<f64> {
        let services = self.scenario.services.iter();
        let mut holding: Vec<f64> = services.map(|s| s.capacity.work_s()).collect();
        for &service in self.order.iter().rev() {
            let calls = self.graph.calls_of(service).iter();
            let waits = calls.filter(|call| !call.call.asynchronous).map(|call| {
                let wait_s = holding[call.to].min(call.call.timeout_s());
                wait_s * call.call.usual_share()
            });
            holding[service] += waits.sum::<f64>();
        }
        holding
    }

    /// The last of three or more calls in a chain that are tried again.
    fn retries(&mut self) {
        let mut chains: Vec<Chain> = vec![Chain::default(); self.scenario.services.len()];
        for (service, users) in self.entries() {
            let users = &self.scenario.users[users];
            let chain = Chain::default().with(users.retries(), "users".to_owned());
            chains[service] = chains[service].clone().or(chain);
        }
        for &service in &self.order {
            let before = chains[service].clone();
            for call in self.graph.calls_of(service) {
                let chain = before.clone().with(call.call.retries(), self.name(service));
                chains[call.to] = chains[call.to].clone().or(chain);
            }
        }
        let mut warnings = Vec::new();
        for call in self
            .order
            .iter()
            .flat_map(|&service| self.graph.calls_of(service))
        {
            let chain = chains[call.from]
                .clone()
                .with(call.call.retries(), self.name(call.from));
            let is_last = self
                .graph
                .calls_of(call.to)
                .iter()
                .all(|next| next.call.retries() == 0);
            if call.call.retries() == 0 || chain.levels < 3 || !is_last {
                continue;
            }
            let message = format!(
                "{} try again: when `{}` fails, one request becomes {}",
                chain.who(),
                self.name(call.to),
                requests(chain.attempts),
            );
            warnings.push((self.path_of_call(call, "retries"), message));
        }
        let help = "retries multiply along a chain: keep them at one of its levels";
        for (path, message) in warnings {
            self.warn(codes::MULTIPLIED_RETRIES, path, message, help);
        }
    }
}

/// Names that a warning shows.
pub(super) const FEW: usize = 4;
/// Numbers beyond which it does not matter how large they are.
const MANY: f64 = 1e15;

/// Who tries again on the way to a service.
#[derive(Clone)]
struct Chain {
    /// The first of them: users, or services.
    first: Vec<String>,
    /// How many they are.
    levels: usize,
    /// What one request becomes at worst.
    attempts: f64,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            levels: 0,
            attempts: 1.0,
        }
    }
}

impl Chain {
    fn with(mut self, retries: u64, who: String) -> Self {
        if retries > 0 {
            if self.first.len() < FEW {
                self.first.push(who);
            }
            self.levels += 1;
            self.attempts *= retries as f64 + 1.0;
        }
        self
    }

    /// Who they are, in words.
    fn who(&self) -> String {
        let first = self.first.iter().map(String::as_str);
        match self.levels - self.first.len() {
            0 => firewatch_ron::listed(first, "and"),
            more => format!("{} and {more} more", firewatch_ron::listed(first, ",")),
        }
    }

    /// The one of two with more attempts.
    fn or(self, other: Self) -> Self {
        if other.attempts > self.attempts {
            other
        } else {
            self
        }
    }
}

/// A number of requests with three digits.
fn requests(number: f64) -> String {
    match number >= MANY {
        true => "more than 1e15".to_owned(),
        false => text_with_decimals(number, 2),
    }
}
