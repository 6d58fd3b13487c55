//! The names that a file of actions declares: those who respond have to type them.

use firewatch_ron::told_if_hidden;

use crate::action_file::ActionFile;
use crate::codes;
use crate::decode::{Decoder, key_path};

/// Checks whether names have characters that nobody sees.
pub(super) fn check_names(file: &ActionFile, notes: &mut Decoder) {
    for action in &file.actions {
        let path = key_path("actions", &action.name);
        check_name(&format!("{path}@key"), "an action", &action.name, notes);
        for parameter in &action.parameters {
            let path = key_path(&format!("{path}.parameters"), &parameter.name);
            check_name(
                &format!("{path}@key"),
                "a parameter",
                &parameter.name,
                notes,
            );
        }
    }
    for (index, name) in file.extra_metrics.iter().enumerate() {
        check_name(&format!("extra_metrics[{index}]"), "a metric", name, notes);
    }
}

fn check_name(path: &str, what: &str, name: &str, notes: &mut Decoder) {
    if let Some(message) = told_if_hidden(what, name) {
        let help = "take it out: those who respond have to type the name".to_owned();
        notes.report(codes::UNTYPABLE_NAME, path, message, "", Some(help));
    }
}
