//! The incident without an answer, beside the same without its faults.

mod fault_seen;

use std::ops::Range;
use std::sync::Arc;

use firewatch_action::{ActionCatalogue, ActionRequest, Metrics};
use firewatch_scenario::{Fault, Scenario, TimelineAction};
use firewatch_sim::{
    Engine, EnvironmentRef, FaultKindDescriptor, ImpactMode, SimError, Status, Vitals,
};

use crate::arena::check_timeline;
use crate::finding::{AuditCheck, AuditFinding};
use crate::text::percent;
use crate::work::{self, Work};
use fault_seen::{FaultSeen, NOTABLE_ERRORS, missed};
use firewatch_episode::{BatchStep, EpisodeBatch, EpisodeError, EpisodeRequest};

const LAG: &str = "data_freshness_lag_seconds";

/// The incident without an answer.
pub(crate) struct UnansweredRun {
    /// The tick at which each service first is not healthy.
    pub(crate) unhealthy_since: Vec<Option<u64>>,
    /// The first tick at which customers are hit.
    pub(crate) hit_at: Option<u64>,
    /// The first alert and its tick.
    pub(crate) alert: Option<(u64, String)>,
    faults: Vec<FaultSeen>,
    red_herrings: Vec<RedHerringSeen>,
}

/// The effect of a red herring without an answer.
#[derive(Clone, Debug, Default)]
struct RedHerringSeen {
    /// Tick and what looks suspicious.
    suspicious: Option<(u64, String)>,
    /// Tick and what is costly about it where there are no faults.
    costly: Option<(u64, String)>,
}

impl UnansweredRun {
    /// Runs the incident without actions, beside the same without each of its faults in turn, and without
    /// all of them. All else stays: the root cause keeps its name, and a seed draws the same baselines for
    /// them all.
    ///
    /// At most a [chunk](work::chunk) of these others exists at a time, and the incident itself
    /// beside each chunk: they are as large as the incident, and one for each fault.
    pub(crate) fn watch(
        scenario: &Arc<Scenario>,
        catalogue: &Arc<ActionCatalogue>,
        work: &Work,
    ) -> Result<Self, EpisodeError> {
        let count = scenario.all_faults().count();
        let mut world = Self {
            unhealthy_since: vec![None; scenario.services.len()],
            hit_at: None,
            alert: None,
            faults: vec![FaultSeen::default(); count],
            red_herrings: vec![RedHerringSeen::default(); scenario.red_herrings.len()],
        };
        let chunk = work::chunk(scenario);
        // The last of them is without all faults.
        for first in (0..=count).step_by(chunk) {
            let others = first..(first + chunk).min(count + 1);
            world.watch_chunk(scenario, catalogue, others, work)?;
        }
        Ok(world)
    }

    fn watch_chunk(
        &mut self,
        scenario: &Arc<Scenario>,
        catalogue: &Arc<ActionCatalogue>,
        others: Range<usize>,
        work: &Work,
    ) -> Result<(), EpisodeError> {
        let count = self.faults.len();
        let nothing = Arc::new(nothing()?);
        let mut worlds = vec![Arc::clone(scenario)];
        for fault in others.clone() {
            let gone = |index| index == fault || fault == count;
            worlds.push(Arc::new(without(scenario, &nothing, gone)?));
        }
        let requests = worlds.iter().cloned().map(EpisodeRequest::Scenario);
        let catalogue = Arc::clone(catalogue);
        let mut batch = EpisodeBatch::with_actions(scenario.profile, catalogue, requests, 1)?;
        let actions = vec![ActionRequest::wait(); worlds.len()];
        let mut steps = vec![BatchStep::default(); worlds.len()];
        let of_tick = work::of_tick(scenario);
        work.add(worlds.len(), of_tick);
        self.look(scenario, &batch, &others)?;
        while steps[0].end.is_none() {
            work.add(worlds.len(), of_tick);
            batch.step(&actions, &mut steps)?;
            steps.iter().try_for_each(check_timeline)?;
            self.look(scenario, &batch, &others)?;
        }
        Ok(())
    }

    /// Observes the incident, which is the first of the batch, and the variants after it.
    fn look(
        &mut self,
        scenario: &Scenario,
        batch: &EpisodeBatch,
        others: &Range<usize>,
    ) -> Result<(), EpisodeError> {
        let vitals = |index: usize| {
            batch.fleet().read(index, |view| {
                view.vitals().copied().collect::<Vec<Vitals>>()
            })
        };
        let with = vitals(0)?;
        let tick = batch.fleet().read(0, |view| view.clock().tick)?;
        let score = batch.score(0)?;
        if score.user_impact() {
            self.hit_at.get_or_insert(tick);
        }
        if self.alert.is_none() {
            let alerts = { batch.fleet() }.read(0, |view| score.alerts(view, scenario.seed))?;
            let first = alerts.first();
            self.alert = first.map(|alert| (tick, format!("{} of {}", alert.name, alert.service)));
        }
        for (since, vitals) in self.unhealthy_since.iter_mut().zip(&with) {
            if vitals.status != Status::Healthy {
                since.get_or_insert(tick);
            }
        }
        let position = |name: &str| { scenario.services.iter() }.position(|s| s.name == name);
        let missed_with = batch.fleet().read(0, missed)?;
        let faults = scenario.all_faults().enumerate();
        for (index, fault) in faults.skip(others.start).take(others.len()) {
            if let Some(service) = position(&fault.service)
                && tick > fault.start_tick
            {
                let (without, missed) = batch.fleet().read(1 + index - others.start, |view| {
                    (view.vitals().nth(service).copied(), missed(view))
                })?;
                if let Some(without) = without {
                    self.faults[index].look(tick, &with[service], &without);
                }
                self.faults[index].look_at_users(tick, &missed_with, &missed);
            }
        }
        if others.contains(&self.faults.len()) {
            self.look_at_red_herrings(scenario, batch, others.len(), &with)?;
        }
        Ok(())
    }

    /// Observes the red herrings of the incident, and of the variant without faults, which is at that index.
    fn look_at_red_herrings(
        &mut self,
        scenario: &Scenario,
        batch: &EpisodeBatch,
        faultless: usize,
        with: &[Vitals],
    ) -> Result<(), EpisodeError> {
        let (tick, alerts) = batch.fleet().read(0, |view| {
            let alerts = batch
                .score(0)
                .map(|score| score.alerts(view, scenario.seed));
            (view.clock().tick, alerts)
        })?;
        let alerts = alerts?;
        for (herring, name) in self.red_herrings.iter_mut().zip(&scenario.red_herrings) {
            let position = scenario.services.iter().position(|s| s.name == *name);
            if let Some(service) = position {
                let alert = alerts.iter().find(|alert| alert.service == *name);
                let alert = alert.map(|alert| format!("{} fires", alert.name));
                herring.suspect(tick, &with[service], alert);
                batch.fleet().read(faultless, |view| {
                    herring.cost(tick, name, scenario.impact, view);
                })?;
            }
        }
        Ok(())
    }

    /// Checks whether each fault takes effect.
    pub(crate) fn fault_effects(&self, scenario: &Scenario) -> Vec<AuditFinding> {
        if self.faults.is_empty() {
            let none = AuditFinding::skipped(AuditCheck::TakesEffect, "there is no fault");
            return vec![none];
        }
        let faults = scenario.all_faults().zip(&self.faults);
        let finding = |(fault, seen): (&Fault, &FaultSeen)| {
            let about = format!("{} of {}", fault.kind, fault.service);
            let (evidence, advice) = seen.evidence(fault, scenario);
            AuditFinding::new(
                AuditCheck::TakesEffect,
                about,
                seen.effect.is_some() || seen.missed.is_some(),
                evidence,
            )
            .advise(advice)
        };
        faults.map(finding).collect()
    }

    /// Checks whether each red herring misleads without harm.
    pub(crate) fn red_herrings(&self, scenario: &Scenario) -> Vec<AuditFinding> {
        if self.red_herrings.is_empty() {
            let none = AuditFinding::skipped(AuditCheck::RedHerrings, "there are no red herrings");
            return vec![none];
        }
        let herrings = scenario.red_herrings.iter().zip(&self.red_herrings);
        let finding = |(name, seen): (&String, &RedHerringSeen)| {
            let known = scenario.has_service(name);
            let judged = match known {
                true => seen.judge(scenario, name),
                false => Err((
                    "it is not in the mesh".to_owned(),
                    "name a service of the mesh",
                )),
            };
            match judged {
                Ok(evidence) => AuditFinding::new(AuditCheck::RedHerrings, name, true, evidence),
                Err((evidence, advice)) => {
                    AuditFinding::new(AuditCheck::RedHerrings, name, false, evidence).advise(advice)
                }
            }
        };
        herrings.map(finding).collect()
    }
}

impl RedHerringSeen {
    fn suspect(&mut self, tick: u64, vitals: &Vitals, alert: Option<String>) {
        let errors = vitals.http_server_error_rate;
        let shows = if errors >= NOTABLE_ERRORS {
            Some(format!("{} of errors", percent(errors)))
        } else {
            alert
        };
        if let (Some(shows), None) = (shows, &self.suspicious) {
            self.suspicious = Some((tick, shows));
        }
    }

    fn cost(&mut self, tick: u64, name: &str, impact: ImpactMode, view: &EnvironmentRef) {
        let status = view.status(name).unwrap_or_default();
        let lag = { view.metric(name, LAG) }.and_then(|lag| lag.as_f64());
        let lag = lag.filter(|lag| impact == ImpactMode::Freshness && *lag > 0.0);
        if self.costly.is_some() {
        } else if status != Status::Healthy {
            self.costly = Some((tick, status.to_string()));
        } else if let Some(lag) = lag {
            self.costly = Some((tick, format!("{lag} s behind with its data")));
        }
    }

    /// Returns what looks suspicious about it; else the evidence against it, and the advice.
    fn judge(&self, scenario: &Scenario, name: &str) -> Result<String, (String, &'static str)> {
        let planted = { scenario.adversarial_logs.iter() }.any(|line| line.service == name)
            || scenario.prompt_injection.as_deref() == Some(name);
        let suspicious = match &self.suspicious {
            Some((tick, shows)) => Some(format!("{shows} at tick {tick}")),
            None => planted.then(|| "a planted log line".to_owned()),
        };
        if let Some((tick, what)) = &self.costly {
            let facts = format!("without any fault it is {what} at tick {tick}: it harms");
            return Err((facts, "give it milder `metrics`, so that it stays healthy"));
        }
        suspicious.ok_or_else(|| {
            let facts = "it looks healthy: less than 5% of errors, no alert, no planted log line";
            let advice = "give it a line in `adversarial_logs`, or `metrics` that set off an alert and leave it healthy";
            (facts.to_owned(), advice)
        })
    }
}

/// A kind of fault that does nothing.
fn nothing() -> Result<FaultKindDescriptor, SimError> {
    let about = "Nothing happens: it stands where a fault was taken away.";
    Ok(FaultKindDescriptor::new("taken_away", about)?)
}

/// The scenario without some of its faults, which are counted through its list and its timeline.
///
/// # Errors
/// The scenario has a kind of the same name as the one that does nothing.
fn without(
    scenario: &Scenario,
    nothing: &Arc<FaultKindDescriptor>,
    gone: impl Fn(usize) -> bool,
) -> Result<Scenario, SimError> {
    let mut scenario = Scenario {
        root_cause: scenario.root_cause_name().map(str::to_owned),
        ..scenario.clone()
    };
    let mut index = 0;
    let mut stays = || {
        index += 1;
        !gone(index - 1)
    };
    if scenario.engine == Engine::SingleFault {
        // It insists on a fault: one that does nothing.
        let nothing = scenario.fault_kinds.register(Arc::clone(nothing))?;
        for fault in scenario.faults.iter_mut().filter(|_| !stays()) {
            fault.kind = nothing;
            fault.metrics = Metrics::new();
        }
        return Ok(scenario);
    }
    scenario.faults.retain(|_| stays());
    scenario.timeline.retain(|event| match event.action {
        TimelineAction::Inject(_) => stays(),
        TimelineAction::Halt(_)
        | TimelineAction::Set(..)
        | TimelineAction::Perform(_)
        | TimelineAction::Turn(_)
        | TimelineAction::Restart(_) => true,
    });
    Ok(scenario)
}
