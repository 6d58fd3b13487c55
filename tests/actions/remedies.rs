//! Remedies of the standard profile do what their names say, and tell nothing that is not to be seen.

use std::collections::BTreeMap;

use firewatch_action::{ActionCatalogue, ActionRequest, ActionSession, Parameter, Profile};
use firewatch_response::Playback;
use firewatch_scenario::{Runbook, Scenario};
use firewatch_sim::{EnvironmentState, FaultKind, Simulation, Value};
use firewatch_tests::{files, workspace};

use crate::incident::{
    CALLER, CHECKOUT, ERRORS, HERRING, Incident, MEMORY, P99, TARGET, apply, mesh, number,
};

/// The incidents of the catalogue.
fn catalogue_incidents() -> impl Iterator<Item = (String, Scenario)> {
    let files = files(&workspace().join("scenarios/catalog"), "ron").into_iter();
    files.map(|file| {
        let scenario = Scenario::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        (file.display().to_string(), scenario)
    })
}

/// Values that a parameter is tried with.
fn values(parameter: &Parameter) -> Vec<Value> {
    let (min, max) = parameter.bounds();
    let numbers = [min, max, Some(700.0)].into_iter().flatten();
    let texts = parameter
        .choices()
        .iter()
        .map(|choice| choice.as_str().into());
    numbers.map(Value::Float).chain(texts).collect()
}

/// Every action on a service, with each choice of its parameters.
fn requests(catalogue: &ActionCatalogue, service: &str) -> Vec<ActionRequest> {
    let mut requests = Vec::new();
    for action in catalogue.actions() {
        let plain = ActionRequest::new(action.name(), service);
        for parameter in action.parameters() {
            let values = values(parameter).into_iter();
            requests.extend(values.map(|value| plain.clone().with(parameter.name(), value)));
        }
        requests.push(plain);
    }
    requests
}

/// Whether a service looks healthy: an account of its own, beside the rules of the profile.
fn looks_healthy(metrics: &BTreeMap<String, Value>) -> bool {
    let number = |name: &str| metrics.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    number(ERRORS) < 0.05
        && number(P99) < 0.5
        && number(MEMORY) < 0.8
        && number("data_freshness_lag_seconds") < 300.0
}

/// What anybody can see of an action: feedback, whether it could be done, which branch it took, and the
/// metrics of all services. The log itself is evidence of another kind.
fn seen(
    state: &EnvironmentState,
    session: &ActionSession,
    request: &ActionRequest,
) -> (String, bool, Option<usize>, crate::incident::Mesh) {
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let mut simulation = Simulation::new(state).unwrap();
    let outcome = catalogue.apply(
        &mut simulation.environment_mut(),
        &mut session.clone(),
        request,
    );
    let outcome = outcome.unwrap();
    let mut mesh = mesh(&simulation);
    for metrics in mesh.values_mut() {
        metrics.remove("recent_logs");
    }
    // It is that of the log: how many lines there are.
    let feedback = match request.name.as_str() {
        "fetch_logs" => String::new(),
        _ => outcome.feedback,
    };
    (feedback, outcome.valid, outcome.branch, mesh)
}

#[test]
fn no_action_tells_of_a_fault_that_does_not_show() {
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let mut compared = 0;
    for (file, scenario) in catalogue_incidents() {
        let mut playback = Playback::new(scenario).unwrap();
        let mut session = ActionSession::new();
        loop {
            let state = playback.view().capture();
            let services = state.services.iter();
            let hidden = services.filter(|service| {
                let faulty = |fault: &firewatch_sim::FaultState| {
                    fault.service == service.name && !fault.halted
                };
                looks_healthy(&service.metrics) && state.faults.iter().any(faulty)
            });
            for service in hidden {
                let mut without = state.clone();
                without.faults.retain(|fault| fault.service != service.name);
                for request in requests(catalogue, &service.name) {
                    compared += 1;
                    assert_eq!(
                        seen(&state, &session, &request),
                        seen(&without, &session, &request),
                        "{file}, tick {}: {request:?}",
                        state.clock.tick
                    );
                }
            }
            session.record(&playback.view());
            if !playback.tick().unwrap() || state.clock.tick > 2 {
                break;
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn what_can_be_asked_for_depends_on_the_mesh_and_the_catalogue_only() {
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    let done = |incident: &Incident| -> Vec<bool> {
        let services = [TARGET, CALLER, CHECKOUT, HERRING, "db-proxy"];
        let requests = services
            .iter()
            .flat_map(|service| requests(catalogue, service));
        let valid = requests.map(|request| {
            let outcome = apply(Profile::Standard, &mut incident.simulation(), &request).unwrap();
            assert!(
                outcome.branch.is_some() || !request.parameters.is_empty(),
                "{request:?}"
            );
            outcome.valid && outcome.branch.is_some()
        });
        valid.collect()
    };
    let first = done(&Incident::new(FaultKind::OOM, TARGET));
    for (kind, service) in [
        (FaultKind::BAD_DEPLOY, CALLER),
        (FaultKind::CONFIG_DRIFT, CHECKOUT),
    ] {
        let other = Incident::new(kind, service)
            .with(ERRORS, 0.0)
            .with(P99, 0.1);
        assert_eq!(done(&other), first);
    }
}

#[test]
fn a_wrong_action_is_done_costs_a_tick_of_service_and_is_not_told() {
    let incident = Incident::new(FaultKind::BAD_DEPLOY, CALLER)
        .with(ERRORS, 0.004)
        .with(P99, 0.1);
    let catalogue = ActionCatalogue::built_in(Profile::Standard);
    for (action, during) in [
        ("restart_service", 1.0),
        ("revert_config", 0.004 + 0.996 * 0.05),
    ] {
        let mut simulation = incident.simulation();
        let mut session = ActionSession::new();
        let request = ActionRequest::new(action, TARGET);
        let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, &request);
        let outcome = outcome.unwrap();
        assert!(outcome.wrong && outcome.valid && outcome.branch.is_some());
        let said = outcome.feedback.to_lowercase();
        for word in ["wrong", "nothing", "not its", "healthy", "trouble"] {
            assert!(!said.contains(word), "{said}");
        }
        assert_eq!(number(&simulation, TARGET, ERRORS), during, "{action}");
        simulation.tick();
        let status = simulation.view().status(TARGET).unwrap();
        assert_eq!(
            status == firewatch_sim::Status::Down,
            action == "restart_service"
        );
        session
            .start_step(catalogue, &mut simulation.environment_mut())
            .unwrap();
        assert_eq!(number(&simulation, TARGET, ERRORS), 0.004, "{action}");
    }
}

#[test]
fn a_remedy_is_wrong_only_where_it_remedies_nothing() {
    let wrong = |incident: &Incident, action: &str, target: &str| {
        let request = ActionRequest::new(action, target);
        apply(Profile::Standard, &mut incident.simulation(), &request)
            .unwrap()
            .wrong
    };
    let deploy = Incident::new(FaultKind::BAD_DEPLOY, TARGET);
    assert!(!wrong(&deploy, "rollback_deploy", TARGET));
    // Hidden or not.
    let hidden = deploy.clone().with(ERRORS, 0.0).with(P99, 0.1);
    assert!(!wrong(&hidden, "rollback_deploy", TARGET));
    // Victims, red herrings, and what has another fault look ill enough, and are not remedied.
    for target in [CALLER, CHECKOUT, HERRING] {
        assert!(wrong(&deploy, "rollback_deploy", target), "{target}");
    }
    for action in [
        "revert_config",
        "force_ntp_sync",
        "rotate_tls_certificate",
        "add_memory",
    ] {
        assert!(wrong(&deploy, action, TARGET), "{action}");
    }
    // A red herring is remedied only of a fault of its own.
    let herring = Incident::new(FaultKind::BAD_DEPLOY, HERRING);
    assert!(!wrong(&herring, "rollback_deploy", HERRING));
    let mut simulation = herring.simulation();
    let request = ActionRequest::new("rollback_deploy", HERRING);
    let outcome = apply(Profile::Standard, &mut simulation, &request).unwrap();
    assert!(outcome.halted.is_some() && simulation.view().faults().all(|fault| fault.halted));
    // A metric that it is there for is a symptom of its own.
    let clock = deploy.clone().with("system_clock_offset_seconds", -600.0);
    assert!(!wrong(&clock, "force_ntp_sync", TARGET));
    // Shedding load is right for whom it helps: customers.
    let hit = |status: &str| {
        let mut simulation = deploy.simulation();
        simulation.set_metric(CALLER, "status", status).unwrap();
        let request = ActionRequest::new("circuit_break", TARGET);
        !apply(Profile::Standard, &mut simulation, &request)
            .unwrap()
            .wrong
    };
    assert!(hit("critical") && !hit("healthy"));
}

#[test]
fn memory_helps_only_where_it_is_more() {
    let scenario = |fault: &str| {
        let text = format!(
            r#"Scenario(name: "", difficulty: easy, services: {{
                "web": (calls: ["api"]), "api": (calls: ["postgres"]), "postgres": (),
            }}, faults: [(kind: {fault}, service: "postgres")])"#
        );
        Scenario::parse("first.ron", &text).unwrap()
    };
    // Ticks go on to the end of the incident.
    let played = |fault: &str, limit: &str| {
        let scenario = scenario(fault);
        let text = format!(
            r#"Runbook(name: "", steps: [wait(4), action("add_memory", "postgres"{limit}), wait(15)])"#
        );
        let runbook = Runbook::parse_for("runbook.ron", &text, &scenario).unwrap();
        let mut playback = Playback::answered(scenario, runbook).unwrap();
        while playback.tick().unwrap() {}
        let halted = playback.view().faults().all(|fault| fault.halted);
        (halted, playback.view().status("postgres").unwrap())
    };
    for fault in ["oom", "memory_leak"] {
        for (limit, halts) in [
            (r#", {"memory_limit_mb": 1}"#, false),
            (r#", {"memory_limit_mb": 64}"#, false),
            (r#", {"memory_limit_mb": 512}"#, false),
            (r#", {"memory_limit_mb": 2048}"#, true),
            ("", true),
        ] {
            let (halted, status) = played(fault, limit);
            assert_eq!(halted, halts, "{fault}{limit}");
            let healthy = status == firewatch_sim::Status::Healthy;
            assert_eq!(healthy, halts, "{fault}{limit}: {status}");
        }
    }
}

#[test]
fn an_old_name_leads_to_the_new_one_in_standard_only() {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let reference = ActionCatalogue::built_in(Profile::Reference);
    assert!(standard.find("scale_replicas").is_none() && standard.find("add_memory").is_some());
    assert!(reference.find("scale_replicas").is_some() && reference.find("add_memory").is_none());
    let told = "`scale_replicas` is `add_memory` in the standard profile";
    let mut simulation = Incident::new(FaultKind::OOM, TARGET).simulation();
    let request = ActionRequest::new("scale_replicas", TARGET);
    let error = apply(Profile::Standard, &mut simulation, &request).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("unknown action `scale_replicas`: {told}")
    );

    let text = r#"Scenario(name: "", difficulty: easy, services: {"a": ()},
        faults: [(kind: oom, service: "a")],
        timeline: [(tick: 3, do: action("scale_replicas", "a"))])"#;
    let problems = Scenario::parse("old.ron", text).unwrap_err().to_string();
    assert!(problems.contains(told), "{problems}");
    let scenario = Scenario::parse("new.ron", &text.replace("scale_replicas", "add_memory"));
    let runbook = r#"Runbook(name: "", steps: [action("scale_replicas", "a")])"#;
    let problems = Runbook::parse_for("old.ron", runbook, &scenario.unwrap()).unwrap_err();
    assert!(problems.to_string().contains(told), "{problems}");
    let amended = r#"Actions(amend: {"scale_replicas": (guarded: false)})"#;
    let problems = standard
        .extended_by("old.ron", amended)
        .unwrap_err()
        .to_string();
    assert!(problems.contains(told), "{problems}");
    let renames = r#"Actions(renamed: {"a": "b"})"#;
    let problems = standard
        .extended_by("own.ron", renames)
        .unwrap_err()
        .to_string();
    assert!(
        problems.contains("only a profile has `renamed`"),
        "{problems}"
    );
}
