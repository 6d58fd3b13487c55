//! Writing the rows of a layout.

use firewatch_response::score::ALERT_NAMES;
use firewatch_sim::{EnvironmentRef, FleetPart, ValueRows};

use super::scale::{Scale, as_flag, in_single};
use super::users::{self, USERS};
use super::{FLAGS, INCIDENT, INCIDENT_TRUTH, ObservationLayout, SERVICE_TRUTH};
use crate::error::EpisodeError;
use crate::session::Session;

/// The flags of a service that is there, by the bits of its alerts.
const FLAGS_OF: [[f32; FLAGS]; 1 << ALERT_NAMES.len()] = {
    let mut rows = [[1.0; FLAGS]; _];
    let mut bits = 0;
    while bits < rows.len() {
        let mut alert = 0;
        while alert < ALERT_NAMES.len() {
            if bits >> alert & 1 == 0 {
                rows[bits][1 + alert] = 0.0;
            }
            alert += 1;
        }
        bits += 1;
    }
    rows
};

impl ObservationLayout {
    /// Writes the rows of the environments of a part whose index `picked` accepts; `values` has a row for each
    /// environment of the part, and `sessions` its session.
    ///
    /// # Errors
    /// [`SimError::BufferLength`](firewatch_sim::SimError::BufferLength),
    /// [`SimError::ObservationTooSmall`](firewatch_sim::SimError::ObservationTooSmall), [`EpisodeError::TooManyUsers`].
    pub(crate) fn write(
        &self,
        part: &mut FleetPart,
        sessions: &[Session],
        picked: impl Fn(usize) -> bool,
        values: &mut [f32],
    ) -> Result<(), EpisodeError> {
        let first = part.range().start;
        if self.users > 0 {
            let sessions = (first..).zip(sessions);
            for (environment, session) in sessions.filter(|(index, _)| picked(*index)) {
                self.check_users(environment, session.scenario.users.len())?;
            }
        }
        let rows = ValueRows {
            length: self.len(),
            start: self.metrics_start(),
        };
        part.observe_rows(&self.metrics, rows, &picked, values)?;
        part.read_picked(&picked, |environment, view| {
            let place = environment - first;
            let row = &mut values[place * rows.length..][..rows.length];
            self.write_row(&sessions[place], view, row);
        });
        Ok(())
    }

    /// Writes all of a row but the metrics, which are there, and normalises these.
    fn write_row(&self, session: &Session, view: &EnvironmentRef, row: &mut [f32]) {
        let services = self.services();
        let (incident, rest) = row.split_at_mut(INCIDENT.len());
        let (metrics, rest) = rest.split_at_mut(services * self.metrics().len());
        let (flags, rest) = rest.split_at_mut(services * FLAGS);
        let (calls, rest) = rest.split_at_mut(services * services);
        let (users, truth) = rest.split_at_mut(self.users * USERS.len());
        self.write_incident(session, view, incident);
        self.scales.apply(metrics);
        flags.fill(0.0);
        let alerts = session.score.alert_bits();
        for (flags, bits) in flags.chunks_exact_mut(FLAGS).zip(alerts) {
            flags.copy_from_slice(&FLAGS_OF[usize::from(bits) % FLAGS_OF.len()]);
        }
        self.write_calls(view, calls);
        if !users.is_empty() {
            users::write(view, self.is_normalised(), users);
        }
        if self.has_ground_truth {
            self.write_truth(view, truth);
        }
    }

    fn write_incident(&self, session: &Session, view: &EnvironmentRef, row: &mut [f32]) {
        let score = &session.score;
        let values = [
            view.clock().tick as f64,
            score.budget(),
            score.burned(),
            f64::from(u8::from(score.user_impact())),
            score.impact(view).bad_customer_minutes,
            f64::from(u8::from(score.shown_mttm_tick(view).is_some())),
        ];
        let is_normalised = self.is_normalised();
        for ((place, value), (_, _, max, half)) in row.iter_mut().zip(values).zip(INCIDENT) {
            *place = in_single(value);
            if is_normalised && max > 1.0 {
                *place = Scale::saturating(half).apply(*place);
            }
        }
    }

    fn write_calls(&self, view: &EnvironmentRef, calls: &mut [f32]) {
        let (room, services) = (self.services(), view.service_count());
        calls.fill(0.0);
        for edge in view.topology().graph().raw_edges() {
            let (caller, callee) = (edge.source().index(), edge.target().index());
            if caller < services && callee < services {
                calls[caller * room + callee] = 1.0;
            }
        }
    }

    fn write_truth(&self, view: &EnvironmentRef, truth: &mut [f32]) {
        truth.fill(0.0);
        let (incident, services) = truth.split_at_mut(INCIDENT_TRUTH.len());
        let there = view.service_count();
        let mut active = 0_u16;
        for fault in view.faults() {
            active = active.saturating_add(u16::from(!fault.halted));
            if fault.node() < there {
                let row = &mut services[fault.node() * SERVICE_TRUTH.len()..];
                row[usize::from(fault.halted)] = 1.0;
            }
        }
        let count = f32::from(active);
        incident[0] = match self.is_normalised() {
            true => Scale::saturating(1.0).apply(count),
            false => count,
        };
        incident[1] = as_flag(active == 0);
        for (index, row) in services
            .chunks_exact_mut(SERVICE_TRUTH.len())
            .enumerate()
            .take(there)
        {
            row[2] = as_flag(view.is_red_herring(index));
            row[3] = as_flag(view.environment().root_cause_service() == Some(index));
        }
    }
}
