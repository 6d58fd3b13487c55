//! Where actions are done: one environment, wherever it lives.

use firewatch_sim::{EnvironmentRef, FaultState, Fleet, Intervention, SimError, Simulation, Value};

/// One environment, wherever it lives: a [`Simulation`], or a [`FleetStage`] for one of a [`Fleet`].
pub trait Stage {
    /// Reads the environment.
    ///
    /// # Errors
    /// There is no such environment.
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError>;

    /// Adds a fault at the end of the list.
    ///
    /// # Errors
    /// As [`firewatch_sim::inject_fault`].
    fn inject_fault(&mut self, fault: &FaultState) -> Result<(), SimError>;

    /// Halts the fault with that index.
    ///
    /// # Errors
    /// As [`firewatch_sim::halt_fault`].
    fn halt_fault(&mut self, index: usize) -> Result<(), SimError>;

    /// Sets a metric of a service.
    ///
    /// # Errors
    /// As [`firewatch_sim::set_metric`].
    fn set_metric(&mut self, service: &str, metric: &str, value: &Value) -> Result<(), SimError>;

    /// Sets what is left of the SLO budget.
    ///
    /// # Errors
    /// As [`Intervention::SetSloBudget`].
    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError>;
}

impl Stage for Simulation {
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError> {
        Ok(read(&self.view()))
    }

    fn inject_fault(&mut self, fault: &FaultState) -> Result<(), SimError> {
        Simulation::inject_fault(self, fault).map(|_| ())
    }

    fn halt_fault(&mut self, index: usize) -> Result<(), SimError> {
        Simulation::halt_fault(self, index)
    }

    fn set_metric(&mut self, service: &str, metric: &str, value: &Value) -> Result<(), SimError> {
        Simulation::set_metric(self, service, metric, value.clone())
    }

    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        self.intervene(&Intervention::SetSloBudget(remaining))
    }
}

/// One environment of a fleet.
pub struct FleetStage<'f> {
    /// The fleet.
    pub fleet: &'f mut Fleet,
    /// Index of the environment.
    pub environment: usize,
}

impl Stage for FleetStage<'_> {
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError> {
        self.fleet.read(self.environment, read)
    }

    fn inject_fault(&mut self, fault: &FaultState) -> Result<(), SimError> {
        self.fleet.inject_fault(self.environment, fault)
    }

    fn halt_fault(&mut self, index: usize) -> Result<(), SimError> {
        self.fleet.halt_fault(self.environment, index)
    }

    fn set_metric(&mut self, service: &str, metric: &str, value: &Value) -> Result<(), SimError> {
        self.fleet
            .set_metric(self.environment, service, metric, value)
    }

    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        let budget = Intervention::SetSloBudget(remaining);
        self.fleet.intervene(self.environment, &budget)
    }
}
