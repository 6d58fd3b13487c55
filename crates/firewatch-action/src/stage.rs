//! Where actions are done: one environment, wherever it lives.

use firewatch_sim::{
    EnvironmentMut, EnvironmentRef, FaultState, Fleet, FleetPart, Intervention, SimError,
    Simulation, Value,
};

/// One environment, wherever it lives: a [`Simulation`], a [`FleetStage`] for one of a [`Fleet`], or
/// a [`PartStage`] for one of a [`FleetPart`].
pub trait Stage {
    /// Reads the environment.
    ///
    /// # Errors
    /// There is no such environment.
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError>;

    /// Changes the environment.
    ///
    /// # Errors
    /// There is no such environment.
    fn change<T>(&mut self, change: impl FnOnce(&mut EnvironmentMut) -> T) -> Result<T, SimError>;

    /// Does something to the environment.
    ///
    /// # Errors
    /// As what is done; nothing is changed then.
    fn intervene(&mut self, intervention: &Intervention) -> Result<(), SimError> {
        self.change(|environment| environment.intervene(intervention))?
    }

    /// Adds a fault at the end of the list.
    ///
    /// # Errors
    /// As [`firewatch_sim::inject_fault`].
    fn inject_fault(&mut self, fault: &FaultState) -> Result<(), SimError> {
        self.intervene(&Intervention::InjectFault(fault))
    }

    /// Halts the fault with that index.
    ///
    /// # Errors
    /// As [`firewatch_sim::halt_fault`].
    fn halt_fault(&mut self, index: usize) -> Result<(), SimError> {
        self.intervene(&Intervention::HaltFault(index))
    }

    /// Sets a metric of a service.
    ///
    /// # Errors
    /// As [`firewatch_sim::set_metric`].
    fn set_metric(&mut self, service: &str, metric: &str, value: &Value) -> Result<(), SimError> {
        self.intervene(&Intervention::SetMetric {
            service,
            metric,
            value,
        })
    }

    /// Sets what is left of the SLO budget.
    ///
    /// # Errors
    /// As [`firewatch_sim::set_slo_budget`].
    fn set_slo_budget(&mut self, remaining: f64) -> Result<(), SimError> {
        self.intervene(&Intervention::SetSloBudget(remaining))
    }
}

impl Stage for Simulation {
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError> {
        Ok(read(&self.view()))
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut EnvironmentMut) -> T) -> Result<T, SimError> {
        Ok(change(&mut self.environment_mut()))
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

    fn change<T>(&mut self, change: impl FnOnce(&mut EnvironmentMut) -> T) -> Result<T, SimError> {
        self.fleet.change(self.environment, change)
    }
}

/// One environment of a part of a fleet.
pub struct PartStage<'s, 'f> {
    /// The part.
    pub part: &'s mut FleetPart<'f>,
    /// Index of the environment in the fleet.
    pub environment: usize,
}

impl Stage for PartStage<'_, '_> {
    fn read<T>(&self, read: impl FnOnce(&EnvironmentRef) -> T) -> Result<T, SimError> {
        self.part.read(self.environment, read)
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut EnvironmentMut) -> T) -> Result<T, SimError> {
        self.part.change(self.environment, change)
    }
}
