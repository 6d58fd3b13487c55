//! The logs that an operator finds.

mod draw;
mod ordinary;
mod reference;
mod scene;
mod stamp;
mod standard;

use crate::host::view::EnvironmentRef;
use crate::world::environment::LogTexts;

impl EnvironmentRef<'_> {
    /// Returns the log of a service: what an operator who looks there now finds. Every way to a log leads here.
    ///
    /// The [standard texts](LogTexts::Standard) are the lines that were written in the last tick. They follow from
    /// the state and the seed of the [script](Self::log_script) alone.
    #[must_use]
    pub fn logs(&self, service: &str) -> Vec<String> {
        match self.log_script().texts {
            LogTexts::Standard => standard::lines(self, service),
            LogTexts::Reference => reference::lines(self, self.log_script(), service),
        }
    }
}
