//! `firewatch actions`: what can be done about an incident.

use std::io::Write;

use firewatch_scenario::{ActionCatalogue, ActionSpec, Category, FileKind, Parameter, Profile};
use firewatch_sim::{FaultKind, Value};
use serde::Serialize;

use crate::cli::{ActionsArguments, PlainFormat};
use crate::failure::{Exit, Failure};
use crate::output::{Console, Output};
use crate::sources::{self, Source};
use crate::style::{BOLD, DIM, path_text};
use crate::text::{names_in_lines, write_text};

/// An action in the list.
#[derive(Serialize)]
struct Entry<'a> {
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

impl<'a> Entry<'a> {
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
            own: is_own(action, built_in),
            halts: action.halts(),
            parameters: parameters.collect(),
        }
    }
}

/// Whether it is another one than the built-in action of that name, if there is one.
fn is_own(action: &ActionSpec, built_in: &ActionCatalogue) -> bool {
    built_in.find(action.name()) != Some(action)
}

/// Lists the actions.
pub fn actions(arguments: &ActionsArguments, console: &Console) -> Result<Exit, Failure> {
    let Some((profile, catalogue)) = find(arguments, console)? else {
        return Ok(Exit::Bad);
    };
    let built_in = ActionCatalogue::built_in(profile);
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            let actions = catalogue.actions().iter();
            let entries: Vec<Entry> = actions.map(|action| Entry::new(action, built_in)).collect();
            serde_json::to_writer_pretty(&mut out, &entries)?;
            writeln!(out)?;
        }
        PlainFormat::Text => write(&catalogue, profile, &mut out)?,
    }
    out.finish()?;
    Ok(Exit::Well)
}

/// The actions that are asked for and whose they are; without them, what is wrong with the file was told.
fn find(
    arguments: &ActionsArguments,
    console: &Console,
) -> Result<Option<(Profile, ActionCatalogue)>, Failure> {
    let of_profile = arguments.profile.unwrap_or_default();
    let Some(file) = &arguments.file else {
        let built_in = ActionCatalogue::built_in(of_profile).clone();
        return Ok(Some((of_profile, built_in)));
    };
    if file.is_dir() {
        let message = format!("`{}` is a folder", path_text(file));
        let help = "give a scenario, or a file of actions".to_owned();
        return Err(Failure::Usage(message, Some(help)));
    }
    let read = |source: &Source| match (source, source.kind()) {
        (Source::File { path, .. }, FileKind::Actions) => {
            let built_in = ActionCatalogue::built_in(of_profile);
            Ok((of_profile, built_in.extended_by_file(path)?))
        }
        _ => {
            let scenario = source.load_under(arguments.profile)?;
            Ok((scenario.profile, scenario.catalogue().clone()))
        }
    };
    // A file is one source.
    for source in sources::find_one(file, &arguments.root) {
        match source.and_then(|source| read(&source)) {
            Ok(found) => return Ok(Some(found)),
            Err(problems) => console.diagnostics(&problems),
        }
    }
    Ok(None)
}

fn write(catalogue: &ActionCatalogue, profile: Profile, out: &mut Output) -> Result<(), Failure> {
    let built_in = ActionCatalogue::built_in(profile);
    for &category in Category::ALL {
        let of_category = catalogue.actions().iter();
        let of_category = of_category.filter(|action| action.category() == category);
        let rows: Vec<(String, String)> = of_category
            .flat_map(|action| rows(action, is_own(action, built_in)))
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{}", out.palette.paint(BOLD, category))?;
        for line in names_in_lines(&rows) {
            writeln!(out, "{line}")?;
        }
    }
    let count = catalogue.actions().len();
    let end = format!(
        "{count} actions under the profile {profile}. A timeline or a runbook does one with \
         `action(\"NAME\", \"SERVICE\")`, those of the category meta without a service; parameters stand \
         behind it: `action(\"set_log_level\", \"SERVICE\", {{ \"level\": \"WARN\" }})`."
    );
    writeln!(out)?;
    write_text(&end, DIM, out)
}

/// What an action is, and below it its parameters.
fn rows(action: &ActionSpec, own: bool) -> impl Iterator<Item = (String, String)> {
    let halts: Vec<String> = action.halts().iter().map(ToString::to_string).collect();
    let mut about = action.about().to_owned();
    if !halts.is_empty() {
        about.push_str(&format!(" Halts {}.", halts.join(", ")));
    }
    if own {
        about.push_str(" (own)");
    }
    let parameters = action.parameters().iter().map(|parameter| {
        let (name, about) = parameter_row(parameter);
        (format!("  {name}"), about)
    });
    std::iter::once((action.name().to_owned(), about)).chain(parameters)
}

/// A parameter, and beside it what it is.
pub fn parameter_row(parameter: &Parameter) -> (String, String) {
    let default = parameter.default();
    let default = default.map(|default| format!("; {default} if it is left out"));
    let about = format!(
        "{} It is {}{}.",
        parameter.about(),
        parameter.expected(),
        default.unwrap_or_default()
    );
    (parameter.name().to_owned(), about)
}
