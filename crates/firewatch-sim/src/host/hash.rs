//! The fingerprint of an environment's state. Not cryptographic; stable across platforms.

use crate::host::view::EnvironmentRef;
use crate::world::metric;
use crate::world::value::Value;

/// Version of [`EnvironmentRef::state_hash`](crate::EnvironmentRef::state_hash). It rises when the same state gets
/// another hash: who keeps hashes keeps it with them.
pub const STATE_HASH_VERSION: u32 = 1;

impl EnvironmentRef<'_> {
    /// A fingerprint of the state: equal states have equal ones on every platform and in every run.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        StateHasher::hash(self)
    }
}

struct StateHasher(u64);

impl StateHasher {
    /// Everything that a tick can change or read, in a fixed order. Log scripts are left out: no tick
    /// does either.
    fn hash(view: &EnvironmentRef) -> u64 {
        let mut hasher = Self(0);
        hasher.shape(view);
        let (clock, impact, budget) = (view.clock(), view.impact(), view.slo_budget());
        hasher.word(clock.tick);
        hasher.word(clock.sim_time_seconds.cast_unsigned());
        hasher.word(budget.remaining.to_bits());
        hasher.word(budget.burn_per_tick.to_bits());
        hasher.word(impact.bcm_delta.to_bits());
        hasher.word(impact.bad_customer_minutes.to_bits());
        hasher.word(impact.zero_streak);
        hasher.option(impact.mttm_achieved_tick);
        hasher.word(view.faults().count() as u64);
        for fault in view.faults() {
            hasher.text(view.fault_kind(fault).name());
            hasher.text(view.fault_service(fault));
            hasher.word(fault.speed.to_bits());
            hasher.word(fault.halted.into());
            hasher.option(fault.halted_at_tick);
            hasher.word(fault.progression_tick);
        }
        for (name, service) in view.named_services() {
            hasher.text(name);
            for (name, value) in metric::read_all(service) {
                hasher.text(name);
                hasher.value(&value);
            }
        }
        hasher.finish()
    }

    /// The rules and the mesh.
    fn shape(&mut self, view: &EnvironmentRef) {
        let environment = view.environment();
        self.text(environment.engine().name());
        self.text(environment.impact_mode().name());
        self.text(environment.root_cause().unwrap_or_default());
        // Each list is told apart from what follows by its length.
        for (caller, callees) in view.topology().dependencies() {
            self.word(1 + callees.len() as u64);
            self.text(caller);
            callees.into_iter().for_each(|callee| self.text(callee));
        }
        self.word(0);
        self.word(view.topology().red_herrings().count() as u64);
        view.topology()
            .red_herrings()
            .for_each(|name| self.text(name));
    }

    fn word(&mut self, word: u64) {
        // Multiplication by an odd constant and the xor of the high half are both one-to-one, so no
        // word can be lost; the constant is 2^64 over the golden ratio.
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }

    fn option(&mut self, word: Option<u64>) {
        self.word(word.is_some().into());
        self.word(word.unwrap_or(0));
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
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
                self.text(text);
            }
            Value::List(items) => {
                self.tagged(5, items.len() as u64);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(entries) => {
                self.tagged(6, entries.len() as u64);
                for (name, value) in entries {
                    self.text(name);
                    self.value(value);
                }
            }
        }
    }

    fn tagged(&mut self, tag: u64, word: u64) {
        self.word(tag);
        self.word(word);
    }

    fn finish(self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^ (hash >> 33)
    }
}
