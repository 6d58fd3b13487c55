//! The rows of a sweep: their columns, and rows as text.

use firewatch_scenario::{Halt, Setting, SweepPlan};
use firewatch_sim::FaultKind;
use serde::{Serialize, Serializer};

use super::arguments::RowFormat;
use super::run_result::RunResult;
use crate::failure::Failure;
use crate::ui::csv_text::{csv_text, number};
use crate::ui::style::visible;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Unsigned 64-bit integers.
    Unsigned,
    /// Unsigned 64-bit integers, or no value.
    OptionalUnsigned,
    /// 64-bit floating-point numbers.
    Float,
    /// Booleans.
    Bool,
    /// UTF-8 text.
    Text,
}

/// A value in a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CellValue<'a> {
    /// A value of [`ColumnType::Unsigned`].
    Unsigned(u64),
    /// A value of [`ColumnType::OptionalUnsigned`].
    OptionalUnsigned(Option<u64>),
    /// A value of [`ColumnType::Float`].
    Float(f64),
    /// A value of [`ColumnType::Bool`].
    Bool(bool),
    /// A value of [`ColumnType::Text`].
    Text(&'a str),
    /// Of [`ColumnType::Text`], too.
    FaultKind(FaultKind),
}

/// Name and type of each column.
pub type Columns = Vec<(String, ColumnType)>;

/// Returns the columns of a plan, with those of the score if a runbook responds.
pub fn columns(plan: &SweepPlan, has_runbook: bool) -> Columns {
    let varied = plan.columns().into_iter().zip(plan.first_settings());
    let varied = varied.map(|(name, setting)| match setting {
        Setting::Speed(_) | Setting::Level(_) => (name, ColumnType::Float),
        Setting::Kind(_) => (name, ColumnType::Text),
        Setting::Start(_) => (name, ColumnType::Unsigned),
        Setting::Metric(_) => (name, ColumnType::Float),
        Setting::Halt(_) => (name, ColumnType::OptionalUnsigned),
        Setting::Runbook(_) => (name, ColumnType::Text),
    });
    let fixed = |(name, kind): &(&str, ColumnType)| ((*name).to_owned(), *kind);
    let before = [
        ("run", ColumnType::Unsigned),
        ("scenario", ColumnType::Text),
        ("seed", ColumnType::Unsigned),
    ];
    let after = [
        ("ticks", ColumnType::Unsigned),
        ("mended", ColumnType::Bool),
        ("mttm", ColumnType::OptionalUnsigned),
        ("bad_customer_minutes", ColumnType::Float),
        ("slo_budget", ColumnType::Float),
        ("slo_breached", ColumnType::Bool),
        ("worst_status", ColumnType::Text),
        ("state_hash", ColumnType::Text),
    ];
    let of_answer = [
        ("reward", ColumnType::Float),
        ("grade", ColumnType::Float),
        ("wrong_actions", ColumnType::Unsigned),
    ];
    let of_answer = of_answer.iter().filter(|_| has_runbook);
    let columns = before.iter().map(fixed).chain(varied);
    let after = after.iter().chain(of_answer);
    columns.chain(after.map(fixed)).collect()
}

/// Returns the values of a run, in the order of the columns.
pub fn cells<'a>(plan: &'a SweepPlan, run: u64, results: &'a RunResult) -> Vec<CellValue<'a>> {
    let what = plan.run(run);
    let mut cells = vec![
        CellValue::Unsigned(run),
        CellValue::Text(&plan.base().name),
        CellValue::Unsigned(what.seed),
    ];
    cells.extend(what.settings.into_iter().map(|setting| match setting {
        Setting::Speed(number) | Setting::Level(number) => CellValue::Float(number),
        Setting::Kind(kind) => CellValue::FaultKind(kind),
        Setting::Start(tick) => CellValue::Unsigned(tick),
        Setting::Metric(value) => CellValue::Float(value),
        Setting::Runbook(index) => CellValue::Text(runbook_name(plan, index)),
        Setting::Halt(Halt::At(tick)) => CellValue::OptionalUnsigned(Some(tick)),
        Setting::Halt(Halt::Never) => CellValue::OptionalUnsigned(None),
    }));
    cells.extend([
        CellValue::Unsigned(results.ticks),
        CellValue::Bool(results.mended),
        CellValue::OptionalUnsigned(results.mttm),
        CellValue::Float(results.bad_customer_minutes),
        CellValue::Float(results.slo_budget),
        CellValue::Bool(results.slo_breached),
        CellValue::Text(results.worst_status.name()),
        CellValue::Text(&results.state_hash),
    ]);
    if let Some(answer) = results.answer {
        cells.extend([
            CellValue::Float(answer.reward),
            CellValue::Float(answer.grade),
            CellValue::Unsigned(answer.wrong_actions),
        ]);
    }
    cells
}

fn runbook_name(plan: &SweepPlan, index: usize) -> &str {
    plan.runbooks().get(index).map_or("", String::as_str)
}

/// Formats the seed and the settings of a run.
pub fn describe_settings(plan: &SweepPlan, run: u64) -> String {
    let what = plan.run(run);
    let mut words = vec![format!("seed {}", what.seed)];
    for (name, setting) in plan.columns().iter().zip(what.settings) {
        words.push(match setting {
            Setting::Speed(number) | Setting::Level(number) => format!("{name} {number}"),
            Setting::Kind(kind) => format!("{name} {kind}"),
            Setting::Start(tick) => format!("{name} {tick}"),
            Setting::Metric(value) => format!("{name} {value}"),
            Setting::Halt(halt) => format!("{name} {halt}"),
            Setting::Runbook(index) => format!("{name} {}", runbook_name(plan, index)),
        });
    }
    visible(&words.join(", ")).into_owned()
}

/// Formats rows as text. Chunks of rows are independent of each other.
pub struct TextRows<'a> {
    plan: &'a SweepPlan,
    columns: Columns,
    is_csv: bool,
}

impl<'a> TextRows<'a> {
    /// Creates the format; `None` for Parquet.
    pub fn new(plan: &'a SweepPlan, has_runbook: bool, format: RowFormat) -> Option<Self> {
        let is_csv = match format {
            RowFormat::Csv => true,
            RowFormat::Jsonl => false,
            RowFormat::Parquet => return None,
        };
        Some(Self {
            plan,
            columns: columns(plan, has_runbook),
            is_csv,
        })
    }

    /// Returns the text before the rows.
    pub fn heading(&self) -> Result<Vec<u8>, Failure> {
        if !self.is_csv {
            return Ok(Vec::new());
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        finished(writer)
    }

    /// Formats consecutive rows, starting with the run `first`.
    pub fn rows(&self, first: u64, results: &[RunResult]) -> Result<Vec<u8>, Failure> {
        let rows = (first..).zip(results);
        let rows = rows.map(|(run, results)| cells(self.plan, run, results));
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

fn as_field(cell: CellValue) -> String {
    match cell {
        CellValue::Unsigned(whole) | CellValue::OptionalUnsigned(Some(whole)) => whole.to_string(),
        CellValue::OptionalUnsigned(None) => String::new(),
        CellValue::Float(x) => number(x),
        CellValue::Bool(truth) => truth.to_string(),
        CellValue::Text(text) => csv_text(text).into_owned(),
        CellValue::FaultKind(kind) => kind.to_string(),
    }
}

/// A JSON object with a field per column.
struct Line<'a>(&'a Columns, &'a [CellValue<'a>]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.iter().map(|(name, _)| name);
        serializer.collect_map(names.zip(self.1))
    }
}
