//! `firewatch actions`: lists the actions that can respond to an incident.

use clap::Args;
use std::io::Write;
use std::path::PathBuf;

use firewatch_action::{ActionCatalogue, ActionSpec, Category, Profile};
use firewatch_scenario::{FileKind, Physics, Scenario};
use firewatch_sim::{FaultKind, Value};
use serde::Serialize;

use crate::arguments::{PlainFormat, RootArgument, profile};
use crate::failure::{Exit, Failure};
use crate::paths::path_text;
use crate::sources::{self, Source};
use crate::ui::output::{Console, Output};
use crate::ui::parameter::parameter_row;
use crate::ui::style::{BOLD, DIM};
use crate::ui::text::{description_lines, write_paragraph};

/// The arguments of `actions`.
#[derive(Args, Debug)]
pub struct ActionsArguments {
    /// Include the custom actions of this scenario or action file
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// List the actions of this profile: `standard`, or `reference` with its defects [default: the
    /// scenario's, else `standard`]
    #[arg(long, value_name = "PROFILE", value_parser = profile())]
    pub profile: Option<Profile>,
    /// Format of the list
    ///
    /// `json` is an array with an object per action: `name`, `category`, `about`, `needs_target`, `guarded`
    /// (whether it counts as wrong on a service that needs no remedy), `ends_episode`, `own` (whether it is
    /// custom), `halts` (fault kinds) and `parameters`, each with `name`, `about`, `expected` (a
    /// description), `default`, `min` and `max` (or null) and `choices`.
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// An action in the list.
#[derive(Serialize)]
struct ActionEntry<'a> {
    name: &'a str,
    category: &'static str,
    about: &'a str,
    needs_target: bool,
    guarded: bool,
    ends_episode: bool,
    own: bool,
    halts: Vec<FaultKind>,
    parameters: Vec<ParameterEntry<'a>>,
}

#[derive(Serialize)]
struct ParameterEntry<'a> {
    name: &'a str,
    about: &'a str,
    expected: String,
    default: Option<&'a Value>,
    min: Option<f64>,
    max: Option<f64>,
    choices: &'a [String],
}

impl<'a> ActionEntry<'a> {
    fn new(action: &'a ActionSpec, built_in: &ActionCatalogue) -> Self {
        let parameters = action.parameters().iter().map(|parameter| {
            let (min, max) = parameter.bounds();
            ParameterEntry {
                name: parameter.name(),
                about: parameter.about(),
                expected: parameter.expected(),
                default: parameter.default(),
                min,
                max,
                choices: parameter.choices(),
            }
        });
        Self {
            name: action.name(),
            category: action.category().name(),
            about: action.about(),
            needs_target: action.needs_target(),
            guarded: action.is_guarded(),
            ends_episode: action.ends_episode(),
            own: is_custom(action, built_in),
            halts: action.halts(),
            parameters: parameters.collect(),
        }
    }
}

/// Returns whether the action differs from the built-in one of the same name, or has no built-in one.
fn is_custom(action: &ActionSpec, built_in: &ActionCatalogue) -> bool {
    built_in.find(action.name()) != Some(action)
}

/// Lists the actions.
pub fn actions(arguments: &ActionsArguments, console: &Console) -> Result<Exit, Failure> {
    let Some(listed) = find(arguments, console)? else {
        return Ok(Exit::Invalid);
    };
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            let actions = listed.catalogue.actions().iter();
            let entries: Vec<ActionEntry> = actions
                .map(|action| ActionEntry::new(action, listed.built_in))
                .collect();
            out.write_json(&entries)?;
        }
        PlainFormat::Text => write_list(&listed, &mut out)?,
    }
    out.finish()?;
    Ok(Exit::Passed)
}

/// The actions that are listed.
struct Listed {
    catalogue: ActionCatalogue,
    /// The catalogue without custom actions.
    built_in: &'static ActionCatalogue,
    /// Which actions they are, in words.
    title: String,
}

impl Listed {
    fn of_profile(profile: Profile, catalogue: ActionCatalogue) -> Self {
        Self {
            catalogue,
            built_in: ActionCatalogue::built_in(profile),
            title: format!("the profile {profile}"),
        }
    }

    fn of_scenario(scenario: &Scenario) -> Self {
        let catalogue = scenario.actions().clone();
        if scenario.physics != Physics::Traffic {
            return Self::of_profile(scenario.profile, catalogue);
        }
        Self {
            catalogue,
            built_in: ActionCatalogue::of_traffic(),
            title: "the physics traffic".to_owned(),
        }
    }
}

/// Returns the requested actions, or `None` after reporting the problems of the file.
fn find(arguments: &ActionsArguments, console: &Console) -> Result<Option<Listed>, Failure> {
    let of_profile = arguments.profile.unwrap_or_default();
    let Some(file) = &arguments.file else {
        let built_in = ActionCatalogue::built_in(of_profile).clone();
        return Ok(Some(Listed::of_profile(of_profile, built_in)));
    };
    if file.is_dir() {
        let message = format!("`{}` is a folder", path_text(file));
        let help = "give a scenario or an action file".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let read = |source: &Source| match (source, source.kind()) {
        (Source::File { path, .. }, FileKind::Actions) => {
            let built_in = ActionCatalogue::built_in(of_profile);
            let extended = built_in.extended_by_file(path)?;
            Ok(Listed::of_profile(of_profile, extended))
        }
        _ => {
            let scenario = source.load_with_profile(arguments.profile)?;
            Ok(Listed::of_scenario(&scenario))
        }
    };
    // A file is a single source.
    for source in sources::find_one(file, arguments.root.folder()) {
        match source.and_then(|source| read(&source)) {
            Ok(found) => return Ok(Some(found)),
            Err(problems) => console.report_diagnostics(&problems),
        }
    }
    Ok(None)
}

fn write_list(listed: &Listed, out: &mut Output) -> Result<(), Failure> {
    let catalogue = &listed.catalogue;
    for &category in Category::ALL {
        let of_category = catalogue.actions().iter();
        let of_category = of_category.filter(|action| action.category() == category);
        let rows: Vec<(String, String)> = of_category
            .flat_map(|action| rows(action, is_custom(action, listed.built_in)))
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{}", out.palette.paint(BOLD, category))?;
        for line in description_lines(&rows) {
            writeln!(out, "{line}")?;
        }
    }
    let (count, title) = (catalogue.actions().len(), &listed.title);
    let end = format!(
        "{count} actions in {title}. A timeline or a runbook performs one with \
         `action(\"NAME\", \"SERVICE\")`. Actions of the category meta take no service. Parameters come \
         last: `action(\"set_log_level\", \"SERVICE\", {{ \"level\": \"WARN\" }})`."
    );
    writeln!(out)?;
    write_paragraph(&end, DIM, out)
}

/// Returns a row for an action, and a row for each of its parameters.
fn rows(action: &ActionSpec, own: bool) -> impl Iterator<Item = (String, String)> {
    let halts: Vec<String> = action.halts().iter().map(ToString::to_string).collect();
    let mut about = action.about().to_owned();
    if !halts.is_empty() {
        about.push_str(&format!(" Halts {}.", halts.join(", ")));
    }
    if own {
        about.push_str(" (custom)");
    }
    let parameters = action.parameters().iter().map(|parameter| {
        let (name, about) = parameter_row(parameter);
        (format!("  {name}"), about)
    });
    std::iter::once((action.name().to_owned(), about)).chain(parameters)
}
