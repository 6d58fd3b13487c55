//! Wherever a name stands, a wrong one is answered with the one that may be meant.

use firewatch_action::{ActionCatalogue, Profile};
use firewatch_ron::Problem;
use firewatch_scenario::{Runbook, Scenario};
use firewatch_tests::{files, workspace};

/// A scenario with a part left to be filled in.
fn scenario(fields: &str) -> String {
    let fields = match fields {
        _ if fields.contains("users:") => fields.to_owned(),
        _ => format!("faults: [(kind: oom, service: \"db\")], {fields}"),
    };
    format!(
        "Scenario(name: \"x\", difficulty: hard, \
         services: {{\"web\": (calls: [\"db\"]), \"db\": (extra_metrics: {{\"heap_dumps\": 1}})}}, {fields})"
    )
}

/// Asserts what helps with each text: one of its problems says so.
fn check(cases: &[(&str, &str)], problems: impl Fn(&str) -> Vec<Problem>) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let help: Vec<String> = { problems(text).into_iter() }
            .filter_map(|problem| problem.help)
            .collect();
        if !help.iter().any(|help| help == expected) {
            wrong.push(format!("{text}\n    {expected}\n    {help:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands in the timeline of a scenario, and the help.
const STEPS: &[(&str, &str)] = &[
    (
        r#"action("restart", "db")"#,
        "did you mean `restart_service`, `restart_thread_pool` or `restart_pipeline_job`?",
    ),
    (
        r#"action("rollback_deplyo", "db")"#,
        "did you mean `rollback_deploy`?",
    ),
    (
        r#"action("traffic_shift", "db", {"drain": 0.5})"#,
        "did you mean `drain_percentage`?",
    ),
    (
        r#"set("db", {"cpu": 0.5})"#,
        "did you mean `process_cpu_utilization`?",
    ),
    (
        r#"set("db", {"latency": 0.5})"#,
        "did you mean `http_server_request_duration_p99`?",
    ),
    (
        r#"set("db", {"restart_cout": 5})"#,
        "did you mean `restart_count`?",
    ),
    (r#"set("wbe", {"restart_count": 5})"#, "did you mean `web`?"),
    (r#"halt("wbe")"#, "did you mean `web`?"),
    (r#"hlat("db")"#, "did you mean `halt`?"),
    (
        r#"inject((kind: oomm, service: "web"))"#,
        "did you mean `oom`?",
    ),
];

/// Fields of a scenario with two services, and the help.
const FIELDS: &[(&str, &str)] = &[
    (r#"tick: 20"#, "did you mean `ticks`?"),
    (r#"profile: standrd"#, "did you mean `standard`?"),
    (r#"engine: single_falt"#, "did you mean `single_fault`?"),
    (r#"impact: freshnes"#, "did you mean `freshness`?"),
    (r#"physics: clasic"#, "did you mean `classic`?"),
    (r#"root_cause: "wbe""#, "did you mean `web`?"),
    (r#"red_herrings: ["wbe"]"#, "did you mean `web`?"),
    (r#"user_facing: ["wbe"]"#, "did you mean `web`?"),
    (r#"prompt_injection: "wbe""#, "did you mean `web`?"),
    (
        r#"adversarial_logs: [(service: "wbe", line: "x")]"#,
        "did you mean `web`?",
    ),
    (
        r#"goals: [goal("wbe", "restart_count", lt(5))]"#,
        "did you mean `web`?",
    ),
    (
        r#"goals: [goal("db", "cpu", lt(0.5))]"#,
        "did you mean `process_cpu_utilization`?",
    ),
    (r#"sweep: (sped: [1.0])"#, "did you mean `speed`?"),
    (r#"expect: [at_ned(all_healthy)]"#, "did you mean `at_end`?"),
    (
        r#"expect: [at_end(all_healty)]"#,
        "did you mean `all_healthy`?",
    ),
    (
        r#"expect: [at_end(status("wbe", down))]"#,
        "did you mean `web`?",
    ),
    (
        r#"expect: [at_end(status("db", crit))]"#,
        "did you mean `critical`?",
    ),
    (
        r#"expect: [at_end(metric("db", "cpu", gt(0.5)))]"#,
        "did you mean `process_cpu_utilization`?",
    ),
    (
        r#"expect: [at_end(metric("db", "heap_dmps", gt(5)))]"#,
        "did you mean `heap_dumps`?",
    ),
    (
        r#"expect: [at_end(metric("db", "restart_count", gtt(5)))]"#,
        "did you mean `gt`?",
    ),
    (
        r#"expect: [at_end(metric("db", "mood", gt(5)))]"#,
        "`firewatch metrics` lists all; one of your own stands in the service's `extra_metrics`",
    ),
    (
        r#"users: [(name: "people", service: "wbe", rps: 5)]"#,
        "did you mean `web`?",
    ),
    (
        r#"users: [(name: "people", service: "web", rsp: 5)]"#,
        "did you mean `rps`?",
    ),
    (
        r#"users: [(name: "people", service: "web", rps: 5)], expect: [at_end(users("peple", served(ge(0.9))))]"#,
        "did you mean `people`?",
    ),
    (
        r#"users: [(service: "web", rps: 5)], timeline: [(tick: 3, do: turn("web", {"slow_facter": 2}))]"#,
        "did you mean `slow_factor`?",
    ),
    (
        r#"users: [(service: "web", rps: 5)], timeline: [(tick: 3, do: turn_calls("web", "dbb", {"share": 0}))]"#,
        "did you mean `db`?",
    ),
];

/// Whole scenarios, and the help.
const SCENARIOS: &[(&str, &str)] = &[
    (
        r#"Scenario(name: "x", difficulty: eazy)"#,
        "did you mean `easy`?",
    ),
    (
        r#"Scenaro(name: "x", difficulty: easy)"#,
        "write `Scenario(name: \"...\", ...)`",
    ),
    (
        r#"Scenario(name: "x", difficulty: easy, services: ["auth-servce"])"#,
        "did you mean `auth-service`?",
    ),
    (
        r#"Scenario(name: "x", difficulty: easy, services: {"a": (cals: [])})"#,
        "did you mean `calls`?",
    ),
    (
        r#"Scenario(name: "x", difficulty: easy, services: {"web": (calls: ["wbe"]), "api": ()})"#,
        "did you mean `web`?",
    ),
    (
        r#"Scenario(name: "x", difficulty: easy, services: {"a": ()}, faults: [(kind: bad_deplyo, service: "a")])"#,
        "did you mean `bad_deploy`?",
    ),
    (
        r#"Scenario(name: "x", difficulty: easy, services: {"a": ()}, faults: [(kind: oom, servce: "a")])"#,
        "did you mean `service`?",
    ),
];

fn problems_of(text: &str) -> Vec<Problem> {
    let parsed = Scenario::parse("x.ron", text);
    parsed.err().map_or(Vec::new(), |found| found.problems)
}

#[test]
fn names_in_scenarios() {
    check(STEPS, |step| {
        problems_of(&scenario(&format!("timeline: [(tick: 3, do: {step})]")))
    });
    check(FIELDS, |fields| problems_of(&scenario(fields)));
    check(SCENARIOS, problems_of);
}

/// What a runbook names is known to no one while it is checked alone, but for what is built in.
#[test]
fn names_in_runbooks() {
    check(
        &[
            (
                r#"steps: [action("restart_servce", "db")]"#,
                "did you mean `restart_service`?",
            ),
            (
                r#"steps: [when(all_healthy, [action("restart", "db")])]"#,
                "did you mean `restart_pipeline_job`, `restart_service` or `restart_thread_pool`?",
            ),
            (
                r#"steps: [action("traffic_shift", "db", {"drain": 0.5})]"#,
                "did you mean `drain_percentage`?",
            ),
            (
                r#"steps: [wait_until(not(metric("db", "cpu", gt(0.9))))]"#,
                "did you mean `process_cpu_utilization`?",
            ),
            (
                r#"steps: [], expect: [at_end(metric("db", "latency", lt(1)))]"#,
                "did you mean `http_server_request_duration_p99`?",
            ),
            (
                r#"steps: [action("hot_patch", "db")]"#,
                "if it is the scenario's own, check both: `firewatch run INCIDENT --runbook FILE`",
            ),
            (
                r#"steps: [wait_untl(all_healthy)]"#,
                "did you mean `wait_until`?",
            ),
            (r#"setps: []"#, "did you mean `steps`?"),
        ],
        |fields| {
            let text = format!("Runbook(name: \"x\", {fields})");
            match Runbook::parse("x.ron", &text) {
                Ok(runbook) => runbook.warnings(),
                Err(found) => found.problems,
            }
        },
    );
    let built_in = r#"Runbook(name: "x", steps: [action("restart_service", "db"), wait_until(users("web", served(ge(0.9))))])"#;
    assert_eq!(Runbook::parse("x.ron", built_in).unwrap().warnings(), []);
    for file in files(&workspace().join("scenarios/runbooks"), "ron") {
        let runbook = Runbook::load(&file).unwrap();
        assert_eq!(runbook.warnings(), [], "{}", file.display());
    }
}

#[test]
fn names_in_files_of_actions() {
    check(
        &[
            (
                r#"category: remedation, branches: [(feedback: "")]"#,
                "did you mean `remediation`?",
            ),
            (
                r#"category: remediation, branchs: []"#,
                "did you mean `branches`?",
            ),
            (
                r#"category: remediation, branches: [(effects: [set(metric: "cpu", to: 0.1)], feedback: "")]"#,
                "did you mean `process_cpu_utilization`?",
            ),
            (
                r#"category: remediation, branches: [(effects: [scal(metric: "restart_count", by: 0.1)], feedback: "")]"#,
                "did you mean `scale`?",
            ),
            (
                r#"category: remediation, branches: [(when: [fault([oomm])], halts: [oom], feedback: ""), (feedback: "")]"#,
                "did you mean `oom`?",
            ),
        ],
        |fields| {
            let text = format!("Actions(actions: {{\"act\": (about: \"\", {fields})}})");
            let standard = ActionCatalogue::built_in(Profile::Standard);
            let read = standard.extended_by("x.ron", &text);
            read.err().map_or(Vec::new(), |found| found.problems)
        },
    );
}
