//! Autoscaling follows the load: late, and no further than it needs.

use firewatch_sim::{
    Autoscaling, FaultKnobs, Simulation, TrafficChange, TrafficServiceState, UserGroupState,
    UserKnob,
};

use crate::{environment, metric, service, shop, turning};

fn change(simulation: &mut Simulation, change: TrafficChange) {
    simulation
        .environment_mut()
        .change_traffic(&change)
        .unwrap();
}

#[test]
fn autoscaling_comes_late_and_goes_slowly() {
    let mut state = shop();
    let traffic = state.traffic.as_mut().unwrap();
    traffic.services[2].start_up_ticks = 3;
    traffic.services[2].autoscaling = Some(Autoscaling {
        target_utilization: 0.6,
        min: 4,
        max: 8,
    });
    let mut simulation = Simulation::new(&state).unwrap();
    simulation.run(5);
    let available =
        |simulation: &Simulation| metric(simulation, "search", "k8s_deployment_pod_available");
    assert_eq!(available(&simulation), 4.0);
    let users = |value| TrafficChange::Users {
        group: "shoppers",
        knob: UserKnob::RateFactor,
        value,
    };
    change(&mut simulation, users(Some(1.8)));
    let mut seen = Vec::new();
    for _ in 0..12 {
        simulation.run(1);
        seen.push(available(&simulation));
    }
    assert_eq!(seen[..3], [4.0; 3], "{seen:?}");
    assert!(seen[11] >= 6.0 && seen[11] <= 8.0, "{seen:?}");
    change(&mut simulation, users(None));
    simulation.run(5);
    assert!(available(&simulation) >= 6.0);
    simulation.run(20);
    assert!(available(&simulation) < 6.0);
}

/// Half again as much load takes half again as many instances, once, however long they start.
#[test]
fn autoscaling_orders_what_the_load_needs() {
    for start_up_ticks in [1, 2, 3] {
        let autoscaling = Autoscaling {
            target_utilization: 0.5,
            min: 2,
            max: 40,
        };
        let service = TrafficServiceState {
            instances: 6,
            start_up_ticks,
            autoscaling: Some(autoscaling),
            zones: ["a", "b", "c"].map(String::from).into(),
            ..service("feed", 10, 0.1, 1000.0)
        };
        let users = UserGroupState::new("readers", "feed", 300.0);
        let state = environment(vec![service], vec![], vec![users]);
        let desired =
            |simulation: &Simulation| metric(simulation, "feed", "k8s_deployment_pod_desired");
        let mut simulation = Simulation::new(&state).unwrap();
        simulation.run(3);
        assert_eq!(desired(&simulation), 6.0);
        let rps = TrafficChange::Users {
            group: "readers",
            knob: UserKnob::Rps,
            value: Some(450.0),
        };
        change(&mut simulation, rps);
        for _ in 0..20 {
            simulation.run(1);
            assert!([6.0, 9.0].contains(&desired(&simulation)));
        }
        assert_eq!(desired(&simulation), 9.0);
        // A lost zone takes its share of what is ordered too: nine of which six run.
        let mut simulation = Simulation::new(&state).unwrap();
        let lost = FaultKnobs {
            zone: Some("a".into()),
            down: true,
            ..FaultKnobs::default()
        };
        simulation.inject_fault(&turning("feed", lost)).unwrap();
        simulation.run(20);
        assert_eq!(desired(&simulation), 9.0);
        let utilization = metric(&simulation, "feed", "http_server_worker_utilization");
        assert!((utilization - 0.5).abs() < 0.01, "{utilization}");
    }
}
