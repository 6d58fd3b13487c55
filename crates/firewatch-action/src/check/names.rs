//! The names that a file of actions declares: those who respond have to type them.

use firewatch_ron::{hidden_in, shown};

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
    let Some(hidden) = hidden_in(name) else {
        return;
    };
    let message = format!(
        "the name of {what} has a character that can't be seen, U+{:04X}: `{}`",
        u32::from(hidden),
        shown(name)
    );
    let help = "take it out: those who respond have to type the name".to_owned();
    notes.report(codes::UNTYPABLE_NAME, path, message, "", Some(help));
}
