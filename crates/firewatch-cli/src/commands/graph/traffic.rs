//! What a graph shows of traffic: who sends requests, and the rate, timeout and retries of calls.

use std::fmt::{self, Write as _};

use firewatch_scenario::{Call, Calls, Load, Scenario};
use firewatch_sim::EnvironmentRef;
use firewatch_sim::num::text_with_decimals;

use super::quoted::Quoted;

/// Returns the attributes of the arrow of a call: nothing in a scenario of the classic physics.
pub(super) fn call_attributes(
    scenario: &Scenario,
    view: &EnvironmentRef,
    caller: &str,
    callee: &str,
) -> Option<String> {
    let mut calls = view.traffic()?.calls();
    let measured = calls.find(|call| call.from == caller && call.to == callee)?;
    let call = said(scenario, caller, callee);
    let mut label = format!("{}/s", short(measured.traffic.attempts_rps));
    // Writing to a String can't fail.
    let _ = if call.asynchronous {
        write!(label, "\nmessages")
    } else {
        write!(label, "\n{}s", call.timeout_s())
    };
    match call.retries() {
        0 => {}
        1 => label.push_str(", 1 retry"),
        retries => {
            let _ = write!(label, ", {retries} retries");
        }
    }
    if let Some(fallback) = &call.fallback {
        let _ = write!(label, "\nelse {fallback}");
    }
    if call.breaker.is_some() {
        label.push_str("\nbreaker");
    }
    if let Some(cache) = &call.cache {
        let _ = write!(label, "\ncache {}%", short(100.0 * cache.hit_share()));
    }
    let style = if call.optional {
        ", style=\"dashed\""
    } else {
        ""
    };
    Some(format!("label={}, fontsize=10{style}", Quoted(&label)))
}

/// Returns what the scenario says of a call.
fn said(scenario: &Scenario, caller: &str, callee: &str) -> Call {
    let mut services = scenario.services.iter();
    let calls = services
        .find(|service| service.name == caller)
        .map(|service| &service.calls);
    let call = match calls {
        Some(Calls::Named(calls)) => calls.iter().find(|call| call.to == callee).cloned(),
        Some(Calls::Catalogue) | None => None,
    };
    call.unwrap_or_else(|| Call::new(callee))
}

/// Writes the groups of users, each with an arrow to its service.
pub(super) fn write_users(dot: &mut String, scenario: &Scenario) -> fmt::Result {
    for users in &scenario.users {
        let rate = match &users.rps {
            Load::Constant(rps) => format!("{}/s", short(*rps)),
            changing => {
                let rates = changing.points().iter().map(|point| point.rps);
                let least = rates.clone().fold(f64::INFINITY, f64::min);
                let most = rates.fold(0.0, f64::max);
                format!("{} to {}/s", short(least), short(most))
            }
        };
        let node = format!("(users) {}", users.name());
        let label = format!("users of {}\n{rate}", users.name());
        let (node, label) = (Quoted(&node), Quoted(&label));
        writeln!(
            dot,
            "  {node} [label={label}, shape=ellipse, fillcolor=\"#deebf7\"];"
        )?;
        writeln!(dot, "  {node} -> {};", Quoted(&users.service))?;
    }
    Ok(())
}

/// Formats a rate or a share without many digits.
fn short(number: f64) -> String {
    text_with_decimals(number, 1)
}
