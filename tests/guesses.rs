//! What the incidents of the generator's third version give away as a set: no guess that looks at names and places, and not
//! at what happens, finds a cause more or less often than chance.

use std::collections::BTreeSet;

use firewatch_audit::{AuditOptions, AuditVerdict, IncidentSet, audit};
use firewatch_scenario::{
    Calls, Difficulty, GeneratorVersion, Scenario, generate_answer, generate_with,
};

const V3: GeneratorVersion = GeneratorVersion::V3;
const SEEDS: u64 = 300;
/// Standard deviations from chance. The audit takes 3 for a leak; in a hard incident the second cause is none of the callers
/// of the first, and red herrings must not cut a cause off from customers: central services are causes a little less often.
const UNLIKELY: f64 = 4.0;

/// The services that a guess may mean, all equally likely.
type Guess = fn(&Mesh) -> Vec<usize>;

const GUESSES: [(&str, Guess); 12] = [
    ("has the most callers", |mesh| {
        mesh.most(|at| mesh.callers(at).len())
    }),
    ("has the fewest callers", |mesh| {
        mesh.least(|at| mesh.callers(at).len())
    }),
    ("calls the most", |mesh| {
        mesh.most(|at| mesh.calls[at].len())
    }),
    ("calls the fewest", |mesh| {
        mesh.least(|at| mesh.calls[at].len())
    }),
    ("is deepest", |mesh| mesh.most(|at| mesh.depth(at))),
    ("is one call away from an entry", |mesh| {
        mesh.all(|at| mesh.depth(at) == 1)
    }),
    ("is an entry", |mesh| mesh.all(|at| mesh.depth(at) == 0)),
    ("has the most neighbours", |mesh| {
        mesh.most(|at| mesh.callers(at).len() + mesh.calls[at].len())
    }),
    ("is called first by the first caller", |mesh| {
        mesh.called(|calls| calls.first())
    }),
    ("is called last by the first caller", |mesh| {
        mesh.called(|calls| calls.last())
    }),
    ("is in the middle of the file", |mesh| {
        vec![mesh.calls.len() / 2]
    }),
    ("is in the middle of the alphabet", |mesh| {
        let mut order: Vec<usize> = (0..mesh.names.len()).collect();
        order.sort_by_key(|at| &mesh.names[*at]);
        vec![order[order.len() / 2]]
    }),
];

/// Who calls whom, in the order of the file.
struct Mesh {
    names: Vec<String>,
    calls: Vec<Vec<usize>>,
}

impl Mesh {
    fn of(scenario: &Scenario) -> Self {
        let names = scenario.services.iter().map(|service| service.name.clone());
        let names: Vec<String> = names.collect();
        let place = |name: &str| names.iter().position(|other| other == name);
        let calls = scenario
            .services
            .iter()
            .map(|service| match &service.calls {
                Calls::Named(calls) => calls.iter().filter_map(|call| place(&call.to)).collect(),
                Calls::Catalogue => Vec::new(),
            });
        let calls = calls.collect();
        Self { names, calls }
    }

    fn all(&self, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.calls.len()).filter(|&at| holds(at)).collect()
    }

    fn most(&self, key: impl Fn(usize) -> usize) -> Vec<usize> {
        let most = (0..self.calls.len()).map(&key).max();
        self.all(|at| Some(key(at)) == most)
    }

    fn least(&self, key: impl Fn(usize) -> usize) -> Vec<usize> {
        let least = (0..self.calls.len()).map(&key).min();
        self.all(|at| Some(key(at)) == least)
    }

    fn callers(&self, service: usize) -> Vec<usize> {
        self.all(|at| self.calls[at].contains(&service))
    }

    /// Calls on the shortest way from a service that none calls.
    fn depth(&self, service: usize) -> usize {
        let callers = self.callers(service).into_iter();
        callers.map(|at| self.depth(at) + 1).min().unwrap_or(0)
    }

    fn called(&self, pick: impl Fn(&[usize]) -> Option<&usize>) -> Vec<usize> {
        let mut calls = self.calls.iter();
        calls
            .find_map(|calls| pick(calls))
            .into_iter()
            .copied()
            .collect()
    }
}

fn causes(scenario: &Scenario) -> Vec<usize> {
    let place = |name: &str| {
        scenario
            .services
            .iter()
            .position(|other| other.name == name)
    };
    let faults = scenario.faults.iter();
    faults.filter_map(|fault| place(&fault.service)).collect()
}

/// How far from chance a guess is over many incidents, in standard deviations, and its right guesses.
fn deviations(guess: Guess, incidents: &[(Mesh, Vec<usize>)]) -> (f64, f64) {
    let (mut right, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for (mesh, causes) in incidents {
        let meant = guess(mesh);
        let chance = causes.len() as f64 / mesh.calls.len() as f64;
        if !meant.is_empty() && meant.len() < mesh.calls.len() {
            let hits = meant.iter().filter(|at| causes.contains(at)).count();
            right += hits as f64 / meant.len() as f64;
            expected += chance;
            variance += chance * (1.0 - chance) / meant.len() as f64;
        }
    }
    ((right - expected) / variance.sqrt(), right)
}

#[test]
fn no_name_and_no_place_tells_a_cause() {
    let mut told = String::new();
    for &difficulty in Difficulty::ALL {
        let mut set = IncidentSet::new();
        let mut incidents = Vec::new();
        for seed in 0..SEEDS {
            let scenario = generate_with(V3, difficulty, seed);
            set.add(&scenario);
            incidents.push((Mesh::of(&scenario), causes(&scenario)));
        }
        for guess in set.guesses().iter().filter(|guess| guess.gives_away) {
            told += &format!("{difficulty}: {}\n", guess.describe());
        }
        for (name, guess) in GUESSES {
            let (off, right) = deviations(guess, &incidents);
            println!("{difficulty}: {name}: {right:.1} right, {off:.1} deviations");
            if off.abs() > UNLIKELY {
                told += &format!("{difficulty}: {name}: {off:.1} standard deviations\n");
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}

/// The services that a fault and a red herring are on follow from streams apart from the names.
#[test]
fn names_say_nothing_about_the_mesh() {
    for &difficulty in Difficulty::ALL {
        let mut first = BTreeSet::new();
        for seed in 0..SEEDS {
            let scenario = generate_with(V3, difficulty, seed);
            first.insert(scenario.faults[0].service.clone());
            for service in &scenario.services {
                let text = &scenario.description;
                assert!(!text.contains(&*service.name), "{text}");
            }
            let facing = Mesh::of(&scenario);
            let goals = scenario.goals.list.iter();
            let named: Vec<&str> = goals.map(|goal| &*goal.service).collect();
            let entries = facing.all(|at| facing.depth(at) == 0);
            let is_entry = |name: &&str| entries.iter().any(|&at| facing.names[at] == *name);
            assert!(named.iter().all(is_entry), "{named:?}");
        }
        assert!(first.len() > 40, "{first:?}");
    }
}

/// A sample of what `firewatch audit` says with its defaults.
#[test]
fn each_is_a_good_incident() {
    let mut failed = String::new();
    for &difficulty in Difficulty::ALL {
        for seed in 0..8 {
            let options = AuditOptions {
                runbooks: vec![generate_answer(V3, difficulty, seed).into()],
                threads: 2,
                singles: 64,
                random: 8,
                ..AuditOptions::default()
            };
            let audit = audit(&generate_with(V3, difficulty, seed), &options);
            let findings = audit.map(|audit| audit.findings).unwrap_or_default();
            assert!(!findings.is_empty());
            let bad = |verdict| matches!(verdict, AuditVerdict::Failed | AuditVerdict::Undecided);
            for finding in findings.iter().filter(|finding| bad(finding.verdict)) {
                failed += &format!(
                    "{difficulty} {seed}: {} {}\n",
                    finding.code, finding.evidence
                );
            }
        }
    }
    assert!(failed.is_empty(), "{failed}");
}
