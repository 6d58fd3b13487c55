//! Goes through what an operator can read while nobody acts: logs, reports of investigations, alerts.

use std::collections::BTreeMap;
use std::sync::Arc;

use firewatch_action::{ActionRequest, Category};
use firewatch_episode::{BatchStep, Episode, EpisodeBatch, EpisodeError, EpisodeRequest};
use firewatch_sim::{EnvironmentRef, Status};

use super::scan::{Scan, Source};
use crate::arena::Arena;
use crate::work;

/// What was read.
pub(crate) struct Evidence {
    pub(crate) scan: Scan,
    /// The services whose log has a line of level ERROR or above at some tick, and the tick.
    pub(crate) errors: BTreeMap<String, u64>,
    /// The services that are not healthy at some tick.
    pub(crate) unhealthy: BTreeMap<String, u64>,
    /// Reports of investigations that were read, and how many there are.
    pub(crate) reports: u64,
    pub(crate) all_reports: u64,
    /// A fingerprint of all logs.
    pub(crate) logs: u64,
}

impl Evidence {
    /// Whether reports were left out because of the limit.
    pub(crate) fn is_cut(&self) -> bool {
        self.reports < self.all_reports
    }

    /// Reads the logs of all services at all ticks, then what each investigation says about each service at
    /// each tick: as many as fit into the work left below the limit, those on the `first` services before
    /// others.
    pub(crate) fn read(
        arena: &Arena,
        scan: Scan,
        first: &[&str],
        limit: u64,
    ) -> Result<Self, EpisodeError> {
        let mut evidence = Self {
            scan,
            errors: BTreeMap::new(),
            unhealthy: BTreeMap::new(),
            reports: 0,
            all_reports: 0,
            logs: FNV_BASIS,
        };
        watch(arena, |view| evidence.read_tick(view))?;
        let investigations = investigations(arena, first);
        evidence.all_reports = investigations.len() as u64;
        let fitting = arena.fitting(limit);
        if fitting > 0 {
            evidence
                .read_all_reports(arena, &investigations[..fitting.min(investigations.len())])?;
        }
        Ok(evidence)
    }

    fn read_all_reports(
        &mut self,
        arena: &Arena,
        investigations: &[ActionRequest],
    ) -> Result<(), EpisodeError> {
        let (profile, catalogue) = (arena.scenario.profile, Arc::clone(&arena.catalogue));
        let mut episode = Episode::with_actions(profile, catalogue);
        episode.reset(&EpisodeRequest::Scenario(Arc::clone(arena.scenario)))?;
        for investigation in investigations {
            self.read_reports(arena, episode.branch()?, investigation)?;
            self.reports += 1;
        }
        Ok(())
    }

    fn read_tick(&mut self, view: &EnvironmentRef) {
        let tick = view.clock().tick;
        for (name, vitals) in view.service_names().zip(view.vitals()) {
            if vitals.status != Status::Healthy {
                self.unhealthy.entry(name.to_owned()).or_insert(tick);
            }
            for line in view.logs(name) {
                if is_error(&line) {
                    self.errors.entry(name.to_owned()).or_insert(tick);
                }
                self.logs = fingerprint(self.logs, &line);
                let source = Source {
                    tick,
                    service: name,
                    of: "log",
                };
                self.scan.line(&line, &source);
            }
        }
    }

    fn read_reports(
        &mut self,
        arena: &Arena,
        mut episode: Episode,
        investigation: &ActionRequest,
    ) -> Result<(), EpisodeError> {
        let of_tick = work::of_tick(arena.scenario);
        let service = investigation.target.as_deref().unwrap_or_default();
        while episode.end().is_none() {
            arena.work.add(1, of_tick);
            let step = episode.step(investigation)?;
            let source = Source {
                tick: step.observation.tick,
                service,
                of: &investigation.name,
            };
            for line in step.feedback.lines() {
                self.scan.line(line, &source);
            }
        }
        Ok(())
    }
}

/// Returns a fingerprint of all logs, read once more.
pub(crate) fn logs_again(arena: &Arena) -> Result<u64, EpisodeError> {
    let mut logs = FNV_BASIS;
    watch(arena, |view| {
        for line in view.service_names().flat_map(|name| view.logs(name)) {
            logs = fingerprint(logs, &line);
        }
    })?;
    Ok(logs)
}

/// Shows each tick of the incident while nobody acts. It is played in a batch of one, which makes no texts.
fn watch(arena: &Arena, mut look: impl FnMut(&EnvironmentRef)) -> Result<(), EpisodeError> {
    let (profile, catalogue) = (arena.scenario.profile, Arc::clone(&arena.catalogue));
    let request = EpisodeRequest::Scenario(Arc::clone(arena.scenario));
    let mut batch = EpisodeBatch::repeated(profile, catalogue, &request, 1, 1)?;
    let (wait, mut steps) = ([ActionRequest::wait()], [BatchStep::default()]);
    let of_tick = work::of_tick(arena.scenario);
    loop {
        arena.work.add(1, of_tick);
        batch.fleet().read(0, &mut look)?;
        if steps[0].end.is_some() {
            return Ok(());
        }
        batch.step(&wait, &mut steps)?;
    }
}

/// Each investigation on each service, those on the `first` services before others.
fn investigations(arena: &Arena, first: &[&str]) -> Vec<ActionRequest> {
    let specs = || {
        { arena.catalogue.actions().iter() }
            .filter(|spec| spec.category() == Category::Investigation)
    };
    let (own, others): (Vec<&str>, Vec<&str>) = { arena.scenario.services.iter() }
        .map(|service| &*service.name)
        .partition(|name| first.contains(name));
    let untargeted = specs().filter(|spec| !spec.needs_target());
    let mut requests: Vec<ActionRequest> = untargeted
        .map(|spec| ActionRequest::untargeted(spec.name()))
        .collect();
    for service in own.into_iter().chain(others) {
        let targeted = specs().filter(|spec| spec.needs_target());
        requests.extend(targeted.map(|spec| ActionRequest::new(spec.name(), service)));
    }
    requests
}

/// Whether a log line has the level ERROR or above: one of its first words says so.
fn is_error(line: &str) -> bool {
    const LEVELS: [&str; 4] = ["ERROR", "FATAL", "CRITICAL", "SEVERE"];
    const WORDS: usize = 4;
    let is_level = |word: &str| LEVELS.contains(&word.trim_matches(|c: char| !c.is_alphabetic()));
    line.split_whitespace().take(WORDS).any(is_level)
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds a line to a fingerprint (FNV-1a).
fn fingerprint(digest: u64, line: &str) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = line.bytes().chain(std::iter::once(b'\n'));
    bytes.fold(digest, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}
