//! From which tick on two runs differ, and in what.

use std::collections::BTreeMap;

use firewatch_sim::{EnvironmentRef, Value, read_metrics};

/// A value that differs: its name, and what it is in either run.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueDifference {
    pub name: String,
    /// `None` where the run does not have the value.
    pub values: [Option<Value>; 2],
}

/// The first tick in which a service or a group of users differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub tick: u64,
    pub values: Vec<ValueDifference>,
}

/// The first differences of two runs, by service and by group of users that both have.
#[derive(Debug, Default)]
pub struct Differences {
    services: BTreeMap<String, Difference>,
    users: BTreeMap<String, Difference>,
}

type Values<'a> = Vec<(&'a str, Value)>;

impl Differences {
    /// Compares two runs after the same tick.
    pub fn record(&mut self, left: &EnvironmentRef, right: &EnvironmentRef) {
        let tick = left.clock().tick;
        for (name, service) in left.named_services() {
            if let (false, Some(other)) = (self.services.contains_key(name), right.service(name)) {
                let sides = [service, other].map(|service| read_metrics(service).collect());
                note(&mut self.services, name, tick, sides);
            }
        }
        let (Some(left), Some(right)) = (left.traffic(), right.traffic()) else {
            return;
        };
        for users in left.users() {
            let other = right.users().find(|other| other.name == users.name);
            if let (false, Some(other)) = (self.users.contains_key(users.name), other) {
                let sides = [users, other].map(|users| {
                    let of = users.traffic;
                    vec![
                        ("succeeded_rps", Value::Float(of.succeeded_rps)),
                        ("failed_rps", Value::Float(of.failed_rps)),
                        ("latency_p99_s", Value::Float(of.latency_p99_s)),
                    ]
                });
                note(&mut self.users, users.name, tick, sides);
            }
        }
    }

    /// Returns the first difference of a service.
    pub fn of_service(&self, name: &str) -> Option<&Difference> {
        self.services.get(name)
    }

    /// Returns the first difference of a group of users.
    pub fn of_users(&self, name: &str) -> Option<&Difference> {
        self.users.get(name)
    }

    /// Returns the first tick in which anything differs.
    pub fn first_tick(&self) -> Option<u64> {
        let all = self.services.values().chain(self.users.values());
        all.map(|difference| difference.tick).min()
    }
}

fn note(
    found: &mut BTreeMap<String, Difference>,
    name: &str,
    tick: u64,
    [left, right]: [Values; 2],
) {
    if left == right {
        return;
    }
    let values = differing(left, right);
    found.insert(name.to_owned(), Difference { tick, values });
}

/// Returns the values that differ, in the order of the left run.
fn differing(left: Values, right: Values) -> Vec<ValueDifference> {
    let mut others: Vec<Option<(&str, Value)>> = right.into_iter().map(Some).collect();
    let mut differing = Vec::new();
    let mut add = |name: &str, values: [Option<Value>; 2]| {
        if values[0] != values[1] {
            let name = name.to_owned();
            differing.push(ValueDifference { name, values });
        }
    };
    for (name, value) in left {
        let is_same = |other: &&mut Option<(&str, Value)>| {
            other.as_ref().is_some_and(|(other, _)| *other == name)
        };
        let other = others.iter_mut().find(is_same).and_then(Option::take);
        add(name, [Some(value), other.map(|(_, value)| value)]);
    }
    for (name, value) in others.into_iter().flatten() {
        add(name, [None, Some(value)]);
    }
    differing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_one_run_lacks_differ() {
        let (one, two) = (Value::Int(1), Value::Int(2));
        let left = vec![("a", one.clone()), ("b", one.clone()), ("c", one.clone())];
        let right = vec![("d", two.clone()), ("c", one.clone()), ("b", two.clone())];
        let found = differing(left, right);
        let expected = [
            ("a", [Some(one.clone()), None]),
            ("b", [Some(one), Some(two.clone())]),
            ("d", [None, Some(two)]),
        ];
        let expected = expected.map(|(name, values)| ValueDifference {
            name: name.to_owned(),
            values,
        });
        assert_eq!(found, expected);
    }
}
