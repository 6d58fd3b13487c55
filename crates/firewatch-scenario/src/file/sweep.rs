//! The grid of a sweep.

mod spread;

use firewatch_sim::FaultKind;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::sweep::{Axis, BadRange, Halt, MAX_SWEEP_VALUES, MetricAxis, Seeds, Sweep};
use firewatch_action::decode::{Decoder, Signature, join, key_path};
use firewatch_action::form::{Either, Entries, MapOr};
use spread::Spread;

/// What varies in a sweep, and by which values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Sweep",
    deny_unknown_fields,
    expecting = "a sweep: `Sweep(seeds: range(0, 100))`"
)]
pub(crate) struct SweepForm {
    /// The seeds; the scenario's own if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    seeds: Option<ValuesForm<Seeds>>,
    /// Speeds of faults: of all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    speed: Option<AxesForm<f64>>,
    /// In traffic, levels of faults, 0 to 1: of all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<AxesForm<f64>>,
    /// Kinds of faults: of all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<AxesForm<FaultKind>>,
    /// Ticks at which faults begin: all, or those of some services.
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<AxesForm<u64>>,
    /// Metrics at the start, by service and name; a truth value is 0 or 1. In traffic also the numbers of services
    /// (`instances`, `concurrency`, `work_ms`, `capacity_rps`, `queue_limit`, `start_up_ticks`, `memory_per_request`, and
    /// `target_utilization`, `min` and `max` of their autoscaling), of groups of users (`rps`, `patience_s`, `retries`,
    /// `backoff_s`) and of calls, by `"web -> search"` (`timeout_s`, `retries`, `backoff_s`, `share`, and those of their
    /// breaker and their cache).
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<Entries<Entries<ValuesForm<f64>>>>,
    /// Ticks at which services with faults are halted, instead of when the timeline says: all, or by service.
    #[serde(skip_serializing_if = "Option::is_none")]
    halt: Option<AxesForm<Halt>>,
}

/// A list whose items may stand for several values, or one such item without a list around it.
pub(super) type ValuesForm<T> = Either<<T as Spread>::Range, Vec<<T as Spread>::Item>>;

/// `[...]` for all faults, or `{"service": [...]}` for those of some services.
pub(super) type AxesForm<T> = MapOr<Entries<ValuesForm<T>>, ValuesForm<T>>;

/// The values that a list stands for, if all of them can be. Each has the place of its item, at its number in the
/// grid.
fn values<T: Spread>(form: ValuesForm<T>, notes: &mut Decoder, path: &str) -> Option<Vec<T>> {
    let items = match form {
        Either::Call(range) => return spread(T::of_range(range), notes, path),
        Either::Plain(items) => items,
    };
    if items.is_empty() {
        let message = format!("`{path}` needs at least one value");
        notes.report(codes::EMPTY_LIST, path, message, "no value here", None);
        notes.mark_broken(path);
        return None;
    }
    let place = |index: usize| format!("{path}[{index}]");
    // A range adds several points to the grid, so later items have other numbers there.
    let places: Vec<_> = { 0..items.len() }
        .map(|index| (notes.place(&place(index)), notes.is_broken(&place(index))))
        .collect();
    let (mut values, mut is_broken) = (Vec::new(), false);
    for ((index, item), (span, is_unread)) in items.into_iter().enumerate().zip(places) {
        let of_item = match is_unread {
            true => None,
            false => spread(T::of_item(item), notes, &place(index)),
        };
        let Some(of_item) = of_item else {
            is_broken = true;
            continue;
        };
        if values.len() + of_item.len() > MAX_SWEEP_VALUES {
            let message = format!("`{path}` has more than {MAX_SWEEP_VALUES} values");
            let place = span.or_else(|| notes.place(path)).unwrap_or_default();
            notes.problem(codes::TOO_MANY, path, place, message, "too many", None);
            return None;
        }
        for number in values.len()..values.len() + of_item.len() {
            { span.iter() }.for_each(|span| notes.mark(&place(number), span.clone()));
        }
        values.extend(of_item);
    }
    if is_broken {
        notes.mark_broken(path);
    }
    Some(values)
}

/// What an item stands for.
fn spread<T>(values: Result<Vec<T>, BadRange>, notes: &mut Decoder, path: &str) -> Option<Vec<T>> {
    let noted = values.map_err(|bad| {
        let help = (bad == BadRange::Empty).then(|| "the end is not included".to_owned());
        notes.report(codes::EMPTY_RANGE, path, bad.to_string(), "", help);
        notes.mark_broken(path);
    });
    noted.ok()
}

fn axes<T: Spread>(form: Option<AxesForm<T>>, notes: &mut Decoder, path: &str) -> Vec<Axis<T>> {
    let forms = match form {
        None => Vec::new(),
        Some(MapOr::Other(all)) => vec![(None, path.to_owned(), all)],
        Some(MapOr::Map(Entries(axes))) => { axes.into_iter() }
            .map(|(service, form)| {
                let path = key_path(path, &service);
                (Some(service), path, form)
            })
            .collect(),
    };
    { forms.into_iter() }
        .filter_map(|(service, path, form)| {
            let values = values(form, notes, &path)?;
            Some(Axis { service, values })
        })
        .collect()
}

fn metrics(
    form: Option<Entries<Entries<ValuesForm<f64>>>>,
    notes: &mut Decoder,
    path: &str,
) -> Vec<MetricAxis> {
    let mut axes = Vec::new();
    for (service, Entries(metrics)) in form.map(|Entries(services)| services).unwrap_or_default() {
        let path = key_path(path, &service);
        for (metric, form) in metrics {
            let path = key_path(&path, &metric);
            let service = service.clone();
            axes.extend(values(form, notes, &path).map(|values| MetricAxis {
                service,
                metric,
                values,
            }));
        }
    }
    axes
}

impl SweepForm {
    /// The grid; what is wrong with its values is noted.
    pub(super) fn sweep(self, notes: &mut Decoder, path: &str) -> Sweep {
        let seeds = self.seeds;
        Sweep {
            seeds: seeds
                .and_then(|form| values(form, notes, &join(path, "seeds")))
                .unwrap_or_default(),
            speed: axes(self.speed, notes, &join(path, "speed")),
            level: axes(self.level, notes, &join(path, "level")),
            kind: axes(self.kind, notes, &join(path, "kind")),
            start: axes(self.start, notes, &join(path, "start")),
            metric: metrics(self.metric, notes, &join(path, "metric")),
            halt: axes(self.halt, notes, &join(path, "halt")),
        }
    }
}

/// The first thing that is wrong is the error.
impl TryFrom<SweepForm> for Sweep {
    type Error = String;

    fn try_from(form: SweepForm) -> Result<Self, String> {
        let mut notes = Decoder::default();
        let sweep = form.sweep(&mut notes, "");
        notes.nothing_wrong().map(|()| sweep)
    }
}

fn list<T: Spread>(values: &[T]) -> ValuesForm<T> {
    Either::Plain(values.iter().map(T::item).collect())
}

fn axes_form<T: Spread>(axes: &[Axis<T>]) -> Option<AxesForm<T>> {
    match axes {
        [] => None,
        [
            Axis {
                service: None,
                values,
            },
        ] => Some(MapOr::Other(list(values))),
        axes => {
            let entry = |axis: &Axis<T>| {
                let service = axis.service.clone().unwrap_or_default();
                (service, list(&axis.values))
            };
            Some(MapOr::Map(Entries(axes.iter().map(entry).collect())))
        }
    }
}

fn metrics_form(axes: &[MetricAxis]) -> Option<Entries<Entries<ValuesForm<f64>>>> {
    let of_service = |axes: &[MetricAxis]| {
        let metrics = axes
            .iter()
            .map(|axis| (axis.metric.clone(), list(&axis.values)));
        let service = axes.first().map(|axis| axis.service.clone());
        (service.unwrap_or_default(), Entries(metrics.collect()))
    };
    let services = axes.chunk_by(|a, b| a.service == b.service);
    (!axes.is_empty()).then(|| Entries(services.map(of_service).collect()))
}

impl From<Sweep> for SweepForm {
    fn from(sweep: Sweep) -> Self {
        let seeds = match sweep.seeds.as_slice() {
            [] => None,
            [row] => Some(match row.item() {
                Either::Call(range) => Either::Call(range),
                seed @ Either::Plain(_) => Either::Plain(vec![seed]),
            }),
            seeds => Some(list(seeds)),
        };
        Self {
            seeds,
            speed: axes_form(&sweep.speed),
            level: axes_form(&sweep.level),
            kind: axes_form(&sweep.kind),
            start: axes_form(&sweep.start),
            metric: metrics_form(&sweep.metric),
            halt: axes_form(&sweep.halt),
        }
    }
}

/// How ranges are written.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature::new(&["SeedRange"], "range(first, end)", &["first", "end"]),
    Signature::new(
        &["SpeedRange", "TickRange", "StartRange", "Halt"],
        "range(first, end, step)",
        &["first", "end", "step"],
    ),
];
