//! From a file to a scenario, or to everything that is wrong with it.

mod runbook;

use std::path::{Path, PathBuf};

use firewatch_sim::FaultKinds;

use crate::check;
use crate::codes;
use crate::custom_kinds;
use crate::generate;
use crate::generator_version::TrafficGeneratorVersion;
use crate::model::{Physics, Scenario};
use crate::named_file::Places;
use crate::open_texts::OpenTexts;
use firewatch_action::decode::Decoder;
use firewatch_action::form::{self, FileForm};
use firewatch_ron::{Diagnostics, Problem};

/// How scenarios are read: what they may name that is not in their text.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use firewatch_scenario::LoadOptions;
/// use firewatch_sim::{FaultKindDescriptor, FaultKinds};
///
/// let mut kinds = FaultKinds::default();
/// kinds.register(FaultKindDescriptor::new("dns_outage", "Names stop resolving.")?)?;
/// let text = r#"Scenario(
///     name: "Who is who?",
///     difficulty: easy,
///     services: {"resolver": ()},
///     faults: [(kind: dns_outage, service: "resolver")],
/// )"#;
/// let scenario = LoadOptions::new().fault_kinds(kinds).parse("inline", text)?;
/// assert_eq!(scenario.faults[0].kind.name(), "dns_outage");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    fault_kinds: FaultKinds,
    root: Option<PathBuf>,
    open: OpenTexts,
}

impl LoadOptions {
    /// Built-in kinds of fault, and files of actions below the parent of the scenario's own folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the kinds of fault that a scenario and its files of actions can name. The scenario
    /// [keeps](Scenario::fault_kinds) them: what is built from it knows what they do.
    #[must_use]
    pub fn fault_kinds(mut self, fault_kinds: FaultKinds) -> Self {
        self.fault_kinds = fault_kinds;
        self
    }

    /// Sets the folder below which files of actions have to be.
    #[must_use]
    pub fn root(mut self, root: impl Into<PathBuf>) -> Self {
        self.root = Some(root.into());
        self
    }

    /// Sets texts that stand instead of the files that a scenario names.
    #[must_use]
    pub fn open_texts(mut self, open: OpenTexts) -> Self {
        self.open = open;
        self
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// As [`Scenario::load`]; the root can't be found.
    pub fn load(&self, path: &Path) -> Result<Scenario, Diagnostics> {
        let (file, text) = firewatch_ron::text(path)?;
        self.read(&file, &text, path.parent())
    }

    /// Reads a scenario from text; `file` is the name that problems are reported under. No other file is read.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(&self, file: &str, text: &str) -> Result<Scenario, Diagnostics> {
        self.read(file, text, None)
    }

    /// Reads a scenario file as [`LoadOptions::load`] does, and what may not be meant in it: its
    /// [warnings](Scenario::warnings) with their places.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn review(&self, path: &Path) -> Result<(Scenario, Diagnostics), Diagnostics> {
        let (file, text) = firewatch_ron::text(path)?;
        self.review_text_in(&file, &text, path.parent())
    }

    /// Reads a scenario from text as [`LoadOptions::parse`] does, and what may not be meant in it.
    ///
    /// # Errors
    /// As [`LoadOptions::parse`].
    pub fn review_text(
        &self,
        file: &str,
        text: &str,
    ) -> Result<(Scenario, Diagnostics), Diagnostics> {
        self.review_text_in(file, text, None)
    }

    /// Reads a scenario from text as [`LoadOptions::review_text`] does; the files that it names are relative to the
    /// folder.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn review_text_in(
        &self,
        file: &str,
        text: &str,
        folder: Option<&Path>,
    ) -> Result<(Scenario, Diagnostics), Diagnostics> {
        let scenario = self.read(file, text, folder)?;
        let warnings = located_warnings(&scenario, file, text);
        Ok((scenario, warnings))
    }

    fn read(&self, file: &str, text: &str, folder: Option<&Path>) -> Result<Scenario, Diagnostics> {
        let mut kinds = self.fault_kinds.clone();
        let places = Places {
            folder,
            root: self.root.as_deref(),
            open: Some(&self.open),
        };
        let mut named = None;
        let what = [file, "a scenario"];
        let own = custom_kinds::read(what, text, places, &mut named, &mut kinds)?;
        form::load(file, text, &kinds, |mut scenario: Scenario, notes| {
            scenario.custom_fault_kinds = own.clone();
            if !scenario.custom_actions.files().names().is_empty() {
                let actions = match (&named, folder) {
                    (Some(named), Some(folder)) => Some(named.in_folder(folder)?),
                    _ => places.named_files()?,
                };
                scenario.custom_actions.resolve(actions, notes)?;
            }
            Ok(completed(scenario, notes))
        })
    }
}

impl Scenario {
    /// Reads a scenario file. The files of actions that it names have to be regular files below its root:
    /// the parent of the scenario's own folder. Its faults are of built-in kinds; [`LoadOptions`] has more.
    ///
    /// # Errors
    /// Every problem of the file at once: it can't be read, is larger than [`firewatch_ron::MAX_FILE_BYTES`], is not
    /// UTF-8, is not RON, or says something that is not a scenario or makes no sense. Every problem of a file
    /// of actions that it names, if there are any.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        LoadOptions::new().load(path)
    }

    /// Reads a scenario file that may name files below another root.
    ///
    /// # Errors
    /// As [`Scenario::load`]; the root can't be found.
    pub fn load_below(path: &Path, root: &Path) -> Result<Self, Diagnostics> {
        LoadOptions::new().root(root).load(path)
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
        LoadOptions::new().parse(file, text)
    }

    /// Reads a scenario from text; the files of actions that it names are relative to the folder, and below
    /// its parent.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse_with(file: &str, text: &str, folder: Option<&Path>) -> Result<Self, Diagnostics> {
        LoadOptions::new().read(file, text, folder)
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
        let options = LoadOptions {
            root: root.map(Path::to_owned),
            ..LoadOptions::new()
        };
        options.read(file, text, folder)
    }

    /// Everything that is wrong with a scenario that was put together or changed in code.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut notes = Decoder::default();
        check::check(self, &mut notes);
        notes.finish()
    }
}

/// The warnings of a scenario with their places in its text.
fn located_warnings(scenario: &Scenario, file: &str, text: &str) -> Diagnostics {
    let mut warnings = scenario.warnings();
    if scenario.physics == Physics::Traffic && !scenario.generated {
        let plain = firewatch_ron::without_mark(text);
        let notes = form::noted::<Scenario>(file, plain, &scenario.fault_kinds);
        warnings.extend(scenario.warnings_as_written(|path| notes.has_place(path)));
    }
    located::<Scenario>(warnings, file, text, &scenario.fault_kinds)
}

/// Warnings with their places in the text of a file.
fn located<T: FileForm>(
    warnings: Vec<Problem>,
    file: &str,
    text: &str,
    fault_kinds: &FaultKinds,
) -> Diagnostics {
    let text = firewatch_ron::without_mark(text);
    let mut problems = Vec::new();
    if !warnings.is_empty() {
        let mut notes = form::noted::<T>(file, text, fault_kinds);
        for Problem {
            code,
            path,
            message,
            label,
            help,
            ..
        } in warnings
        {
            notes.report(code, &path, message, &label, help);
        }
        problems = notes.finish();
    }
    Diagnostics {
        file: file.to_owned(),
        text: text.to_owned(),
        problems,
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
        notes.report(codes::MISSING_FIELD, "", message.to_owned(), "", None);
    }
    if unreadable || scenario.difficulty.is_none() {
        notes.mark_broken("services");
        notes.lacks_names = true;
        return Scenario {
            generated: false,
            ..scenario
        };
    }
    // The first version draws none: an author's goals hold for what it draws.
    let draws_goals = scenario.draws_goals();
    let drawn = [
        ("users", !scenario.users.is_empty()),
        ("faults", !scenario.faults.is_empty()),
        ("absent_services", !scenario.absent_services.is_empty()),
        ("red_herrings", !scenario.red_herrings.is_empty()),
        ("user_facing", !scenario.user_facing.is_empty()),
        ("prompt_injection", scenario.prompt_injection.is_some()),
        ("root_cause", scenario.root_cause.is_some()),
        ("goals", draws_goals && !scenario.goals.list.is_empty()),
    ];
    for (field, _) in drawn.iter().filter(|(_, given)| *given) {
        let message = format!("`{field}` needs `services`");
        let help = "a scenario without `services` is generated whole from difficulty and seed";
        notes.report(
            codes::NEEDS_SERVICES,
            field,
            message,
            "",
            Some(help.to_owned()),
        );
        notes.mark_broken(field);
    }
    let of_traffic = TrafficGeneratorVersion::of_number(scenario.generator.number());
    if scenario.physics == Physics::Traffic && of_traffic.is_none() {
        let number = scenario.generator;
        let message = format!("the generator of `traffic` has no version {number}");
        let newest = TrafficGeneratorVersion::ALL.len();
        let help = Some(format!(
            "the newest is {newest}, which holds where `generator` is left out"
        ));
        notes.report(codes::OUT_OF_RANGE, "generator", message, "", help);
    }
    generate::expand(scenario)
}
