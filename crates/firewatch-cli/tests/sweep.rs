//! `firewatch sweep` as a process: grids, forms, pieces, and going on after a stop.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parquet::basic::{LogicalType, Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// Of 2 seeds, 3 speeds and 3 halts: 18 runs.
const GRID: &str = "tests/fixtures/sweep/grid.ron";
/// Without a grid; other services by each seed.
const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run(code: i32, arguments: &[&str]) -> Output {
    let output = command(arguments).output().expect("the command starts");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

fn stdout(arguments: &[&str]) -> String {
    text(&run(0, arguments).stdout)
}

fn stderr(code: i32, arguments: &[&str]) -> String {
    text(&run(code, arguments).stderr)
}

/// The rows of a sweep of that file.
fn rows(file: &str, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let told = stdout(&[&["sweep", file, "--format", "jsonl"], arguments].concat());
    read_rows(&told)
}

fn read_rows(text: &str) -> Vec<Map<String, Value>> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

fn column(rows: &[Map<String, Value>], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

fn heading(csv: &str) -> Vec<&str> {
    csv.lines().next().unwrap_or_default().split(',').collect()
}

/// A folder for files of a test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        let path = self.0.path().join(name);
        path.to_str().expect("a plain path").to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("the file can be written");
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file can be read")
    }

    /// Names of all files, hidden ones too.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder can be read");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

// The grid.

#[test]
fn a_sweep_without_a_grid_is_the_run_of_the_scenario() {
    let folder = Folder::new();
    let scenario = fs::read_to_string(manifest(GRID)).expect("the fixture");
    let (without, _) = scenario.split_once("    sweep:").expect("its grid");
    let file = folder.write("plain.ron", &format!("{without})\n"));
    let rows = rows(&file, &[]);
    assert_eq!(rows.len(), 1);
    let expected = [
        "run",
        "scenario",
        "seed",
        "ticks",
        "mttm",
        "bad_customer_minutes",
        "slo_budget",
        "slo_breached",
        "worst_status",
        "state_hash",
    ];
    assert_eq!(heading(&stdout(&["sweep", &file])), expected);
    // A single run does not look at the grid.
    for file in [&*file, GRID] {
        let told = stdout(&["run", file, "--format", "json"]);
        let report: Value = serde_json::from_str(&told).expect("JSON");
        let totals = &report[0]["totals"];
        for name in [
            "ticks",
            "mttm",
            "bad_customer_minutes",
            "slo_budget",
            "slo_breached",
        ] {
            assert_eq!(rows[0][name], totals[name], "{name}");
        }
        assert_eq!(rows[0]["state_hash"], report[0]["state_hash"]);
        let services = report[0]["services"].as_array().expect("services");
        let worst = &services[1]["worst_status"];
        assert_eq!(&rows[0]["worst_status"], worst);
    }
}

fn manifest(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

#[test]
fn the_grid_of_the_file_is_swept_in_its_order() {
    let rows = rows(GRID, &[]);
    assert_eq!(rows.len(), 18);
    let expected: Vec<Value> = (0..18).map(|run| json!(run)).collect();
    assert_eq!(column(&rows, "run"), expected);
    let mut expected = Vec::new();
    for seed in [3, 8] {
        for speed in [0.5, 1.0, 2.0] {
            for halt in [json!(4), json!(9), Value::Null] {
                expected.push((json!(seed), json!(speed), halt));
            }
        }
    }
    let found = |row: &Map<String, Value>| {
        let of = |name: &str| row[name].clone();
        (of("seed"), of("speed"), of("halt:auth-service"))
    };
    assert_eq!(rows.iter().map(found).collect::<Vec<_>>(), expected);
    // The sooner it is halted, the less it costs.
    let minutes = |run: usize| rows[run]["bad_customer_minutes"].as_f64().expect("minutes");
    assert!(minutes(3) < minutes(4) && minutes(4) < minutes(5));
    assert_eq!(rows[5]["mttm"], Value::Null);
}

#[test]
fn the_command_line_goes_before_the_file_name_by_name() {
    let rows = |arguments: &[&str]| rows(GRID, arguments);
    let of_seeds = rows(&["--seeds", "5..7,9,20..=21"]);
    assert_eq!(of_seeds.len(), 45);
    let seeds: Vec<Value> = column(&of_seeds, "seed").into_iter().step_by(9).collect();
    assert_eq!(seeds, [5, 6, 9, 20, 21].map(|seed| json!(seed)));

    let of_speeds = rows(&["--vary", "speed=0.5..3.0/0.5", "--seeds", "0"]);
    let speeds: Vec<Value> = column(&of_speeds, "speed").into_iter().step_by(3).collect();
    assert_eq!(speeds, [0.5, 1.0, 1.5, 2.0, 2.5].map(|speed| json!(speed)));
    let met = rows(&["--vary", "speed=0.5..=3.0/0.5", "--seeds", "0"]);
    assert_eq!(met[met.len() - 1]["speed"], json!(3.0));

    // For all faults, in place of those of a service; and a service in place of all.
    let of_halts = rows(&["--vary", "halt=4..14/4,never"]);
    assert!(!of_halts[0].contains_key("halt:auth-service"));
    let halts = column(&of_halts[..4], "halt");
    assert_eq!(halts, [json!(4), json!(8), json!(12), Value::Null]);
    let of_service = rows(&["--vary", "speed:auth-service=7"]);
    assert!(!of_service[0].contains_key("speed"));
    assert_eq!(of_service[0]["speed:auth-service"], json!(7.0));
    assert_eq!(of_service.len(), 6);

    // What the file does not vary comes on top of what it does.
    let of_kinds = rows(&["--vary", "kind=oom,bad_deploy"]);
    assert_eq!(of_kinds.len(), 36);
    let kinds = column(&of_kinds[..6], "kind");
    assert_eq!(kinds[0], "oom");
    assert_eq!(kinds[3], "bad_deploy");
}

/// What a row says came of a run comes of the scenario in which its values are written down.
#[test]
fn a_row_is_the_run_with_its_values() {
    let folder = Folder::new();
    let scenario = fs::read_to_string(manifest(GRID)).expect("the fixture");
    let (without, _) = scenario.split_once("    sweep:").expect("its grid");
    let changed = [
        ("seed: 210", "seed: 44"),
        ("kind: bad_deploy", "kind: memory_leak, speed: 2.5"),
        ("tick: 8", "tick: 6"),
    ]
    .iter()
    .fold(format!("{without})\n"), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let file = folder.write("changed.ron", &changed);
    let values = [
        "--seeds",
        "44",
        "--vary",
        "kind=memory_leak",
        "--vary",
        "speed=2.5",
        "--vary",
        "halt=6",
    ];
    let swept = rows(GRID, &values);
    let plain = rows(&file, &[]);
    assert_eq!(swept.len(), 1);
    assert_eq!(swept[0]["state_hash"], plain[0]["state_hash"]);
    assert_eq!(swept[0]["mttm"], plain[0]["mttm"]);
    let unchanged = rows(GRID, &["--seeds", "44"]);
    assert!(!column(&unchanged, "state_hash").contains(&plain[0]["state_hash"]));
}

#[test]
fn seeds_of_a_sweep_are_those_of_a_run() {
    let swept = rows(GENERATED, &["--seeds", "0..6"]);
    let told = stdout_of_any(&["run", GENERATED, "--seeds", "0..6", "--format", "jsonl"]);
    let run = read_rows(&told);
    assert_eq!(swept.len(), 6);
    for name in [
        "seed",
        "ticks",
        "mttm",
        "bad_customer_minutes",
        "slo_budget",
        "slo_breached",
        "state_hash",
    ] {
        assert_eq!(column(&swept, name), column(&run, name), "{name}");
    }
}

/// Whatever becomes of expectations.
fn stdout_of_any(arguments: &[&str]) -> String {
    let output = command(arguments).output().expect("the command starts");
    text(&output.stdout)
}

// Forms.

#[test]
fn csv_and_json_lines_say_the_same() {
    let csv = stdout(&["sweep", GRID]);
    let heading = heading(&csv);
    let text = stdout(&["sweep", GRID, "--format", "jsonl"]);
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

/// An incident and what answers it.
const ANSWERED: &str = "../../scenarios/catalog/easy/two-locks-in-the-wrong-order.ron";
const RUNBOOK: [&str; 2] = [
    "--runbook",
    "../../scenarios/runbooks/two-locks-in-the-wrong-order.ron",
];

#[test]
fn a_runbook_answers_every_run_of_a_sweep() {
    let seeds = ["--seeds", "0..6"];
    let swept = rows(ANSWERED, &[&seeds[..], &RUNBOOK].concat());
    let alone = ["run", ANSWERED, "--format", "jsonl"];
    let alone = read_rows(&stdout_of_any(&[&alone[..], &seeds, &RUNBOOK].concat()));
    for name in ["mttm", "state_hash", "reward", "grade", "wrong_actions"] {
        assert_eq!(column(&swept, name), column(&alone, name), "{name}");
    }
    // Without one there is nothing to say about an answer.
    let unanswered = rows(ANSWERED, &seeds);
    assert!(unanswered.iter().all(|row| !row.contains_key("grade")));

    let folder = Folder::new();
    let grid = [&["--vary", "speed=0.5..=3.0/0.5"], &seeds[..], &RUNBOOK].concat();
    let as_rows = rows(ANSWERED, &grid);
    let grades = column(&as_rows, "grade");
    assert!(grades.iter().any(|grade| *grade != grades[0]));
    for threads in ["1", "3"] {
        let path = folder.path("rows.parquet");
        let sweep = [
            "sweep",
            ANSWERED,
            "-f",
            "parquet",
            "-o",
            &path,
            "--threads",
            threads,
        ];
        run(0, &[&sweep[..], &grid].concat());
        assert_eq!(parquet_rows(&open_parquet(&path)), as_rows);
    }
}

#[test]
fn a_runbook_that_does_not_fit_a_run_is_told_before_any_is_played() {
    let folder = Folder::new();
    let steps = r#"Runbook(name: "x", steps: [action("restart_service", "auth-service")])"#;
    let runbook = folder.write("fix.ron", steps);
    // Other seeds draw other services.
    let sweep = ["sweep", GENERATED, "--runbook", &runbook];
    let message = stderr(2, &[&sweep[..], &["--seeds", "0..200"]].concat());
    assert!(
        message.contains("unknown service `auth-service`"),
        "{message}"
    );
    assert!(
        message.contains("can't be played, so none was"),
        "{message}"
    );
    let over = stderr(2, &[&sweep[..], &["-o", &runbook]].concat());
    assert!(over.contains("is a file of this run"), "{over}");
    assert_eq!(folder.read("fix.ron"), steps);
}

fn open_parquet(path: &str) -> SerializedFileReader<fs::File> {
    let file = fs::File::open(path).expect("the file can be read");
    SerializedFileReader::new(file).expect("a Parquet file")
}

/// As the JSON of the same row would be.
fn as_json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(truth) => json!(truth),
        Field::ULong(whole) => json!(whole),
        Field::Double(number) => json!(number),
        Field::Str(text) => json!(text),
        other => unreachable!("no column is of the type of {other}"),
    }
}

/// The rows as those of JSON lines would be.
fn parquet_rows(reader: &SerializedFileReader<fs::File>) -> Vec<Map<String, Value>> {
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
        let path = folder.path(name);
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
        assert_eq!(stdout(&[&form[..], &grid].concat()), "");
        fs::read(path).expect("the file can be read")
    };
    let bytes = write("one.parquet", "1");
    assert!(bytes == write("two.parquet", "3"), "the bytes differ");

    let reader = open_parquet(&folder.path("one.parquet"));
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
        let path = folder.path(format);
        run(0, &["sweep", GRID, "-f", format, "-o", &path]);
        assert_eq!(folder.read(format), stdout(&["sweep", GRID, "-f", format]));
    }
    assert_eq!(folder.files(), ["csv", "jsonl"]);
}

// Pieces and threads.

#[test]
fn pieces_one_behind_the_other_are_the_whole() {
    let sweep = |arguments: &[&str]| stdout(&[&["sweep", GRID, "-f", "jsonl"], arguments].concat());
    let whole = sweep(&[]);
    for pieces in [1, 2, 5, 18, 25] {
        let piece = |k: u64| sweep(&["--shard", &format!("{k}/{pieces}")]);
        let together: String = (1..=pieces).map(piece).collect();
        assert_eq!(together, whole, "in {pieces} pieces");
    }
    // A piece of a CSV file has the heading, even if it has no row.
    let heading = stdout(&["sweep", GRID, "--shard", "1/25"]);
    assert_eq!(heading.lines().count(), 1);
    let folder = Folder::new();
    let path = folder.path("none.parquet");
    run(
        0,
        &[
            "sweep", GRID, "-f", "parquet", "-o", &path, "--shard", "1/25",
        ],
    );
    let reader = open_parquet(&path);
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

/// More runs than are played in one go by one thread.
#[test]
fn the_number_of_threads_changes_nothing() {
    let sweep = |threads: &str| {
        let seeds = ["--seeds", "0..1100", "--threads", threads];
        let one = ["sweep", GRID, "--vary", "halt=8", "--vary", "speed=1"];
        stdout(&[&one[..], &seeds].concat())
    };
    let one = sweep("1");
    assert_eq!(one.lines().count(), 1101);
    assert!(one == sweep("4"), "the rows differ");
}

// Going on.

/// What a sweep leaves behind that was stopped while it wrote: the first bytes of its rows.
#[cfg(target_os = "linux")]
fn stop_midway(sweep: &[&str]) {
    // The system ends a process that writes a larger file than it may.
    let script = "ulimit -f 20 && exec \"$@\"";
    let status = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_firewatch")])
        .args(sweep)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert_eq!(status.expect("the shell starts").code(), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_that_was_stopped_goes_on_to_the_same_file() {
    let folder = Folder::new();
    let (out, partial) = (folder.path("rows"), folder.path("rows.partial"));
    let sweep = ["sweep", GRID, "--seeds", "0..20", "-o", &out];
    run(0, &sweep);
    let whole = folder.read("rows");
    fs::remove_file(&out).expect("it was there");

    stop_midway(&sweep);
    assert_eq!(folder.files(), ["rows.partial"]);
    let left = fs::read(&partial).expect("rows are left");
    let lines: Vec<usize> = (1..=left.len())
        .filter(|&end| left[end - 1] == b'\n')
        .collect();
    assert!(lines.len() > 20 && lines.len() < 180, "{}", lines.len());
    let (heading, some) = (lines[0], lines[10]);
    let resume = [&sweep[..], &["--resume"]].concat();
    let torn_in_heading = heading / 2;
    let ends = [
        left.len(),
        some,
        some + 1,
        some - 1,
        heading,
        torn_in_heading,
        0,
    ];
    for end in ends {
        fs::write(&partial, &left[..end]).expect("it can be written");
        assert_eq!(stderr(0, &resume), "");
        assert!(folder.read("rows") == whole, "cut at {end}");
        assert_eq!(folder.files(), ["rows"]);
    }
    // What is done is not done again: a row that was changed stays so.
    let changed = String::from_utf8_lossy(&left[..some]).replace("\"ticks\":20", "\"ticks\":21");
    fs::write(&partial, changed).expect("it can be written");
    run(0, &resume);
    assert_eq!(folder.read("rows").matches(",21,").count(), 10);
    // Nothing to go on with is no mistake; and the form is of no matter to what is done.
    let parquet = |resume: &[&str]| {
        run(0, &[&sweep[..], &["-f", "parquet"], resume].concat());
        fs::read(&out).expect("the file can be read")
    };
    let expected = parquet(&["--resume"]);
    fs::write(&partial, &left).expect("it can be written");
    assert!(parquet(&["--resume"]) == expected, "the bytes differ");
}

#[cfg(target_os = "linux")]
#[test]
fn only_the_sweep_that_was_stopped_goes_on() {
    let folder = Folder::new();
    let (out, partial) = (folder.path("rows"), folder.path("rows.partial"));
    let sweep = |arguments: &[&'static str]| {
        let given = ["sweep", GRID, "--seeds", "0..20", "-o", &out];
        stderr(2, &[&given[..], arguments].concat())
    };
    stop_midway(&["sweep", GRID, "--seeds", "0..20", "-o", &out]);
    let left = fs::read(&partial).expect("rows are left");
    let anew = sweep(&[]);
    assert!(
        anew.contains("rows.partial` holds rows of a sweep"),
        "{anew}"
    );
    assert!(anew.contains("`--resume` goes on with it"), "{anew}");
    for (arguments, expected) in [
        (
            &["--resume", "--vary", "speed=1"][..],
            "another scenario or grid",
        ),
        (&["--resume", "--shard", "1/2"], "from another shard"),
        (
            &["--resume", "--runbook", "tests/fixtures/sweep/fix.ron"],
            "with another runbook",
        ),
    ] {
        let message = sweep(arguments);
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("remove that file"), "{message}");
    }
    assert!(left == fs::read(&partial).expect("it is still there"));
    assert_eq!(folder.files(), ["rows.partial"]);

    // A line that is not what was written.
    let text = String::from_utf8_lossy(&left);
    for (from, to) in [("\n[3,", "\n[4,"), ("\n[3,{\"ticks\"", "\n[3,{\"tocks\"")] {
        fs::write(&partial, text.replacen(from, to, 1)).expect("it can be written");
        let message = sweep(&["--resume"]);
        assert!(
            message.contains("is damaged where run 3 should be"),
            "{message}"
        );
    }
    let version = format!("\"firewatch\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let other = text.replace(&version, "\"firewatch\":\"0.0.0\"");
    for (content, expected) in [
        (&*other, "from another version of firewatch"),
        ("run,seed\n0,1\n", "is not what a stopped sweep left behind"),
        ("run,seed", "is not what a stopped sweep left behind"),
    ] {
        fs::write(&partial, content).expect("it can be written");
        let message = sweep(&["--resume"]);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn two_sweeps_do_not_write_to_the_same_file() {
    let folder = Folder::new();
    let out = folder.path("rows");
    let partial = fs::File::create(folder.path("rows.partial")).expect("it can be made");
    partial.lock().expect("it can be locked");
    let message = stderr(2, &["sweep", GRID, "-o", &out, "--resume"]);
    assert!(message.contains("another sweep is writing to"), "{message}");
}

// What is refused.

#[test]
fn bad_usage_ends_with_2_and_says_what_would_be_right() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "<FILE>"),
        (&["tests/fixtures/folder"], "a folder of several scenarios"),
        (&["no-such.ron"], "there is no such file or folder"),
        (&["tests/fixtures/broken.ron"], "broken.ron:4:41"),
        (&[GRID, "--vary", "speed"], "like `speed=0.5,1.0`"),
        (&[GRID, "--vary", "sped=1"], "did you mean `speed`?"),
        (&[GRID, "--vary", "speed:=1"], "the service is missing"),
        (&[GRID, "--vary", "speed="], "`` is not a number"),
        (&[GRID, "--vary", "speed=1,inf"], "`inf` is not a number"),
        (&[GRID, "--vary", "speed=0..2"], "like `0..2/0.5`"),
        (
            &[GRID, "--vary", "speed=0..2/0"],
            "the step must be a number above 0",
        ),
        (&[GRID, "--vary", "speed=2..1/0.5"], "no value lies in it"),
        (
            &[GRID, "--vary", "speed=0..9/0.0001"],
            "more than 10000 values",
        ),
        (
            &[GRID, "--vary", "speed=101"],
            "a speed must be 0 to 100, not 101",
        ),
        (
            &[GRID, "--vary", "speed=1,1.0"],
            "`sweep.speed` has a value twice",
        ),
        (
            &[GRID, "--vary", "speed=1", "--vary", "speed=2"],
            "for each service once",
        ),
        (
            &[GRID, "--vary", "speed:cache=1"],
            "there is no fault on `cache` to vary",
        ),
        (
            &[GRID, "--vary", "speed:auth-servce=1"],
            "did you mean `auth-service`?",
        ),
        (
            &[GRID, "--vary", "kind=bad_deply"],
            "did you mean `bad_deploy`?",
        ),
        (&[GRID, "--vary", "halt=4,nevr"], "or `never`"),
        (&[GRID, "--vary", "halt=4..30/4"], "tick 20 is too late"),
        (&[GRID, "--seeds", "5..5"], "no seed lies in it"),
        (&[GRID, "--seeds", "0..9/3"], "seeds have no step"),
        (&[GRID, "--seeds", "0..9,3"], "gives a seed a second time"),
        (
            &[GRID, "--seeds", "0..1000000000000"],
            "at most 1000000000000 runs",
        ),
        (&[GRID, "--shard", "0/4"], "the pieces count from 1 to 4"),
        (&[GRID, "--shard", "5/4"], "the pieces count from 1 to 4"),
        (&[GRID, "--shard", "5"], "like `3/16`"),
        (&[GRID, "--threads", "0"], "invalid value '0'"),
        (&[GRID, "--resume"], "--out <FILE>"),
        (&[GRID, "--format", "parquet"], "`--out rows.parquet`"),
        (&[GRID, "--out", GRID], "is a file of this run"),
        (
            &[GRID, "--out", "tests/fixtures"],
            "is not a file that could be replaced",
        ),
        (
            &[GRID, "--out", "no-such/rows.csv"],
            "there is no folder `no-such`",
        ),
    ];
    for (arguments, expected) in cases {
        let message = stderr(2, &[&["sweep"], *arguments].concat());
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn runs_that_do_not_fit_are_told_before_any_is_played() {
    let folder = Folder::new();
    let out = folder.write("rows", "as it was");
    let grid = ["--seeds", "0..30", "--vary", "speed:auth-service=1,2"];
    let message = stderr(2, &[&["sweep", GENERATED, "-o", &out], &grid[..]].concat());
    let shown = message
        .matches("there is no fault on `auth-service` to vary")
        .count();
    assert_eq!(shown, 3, "{message}");
    let is_cause = |seed: u32| {
        let seed = seed.to_string();
        let told = stdout_of_any(&["run", GENERATED, "--seed", &seed, "--format", "json"]);
        let report: Value = serde_json::from_str(&told).expect("JSON");
        let services = report[0]["services"].as_array().expect("services");
        let mut roles = services.iter().map(|s| (&s["name"], &s["roles"]));
        roles.any(|role| role == (&json!("auth-service"), &json!(["root_cause", "fault"])))
    };
    let others: Vec<u32> = (0..30).filter(|seed| !is_cause(*seed)).collect();
    let (first, bad) = (others[0], others.len() * 2);
    let place = format!("run {} (seed {first}, speed:auth-service 1)", first * 2);
    assert!(message.contains(&place), "{message}");
    let note = format!("{bad} runs of 60 can't be played, so none was");
    assert!(message.contains(&note), "{note}: {message}");
    assert_eq!(folder.files(), ["rows"]);
    assert_eq!(folder.read("rows"), "as it was");
}

#[test]
fn help_documents_rows_and_grids() {
    let help = stdout(&["sweep", "--help"]);
    for word in [
        "state_hash",
        "--vary <NAME=VALUES>",
        "0.5..3.0/0.5",
        "never",
        "FILE.partial",
        "sweep: (seeds",
        "Exit codes",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let widest = help.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{help}");
}
