//! From a file to a scenario, or to everything that is wrong with it.

use std::path::Path;

use crate::check;
use crate::custom_actions::named_files;
use crate::generate;
use crate::model::Scenario;
use firewatch_action::decode::Decoder;
use firewatch_ron::{Diagnostics, Problem};

impl Scenario {
    /// Reads a scenario file. The files of actions that it names have to be regular files below its root:
    /// the parent of the scenario's own folder.
    ///
    /// # Errors
    /// Every problem of the file at once: it can't be read, is larger than [`firewatch_ron::MAX_FILE_BYTES`], is not
    /// UTF-8, is not RON, or says something that is not a scenario or makes no sense. Every problem of a file
    /// of actions that it names, if there are any.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        let (file, text) = firewatch_ron::text(path)?;
        Self::parse_with(&file, &text, path.parent())
    }

    /// Reads a scenario file that may name files below another root.
    ///
    /// # Errors
    /// As [`Scenario::load`]; the root can't be found.
    pub fn load_below(path: &Path, root: &Path) -> Result<Self, Diagnostics> {
        let (file, text) = firewatch_ron::text(path)?;
        Self::parse_below(&file, &text, path.parent(), Some(root))
    }

    /// Reads a scenario from bytes; `file` is the name that problems are reported under. No other file is
    /// read: a scenario that names files of `actions` has to be loaded.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse_bytes(file: &str, bytes: Vec<u8>) -> Result<Self, Diagnostics> {
        Self::parse(file, &firewatch_ron::utf8(file, bytes)?)
    }

    /// Reads a scenario from text, as [`Scenario::parse_bytes`] does from bytes.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::parse_with(file, text, None)
    }

    /// Reads a scenario from text; the files of actions that it names are relative to the folder, and below
    /// its parent.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse_with(file: &str, text: &str, folder: Option<&Path>) -> Result<Self, Diagnostics> {
        Self::parse_below(file, text, folder, None)
    }

    /// As [`Scenario::parse_with`]; the files of actions are below the root.
    ///
    /// # Errors
    /// As [`Scenario::load_below`].
    pub fn parse_below(
        file: &str,
        text: &str,
        folder: Option<&Path>,
        root: Option<&Path>,
    ) -> Result<Self, Diagnostics> {
        let text = firewatch_ron::within_limits(file, text, "a scenario")?;
        let (scenario, mut notes) = firewatch_action::decode::read::<Self>(
            text,
            "scenario",
            "Scenario(name: \"...\", ...)",
        );
        // What could not be read may be what seems to be missing, or be referred to.
        let mut scenario = scenario.filter(|_| !notes.partial && !notes.is_full());
        if let Some(scenario) = &mut scenario
            && !scenario.actions.files().is_empty()
        {
            let named = folder.map(|folder| named_files(folder, root)).transpose()?;
            scenario.actions.resolve(named, &mut notes)?;
        }
        let scenario = scenario.map(|scenario| completed(scenario, &mut notes));
        match scenario {
            Some(scenario) if !notes.has_problems() => Ok(scenario),
            _ => Err(Diagnostics {
                file: file.to_owned(),
                text: text.to_owned(),
                problems: notes.finish(),
            }),
        }
    }

    /// Everything that is wrong with a scenario that was put together or changed in code.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut notes = Decoder::default();
        check::check(self, &mut notes);
        notes.finish()
    }
}

/// A scenario with what it leaves to be drawn, checked.
fn completed(scenario: Scenario, notes: &mut Decoder) -> Scenario {
    let scenario = if scenario.generated {
        generated(scenario, notes)
    } else {
        scenario
    };
    check::check(&scenario, notes);
    scenario
}

/// A scenario without services, with what is drawn filled in. If it can't be drawn, nothing is said
/// later about what it consists of.
fn generated(scenario: Scenario, notes: &mut Decoder) -> Scenario {
    let unreadable = notes.is_broken("services") || notes.is_broken("difficulty");
    if !unreadable && scenario.difficulty.is_none() {
        let message = "a scenario needs `services`, or a `difficulty` to generate them from";
        notes.report("", message.to_owned(), "", None);
    }
    if unreadable || scenario.difficulty.is_none() {
        notes.mark_broken("services");
        notes.lacks_names = true;
        return Scenario {
            generated: false,
            ..scenario
        };
    }
    let drawn = [
        ("faults", !scenario.faults.is_empty()),
        ("absent_services", !scenario.absent_services.is_empty()),
        ("red_herrings", !scenario.red_herrings.is_empty()),
        ("prompt_injection", scenario.prompt_injection.is_some()),
        ("root_cause", scenario.root_cause.is_some()),
    ];
    for (field, _) in drawn.iter().filter(|(_, given)| *given) {
        let message = format!("`{field}` needs `services`");
        let help = "a scenario without `services` is generated whole from difficulty and seed";
        notes.report(field, message, "", Some(help.to_owned()));
        notes.mark_broken(field);
    }
    generate::expand(scenario)
}
