//! Output of the commands: streams, colours, tables, text and numbers. This module knows no command.

pub mod csv_text;
pub mod json_array;
pub mod output;
pub mod parameter;
pub mod sparkline;
pub mod style;
pub mod table;
pub mod text;
pub mod units;
pub mod usage_message;
