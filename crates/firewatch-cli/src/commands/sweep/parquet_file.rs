//! Rows as a Parquet file: typed columns, and the same bytes for the same rows.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::rows::{CellValue, ColumnType, Columns, cells, columns};
use super::run_result::RunResult;
use firewatch_scenario::SweepPlan;

use crate::failure::Failure;

/// Rows per row group. The bytes of a file depend on it.
pub const ROW_GROUP_SIZE: usize = 1 << 16;

/// A Parquet file being written.
pub struct ParquetFile<'a, W: Write + Send> {
    plan: &'a SweepPlan,
    columns: Columns,
    writer: SerializedFileWriter<W>,
}

impl<'a, W: Write + Send> ParquetFile<'a, W> {
    /// Creates a file without rows.
    pub fn new(plan: &'a SweepPlan, has_runbook: bool, sink: W) -> Result<Self, Failure> {
        let columns = columns(plan, has_runbook);
        let created_by = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
        let properties = WriterProperties::builder()
            .set_created_by(created_by.to_owned())
            .build();
        let schema = schema(&columns)?;
        let writer = SerializedFileWriter::new(sink, schema, Arc::new(properties))?;
        Ok(Self {
            plan,
            columns,
            writer,
        })
    }

    /// Adds a row group, starting with the run `first`.
    pub fn group(&mut self, first: u64, results: &[RunResult]) -> Result<(), Failure> {
        let rows = (first..).zip(results);
        let rows: Vec<Vec<CellValue>> = rows.map(|(run, p)| cells(self.plan, run, p)).collect();
        let mut group = self.writer.next_row_group()?;
        for (index, (_, kind)) in self.columns.iter().enumerate() {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            let cells = rows.iter().filter_map(|row| row.get(index));
            write(&mut column, *kind, cells)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file.
    pub fn close(self) -> Result<(), Failure> {
        self.writer.close()?;
        Ok(())
    }
}

fn schema(columns: &Columns) -> Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(|(name, kind)| {
        let (physical, logical) = match kind {
            ColumnType::Unsigned | ColumnType::OptionalUnsigned => {
                (PhysicalType::INT64, Some(LogicalType::integer(64, false)))
            }
            ColumnType::Float => (PhysicalType::DOUBLE, None),
            ColumnType::Bool => (PhysicalType::BOOLEAN, None),
            ColumnType::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = match kind {
            ColumnType::OptionalUnsigned => Repetition::OPTIONAL,
            _ => Repetition::REQUIRED,
        };
        let field = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<Result<_, ParquetError>>()?;
    let schema = Type::group_type_builder("rows")
        .with_fields(fields)
        .build()?;
    Ok(Arc::new(schema))
}

fn write<'a>(
    column: &mut SerializedColumnWriter,
    kind: ColumnType,
    cells: impl Iterator<Item = &'a CellValue<'a>>,
) -> Result<(), ParquetError> {
    match kind {
        ColumnType::Unsigned => {
            let values = cells.filter_map(|cell| match cell {
                CellValue::Unsigned(whole) => Some(whole.cast_signed()),
                _ => None,
            });
            write_all::<Int64Type>(column, values.collect(), None)
        }
        ColumnType::OptionalUnsigned => {
            let cells: Vec<Option<u64>> = cells
                .filter_map(|cell| match cell {
                    CellValue::OptionalUnsigned(whole) => Some(*whole),
                    _ => None,
                })
                .collect();
            let levels = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
            let values = cells.into_iter().flatten().map(u64::cast_signed);
            write_all::<Int64Type>(column, values.collect(), Some(levels))
        }
        ColumnType::Float => {
            let values = cells.filter_map(|cell| match cell {
                CellValue::Float(number) => Some(*number),
                _ => None,
            });
            write_all::<DoubleType>(column, values.collect(), None)
        }
        ColumnType::Bool => {
            let values = cells.filter_map(|cell| match cell {
                CellValue::Bool(truth) => Some(*truth),
                _ => None,
            });
            write_all::<BoolType>(column, values.collect(), None)
        }
        ColumnType::Text => {
            let values = cells.filter_map(|cell| match cell {
                CellValue::Text(text) => Some(ByteArray::from(*text)),
                CellValue::FaultKind(kind) => Some(ByteArray::from(kind.name())),
                _ => None,
            });
            write_all::<ByteArrayType>(column, values.collect(), None)
        }
    }
}

/// Writes the values of a column; `levels` says for each row of an optional column whether it has a value.
fn write_all<T: DataType>(
    column: &mut SerializedColumnWriter,
    values: Vec<T::T>,
    levels: Option<Vec<i16>>,
) -> Result<(), ParquetError> {
    let column = column.typed::<T>();
    column.write_batch(&values, levels.as_deref(), None)?;
    Ok(())
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Internal(format!("the Parquet file can't be written: {error}"))
    }
}
