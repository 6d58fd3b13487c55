//! The tick of environments with traffic: knobs are turned, requests flow, what is over ends, users are counted.

pub(crate) mod flow;
pub(crate) mod recover;
pub(crate) mod turn;
pub(crate) mod users;
