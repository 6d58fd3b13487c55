//! The cascade where there is traffic: load goes down the calls, latency and errors come back up.

use bevy_ecs::prelude::*;

use crate::tick::mesh::Meshes;
use crate::world::service::{RequestQueue, RequestTraffic, RuntimeDiagnostics, ServiceInfo};
use crate::world::traffic::MeshTraffic;

/// The metrics of a service that no classic rule of the cascade writes.
type Metrics = (
    &'static mut ServiceInfo,
    Option<&'static mut RequestTraffic>,
    Option<&'static mut RequestQueue>,
    Option<&'static mut RuntimeDiagnostics>,
);

/// Lets requests flow for a tick, and writes the metrics of the services.
pub(crate) fn flow(mut meshes: Meshes<&mut MeshTraffic>, mut metrics: Query<Metrics>) {
    meshes.for_each(
        |_, _| true,
        |_, mut traffic, _, services| {
            let traffic = &mut *traffic;
            traffic.flow();
            for (index, &entity) in services.entities().iter().enumerate() {
                let (vitals, runtime) = services.service(index);
                traffic.write_vitals(index, vitals, runtime);
                let Ok((mut info, requests, queue, diagnostics)) = metrics.get_mut(entity) else {
                    continue;
                };
                traffic.write_info(index, &mut info);
                if let Some(mut requests) = requests {
                    traffic.write_requests(index, &mut requests);
                }
                if let Some(mut queue) = queue {
                    traffic.write_queue(index, &mut queue);
                }
                if let Some(mut diagnostics) = diagnostics {
                    traffic.write_diagnostics(index, &mut diagnostics);
                }
            }
        },
    );
}
