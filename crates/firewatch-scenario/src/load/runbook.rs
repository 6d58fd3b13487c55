//! From a file to a runbook, or to everything that is wrong with it.

use std::path::Path;

use firewatch_sim::FaultKinds;

use super::located;
use crate::check;
use crate::model::Scenario;
use crate::runbook::Runbook;
use firewatch_action::decode::Decoder;
use firewatch_action::form;
use firewatch_ron::{Diagnostics, Problem};

impl Runbook {
    /// Reads the file of a runbook.
    ///
    /// # Errors
    /// Every problem of the file at once, as [`Scenario::load`]; but services, metrics and actions are
    /// only known with a scenario: see [`Runbook::load_for`].
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        let (name, text) = firewatch_ron::text(path)?;
        Self::parse(&name, &text)
    }

    /// Reads the file of a runbook as [`Runbook::load`] does, and what may not be meant in it: its
    /// [warnings](Runbook::warnings) with their places.
    ///
    /// # Errors
    /// As [`Runbook::load`].
    pub fn review(path: &Path) -> Result<(Self, Diagnostics), Diagnostics> {
        let (name, text) = firewatch_ron::text(path)?;
        Self::review_text(&name, &text)
    }

    /// Reads a runbook from text as [`Runbook::parse`] does, and what may not be meant in it, as [`Runbook::review`].
    ///
    /// # Errors
    /// As [`Runbook::load`].
    pub fn review_text(file: &str, text: &str) -> Result<(Self, Diagnostics), Diagnostics> {
        let runbook = Self::parse(file, text)?;
        let warnings = runbook.warnings();
        let warnings = located::<Self>(warnings, file, text, &FaultKinds::default());
        Ok((runbook, warnings))
    }

    /// Reads the file of a runbook that answers this incident.
    ///
    /// # Errors
    /// As [`Runbook::load`], and everything in it that the incident does not have.
    pub fn load_for(path: &Path, scenario: &Scenario) -> Result<Self, Diagnostics> {
        let (name, text) = firewatch_ron::text(path)?;
        Self::parse_for(&name, &text, scenario)
    }

    /// Reads a runbook from text; `file` is the name that problems are reported under.
    ///
    /// # Errors
    /// As [`Runbook::load`].
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::read(file, text, None)
    }

    /// Reads a runbook that answers this incident from text.
    ///
    /// # Errors
    /// As [`Runbook::load_for`].
    pub fn parse_for(file: &str, text: &str, scenario: &Scenario) -> Result<Self, Diagnostics> {
        Self::read(file, text, Some(scenario))
    }

    /// Everything that is wrong with it for this incident.
    #[must_use]
    pub fn problems(&self, scenario: &Scenario) -> Vec<Problem> {
        let mut notes = Decoder::default();
        check::check_runbook(self, scenario, &mut notes);
        notes.finish()
    }

    fn read(file: &str, text: &str, scenario: Option<&Scenario>) -> Result<Self, Diagnostics> {
        let fault_kinds = FaultKinds::default();
        form::load(file, text, &fault_kinds, |runbook: Self, notes| {
            match scenario {
                Some(scenario) => check::check_runbook(&runbook, scenario, notes),
                None => check::check_runbook_alone(&runbook, notes),
            }
            Ok(runbook)
        })
    }
}
