//! How the columns of a text report are shared out.

use firewatch_scenario::{Physics, Scenario};
use unicode_width::UnicodeWidthStr;

use crate::ui::style::visible;

/// Columns below which tables keep only their most important cells.
const WIDE: usize = 72;

/// The columns of the parts of a report on a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    columns: usize,
    /// Columns for names of services and of groups of users.
    pub names: usize,
    /// Columns of the cells beside names and sparklines, gaps and indent included.
    others: usize,
}

impl Layout {
    /// Shares out the columns of an output between the parts of a report on scenarios.
    pub fn new<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>, columns: usize) -> Self {
        let scenarios: Vec<&Scenario> = scenarios.into_iter().collect();
        let widest = scenarios.iter().map(|scenario| widest_name(scenario)).max();
        let is_traffic = scenarios.iter().any(|s| s.physics == Physics::Traffic);
        // The column of names is headed in traffic.
        let heading = if is_traffic { "services".len() } else { 0 };
        let is_wide = columns >= WIDE;
        // Indent and gaps; errors, p99 and memory, or p99, busy and queue; what a service is in the incident.
        let others = match (is_wide, is_traffic) {
            (false, _) => 6 + 6 + 3,
            (true, true) => 6 + 8 + 8 + 6 + 9 + 9,
            (true, false) => 6 + 8 + 8 + 8 + 13,
        };
        Self {
            columns,
            names: widest.unwrap_or(0).max(heading).min(columns * 3 / 10),
            others,
        }
    }

    /// Returns whether tables have room for all of their cells.
    pub fn is_wide(self) -> bool {
        self.columns >= WIDE
    }

    /// Returns the columns of a sparkline.
    pub fn sparkline(self) -> usize {
        self.columns
            .saturating_sub(self.names + self.others)
            .clamp(8, 60)
    }

    /// Returns the columns of each of two sparklines side by side, with a tick after them.
    pub fn sparkline_of_two(self) -> usize {
        // Indent, gaps and "differs from", or only the number of a tick.
        let others = if self.is_wide() { 20 } else { 12 };
        let left = self.columns.saturating_sub(self.names + others);
        (left / 2).clamp(6, 40)
    }
}

fn widest_name(scenario: &Scenario) -> usize {
    let services = scenario.services.iter().map(|service| &*service.name);
    let users = scenario.users.iter().map(|users| users.name());
    let faults = scenario.all_faults().map(|fault| &*fault.service);
    let names = services.chain(users).chain(faults);
    names.map(|name| visible(name).width()).max().unwrap_or(0)
}
