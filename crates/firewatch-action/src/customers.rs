//! Who the customers of an incident talk to, and whether they are hit. Actions, scores and whatever reports either ask
//! here.

use std::fmt;
use std::sync::OnceLock;

use firewatch_sim::{EnvironmentRef, ImpactMode, Pipeline, Status, Topology, Vitals};

use crate::model::Profile;

/// Services that customers talk to in the reference, wherever they are part of a mesh.
const KNOWN_NAMES: [&str; 2] = ["api-gateway", "checkout-service"];

/// The rules about customers of a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomerRules {
    /// Which services customers talk to.
    pub user_facing: UserFacingRule,
    /// When a service hits the customers who talk to it.
    pub user_impact: UserImpactRule,
    /// Whether customers are hit while the root cause's data is stale, in incidents about freshness.
    pub stale_data_hits_users: bool,
    /// Age from which on data is stale, seconds.
    pub stale_after_seconds: f64,
}

/// Which services customers talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserFacingRule {
    /// Those of these names of the reference, and no others.
    KnownNames,
    /// Those that the scenario names; else the entries of the mesh: those that no service calls and that are no
    /// red herrings. In a mesh without such an entry all.
    NamedOrEntries,
}

/// When a service hits the customers who talk to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UserImpactRule {
    /// Its error rate is above this, a ratio.
    ErrorRateAbove(f64),
    /// It is not healthy.
    NotHealthy,
}

impl CustomerRules {
    /// The reference's, its defects included.
    pub const REFERENCE: Self = Self {
        user_facing: UserFacingRule::KnownNames,
        user_impact: UserImpactRule::ErrorRateAbove(0.1),
        stale_data_hits_users: false,
        stale_after_seconds: 300.0,
    };
    /// Those of the standard profile.
    pub const STANDARD: Self = Self {
        user_facing: UserFacingRule::NamedOrEntries,
        user_impact: UserImpactRule::NotHealthy,
        stale_data_hits_users: true,
        stale_after_seconds: 300.0,
    };

    /// Returns the rules of a profile.
    #[must_use]
    pub fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Reference => &Self::REFERENCE,
            Profile::Standard => &Self::STANDARD,
        }
    }

    /// Returns of each service, in order, whether customers talk to it; `named` are the services that the scenario
    /// says they talk to.
    pub fn user_facing<'a, N: AsRef<str>>(
        &self,
        named: &'a [N],
        topology: &'a Topology,
    ) -> impl Iterator<Item = bool> + use<'a, N> {
        let rule = self.user_facing;
        let services = topology.services().zip(topology.entries());
        services.map(move |(service, is_entry)| match rule {
            UserFacingRule::KnownNames => KNOWN_NAMES.contains(&service),
            UserFacingRule::NamedOrEntries if named.is_empty() => is_entry,
            UserFacingRule::NamedOrEntries => named.iter().any(|name| name.as_ref() == service),
        })
    }

    /// Whether customers are hit: a service that they talk to hurts them, or data is stale. Where there is traffic customers
    /// are its users, and hit while a group of them misses its objective.
    #[inline]
    pub fn are_hit(&self, service_hurts: bool, view: &EnvironmentRef) -> bool {
        match view.traffic() {
            Some(traffic) => traffic.are_users_hit(),
            None => service_hurts || (self.stale_data_hits_users && self.is_stale(view)),
        }
    }

    /// Whether customers are hit now; `named` are the services that the scenario says they talk to.
    pub(crate) fn are_hit_in(
        &self,
        named: &[impl AsRef<str>],
        found: &FacedServices,
        view: &EnvironmentRef,
    ) -> bool {
        let hurts = |vitals| self.user_impact.holds(vitals);
        if let Some(faced) = found.get(self, named, view.topology()) {
            let mut services = view.vitals().enumerate();
            let hurt = services.any(|(service, vitals)| faced >> service & 1 == 1 && hurts(vitals));
            return self.are_hit(hurt, view);
        }
        let services = self.user_facing(named, view.topology()).zip(view.vitals());
        let mut faced = services.filter_map(|(is_faced, vitals)| is_faced.then_some(vitals));
        let hurt = faced.any(hurts);
        self.are_hit(hurt, view)
    }

    /// Whether the root cause's data is stale, in an incident about freshness; never where the root cause is not in
    /// the mesh.
    fn is_stale(&self, view: &EnvironmentRef) -> bool {
        const LAG_IF_ABSENT_SECONDS: f64 = 9999.0;
        let environment = view.environment();
        if environment.impact_mode() != ImpactMode::Freshness {
            return false;
        }
        let cause = environment.root_cause().and_then(|name| view.service(name));
        cause.is_some_and(|service| {
            let pipeline = service.get::<Pipeline>();
            let lag = pipeline.and_then(|pipeline| pipeline.data_freshness_lag_seconds);
            lag.unwrap_or(LAG_IF_ABSENT_SECONDS) >= self.stale_after_seconds
        })
    }
}

/// The services of an environment that customers talk to, found when they are first asked for: the mesh and the rules
/// stay the same, and finding them goes through all calls.
#[derive(Clone, Default)]
pub(crate) struct FacedServices(OnceLock<Faced>);

#[derive(Clone, Copy)]
struct Faced {
    /// The rule that found them.
    rule: UserFacingRule,
    /// Number of services of the mesh.
    services: usize,
    /// A bit for each service.
    bits: u64,
}

/// Sessions that are equal look equal.
impl fmt::Debug for FacedServices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FacedServices")
    }
}

/// It follows from the rest of a session.
impl PartialEq for FacedServices {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl FacedServices {
    /// Returns a bit for each service; `None` where they are too many for the bits, or were found by another rule or in a
    /// mesh of another size.
    fn get(
        &self,
        rules: &CustomerRules,
        named: &[impl AsRef<str>],
        topology: &Topology,
    ) -> Option<u64> {
        let services = topology.service_count();
        if services > u64::BITS as usize {
            return None;
        }
        let faced = self.0.get_or_init(|| {
            let flags = rules.user_facing(named, topology).enumerate();
            let bits = flags.map(|(service, is_faced)| u64::from(is_faced) << service);
            Faced {
                rule: rules.user_facing,
                services,
                bits: bits.fold(0, |all, bit| all | bit),
            }
        });
        (faced.rule == rules.user_facing && faced.services == services).then_some(faced.bits)
    }
}

impl UserImpactRule {
    /// Whether a service as it is hits the customers who talk to it.
    #[inline]
    #[must_use]
    pub fn holds(self, vitals: &Vitals) -> bool {
        match self {
            Self::ErrorRateAbove(limit) => vitals.http_server_error_rate > limit,
            Self::NotHealthy => vitals.status != Status::Healthy,
        }
    }
}

#[cfg(test)]
mod tests {
    use firewatch_sim::SmolStr;

    use super::*;

    /// Services that call nobody: customers talk to all of them.
    fn entries(count: usize) -> Topology {
        let names: Vec<SmolStr> = (0..count).map(|index| format!("s{index}").into()).collect();
        Topology::from_indices(&names, &[], &[]).unwrap()
    }

    #[test]
    fn services_found_in_one_mesh_are_not_taken_for_those_of_another() {
        let rules = CustomerRules::of(Profile::Standard);
        let named: [&str; 0] = [];
        let found = FacedServices::default();
        // Too many for the bits: nothing is kept.
        assert_eq!(found.get(rules, &named, &entries(65)), None);
        assert_eq!(found.get(rules, &named, &entries(3)), Some(0b111));
        for other in [2, 64, 65, 200] {
            assert_eq!(found.get(rules, &named, &entries(other)), None, "{other}");
        }
        let all = FacedServices::default();
        assert_eq!(all.get(rules, &named, &entries(64)), Some(u64::MAX));
    }
}
