//! Faults of a scenario.

use std::num::NonZeroU64;

use firewatch_action::Metrics;
use firewatch_sim::{FaultCourse, FaultKind, FaultKnobs, FaultRecovery, FaultShape, FaultState};

/// A fault on a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong: one of [`Scenario::fault_kinds`](crate::Scenario::fault_kinds), or [`FaultKind::KNOBS`] for a
    /// fault that says itself what it turns.
    pub kind: FaultKind,
    /// The service.
    pub service: String,
    /// How fast it develops, 0 to 100.
    pub speed: f64,
    /// Ticks done when it begins.
    pub start_tick: u64,
    /// Ticks that it lasts; `None` lasts until it is halted. No field of the classic physics.
    pub for_ticks: Option<NonZeroU64>,
    /// How severe it becomes, 0 (not at all) to 1. No field of the classic physics.
    pub level: Option<f64>,
    /// How it reaches its level. No field of the classic physics.
    pub shape: Option<FaultShape>,
    /// How what it has turned goes back when it is over; if `None` at once, but memory that has leaked when the service
    /// is restarted. No field of the classic physics.
    pub recovery: Option<FaultRecovery>,
    /// What it turns, if and only if it is of [`FaultKind::KNOBS`]. No field of the classic physics.
    pub knobs: Option<Box<FaultKnobs>>,
    /// The actions that end it, if it is of [`FaultKind::KNOBS`]: none does by default. Kinds have their own.
    pub ended_by: Vec<String>,
    /// Metrics that its service has at the start because of it.
    pub metrics: Metrics,
    /// Whether the service is meant not to be in the mesh.
    pub absent: bool,
}

impl Fault {
    /// A fault that turns knobs of a service, from the first tick on.
    #[must_use]
    pub fn of_knobs(knobs: FaultKnobs, service: impl Into<String>) -> Self {
        Self {
            knobs: Some(Box::new(knobs)),
            ..Self::new(FaultKind::KNOBS, service)
        }
    }

    /// A fault of that kind on a service, of speed 1, from the first tick on.
    #[must_use]
    pub fn new(kind: FaultKind, service: impl Into<String>) -> Self {
        Self {
            kind,
            service: service.into(),
            speed: 1.0,
            start_tick: 0,
            for_ticks: None,
            level: None,
            shape: None,
            recovery: None,
            knobs: None,
            ended_by: Vec::new(),
            metrics: Metrics::new(),
            absent: false,
        }
    }

    /// Whether its speed changes anything in the physics of traffic: how fast a ramp rises, or memory fills.
    #[must_use]
    pub(crate) fn has_speed_in_traffic(&self) -> bool {
        let is_ramp = match self.shape.or(self.kind.shape_in_traffic()) {
            Some(FaultShape::Ramp) => true,
            Some(FaultShape::Spike) => self.for_ticks.is_none(),
            _ => false,
        };
        self.kind.fills_memory_in_traffic() || is_ramp
    }

    /// What is wrong, in a few words: its kind, or the knobs that it turns (`slow_factor 4`).
    #[must_use]
    pub fn title(&self) -> String {
        match &self.knobs {
            Some(knobs) => title_of_knobs(knobs),
            None => self.kind.name().to_owned(),
        }
    }

    /// The fault as the engine takes it, at its beginning.
    #[must_use]
    pub fn state(&self) -> FaultState {
        let usual = FaultCourse::default();
        let course = FaultCourse {
            for_ticks: self.for_ticks,
            level: self.level.unwrap_or(usual.level),
            shape: self.shape,
            knobs: self.knobs.as_deref().cloned(),
            recovery: self.recovery,
            ended_by: self.ended_by.clone(),
            ..usual
        };
        FaultState {
            course: Some(course).filter(|course| *course != FaultCourse::default()),
            ..FaultState::new(self.kind, &self.service, self.speed)
        }
    }
}

/// Returns what knobs turn, in a few words: `down, in zone b`.
#[must_use]
pub fn title_of_knobs(knobs: &FaultKnobs) -> String {
    let given = |number: f64| (number != 0.0).then_some(number);
    let numbers = [
        ("error_ratio", given(knobs.error_ratio)),
        ("added_latency_s", given(knobs.added_latency_s)),
        ("slow_factor", knobs.slow_factor),
        ("lost_instances", given(knobs.lost_instances)),
        ("unreachable_ratio", given(knobs.unreachable_ratio)),
        ("queue_limit", knobs.queue_limit),
        ("memory_growth", given(knobs.memory_growth)),
        ("timeout_s", knobs.timeout_s),
        ("retries", knobs.retries.map(f64::from)),
        ("backoff_s", knobs.backoff_s),
        ("share", knobs.share),
    ];
    let numbers = numbers.into_iter();
    let mut all: Vec<String> = numbers
        .filter_map(|(name, number)| number.map(|number| format!("{name} {number}")))
        .collect();
    all.extend(knobs.down.then(|| "down".to_owned()));
    all.extend(knobs.cut.then(|| "cut".to_owned()));
    all.extend(knobs.cache_flushed.then(|| "cache flushed".to_owned()));
    all.extend(knobs.zone.iter().map(|zone| format!("in zone {zone}")));
    all.extend(knobs.to.iter().map(|to| format!("of its calls to {to}")));
    all.join(", ")
}
