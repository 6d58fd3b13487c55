//! Data pipelines: a queue between two rates, and how old the results are.

use bevy_ecs::prelude::*;

use crate::tick::ticking::Ticking;
use crate::world::environment::SECONDS_PER_TICK;
use crate::world::num;
use crate::world::service::Pipeline;

/// Moves the queue of every stage that has both rates, and derives throughput and freshness.
pub(crate) fn pipelines(mut services: Query<&mut Pipeline>, ticking: Ticking) {
    ticking.for_each_service(&mut services, |mut pipeline| {
        let rates = (
            pipeline.pipeline_processing_rate_events_per_second,
            pipeline.pipeline_ingestion_rate_events_per_second,
        );
        if let (Some(processing), Some(ingestion)) = rates {
            flow(&mut pipeline, processing, ingestion);
        }
    });
}

fn flow(pipeline: &mut Pipeline, processing: f64, ingestion: f64) {
    let gain = (ingestion - processing) * SECONDS_PER_TICK as f64;
    let depth = pipeline.pipeline_queue_depth.unwrap_or(0) as f64;
    let queue = num::trunc(depth + gain).max(0);
    pipeline.pipeline_queue_depth = Some(queue);
    if ingestion > 0.0 {
        pipeline.pipeline_throughput_ratio = Some(num::round_decimal(processing / ingestion, 3));
    }
    let lag = if queue > 0 && processing > 0.0 {
        num::round_decimal(queue as f64 / processing, 1)
    } else {
        0.0
    };
    pipeline.data_freshness_lag_seconds = Some(lag);
    pipeline.feature_vector_age_seconds_p99 = Some(lag);
}
