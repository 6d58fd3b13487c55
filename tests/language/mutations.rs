//! Mutated copies of every file of the workspace load or are refused, as the fuzz target asks it.
//!
//! `FIREWATCH_MUTATIONS=N` tries the first N mutations. Mutation 17 is the same one whatever N is.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use firewatch_tests::{files, load_any, workspace};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

const MUTATIONS: u64 = 3000;
const MAX_EDITS: usize = 4;
/// The longest piece that an edit removes, repeats or copies.
const PIECE: usize = 60;
/// What is put in besides the words of the fuzz target: the ends of ranges, and bytes that are no text.
const EXTREMES: [&[u8]; 12] = [
    b"-1",
    b"0",
    b"1e308",
    b"1e-308",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"NaN",
    b"inf",
    b"\0",
    b"\xff\xfe",
    b"\x1b[31m",
    b"\xe2\x80\xae",
];

/// What mutations are made of.
pub struct Corpus {
    files: Vec<(PathBuf, Vec<u8>)>,
    words: Vec<Vec<u8>>,
}

impl Corpus {
    /// Every file of the workspace.
    pub fn read() -> Self {
        let folders = [
            "scenarios",
            "crates/firewatch-reference/tasks",
            "crates/firewatch-action/actions",
            "crates/firewatch-cli/tests/fixtures",
            "tests/fixtures",
        ];
        let paths = { folders.iter() }.flat_map(|folder| files(&workspace().join(folder), "ron"));
        let read = |path: PathBuf| {
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        };
        Self {
            files: paths.map(read).collect(),
            words: words(&workspace().join("crates/firewatch-scenario/fuzz/words.dict")),
        }
    }

    /// A mutated copy of a file, which depends on the number only.
    pub fn mutation(&self, number: u64) -> (&Path, Vec<u8>) {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let (path, bytes) = &self.files[below(&mut random, self.files.len())];
        let mut bytes = bytes.clone();
        for _ in 0..=below(&mut random, MAX_EDITS) {
            self.edit(&mut bytes, &mut random);
        }
        (path, bytes)
    }

    fn edit(&self, bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
        let start = below(random, bytes.len() + 1);
        let end = (start + below(random, PIECE)).min(bytes.len());
        let put_in = match below(random, 6) {
            0 => Vec::new(),
            1 => bytes[start..end].repeat(2),
            2 => self.words[below(random, self.words.len())].clone(),
            3 => EXTREMES[below(random, EXTREMES.len())].to_vec(),
            4 => {
                let (_, other) = &self.files[below(random, self.files.len())];
                let from = below(random, other.len() + 1);
                other[from..(from + PIECE).min(other.len())].to_vec()
            }
            // One bit is another.
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << below(random, 8);
                }
                return;
            }
        };
        // As often without loss as in place of what is there.
        let end = if below(random, 2) == 0 { start } else { end };
        bytes.splice(start..end, put_in);
    }
}

fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    (random.next_u64() % bound as u64) as usize
}

/// The words of a dictionary of libFuzzer: one in quotes a line.
fn words(file: &Path) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(file).unwrap();
    let quoted = |line: &str| {
        let word = line.strip_prefix('"')?.strip_suffix('"')?;
        Some(word.replace("\\\"", "\"").into_bytes())
    };
    text.lines().filter_map(quoted).collect()
}

/// How many mutations are tried.
pub fn mutations() -> u64 {
    let given = std::env::var("FIREWATCH_MUTATIONS").ok();
    given.map_or(MUTATIONS, |count| count.parse().unwrap())
}

#[test]
fn mutated_files_load_or_are_refused() {
    let corpus = Corpus::read();
    assert!(corpus.files.len() > 300 && corpus.words.len() > 50);
    let mutations = mutations();
    let mut accepted = 0;
    for number in 0..mutations {
        let (file, bytes) = corpus.mutation(number);
        match catch_unwind(|| load_any(&bytes)) {
            Ok(is_accepted) => accepted += u64::from(is_accepted),
            Err(_) => panic!(
                "mutation {number}, of {}:\n{}",
                file.display(),
                String::from_utf8_lossy(&bytes)
            ),
        }
    }
    // Mutations that are all refused, or all accepted, would test little.
    assert!(accepted > mutations / 50 && accepted < mutations);
}
