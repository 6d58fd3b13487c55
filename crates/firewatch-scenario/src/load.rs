//! From a file to a scenario, or to everything that is wrong with it.

use std::io::Read;
use std::path::{Path, PathBuf};

use firewatch_sim::FaultKinds;

use crate::action::named_files;
use crate::check;
use crate::decode::{Decode, Decoder};
use crate::generate;
use crate::model::Scenario;
use crate::problem::{Diagnostics, Problem};
use crate::syntax;

/// Largest scenario file, bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;

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

    /// Reads a scenario file.
    ///
    /// # Errors
    /// As [`Scenario::load`]; the root can't be found.
    pub fn load(&self, path: &Path) -> Result<Scenario, Diagnostics> {
        let (file, text) = text(path)?;
        self.read(&file, &text, path.parent())
    }

    /// Reads a scenario from text; `file` is the name that problems are reported under. No other file is read.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn parse(&self, file: &str, text: &str) -> Result<Scenario, Diagnostics> {
        self.read(file, text, None)
    }

    /// Reads a scenario from text; the files of actions that it names are relative to the folder.
    ///
    /// # Errors
    /// As [`Scenario::load`]; the root can't be found.
    pub fn parse_in(&self, file: &str, text: &str, folder: &Path) -> Result<Scenario, Diagnostics> {
        self.read(file, text, Some(folder))
    }

    fn read(&self, file: &str, text: &str, folder: Option<&Path>) -> Result<Scenario, Diagnostics> {
        let text = within_limits(file, text, "a scenario")?;
        let (scenario, mut notes) = decode::<Scenario>(
            text,
            "scenario",
            "Scenario(name: \"...\", ...)",
            &self.fault_kinds,
        );
        // What could not be read may be what seems to be missing, or be referred to.
        let mut scenario = scenario.filter(|_| !notes.partial && !notes.is_full());
        if let Some(scenario) = &mut scenario
            && !scenario.actions.files().is_empty()
        {
            let named = folder.map(|folder| named_files(folder, self.root.as_deref()));
            scenario.actions.resolve(named.transpose()?, &mut notes)?;
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
}

impl Scenario {
    /// Reads a scenario file. The files of actions that it names have to be regular files below its root:
    /// the parent of the scenario's own folder. Its faults are of built-in kinds; [`LoadOptions`] has more.
    ///
    /// # Errors
    /// Every problem of the file at once: it can't be read, is larger than [`MAX_FILE_BYTES`], is not
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
        Self::parse(file, &utf8(file, bytes)?)
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

/// The name of a file and the text in it.
pub(crate) fn text(path: &Path) -> Result<(String, String), Diagnostics> {
    let name = path.display().to_string();
    let text = utf8(&name, read(path)?)?;
    Ok((name, text))
}

/// The bytes of a file, up to one more than are allowed.
fn read(path: &Path) -> Result<Vec<u8>, Diagnostics> {
    let unreadable = |error: std::io::Error| {
        let name = path.display().to_string();
        Diagnostics::without_text(&name, format!("can't be read: {error}"), None)
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    // One byte more than allowed tells a large file from one that just fits.
    file.take(MAX_FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

/// The text of a file.
pub(crate) fn utf8(file: &str, bytes: Vec<u8>) -> Result<String, Diagnostics> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let newlines = error.as_bytes()[..valid]
            .iter()
            .filter(|&&byte| byte == b'\n');
        let line = newlines.count() + 1;
        let message = format!(
            "not UTF-8: byte {} of the file, in line {line}, is no part of a character",
            valid + 1
        );
        let help = Some("save the file as UTF-8".to_owned());
        Diagnostics::without_text(file, message, help)
    })
}

/// The text without what editors on some systems put before it; `what` names what a file holds.
pub(crate) fn within_limits<'t>(
    file: &str,
    text: &'t str,
    what: &str,
) -> Result<&'t str, Diagnostics> {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("too large: {what} has at most {MAX_FILE_BYTES} bytes");
        return Err(Diagnostics::without_text(file, message, None));
    }
    Ok(without_mark(text))
}

/// The text without a byte-order mark.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The value that a text holds, as far as it could be read; `what` and `example` show an empty file what
/// it lacks. Faults in it are of the given kinds.
pub(crate) fn decode<T: Decode>(
    text: &str,
    what: &str,
    example: &str,
    fault_kinds: &FaultKinds,
) -> (Option<T>, Decoder) {
    let parsed = syntax::parse(text);
    let mut notes = Decoder::after(parsed.problems, text);
    notes.fault_kinds.clone_from(fault_kinds);
    let value = match &parsed.value {
        Some(expr) => notes.value::<T>(expr, ""),
        None => {
            if !notes.has_problems() {
                let message = format!("the file has no {what} in it");
                let help = Some(format!("begin with `{example}`"));
                notes.problem("", 0..0, message, "", help);
            }
            None
        }
    };
    (value, notes)
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
