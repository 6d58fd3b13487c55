//! What there is: environments, services, faults, metrics, topology, and plain data to build them from.

pub(crate) mod blueprint;
pub(crate) mod check;
pub(crate) mod copy;
pub(crate) mod defragment;
pub(crate) mod environment;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod fault_kind;
pub(crate) mod log_template;
pub(crate) mod metric;
pub(crate) mod num;
pub(crate) mod number_text;
pub(crate) mod optional;
pub(crate) mod ownership;
pub(crate) mod process;
pub(crate) mod rebuild;
pub(crate) mod removals;
pub(crate) mod rows;
pub(crate) mod service;
pub(crate) mod service_columns;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod topology;
pub(crate) mod traffic;
pub(crate) mod value;
pub(crate) mod work;
