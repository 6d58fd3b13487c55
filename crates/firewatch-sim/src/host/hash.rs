//! The fingerprint of an environment's state. Not cryptographic; stable across platforms.

mod plain;
mod words;

use crate::host::view::EnvironmentRef;
use crate::world::metric;
use crate::world::value::Value;
use words::Words;

/// Version of [`EnvironmentRef::state_hash`](crate::EnvironmentRef::state_hash). It rises when the same state gets
/// another hash: who keeps hashes keeps it with them.
pub const STATE_HASH_VERSION: u32 = 3;

impl EnvironmentRef<'_> {
    /// A fingerprint of the state: equal states have equal ones on every platform and in every run.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        StateHasher::hash(self)
    }
}

struct StateHasher(Words);

impl StateHasher {
    /// Everything that a tick can change or read, in a fixed order. Log scripts are left out: no tick
    /// does either.
    fn hash(view: &EnvironmentRef) -> u64 {
        let mut hasher = Self(Words::default());
        hasher.shape(view);
        let (clock, impact, budget) = (view.clock(), view.impact(), view.slo_budget());
        hasher.0.word(clock.tick);
        hasher.0.word(clock.sim_time_seconds.cast_unsigned());
        hasher.0.word(budget.remaining.to_bits());
        hasher.0.word(budget.burn_per_tick.to_bits());
        hasher.0.word(impact.bcm_delta.to_bits());
        hasher.0.word(impact.bad_customer_minutes.to_bits());
        hasher.0.word(impact.zero_streak);
        hasher.0.option(impact.mttm_achieved_tick);
        hasher.0.word(view.faults().count() as u64);
        for fault in view.faults() {
            hasher.0.text(view.fault_kind(fault).name());
            hasher.0.text(view.fault_service(fault));
            hasher.0.word(fault.speed.to_bits());
            hasher.0.word(fault.halted.into());
            hasher.0.option(fault.halted_at_tick);
            hasher.0.word(fault.progression_tick);
        }
        for (name, service) in view.named_services() {
            hasher.0.text(name);
            for (name, value) in metric::read_all(service) {
                hasher.0.text(name);
                hasher.value(&value);
            }
        }
        if let Some(traffic) = view.traffic_component() {
            plain::add(&mut hasher.0, &traffic.capture(view.topology()));
            for course in &traffic.courses {
                plain::add(&mut hasher.0, &course.course);
            }
        }
        hasher.0.finish()
    }

    /// The rules and the mesh.
    fn shape(&mut self, view: &EnvironmentRef) {
        let environment = view.environment();
        self.0.text(environment.engine().name());
        self.0.text(environment.impact_mode().name());
        self.0.text(environment.root_cause().unwrap_or_default());
        // Each list is told apart from what follows by its length.
        for (caller, callees) in view.topology().dependencies() {
            self.0.word(1 + callees.len() as u64);
            self.0.text(caller);
            callees.into_iter().for_each(|callee| self.0.text(callee));
        }
        self.0.word(0);
        self.0.word(view.topology().red_herrings().count() as u64);
        view.topology()
            .red_herrings()
            .for_each(|name| self.0.text(name));
    }

    /// A value, its type first; numbers that are equal count as the same whatever they are
    /// written as, up to 2^53.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(b) => self.tagged(1, u64::from(*b)),
            Value::Int(n) if *n as f64 as i64 == *n => self.value(&Value::Float(*n as f64)),
            Value::Int(n) => self.tagged(2, n.cast_unsigned()),
            // Adding zero makes the negative zero the positive one.
            Value::Float(x) => self.tagged(3, (x + 0.0).to_bits()),
            Value::Text(text) => {
                self.tagged(4, 0);
                self.0.text(text);
            }
            Value::List(items) => {
                self.tagged(5, items.len() as u64);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(entries) => {
                self.tagged(6, entries.len() as u64);
                for (name, value) in entries {
                    self.0.text(name);
                    self.value(value);
                }
            }
        }
    }

    fn tagged(&mut self, tag: u64, word: u64) {
        self.0.word(tag);
        self.0.word(word);
    }
}
