//! Caches in the memory of instances, and messages that wait, as they can be computed by hand.

use firewatch_sim::{
    CallState, EnvironmentState, FaultKind, FaultKnobs, FaultState, ServiceKnob, Simulation,
    TrafficChange, TrafficServiceState, UserGroupState,
};

use crate::{environment, metric, service, turning};

const HITS: &str = "http_client_cache_hit_ratio";

/// Four instances in two zones keep answers of a store that takes an hour to fill them again.
fn cached(faults: Vec<FaultState>) -> Simulation {
    let web = TrafficServiceState {
        instances: 4,
        zones: vec!["a".into(), "b".into()],
        ..service("web", 50, 0.001, 1000.0)
    };
    let call = CallState {
        cache: Some(firewatch_sim::Cache {
            hit_share: 0.8,
            warm_up_s: 1e7,
        }),
        ..CallState::new("web", "store")
    };
    let state = EnvironmentState {
        faults,
        ..environment(
            vec![web, service("store", 50, 0.001, 1000.0)],
            vec![call],
            vec![UserGroupState::new("shoppers", "web", 20.0)],
        )
    };
    Simulation::new(&state).unwrap()
}

fn hits_after(simulation: &mut Simulation, ticks: u64) -> f64 {
    simulation.run(ticks);
    metric(simulation, "web", HITS)
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-3, "{got} for {expected}");
}

fn in_zone(zone: Option<&str>, knobs: FaultKnobs) -> FaultState {
    turning(
        "web",
        FaultKnobs {
            zone: zone.map(str::to_owned),
            ..knobs
        },
    )
}

#[test]
fn a_cache_is_lost_by_the_share_of_the_instances_that_go() {
    let down = FaultKnobs {
        down: true,
        ..FaultKnobs::default()
    };
    let lost = |lost_instances: f64| FaultKnobs {
        lost_instances,
        ..FaultKnobs::default()
    };
    for (faults, left) in [
        (vec![], 1.0),
        (vec![in_zone(Some("a"), down.clone())], 0.5),
        (vec![in_zone(None, lost(1.0))], 0.75),
        (vec![in_zone(None, lost(3.0))], 0.25),
        (vec![in_zone(None, lost(4.0))], 0.0),
        (vec![in_zone(None, down.clone())], 0.0),
        (
            vec![in_zone(Some("a"), down.clone()), in_zone(Some("b"), down)],
            0.0,
        ),
        // Fewer workers of as many instances forget nothing, nor do slow ones.
        (
            vec![FaultState::new(FaultKind::CONFIG_DRIFT, "web", 1.0)],
            1.0,
        ),
        (
            vec![in_zone(
                Some("a"),
                FaultKnobs {
                    slow_factor: Some(3.0),
                    error_ratio: 0.2,
                    ..FaultKnobs::default()
                },
            )],
            1.0,
        ),
    ] {
        let mut simulation = cached(faults);
        assert_near(metric(&simulation, "web", HITS), 0.8);
        // What is gone is lost once, and does not come back by itself.
        assert_near(hits_after(&mut simulation, 1), 0.8 * left);
        assert_near(hits_after(&mut simulation, 3), 0.8 * left);
    }
}

#[test]
fn instances_that_come_back_bring_nothing_and_those_taken_away_keep_nothing() {
    let mut simulation = cached(vec![]);
    simulation.tick();
    let mut scale = |instances: f64, left: f64| {
        let change = TrafficChange::Service {
            service: "web",
            knob: ServiceKnob::Instances,
            value: Some(instances),
        };
        simulation
            .environment_mut()
            .change_traffic(&change)
            .unwrap();
        assert_near(hits_after(&mut simulation, 1), 0.8 * left);
    };
    scale(2.0, 0.5);
    scale(8.0, 0.5);
    scale(6.0, 0.375);
    scale(6.0, 0.375);
    scale(0.0, 0.0);
    scale(4.0, 0.0);
}

/// A state that was saved with instances away goes on with the same cache.
#[test]
fn what_ran_is_part_of_the_state() {
    let zone_lost = in_zone(
        Some("a"),
        FaultKnobs {
            down: true,
            ..FaultKnobs::default()
        },
    );
    let mut simulation = cached(vec![zone_lost]);
    simulation.run(2);
    let mut again = Simulation::new(&simulation.view().capture()).unwrap();
    assert_near(hits_after(&mut simulation, 2), 0.4);
    assert_near(hits_after(&mut again, 2), 0.4);
    assert_eq!(again.view().state_hash(), simulation.view().state_hash());
}

/// 90 messages a second to a consumer that does 75: none waits at the start, then 450 more with each tick of 30 s; the oldest
/// of them has waited for a sixth of the time.
#[test]
fn messages_wait_from_the_first_tick_on() {
    let message = CallState {
        asynchronous: true,
        ..CallState::new("orders", "mailer")
    };
    let state = environment(
        vec![
            service("orders", 8, 0.001, 100.0),
            service("mailer", 3, 0.04, 0.0),
        ],
        vec![message],
        vec![UserGroupState::new("customers", "orders", 90.0)],
    );
    let mut simulation = Simulation::new(&state).unwrap();
    for tick in 0..4 {
        let lag = metric(&simulation, "mailer", "messaging_consumer_lag");
        let age_s = metric(
            &simulation,
            "mailer",
            "messaging_consumer_freshness_seconds",
        );
        let (wanted, wanted_s) = (450.0 * f64::from(tick), 5.0 * f64::from(tick));
        assert!((lag - wanted).abs() <= 0.02 * wanted, "{lag} after {tick}");
        assert!(
            (age_s - wanted_s).abs() <= 0.03 * wanted_s,
            "{age_s} s after {tick}"
        );
        simulation.tick();
    }
}
