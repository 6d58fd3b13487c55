//! Rows as a Parquet file: typed columns, and the same bytes for the same rows.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::played::Played;
use super::rows::{Cell, Columns, Kind, cells, columns};
use crate::failure::Failure;
use firewatch_scenario::Plan;

/// Rows of a row group. What a file's bytes are depends on it.
pub const GROUP: usize = 1 << 16;

/// A Parquet file on its way.
pub struct ParquetFile<'a, W: Write + Send> {
    plan: &'a Plan,
    columns: Columns,
    writer: SerializedFileWriter<W>,
}

impl<'a, W: Write + Send> ParquetFile<'a, W> {
    /// A file without rows.
    pub fn new(plan: &'a Plan, is_answered: bool, sink: W) -> Result<Self, Failure> {
        let columns = columns(plan, is_answered);
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

    /// Adds a row group: the rows of that run and those behind it.
    pub fn group(&mut self, first: u64, played: &[Played]) -> Result<(), Failure> {
        let rows = (first..).zip(played);
        let rows: Vec<Vec<Cell>> = rows.map(|(run, p)| cells(self.plan, run, p)).collect();
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
            Kind::Whole | Kind::MaybeWhole => {
                (PhysicalType::INT64, Some(LogicalType::integer(64, false)))
            }
            Kind::Number => (PhysicalType::DOUBLE, None),
            Kind::Truth => (PhysicalType::BOOLEAN, None),
            Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = match kind {
            Kind::MaybeWhole => Repetition::OPTIONAL,
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
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell<'a>>,
) -> Result<(), ParquetError> {
    match kind {
        Kind::Whole => {
            let values = cells.filter_map(|cell| match cell {
                Cell::Whole(whole) => Some(whole.cast_signed()),
                _ => None,
            });
            write_all::<Int64Type>(column, values.collect(), None)
        }
        Kind::MaybeWhole => {
            let cells: Vec<Option<u64>> = cells
                .filter_map(|cell| match cell {
                    Cell::MaybeWhole(whole) => Some(*whole),
                    _ => None,
                })
                .collect();
            let levels = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
            let values = cells.into_iter().flatten().map(u64::cast_signed);
            write_all::<Int64Type>(column, values.collect(), Some(levels))
        }
        Kind::Number => {
            let values = cells.filter_map(|cell| match cell {
                Cell::Number(number) => Some(*number),
                _ => None,
            });
            write_all::<DoubleType>(column, values.collect(), None)
        }
        Kind::Truth => {
            let values = cells.filter_map(|cell| match cell {
                Cell::Truth(truth) => Some(*truth),
                _ => None,
            });
            write_all::<BoolType>(column, values.collect(), None)
        }
        Kind::Text => {
            let values = cells.filter_map(|cell| match cell {
                Cell::Text(text) => Some(ByteArray::from(*text)),
                Cell::FaultKind(kind) => Some(ByteArray::from(kind.name())),
                _ => None,
            });
            write_all::<ByteArrayType>(column, values.collect(), None)
        }
    }
}

/// Writes the values; `levels` says for each row whether it has one, where it need not.
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
