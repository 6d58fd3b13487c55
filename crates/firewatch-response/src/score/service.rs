//! Score state of a service.

use firewatch_action::{Profile, UserImpactRule};
use firewatch_sim::{Status, Vitals};
use serde::{Deserialize, Serialize};

use super::alert::AlertSet;
use super::mesh::Role;
use super::rules::ScoreRules;

/// Score state of a service. It is read at every step, so rarely used data is kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceRecord {
    // Its role: in the account it takes no padding.
    pub(super) weight: f64,
    pub(super) user_facing: bool,
    /// As last observed: after the tick, then after the action.
    pub(super) error_rate: f64,
    /// Of the observation before the step.
    pub(super) error_rate_before: f64,
    /// The status that the profile goes by, as last observed.
    pub(crate) status: Status,
    /// Whether customers would be hit if they talked to it, as last observed.
    pub(super) hurts: bool,
    /// The alerts that fire, as last observed.
    pub(crate) alerts: AlertSet,
    /// Those that fired at the end of the last step.
    pub(super) noted_alerts: AlertSet,
    /// Not healthy at some observation; by the account after a tick at which a fault had begun.
    pub(super) seen: bool,
    /// Healthy again later.
    pub(super) recovered: bool,
}

// Seven services take four cache lines.
const _: () = assert!(size_of::<ServiceRecord>() == 32);

impl ServiceRecord {
    pub(super) fn new(role: Role) -> Self {
        let Role {
            weight,
            user_facing,
        } = role;
        Self {
            weight,
            user_facing,
            error_rate: 0.0,
            error_rate_before: 0.0,
            status: Status::Healthy,
            hurts: false,
            alerts: AlertSet::default(),
            noted_alerts: AlertSet::default(),
            seen: false,
            recovered: false,
        }
    }

    /// Whether other alerts fire than at the end of the last step.
    #[inline]
    pub(super) fn has_new_alerts(&self) -> bool {
        self.alerts != self.noted_alerts
    }

    /// Keeps the last observation as the one before the step.
    #[inline]
    pub(super) fn keep_error_rate(&mut self) {
        self.error_rate_before = self.error_rate;
    }

    #[inline]
    pub(super) fn observe(&mut self, rules: &ObservationRules, vitals: &Vitals) {
        self.error_rate = vitals.http_server_error_rate;
        self.status = if rules.derives_status {
            vitals.derived_status()
        } else {
            vitals.status
        };
        self.hurts = rules.user_impact.holds(vitals);
        self.alerts = AlertSet::of(rules.warning_at, vitals, self.status);
    }
}

/// The rules of an observation, side by side for the loop over services.
pub(super) struct ObservationRules {
    derives_status: bool,
    user_impact: UserImpactRule,
    warning_at: [f64; 3],
}

impl ObservationRules {
    const REFERENCE: Self = Self::of(&ScoreRules::REFERENCE);
    const STANDARD: Self = Self::of(&ScoreRules::STANDARD);

    pub(super) fn of_profile(profile: Profile) -> &'static Self {
        match profile {
            Profile::Reference => &Self::REFERENCE,
            Profile::Standard => &Self::STANDARD,
        }
    }

    const fn of(rules: &ScoreRules) -> Self {
        let [error_rate, latency, memory] = &rules.alerts;
        Self {
            derives_status: rules.derives_status,
            user_impact: rules.customers.user_impact,
            warning_at: [error_rate.warning_at, latency.warning_at, memory.warning_at],
        }
    }
}

/// What services that are observed come to together.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// How many are not healthy.
    pub(super) unhealthy: usize,
    /// Whether one that customers talk to hurts them.
    pub(super) hurts_customers: bool,
    /// What a tick costs the customers of those that they talk to and that are not healthy, in minutes.
    pub(super) unhealthy_facing_minutes: f64,
}

impl Look {
    /// Observes services, with what is done to each before.
    #[inline]
    pub(super) fn of_profile(
        profile: Profile,
        records: &mut [ServiceRecord],
        vitals: &[Vitals],
        before: impl Fn(&mut ServiceRecord),
    ) -> Self {
        // A loop for each profile, in which its rules are constants.
        match profile {
            Profile::Reference => {
                Self::with_rules(&ObservationRules::REFERENCE, records, vitals, before)
            }
            Profile::Standard => {
                Self::with_rules(&ObservationRules::STANDARD, records, vitals, before)
            }
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "rules are constants only where it is inlined: half as many instructions"
    )]
    #[inline(always)]
    fn with_rules(
        rules: &ObservationRules,
        records: &mut [ServiceRecord],
        vitals: &[Vitals],
        before: impl Fn(&mut ServiceRecord),
    ) -> Self {
        let mut look = Self::default();
        for (record, vitals) in records.iter_mut().zip(vitals) {
            before(record);
            record.observe(rules, vitals);
            look.add(record, vitals);
        }
        // Where a host has despawned a service, there are vitals of fewer: the other records stay as they are.
        for record in records.iter().skip(vitals.len()) {
            look.add_record(record);
        }
        look
    }

    /// Adds a service that was observed.
    #[inline]
    fn add(&mut self, record: &ServiceRecord, vitals: &Vitals) {
        self.add_record(record);
        let costs = record.user_facing & (vitals.status != Status::Healthy);
        // Selected rather than branched on, as the status is. Adding 0 is adding nothing.
        self.unhealthy_facing_minutes += match costs {
            true => vitals.bad_customer_minutes(),
            false => 0.0,
        };
    }

    #[inline]
    fn add_record(&mut self, record: &ServiceRecord) {
        self.unhealthy += usize::from(record.status != Status::Healthy);
        self.hurts_customers |= record.user_facing & record.hurts;
    }
}
