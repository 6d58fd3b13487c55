//! The request of a code.

use firewatch_action::{ActionCatalogue, ActionError, ActionId, Metrics, RequestedAction, Target};
use firewatch_sim::EnvironmentRef;

/// The request of a code: it borrows its parameters from the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EncodedRequest<'a> {
    pub(crate) action: ActionId,
    pub(super) target: Option<usize>,
    pub(super) parameters: &'a Metrics,
}

impl RequestedAction for EncodedRequest<'_> {
    /// It was looked up in the catalogue when the table was made.
    fn action(&self, _: &ActionCatalogue) -> Result<ActionId, ActionError> {
        Ok(self.action)
    }

    fn target(&self, view: &EnvironmentRef) -> Target {
        match self.target {
            None => Target::Missing,
            Some(index) if index < view.service_count() => Target::Service(index),
            Some(_) => Target::Unknown,
        }
    }

    fn target_name(&self) -> String {
        format!("number {}", self.target.unwrap_or_default())
    }

    fn parameters(&self) -> &Metrics {
        self.parameters
    }
}
