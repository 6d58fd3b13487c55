//! How types of other crates are written in a saved state.

/// Errors of actions as their text.
pub(crate) mod action_error {
    use firewatch_action::ActionError;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(error: &ActionError, to: S) -> Result<S::Ok, S::Error> {
        error.to_string().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ActionError, D::Error> {
        String::deserialize(from).map(ActionError::Recorded)
    }
}
