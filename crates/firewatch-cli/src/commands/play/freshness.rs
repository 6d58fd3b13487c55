//! Stale data, which customers notice though every service is healthy.

use firewatch_response::score::ScoreRules;
use firewatch_sim::ImpactMode;

use super::session::PlaySession;

/// Returns a sentence about the data of the pipeline that the incident is about, while it is stale.
pub fn stale_data(session: &PlaySession) -> Option<String> {
    let view = session.view()?;
    if view.environment().impact_mode() != ImpactMode::Freshness {
        return None;
    }
    let limit = ScoreRules::of(session.profile())
        .customers
        .stale_after_seconds;
    let pipelines = view.service_names().filter_map(|service| {
        let lag = view.metric(service, "data_freshness_lag_seconds")?;
        Some((service, lag.as_f64()?))
    });
    // The oldest data; of equals the first.
    let oldest = pipelines.fold(None, |oldest: Option<(&str, f64)>, next| match oldest {
        Some(oldest) if oldest.1 >= next.1 => Some(oldest),
        _ => Some(next),
    });
    let (service, lag) = oldest.filter(|(_, lag)| *lag >= limit)?;
    Some(format!(
        "the data of {service} is {lag:.0}s old: it is stale from {limit:.0}s on"
    ))
}
