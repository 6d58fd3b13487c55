//! Reports of many seeds: a distribution as text, or one entry per seed.

use std::io::Write;

use serde::Serialize;

use super::arguments::{Format, RunArguments, Seeds};
use super::case::RunCase;
use super::csv_rows::{write_rows, writer};
use super::distribution::{Distribution, ExpectationShare, Quantiles, SeedRun};
use super::tally::RunTally;
use crate::failure::Failure;
use crate::ui::csv_text::csv_text;
use crate::ui::json_array::separate;
use crate::ui::output::Output;
use crate::ui::style::{BAD, BOLD, DIM, GOOD, Palette, visible};
use crate::ui::table::{self, Cell};
use crate::ui::units::count;

/// A report of many seeds. The default methods ignore what the report does not need.
pub trait SeedsReport {
    /// Called before the first scenario.
    fn open(&mut self, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called at the start of a scenario.
    fn begin(&mut self, _case: &RunCase, _seeds: Seeds, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called after each run.
    fn run(&mut self, _run: &SeedRun, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// Called after the last seed of a scenario.
    fn end(
        &mut self,
        _case: &RunCase,
        _seeds: Seeds,
        _all: &Distribution,
        _out: &mut Output,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Called after the last scenario.
    fn close(&mut self, _tally: &RunTally, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }
}

/// Creates the report that the arguments request.
pub fn of(arguments: &RunArguments) -> Box<dyn SeedsReport> {
    match arguments.format {
        Format::Text => Box::new(SeedsText {
            quiet: arguments.quiet,
            written: 0,
        }),
        Format::Json => Box::new(SeedsJson::default()),
        Format::Jsonl => Box::new(SeedsJsonLines),
        Format::Csv => Box::new(SeedsCsv { has_heading: false }),
    }
}

#[derive(Default)]
struct SeedsJson {
    scenarios: u64,
    runs: u64,
}

#[derive(Serialize)]
struct SeedsHeader<'a> {
    file: &'a str,
    name: &'a str,
    firewatch: &'static str,
    seeds: SeedBounds,
}

#[derive(Serialize)]
struct SeedBounds {
    first: u64,
    end: u64,
}

impl SeedsReport for SeedsJson {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        Ok(write!(out, "[")?)
    }

    fn begin(&mut self, case: &RunCase, seeds: Seeds, out: &mut Output) -> Result<(), Failure> {
        let header = serde_json::to_string(&SeedsHeader {
            file: &case.file,
            name: &case.scenario.name,
            firewatch: env!("CARGO_PKG_VERSION"),
            seeds: SeedBounds {
                first: seeds.first,
                end: seeds.end,
            },
        })?;
        separate(&mut self.scenarios, out)?;
        self.runs = 0;
        // The runs follow as they end; `end` closes the object.
        Ok(write!(
            out,
            "{},\"runs\":[",
            header.strip_suffix('}').unwrap_or(&header)
        )?)
    }

    fn run(&mut self, run: &SeedRun, out: &mut Output) -> Result<(), Failure> {
        separate(&mut self.runs, out)?;
        Ok(serde_json::to_writer(out, run)?)
    }

    fn end(
        &mut self,
        _case: &RunCase,
        _seeds: Seeds,
        all: &Distribution,
        out: &mut Output,
    ) -> Result<(), Failure> {
        write!(out, "\n],\"distribution\":")?;
        serde_json::to_writer(&mut *out, all)?;
        Ok(write!(out, "}}")?)
    }

    fn close(&mut self, _tally: &RunTally, out: &mut Output) -> Result<(), Failure> {
        Ok(writeln!(out, "\n]")?)
    }
}

struct SeedsJsonLines;

impl SeedsReport for SeedsJsonLines {
    fn run(&mut self, run: &SeedRun, out: &mut Output) -> Result<(), Failure> {
        serde_json::to_writer(&mut *out, run)?;
        Ok(writeln!(out)?)
    }
}

struct SeedsCsv {
    has_heading: bool,
}

impl SeedsReport for SeedsCsv {
    fn run(&mut self, run: &SeedRun, out: &mut Output) -> Result<(), Failure> {
        let mut writer = writer(!std::mem::replace(&mut self.has_heading, true));
        writer.serialize(SeedRun {
            file: &csv_text(run.file),
            name: &csv_text(run.name),
            ..run.clone()
        })?;
        write_rows(writer, out)
    }
}

struct SeedsText {
    quiet: bool,
    written: u64,
}

impl SeedsReport for SeedsText {
    fn end(
        &mut self,
        case: &RunCase,
        seeds: Seeds,
        all: &Distribution,
        out: &mut Output,
    ) -> Result<(), Failure> {
        let failed = all.expectations.iter().any(|share| share.failed > 0);
        if self.quiet && !failed {
            return Ok(());
        }
        if self.written > 0 {
            writeln!(out)?;
        }
        self.written += 1;
        write_header(case, seeds, all, out)?;
        if !self.quiet && all.runs > 0 {
            write_shares(all, out)?;
            write_spreads(all, out)?;
        }
        write_expectations(all, self.quiet, out)
    }

    fn close(&mut self, tally: &RunTally, out: &mut Output) -> Result<(), Failure> {
        if self.written > 0 {
            writeln!(out)?;
        }
        let line = tally.line("run", out.palette);
        Ok(writeln!(out, "{line}")?)
    }
}

fn write_header(
    case: &RunCase,
    seeds: Seeds,
    all: &Distribution,
    out: &mut Output,
) -> Result<(), Failure> {
    let palette = out.palette;
    writeln!(out, "{}", palette.paint(BOLD, visible(&case.scenario.name)))?;
    writeln!(out, "{}", palette.paint(DIM, visible(&case.file)))?;
    let facts = [
        format!("seeds {}..{}", seeds.first, seeds.end),
        format!(
            "{} of {} ticks",
            count(all.runs, "run"),
            case.scenario.ticks
        ),
        format!("firewatch {}", env!("CARGO_PKG_VERSION")),
    ];
    Ok(writeln!(out, "{}", palette.paint(DIM, facts.join(" · ")))?)
}

fn write_shares(all: &Distribution, out: &mut Output) -> Result<(), Failure> {
    let row = |label: &str, number: u64| {
        vec![
            Cell::new(out.palette, DIM, label),
            Cell::plain(&percent(number, all.runs)).right(),
            Cell::plain(&format!("{number} of {}", all.runs)),
        ]
    };
    let rows = [
        row("mended", all.mended),
        row("mitigated", all.mitigated),
        row("relapsed after mitigation", all.impact_after_mitigation),
        row("SLO budget used up", all.breached),
    ];
    write_section(&rows, out)
}

fn write_spreads(all: &Distribution, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let dim = |text: &str| Cell::new(palette, DIM, text);
    let mut rows = vec![vec![
        dim(""),
        dim("min").right(),
        dim("p50").right(),
        dim("p90").right(),
        dim("max").right(),
    ]];
    let spreads = [
        ("time to mitigate, ticks", all.mttm, 0),
        ("bad customer minutes", all.bad_customer_minutes, 2),
        ("SLO budget left", all.slo_budget, 2),
    ];
    let grade = all.grade.map(|grade| ("grade", Some(grade), 2));
    rows.extend(
        spreads
            .into_iter()
            .chain(grade)
            .map(|(label, spread, digits)| {
                let mut row = vec![dim(label)];
                row.extend(numbers(spread).map(|number| {
                    let text =
                        number.map_or("–".to_owned(), |number| format!("{number:.digits$}"));
                    Cell::plain(&text).right()
                }));
                row
            }),
    );
    write_section(&rows, out)
}

fn numbers(spread: Option<Quantiles>) -> [Option<f64>; 4] {
    spread.map_or([None; 4], |Quantiles { min, p50, p90, max }| {
        [min, p50, p90, max].map(Some)
    })
}

fn write_expectations(all: &Distribution, quiet: bool, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let shown = all
        .expectations
        .iter()
        .filter(|share| !quiet || share.failed > 0);
    let rows: Vec<Vec<Cell>> = shown
        .map(|share| expectation(share, all.runs, palette))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    write_section(&rows, out)
}

fn expectation(share: &ExpectationShare, runs: u64, palette: Palette) -> Vec<Cell> {
    let (style, mark) = match share {
        ExpectationShare { failed: 1.., .. } => (BAD, "✗"),
        ExpectationShare { undecided: 1.., .. } => (DIM, "–"),
        _ => (GOOD, "✓"),
    };
    let note = match share.first_failed_seed {
        Some(seed) => format!("{} failed, first with seed {seed}", share.failed),
        None if share.undecided > 0 => format!("{} undecided", share.undecided),
        None => String::new(),
    };
    vec![
        Cell::new(palette, style, mark),
        Cell::plain(&percent(share.passed, runs)).right(),
        Cell::plain(&share.expect),
        Cell::new(palette, style, &note),
    ]
}

fn write_section(rows: &[Vec<Cell>], out: &mut Output) -> Result<(), Failure> {
    writeln!(out)?;
    for line in table::lines(rows) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// Formats a percentage, rounded down: 100.0% means all.
fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}
