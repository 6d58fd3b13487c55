//! Numbers, budget, time and status after each tick.

use firewatch_sim::{
    EnvironmentRef, FaultKind, SECONDS_PER_TICK, Simulation, Status, Value, read_metrics,
};
use proptest::prelude::*;

use crate::config;
use crate::incidents::{Mix, incidents};
use crate::watch::watch;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn error_rates_stay_shares(incident in incidents(Mix::Wild)) {
        watch(&incident, |_, after, _| {
            for vitals in &after.vitals {
                let errors = vitals.http_server_error_rate;
                prop_assert!((0.0..=1.0).contains(&errors), "{errors}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_number_stays_finite(incident in incidents(Mix::Wild)) {
        watch(&incident, |_, after, view| {
            for (name, value) in view.services().flat_map(read_metrics) {
                prop_assert!(value.is_finite(), "{name}: {value}");
            }
            let totals = [
                after.budget.remaining,
                after.impact.bcm_delta,
                after.impact.bad_customer_minutes,
                view.mean_error_rate(),
            ];
            prop_assert!(totals.iter().all(|total| total.is_finite()), "{totals:?}");
            Ok(())
        })?;
    }

    #[test]
    fn the_budget_only_shrinks_and_stops_at_zero(incident in incidents(Mix::Wild)) {
        watch(&incident, |before, after, view| {
            let (was, is) = (before.budget.remaining, after.budget.remaining);
            prop_assert!(0.0 <= is && is <= was, "{was} -> {is}");
            prop_assert!(!view.all_healthy() || is == was);
            prop_assert_eq!(after.budget.is_breached(), is == 0.0);
            Ok(())
        })?;
    }

    #[test]
    fn bad_customer_minutes_never_fall(incident in incidents(Mix::Wild)) {
        watch(&incident, |before, after, _| {
            let delta = after.impact.bcm_delta;
            prop_assert!(delta >= 0.0, "{delta}");
            prop_assert_eq!(
                after.impact.bad_customer_minutes,
                before.impact.bad_customer_minutes + delta
            );
            Ok(())
        })?;
    }

    #[test]
    fn the_time_to_mitigate_is_kept_once_it_is_known(incident in incidents(Mix::Wild)) {
        watch(&incident, |before, after, _| {
            let (was, is) = (before.impact.mttm_achieved_tick, after.impact.mttm_achieved_tick);
            match (was, is) {
                (Some(_), _) => prop_assert_eq!(was, is),
                (None, Some(tick)) => prop_assert!(tick >= 1 && tick + 1 >= after.clock.tick),
                (None, None) => {}
            }
            Ok(())
        })?;
    }

    #[test]
    fn time_advances_exactly(incident in incidents(Mix::Wild)) {
        let uptime = |view: EnvironmentRef, service: &str| {
            view.metric(service, "runtime_uptime_seconds").unwrap()
        };
        let mut simulation = Simulation::new(&incident.state).unwrap();
        for tick in 1..=incident.ticks {
            let environment = simulation.environment();
            incident.intervene(tick, simulation.world_mut(), environment).unwrap();
            let before = simulation.snapshot();
            simulation.tick();
            let view = simulation.view();
            prop_assert_eq!(view.clock().tick, before.clock.tick + 1);
            let seconds = before.clock.sim_time_seconds + SECONDS_PER_TICK;
            prop_assert_eq!(view.clock().sim_time_seconds, seconds);
            for service in &before.services {
                let Value::Int(was) = service.metrics["runtime_uptime_seconds"] else {
                    panic!("uptime is a whole number");
                };
                let restarted = before.faults.iter().any(|fault| {
                    fault.kind == FaultKind::OOM && !fault.halted && fault.service == service.name
                });
                let is = uptime(view, &service.name);
                let went_on = is == Value::Int(was + SECONDS_PER_TICK);
                let started_anew = restarted && is == Value::Int(SECONDS_PER_TICK);
                prop_assert!(went_on || started_anew, "{was} -> {is}");
            }
        }
    }

    #[test]
    fn the_status_is_the_derived_one(incident in incidents(Mix::Wild)) {
        watch(&incident, |_, after, view| {
            for vitals in &after.vitals {
                let derived = Status::derive(
                    vitals.http_server_error_rate,
                    vitals.http_server_request_duration_p99,
                    vitals.process_memory_utilization,
                );
                prop_assert_eq!(vitals.status, derived);
            }
            let healthy = after.vitals.iter().all(|vitals| vitals.status == Status::Healthy);
            prop_assert_eq!(view.all_healthy(), healthy);
            Ok(())
        })?;
    }
}
