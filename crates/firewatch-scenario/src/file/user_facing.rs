//! The services that a scenario says customers talk to.

use crate::codes;
use firewatch_action::decode::Decoder;

/// The services that customers talk to; none where the mesh says who they are.
pub(super) fn user_facing(named: Option<Vec<String>>, notes: &mut Decoder) -> Vec<String> {
    if named.as_ref().is_some_and(Vec::is_empty) {
        let message = "`user_facing` needs at least one service".to_owned();
        let help =
            "name one, or leave it out: customers talk to the services that no service calls then";
        let label = "nobody would ever be hit";
        notes.report(
            codes::EMPTY_LIST,
            "user_facing",
            message,
            label,
            Some(help.to_owned()),
        );
    }
    named.unwrap_or_default()
}
