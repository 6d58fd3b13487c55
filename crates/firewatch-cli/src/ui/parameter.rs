//! Parameters of actions as rows of text.

use firewatch_action::Parameter;

/// Returns the name of a parameter and its description.
pub fn parameter_row(parameter: &Parameter) -> (String, String) {
    let default = parameter.default();
    let default = default.map(|default| format!("; default {default}"));
    let about = format!(
        "{} It is {}{}.",
        parameter.about(),
        parameter.expected(),
        default.unwrap_or_default()
    );
    (parameter.name().to_owned(), about)
}
