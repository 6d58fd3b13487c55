//! Impact by stale data.

use firewatch_sim::{EnvironmentRef, ImpactMode};

/// Age of the root cause's data where that is what counts as impact; absent elsewhere, and where the
/// root cause is not in the mesh.
pub(super) fn root_cause_lag(view: &EnvironmentRef) -> Option<f64> {
    const LAG_IF_ABSENT_SECONDS: f64 = 9999.0;
    let environment = view.environment();
    if environment.impact_mode() != ImpactMode::Freshness {
        return None;
    }
    let service = view.service(environment.root_cause()?)?;
    let pipeline = service.get::<firewatch_sim::Pipeline>();
    let lag = pipeline.and_then(|pipeline| pipeline.data_freshness_lag_seconds);
    Some(lag.unwrap_or(LAG_IF_ABSENT_SECONDS))
}
