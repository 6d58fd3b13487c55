//! The command as a process: what it prints, where, and the code that it ends with.

#![expect(
    clippy::expect_used,
    reason = "a test that can't start the command fails"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const POOL: &str = "tests/fixtures/folder/pool.ron";
const GENERATED: &str = "tests/fixtures/folder/below/generated.ron";
const FAILING: &str = "tests/fixtures/failing.ron";
const BROKEN: &str = "tests/fixtures/broken.ron";
const FOLDER: &str = "tests/fixtures/folder";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_firewatch"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the command starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

/// The standard output of a command that ends with that code.
fn stdout(code: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    text(&output.stdout)
}

/// The standard error of a command that ends with that code.
fn stderr(code: i32, arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    text(&output.stderr)
}

fn json(code: i32, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(code, arguments)).expect("the output is JSON")
}

fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("each line is JSON")
}

/// Rows by column name.
fn csv_rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize();
    rows.collect::<Result<_, _>>().expect("the output is CSV")
}

fn hash(code: i32, arguments: &[&str]) -> String {
    let told = stdout(code, arguments);
    let line = told.lines().find(|line| line.contains("state_hash"));
    let hash = line.and_then(|line| line.split_whitespace().last());
    let hash = hash.expect("the hash is told").to_owned();
    assert!(
        hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
        "{hash}"
    );
    hash
}

/// Holds output against a file of `tests/fixtures`; with `FIREWATCH_BLESS` set, writes the file.
fn expect_snapshot(name: &str, actual: &str) {
    let version = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
    let actual = actual.replace(version, "firewatch VERSION");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let path = folder.join(name);
    if std::env::var_os("FIREWATCH_BLESS").is_some() {
        fs::write(&path, &actual).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        actual, expected,
        "{name} (FIREWATCH_BLESS=1 writes it anew)"
    );
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

// Exit codes.

#[test]
fn a_run_in_which_all_holds_ends_with_0() {
    assert_eq!(stderr(0, &["run", POOL]), "");
}

#[test]
fn a_failed_expectation_ends_with_1() {
    assert_eq!(stderr(1, &["run", FAILING]), "");
    assert_eq!(stderr(1, &["run", FAILING, POOL]), "");
    assert_eq!(stderr(1, &["run", "--seeds", "0..3", FAILING]), "");
}

#[test]
fn a_bad_scenario_ends_with_2_and_the_others_still_run() {
    let output = run(&["run", BROKEN, FAILING, POOL]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(told.contains("Out of memory, nobody acts"), "{told}");
    assert!(
        told.contains("3 scenarios: 1 well, 1 failed, 1 not in order"),
        "{told}"
    );
    let problems = text(&output.stderr);
    assert!(
        problems.contains("did you mean `auth-service`?"),
        "{problems}"
    );
    assert!(problems.contains("broken.ron:4:41"), "{problems}");
    assert!(problems.contains("speed"), "{problems}");
}

#[test]
fn bad_usage_ends_with_2_and_says_what_would_be_right() {
    let empty = tempfile::tempdir().expect("a folder");
    let empty = empty.path().to_str().expect("a plain path");
    let cases: &[(&[&str], &str)] = &[
        (&[], "Usage: firewatch"),
        (&["lisst"], "a similar subcommand exists: 'list'"),
        (&["run"], "<FILE>..."),
        (&["run", "no-such.ron"], "there is no such file or folder"),
        (&["run", "Cargo.toml"], "ends in `.ron`"),
        (&["run", empty], "no scenario in this folder"),
        (&["run", "--ticks", "0", POOL], "0 is not in 1..=10000000"),
        (
            &["run", "--ticks", "10000001", POOL],
            "is not in 1..=10000000",
        ),
        (&["run", "--seeds", "5..5", POOL], "`5..6` is one seed"),
        (&["run", "--seeds", "5", POOL], "like `0..1000`"),
        (&["run", "--threads", "2", POOL], "--seeds <A..B>"),
        (
            &["run", "--seeds", "0..2", "--threads", "0", POOL],
            "0 is not in 1..=1024",
        ),
        (&["run", "--seed", "-1", POOL], "unexpected argument '-1'"),
        (
            &["run", "--seed", "1", "--seeds", "0..2", POOL],
            "cannot be used with",
        ),
        (
            &["run", "--events", "many", POOL],
            "a whole number or `all`",
        ),
        (
            &["run", "--logs", "auth-servise", POOL],
            "did you mean `auth-service`?",
        ),
        (
            &["run", "--logs", "cache", "--format", "csv", POOL],
            "`--format json`",
        ),
        (&["graph", FOLDER], "`graph` draws one scenario"),
        (
            &["list", "no-such-folder"],
            "there is no such file or folder",
        ),
        (
            &["generate", "--difficulty", "hrad"],
            "a similar value exists: 'hard'",
        ),
        (&["completions", "basic"], "possible values"),
    ];
    for (arguments, expected) in cases {
        let message = stderr(2, arguments);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_ends_with_3() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let output = command(&["run", POOL])
        .stdout(full.expect("the device that is always full"))
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(3));
    let message = text(&output.stderr);
    assert!(message.contains("the output can't be written"), "{message}");
}

#[test]
fn help_documents_forms_and_exit_codes() {
    let help = stdout(0, &["run", "--help"]);
    for word in [
        "jsonl",
        "state_hash",
        "Exit codes",
        "0  all well",
        "3  anything else",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(stdout(0, &["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

// The story.

#[test]
fn a_story_reads_as_it_did() {
    expect_snapshot("pool.txt", &stdout(0, &["run", POOL]));
    expect_snapshot(
        "failing.txt",
        &stdout(1, &["run", FAILING, "--logs", "auth-service"]),
    );
    expect_snapshot(
        "seeds.txt",
        &stdout(1, &["run", FAILING, GENERATED, "--seeds", "0..9"]),
    );
    expect_snapshot("list.txt", &stdout(0, &["list", FOLDER]));
    expect_snapshot("pool.dot", &stdout(0, &["graph", POOL]));
}

#[test]
fn quiet_tells_what_failed_and_a_last_line() {
    let told = stdout(1, &["run", "--quiet", FOLDER, FAILING]);
    assert!(!told.contains("Pool exhausted"), "{told}");
    assert!(
        told.contains("✗ at_end(all_healthy)\n      at tick 20: not all_healthy"),
        "{told}"
    );
    let last = "3 scenarios: 2 well, 1 failed; expectations: 7 held, 2 failed";
    assert_eq!(told.lines().last(), Some(last));
}

#[test]
fn fewer_ticks_leave_expectations_undecided() {
    let told = stdout(1, &["run", FAILING, "--ticks", "12"]);
    assert!(
        told.contains("– at_tick(18, unhealthy_services(2))"),
        "{told}"
    );
    let report = json(0, &["run", POOL, "--ticks", "4", "--format", "json"]);
    assert_eq!(report[0]["expectations"][0]["outcome"], "passed");
    assert_eq!(report[0]["totals"]["ticks"], 4);
    let events = report[0]["events"].as_array().expect("events");
    assert!(
        events.iter().all(|event| event["event"] != "fault_halted"),
        "{events:?}"
    );
}

#[test]
fn a_long_run_does_not_bury_its_summary() {
    let told = stdout(1, &["run", FAILING, "--events", "2", "--ticks", "100000"]);
    assert!(told.lines().count() < 40, "{told}");
    assert!(
        told.contains("more status changes (--events all shows them)"),
        "{told}"
    );
    assert!(!stdout(1, &["run", FAILING, "--events", "all"]).contains("--events all"));
    let sparkline = told.lines().find(|line| line.contains("◀ root cause"));
    assert!(
        sparkline.is_some_and(|line| line.chars().count() < 100),
        "{told}"
    );
}

#[test]
fn colours_come_when_they_are_wanted() {
    let escape = '\u{1b}';
    assert!(!stdout(0, &["run", POOL]).contains(escape));
    assert!(!stdout(0, &["run", POOL, "--color", "never"]).contains(escape));
    assert!(stdout(0, &["run", POOL, "--color", "always"]).contains(escape));
    assert!(stderr(2, &["run", BROKEN, "--color", "always"]).contains(escape));
    let forced = |variable: &str| {
        let mut command = command(&["run", POOL]);
        command.env("CLICOLOR_FORCE", "1").env(variable, "1");
        text(&command.output().expect("the command starts").stdout)
    };
    assert!(forced("CLICOLOR_FORCE").contains(escape));
    assert!(!forced("NO_COLOR").contains(escape));
}

#[test]
fn a_scenario_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("escape.ron");
    let scenario = r#"Scenario(
        name: "\u{1b}[2J gone", difficulty: easy,
        services: { "a\u{1b}[31m": () }, faults: [(kind: oom, service: "a\u{1b}[31m")],
        adversarial_logs: [(service: "a\u{1b}[31m", line: "\u{7}")],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let file = file.to_str().expect("a plain path");
    let output = run(&["run", file, "--logs", "a\u{1b}[31m"]);
    let all = text(&output.stdout) + &text(&output.stderr) + &stdout(0, &["graph", file]);
    assert!(!all.contains(['\u{1b}', '\u{7}']), "{all:?}");
}

#[test]
fn actions_of_the_timeline_are_told_with_their_feedback() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answered.ron");
    let scenario = r#"Scenario(
        name: "Rolled back by hand", difficulty: easy,
        services: ["api-gateway", "auth-service", "db-proxy"],
        faults: [(kind: bad_deploy, service: "auth-service")],
        timeline: [
            (tick: 4, do: action("restart_service", "db-proxy")),
            (tick: 5, do: action("escalate")),
            (tick: 6, do: action("rollback_deploy", "auth-service")),
        ],
        expect: [at_end(all_healthy)],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let file = file.to_str().expect("a plain path");
    let story = stdout(0, &["run", file]);
    for line in [
        "4   0:02:00  db-proxy      restart_service (wrong action): db-proxy shows nothing",
        "5   0:02:30  escalate: A specialist is on the line",
        "6   0:03:00  auth-service  rollback_deploy: auth-service runs ",
        "6   0:03:00  auth-service  bad_deploy halted",
    ] {
        assert!(story.contains(line), "{line} is not in\n{story}");
    }
    let report = json(0, &["run", "--format", "json", file]);
    let events = report[0]["events"].as_array().expect("events");
    let taken: Vec<&Value> = { events.iter() }
        .filter(|event| event["event"] == "action_taken")
        .collect();
    assert_eq!(taken.len(), 3);
    assert_eq!(taken[0]["action"], "restart_service");
    assert_eq!(
        (&taken[0]["wrong"], &taken[2]["wrong"]),
        (&true.into(), &false.into())
    );
    assert_eq!(taken[1].get("service"), None);
}

// Forms for machines.

#[test]
fn json_has_everything_that_the_story_has() {
    let report = json(
        1,
        &[
            "run", "--format", "json", FOLDER, FAILING, "--logs", "cache",
        ],
    );
    let runs = report.as_array().expect("an array");
    assert_eq!(runs.len(), 3);
    // Folders come in the order of their paths.
    assert_eq!(runs[0]["name"], "Drawn from the seed");
    let pool = &runs[1];
    assert_eq!(pool["file"], POOL);
    assert_eq!(pool["seed"], 210);
    assert_eq!(
        pool["services"][1]["roles"],
        serde_json::json!(["root_cause", "fault"])
    );
    assert_eq!(
        pool["services"][3]["roles"],
        serde_json::json!(["red_herring"])
    );
    assert_eq!(pool["totals"]["blast_radius"], 2);
    assert_eq!(pool["events"][0]["event"], "fault_active");
    assert_eq!(pool["events"][0]["kind"], "config_drift");
    assert_eq!(pool["log"]["service"], "cache");
    assert_eq!(pool["state_hash"], hash(0, &["run", POOL]));
    let failed = &runs[2]["expectations"][2];
    assert_eq!(failed["outcome"], "failed");
    assert_eq!(
        (&failed["tick"], &failed["actual"]),
        (&20.into(), &"not all_healthy".into())
    );
}

#[test]
fn json_lines_have_a_line_a_tick_with_every_metric() {
    let lines = json_lines(&stdout(0, &["run", "--format", "jsonl", POOL]));
    assert_eq!(lines.len(), 20);
    for (line, tick) in lines.iter().zip(1_i64..) {
        assert_eq!(line["tick"], tick);
        assert_eq!(line["sim_time_seconds"], 30 * tick);
        let services = line["services"].as_object().expect("services");
        assert_eq!(services.len(), 4);
        for metrics in services.values() {
            for metric in firewatch_sim::METRICS.iter().filter(|metric| metric.always) {
                assert!(metrics.get(metric.name).is_some(), "{}", metric.name);
            }
        }
    }
    assert_eq!(lines[19]["services"]["api-gateway"]["team"], "edge, north");
    assert_eq!(lines[7]["services"]["db-proxy"]["restart_count"], 0);
    assert_eq!(lines[9]["services"]["db-proxy"]["restart_count"], 1);
}

#[test]
fn csv_says_the_same_as_json_lines() {
    let rows = csv_rows(&stdout(0, &["run", "--format", "csv", POOL]));
    let lines = json_lines(&stdout(0, &["run", "--format", "jsonl", POOL]));
    assert_eq!(rows.len(), 20 * 4);
    for row in rows {
        let tick: usize = row["tick"].parse().expect("a tick");
        let line = &lines[tick - 1];
        assert_eq!(
            row["bad_customer_minutes"].parse().ok(),
            line["bad_customer_minutes"].as_f64()
        );
        let metrics = &line["services"][&row["service"]];
        for metric in firewatch_sim::METRICS {
            let field = &row[metric.name];
            let same = match metrics.get(metric.name) {
                None => field.is_empty(),
                Some(Value::String(text)) => field == text,
                Some(value) => serde_json::from_str::<Value>(field).ok().as_ref() == Some(value),
            };
            assert!(same, "{} at tick {tick}: {field}", metric.name);
        }
        if row["service"] == "api-gateway" {
            let extra: Value = serde_json::from_str(&row["extra"]).expect("the extras are JSON");
            assert_eq!(
                extra,
                serde_json::json!({ "team": "edge, north", "canary": true })
            );
        } else {
            assert_eq!(row["extra"], "");
        }
    }
}

#[test]
fn each_seed_is_the_run_with_that_seed() {
    let arguments = ["run", "--seeds", "3..7", POOL, GENERATED, "--format"];
    let with = |format| [&arguments[..], &[format]].concat();
    let lines = json_lines(&stdout(0, &with("jsonl")));
    let rows = csv_rows(&stdout(0, &with("csv")));
    let documents = json(0, &with("json"));
    assert_eq!((lines.len(), rows.len()), (8, 8));
    for (index, (line, row)) in lines.iter().zip(&rows).enumerate() {
        let run = &documents[index / 4]["runs"][index % 4];
        assert_eq!(line, run);
        assert_eq!(line["state_hash"], row["state_hash"].as_str());
        let file = [POOL, GENERATED][index / 4];
        let seed = (3 + index % 4).to_string();
        let alone = json(0, &["run", file, "--seed", &seed, "--format", "json"]);
        assert_eq!(line["state_hash"], alone[0]["state_hash"]);
        let totals = &alone[0]["totals"];
        for name in ["mttm", "impact_after_mitigation", "bad_customer_minutes"] {
            assert_eq!(line[name], totals[name], "{name} of {file} with {seed}");
        }
    }
    for (document, runs) in documents
        .as_array()
        .expect("an array")
        .iter()
        .zip(lines.chunks(4))
    {
        let hit_again = runs
            .iter()
            .filter(|run| run["impact_after_mitigation"] == true);
        let told = &document["distribution"]["impact_after_mitigation"];
        assert_eq!(*told, hit_again.count(), "{document}");
    }
    let hit_again = |run: &Value| run["impact_after_mitigation"] == true;
    assert!(lines.iter().any(hit_again) && !lines.iter().all(hit_again));
    let spread = &documents[0]["distribution"];
    assert_eq!(spread["runs"], 4);
    assert_eq!(spread["expectations"][0]["passed"], 4);
    let impacts = lines[..4]
        .iter()
        .map(|line| line["bad_customer_minutes"].as_f64());
    let worst = impacts.max_by(|a, b| a.partial_cmp(b).expect("numbers"));
    assert_eq!(
        spread["bad_customer_minutes"]["max"].as_f64(),
        worst.flatten()
    );
}

#[test]
fn a_seed_that_the_scenario_does_not_fit_is_a_problem() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = picky(folder.path());
    stdout(0, &["run", &file]);
    let output = run(&["run", &file, "--seeds", "0..40", "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let runs = json_lines(&text(&output.stdout));
    assert!(
        runs.iter().any(|run| run["seed"] == 3) && runs.len() < 40,
        "{}",
        runs.len()
    );
    let problems = text(&output.stderr);
    assert!(problems.contains("picky.ron with seed 0"), "{problems}");
    let more = format!("{} more seeds", 40 - runs.len() - 1);
    assert!(problems.contains(&more), "{problems}");
}

#[test]
fn seeds_give_the_same_output_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = picky(folder.path());
    for format in ["text", "json", "jsonl", "csv"] {
        let on = |threads| {
            let options = ["--seeds", "0..60", "--format", format, "--threads", threads];
            run(&[&["run", GENERATED, &file, FAILING], &options[..]].concat())
        };
        let (one, four) = (on("1"), on("4"));
        assert_eq!(one.status.code(), Some(2));
        assert!(text(&one.stderr).contains("more seeds"));
        assert!(text(&one.stdout).lines().count() > 20, "{format}");
        assert_eq!(one, four, "{format}");
    }
}

/// A scenario that only some seeds fit.
fn picky(folder: &Path) -> String {
    let file = folder.join("picky.ron");
    // Which services there are depends on the seed.
    let name = "Scenario(name: \"Picky\", difficulty: easy, seed: 3, expect: [by_tick(1, status(\"SERVICE\", le(critical)))])";
    let drawn = stdout(0, &["generate", "-d", "easy", "-s", "3"]);
    let service = drawn
        .split("services: [\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    fs::write(&file, name.replace("SERVICE", service.expect("a service"))).expect("a file");
    file.to_str().expect("a plain path").to_owned()
}

// Where output goes.

#[test]
fn actions_are_listed_with_those_of_a_scenario() {
    let find = |list: &Value, name: &str| {
        let actions = list.as_array().expect("an array").iter();
        { actions }.find(|action| action["name"] == name).cloned()
    };
    let built_in = json(0, &["actions", "--format", "json"]);
    let restart = find(&built_in, "restart_service").expect("it is built in");
    assert_eq!(restart["own"], false);
    assert_eq!(restart["halts"][0], "network_partition");
    assert_eq!(find(&built_in, "hot_patch"), None);
    let level = find(&built_in, "set_log_level").expect("it is built in");
    assert_eq!(level["parameters"][0]["default"], "INFO");
    assert_eq!(level["parameters"][0]["choices"][3], "ERROR");
    // A scenario's, and the file of actions alone.
    for file in [
        "mechanisms/actions-of-our-own.ron",
        "actions/heap-dumps.ron",
    ] {
        let file = format!("../../scenarios/{file}");
        let own = json(0, &["actions", &file, "--format", "json"]);
        for name in ["hot_patch", "restart_service"] {
            assert_eq!(
                find(&own, name).expect("it is listed")["own"],
                true,
                "{file}"
            );
        }
        let told = stdout(0, &["actions", &file]);
        assert!(told.contains("(own)"), "{told}");
        let count = own.as_array().expect("an array").len();
        assert!(told.contains(&format!("{count} actions under the profile standard")));
    }
    let reference = stdout(0, &["actions", "--profile", "reference"]);
    assert!(reference.contains("under the profile reference"));
    let runbook = "../../scenarios/runbooks/every-fifth-packet.ron";
    assert!(stderr(2, &["actions", runbook]).contains("this is a runbook"));
    assert!(stderr(2, &["actions", "../../scenarios"]).contains("is a folder"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    for format in ["text", "json", "jsonl", "csv"] {
        let arguments = ["run", POOL, "--ticks", "3000", "--format", format];
        let mut child = command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(text(&output.stderr), "", "{format}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("out.json");
    let path = file.to_str().expect("a plain path");
    let read = || fs::read_to_string(&file).expect("the file can be read");
    assert_eq!(
        stdout(1, &["run", FAILING, "--format", "json", "--out", path]),
        ""
    );
    let whole = read();
    assert_eq!(whole, stdout(1, &["run", FAILING, "--format", "json"]));
    // A bad scenario leaves the file as it was, and nothing beside it.
    let notes = stderr(2, &["run", BROKEN, POOL, "--out", path]);
    assert!(notes.contains("was not written"), "{notes}");
    assert_eq!(read(), whole);
    assert_eq!(names_in(folder.path()), [file.as_path()]);
    let missing = folder.path().join("missing/out.json");
    let message = stderr(
        2,
        &[
            "run",
            POOL,
            "--out",
            missing.to_str().expect("a plain path"),
        ],
    );
    assert!(message.contains("there is no folder"), "{message}");
    let message = stderr(2, &["run", POOL, "--out", FOLDER]);
    assert!(message.contains("is not a file"), "{message}");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    for format in ["text", "json", "jsonl", "csv"] {
        let arguments = ["run", FOLDER, "--format", format];
        assert_eq!(run(&arguments).stdout, run(&arguments).stdout, "{format}");
    }
}

// The other commands.

#[test]
fn a_generated_scenario_runs_to_the_same_hash_from_a_file_and_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    for difficulty in ["easy", "medium", "hard"] {
        let file = folder.path().join(format!("{difficulty}.ron"));
        let path = file.to_str().expect("a plain path");
        stdout(0, &["generate", "-d", difficulty, "-s", "5", "--out", path]);
        let printed = stdout(0, &["generate", "--difficulty", difficulty, "--seed", "5"]);
        assert_eq!(fs::read_to_string(&file).ok(), Some(printed.clone()));
        let mut child = command(&["run", "-", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut input = child.stdin.take().expect("a pipe");
        input
            .write_all(printed.as_bytes())
            .expect("the scenario can be passed on");
        drop(input);
        let output = child.wait_with_output().expect("the command ends");
        let piped: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
        assert_eq!(piped[0]["state_hash"], hash(0, &["run", path]));
        // The short form says the same, and leaves the drawing to the loader.
        let short = format!("Scenario(name: \"Short\", difficulty: {difficulty}, seed: 5)");
        fs::write(&file, short).expect("the scenario can be written");
        assert_eq!(piped[0]["state_hash"], hash(0, &["run", path]));
    }
}

#[test]
fn check_prints_every_problem() {
    assert_eq!(
        stdout(0, &["check", FOLDER, FAILING]),
        "3 files, no problems\n"
    );
    assert_eq!(
        json(0, &["check", "--format", "json", FOLDER]),
        serde_json::json!([])
    );
    let told = stdout(2, &["check", POOL, BROKEN]);
    assert!(told.contains("did you mean `auth-service`?"), "{told}");
    assert_eq!(told.lines().last(), Some("2 problems in 1 of 2 files"));
    let problems = json(2, &["check", "--format", "json", BROKEN, "no-such.ron"]);
    assert_eq!(problems[0]["line"], 4);
    assert_eq!(problems[0]["file"], BROKEN);
    assert_eq!(problems[1]["path"], "faults[0].speed");
    assert_eq!(
        (&problems[2]["file"], &problems[2]["line"]),
        (&"no-such.ron".into(), &0.into())
    );
}

#[test]
fn list_tells_what_each_scenario_is_about() {
    let entries = json(0, &["list", "--format", "json", FOLDER]);
    assert_eq!(entries[0]["mechanics"], serde_json::json!(["generated"]));
    assert_eq!(
        entries[1]["fault_kinds"],
        serde_json::json!(["config_drift"])
    );
    let mechanics = serde_json::json!(["red herrings", "halts", "set metrics"]);
    assert_eq!(entries[1]["mechanics"], mechanics);
    assert_eq!(entries[1]["expectations"], 3);
    // What is not in order is told of, and the rest is listed.
    let output = run(&["list", "tests/fixtures"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("pool.ron"));
    assert!(text(&output.stderr).contains("broken.ron"));
}

#[test]
fn a_graph_is_well_formed_whatever_the_names_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("names.ron");
    let scenario = r#"Scenario(
        name: "quotes \" and \\ and } braces", difficulty: easy,
        services: { "a\"b": (calls: ["c\\", "node"]), "c\\": (calls: ["c\\"]), "node": (), "ü -> {": () },
        faults: [(kind: oom, service: "c\\"), (kind: oom, service: "gone", absent: true)],
    )"#;
    fs::write(&file, scenario).expect("the scenario can be written");
    let dot = stdout(0, &["graph", file.to_str().expect("a plain path")]);
    let edges = r##"  "a\"b" -> "c\\" [color="#d7301f", penwidth=1.5];
  "a\"b" -> "node";
  "c\\" -> "c\\" [color="#d7301f", penwidth=1.5];
"##;
    assert!(dot.contains(edges), "{dot}");
    assert!(dot.contains("not in the mesh"), "{dot}");
    assert_balanced(&dot);
    assert_balanced(&stdout(0, &["graph", POOL]));
}

/// Brackets outside quotes close in order, and quotes close.
fn assert_balanced(dot: &str) {
    let mut open = Vec::new();
    let mut quoted = false;
    let mut letters = dot.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => open.push(letter),
            '}' if !quoted => assert_eq!(open.pop(), Some('{'), "{dot}"),
            ']' if !quoted => assert_eq!(open.pop(), Some('['), "{dot}"),
            _ => {}
        }
    }
    assert!(open.is_empty() && !quoted, "{dot}");
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(0, &["completions", shell]);
        assert!(
            script.contains("firewatch") && script.contains("seeds"),
            "{shell}"
        );
    }
}

#[test]
fn results_are_not_written_over_their_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.ron");
    std::fs::copy(POOL, &file).unwrap();
    let before = std::fs::read(&file).unwrap();
    let path = file.to_str().unwrap();
    let message = stderr(2, &["run", path, "--out", path]);
    assert!(message.contains("is a file of this run"), "{message}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn names_do_not_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.ron");
    let name = "a\u{202e}b\u{1b}[31mc";
    let text = format!("Scenario(name: \"{name}\", difficulty: easy, services: [\"cache\"])");
    std::fs::write(&file, text.replace('\u{1b}', "\\u{1b}")).unwrap();
    for command in ["run", "graph"] {
        let shown = stdout(0, &[command, file.to_str().unwrap()]);
        assert!(
            !shown.contains(['\u{202e}', '\u{1b}']),
            "{command}: {shown:?}"
        );
        assert!(shown.contains("u{202e}"), "{command}: {shown}");
    }
}
