//! Sources of scenarios: finds the files that arguments name, and reads them.

mod own_runbook;
mod problems;
mod search;
mod source;

pub use own_runbook::own_runbook;
pub use problems::{FAILED_ACTION_HELP, check_failed_action, file_problem, reject};
pub use search::{find, find_all, find_one};
pub use source::{Source, ensure_not_an_input, task};
