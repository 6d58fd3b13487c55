//! Sessions from the first screen to the end.

use std::fs;
use std::path::Path;

use crate::support::text;
use crate::tool::{ANSWER, TASK, path, play, session, told};

#[test]
fn a_session_is_told_from_the_first_screen_to_the_grade() {
    let lines = include_str!("../fixtures/play/on-call.txt");
    let scenario = "tests/fixtures/play/on-call.ron";
    let told = told(&[scenario], lines);
    let version = concat!("firewatch ", env!("CARGO_PKG_VERSION"));
    let told = told.replace(version, "firewatch VERSION");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/play/transcript.txt");
    if std::env::var_os("FIREWATCH_BLESS").is_some() {
        fs::write(&file, &told).expect("the snapshot can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(told, expected, "(FIREWATCH_BLESS=1 writes it anew)");
}

#[test]
fn nothing_gives_the_answer_away_before_the_end() {
    let scenario = "tests/fixtures/play/on-call.ron";
    let lines = include_str!("../fixtures/play/on-call.txt");
    let told = told(&[scenario], lines);
    let (before, after) = told.split_once("\nIncident: ").expect("an answer");
    assert!(before.starts_with("PAGE  warning: auth-service, high latency 1.13s\n"));
    assert!(before.contains("\n  The session cache never told anyone what it keeps.\n"));
    assert!(before.contains("\n  - 2 more goals about the cause, told at the end.\n"));
    for secret in ["memory_leak", "right, halted", "first alert"] {
        assert!(!before.contains(secret), "{secret}");
        assert!(after.contains(secret), "{secret}");
    }
    // The goals are told with the grade.
    let (before, after) = told.split_once("\n  grade ").expect("a grade");
    for goal in [
        "process_memory_utilization of auth-service is",
        "restart_count of cache is 7. It is 0.",
    ] {
        assert!(!before.contains(goal) && after.contains(goal), "{goal}");
    }
}

#[test]
fn a_description_that_names_the_cause_is_told_at_the_end() {
    let told = told(TASK, ANSWER);
    let (before, after) = told.split_once("\nIncident: ").expect("an answer");
    assert!(!before.contains("for want of memory"), "{before}");
    assert!(after.contains("for want of memory"), "{after}");
}

#[test]
fn looking_tells_no_secret_of_any_incident() {
    let looks = "status\nservices\nalerts\nlogs\nhistory\nactions\nhelp\nwait 9\nstatus\nhistory\n";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/incidents");
    let mut played = 0;
    for entry in fs::read_dir(folder).expect("incidents") {
        let file = entry.expect("an incident").path();
        let incident = firewatch_scenario::Scenario::load(&file).expect("in order");
        let file = file.to_str().expect("a plain path");
        let told = told(&[file], looks);
        assert!(!told.contains(&incident.name), "{told}");
        for fault in incident.all_faults() {
            assert!(!told.contains(fault.kind.name()), "{told}");
        }
        played += 1;
    }
    assert!(played > 3);
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    let lines = "wait 3\nstatus\nhistory\n";
    let hard = &["--difficulty", "hard", "--seed", "7"];
    assert_eq!(told(hard, lines), told(hard, lines));
    let other = told(&["--difficulty", "hard", "--seed", "8"], lines);
    assert_ne!(told(hard, lines), other);
}

#[test]
fn a_task_is_its_scenario_file() {
    let file = "../firewatch-reference/tasks/task_easy_oom_baseline.ron";
    assert_eq!(told(&[file], ANSWER), told(TASK, ANSWER));
    let seeded = told(&[file, "--seed", "5"], ANSWER);
    assert_eq!(seeded, told(&[TASK, &["--seed", "5"]].concat(), ANSWER));
    assert_ne!(seeded, told(TASK, ANSWER));
}

#[test]
fn a_mistake_is_told_with_its_line_and_play_goes_on() {
    let lines = "# what a slip\n\nadd_memry auth-service\nrestart_service auth-servce\nwait\n\
                 scale_replicas auth-service\n";
    let (told, errors) = session(TASK, lines);
    assert!(
        errors.contains("line 3: unknown command or action `add_memry`"),
        "{errors}"
    );
    assert!(errors.contains("did you mean `add_memory`?"), "{errors}");
    assert!(
        errors.contains("`scale_replicas` is `add_memory` in the standard profile"),
        "{errors}"
    );
    assert!(
        errors.contains("line 4: unknown service `auth-servce`"),
        "{errors}"
    );
    // The invalid lines took no tick.
    assert!(told.contains("tick 1 · budget 28.5> wait\n"), "{told}");
    assert!(!told.contains("what a slip"), "{told}");
}

#[test]
fn what_is_no_text_is_a_mistake_too() {
    let output = play(TASK, b"\xff\xfe\x1b[2J\nwait\nquit\n");
    assert_eq!(output.status.code(), Some(0));
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(errors.contains("line 1: the line is not UTF-8"), "{errors}");
    assert!(told.contains("budget 27.0> quit"), "{told}");
    assert!(
        !told.contains('\u{1b}') && !errors.contains('\u{1b}'),
        "{errors:?}"
    );
}

#[test]
fn a_wrong_target_is_told_in_the_reference_only() {
    let lines = "restart_service db-proxy\nfetch_logs db-proxy\nhistory\n";
    let standard = told(TASK, lines);
    assert!(!standard.contains("\n  wrong action\n"), "{standard}");
    assert!(
        !standard.lines().any(|line| line.ends_with("wrong")),
        "{standard}"
    );
    let told = told(&[TASK, &["--profile", "reference"]].concat(), lines);
    assert!(told.contains("\n  wrong action\n"), "{told}");
    assert!(told.contains("wrong action -0.500"), "{told}");
    let rows: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("  tick "))
        .collect();
    let row = |name: &str| rows.iter().find(|row| row.contains(name)).copied();
    assert!(
        row("restart_service db-proxy").is_some_and(|row| row.ends_with("wrong")),
        "{rows:?}"
    );
    assert!(
        row("fetch_logs db-proxy").is_some_and(|row| !row.ends_with("wrong")),
        "{rows:?}"
    );
}

#[test]
fn the_input_may_end_before_the_incident_does() {
    for lines in ["wait 2\n", "wait 2", "wait 2\nquit\nwait\n"] {
        let told = told(TASK, lines);
        assert!(told.ends_with("so there is no grade.\n"), "{told}");
        assert!(told.contains("You left at tick 3."), "{told}");
        assert!(!told.contains("\nIncident: "), "{told}");
    }
}

#[test]
fn declaring_ends_the_incident_with_a_grade() {
    let well = told(TASK, ANSWER);
    assert!(
        well.contains(
            "You declared the incident resolved at tick 13; it went on to its last tick, 20."
        ),
        "{well}"
    );
    assert!(well.contains("halted at tick 2 by add_memory"), "{well}");
    let early = told(TASK, "declare_resolved\nwait\n");
    let reference = [TASK, &["--profile", "reference"]].concat();
    let charged = told(&reference, "declare_resolved\n");
    assert!(charged.contains("declared too early -"), "{charged}");
    assert!(early.contains("never halted"), "{early}");
    assert!(!early.contains("> wait"), "{early}");
    let grade = |told: &str| {
        let line = told.lines().find(|line| line.starts_with("  grade "));
        let grade = line.and_then(|line| line.split_whitespace().last()?.parse::<f64>().ok());
        grade.expect("a grade")
    };
    assert!(grade(&well) > 0.8 && grade(&early) < 0.3, "{well}{early}");
}

#[test]
fn an_incident_that_nobody_answers_ends_by_itself() {
    let told = told(TASK, "wait 1000000\n");
    assert!(
        told.contains("The incident reached its last tick, 20.") || told.contains("used up at"),
        "{told}"
    );
}

#[test]
fn the_reference_profile_keeps_its_defects() {
    let arguments = [TASK, &["--profile", "reference"]].concat();
    let reference = told(&arguments, "wait\n");
    assert!(reference.contains("profile reference"), "{reference}");
    // Its rewards never include a change of health.
    assert!(
        reference.contains("reward -0.500: SLO budget -0.450 · time -0.050"),
        "{reference}"
    );
    // A failed action takes its tick and earns nothing.
    let failed = told(
        &arguments,
        "scale_replicas auth-service memory_limit_mb=0\nquit\n",
    );
    assert!(
        failed.contains("`scale_replicas` fails: the memory limit is 0"),
        "{failed}"
    );
    assert!(
        failed.contains("  reward +0.000\n") && failed.contains("tick 2"),
        "{failed}"
    );
    let standard = told(TASK, "wait\n");
    assert!(
        standard.contains("reward -0.025: errors -0.010 · SLO budget -0.015"),
        "{standard}"
    );
}

#[test]
fn an_action_that_is_called_like_a_command_is_done_with_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text);
    let action =
        r#"(about: "Asks for it.", category: meta, branches: [(feedback: "All is told.")])"#;
    let actions = format!(r#"Actions(actions: {{"status": {action}, "do": {action}}})"#);
    write("ours.ron", &actions).expect("it is written");
    let scenario = r#"Scenario(name: "x", difficulty: easy, services: {"a": ()}, actions: ["ours.ron"],
        faults: [(kind: oom, service: "a")])"#;
    write("x.ron", scenario).expect("it is written");
    let told = told(
        &[&path(folder.path(), "x.ron")],
        "status\ndo status\ndo do\nhelp do\nquit\n",
    );
    assert_eq!(told.matches("All is told.").count(), 2, "{told}");
    assert!(
        told.contains("perform an action with the name of a command"),
        "{told}"
    );
}

#[test]
fn an_action_is_credited_with_the_fault_that_it_halted_only() {
    let lines = "wait 6\nrevert_config b\nwait 2\ndeclare_resolved\n";
    let told = told(&["tests/fixtures/play/two-halts.ron"], lines);
    let (_, answer) = told.split_once("\nIncident: ").expect("an answer");
    assert!(
        answer.contains("halted at tick 8 by the timeline"),
        "{answer}"
    );
    assert!(
        answer.contains("halted at tick 8 by revert_config"),
        "{answer}"
    );
    let line = "tick 9: the timeline halted a fault of a\n";
    assert!(told.contains(line), "{told}");
    let line = "tick 8  the timeline halted the faults of a\n";
    assert!(answer.contains(line), "{answer}");
    assert!(answer.contains("revert_config b: right, halted config_drift"));
}
