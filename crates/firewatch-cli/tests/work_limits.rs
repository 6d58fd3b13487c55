//! Runs that would take hours are rejected before the first tick, whether the scenario or the command line
//! asks for them.

#![expect(clippy::expect_used, reason = "a test that can't write a file fails")]

mod support;

use support::{assert_contains, run, text};

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
    assert_contains(
        &refused(&["--ticks", "100011"]),
        &[
            "too many ticks: 100011 ticks times 9999 services",
            "exceed the maximum of 1000000000 service ticks per run",
            "give `--ticks` up to 100010",
        ],
    );
    assert_contains(
        &refused(&["--seeds", "0..6000000000"]),
        &[
            "too many seeds: 6000000000 runs of 199980 service ticks",
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
