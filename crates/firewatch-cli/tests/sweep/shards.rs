//! Shards and threads.

use parquet::file::reader::FileReader;

use crate::formats::open_parquet;
use crate::support::{Folder, run, stdout};
use crate::tool::GRID;

#[test]
fn pieces_one_behind_the_other_are_the_whole() {
    let sweep =
        |arguments: &[&str]| stdout(0, &[&["sweep", GRID, "-f", "jsonl"], arguments].concat());
    let whole = sweep(&[]);
    for pieces in [1, 2, 5, 18, 25] {
        let piece = |k: u64| sweep(&["--shard", &format!("{k}/{pieces}")]);
        let together: String = (1..=pieces).map(piece).collect();
        assert_eq!(together, whole, "in {pieces} pieces");
    }
    // A CSV shard has the heading, even without rows.
    let heading = stdout(0, &["sweep", GRID, "--shard", "1/25"]);
    assert_eq!(heading.lines().count(), 1);
    let folder = Folder::new();
    let path = folder.name("none.parquet");
    run(
        0,
        &[
            "sweep", GRID, "-f", "parquet", "-o", &path, "--shard", "1/25",
        ],
    );
    let reader = open_parquet(&path);
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

/// More runs than one thread plays as a chunk.
#[test]
fn the_number_of_threads_changes_nothing() {
    let sweep = |threads: &str| {
        let seeds = ["--seeds", "0..1100", "--threads", threads];
        let one = ["sweep", GRID, "--vary", "halt=8", "--vary", "speed=1"];
        stdout(0, &[&one[..], &seeds].concat())
    };
    let one = sweep("1");
    assert_eq!(one.lines().count(), 1101);
    assert!(one == sweep("4"), "the rows differ");
}
