//! The account of an incident: who is hit, since when it is mitigated, what it costs customers, and which
//! services it has harmed. Everything that reports one of these asks here.

use firewatch_sim::{EnvironmentRef, ImpactMode};
use serde::{Deserialize, Serialize};

use super::mesh;

/// What an incident has come to so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ImpactTotals {
    /// The tick since which it counts as mitigated.
    pub mttm_tick: Option<u64>,
    /// Whether customers were hit again after it had counted as mitigated.
    pub relapsed: bool,
    /// Bad customer minutes of the last tick.
    pub bad_customer_minutes_now: f64,
    /// Bad customer minutes so far.
    pub bad_customer_minutes: f64,
}

/// Counts, tick by tick, from the first on.
///
/// Customers were hit, and for some ticks in a row are not, and of the faults that have begun none goes on which
/// [has to be ended](super::Incident::has_to_end): then the incident is mitigated, since the first of these ticks.
/// Customers who are hit again reopen it. Before anybody is hit there is nothing to mitigate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImpactTally {
    /// Customers were hit, and it is not mitigated since.
    open: bool,
    /// Ticks in a row without anybody hit and without a fault that has to be ended.
    quiet: u64,
    /// The last tick that hit customers.
    #[serde(default)]
    last_hit: Option<u64>,
    /// Ticks in which it was open, those of the mitigation left out.
    pub(crate) open_ticks: u64,
    pub(crate) mitigated_at: Option<u64>,
    pub(crate) relapsed: bool,
    pub(crate) minutes_now: f64,
    pub(crate) minutes: f64,
}

impl ImpactTally {
    /// Observes a tick, before anything is done after it: what it cost customers if it hit any, and whether no fault
    /// goes on that has to be ended.
    #[inline]
    pub(crate) fn observe(
        &mut self,
        quiet_ticks: u64,
        tick: u64,
        minutes: Option<f64>,
        all_ended: impl FnOnce() -> bool,
    ) {
        self.minutes_now = minutes.unwrap_or(0.0);
        self.minutes += self.minutes_now;
        if minutes.is_some() {
            self.last_hit = Some(tick);
            self.relapsed |= self.mitigated_at.take().is_some();
            self.add_open_ticks();
            (self.open, self.quiet) = (true, 0);
        } else if self.open {
            if all_ended() {
                self.quiet = self.quiet.saturating_add(1);
            } else {
                self.add_open_ticks();
                self.quiet = 0;
            }
            if self.quiet >= quiet_ticks {
                self.mitigated_at = Some(tick.saturating_add(1).saturating_sub(quiet_ticks));
                (self.open, self.quiet) = (false, 0);
            }
        }
    }

    /// Counts a tick in which it was open, and the quiet ones before it.
    fn add_open_ticks(&mut self) {
        // A state that was read can have any count.
        let ticks = self.quiet.saturating_add(1);
        self.open_ticks = self.open_ticks.saturating_add(ticks);
    }

    /// The tick since which customers, who were hit, are not, if they have not been for enough ticks by now: what
    /// anybody can see, whether or not a fault goes on.
    pub(crate) fn unhit_since(&self, quiet_ticks: u64, tick: u64) -> Option<u64> {
        let last = self.last_hit?;
        (tick.saturating_sub(last) >= quiet_ticks).then(|| last.saturating_add(1))
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.minutes_now.is_finite() && self.minutes.is_finite()
    }
}

/// What the last tick cost the customers that it hit: those of the user-facing services that are not healthy, which is
/// `of_services`, and where data has to be fresh, those of all its pipelines; in traffic, its users.
pub(crate) fn minutes(view: &EnvironmentRef, of_services: f64) -> f64 {
    match view.environment().impact_mode() {
        ImpactMode::Standard if view.traffic().is_none() => of_services,
        _ => view.impact().bcm_delta,
    }
}

/// The services that were not healthy because of a fault: `seen` says which were not healthy at a tick at which
/// a fault had begun. A red herring is one only if it has a fault itself. In traffic, where load goes down the calls and
/// errors come up, no fault is needed.
pub(crate) fn harmed(view: &EnvironmentRef, seen: impl Fn(usize) -> bool) -> Vec<usize> {
    let topology = view.topology();
    if view.traffic().is_some() {
        return (0..topology.service_count())
            .filter(|&service| seen(service))
            .collect();
    }
    let reach = mesh::reachable(topology, view.faults().map(|fault| fault.node()));
    let has_fault = |service| view.faults().any(|fault| fault.node() == service);
    let is_harmed = |service: &usize| {
        let counts = !topology.is_red_herring(*service) || has_fault(*service);
        seen(*service) && reach[*service] && counts
    };
    (0..topology.service_count()).filter(is_harmed).collect()
}

/// By the engine's own rule.
pub(crate) fn of_engine(view: &EnvironmentRef, mttm_tick: Option<u64>) -> ImpactTotals {
    ImpactTotals {
        mttm_tick,
        relapsed: false,
        bad_customer_minutes_now: view.impact().bcm_delta,
        bad_customer_minutes: view.impact().bad_customer_minutes,
    }
}

pub(crate) fn of_account(account: &ImpactTally) -> ImpactTotals {
    ImpactTotals {
        mttm_tick: account.mitigated_at,
        relapsed: account.relapsed,
        bad_customer_minutes_now: account.minutes_now,
        bad_customer_minutes: account.minutes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The account after these ticks: what each cost, and whether every fault is over that has to be.
    fn after(ticks: &[(Option<f64>, bool)]) -> ImpactTally {
        let mut account = ImpactTally::default();
        for (tick, &(minutes, ended)) in (1..).zip(ticks) {
            account.observe(2, tick, minutes, || ended);
        }
        account
    }

    #[test]
    fn counts_of_a_state_that_was_read_stop_at_the_largest() {
        let mut account = ImpactTally {
            open: true,
            quiet: u64::MAX,
            open_ticks: u64::MAX,
            ..ImpactTally::default()
        };
        account.observe(2, u64::MAX, Some(0.5), || false);
        assert_eq!((account.open_ticks, account.quiet), (u64::MAX, 0));
        account.quiet = u64::MAX;
        account.observe(u64::MAX, u64::MAX, None, || true);
        assert_eq!((account.quiet, account.mitigated_at), (0, Some(0)));
    }

    const HIT: (Option<f64>, bool) = (Some(0.5), false);
    const QUIET: (Option<f64>, bool) = (None, true);
    const LURKING: (Option<f64>, bool) = (None, false);

    #[test]
    fn mitigated_is_the_first_of_two_quiet_ticks_after_customers_were_hit() {
        assert_eq!(after(&[QUIET; 9]).mitigated_at, None);
        assert_eq!(after(&[HIT, QUIET]).mitigated_at, None);
        assert_eq!(after(&[HIT, QUIET, QUIET, QUIET]).mitigated_at, Some(2));
        assert_eq!(after(&[HIT, QUIET, HIT, QUIET]).mitigated_at, None);
        assert_eq!(after(&[HIT, LURKING, LURKING]).mitigated_at, None);
        assert_eq!(
            after(&[HIT, LURKING, QUIET, QUIET, LURKING]).mitigated_at,
            Some(3)
        );
    }

    #[test]
    fn a_relapse_reopens_it() {
        let relapsed = after(&[HIT, QUIET, QUIET, HIT]);
        assert_eq!((relapsed.mitigated_at, relapsed.relapsed), (None, true));
        let again = after(&[HIT, QUIET, QUIET, HIT, QUIET, QUIET]);
        assert_eq!((again.mitigated_at, again.open_ticks), (Some(5), 2));
        assert_eq!(again.minutes, 1.0);
    }

    #[test]
    fn what_is_seen_does_not_depend_on_the_faults() {
        for quiet in [QUIET, LURKING] {
            let seen =
                |ticks: &[(Option<f64>, bool)]| after(ticks).unhit_since(2, ticks.len() as u64);
            assert_eq!(seen(&[quiet; 9]), None);
            assert_eq!(seen(&[HIT, quiet]), None);
            assert_eq!(seen(&[HIT, quiet, quiet, quiet]), Some(2));
            assert_eq!(seen(&[HIT, quiet, quiet, HIT, quiet]), None);
            assert_eq!(seen(&[HIT, quiet, quiet, HIT, quiet, quiet]), Some(5));
        }
    }

    #[test]
    fn ticks_are_open_until_it_is_mitigated() {
        assert_eq!(after(&[QUIET, HIT, HIT, QUIET, QUIET]).open_ticks, 2);
        assert_eq!(after(&[HIT, QUIET, HIT, LURKING, QUIET]).open_ticks, 4);
    }
}
