//! Faults, actions, expectations and services of any scenario.

use std::collections::BTreeSet;

use firewatch_action::{
    ActionRequest, ActionSpec, Comparison, Metrics, Operator, Parameter, ParameterKind,
};
use firewatch_scenario::{
    Call, Calls, Capacity, Check, Expectation, Fact, Fault, Quantity, SERVICE_CATALOGUE, Scenario,
    Service, When,
};
use firewatch_sim::{FaultKind, Status, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::values::{below, extra_metrics, metrics, numbers, service_names};

/// A fault whose service is still to be chosen.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: FaultKind,
    pub service: Index,
    pub speed: f64,
    pub start: Index,
    pub metrics: Metrics,
    pub absent: bool,
}

pub fn drafts() -> impl Strategy<Value = Draft> {
    let kinds = select(FaultKind::BUILT_IN.to_vec());
    let absent = proptest::bool::weighted(0.2);
    (
        kinds,
        any::<Index>(),
        numbers(0.0, 100.0),
        any::<Index>(),
        metrics(),
        absent,
    )
        .prop_map(|(kind, service, speed, start, metrics, absent)| Draft {
            kind,
            service,
            speed,
            start,
            metrics,
            absent,
        })
}

impl Draft {
    pub fn fault(self, names: &[String], start_tick: u64) -> Fault {
        let absent = format!("absent {}", self.service.index(3));
        let is_absent = self.absent && !names.contains(&absent);
        let service = if is_absent {
            &absent
        } else {
            self.service.get(names)
        };
        Fault {
            speed: self.speed,
            start_tick,
            absent: is_absent,
            metrics: if is_absent {
                Metrics::new()
            } else {
                self.metrics
            },
            ..Fault::new(self.kind, service)
        }
    }
}

/// An action whose service is still to be chosen.
#[derive(Clone, Debug)]
pub enum Plan {
    Halt(Index),
    Inject(Draft),
    Set(Index, Metrics),
    Perform(Index, Index, Index),
}

pub fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![
        any::<Index>().prop_map(Plan::Halt),
        drafts().prop_map(Plan::Inject),
        (any::<Index>(), metrics()).prop_map(|(service, metrics)| Plan::Set(service, metrics)),
        any::<[Index; 3]>().prop_map(|[action, at, choice]| Plan::Perform(action, at, choice)),
    ]
}

/// A request for the action, with each parameter given.
pub fn request(action: &ActionSpec, target: &str, choice: Index) -> ActionRequest {
    let value = |parameter: &Parameter| match parameter.kind() {
        ParameterKind::Text => choice.get(parameter.choices()).as_str().into(),
        ParameterKind::Integer => Value::from(1 + i64::try_from(choice.index(4096)).unwrap()),
        // A sum of the two would leave the bounds by a rounding.
        ParameterKind::Number => Value::from((5 + choice.index(91)) as f64 / 100.0),
    };
    let parameters = action.parameters().iter();
    ActionRequest {
        name: action.name().to_owned(),
        target: action.needs_target().then(|| target.to_owned()),
        parameters: parameters
            .map(|p| (p.name().to_owned(), value(p)))
            .collect(),
    }
}

/// An expectation that can hold or not, with what is still to be chosen.
pub fn expectations() -> impl Strategy<Value = (Index, Index, Index, f64)> {
    (
        any::<Index>(),
        any::<Index>(),
        any::<Index>(),
        0.01..0.99_f64,
    )
}

pub fn expectation(
    (when, check, choice, share): (Index, Index, Index, f64),
    scenario: &Scenario,
) -> Expectation {
    use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
    let operators = [Lt, Le, Gt, Ge, Eq, Ne];
    let service = choice.get(&scenario.services).name.clone();
    let ticks = scenario.ticks;
    let when = match when.index(5) {
        0 => When::AtTick(below(&choice, ticks)),
        1 => When::ByTick(1 + below(&choice, ticks)),
        2 => When::Always,
        3 => When::Never,
        _ => When::AtEnd,
    };
    let operator = operators[choice.index(operators.len())];
    let check = match check.index(6) {
        0 => {
            // Neither everything nor nothing is `lt(healthy)` and so on.
            let with = match operator {
                Lt | Ge => Status::ALL[1 + choice.index(3)],
                Le | Gt => Status::ALL[choice.index(3)],
                Eq | Ne => Status::ALL[choice.index(4)],
            };
            Check::Status(service, Comparison { operator, with })
        }
        1 => {
            let name = "http_server_error_rate".to_owned();
            let with = Value::Float(share);
            Check::Metric(service, name, Comparison { operator, with })
        }
        2 => {
            let name = "service_version".to_owned();
            let with = Value::Text("v2 \"beta\"".to_owned());
            let operator = if choice.index(2) == 0 { Eq } else { Ne };
            Check::Metric(service, name, Comparison { operator, with })
        }
        3 => {
            let with = share * scenario.slo_budget.remaining.min(1.0);
            let (quantity, with) = match choice.index(4) {
                0 if with > 0.0 => (Quantity::SloBudget, with),
                1 => (Quantity::MeanErrorRate, share),
                2 => (Quantity::Mttm, ticks as f64),
                _ => (Quantity::BadCustomerMinutes, share * 1000.0),
            };
            let operator = if quantity == Quantity::Mttm {
                Le
            } else {
                operator
            };
            Check::Quantity(quantity, Comparison { operator, with })
        }
        4 => {
            let operator = if choice.index(2) == 0 { Eq } else { Ne };
            let with = choice.index(scenario.services.len() + 1) as f64;
            let comparison = Comparison { operator, with };
            Check::Quantity(Quantity::UnhealthyServices, comparison)
        }
        _ => Check::Fact(Fact::ALL[choice.index(Fact::ALL.len())]),
    };
    Expectation { when, check }
}

pub fn services() -> impl Strategy<Value = Vec<Service>> {
    let parts = (
        service_names(),
        proptest::bool::weighted(0.5),
        vec(any::<Index>(), 0..4),
        metrics(),
        extra_metrics(),
    );
    vec(parts, 1..6).prop_map(|parts| {
        let mut seen = BTreeSet::new();
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(name, ..)| seen.insert(name.clone()))
            .collect();
        let names: Vec<String> = parts.iter().map(|(name, ..)| name.clone()).collect();
        let service =
            |(name, by_catalogue, calls, metrics, extra_metrics): (String, _, Vec<Index>, _, _)| {
                let is_known = SERVICE_CATALOGUE.iter().any(|service| service.name == name);
                let named = calls
                    .iter()
                    .map(|call| Call::new(call.get(&names)))
                    .collect();
                Service {
                    capacity: Capacity::default(),
                    calls: if by_catalogue && is_known {
                        Calls::Catalogue
                    } else {
                        Calls::Named(named)
                    },
                    name,
                    metrics,
                    extra_metrics,
                }
            };
        parts.into_iter().map(service).collect()
    })
}
