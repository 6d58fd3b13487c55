//! Environments as plain data.

use bevy_ecs::prelude::*;

use crate::host::view::EnvironmentRef;
use crate::world::blueprint::Blueprint;
use crate::world::error::SimError;
use crate::world::metric;
use crate::world::state::{EnvironmentState, FaultState, ServiceState};

impl EnvironmentRef<'_> {
    /// The services with all their metrics as plain data, in order.
    #[must_use]
    pub fn service_states(&self) -> Vec<ServiceState> {
        let states = self.named_services().map(|(name, service)| ServiceState {
            name: name.to_owned(),
            metrics: metric::read_map(service),
        });
        states.collect()
    }

    /// The whole state as plain data; [`crate::spawn_environment`] makes the same environment of it.
    #[must_use]
    pub fn capture(&self) -> EnvironmentState {
        let faults = self.faults().map(|fault| FaultState {
            kind: self.fault_kind(fault),
            service: self.fault_service(fault).to_owned(),
            speed: fault.speed,
            halted: fault.halted,
            halted_at_tick: fault.halted_at_tick,
            progression_tick: fault.progression_tick,
            course: None,
        });
        let mut faults: Vec<FaultState> = faults.collect();
        let traffic = self.traffic_component();
        for (fault, course) in faults
            .iter_mut()
            .zip(traffic.iter().flat_map(|traffic| &traffic.courses))
        {
            fault.course = Some(course.course.clone());
        }
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        EnvironmentState {
            engine: self.environment().engine(),
            impact_mode: self.environment().impact_mode(),
            clock: self.clock(),
            slo_budget: self.slo_budget(),
            impact: self.impact(),
            services: self.service_states(),
            dependencies: self
                .topology()
                .dependencies()
                .map(|(caller, callees)| (caller.to_owned(), owned(callees)))
                .collect(),
            red_herrings: owned(self.topology().red_herrings().collect()),
            root_cause: self.environment().root_cause().map(str::to_owned),
            faults,
            log_script: self.log_script().clone(),
            traffic: traffic.map(|traffic| traffic.capture(self.topology())),
        }
    }
}

impl Blueprint {
    /// The environment as plain data, with every metric that it starts with.
    ///
    /// # Errors
    /// As [`Blueprint::spawn`].
    pub fn state(&self) -> Result<EnvironmentState, SimError> {
        let mut world = World::new();
        let environment = self.spawn(&mut world)?;
        Ok(EnvironmentRef::new(&world, environment)?.capture())
    }
}
