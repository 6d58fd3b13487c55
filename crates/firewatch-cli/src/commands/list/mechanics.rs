//! Detects the mechanics of the simulation that a scenario uses.

use firewatch_action::Metrics;
use firewatch_scenario::{Physics, Scenario, TimelineAction};
use firewatch_sim::{Engine, ImpactMode, SimError, Simulation, Value};
use petgraph::algo::is_cyclic_directed;

/// Returns the names of the mechanics, in a fixed order.
///
/// # Errors
/// None for a scenario without problems.
pub fn mechanics(scenario: &Scenario) -> Result<Vec<&'static str>, SimError> {
    let faults: Vec<_> = scenario.all_faults().collect();
    let does = |which: fn(&TimelineAction) -> bool| {
        let mut actions = scenario.timeline.iter().map(|event| &event.action);
        actions.any(which)
    };
    let used = [
        ("traffic", scenario.physics == Physics::Traffic),
        ("generated", scenario.generated),
        ("multi-fault", faults.len() > 1),
        (
            "delayed start",
            scenario.faults.iter().any(|fault| fault.start_tick > 0),
        ),
        ("absent service", faults.iter().any(|fault| fault.absent)),
        (
            "metastable",
            sets(scenario, "metastable_feedback_loop_active"),
        ),
        ("retries", sets(scenario, "effective_rps_multiplier")),
        ("throttle", sets(scenario, "process_cpu_throttle_rate")),
        (
            "crash loop",
            sets(scenario, "runtime_crashloop_backoff_seconds"),
        ),
        ("certificate", sets(scenario, "cert_expiry_bomb_tick")),
        ("image pull", sets(scenario, "image_pull_error")),
        ("pipeline", sets(scenario, "pipeline_")),
        ("freshness", scenario.impact == ImpactMode::Freshness),
        ("red herrings", !scenario.red_herrings.is_empty()),
        ("prompt injection", scenario.prompt_injection.is_some()),
        ("adversarial logs", !scenario.adversarial_logs.is_empty()),
        ("cycle", has_cycle(scenario)?),
        (
            "single-fault engine",
            scenario.engine == Engine::SingleFault,
        ),
        (
            "halts",
            does(|action| matches!(action, TimelineAction::Halt(_))),
        ),
        (
            "injected fault",
            does(|action| matches!(action, TimelineAction::Inject(_))),
        ),
        (
            "set metrics",
            does(|action| matches!(action, TimelineAction::Set(..))),
        ),
        (
            "actions",
            does(|action| matches!(action, TimelineAction::Perform(_))),
        ),
        (
            "turned knobs",
            does(|action| matches!(action, TimelineAction::Turn(_))),
        ),
        (
            "restarts",
            does(|action| matches!(action, TimelineAction::Restart(_))),
        ),
    ];
    let used = used.into_iter().filter(|(_, used)| *used);
    Ok(used.map(|(name, _)| name).collect())
}

/// Returns whether the scenario sets a metric with this name prefix to an active value.
fn sets(scenario: &Scenario, prefix: &str) -> bool {
    let services = scenario.services.iter().map(|service| &service.metrics);
    let faults = scenario.all_faults().map(|fault| &fault.metrics);
    let timeline = scenario
        .timeline
        .iter()
        .filter_map(|event| match &event.action {
            TimelineAction::Set(_, metrics) => Some(metrics),
            TimelineAction::Halt(_)
            | TimelineAction::Inject(_)
            | TimelineAction::Perform(_)
            | TimelineAction::Turn(_)
            | TimelineAction::Restart(_) => None,
        });
    let acts = |metrics: &Metrics| {
        let mut named = metrics.iter().filter(|(name, _)| name.starts_with(prefix));
        named.any(|(_, value)| !is_off(value))
    };
    services.chain(faults).chain(timeline).any(acts)
}

/// Returns whether a value leaves its mechanic inactive.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Bool(active) => !active,
        Value::Text(text) => text.is_empty(),
        // -1 is a certificate that never expires; 0 means no throttling, no back-off, no events.
        other => other.as_f64().is_some_and(|number| number <= 0.0),
    }
}

fn has_cycle(scenario: &Scenario) -> Result<bool, SimError> {
    let simulation = Simulation::from_blueprint(&scenario.blueprint()?)?;
    Ok(is_cyclic_directed(simulation.view().topology().graph()))
}
