//! Runs that would take hours are refused before the first tick: what the command line asks for counts as what
//! the scenario says.

#![expect(clippy::expect_used, reason = "a test that can't write a file fails")]

mod support;

use support::{assert_tells, run, text};

fn mesh(folder: &tempfile::TempDir, services: usize) -> String {
    let services: String = (0..services)
        .map(|service| format!("\"s{service}\": (), "))
        .collect();
    let scenario = format!("Scenario(name: \"x\", difficulty: easy, services: {{{services}}})");
    let path = folder.path().join("mesh.ron");
    std::fs::write(&path, scenario).expect("it can be written");
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn ticks_and_seeds_of_the_command_line_are_limited_by_the_services() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = mesh(&folder, 9_999);
    let refused = |arguments: &[&str]| {
        let output = run(2, &[&["run", &*wide], arguments].concat());
        text(&output.stderr)
    };
    assert_tells(
        &refused(&["--ticks", "100011"]),
        &[
            "100011 ticks of 9999 services are too many",
            "a run has at most 1000000000 ticks times services",
            "give `--ticks` up to 100010",
        ],
    );
    assert_tells(
        &refused(&["--seeds", "0..6000000000"]),
        &[
            "6000000000 runs of 199980 service ticks are too many",
            "give `--seeds` for at most 5000500050 runs",
        ],
    );
}

/// A seed and ticks together: the scenario is checked with the seed, then with the ticks.
#[test]
fn a_wide_mesh_takes_a_seed_and_ticks() {
    let folder = tempfile::tempdir().expect("a folder");
    let wide = mesh(&folder, 300);
    run(0, &["run", &wide, "--ticks", "2", "--seeds", "0..2"]);
    run(0, &["run", &wide, "--ticks", "2", "--seed", "7"]);
}
