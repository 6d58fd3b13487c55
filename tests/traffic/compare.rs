//! The model against the request-level simulation. A value is outside if it is farther off than its tolerance; which
//! values count and how far they may be off is the definition that came with the cases.

use std::path::{Path, PathBuf};

use crate::cases::{Case, Modelled};

/// Percent of the values that may be outside, for the cases that the model's makers saw, and for others.
const PUBLIC_PERCENT: f64 = 1.0;
const OTHER_PERCENT: f64 = 3.0;

/// What was compared of a case.
#[derive(Default)]
struct Comparison {
    values: usize,
    /// How many times its tolerance each value is off that is outside, and what it is.
    misses: Vec<(f64, String)>,
}

impl Comparison {
    fn add(&mut self, model: f64, truth: f64, tolerance: f64, what: impl Fn() -> String) {
        self.values += 1;
        let off = (model - truth).abs();
        if off.is_nan() || off > tolerance {
            self.misses.push((
                off / tolerance,
                format!("{}: {model:.3} instead of {truth}", what()),
            ));
        }
    }

    fn worst(&self) -> Option<&(f64, String)> {
        self.misses.iter().max_by(|a, b| a.0.total_cmp(&b.0))
    }
}

fn compare(case: &Case, model: &[Modelled]) -> Comparison {
    let mut comparison = Comparison::default();
    let of = |count: u32, concurrency: u32| f64::from(count) * f64::from(concurrency);
    let mut workers: Vec<f64> = { case.services.iter() }
        .map(|service| of(service.instances, service.concurrency))
        .collect();
    for (index, (modelled, truth)) in model.iter().zip(&case.trace).enumerate() {
        let tick = index + 1;
        let is_set =
            |event: &&crate::cases::Event| event.before_tick == tick && event.set == "instances";
        let changed: Vec<_> = case.events.iter().filter(is_set).collect();
        for (index, service) in case.services.iter().enumerate() {
            let set = changed.iter().rfind(|event| event.service == service.name);
            if let Some(event) = set {
                workers[index] = of(event.to as u32, service.concurrency);
            }
            let (model, truth) = (&modelled.services[index], &truth.services[&service.name]);
            let [arrived, _] = truth.arrived_rps;
            let [ok, deviation] = truth.ok_rps;
            let tolerance = (0.05 * arrived.max(ok)).max(3.0 * deviation).max(1.0);
            let name = |what| format!("tick {tick}, {}, {what}", service.name);
            comparison.add(model.succeeded_rps, ok, tolerance, || name("succeeded/s"));
            let [busy, deviation] = truth.busy_workers;
            if set.is_none() && workers[index] > 0.0 {
                let tolerance = (0.1 * workers[index]).max(3.0 * deviation);
                comparison.add(model.busy_workers, busy, tolerance, || name("busy workers"));
            }
        }
        for (index, (model, truth)) in modelled.users.iter().zip(&truth.users).enumerate() {
            let [sent, _] = truth.sent_rps;
            let [ok, deviation] = truth.ok_rps;
            let tolerance = (0.05 * sent.max(ok)).max(3.0 * deviation).max(1.0);
            let name = |what| format!("tick {tick}, users {index}, {what}");
            comparison.add(model.succeeded_rps, ok, tolerance, || name("succeeded/s"));
            let [p99, deviation] = truth.latency_p99_s;
            if ok >= 0.2 * sent && ok >= 1.0 && deviation <= 0.3 * p99 {
                // From p99 / 1.5 - 0.05 to 1.5 p99 + 0.05.
                let is_above = model.latency_p99_s > p99;
                let tolerance = if is_above { 0.5 * p99 } else { p99 - p99 / 1.5 } + 0.05;
                comparison.add(model.latency_p99_s, p99, tolerance, || name("p99"));
            }
        }
    }
    comparison
}

#[test]
fn the_model_is_as_true_as_a_request_level_simulation() {
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traffic");
    let other = std::env::var_os("FIREWATCH_TRAFFIC").map(PathBuf::from);
    let allowed = if other.is_some() {
        OTHER_PERCENT
    } else {
        PUBLIC_PERCENT
    };
    let cases = Case::read_all(&other.unwrap_or(public));
    assert!(!cases.is_empty(), "there are no cases in the folder");
    let (mut within, mut values, mut outside) = (0, 0, 0);
    for case in &cases {
        let comparison = compare(case, &case.run());
        let worst = match comparison.worst() {
            Some((times, what)) => format!("worst: {what} ({times:.1} times the tolerance)"),
            None => "all within".to_owned(),
        };
        println!(
            "{:32} {:4} values, {:3} outside, {worst}",
            case.case,
            comparison.values,
            comparison.misses.len()
        );
        within += usize::from(comparison.misses.is_empty());
        values += comparison.values;
        outside += comparison.misses.len();
    }
    let percent = 100.0 * outside as f64 / values as f64;
    let count = cases.len();
    println!("{count} cases, {within} within, {values} values, {outside} outside ({percent:.2} %)");
    assert!(
        percent <= allowed,
        "{percent:.2} % are outside, {allowed} % may be"
    );
}

#[test]
fn a_model_that_is_wrong_everywhere_is_found_out() {
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traffic");
    let cases = Case::read_all(&public);
    let case = cases
        .iter()
        .find(|case| case.case == "steady-50")
        .expect("it is there");
    let mut model = case.run();
    for tick in &mut model {
        tick.services[0].succeeded_rps *= 1.2;
        tick.services[0].busy_workers = 4.0;
        tick.users[0].succeeded_rps = f64::NAN;
        tick.users[0].latency_p99_s *= 3.0;
    }
    let comparison = compare(case, &model);
    assert_eq!(comparison.misses.len(), comparison.values);
    assert_eq!(
        comparison.values, 40,
        "two values of the service and two of its users in ten ticks"
    );
}
