//! `firewatch list`: lists scenarios.

use clap::Args;
mod mechanics;

use std::io::Write;
use std::path::PathBuf;

use firewatch_scenario::{Difficulty, Scenario};
use firewatch_sim::FaultKind;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::arguments::{PlainFormat, RootArgument};
use crate::failure::{Exit, Failure};
use crate::sources;
use crate::ui::output::{Console, Output};
use crate::ui::style::{ACTION, BOLD, DIM, Palette, WARNING, visible};
use crate::ui::table::{self, Cell};
use mechanics::mechanics;

/// The arguments of `list`.
#[derive(Args, Debug)]
pub struct ListArguments {
    /// Folders to search for `*.ron`, or files
    #[arg(value_name = "FOLDER", default_value = "scenarios")]
    pub folders: Vec<PathBuf>,
    /// Format of the list
    ///
    /// `json` is an array with an object per scenario: `file`, `name`, `description`, `seed`, `difficulty`
    /// (or null), `ticks`, `services` (names), `fault_kinds` and `mechanics` (names) and `expectations`
    /// (their number).
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PlainFormat,
    /// The folder for the files that scenarios name.
    #[command(flatten)]
    pub root: RootArgument,
}

/// A scenario in the list.
#[derive(Serialize)]
struct ScenarioEntry {
    file: String,
    name: String,
    description: String,
    seed: u64,
    difficulty: Option<&'static str>,
    ticks: u64,
    services: Vec<String>,
    fault_kinds: Vec<FaultKind>,
    mechanics: Vec<&'static str>,
    expectations: usize,
}

impl ScenarioEntry {
    /// Splits the path into the folder, with its slash, and the file name.
    fn split_path(&self) -> (&str, &str) {
        let name = self
            .file
            .rfind(std::path::is_separator)
            .map_or(0, |slash| slash + 1);
        self.file.split_at(name)
    }

    fn new(file: String, scenario: Scenario) -> Result<Self, Failure> {
        let mut fault_kinds = Vec::new();
        for fault in scenario.all_faults() {
            if !fault_kinds.contains(&fault.kind) {
                fault_kinds.push(fault.kind);
            }
        }
        Ok(Self {
            file,
            seed: scenario.seed,
            difficulty: scenario.difficulty.map(Difficulty::name),
            ticks: scenario.ticks,
            mechanics: mechanics(&scenario)?,
            fault_kinds,
            expectations: scenario.expect.len(),
            services: scenario
                .services
                .into_iter()
                .map(|service| service.name)
                .collect(),
            name: scenario.name,
            description: scenario.description,
        })
    }
}

/// Lists the scenarios of the folders; invalid ones are reported on the standard error.
pub fn list(arguments: &ListArguments, console: &Console) -> Result<Exit, Failure> {
    let mut entries = Vec::new();
    let mut exit = Exit::Passed;
    for source in sources::find(&arguments.folders, arguments.root.folder()) {
        let loaded = source.and_then(|source| Ok((source.name(), source.load()?)));
        match loaded {
            Ok((file, scenario)) => entries.push(ScenarioEntry::new(file, scenario)?),
            Err(problems) => {
                console.report_diagnostics(&problems);
                exit = Exit::Invalid;
                console.raise_exit(exit);
            }
        }
    }
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            out.write_json(&entries)?;
        }
        PlainFormat::Text => write_list(&entries, &mut out)?,
    }
    out.finish()?;
    Ok(exit)
}

fn write_list(entries: &[ScenarioEntry], out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let heading = |text| Cell::new(palette, DIM, text);
    let mut rows = vec![vec![
        heading("scenario"),
        heading("difficulty"),
        heading("services").right(),
        heading("ticks").right(),
        heading("expectations").right(),
    ]];
    rows.extend(entries.iter().map(|entry| {
        vec![
            Cell::new(palette, BOLD, entry.split_path().1),
            Cell::plain(entry.difficulty.unwrap_or("–")),
            Cell::plain(&entry.services.len().to_string()).right(),
            Cell::plain(&entry.ticks.to_string()).right(),
            Cell::plain(&entry.expectations.to_string()).right(),
        ]
    }));
    let mut lines = table::lines(&rows).into_iter();
    if let Some(heading) = lines.next().filter(|_| !entries.is_empty()) {
        writeln!(out, "  {heading}")?;
    }
    let mut folder = None;
    for (line, entry) in lines.zip(entries) {
        if folder.replace(entry.split_path().0) != Some(entry.split_path().0) {
            writeln!(out, "{}", palette.paint(DIM, visible(entry.split_path().0)))?;
        }
        writeln!(out, "  {line}")?;
        writeln!(out, "      {}", visible(&entry.name))?;
        for line in tag_lines(entry, palette) {
            writeln!(out, "      {line}")?;
        }
    }
    Ok(())
}

/// Formats fault kinds and mechanics as lines that fit beside an indent.
fn tag_lines(entry: &ScenarioEntry, palette: Palette) -> Vec<String> {
    const WIDTH: usize = 84;
    const DOT: &str = " · ";
    let faults = entry.fault_kinds.iter().map(|kind| (WARNING, kind.name()));
    let mechanics = entry.mechanics.iter().map(|name| (ACTION, *name));
    let mut lines: Vec<String> = Vec::new();
    let mut width = 0;
    for (style, word) in faults.chain(mechanics) {
        let painted = palette.paint(style, word);
        let longer = width + DOT.width() + word.width();
        match lines.last_mut() {
            Some(line) if longer <= WIDTH => {
                line.push_str(DOT);
                line.push_str(&painted);
                width = longer;
            }
            _ => {
                lines.push(painted);
                width = word.width();
            }
        }
    }
    lines
}
