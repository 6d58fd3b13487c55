//! Which service a blind policy acts on: by what everybody sees, without looking into it.

use std::collections::BTreeSet;

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
        let unhealthy: Vec<Candidate> = services
            .filter(|(_, (_, vitals))| vitals.status != Status::Healthy)
            .collect();
        if matches!(self, Self::Deepest) {
            let names: BTreeSet<&str> = unhealthy.iter().map(|(_, (name, _))| *name).collect();
            let calls_none = |(index, _): &&Candidate| {
                let callees = view.topology().callees(*index);
                !callees.iter().any(|callee| names.contains(callee))
            };
            let deepest = worst(unhealthy.iter().filter(calls_none));
            if deepest.is_some() {
                return deepest;
            }
            // In a circle of calls every service calls an unhealthy one.
        }
        worst(unhealthy.iter())
    }
}

/// A service that is not healthy: its place in the mesh, its name and its vitals.
type Candidate<'w> = (usize, (&'w str, &'w Vitals));

/// Returns the service with the worst status; of equals the one with the most errors, then the first.
fn worst<'a, 'w: 'a>(services: impl Iterator<Item = &'a Candidate<'w>>) -> Option<&'w str> {
    let is_worse = |a: &Vitals, b: &Vitals| {
        let errors = a
            .http_server_error_rate
            .total_cmp(&b.http_server_error_rate);
        a.status.cmp(&b.status).then(errors).is_gt()
    };
    let services = services.map(|(_, service)| *service);
    let worst = services.reduce(|worst, next| {
        if is_worse(next.1, worst.1) {
            next
        } else {
            worst
        }
    });
    worst.map(|(name, _)| name)
}
