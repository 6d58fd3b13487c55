//! Metrics of many services of a fleet that are set in one go.

use firewatch_scenario::Scenario;
use firewatch_sim::{Fleet, FleetPart, MetricKey, MetricSetting, SimError, Value};
use firewatch_tests::neighbour;

/// The name of a metric, and a value for it.
type Setting = (&'static str, fn() -> Value);

const SETTINGS: [Setting; 8] = [
    ("http_server_error_rate", || 0.25.into()),
    ("http_server_error_rate", || 0.5.into()),
    ("restart_count", || 3.into()),
    ("runtime_uptime_seconds", || 0.into()),
    ("process_cpu_utilization", || 0.75.into()),
    ("status", || "down".into()),
    ("effective_rps_multiplier", || 2.0.into()),
    ("mine", || "words".into()),
];

fn fleet() -> Result<Fleet, SimError> {
    let blueprints: Result<Vec<_>, _> = (0..5).map(|seed| neighbour(seed).blueprint()).collect();
    let mut fleet = Fleet::with_shard_size(blueprints?, 1, 5)?;
    fleet.tick();
    Ok(fleet)
}

/// Settings of a service of each environment.
fn settings(part: &mut FleetPart) -> Vec<MetricSetting> {
    let mut settings = Vec::new();
    part.read_all(|environment, view| {
        let last = view.service_count() - 1;
        let Some(service) = view.service_handle(environment.min(last)) else {
            return;
        };
        settings.extend(SETTINGS.map(|(name, value)| MetricSetting {
            service,
            metric: MetricKey::new(name),
            value: value(),
        }));
    });
    settings
}

#[test]
fn they_are_as_if_set_one_by_one() -> Result<(), SimError> {
    let (mut at_once, mut one_by_one) = (fleet()?, fleet()?);
    let before = at_once.state_hash(0)?;
    at_once.try_for_each_part(std::iter::once(()), |part, ()| {
        let settings = settings(part);
        part.set_metrics(&settings)
    })?;
    one_by_one.try_for_each_part(std::iter::once(()), |part, ()| {
        for (index, setting) in settings(part).into_iter().enumerate() {
            part.change(index / SETTINGS.len(), |environment| {
                let mut service = environment.service_of(setting.service)?;
                service.set_metric(&setting.metric, &setting.value)
            })??;
        }
        Ok::<(), SimError>(())
    })?;
    assert_ne!(at_once.state_hash(0)?, before);
    for ticks in 0..3 {
        for environment in 0..5 {
            let hashes = [&at_once, &one_by_one].map(|fleet| fleet.state_hash(environment));
            assert_eq!(hashes[0], hashes[1], "{environment} after {ticks} ticks");
        }
        at_once.tick();
        one_by_one.tick();
    }
    Ok(())
}

#[test]
fn what_a_metric_cannot_be_is_refused() -> Result<(), SimError> {
    let mut fleet = fleet()?;
    let before = fleet.state_hash(0)?;
    fleet.try_for_each_part(std::iter::once(()), |part, ()| {
        let setting = settings(part).remove(0);
        for value in [2.0.into(), f64::NAN.into(), "words".into()] {
            let refused = MetricSetting {
                value,
                ..setting.clone()
            };
            assert!(part.set_metrics(&[refused]).is_err());
        }
        Ok::<(), SimError>(())
    })?;
    assert_eq!(fleet.state_hash(0)?, before);
    Ok(())
}

/// Sets a metric of the first service of each environment.
fn set_of_each(fleet: &mut Fleet, name: &str, value: &Value) -> Result<(), SimError> {
    fleet.try_for_each_part(std::iter::once(()), |part, ()| {
        let mut handles = Vec::new();
        part.read_all(|_, view| handles.extend(view.service_handle(0)));
        let settings = handles.into_iter().map(|service| MetricSetting {
            service,
            metric: MetricKey::new(name),
            value: value.clone(),
        });
        part.set_metrics(&settings.collect::<Vec<_>>())
    })
}

#[test]
fn metrics_that_traffic_computes_are_not_set() -> Result<(), Box<dyn std::error::Error>> {
    let text = r#"Scenario(
        name: "x",
        difficulty: easy,
        users: [(name: "all", service: "web", rps: 20)],
        services: { "web": (), "other": () },
    )"#;
    let blueprint = Scenario::parse("x.ron", text)?.blueprint()?;
    let mut fleet = Fleet::with_shard_size([blueprint.clone(), blueprint], 1, 2)?;
    fleet.tick();
    let before = fleet.state_hash(0)?;
    for (name, value) in [
        ("http_server_error_rate", 0.5.into()),
        ("http_server_request_duration_p99", 0.5.into()),
        ("process_memory_utilization", 0.5.into()),
        ("http_server_active_requests", 5.into()),
        ("http_server_request_rate", 0.5.into()),
        ("status", "down".into()),
    ] {
        let refused = set_of_each(&mut fleet, name, &value);
        let metric = MetricKey::new(name).name().to_owned().leak();
        assert_eq!(refused, Err(SimError::ComputedMetric(metric)));
    }
    let classic = set_of_each(&mut fleet, "image_pull_error", &"x".into());
    assert_eq!(classic, Err(SimError::ClassicMetric("image_pull_error")));
    assert_eq!(fleet.state_hash(0)?, before);
    set_of_each(&mut fleet, "restart_count", &3.into())?;
    let restarts = MetricKey::new("restart_count");
    for environment in 0..2 {
        let set = fleet.read(environment, |view| view.metric_at(0, &restarts))?;
        assert_eq!(set, Some(3.into()));
    }
    Ok(())
}

#[test]
fn those_before_one_that_fails_are_made() -> Result<(), SimError> {
    let mut fleet = fleet()?;
    fleet.try_for_each_part(std::iter::once(()), |part, ()| {
        let settings = settings(part);
        let (error_rate, custom) = (&settings[0], &settings[7]);
        let refused = MetricSetting {
            value: 2.0.into(),
            ..error_rate.clone()
        };
        let all = [custom.clone(), error_rate.clone(), refused];
        assert!(matches!(
            part.set_metrics(&all),
            Err(SimError::OutOfRange { .. })
        ));
        part.read(0, |view| {
            assert_eq!(view.metric_at(0, &custom.metric), Some("words".into()));
            assert_eq!(view.metric_at(0, &error_rate.metric), Some(0.25.into()));
        })
    })
}
