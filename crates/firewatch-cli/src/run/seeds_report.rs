//! The forms of many runs: a distribution to be read, or an entry a seed.

use std::io::Write;

use serde::Serialize;

use super::case::Case;
use super::csv_rows::{write_rows, writer};
use super::distribution::{Distribution, Run, Share, Spread};
use super::json::separate;
use super::tally::Tally;
use crate::check::count;
use crate::cli::{Format, RunArguments, Seeds};
use crate::csv_text::csv_text;
use crate::failure::Failure;
use crate::output::Output;
use crate::style::{BAD, BOLD, DIM, GOOD, Palette, visible};
use crate::table::{self, Cell};

/// A form of the results of many runs.
pub trait SeedsReport {
    /// Before the first scenario.
    fn open(&mut self, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// A scenario begins.
    fn begin(&mut self, _case: &Case, _seeds: Seeds, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// A run is over.
    fn run(&mut self, _run: &Run, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }

    /// A scenario has been run with every seed.
    fn end(
        &mut self,
        _case: &Case,
        _seeds: Seeds,
        _all: &Distribution,
        _out: &mut Output,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// After the last scenario.
    fn close(&mut self, _tally: &Tally, _out: &mut Output) -> Result<(), Failure> {
        Ok(())
    }
}

/// The form that the arguments ask for.
pub fn of(arguments: &RunArguments) -> Box<dyn SeedsReport> {
    match arguments.format {
        Format::Text => Box::new(Text {
            quiet: arguments.quiet,
            written: 0,
        }),
        Format::Json => Box::new(Json::default()),
        Format::Jsonl => Box::new(Lines),
        Format::Csv => Box::new(Rows { begun: false }),
    }
}

#[derive(Default)]
struct Json {
    scenarios: u64,
    runs: u64,
}

#[derive(Serialize)]
struct Header<'a> {
    file: &'a str,
    name: &'a str,
    firewatch: &'static str,
    seeds: Bounds,
}

#[derive(Serialize)]
struct Bounds {
    first: u64,
    end: u64,
}

impl SeedsReport for Json {
    fn open(&mut self, out: &mut Output) -> Result<(), Failure> {
        Ok(write!(out, "[")?)
    }

    fn begin(&mut self, case: &Case, seeds: Seeds, out: &mut Output) -> Result<(), Failure> {
        let header = serde_json::to_string(&Header {
            file: &case.file,
            name: &case.scenario.name,
            firewatch: env!("CARGO_PKG_VERSION"),
            seeds: Bounds {
                first: seeds.first,
                end: seeds.end,
            },
        })?;
        separate(&mut self.scenarios, out)?;
        self.runs = 0;
        // The runs follow as they end; the object is closed behind them.
        Ok(write!(
            out,
            "{},\"runs\":[",
            header.strip_suffix('}').unwrap_or(&header)
        )?)
    }

    fn run(&mut self, run: &Run, out: &mut Output) -> Result<(), Failure> {
        separate(&mut self.runs, out)?;
        Ok(serde_json::to_writer(out, run)?)
    }

    fn end(
        &mut self,
        _case: &Case,
        _seeds: Seeds,
        all: &Distribution,
        out: &mut Output,
    ) -> Result<(), Failure> {
        write!(out, "\n],\"distribution\":")?;
        serde_json::to_writer(&mut *out, all)?;
        Ok(write!(out, "}}")?)
    }

    fn close(&mut self, _tally: &Tally, out: &mut Output) -> Result<(), Failure> {
        Ok(writeln!(out, "\n]")?)
    }
}

struct Lines;

impl SeedsReport for Lines {
    fn run(&mut self, run: &Run, out: &mut Output) -> Result<(), Failure> {
        serde_json::to_writer(&mut *out, run)?;
        Ok(writeln!(out)?)
    }
}

struct Rows {
    begun: bool,
}

impl SeedsReport for Rows {
    fn run(&mut self, run: &Run, out: &mut Output) -> Result<(), Failure> {
        let mut writer = writer(!std::mem::replace(&mut self.begun, true));
        writer.serialize(Run {
            file: &csv_text(run.file),
            name: &csv_text(run.name),
            ..run.clone()
        })?;
        write_rows(writer, out)
    }
}

struct Text {
    quiet: bool,
    written: u64,
}

impl SeedsReport for Text {
    fn end(
        &mut self,
        case: &Case,
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

    fn close(&mut self, tally: &Tally, out: &mut Output) -> Result<(), Failure> {
        if self.written > 0 {
            writeln!(out)?;
        }
        let line = tally.line("run", out.palette);
        Ok(writeln!(out, "{line}")?)
    }
}

fn write_header(
    case: &Case,
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
        row("mitigated", all.mitigated),
        row("hit again after that", all.impact_after_mitigation),
        row("SLO budget used up", all.breached),
    ];
    write_table(&rows, out)
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
    write_table(&rows, out)
}

fn numbers(spread: Option<Spread>) -> [Option<f64>; 4] {
    spread.map_or([None; 4], |Spread { min, p50, p90, max }| {
        [min, p50, p90, max].map(Some)
    })
}

fn write_expectations(all: &Distribution, quiet: bool, out: &mut Output) -> Result<(), Failure> {
    let palette = out.palette;
    let told = all
        .expectations
        .iter()
        .filter(|share| !quiet || share.failed > 0);
    let rows: Vec<Vec<Cell>> = told
        .map(|share| expectation(share, all.runs, palette))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    write_table(&rows, out)
}

fn expectation(share: &Share, runs: u64, palette: Palette) -> Vec<Cell> {
    let (style, mark) = match share {
        Share { failed: 1.., .. } => (BAD, "✗"),
        Share { undecided: 1.., .. } => (DIM, "–"),
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

fn write_table(rows: &[Vec<Cell>], out: &mut Output) -> Result<(), Failure> {
    writeln!(out)?;
    for line in table::lines(rows) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// A share that is 100.0% only if it is all of them.
fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}
