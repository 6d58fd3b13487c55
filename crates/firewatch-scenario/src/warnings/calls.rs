//! Calls that are made twice, or by a service of itself.

use std::collections::BTreeSet;

use super::Reviewer;
use crate::codes;

impl Reviewer<'_> {
    pub(super) fn calls(&mut self) {
        let mut warnings = Vec::new();
        let mut made = BTreeSet::new();
        for call in &self.graph.calls {
            let (from, to) = (self.name(call.from), self.name(call.to));
            let place = self.path_of_call(call, "to");
            if call.from == call.to {
                let message = format!("`{from}` calls itself");
                let help =
                    "a call leads to another service: leave it out, or name the one that is meant";
                warnings.push((codes::SELF_CALL, place, message, help));
            } else if !made.insert((call.from, call.to)) {
                let message = format!("`{from}` calls `{to}` twice");
                let help = "one call is enough: errors spread over it once, and `share` says how often it is made";
                warnings.push((codes::REPEATED_CALL, place, message, help));
            }
        }
        for (code, place, message, help) in warnings {
            self.warn(code, place, message, help);
        }
    }
}
