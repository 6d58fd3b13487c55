//! What a text report shows of services, and how wide it is.

use clap::{Args, value_parser};
use firewatch_scenario::Scenario;
use firewatch_sim::{METRICS, Metric, MetricKind};

use crate::failure::Failure;

/// The arguments that choose what a text report shows.
#[derive(Args, Clone, Debug, Default)]
pub struct ViewArguments {
    /// Show only this service; may be given several times (text)
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
    /// Show this metric of each service over time; may be given several times (text)
    #[arg(long = "metric", value_name = "METRIC")]
    pub metrics: Vec<String>,
    /// Show only services that were not healthy at some tick (text)
    #[arg(long)]
    pub only_unhealthy: bool,
    /// Fit the text into N columns [40 to 1000; default: those of the terminal, or 80] (text)
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(40..=1000))]
    pub width: Option<u16>,
}

impl ViewArguments {
    /// Returns whether the view includes a service.
    pub fn shows(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|wanted| wanted == service)
    }

    /// Returns the first argument that chooses something, if there is one.
    pub fn first_given(&self) -> Option<&'static str> {
        let given = [
            ("--service", !self.services.is_empty()),
            ("--metric", !self.metrics.is_empty()),
            ("--only-unhealthy", self.only_unhealthy),
            ("--width", self.width.is_some()),
        ];
        given
            .into_iter()
            .find_map(|(argument, is_given)| is_given.then_some(argument))
    }

    /// Rejects services that none of the scenarios has, and metrics that no service can have.
    pub fn check<'a>(
        &self,
        scenarios: impl Iterator<Item = &'a Scenario> + Clone,
    ) -> Result<(), Failure> {
        for service in &self.services {
            check_service(service, scenarios.clone())?;
        }
        for metric in &self.metrics {
            check_metric(metric, scenarios.clone())?;
        }
        Ok(())
    }
}

/// Rejects a service that none of the scenarios has.
pub fn check_service<'a>(
    service: &str,
    scenarios: impl Iterator<Item = &'a Scenario>,
) -> Result<(), Failure> {
    let mut names: Vec<&str> = scenarios
        .flat_map(|scenario| &scenario.services)
        .map(|service| &*service.name)
        .collect();
    if names.is_empty() || names.contains(&service) {
        return Ok(());
    }
    let message = format!("unknown service `{service}`");
    names.sort_unstable();
    names.dedup();
    let help = firewatch_ron::instead_of(service, names)
        .unwrap_or_else(|| "`firewatch list --format json` shows the services".to_owned());
    Err(Failure::Usage(message, Some(help)))
}

fn check_metric<'a>(
    name: &str,
    scenarios: impl Iterator<Item = &'a Scenario>,
) -> Result<(), Failure> {
    if let Some(metric) = METRICS.iter().find(|metric| metric.name == name) {
        return check_drawable(metric);
    }
    let custom: Vec<&str> = scenarios
        .flat_map(|scenario| &scenario.services)
        .flat_map(|service| service.extra_metrics.keys())
        .map(String::as_str)
        .collect();
    if custom.contains(&name) {
        return Ok(());
    }
    let known = METRICS.iter().map(|metric| metric.name).chain(custom);
    let help = firewatch_ron::instead_of(name, known.collect::<Vec<_>>())
        .unwrap_or_else(|| "`firewatch metrics` lists the metrics".to_owned());
    Err(Failure::Usage(
        format!("unknown metric `{name}`"),
        Some(help),
    ))
}

fn check_drawable(metric: &Metric) -> Result<(), Failure> {
    match metric.kind {
        MetricKind::Float | MetricKind::Int | MetricKind::Bool => Ok(()),
        _ => {
            let kind = metric.kind.describe();
            let message = format!("`{}` is {kind}: only numbers are drawn", metric.name);
            let help = "`--format jsonl` and `--format csv` write every metric".to_owned();
            Err(Failure::Usage(message, Some(help)))
        }
    }
}
