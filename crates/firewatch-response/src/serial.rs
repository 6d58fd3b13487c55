//! How types of other crates are written in a saved state.

/// Rules by their name in files.
pub(crate) mod profile {
    use firewatch_action::Profile;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(profile: &Profile, to: S) -> Result<S::Ok, S::Error> {
        profile.name().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Profile, D::Error> {
        let name = String::deserialize(from)?;
        let unknown = |_| D::Error::custom(format!("unknown profile `{name}`"));
        name.parse().map_err(unknown)
    }
}

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
