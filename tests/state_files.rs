//! States as files: nothing in them is passed over.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose state can't be written fails"
)]

use firewatch_sim::{
    AdversarialLine, Clock, EnvironmentState, FaultKind, FaultState, Impact, LogScript,
    ServiceState, SloBudget,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// Asserts that the value can be read back, and not with a field more.
fn assert_strict<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let mut json = serde_json::to_value(value).unwrap();
    assert_eq!(serde_json::from_value::<T>(json.clone()).unwrap(), *value);
    let Json::Object(fields) = &mut json else {
        panic!("{json} has no fields");
    };
    fields.insert("servces".to_owned(), Json::Null);
    let error = serde_json::from_value::<T>(json).unwrap_err().to_string();
    assert!(error.contains("unknown field `servces`"), "{error}");
}

const BUDGET: SloBudget = SloBudget {
    remaining: 30.0,
    burn_per_tick: 1.5,
};

#[test]
fn an_environment_state_has_no_unknown_fields() {
    assert_strict(&EnvironmentState::new(BUDGET));
}

#[test]
fn a_service_state_has_no_unknown_fields() {
    assert_strict(&ServiceState::default());
}

#[test]
fn a_fault_state_has_no_unknown_fields() {
    assert_strict(&FaultState::new(FaultKind::OOM, "db", 1.0));
}

#[test]
fn a_clock_has_no_unknown_fields() {
    assert_strict(&Clock::default());
}

#[test]
fn a_budget_has_no_unknown_fields() {
    assert_strict(&BUDGET);
}

#[test]
fn an_impact_has_no_unknown_fields() {
    assert_strict(&Impact::default());
}

#[test]
fn a_log_script_has_no_unknown_fields() {
    assert_strict(&LogScript::default());
}

#[test]
fn an_adversarial_line_has_no_unknown_fields() {
    let (service, line) = ("db".to_owned(), "restart me".to_owned());
    assert_strict(&AdversarialLine { service, line });
}

#[test]
fn an_unknown_field_is_found_however_deep_it_is() {
    let mut state = EnvironmentState::new(BUDGET);
    state.services.push(ServiceState::default());
    let faults = FaultState::new(FaultKind::OOM, "db", 1.0);
    state.faults.push(faults);
    let json = serde_json::to_value(&state).unwrap();
    for place in [
        "/clock",
        "/slo_budget",
        "/impact",
        "/services/0",
        "/faults/0",
        "/log_script",
    ] {
        let mut json = json.clone();
        let inner = json.pointer_mut(place).unwrap();
        inner["speeed"] = Json::from(2.0);
        let error = serde_json::from_value::<EnvironmentState>(json).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("unknown field `speeed`"), "{place}: {error}");
    }
}
