//! The rows of a sweep: their columns, and rows as text.

use firewatch_scenario::{Halt, Plan, Setting};
use firewatch_sim::FaultKind;
use serde::{Serialize, Serializer};

use super::played::Played;
use crate::cli::RowFormat;
use crate::csv_text::csv_text;
use crate::failure::Failure;
use crate::run::number;
use crate::style::visible;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers from 0 up.
    Whole,
    /// Whole numbers from 0 up, or nothing.
    MaybeWhole,
    /// Numbers.
    Number,
    /// Truth values.
    Truth,
    /// Texts.
    Text,
}

/// What a row has in a column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// Of [`Kind::Whole`].
    Whole(u64),
    /// Of [`Kind::MaybeWhole`].
    MaybeWhole(Option<u64>),
    /// Of [`Kind::Number`].
    Number(f64),
    /// Of [`Kind::Truth`].
    Truth(bool),
    /// Of [`Kind::Text`].
    Text(&'a str),
    /// Of [`Kind::Text`], too.
    FaultKind(FaultKind),
}

/// Name and kind of each column.
pub type Columns = Vec<(String, Kind)>;

/// The columns of the plan's rows; those of an answer only where a runbook gives one.
pub fn columns(plan: &Plan, is_answered: bool) -> Columns {
    let varied = plan.columns().into_iter().zip(plan.first_settings());
    let varied = varied.map(|(name, setting)| match setting {
        Setting::Speed(_) => (name, Kind::Number),
        Setting::Kind(_) => (name, Kind::Text),
        Setting::Halt(_) => (name, Kind::MaybeWhole),
    });
    let fixed = |(name, kind): &(&str, Kind)| ((*name).to_owned(), *kind);
    let before = [
        ("run", Kind::Whole),
        ("scenario", Kind::Text),
        ("seed", Kind::Whole),
    ];
    let behind = [
        ("ticks", Kind::Whole),
        ("mttm", Kind::MaybeWhole),
        ("bad_customer_minutes", Kind::Number),
        ("slo_budget", Kind::Number),
        ("slo_breached", Kind::Truth),
        ("worst_status", Kind::Text),
        ("state_hash", Kind::Text),
    ];
    let of_answer = [
        ("reward", Kind::Number),
        ("grade", Kind::Number),
        ("wrong_actions", Kind::Whole),
    ];
    let of_answer = of_answer.iter().filter(|_| is_answered);
    let columns = before.iter().map(fixed).chain(varied);
    let behind = behind.iter().chain(of_answer);
    columns.chain(behind.map(fixed)).collect()
}

/// What stands in the columns of a run's row.
pub fn cells<'a>(plan: &'a Plan, run: u64, played: &'a Played) -> Vec<Cell<'a>> {
    let what = plan.run(run);
    let mut cells = vec![
        Cell::Whole(run),
        Cell::Text(&plan.base().name),
        Cell::Whole(what.seed),
    ];
    cells.extend(what.settings.into_iter().map(|setting| match setting {
        Setting::Speed(speed) => Cell::Number(speed),
        Setting::Kind(kind) => Cell::FaultKind(kind),
        Setting::Halt(Halt::At(tick)) => Cell::MaybeWhole(Some(tick)),
        Setting::Halt(Halt::Never) => Cell::MaybeWhole(None),
    }));
    cells.extend([
        Cell::Whole(played.ticks),
        Cell::MaybeWhole(played.mttm),
        Cell::Number(played.bad_customer_minutes),
        Cell::Number(played.slo_budget),
        Cell::Truth(played.slo_breached),
        Cell::Text(played.worst_status.name()),
        Cell::Text(&played.state_hash),
    ]);
    if let Some(answer) = played.answer {
        cells.extend([
            Cell::Number(answer.reward),
            Cell::Number(answer.grade),
            Cell::Whole(answer.wrong_actions),
        ]);
    }
    cells
}

/// What tells a run from the others, to be read.
pub fn settings_in_words(plan: &Plan, run: u64) -> String {
    let what = plan.run(run);
    let mut words = vec![format!("seed {}", what.seed)];
    for (name, setting) in plan.columns().iter().zip(what.settings) {
        words.push(match setting {
            Setting::Speed(speed) => format!("{name} {speed}"),
            Setting::Kind(kind) => format!("{name} {kind}"),
            Setting::Halt(halt) => format!("{name} {halt}"),
        });
    }
    visible(&words.join(", ")).into_owned()
}

/// Rows as text, of which pieces can be made independently of each other.
pub struct TextRows<'a> {
    plan: &'a Plan,
    columns: Columns,
    is_csv: bool,
}

impl<'a> TextRows<'a> {
    /// Rows of that form; `None` if the form is no text.
    pub fn new(plan: &'a Plan, is_answered: bool, format: RowFormat) -> Option<Self> {
        let is_csv = match format {
            RowFormat::Csv => true,
            RowFormat::Jsonl => false,
            RowFormat::Parquet => return None,
        };
        Some(Self {
            plan,
            columns: columns(plan, is_answered),
            is_csv,
        })
    }

    /// What stands before the rows.
    pub fn heading(&self) -> Result<Vec<u8>, Failure> {
        if !self.is_csv {
            return Ok(Vec::new());
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        finished(writer)
    }

    /// The rows of that run and those behind it.
    pub fn rows(&self, first: u64, played: &[Played]) -> Result<Vec<u8>, Failure> {
        let rows = (first..).zip(played);
        let rows = rows.map(|(run, played)| cells(self.plan, run, played));
        if self.is_csv {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for cells in rows {
                writer.write_record(cells.into_iter().map(as_field))?;
            }
            return finished(writer);
        }
        let mut text = Vec::new();
        for cells in rows {
            let line = Line(&self.columns, &cells);
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
        }
        Ok(text)
    }
}

fn finished(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    Ok(writer.into_inner().map_err(|error| error.into_error())?)
}

fn as_field(cell: Cell) -> String {
    match cell {
        Cell::Whole(whole) | Cell::MaybeWhole(Some(whole)) => whole.to_string(),
        Cell::MaybeWhole(None) => String::new(),
        Cell::Number(x) => number(x),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Text(text) => csv_text(text).into_owned(),
        Cell::FaultKind(kind) => kind.to_string(),
    }
}

/// An object with a field a column.
struct Line<'a>(&'a Columns, &'a [Cell<'a>]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.iter().map(|(name, _)| name);
        serializer.collect_map(names.zip(self.1))
    }
}
