//! Sources of scenarios: finds the files that arguments name, and reads them.

mod problems;
mod search;
mod source;

pub use problems::{
    FAILED_ACTION_HELP, check_failed_action, file_problem, link_leaves_folder, reject,
};
pub use search::{FoundSources, find, find_all, find_known, find_one};
pub use source::{Source, ensure_not_an_input, task};
