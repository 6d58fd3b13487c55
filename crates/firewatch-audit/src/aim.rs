//! Which service a blind policy acts on: by what everybody sees, without looking into it.

use firewatch_sim::{EnvironmentRef, Status, Vitals};

/// How a blind policy picks the service to act on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    /// The service that is worst off.
    Worst,
    /// The worst of the unhealthy services that call no unhealthy one.
    Deepest,
}

impl Aim {
    /// Returns the service, if any is not healthy; of equals the first of the mesh.
    pub(crate) fn pick<'w>(self, view: &EnvironmentRef<'w>) -> Option<&'w str> {
        let services = view.service_names().zip(view.vitals()).enumerate();
        let unhealthy = services.filter(|(_, (_, vitals))| vitals.status != Status::Healthy);
        let picked = match self {
            Self::Worst => worst(unhealthy),
            Self::Deepest => worst(unhealthy.filter(|(index, _)| !calls_unhealthy(view, *index))),
        };
        // In a circle of calls every service calls an unhealthy one.
        match self {
            Self::Deepest if picked.is_none() => Self::Worst.pick(view),
            _ => picked,
        }
    }
}

/// Returns the service with the worst status; of equals the one with the most errors, then the first.
fn worst<'w>(services: impl Iterator<Item = (usize, (&'w str, &'w Vitals))>) -> Option<&'w str> {
    let is_worse = |a: &Vitals, b: &Vitals| {
        let errors = a
            .http_server_error_rate
            .total_cmp(&b.http_server_error_rate);
        a.status.cmp(&b.status).then(errors).is_gt()
    };
    let services = services.map(|(_, service)| service);
    let worst = services.reduce(|worst, next| {
        if is_worse(next.1, worst.1) {
            next
        } else {
            worst
        }
    });
    worst.map(|(name, _)| name)
}

fn calls_unhealthy(view: &EnvironmentRef, service: usize) -> bool {
    let callees = view.topology().callees(service);
    let statuses = callees.into_iter().filter_map(|callee| view.status(callee));
    statuses.into_iter().any(|status| status != Status::Healthy)
}
