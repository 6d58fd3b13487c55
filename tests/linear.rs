//! Files that are made to take long: the steps that one takes grow with its size, not with the square.

use firewatch_action::{ActionCatalogue, ActionSession, Profile};
use firewatch_response::{Playback, Timetable};
use firewatch_ron::work::steps_of;
use firewatch_scenario::Scenario;
use firewatch_sim::{EnvironmentState, Simulation, SloBudget};

/// Makes a text out of a size.
type Generator = fn(usize) -> String;

fn numbered(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

fn scenario(fields: &str) -> String {
    format!("Scenario(name: \"x\", difficulty: hard, {fields})")
}

fn actions(fields: &str) -> String {
    format!("Actions(actions: {{{fields}}})")
}

/// Reads a scenario, and tells everything that is wrong with it in both forms.
fn read_scenario(text: &str) {
    if let Err(problems) = Scenario::parse("file.ron", text) {
        assert!(problems.problems.len() <= 101);
        assert!(!problems.render(false).is_empty());
        assert!(problems.located().count() > 0);
    }
}

fn read_actions(text: &str) {
    let standard = ActionCatalogue::built_in(Profile::Standard);
    if let Err(problems) = standard.extended_by("file.ron", text) {
        assert!(!problems.render(false).is_empty());
    }
}

/// Twice the size takes about twice the steps, and each byte a bounded number of them.
fn is_linear(name: &str, make: Generator, size: usize, steps_a_byte: u64, read: fn(&str)) {
    // What is built once is built before.
    read(&make(8));
    let of = |size: usize| {
        let text = make(size);
        (steps_of(|| read(&text)), text.len() as u64)
    };
    let ((once, bytes), (twice, _)) = (of(size), of(2 * size));
    println!("{name}: {bytes} bytes, {once} steps, {twice} of twice the size");
    // Some of the steps are those of the hundred problems that are shown of any file.
    assert!(
        twice <= 2 * once + once / 4 + 1000,
        "{name}: {once} steps, {twice} of twice the size"
    );
    assert!(
        once <= steps_a_byte * bytes,
        "{name}: {once} steps of {bytes} bytes"
    );
}

#[test]
fn brackets_are_mended_in_one_pass() {
    // Each closing bracket that fits nothing was looked for through all that are open.
    let crossed: Generator = |size| {
        let (open, close) = ("[".repeat(size), "}".repeat(size));
        format!("Scenario({}){open}{close}", "]".repeat(100))
    };
    let mixed: Generator = |size| {
        let pair = "([{".repeat(size);
        format!("Scenario({}{pair}{}", ")}]".repeat(40), "}])".repeat(size))
    };
    // A hundred times three looks of at most ten thousand tokens, each of which opens and closes.
    const MOST: u64 = 100 * 3 * 2 * 10_000;
    for (name, make) in [("crossed", crossed), ("mixed", mixed)] {
        let text = make(5000);
        let steps = steps_of(|| read_scenario(&text));
        println!("{name}: {steps} steps");
        assert!(
            steps <= MOST + 100 * text.len() as u64,
            "{name}: {steps} steps"
        );
    }
}

#[test]
fn checks_go_through_a_scenario_once() {
    let cases: [(&str, Generator); 7] = [
        ("halts of one fault", |size| {
            let halts = "(tick: 3, do: halt(\"a\")),".repeat(size);
            scenario(&format!(
                "services: {{\"a\": ()}}, faults: [(kind: oom, service: \"a\")], timeline: [{halts}]"
            ))
        }),
        ("halts where there is nothing to halt", |size| {
            let halts = "(tick: 3, do: halt(\"b\")),".repeat(size);
            scenario(&format!(
                "services: {{\"a\": (), \"b\": ()}}, faults: [(kind: oom, service: \"a\")], timeline: [{halts}]"
            ))
        }),
        ("injected faults and halts", |size| {
            // Twice the size is as many faults as a scenario may have.
            let events = numbered(size / 2, |n| {
                format!(
                    "(tick: {}, do: inject((kind: oom, service: \"a\"))), (tick: {}, do: halt(\"a\")),",
                    n % 30,
                    n % 30
                )
            });
            scenario(&format!("services: {{\"a\": ()}}, timeline: [{events}]"))
        }),
        ("unknown fields with long names", |size| {
            scenario(&numbered(size, |n| {
                format!("service_of_the_mesh_{n:06}: 1, ")
            }))
        }),
        ("unknown kinds of fault", |size| {
            let faults = "(kind: memory_lake, service: \"a\"),\n".repeat(size);
            scenario(&format!("services: {{\"a\": ()}}, faults: [{faults}]"))
        }),
        ("kinds of fault in quotes", |size| {
            let faults = "(kind: \"memory_leak\", service: \"a\"),\n".repeat(size);
            scenario(&format!("services: {{\"a\": ()}}, faults: [{faults}]"))
        }),
        ("one long line of problems", |size| {
            scenario(&format!(
                "faults: [{}]",
                "(kind: oon, service: 5),".repeat(size)
            ))
        }),
    ];
    for (name, make) in cases {
        is_linear(name, make, 1000, 20, read_scenario);
    }
    let herrings = |size: usize| {
        let mesh = numbered(size, |n| format!("\"s{n}\": (),"));
        let absent = numbered(size, |n| format!("\"t{n}\","));
        scenario(&format!(
            "services: {{{mesh}}}, absent_services: [{absent}], red_herrings: [{absent}], sweep: (halt: {{{}}})",
            numbered(size, |n| format!("\"s{n}\": [1],"))
        ))
    };
    is_linear(
        "absent herrings and axes of a sweep",
        herrings,
        500,
        20,
        read_scenario,
    );
}

#[test]
fn files_of_actions_are_gone_through_once() {
    let cases: [(&str, Generator); 4] = [
        ("wrong places in texts", |size| {
            let lines = "\"{http_server_error_rat}\",".repeat(size);
            actions(&format!(
                "\"look\": (about: \"x\", category: investigation, branches: [(report: [{lines}])])"
            ))
        }),
        ("unknown metrics", |size| {
            let effects = "set(metric: \"http_server_error_rat\", to: 1),".repeat(size);
            actions(&format!(
                "\"look\": (about: \"x\", category: investigation, branches: [(effects: [{effects}], feedback: \"\")])"
            ))
        }),
        ("unknown parameters", |size| {
            let names = numbered(size, |n| {
                format!("\"parameter_{n:05}\": (type: text, about: \"\"),")
            });
            let lines = numbered(size, |n| format!("\"{{parameter.paramter_{n:05}}}\","));
            actions(&format!(
                "\"look\": (about: \"x\", category: investigation, parameters: {{{names}}}, branches: [(report: [{lines}])])"
            ))
        }),
        ("unknown amendments", |size| {
            let amend = numbered(size, |n| format!("\"restart_servce{n}\": (guarded: true),"));
            format!("Actions(amend: {{{amend}}})")
        }),
    ];
    for (name, make) in cases {
        is_linear(name, make, 500, 500, read_actions);
    }
}

#[test]
fn a_text_is_laid_out_in_one_pass() {
    let items: [(&str, Generator); 6] = [
        ("numbers", |size| "1,".repeat(size)),
        ("brackets", |size| "(),\n".repeat(size)),
        ("block comments", |size| "/**/1,".repeat(size)),
        ("line comments", |size| "1,//\n//\n".repeat(size)),
        ("a table", |size| {
            numbered(size, |n| format!("(a:  {n},  b:   {n}), // {n}\n"))
        }),
        ("calls", |size| "f(a, [g(b, {\"c\": 1})]), ".repeat(size)),
    ];
    for (name, make) in items {
        is_linear(name, make, 4000, 60, |items| {
            let text = format!("(a: [{items}])");
            assert!(firewatch_ron::format(&text).is_ok());
        });
    }
}

#[test]
fn a_scenario_is_reviewed_in_one_pass() {
    let chain: Generator = |size| {
        let services = numbered(size, |n| {
            format!("\"s{n}\": (calls: [\"s{}\"]), ", (n + 1) % size)
        });
        let faults = numbered(size.min(1000), |n| {
            format!("(kind: oom, service: \"s{n}\"), ")
        });
        let expect = numbered(size, |n| format!("at_end(status(\"s{n}\", down)), "));
        scenario(&format!(
            "services: {{{services}}}, faults: [{faults}], expect: [{expect}]"
        ))
    };
    let hub: Generator = |size| {
        let callers = numbered(size, |n| format!("\"s{n}\": (calls: [\"hub\"]), "));
        let herrings = numbered(size, |n| format!("\"s{n}\", "));
        let set = numbered(size, |_| {
            "(tick: 3, do: set(\"hub\", {\"http_server_error_rate\": 0.9})), ".to_owned()
        });
        scenario(&format!(
            "services: {{\"hub\": (), {callers}}}, red_herrings: [{herrings}], timeline: [{set}]"
        ))
    };
    is_linear("hub", hub, 1000, 60, |text| {
        let warnings = Scenario::parse("file.ron", text).map(|scenario| scenario.warnings());
        assert!(warnings.is_ok());
    });
    is_linear("chain", chain, 1000, 60, |text| {
        let warnings = Scenario::parse("file.ron", text).map(|scenario| scenario.warnings());
        assert!(warnings.is_ok());
    });
}

#[test]
fn halts_of_a_tick_share_one_look_at_the_faults() {
    let play = |size: usize| {
        let text = scenario(&format!(
            "ticks: 5, services: {{{}}}, faults: [{}], timeline: [{}]",
            numbered(size, |n| format!("\"s{n}\": (),")),
            numbered(size, |n| format!("(kind: oom, service: \"s{n}\"),")),
            numbered(size, |n| format!("(tick: 3, do: halt(\"s{n}\")),")),
        ));
        let scenario = Scenario::parse("file.ron", &text).unwrap();
        steps_of(|| {
            let mut playback = Playback::new(scenario.clone()).unwrap();
            while playback.tick().unwrap() {}
            assert!(playback.view().faults().all(|fault| fault.halted));
        })
    };
    let (once, twice) = (play(200), play(400));
    assert!(once > 0 && twice <= 2 * once + 100, "{once}, {twice}");
}

#[test]
fn a_timetable_is_sorted_once_and_looked_up() {
    let ticks = 1000;
    let events = numbered(ticks, |n| {
        let tick = ticks - 1 - n;
        format!("(tick: {tick}, do: set(\"a\", {{\"restart_count\": {tick}}})),")
    });
    let text = scenario(&format!(
        "ticks: {ticks}, services: {{\"a\": ()}}, timeline: [{events}]"
    ));
    let scenario = Scenario::parse("file.ron", &text).unwrap();
    let timetable = Timetable::of(&scenario);
    let mut simulation = Simulation::from_blueprint(&scenario.blueprint().unwrap()).unwrap();
    let mut session = ActionSession::new();
    let steps = steps_of(|| {
        for tick in 0..ticks as u64 {
            let acted = timetable.act_at(
                &scenario,
                tick,
                &mut simulation.environment_mut(),
                &mut session,
            );
            assert_eq!(acted, Ok(None));
            let view = simulation.view();
            let count = view
                .metric("a", "restart_count")
                .and_then(|value| value.as_f64());
            assert_eq!(count, Some(tick as f64));
        }
    });
    assert_eq!(steps, ticks as u64);
    let empty = EnvironmentState::new(SloBudget {
        remaining: 1.0,
        burn_per_tick: 1.0,
    });
    let mut other = Simulation::new(&empty).unwrap();
    // A tick at which nothing is done touches nothing.
    let acted = timetable.act_at(&scenario, 5000, &mut other.environment_mut(), &mut session);
    assert_eq!(acted, Ok(None));
}
