//! Faults of one kind have different causes, which the state tells: each remedy ends those that it is about.

use firewatch_action::{ActionRequest, Profile};
use firewatch_sim::FaultKind;

use crate::incident::{CALLER, CHECKOUT, ERRORS, HERRING, Incident, MEMORY, TARGET, apply, number};

const STANDBY: &str = "standby_ready_replicas";
const RELOADED: &str = "config_last_reload_successful";
const RECONNECTING: &str = "http_server_reconnecting_clients";

/// Whether an action on the target halts its fault, and whether it is wrong.
fn done(incident: &Incident, action: &str) -> (bool, bool) {
    let request = ActionRequest::new(action, TARGET);
    let outcome = apply(Profile::Standard, &mut incident.simulation(), &request).unwrap();
    (outcome.halted.is_some(), outcome.wrong)
}

const HALTS: (bool, bool) = (true, false);
const MENDS: (bool, bool) = (false, false);
const WRONG: (bool, bool) = (false, true);

#[test]
fn a_restart_ends_a_configuration_only_where_it_was_not_taken_up() {
    let drift = Incident::new(FaultKind::CONFIG_DRIFT, TARGET);
    for (reloaded, restart, revert) in [
        (None, WRONG, HALTS),
        (Some(true), WRONG, HALTS),
        (Some(false), HALTS, WRONG),
    ] {
        let incident = match reloaded {
            Some(reloaded) => drift.clone().with(RELOADED, reloaded),
            None => drift.clone(),
        };
        assert_eq!(done(&incident, "restart_service"), restart, "{reloaded:?}");
        assert_eq!(done(&incident, "revert_config"), revert, "{reloaded:?}");
    }
    // Nothing else is ended by it, but the configuration is read.
    let deploy = Incident::new(FaultKind::BAD_DEPLOY, TARGET).with(RELOADED, false);
    assert_eq!(done(&deploy, "restart_service"), MENDS);
}

#[test]
fn a_throttle_ends_a_rush_and_nothing_else() {
    for kind in [FaultKind::BAD_DEPLOY, FaultKind::CONFIG_DRIFT] {
        let usual = match kind {
            FaultKind::BAD_DEPLOY => "rollback_deploy",
            _ => "revert_config",
        };
        for (clients, throttle, other) in [
            (None, MENDS, HALTS),
            (Some(0), MENDS, HALTS),
            (Some(900), HALTS, WRONG),
        ] {
            let mut incident = Incident::new(kind, TARGET);
            if let Some(clients) = clients {
                incident = incident.with(RECONNECTING, clients);
            }
            let mut simulation = incident.simulation();
            // Customers are hit: shedding load is no wrong action.
            simulation.set_metric(CALLER, "status", "critical").unwrap();
            let request = ActionRequest::new("enable_connection_throttle", TARGET);
            let outcome = apply(Profile::Standard, &mut simulation, &request).unwrap();
            let told = (outcome.halted.is_some(), outcome.wrong);
            assert_eq!(told, throttle, "{kind:?}, {clients:?}");
            assert_eq!(done(&incident, usual), other, "{kind:?}, {clients:?}");
        }
    }
}

#[test]
fn a_standby_helps_against_what_it_does_not_share_and_is_used_up() {
    for (kind, standbys, expected) in [
        (FaultKind::NETWORK_PARTITION, 1, HALTS),
        (FaultKind::NETWORK_PARTITION, 0, WRONG),
        // The same program, with the same limit.
        (FaultKind::OOM, 1, MENDS),
        (FaultKind::MEMORY_LEAK, 1, MENDS),
        (FaultKind::MEMORY_LEAK, 0, WRONG),
        (FaultKind::BAD_DEPLOY, 1, WRONG),
        (FaultKind::CONFIG_DRIFT, 1, WRONG),
    ] {
        let incident = Incident::new(kind, TARGET)
            .with(STANDBY, standbys)
            .with(MEMORY, 0.9);
        assert_eq!(
            done(&incident, "fail_over"),
            expected,
            "{kind:?}, {standbys}"
        );
    }
    let incident = Incident::new(FaultKind::NETWORK_PARTITION, TARGET).with(STANDBY, 1);
    let mut simulation = incident.simulation();
    let fail_over = ActionRequest::new("fail_over", TARGET);
    apply(Profile::Standard, &mut simulation, &fail_over).unwrap();
    assert_eq!(number(&simulation, TARGET, STANDBY), 0.0);
    // 0.3 of the 0.6 that failed are left, and half of what succeeds breaks off.
    assert_eq!(
        number(&simulation, TARGET, ERRORS),
        0.18 + (1.0 - 0.18) * 0.5
    );
    let again = apply(Profile::Standard, &mut simulation, &fail_over).unwrap();
    assert!(again.wrong && again.halted.is_none());
    // What it says does not tell whether it helped.
    for service in [TARGET, CHECKOUT, HERRING] {
        let request = ActionRequest::new("fail_over", service);
        let outcome = apply(Profile::Standard, &mut incident.simulation(), &request).unwrap();
        let begins = format!("{service} was failed over; ");
        assert!(
            outcome.feedback.starts_with(&begins),
            "{}",
            outcome.feedback
        );
    }
}

#[test]
fn only_the_standard_profile_has_a_verb_of_its_own() {
    let request = ActionRequest::new("fail_over", TARGET);
    let incident = Incident::new(FaultKind::NETWORK_PARTITION, TARGET).with(STANDBY, 1);
    assert!(apply(Profile::Reference, &mut incident.simulation(), &request).is_err());
}
