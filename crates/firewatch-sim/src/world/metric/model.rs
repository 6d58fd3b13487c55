//! The description of a metric: name, type, unit, range, meaning, and how it is read and written.

use bevy_ecs::prelude::*;

use super::range::Range;
use crate::world::service::{
    Certificate, CrashLoop, ImagePull, Pipeline, RequestQueue, RequestTraffic, Runtime,
    RuntimeDiagnostics, ServiceInfo, Traffic, Uptime, Vitals,
};
use crate::world::value::Value;

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// A binary64 number.
    Float,
    /// A 64-bit integer.
    Int,
    /// `true` or `false`.
    Bool,
    /// Text.
    Text,
    /// One of the names of [`Status`](crate::Status).
    Status,
    /// A list of texts.
    Lines,
}

impl MetricKind {
    /// The type in words for a message: `a number`, `a whole number`, ...
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Float => "a number",
            Self::Int => "a whole number",
            Self::Bool => "true or false",
            Self::Text => "text",
            Self::Status => "healthy, degraded, critical or down",
            Self::Lines => "a list of texts",
        }
    }
}

/// One known metric.
pub struct Metric {
    /// Name in files, traces and snapshots.
    pub name: &'static str,
    /// Type.
    pub kind: MetricKind,
    /// Unit in UCUM notation as OpenTelemetry writes it: `1` for ratios, `s`, `By`, `{thread}`;
    /// empty where there is none.
    pub unit: &'static str,
    /// Smallest value that makes sense, for numbers. The engine [allows](Metric::allows) more.
    pub min: f64,
    /// Largest value that makes sense, for numbers. The engine [allows](Metric::allows) more.
    pub max: f64,
    /// Whether every service has it. The others are absent until something attaches them.
    pub always: bool,
    /// What it is.
    pub about: &'static str,
    pub(super) range: Range,
    pub(super) number: Number,
    pub(super) read: fn(EntityRef) -> Option<Value>,
    pub(super) fits: fn(&Value) -> bool,
    pub(super) write: fn(&mut EntityWorldMut, &Value),
}

/// Reads a metric as a number from the component that has it, `None` where it is absent or no number, and sets it.
pub(crate) struct Numbers<C: 'static> {
    /// Of one component.
    pub(crate) read: fn(&C) -> Option<f64>,
    /// Sets it to a value that was checked.
    pub(crate) write: fn(&mut C, &Value),
    /// Copies the numbers of all components in one call. The last argument is the step from one place to the
    /// next, in elements: 1 or more.
    pub(crate) copy: fn(&[C], &mut [f32], usize),
}

/// A component that has metrics.
pub(crate) trait HasMetrics: Component + Sized {
    /// How a metric is read and set, if it is one of the component's.
    fn numbers(number: &Number) -> Option<&Numbers<Self>>;
}

macro_rules! components_with_metrics {
    ($($component:ident)*) => {
        /// The component that has a metric, and how it is read.
        pub(crate) enum Number {
            $($component(Numbers<$component>),)*
        }

        $(impl HasMetrics for $component {
            #[inline]
            fn numbers(number: &Number) -> Option<&Numbers<Self>> {
                match number {
                    Number::$component(numbers) => Some(numbers),
                    _ => None,
                }
            }
        })*
    };
}

components_with_metrics! {
    Vitals Runtime Uptime ServiceInfo RequestQueue RequestTraffic Traffic CrashLoop Certificate ImagePull Pipeline
    RuntimeDiagnostics
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metric")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish()
    }
}

impl Metric {
    /// Whether the metric can be observed as a number: all but texts and lists of them.
    #[must_use]
    pub fn is_number(&self) -> bool {
        !matches!(self.kind, MetricKind::Text | MetricKind::Lines)
    }

    pub(crate) fn number(&self) -> &Number {
        &self.number
    }

    /// Smallest value above 0 that the metric can have; 0 for one that can have any.
    #[must_use]
    pub fn least_above_zero(&self) -> f64 {
        self.range.least_above_zero
    }

    /// Whether the engine takes the number, which may be beyond what makes sense.
    #[must_use]
    pub fn allows(&self, number: f64) -> bool {
        self.range.allows(number)
    }

    /// The nearest number that the engine takes; NaN is returned unchanged.
    pub(super) fn nearest(&self, number: f64) -> f64 {
        self.range.nearest(number)
    }

    /// Whether numbers of it are held to a range.
    pub(super) fn has_range(&self) -> bool {
        matches!(self.kind, MetricKind::Float | MetricKind::Int)
    }

    /// Whether the value is of the metric's type.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        (self.fits)(value)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
