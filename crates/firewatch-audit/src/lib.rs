//! Judges whether an incident is a good one, by playing policies against it and applying
//! [checks](AuditCheck) to the results.
//!
//! ```
//! use firewatch_audit::{AuditOptions, AuditCheck, audit};
//! use firewatch_scenario::Scenario;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let scenario = Scenario::parse("rollback.ron", r#"Scenario(
//!     name: "A bad deployment of auth",
//!     difficulty: easy,
//!     services: ["api-gateway", "auth-service", "db-proxy"],
//!     faults: [(kind: bad_deploy, service: "auth-service")],
//! )"#)?;
//! let audit = audit(&scenario, &AuditOptions::default())?;
//! assert!(audit.is_good());
//! assert!(audit.winning.is_some_and(|best| audit.policies[best].actions.len() == 1));
//! # Ok(())
//! # }
//! ```

mod aim;
mod alarm;
mod answers;
mod arena;
mod audit;
mod chance;
mod family;
mod field;
mod finding;
mod floor;
mod goals;
mod incidents;
mod judge;
mod leaks;
mod leaving;
mod moves;
mod options;
mod ordering;
mod panel;
mod policy;
mod repeat;
mod result;
mod rewards;
mod search;
mod text;
mod unanswered;
mod work;

pub use audit::{Audit, AuditWork, audit, audit_watched};
pub use family::{BlindFamily, MeasuredDifficulty};
pub use finding::{AuditCheck, AuditFinding, AuditVerdict};
pub use incidents::{GuessResult, IncidentSet};
pub use options::{AuditOptions, DEFAULT_LIMIT, DEFAULT_SINGLES};
pub use policy::PolicyKind;
pub use repeat::Repeats;
pub use result::{PolicyAction, PolicyResult};
pub use work::{estimated_work, least_work};

/// The definition of winning.
pub const WON: &str = finding::won!();
