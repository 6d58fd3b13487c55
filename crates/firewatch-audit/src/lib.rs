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

mod answers;
mod arena;
mod audit;
mod difficulty;
mod finding;
mod goals;
mod moves;
mod options;
mod ordering;
mod policy;
mod result;
mod search;
mod text;
mod unanswered;
mod work;

pub use audit::{Audit, audit, audit_watched};
pub use finding::{AuditCheck, AuditFinding, AuditVerdict};
pub use options::{AuditOptions, DEFAULT_LIMIT};
pub use policy::PolicyKind;
pub use result::{PolicyAction, PolicyResult};
pub use work::least_work;

/// The definition of winning.
pub const WON: &str = finding::won!();
