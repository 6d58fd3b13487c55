//! How much a file may ask for, and how much is said of an action, whatever its file says.

#![expect(clippy::unwrap_used, reason = "a test whose actions are refused fails")]

use firewatch_action::{
    ActionCatalogue, ActionRequest, ActionSession, MAX_FEEDBACK_BYTES, Profile,
};
use firewatch_scenario::{Diagnostics, Scenario};
use firewatch_sim::{EnvironmentState, ServiceState, Simulation, SloBudget};

fn catalogue(parameters: &str, branch: &str) -> Result<ActionCatalogue, Diagnostics> {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    let text = format!(
        "Actions(extra_metrics: [\"xm\"], actions: {{\"act\": (about: \"Acts.\", category: remediation, \
         guarded: false, applies_when_healthy: true, parameters: {{{parameters}}}, branches: [({branch})])}})"
    );
    standard.extended_by("own.ron", &text)
}

/// What is said about the action when it is done to a service that calls the next one, and so on.
fn said(branch: &str, services: &[String]) -> String {
    let state = EnvironmentState {
        services: { services.iter() }
            .map(|name| ServiceState {
                name: name.as_str().into(),
                ..ServiceState::default()
            })
            .collect(),
        dependencies: { services.windows(2) }
            .map(|pair| (pair[0].clone(), vec![pair[1].clone()]))
            .collect(),
        ..EnvironmentState::new(SloBudget {
            remaining: 30.0,
            burn_per_tick: 1.5,
        })
    };
    let mut simulation = Simulation::new(&state).unwrap();
    let target = services.last().unwrap();
    let request = ActionRequest::new("act", target.as_str());
    let catalogue = catalogue("", branch).unwrap();
    let mut session = ActionSession::new();
    let outcome = catalogue.apply(&mut simulation.environment_mut(), &mut session, &request);
    outcome.unwrap().feedback
}

fn problem(read: Result<impl Sized, Diagnostics>) -> String {
    read.err().map(|problems| problems.render(false)).unwrap()
}

fn scenario(fields: &str) -> Result<Scenario, Diagnostics> {
    let text =
        format!("Scenario(name: \"x\", difficulty: easy, services: {{ \"s\": () }}, {fields})");
    Scenario::parse("x.ron", &text)
}

#[test]
fn what_is_said_of_an_action_is_cut() {
    let web = ["web".to_owned()];
    let long = "é".repeat(4000);
    let feedback = said(&format!("feedback: \"{long}\""), &web);
    assert_eq!(feedback, format!("{}…", "é".repeat(2046)));
    assert!(feedback.len() <= MAX_FEEDBACK_BYTES);
    // Exactly as much as is possible is whole.
    let whole = "é".repeat(MAX_FEEDBACK_BYTES / 2);
    assert_eq!(said(&format!("feedback: \"{whole}\""), &web), whole);
    let lines = "\"{target} again\", ".repeat(1000);
    let feedback = said(&format!("report: [{lines}]"), &web);
    assert_eq!(feedback.len(), MAX_FEEDBACK_BYTES, "{feedback}");
    assert!(feedback.starts_with("web again\nweb again\n") && feedback.ends_with('…'));
}

#[test]
fn the_trace_of_a_long_chain_is_cut() {
    let mut chain: Vec<String> = (0..300).map(|number| format!("s{number}")).collect();
    "api-gateway".clone_into(&mut chain[0]);
    let allocated = allocation_counter::measure(|| {
        let feedback = said("feedback: \"{trace}\"", &chain);
        assert!(feedback.len() <= MAX_FEEDBACK_BYTES && feedback.ends_with('…'));
        let first = "api-gateway (healthy) p99 100ms\n  s1 (healthy) p99 100ms\n    s2 (healthy) ";
        assert!(feedback.starts_with(first), "{feedback}");
    });
    assert!(allocated.bytes_max < 8_000_000, "{}", allocated.bytes_max);
}

#[test]
fn what_is_said_names_no_infinite_number() {
    let branch = |metric: &str| {
        format!(
            "effects: [set(metric: \"{metric}\", to: 1.7976931348623157e308, create: true)], \
             feedback: \"{{{metric}:percent}} {{{metric}:ms}} {{{metric}:seconds}} {{{metric}:mebibytes}}\""
        )
    };
    let feedback = said(&branch("xm"), &["web".to_owned()]);
    assert!(!feedback.contains("inf"), "{feedback}");
    assert!(feedback.starts_with("17976931348623157"), "{feedback}");
}

#[test]
fn a_text_of_an_action_has_a_length() {
    let feedback = |bytes: usize| catalogue("", &format!("feedback: \"{}\"", "x".repeat(bytes)));
    assert!(feedback(16_384).is_ok());
    let said = problem(feedback(16_385));
    assert!(
        said.starts_with("error: a text has at most 16384 bytes, not 16385"),
        "{said}"
    );
    assert!(said.contains("cut to 4096 bytes"), "{said}");
}

#[test]
fn a_parameter_has_a_number_of_choices() {
    let choices = |count: usize| {
        let choices: Vec<String> = (0..count).map(|number| format!("\"c{number}\"")).collect();
        let parameter = format!(
            "\"p\": (type: text, about: \"A word.\", choices: [{}])",
            choices.join(", ")
        );
        catalogue(&parameter, "feedback: \"done\"")
    };
    assert!(choices(256).is_ok());
    let said = problem(choices(257));
    assert!(
        said.starts_with("error: a parameter has at most 256 choices, not 257"),
        "{said}"
    );
}

#[test]
fn a_scenario_has_a_number_of_faults_events_and_goals() {
    let fault = "(kind: oom, service: \"s\"), ";
    let inject = "(tick: 1, do: inject((kind: oom, service: \"s\"))), ";
    let restart = "(tick: 1, do: action(\"escalate\")), ";
    let goal = "goal(\"s\", \"http_server_error_rate\", lt(0.5)), ";
    let faults = |faults: usize, injects: usize| {
        let (faults, injects) = (fault.repeat(faults), inject.repeat(injects));
        scenario(&format!("\nfaults: [{faults}],\ntimeline: [{injects}]"))
    };
    let events = |count: usize| scenario(&format!("\ntimeline: [{}]", restart.repeat(count)));
    let goals = |count: usize| scenario(&format!("\ngoals: [{}]", goal.repeat(count)));
    for most in [
        faults(600, 400),
        faults(0, 1000),
        events(10_000),
        goals(1000),
    ] {
        assert!(most.is_ok(), "{}", problem(most));
    }
    for (read, expected, line) in [
        (faults(601, 400), "1001 faults, with those that", 2),
        (faults(0, 1001), "1001 faults, with those that", 3),
        (events(10_001), "10001 events are too many: 10000 are", 2),
        (goals(1001), "1001 goals are too many: 1000 are", 2),
    ] {
        let said = problem(read);
        assert!(said.starts_with(&format!("error: {expected}")), "{said}");
        assert!(said.contains(&format!("x.ron:{line}:")), "{said}");
    }
}
