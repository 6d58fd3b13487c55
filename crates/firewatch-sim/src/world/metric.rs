//! The list of metrics: name, type, unit, range, meaning, and where each is stored.
//!
//! It exists once; files, traces, snapshots, hashes and observations all read it.

mod access;
mod field;
mod key;
mod list;
mod model;
mod range;

pub use access::check_settable;
pub(crate) use access::{check, check_classic, put, read_map};
pub use access::{find, read, read_all, write};
pub use key::MetricKey;
pub use list::METRICS;
pub(crate) use list::{as_f32, change, check_components};
pub(crate) use model::{HasMetrics, Number};
pub use model::{Metric, MetricKind};
