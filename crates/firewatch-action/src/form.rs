//! Files as serde reads and writes them, in RON and in JSON: what all kinds of file have in common, and the
//! form of a file of actions.

mod begun;
mod comparison;
mod file;
mod json;
mod layout;
mod load;
mod numbers;
mod ron_text;
#[cfg(feature = "schema")]
pub mod schema;
mod union;
mod values;
mod words;

pub use crate::action_file::ActionFile;
pub use begun::Begun;
pub use comparison::{Compared, ComparisonCall};
pub use file::ActionsForm;
pub use json::from_str as from_json;
pub use load::{FileForm, explained, formatted, is_json, load, noted, read};
pub use numbers::{Finite, Positive};
pub use ron_text::{read as from_ron, write as to_ron, write_line};
pub use union::{Calls, Either, ListOr, MapOr, TextOr, Valued};
pub use values::{Entries, Optional, Plain, Table, or_default};
pub use words::{Named, Word};
