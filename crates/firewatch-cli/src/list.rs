//! `firewatch list`: which scenarios there are, and what each is about.

use std::io::Write;

use firewatch_scenario::{Difficulty, Scenario};
use firewatch_sim::FaultKind;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::cli::{ListArguments, PlainFormat};
use crate::failure::{Exit, Failure};
use crate::mechanics::mechanics;
use crate::output::{Console, Output};
use crate::sources;
use crate::style::{BOLD, DEED, DIM, FAIR, Palette, visible};
use crate::table::{self, Cell};

/// A scenario in the list.
#[derive(Serialize)]
struct Entry {
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

impl Entry {
    /// The folder with its slash, and the file's name in it.
    fn place(&self) -> (&str, &str) {
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

/// Lists the scenarios of the folders; those that are not in order go to the standard error.
pub fn list(arguments: &ListArguments, console: &Console) -> Result<Exit, Failure> {
    let mut entries = Vec::new();
    let mut exit = Exit::Well;
    for source in sources::find(&arguments.folders, &arguments.root) {
        let loaded = source.and_then(|source| Ok((source.name(), source.load()?)));
        match loaded {
            Ok((file, scenario)) => entries.push(Entry::new(file, scenario)?),
            Err(problems) => {
                console.diagnostics(&problems);
                exit = Exit::Bad;
                console.raise(exit);
            }
        }
    }
    let mut out = console.results(None, arguments.format)?;
    match arguments.format {
        PlainFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &entries)?;
            writeln!(out)?;
        }
        PlainFormat::Text => write_table(&entries, &mut out)?,
    }
    out.finish()?;
    Ok(exit)
}

fn write_table(entries: &[Entry], out: &mut Output) -> Result<(), Failure> {
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
            Cell::new(palette, BOLD, entry.place().1),
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
        if folder.replace(entry.place().0) != Some(entry.place().0) {
            writeln!(out, "{}", palette.paint(DIM, visible(entry.place().0)))?;
        }
        writeln!(out, "  {line}")?;
        writeln!(out, "      {}", visible(&entry.name))?;
        for line in marks(entry, palette) {
            writeln!(out, "      {line}")?;
        }
    }
    Ok(())
}

/// Fault kinds and mechanics with dots between them, in lines that fit beside an indent.
fn marks(entry: &Entry, palette: Palette) -> Vec<String> {
    const WIDTH: usize = 84;
    const DOT: &str = " · ";
    let faults = entry.fault_kinds.iter().map(|kind| (FAIR, kind.name()));
    let mechanics = entry.mechanics.iter().map(|name| (DEED, *name));
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
