//! Scenarios to audit, with their runbooks.

use std::path::PathBuf;
use std::sync::Arc;

use firewatch_scenario::{Diagnostics, OutsideLink, Runbook, Scenario, own_runbook};

use super::arguments::AuditArguments;
use crate::paths::is_same;
use crate::sources::{Source, link_leaves_folder};

/// A scenario to audit.
pub struct AuditCase {
    pub file: String,
    pub scenario: Scenario,
    pub runbooks: Vec<Arc<Runbook>>,
}

impl AuditCase {
    /// Loads a scenario, the runbooks of the command line, and the scenario's own runbook.
    ///
    /// # Errors
    /// All problems of the first invalid file.
    pub fn load(source: &Source, arguments: &AuditArguments) -> Result<Self, Diagnostics> {
        let file = source.name();
        let scenario = source.load_with_profile(arguments.profile)?;
        let mut paths = arguments.runbook.clone();
        if let Source::File { path, .. } = source {
            let own = own_runbook(path)
                .map_err(|OutsideLink(link)| link_leaves_folder(&link.display().to_string()))?;
            let own = own.filter(|own| !paths.iter().any(|path| is_same(path, own)));
            paths.extend(own);
        }
        let load = |path: &PathBuf| Runbook::load_for(path, &scenario).map(Arc::new);
        let runbooks = paths.iter().map(load).collect::<Result<_, _>>()?;
        Ok(Self {
            file,
            scenario,
            runbooks,
        })
    }
}
