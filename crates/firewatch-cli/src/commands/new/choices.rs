//! What a new scenario is about.

use firewatch_scenario::{
    Call, Calls, Diagnostics, Difficulty, Fault, Physics, Scenario, Service, UserGroup,
};
use firewatch_sim::FaultKind;

/// Requests per second of the users: enough for memory to fill during an incident, and a fifth of what a service can do.
const RPS: f64 = 2000.0;
/// What the new scenario is about: what is not given is asked for, or is the default.
#[derive(Debug, PartialEq)]
pub(super) struct Choices {
    pub(super) services: Option<Vec<String>>,
    pub(super) kind: Option<FaultKind>,
    pub(super) on: Option<String>,
}

impl Choices {
    pub(super) fn services(&self) -> Vec<String> {
        let default = || ["web", "api", "db"].map(str::to_owned).to_vec();
        self.services.clone().unwrap_or_else(default)
    }

    pub(super) fn kind(&self) -> FaultKind {
        self.kind.unwrap_or(FaultKind::BAD_DEPLOY)
    }

    /// Returns the service with the fault; by default the middle one.
    pub(super) fn on(&self) -> String {
        let services = self.services();
        let middle = services.get(services.len() / 2);
        let default = || middle.cloned().unwrap_or_default();
        self.on.clone().unwrap_or_else(default)
    }

    /// Returns the scenario of a name, a difficulty and a physics.
    pub(super) fn scenario(
        &self,
        name: &str,
        difficulty: Difficulty,
        physics: Physics,
    ) -> Scenario {
        let names = self.services();
        let mut scenario = Scenario::new(name.to_owned(), difficulty);
        scenario.description = "What customers notice.".to_owned();
        scenario.physics = physics;
        let callees = names.iter().skip(1).map(Some).chain([None]);
        scenario.services = { names.iter().zip(callees) }
            .map(|(name, callee)| Service {
                name: name.clone(),
                calls: Calls::Named(callee.map(Call::new).into_iter().collect()),
                ..Service::default()
            })
            .collect();
        let mut fault = Fault::new(self.kind(), self.on());
        fault.speed = difficulty.fault_speed();
        if physics == Physics::Traffic {
            let first = names.first();
            scenario.users = first
                .map(|first| UserGroup::new(first, RPS))
                .into_iter()
                .collect();
            // There is a moment in which all is well.
            fault.start_tick = 2;
        }
        scenario.faults = vec![fault];
        scenario
    }
}

/// Checks a scenario as if it were read from its file.
pub(super) fn checked(scenario: &Scenario) -> Result<(), Diagnostics> {
    Scenario::parse("the new scenario", &scenario.to_string()).map(|_| ())
}
