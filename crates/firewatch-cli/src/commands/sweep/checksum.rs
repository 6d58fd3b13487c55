//! Checksums of the inputs of a sweep and of its saved rows.

use std::io::{self, BufRead, Read};

use twox_hash::{XxHash3_64, XxHash3_128};

use super::run_result::RunResult;
use crate::failure::Failure;

/// Maximum bytes of a line: several times the length of a heading or a row.
const MAX_LINE_BYTES: u64 = 4096;
/// Separates a row from its checksum. JSON escapes tabs within strings, and this JSON has none outside of
/// them.
const SEPARATOR: u8 = b'\t';

/// Returns a checksum of texts as 32 hexadecimal digits. It depends on the boundaries between the texts.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    format!("{:032x}", XxHash3_128::oneshot(&bytes))
}

/// Returns a line: the text, a tab, and a checksum of text and seed as 16 hexadecimal digits.
pub fn with_checksum(text: Vec<u8>, seed: u64) -> Vec<u8> {
    let checksum = checksum(&text, seed);
    let mut line = text;
    line.push(SEPARATOR);
    line.extend(checksum.bytes());
    line.push(b'\n');
    line
}

/// Returns the text of a line from [`with_checksum`], or `None` if it was changed.
pub fn without_checksum(line: &[u8], seed: u64) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let separator = line.iter().rposition(|&byte| byte == SEPARATOR)?;
    let (text, given) = (&line[..separator], &line[separator + 1..]);
    (checksum(text, seed).as_bytes() == given).then_some(text)
}

fn checksum(text: &[u8], seed: u64) -> String {
    format!("{:016x}", XxHash3_64::oneshot_with_seed(seed, text))
}

/// Writes and reads saved rows. The checksum of a line covers the row and the heading, so that changed rows
/// and rows of another sweep are detected.
#[derive(Clone, Copy, Debug)]
pub struct ChecksummedLines {
    heading: u64,
}

impl ChecksummedLines {
    /// Creates the format of the lines below a heading.
    pub fn below(heading: &[u8]) -> Self {
        let heading = XxHash3_64::oneshot(heading);
        Self { heading }
    }

    /// Formats runs as lines: `[number, {...}]`, a tab, the checksum.
    pub fn write(self, first: u64, results: &[RunResult]) -> Result<Vec<u8>, Failure> {
        let mut lines = Vec::new();
        for run in (first..).zip(results) {
            lines.extend(with_checksum(serde_json::to_vec(&run)?, self.heading));
        }
        Ok(lines)
    }

    /// Returns the result of a run, or `None` if the line was changed or belongs to another run.
    pub fn read(self, line: &[u8], expected: u64) -> Option<RunResult> {
        let row = without_checksum(line, self.heading)?;
        let (run, results): (u64, RunResult) = serde_json::from_slice(row).ok()?;
        (run == expected).then_some(results)
    }
}

/// Reads a line with its line end. A line that is too long or incomplete has no line end.
pub fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    line.clear();
    let mut reader = reader.take(MAX_LINE_BYTES);
    reader.read_until(b'\n', line).map(|_| ())
}

/// Returns whether a line was cut because it is too long.
pub fn is_too_long(line: &[u8]) -> bool {
    line.len() as u64 >= MAX_LINE_BYTES && !line.ends_with(b"\n")
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_tells_texts_apart() {
        let digests = [
            digest([]),
            digest([""]),
            digest(["", ""]),
            digest(["ab", "c"]),
            digest(["a", "bc"]),
            digest(["abc"]),
        ];
        for (index, one) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(one), "{index}");
        }
    }
}
