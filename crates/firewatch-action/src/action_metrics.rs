//! Metrics that only the built-in actions read or set.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use firewatch_ron::body;

use crate::catalogue::ActionCatalogue;
use crate::form::{ActionsForm, from_ron};

static ACTION_METRICS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let files = ActionCatalogue::built_in_texts();
    let forms = files.filter_map(|text| from_ron::<ActionsForm>(body(text)?).ok());
    forms.flat_map(ActionsForm::into_extra_metrics).collect()
});

/// Returns whether a metric is none of the engine's and built-in actions read or set it.
#[must_use]
pub fn is_action_metric(name: &str) -> bool {
    ACTION_METRICS.contains(name)
}

#[cfg(test)]
mod tests {
    use super::is_action_metric;

    #[test]
    fn metrics_of_the_built_in_actions_are_known() {
        assert!(is_action_metric("canary_error_rate"));
        assert!(!is_action_metric("http_server_error_rate"));
        assert!(!is_action_metric("cpu"));
    }
}
