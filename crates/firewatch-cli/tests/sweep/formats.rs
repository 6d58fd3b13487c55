//! Formats: CSV, JSON lines and Parquet have the same content.

use std::fs;

use parquet::basic::{LogicalType, Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};

use crate::support::{Folder, run, stdout};
use crate::tool::{GRID, heading, read_rows, rows};

#[test]
fn csv_and_read_rows_say_the_same() {
    let csv = stdout(0, &["sweep", GRID]);
    let heading = heading(&csv);
    let text = stdout(0, &["sweep", GRID, "--format", "jsonl"]);
    let places = heading
        .iter()
        .map(|name| text.find(&format!("\"{name}\":")));
    assert!(places.is_sorted_by(|a, b| a.is_some() && a < b), "{text}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    let lines = read_rows(&text);
    assert_eq!(records.len(), lines.len());
    for (record, line) in records.iter().zip(&lines) {
        assert_eq!(record.len(), line.len());
        for (field, name) in record.iter().zip(&heading) {
            match &line[*name] {
                Value::String(text) => assert_eq!(field, text),
                Value::Null => assert_eq!(field, ""),
                value => assert_eq!(field, value.to_string()),
            }
        }
    }
}

pub fn open_parquet(path: &str) -> SerializedFileReader<fs::File> {
    let file = fs::File::open(path).expect("the file can be read");
    SerializedFileReader::new(file).expect("a Parquet file")
}

/// Returns a Parquet value as the JSON of the same row.
pub fn as_json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(truth) => json!(truth),
        Field::ULong(whole) => json!(whole),
        Field::Double(number) => json!(number),
        Field::Str(text) => json!(text),
        other => unreachable!("no column is of the type of {other}"),
    }
}

/// Returns Parquet rows as JSON lines.
pub fn parquet_rows(reader: &SerializedFileReader<fs::File>) -> Vec<Map<String, Value>> {
    let rows = reader.get_row_iter(None).expect("rows");
    let rows = rows.map(|row| {
        let row = row.expect("a row");
        let fields = row.get_column_iter();
        let fields = fields.map(|(name, field)| (name.clone(), as_json(field)));
        fields.collect()
    });
    rows.collect()
}

#[test]
fn parquet_says_the_same_and_is_the_same_every_time() {
    let folder = Folder::new();
    let grid = [
        "--vary",
        "kind=oom,bad_deploy",
        "--seeds",
        "0..8,18446744073709551615",
    ];
    let write = |name: &str, threads: &str| {
        let path = folder.name(name);
        let form = [
            "sweep",
            GRID,
            "-f",
            "parquet",
            "-o",
            &path,
            "--threads",
            threads,
        ];
        assert_eq!(stdout(0, &[&form[..], &grid].concat()), "");
        fs::read(path).expect("the file can be read")
    };
    let bytes = write("one.parquet", "1");
    assert!(bytes == write("two.parquet", "3"), "the bytes differ");

    let reader = open_parquet(&folder.name("one.parquet"));
    let metadata = reader.metadata().file_metadata();
    let created_by = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
    assert_eq!(metadata.created_by(), Some(created_by));
    let types = metadata.schema_descr().columns().iter();
    let types: Vec<_> = types
        .map(|c| (c.name(), c.physical_type(), c.self_type().is_optional()))
        .collect();
    let expected = [
        ("run", Type::INT64, false),
        ("scenario", Type::BYTE_ARRAY, false),
        ("seed", Type::INT64, false),
        ("speed", Type::DOUBLE, false),
        ("kind", Type::BYTE_ARRAY, false),
        ("halt:auth-service", Type::INT64, true),
        ("ticks", Type::INT64, false),
        ("mended", Type::BOOLEAN, false),
        ("mttm", Type::INT64, true),
        ("bad_customer_minutes", Type::DOUBLE, false),
        ("slo_budget", Type::DOUBLE, false),
        ("slo_breached", Type::BOOLEAN, false),
        ("worst_status", Type::BYTE_ARRAY, false),
        ("state_hash", Type::BYTE_ARRAY, false),
    ];
    assert_eq!(types, expected);
    let text = metadata.schema_descr().column(1);
    assert_eq!(text.logical_type_ref(), Some(&LogicalType::String));
    let read = parquet_rows(&reader);
    let lines = rows(GRID, &grid);
    assert_eq!(lines.len(), 9 * 18);
    assert!(read == lines, "the rows differ");
}

#[test]
fn a_file_is_what_the_standard_output_would_have_been() {
    let folder = Folder::new();
    for format in ["csv", "jsonl"] {
        let path = folder.name(format);
        run(0, &["sweep", GRID, "-f", format, "-o", &path]);
        assert_eq!(
            folder.read_text(format),
            stdout(0, &["sweep", GRID, "-f", format])
        );
    }
    assert_eq!(folder.files(), ["csv", "jsonl"]);
}
